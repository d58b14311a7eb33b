"""Trend classes for a run: cells of a grid, and hotspots, hot month after month, newly or no longer."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import assign_hotspots, classify_trends, count_cells
from hotspots.cells.count_and_score import assign_cells
from hotspots.checks import InputError, announce
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_percentage
from maps.job._ground import Ground
from maps.job.compare import LEAST_MONTHS

LAYER = "cell trends"
_REACH = 0.5


def read_ground(ground: Ground, incidents: gpd.GeoDataFrame) -> Any:
    """Ground whose own rate is what *hot* is measured by: that of the run.

    Where the records reach over less than half of a layer, as one constituency of a city does, only the
    ground they reach counts: else every place in it would look hot.
    """
    shape = ground.shape
    inside = incidents[rows_on(incidents, shape)]
    if not ground.layer or inside.empty:
        return shape
    reached = shapely.intersection(shape, shapely.convex_hull(shapely.union_all(inside.geometry.to_numpy())))
    if reached.area >= _REACH * shape.area or not reached.area > 0:
        return shape
    announce(
        f"The records reach over {say_percentage(reached.area / shape.area)} of the layer's ground: "
        "trends are measured against the rate of that part."
    )
    return reached


def rows_on(incidents: gpd.GeoDataFrame, ground: Any) -> Any:
    """Which incidents lie on the ground; all of them where there is none."""
    if ground is None:
        return np.ones(len(incidents), dtype=bool)
    shapely.prepare(ground)
    return shapely.intersects(ground, incidents.geometry.to_numpy())


def bears_trends(incidents: gpd.GeoDataFrame) -> bool:
    """Whether ten months or more are there without a gap."""
    months = incidents["when"].dropna().dt.to_period("M")
    held = months.nunique()
    return bool(held >= LEAST_MONTHS and held > (months.max() - months.min()).n)


def class_hotspots(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, *, ground: Any) -> pd.DataFrame | None:
    """Class each hotspot that lies mostly on the ground, against the ground's own rate; None where not.

    Beside the other hotspots alone every place would look ordinary, so ground is needed.
    """
    if ground is None or spots.empty or not bears_trends(incidents):
        why = f"ground, places, and {LEAST_MONTHS} months without a gap are not all there"
        may_say("trend of a place", False, why=why)
        return None
    here = incidents[rows_on(incidents, ground)].reset_index(drop=True)
    own = spots[_mostly_on(spots, ground)]
    labels = assign_hotspots(here, own)
    return _class(here, by=labels, size=own.area, size_of_all=float(ground.area))


def _class(incidents: gpd.GeoDataFrame, **options: Any) -> pd.DataFrame | None:
    """Class places, or say why none can be classed."""
    try:
        found = classify_trends(incidents, **options)
    except InputError as error:
        announce(f"{error.problem}. {error.given}")
        may_say("trend of a place", False, why=error.given)
        return None
    may_say("trend of a place", True)
    return found


def _mostly_on(spots: gpd.GeoDataFrame, ground: Any) -> Any:
    """Whether half of each hotspot's ground lies on the ground."""
    shapes = spots.geometry.to_numpy()
    shapely.prepare(ground)
    held = shapely.covers(ground, shapes)  # to cut each out of a country's outline takes long
    edge = ~held
    held[edge] = shapely.area(shapely.intersection(shapes[edge], ground)) >= shapely.area(shapes[edge]) / 2
    return held


def class_cells(incidents: gpd.GeoDataFrame, *, given: Mapping[str, Any], ground: Any) -> gpd.GeoDataFrame | None:
    """Class every cell of a grid that was hot in any month, ours and Esri's word for it."""
    if not bears_trends(incidents):
        return None
    here = incidents[rows_on(incidents, ground)].reset_index(drop=True)
    if here.empty:
        return None
    options = {"size": float(given.get("cell_size", 250)), "shape": given.get("cell_shape", "square")}
    cells = count_cells(here, study_area=ground, **options)
    if ground is None:
        announce("Cell trends: no study area or layer is given, so the cells with any incident stand for it.")
        cells = cells[cells["incidents"] > 0]
    # cells at the rim count whole: a sliver with one incident in it would look hot
    found = _class(here, by=assign_cells(here, cells), size=cells.area)
    if found is None:
        return None
    shown = cells[["incidents", "geometry"]].join(found[["hot_months", "months", "trend", "esri"]])
    shown = shown[shown["hot_months"] > 0].sort_values(["hot_months", "incidents"], ascending=False, kind="stable")
    shown.attrs["kind"] = "cells"
    return gpd.GeoDataFrame(shown[["incidents", "hot_months", "months", "trend", "esri", "geometry"]])

"""Hotspots from cells: touching cells that stand out from the whole study area (Gi*)."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity

from hotspots.checks import announce
from hotspots.common.places import Ints
from hotspots.common.settled_ground import say_ground, settle_ground
from hotspots.finding._summarise import Shape
from hotspots.finding.ground import Change, Found, Ground
from hotspots.finding.methods import Cells

MOST_CELLS = 500_000  # of a rectangle that nobody asked for: a county holds some 50,000 of 250 metres


def find_significant(ground: Ground, asked: Cells) -> Found:
    """Find groups of touching cells whose Gi* is significantly high."""
    area = _area_of(ground, asked)
    if area.is_empty or not area.area > 0:  # nowhere to stand out from
        return Found([], lambda change: np.full(len(ground.places.xy), -1, dtype=np.int64))
    label, cells, groups = label_significant(ground, asked, area)
    shapes = []
    for number in range(int(label.max(initial=-1)) + 1):
        outline = shapely.union_all(cells.geometry.to_numpy()[groups == number])
        mine = label == number
        if not mine.any():  # significant by its neighbours alone: nothing there to patrol for
            continue
        weight = ground.places.incidents[mine]
        xy = ground.places.xy[mine]
        best = xy[np.lexsort((xy[:, 1], xy[:, 0], -weight))[0]]
        centre = (float(best[0]), float(best[1]), math.nan)
        shapes.append(Shape.of(outline, "single", [centre], np.where(mine, 0, -1)))

    def relabel(change: Change) -> Ints:
        return label_significant(change.ground, asked, area, scale=change.scale, shift=change.shift)[0]

    return Found(shapes, relabel)


def _area_of(ground: Ground, asked: Cells) -> Any:
    """Return the study area, or the rectangle around the incidents, and say so.

    A few stray records make a rectangle of a country: then it is the ground where the records lie.
    """
    if ground.study_area is not None:
        from hotspots.cells.grid import read_area

        return read_area(ground.study_area, target=ground.places.crs)
    if not len(ground.places.xy):
        return shapely.Polygon()
    rectangle = shapely.box(*ground.places.xy.min(axis=0), *ground.places.xy.max(axis=0))
    if rectangle.area > MOST_CELLS * asked.cell_size**2:
        there = ground.places.incidents > 0
        settled = settle_ground(ground.places.xy[there], ground.places.incidents[there])
        announce(
            f"No study_area was given, and the incidents lie far apart: cells fill the "
            f"{say_ground(settled.area)} alone, not the rectangle around them."
        )
        return settled.shape()
    announce("No study_area was given: cells fill the rectangle around the incidents, empty ones too.")
    return rectangle


def label_significant(
    ground: Ground, asked: Cells, area: Any, *, scale: float = 1.0, shift: float = 0.0
) -> tuple[Ints, gpd.GeoDataFrame, Ints]:
    """Label the places in each group of touching significant cells; the cells and their groups too."""
    from hotspots.cells.count_and_score import assign_cells, count_cells, label_cells, score_cells

    places = ground.places
    empty = np.full(len(places.xy), -1, dtype=np.int64)
    there = np.flatnonzero(places.incidents > 0)
    frame = gpd.GeoDataFrame(
        {"incidents": places.incidents[there]},
        geometry=gpd.points_from_xy(*(places.xy[there] + shift).T),
        crs=places.crs,
    )
    if ground.harm is not None:
        frame["harm"] = ground.harm[there] / 1e6
    area = shapely.affinity.translate(area, shift, shift)
    cells = count_cells(frame, size=asked.cell_size * scale, shape=asked.cell_shape, study_area=area)
    group = label_cells(cells, score_cells(cells, by=ground.by), by=ground.by)
    at = assign_cells(frame, cells)
    label = empty.copy()
    # an incident off the study area's cells is in no group
    number = at.fillna(-1).to_numpy(dtype=np.int64)
    label[there] = pd.Series(group.reindex(number).to_numpy()).fillna(-1).astype(int)
    return label, cells, group.to_numpy(dtype=np.int64)

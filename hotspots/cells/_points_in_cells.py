"""Counting points into the cells of a grid: what `count_cells` and `smooth_density` share."""

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas.array import GeometryArray

from hotspots.cells.grid import Grid, cells_of_box, cells_within, draw_cells, key_cells, locate_points
from hotspots.checks import announce
from hotspots.common.columns import HARMS
from hotspots.common.places import Floats, Ints, collapse_incidents, coordinates_of, incidents_per_row


class Points(NamedTuple):
    """Points in metres, and what each holds: incidents, and any harm there is."""

    xy: Floats
    weights: dict[str, Floats]

    def keep(self, some: npt.NDArray[np.bool_]) -> "Points":
        """Keep some of the points."""
        return Points(self.xy[some], {name: values[some] for name, values in self.weights.items()})


def gather_points(incidents: gpd.GeoDataFrame, *, area: Any = None) -> Points:
    """Points to be counted: all of them, or those in or on a study area, with a word about the others."""
    harms = [name for name in HARMS if name in incidents.columns]
    if area is None:  # each row costs less to count than to collapse
        weights = {"incidents": incidents_per_row(incidents).astype(float)}
        weights |= {name: incidents[name].to_numpy(dtype=float) for name in harms}
        return Points(coordinates_of(incidents), weights)
    places = collapse_incidents(incidents)
    weights = {"incidents": places.incidents.astype(float)}
    points = Points(places.xy, weights | {name: places.total(incidents[name]) for name in harms})
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, points.xy[:, 0], points.xy[:, 1])
    left_out = int(points.weights["incidents"][~inside].sum())
    if left_out:
        announce(f"{left_out:,} records lie outside the study area and are not counted.")
    return points.keep(inside)


def count_points(points: Points, *, grid: Grid, area: Any = None) -> dict[str, Any]:
    """Columns for the cells of the study area, or of the rectangle around the points: where and what."""
    own_column, own_row = locate_points(grid, points.xy)
    if area is not None:
        column, row = _with_those(*cells_within(grid, area), own_column, own_row)
    elif len(points.xy):
        announce("No study_area was given: every cell of the rectangle around the incidents is there.")
        x, y = points.xy[:, 0], points.xy[:, 1]
        column, row = cells_of_box(grid, (x.min(), y.min(), x.max(), y.max()))
    else:
        column, row = own_column, own_row
    at = _positions(column, row, own_column, own_row)
    table: dict[str, Any] = {"column": column, "row": row}
    for name, values in points.weights.items():
        table[name] = np.bincount(at, values, minlength=len(row))
    table["incidents"] = np.rint(table["incidents"]).astype(np.int64)
    return table


def frame_cells(table: dict[str, Any], *, grid: Grid, crs: Any) -> gpd.GeoDataFrame:
    """Draw the cells beside their columns: last of all, for shapes take more room than all the rest."""
    column, row = table["column"], table["row"]
    shapes = GeometryArray(draw_cells(grid, column, row), crs=crs)
    index = pd.Index(key_cells(column, row), name="cell")
    return gpd.GeoDataFrame({**table, "geometry": shapes}, index=index, geometry="geometry", copy=False)


def _with_those(column: Ints, row: Ints, own_column: Ints, own_row: Ints) -> tuple[Ints, Ints]:
    """Cells of the area, and those of points that stand just on its edge; row by row from the south-west."""
    key = np.concatenate([key_cells(column, row), key_cells(own_column, own_row)])
    _, first = np.unique(key, return_index=True)
    column, row = np.concatenate([column, own_column])[first], np.concatenate([row, own_row])[first]
    return column, row


def _positions(column: Ints, row: Ints, own_column: Ints, own_row: Ints) -> Ints:
    """For each point the position of its cell, looked up in a table over the rectangle of all cells."""
    if not len(row):
        return np.empty(0, dtype=np.int64)
    left, low = column.min(), row.min()
    wide, tall = int(column.max() - left) + 1, int(row.max() - low) + 1
    at: Ints = own_row - low
    at *= wide
    at += own_column - left
    if len(row) == wide * tall:  # every cell of the rectangle is there, row by row
        return at
    table = np.zeros(wide * tall, dtype=np.int64)
    table[(row - low) * wide + column - left] = np.arange(len(row))
    return np.asarray(table.take(at))

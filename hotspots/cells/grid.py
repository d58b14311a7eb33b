"""A regular grid of squares or hexagons with a fixed National Grid origin: which cell, which ground."""

import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from hotspots.checks import InputError, closest_name
from hotspots.common.places import Floats, Ints
from hotspots.reading.study_area import read_area as read_area

SHAPES = ("square", "hexagon")
MOST_CELLS = 20_000_000
_KEY = 1_000_000
_BLOCK = 16


class Grid(NamedTuple):
    """Squares of side ``size``, or hexagons (a corner to the north) of side ``size``, in metres."""

    shape: str
    size: float
    flat: bool = False  # hexagons with a corner to the east: the same lattice with x and y exchanged

    @property
    def step(self) -> tuple[float, float]:
        """Metres from one column, and from one row, to the next."""
        if self.shape == "square":
            return self.size, self.size
        return math.sqrt(3) * self.size, 1.5 * self.size

    @property
    def area(self) -> float:
        """Square metres of one cell."""
        return self.size**2 if self.shape == "square" else 1.5 * math.sqrt(3) * self.size**2


def make_grid(shape: str, size: float) -> Grid:
    """Grid of a named shape, or an `InputError` that says what is wrong with it."""
    if shape not in SHAPES:
        nearest = closest_name(str(shape), SHAPES) or SHAPES[0]
        raise InputError("shape must be square or hexagon", given=f"shape={shape!r}", advice=f"shape={nearest!r}")
    if not (math.isfinite(size) and size > 0):
        raise InputError("The size must be above 0 metres", given=f"size={size}", advice="250")
    return Grid(shape, float(size))


def locate_points(grid: Grid, xy: Floats) -> tuple[Ints, Ints]:
    """Column and row of the cell that holds each point; a point on an edge goes east, then north."""
    if grid.shape == "square":
        column, row = (np.floor(line / grid.size).astype(np.int64) for line in xy.T)
        return column, row
    across, up = grid.step
    x, y = xy[:, int(grid.flat)] / across, xy[:, int(not grid.flat)] / up
    row = np.floor(y + 0.5)
    rows = np.stack([row - 1, row, row + 1])
    columns = np.floor(x - 0.5 * (rows % 2) + 0.5)
    far = ((columns + 0.5 * (rows % 2) - x) * across) ** 2 + ((rows - y) * up) ** 2
    near = far.argmin(axis=0), np.arange(len(xy))
    return columns[near].astype(np.int64), rows[near].astype(np.int64)


def centre_points(grid: Grid, column: Ints, row: Ints) -> Floats:
    """Centres of cells in metres, shape (cells, 2); hexagons of odd rows stand half a step further east."""
    if grid.shape == "square":
        return np.column_stack([column + 0.5, row + 0.5]) * grid.size
    centre = np.column_stack([2 * column + row % 2, 3 * row]) * _half_steps(grid)
    return centre[:, ::-1] if grid.flat else centre


def draw_cells(grid: Grid, column: Ints, row: Ints) -> npt.NDArray[np.object_]:
    """Polygons of cells."""
    if grid.shape == "square":
        low = np.column_stack([column, row]) * grid.size
        high = np.column_stack([column + 1, row + 1]) * grid.size
        with _collection_paused():
            return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)
    # corners in half steps are whole numbers, so that neighbours share them to the last bit
    corners = np.array([(0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1), (0, 2)])
    centre = np.column_stack([2 * column + row % 2, 3 * row])
    with _collection_paused():
        rings = (centre[:, None, :] + corners) * _half_steps(grid)
        return np.asarray(shapely.polygons(rings[:, :, ::-1] if grid.flat else rings), dtype=object)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Spare Python the search for rubbish, every few hundred new shapes, in which none of them can be."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def key_cells(column: Ints, row: Ints) -> Ints:
    """One whole number per cell, the same in every run: row × 1,000,000 + column."""
    return row * _KEY + column


def cells_within(grid: Grid, area: Any) -> tuple[Ints, Ints]:
    """Columns and rows of the cells whose ground overlaps a polygon, row by row from the south-west.

    Large blocks of cells are settled at once; only those on the edge are looked at one by one.
    """
    shapely.prepare(area)
    columns, rows = cells_of_box(grid, area.bounds)
    first = columns[0], rows[0]
    wide = (columns.max() - first[0]) // _BLOCK + 1
    block = (rows - first[1]) // _BLOCK * wide + (columns - first[0]) // _BLOCK
    number, inverse = np.unique(block, return_inverse=True)
    box = _block_boxes(grid, first[0] + number % wide * _BLOCK, first[1] + number // wide * _BLOCK)
    whole, some = shapely.contains(area, box), shapely.intersects(area, box)
    keep = whole[inverse]
    edge = np.flatnonzero((some & ~whole)[inverse])
    middle = centre_points(grid, columns[edge], rows[edge])
    held = shapely.intersects_xy(area, middle[:, 0], middle[:, 1])  # no need to draw the whole cell
    keep[edge[held]] = True
    edge = edge[~held]
    cells = draw_cells(grid, columns[edge], rows[edge])
    centre = centre_points(grid, columns[edge], rows[edge])
    # a cell that only touches the edge of the area is not of the area: shrink each by a millionth
    at = np.repeat(centre, shapely.get_num_coordinates(cells), axis=0)
    cells = shapely.set_coordinates(cells, at + (shapely.get_coordinates(cells) - at) * (1 - 1e-6))
    keep[edge] = _reached(cells, area)
    return columns[keep], rows[keep]


def _reached(cells: npt.NDArray[np.object_], area: Any) -> npt.NDArray[np.bool_]:
    """Which cells, each with its middle outside the area, its edge crosses."""
    xy, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(area)), return_index=True)
    if len(xy) > len(cells):
        return np.asarray(shapely.intersects(area, cells), dtype=bool)
    steps = np.flatnonzero(ring[1:] == ring[:-1])
    lines = shapely.linestrings(np.stack([xy[steps], xy[steps + 1]], axis=1))
    crossed = np.zeros(len(cells), dtype=bool)
    crossed[shapely.STRtree(cells).query(lines, predicate="intersects")[1]] = True
    return crossed


def cells_of_box(grid: Grid, bounds: tuple[float, float, float, float]) -> tuple[Ints, Ints]:
    """Columns and rows of all cells between two corners, row by row from the south-west."""
    corners = np.array([(x, y) for x in (bounds[0], bounds[2]) for y in (bounds[1], bounds[3])], dtype=float)
    column, row = locate_points(grid, corners)
    low, high = (column.min(), row.min()), (column.max(), row.max())
    if grid.shape == "hexagon":
        low, high = (low[0] - 1, low[1] - 1), (high[0] + 1, high[1] + 1)
    wide, tall = int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1
    if wide * tall > MOST_CELLS:
        raise InputError(
            f"The grid would have {wide * tall:,} cells",
            given=f"size={grid.size:g} over {(bounds[2] - bounds[0]) / 1000:.0f} by "
            f"{(bounds[3] - bounds[1]) / 1000:.0f} km",
            advice="a larger size, or a study_area without far-off points",
        )
    columns = np.tile(np.arange(low[0], high[0] + 1), tall)
    return columns, np.repeat(np.arange(low[1], high[1] + 1), wide)


def _half_steps(grid: Grid) -> Floats:
    """Metres of half a column east, and of a third of a row north, of hexagons."""
    return np.array([grid.step[0] / 2, grid.size / 2])


def _block_boxes(grid: Grid, column: Ints, row: Ints) -> npt.NDArray[np.object_]:
    """Rectangle around each block of cells, a little larger than the cells themselves."""
    across, up = grid.step
    low = np.column_stack([(column - 1) * across, (row - 1) * up])
    high = np.column_stack([(column + _BLOCK + 1) * across, (row + _BLOCK + 1) * up])
    if grid.flat:
        low, high = low[:, ::-1], high[:, ::-1]
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)

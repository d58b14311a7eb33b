"""Incidents counted on a fixed grid, and which cells stand out from it (Gi*)."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.cells._points_in_cells import count_points, frame_cells, gather_points
from hotspots.cells.gistar import Sums, neighbour_pairs, permute_p, sum_band, sum_grid, z_scores
from hotspots.cells.grid import Grid, key_cells, locate_points, make_grid
from hotspots.cells.identifiers import H3, MOST_SIDE, NATIONAL, count_h3, name_hexagons, say_shift
from hotspots.checks import CRS, InputError, announce, require_columns
from hotspots.common.places import Floats, Ints, collapse_incidents
from hotspots.dbscan._link_places import link_pairs
from hotspots.reading.study_area import read_area
from hotspots.statistics.many_tests import false_discovery, judge_normal

_LEVEL = 0.05
_SCORES = pd.Index(["z", "p", "q"])


def count_cells(
    incidents: gpd.GeoDataFrame,
    *,
    size: float = 250,
    shape: str = "square",
    study_area: Any = None,
    orientation: str | None = None,
) -> gpd.GeoDataFrame:
    """Count incidents, and add up harm, in every cell of a fixed grid, empty cells too.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, or the same records collapsed to places with a column ``incidents``.
        ``harm``, ``harm_low`` and ``harm_high`` are added up where they are there.
    size : float
        Side of a cell in metres. Squares of 250 m cover 0.0625 km²; hexagons of side 200 m, 346 m from
        edge to edge, cover 0.1039 km².
    shape : str
        ``"square"``, ``"hexagon"``, or ``"h3"`` with the resolution (8 to 10) as ``size``.
    study_area : GeoDataFrame, GeoSeries, geometry or None
        Every cell that overlaps it is returned, whole, and incidents outside it are left out, with a
        word. None means the rectangle around the incidents.
    orientation : str, optional
        Of hexagons: ``"pointy"`` (a corner to the north, as without it) or ``"flat"``. Where it is given,
        and for the national side of 202 m, cells of EPSG:27700 carry their ``identifier``: 64 bits as 16
        hexadecimal digits, those of a whole number of metres a side.

    Returns
    -------
    GeoDataFrame
        One row per cell from the south-west, row by row: ``column``, ``row``, ``incidents``, any harm,
        ``geometry``. The grid starts at the National Grid's origin, and the index ``cell`` (row ×
        1,000,000 + column) names the same ground in every run with the same size and shape. Hexagons of
        odd rows stand half a step further east (flat ones: of odd columns of the map, further north).

    Raises
    ------
    InputError
        When the size or shape cannot be used, or the grid would have over twenty million cells.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([10, 20, 290], [5, 5, 5]), crs=27700)
    >>> count_cells(points, size=100)["incidents"].tolist()
    [2, 0, 1]
    """
    if shape == H3:
        asked = None if study_area is None else read_area(study_area, target=getattr(incidents, "crs", None))
        return count_h3(incidents, size, asked)
    if orientation not in (None, "pointy", "flat"):
        given = f"orientation={orientation!r}"
        raise InputError("orientation must be pointy or flat", given=given, advice="orientation='pointy'")
    grid = make_grid(shape, size)._replace(flat=orientation == "flat" and shape == "hexagon")
    area = None if study_area is None else read_area(study_area, target=getattr(incidents, "crs", None))
    table = count_points(gather_points(incidents, area=area), grid=grid, area=area)
    named = shape == "hexagon" and incidents.crs == CRS and grid.size.is_integer() and grid.size <= MOST_SIDE
    if named and (orientation is not None or grid.size == NATIONAL):
        table["identifier"] = np.array(name_hexagons(grid, table["column"], table["row"]), dtype=object)
        say_shift()
    return frame_cells(table, grid=grid, crs=incidents.crs)


def score_cells(
    cells: gpd.GeoDataFrame,
    *,
    by: str = "incidents",
    radius: float | None = None,
    permutations: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Gi* of every cell: how far it and its neighbours stand above or below the whole study area.

    Parameters
    ----------
    cells : GeoDataFrame
        The cells of `count_cells`, all of them, zeros included; with ``radius`` any points or polygons.
    by : str
        The column to score: ``"incidents"``, ``"harm"`` or any other number.
    radius : float or None
        Metres: neighbours are all whose centres lie within it. None means the cells that touch: eight
        round a square, six round a hexagon. Cells outside the study area are no neighbours.
    permutations : int or None
        Draw this many sets of neighbours for each cell's p; None means the normal curve. The least p is
        2 / (permutations + 1): 999 is usual, but q over thousands of cells needs 99,999 (a second).
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame
        On the index of the cells: ``z``; ``p``, two-sided; ``q``, p after Benjamini and Hochberg (1995)
        for having looked at so many cells. All NaN where every cell holds the same; by permutation, also
        for a cell without neighbours. Gi* finds clusters
        of high cells: rank hotspots by count or harm among the significant, never by z.

    Raises
    ------
    InputError
        When the column is missing or not all numbers, or the cells are not of a grid and no radius is given.

    Notes
    -----
    Ord and Getis (1995), binary weights, the cell itself included, S with 1/n. By permutation, draws
    that tie count in both tails: otherwise half of the empty cells would come out as cold spots.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(
    ...     {"value": [2, 3, 3.2, 5, 8, 7]},
    ...     geometry=gpd.points_from_xy([10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]),
    ...     crs=27700,
    ... )
    >>> score_cells(points, by="value", radius=15)["z"].round(4).tolist()
    [-1.3973, -0.2892, 0.6506, -0.2892, 1.2345, 2.0242]
    """
    values = _numbers(cells, by)
    if permutations is not None and (permutations < 1 or permutations != int(permutations)):
        raise InputError(
            "permutations must be a whole number above 0", given=f"permutations={permutations}", advice="999"
        )
    if not len(cells):
        return pd.DataFrame({name: pd.Series(dtype=float) for name in _SCORES}, index=cells.index)
    sums = _sum_neighbours(cells, values, radius)
    z = z_scores(values, sums)
    if permutations is None:
        p, q = judge_normal(z)
    else:
        drawn = permute_p(values, sums, permutations=int(permutations), seed=seed)
        p = np.where(np.isnan(z), np.nan, drawn)
        q = false_discovery(p)
        _warn_of_few(p, int(permutations))
    return pd.DataFrame(np.stack([z, p, q]).T, index=cells.index, columns=_SCORES, copy=False)


def label_cells(
    cells: gpd.GeoDataFrame, scores: pd.DataFrame, *, level: float = _LEVEL, by: str = "incidents"
) -> pd.Series:
    """Group the touching cells that are significantly high, the heaviest group first.

    Parameters
    ----------
    cells : GeoDataFrame
        The cells of `count_cells`.
    scores : DataFrame
        Their scores, from `score_cells`.
    level : float
        A cell is significant when its q is below this and its z above 0.
    by : str
        The column that says which group is heaviest.

    Returns
    -------
    Series of int
        On the index of the cells: 0, 1, 2 ...; -1 in no group. Squares touch at corners too.

    Raises
    ------
    InputError
        When the scores are not on the index of the cells, or the column ``by`` is missing.

    Examples
    --------
    >>> xy = [(x, y) for x in range(10) for y in range(10)] + [(0, 0)] * 40 + [(0, 1)] * 40
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*xy)), crs=27700)
    >>> cells = count_cells(points, size=1)
    >>> label_cells(cells, score_cells(cells)).value_counts().to_dict()
    {-1: 96, 0: 4}
    """
    if not scores.index.equals(cells.index):
        raise InputError(
            "The scores must be on the index of the cells",
            given=f"{len(scores)} scores for {len(cells)} cells",
            advice="score_cells(cells)",
        )
    high = ((scores["z"] > 0) & (scores["q"] < level)).to_numpy()
    label = np.full(len(cells), -1, dtype=np.int64)
    if high.any():
        column, row, shape = _grid_columns(cells.loc[high])
        pairs = neighbour_pairs(column, row, shape=shape)
        group = link_pairs(pairs, len(row))
        groups = int(group.max()) + 1
        weight = np.bincount(group, _numbers(cells, by)[high])
        place_in_line = np.empty(groups, dtype=np.int64)
        place_in_line[np.argsort(-weight, kind="stable")] = np.arange(groups)
        label[high] = place_in_line[group]
    return pd.Series(label, index=cells.index, name="group")


def assign_cells(incidents: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> pd.Series:
    """Say which cell each incident lies in.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700.
    cells : GeoDataFrame
        The cells of `count_cells`.

    Returns
    -------
    Series of Int64
        On the index of the incidents: the index of the cell; missing where none of the cells holds it.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([10, 20, 290], [5, 5, 5]), crs=27700)
    >>> assign_cells(points, count_cells(points.head(2), size=100)).tolist()
    [0, 0, <NA>]
    """
    places = collapse_incidents(incidents)
    if not len(cells):
        return pd.Series(pd.NA, index=incidents.index, dtype="Int64", name="cell")
    key = key_cells(*locate_points(grid_of(cells), places.xy))
    known = np.isin(key, cells.index.to_numpy())
    return pd.Series(key[places.inverse], index=incidents.index, dtype="Int64", name="cell").where(
        known[places.inverse]
    )


def grid_of(cells: gpd.GeoDataFrame) -> Grid:
    """Read the grid back from its cells, of which there must be at least one."""
    _, _, shape = _grid_columns(cells)
    area = float(shapely.area(cells.geometry.iloc[0]))
    side = area**0.5 if shape == "square" else (area / (1.5 * 3**0.5)) ** 0.5
    west, south, east, north = cells.geometry.iloc[0].bounds
    return Grid(shape, round(side, 6), shape == "hexagon" and east - west > north - south)


def _warn_of_few(p: Floats, permutations: int) -> None:
    """Say when the draws are too few for any cell to stand out after the correction."""
    tested, least = int((~np.isnan(p)).sum()), 2 / (permutations + 1)
    lowest = int((p <= least * (1 + 1e-9)).sum())
    if lowest and least * tested / lowest > _LEVEL:
        enough = 10 ** math.ceil(math.log10(2 * tested / _LEVEL)) - 1
        announce(
            f"score_cells: with {permutations:,} permutations no p is below {least:.2g}, too high for any of "
            f"{tested:,} cells to have q < {_LEVEL:g}; permutations={enough} would do."
        )


def _sum_neighbours(cells: gpd.GeoDataFrame, values: Floats, radius: float | None) -> Sums:
    if radius is None:
        column, row, shape = _grid_columns(cells)
        return sum_grid(values, column, row, shape=shape)
    if not radius > 0:
        raise InputError("The radius must be above 0 metres", given=f"radius={radius}", advice="radius=500")
    centre = shapely.centroid(cells.geometry.to_numpy())
    return sum_band(values, np.column_stack([shapely.get_x(centre), shapely.get_y(centre)]), radius=radius)


def _grid_columns(cells: gpd.GeoDataFrame) -> tuple[Ints, Ints, str]:
    corners = int(shapely.get_num_coordinates(cells.geometry.iloc[0])) - 1
    if not {"column", "row"} <= set(cells.columns) or corners not in (4, 6):
        raise InputError(
            "These are not the cells of count_cells, so it is not known which of them touch",
            given=f"columns {', '.join(map(str, cells.columns))}",
            advice="score_cells(..., radius=500): all within 500 m are neighbours",
        )
    return cells["column"].to_numpy(), cells["row"].to_numpy(), "square" if corners == 4 else "hexagon"


def _numbers(cells: gpd.GeoDataFrame, by: str) -> Floats:
    require_columns(cells, [by], what="cells")
    column = pd.to_numeric(cells[by], errors="coerce")
    missing = {} if isinstance(column.dtype, np.dtype) else {"na_value": np.nan}
    values: Floats = column.to_numpy(dtype=float, **missing)
    if not np.isfinite(values).all():
        raise InputError(
            f"The column {by} must hold a number for every cell",
            given=f"{cells[by].iloc[int(np.argmax(~np.isfinite(values)))]!r}",
            advice="0 where nothing was counted; leave out the cells of which nothing is known",
        )
    return values

"""Names of cells that others know too: the national hexagon's 64 bits, and those of H3."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.cells._points_in_cells import gather_points
from hotspots.cells.grid import Grid, draw_cells, key_cells
from hotspots.checks import CRS, InputError, announce, read_own_table, require_installed
from hotspots.common.places import Ints
from hotspots.files.geofiles import read_layer
from hotspots.reading.coordinates import describe_operation

NATIONAL, H3 = 202, "h3"  # metres of a side; the name of the other shape
MOST_SIDE = 65_000  # metres: more is no side but another number
RESOLUTIONS = (8, 9, 10)
Bits = npt.NDArray[np.uint64]


def name_hexagons(grid: Grid, column: Ints, row: Ints) -> list[str]:
    """Name hexagons of the British grid by their identifiers, as 16 hexadecimal digits.

    Bit 63 is the orientation (1: flat), 62 to 43 the side in metres, 42 to 22 q + 2^20, 21 to 0 r + 2^21.

    Examples
    --------
    >>> name_hexagons(Grid("hexagon", 202, flat=False), np.array([0]), np.array([0]))
    ['0006540000200000']
    """
    along = column - (row - row % 2) // 2
    q, r = (row, along) if grid.flat else (along, row)
    q, r = q + (1 << 20), r + (1 << 21)
    if len(q) and (min(q.min(), r.min()) < 0 or q.max() >= 1 << 21 or r.max() >= 1 << 22):
        raise InputError("These cells are too far off to have an identifier", given=f"size={grid.size:g}")
    head = (int(grid.flat) << 63) | (int(grid.size) << 43)
    bits = (q.astype(np.uint64) << np.uint64(22)) | r.astype(np.uint64) | np.uint64(head)
    return [f"{value:016x}" for value in bits.tolist()]


def say_shift() -> None:
    """Say that identifiers made of degrees lack Ordnance Survey's own shift, where they do."""
    if "OSTN15" not in describe_operation():
        announce(
            "Without OSTN15 (Ordnance Survey's shift of degrees to metres) points are up to 1.7 m off: of "
            "records written in degrees some 0.6% lie in the hexagon next to the one named."
        )


def count_h3(incidents: gpd.GeoDataFrame, resolution: float, area: Any) -> gpd.GeoDataFrame:
    """Count incidents, and add up harm, in cells of H3: those of the area, or those that hold any."""
    h3: Any = require_installed("h3", extra="h3")
    if resolution not in RESOLUTIONS:
        raise InputError("H3 is counted at a resolution of 8 to 10", given=f"{resolution}", advice="size=9")
    points, crs, level = gather_points(incidents, area=area), incidents.crs, int(resolution)
    degrees = gpd.GeoSeries(gpd.points_from_xy(*points.xy.T), crs=crs).to_crs(4326)
    held = [h3.latlng_to_cell(y, x, level) for x, y in zip(degrees.x, degrees.y, strict=True)]
    names = set(held)
    if area is not None:
        shape = h3.geo_to_h3shape(gpd.GeoSeries([area], crs=crs).to_crs(4326).iloc[0])
        names |= set(h3.h3shape_to_cells_experimental(shape, level, "overlap"))
    known = pd.Index(sorted(names), dtype="str")
    at = known.get_indexer(held)
    sums = {name: np.bincount(at, values, len(known)) for name, values in points.weights.items()}
    table = pd.DataFrame({"identifier": known, **sums}).astype({"incidents": "int64"})
    index = pd.Index([int(name, 16) for name in known], name="cell", dtype="int64")
    shapes = _draw_h3(list(known)).to_crs(crs).to_numpy()
    return gpd.GeoDataFrame(table.set_axis(index), geometry=shapes, crs=crs)


def read_cells(cells: Any, *, column: str | None = None, crs: str = CRS) -> gpd.GeoDataFrame:
    """Read anybody's list of cells by their identifiers: national hexagons, or H3.

    Parameters
    ----------
    cells : path, frame or sequence
        CSV, Parquet or a file of shapes (their outlines are drawn anew), a frame, or the identifiers
        alone: 16 hexadecimal digits, whole numbers (negative where 64 bits were read as signed), or H3.
    column : str, optional
        The column of identifiers; None: the first of which every value is one.
    crs : str
        The grid that cells of H3 are drawn in: any in metres. National hexagons are in EPSG:27700.

    Returns
    -------
    GeoDataFrame
        One row per cell in the order given: ``identifier`` (text), ``column`` and ``row`` of national
        hexagons, every other column, and ``geometry``; index ``cell``, as of `count_cells`.

    Raises
    ------
    InputError
        For what is no identifier, one that occurs twice, and cells of several sizes.

    Examples
    --------
    >>> read_cells(["0006540000200000"])[["identifier", "column", "row"]].to_numpy().tolist()
    [['0006540000200000', 0, 0]]
    """
    table = _as_table(cells)
    names = [column] if column is not None else list(table.columns)
    found = [(name, bits) for name in names if name in table and (bits := read_bits(table[name])) is not None]
    if not found:
        given = ", ".join(f"{name}: {table[name].iloc[0] if len(table) else ''}" for name in names if name in table)
        advice = "16 hexadecimal digits as text; a spreadsheet rounds long numbers"
        raise InputError("No column holds identifiers of cells alone", given=given[:200], advice=advice)
    name, bits = found[0]
    if len(np.unique(bits)) < len(bits):
        twice = pd.Series(bits)[pd.Series(bits).duplicated()].iloc[0]
        raise InputError("An identifier occurs twice", given=f"{twice:016x}", advice="one row a cell")
    rest = pd.DataFrame(table.drop(columns=name)).reset_index(drop=True)
    rest = rest.rename(columns={c: f"raw_{c}" for c in ("identifier", "column", "row", "cell") if c in rest})
    if _is_h3(bits):
        own = [f"{value:x}" for value in bits.tolist()]
        shapes = _draw_h3(own).to_crs(crs)
        told = gpd.GeoDataFrame({"identifier": own}, geometry=shapes.to_numpy(), crs=crs).join(rest)
        return told.set_index(pd.Index(bits.astype(np.int64), name="cell"))
    grid, across, up = split_bits(bits)
    facts = pd.DataFrame({"identifier": [f"{v:016x}" for v in bits.tolist()], "column": across, "row": up})
    index = pd.Index(key_cells(across, up), name="cell")
    return gpd.GeoDataFrame(facts.join(rest), geometry=draw_cells(grid, across, up), crs=CRS).set_index(index)


def split_bits(bits: Bits) -> tuple[Grid, Ints, Ints]:
    """Lattice, column and row of national hexagons, which must be of one side and orientation."""
    heads = np.unique(bits >> np.uint64(43))
    if len(heads) > 1:
        sides = ", ".join(f"{int(h) & 0xFFFFF} m{' flat' * bool(int(h) >> 20)}" for h in heads[:4])
        raise InputError("The cells are of several sizes", given=sides, advice="one list for each size")
    head = int(heads[0]) if len(heads) else NATIONAL
    q = ((bits >> np.uint64(22)) & np.uint64(0x1FFFFF)).astype(np.int64) - (1 << 20)
    r = (bits & np.uint64(0x3FFFFF)).astype(np.int64) - (1 << 21)
    flat = bool(head >> 20)
    row, along = (q, r) if flat else (r, q)
    return Grid("hexagon", float(head & 0xFFFFF), flat), along + (row - row % 2) // 2, row


def read_bits(values: pd.Series) -> Bits | None:
    """Read identifiers, however they are written; None where one is none."""
    if pd.api.types.is_bool_dtype(values) or values.isna().any():
        return None
    if pd.api.types.is_float_dtype(values) and not values.abs().lt(2**53).all():
        return None  # these lost their digits
    texts = values.astype("int64") if pd.api.types.is_float_dtype(values) else values
    text = texts.astype("str").str.strip().str.lower().str.removeprefix("0x")
    numbers = pd.api.types.is_numeric_dtype(values) or text.str.fullmatch(r"-\d+|\d{17,20}").all()
    for base in [10] if numbers else [16, 10]:
        try:
            bits = np.array([int(t, base) % (1 << 64) for t in text], dtype=np.uint64)
        except ValueError:
            continue
        side = (bits >> np.uint64(43)) & np.uint64(0xFFFFF)
        if _is_h3(bits) or ((side > 0) & (side <= MOST_SIDE)).all():
            return bits
    return None


def _is_h3(bits: Bits) -> bool:
    # bits 63 to 56 of a cell of H3 are 00001000, which no side of a national hexagon comes near
    return bool(len(bits) and (bits >> np.uint64(56) == np.uint64(8)).all())


def _draw_h3(names: list[str]) -> gpd.GeoSeries:
    h3: Any = require_installed("h3", extra="h3")
    wrong = [name for name in names if not h3.is_valid_cell(name)]
    if wrong:
        raise InputError("These are no cells of H3", given=", ".join(wrong[:5]), advice="15 hexadecimal digits")
    rings = [[(x, y) for y, x in h3.cell_to_boundary(name)] for name in names]
    return gpd.GeoSeries([shapely.Polygon(ring) for ring in rings], crs=4326)


def _as_table(cells: Any) -> pd.DataFrame:
    if isinstance(cells, gpd.GeoDataFrame):  # shapes are drawn anew
        return pd.DataFrame(cells.drop(columns=cells.geometry.name))
    if isinstance(cells, pd.DataFrame):
        return cells
    if not isinstance(cells, str | Path):
        return pd.DataFrame({"identifier": pd.Series(list(cells))})
    path = Path(cells)
    if not path.is_file():
        raise InputError("The list of cells is not there", given=str(path), advice="check the name and the folder")
    if path.suffix.lower() == ".csv":
        return read_own_table(path, what="The list of cells", dtype="str")
    read = pd.read_parquet(path) if path.suffix.lower() == ".parquet" else read_layer(path, name=path.name)
    return _as_table(read)

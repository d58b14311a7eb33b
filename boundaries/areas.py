"""Read any file of areas: wards, committees, Local Area Plans, LSOAs, protection orders."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.open_file import read_source
from boundaries.overlaps import report_overlaps
from boundaries.yes_no_columns import read_flags
from hotspots.checks import CRS, Problems, announce, closest_name, require_metres
from hotspots.common.wording import say_count

# A code of the Office for National Statistics (E05012345), and what columns of codes are called; row numbers
# are no codes: they would make areas of the parts of one.
_CODE = re.compile(r"[A-Z]\d{8}")
_CODE_COLUMN = re.compile(r"code|gss|cd\d*$|(?:^|[\W_])(?:id|ref|key|no|number)$|^ref", re.IGNORECASE)
_ROW_NUMBER = re.compile(r"fid|ogc_fid|gid|objectid.*|globalid", re.IGNORECASE)
_PARTS = "a column of codes, one for each area, as code; the parts of one and the same area in one row"
# British National Grid, with a margin for the sea: anything beyond is not in Great Britain.
_BRITAIN = (-100_000.0, -100_000.0, 800_000.0, 1_400_000.0)


def read_areas(
    path: str | Path,
    *,
    name: str,
    code: str | None = None,
    vintage: int | str | None = None,
    layer: str | None = None,
    aliases: Mapping[str, str] | None = None,
    crs: Any = CRS,
) -> gpd.GeoDataFrame:
    """Read areas from GeoPackage, GeoJSON, shapefile (zipped too) or GeoParquet into the metres of a grid.

    Invalid polygons are repaired and said aloud; overlaps and sliver gaps are measured in square metres
    and said aloud. Everything that cannot be used is listed in one error.

    Parameters
    ----------
    path : str or Path
        The file.
    name : str
        Column that names the areas.
    code : str, optional
        Column of their codes; None takes the name as the code.
    vintage : int or str, optional
        Year of the boundaries, kept as a column: codes are only comparable within one vintage.
    layer : str, optional
        Layer of the file; needed only where it has more than one.
    aliases : mapping of str to str, optional
        Other spellings and the name to keep, e.g. ``{"Riverside & Hunslet": "Hunslet & Riverside"}``.
    crs : str
        The grid of the answer, that of the records: any in metres.

    Returns
    -------
    GeoDataFrame
        In ``crs``, RangeIndex; columns ``code``, ``name``, ``vintage`` (if given), every other column of
        the file (its own ``code``, ``name`` or ``vintage`` as ``raw_code`` and so on; ``priority`` as true or
        false), ``geometry``.

    Raises
    ------
    InputError
        Missing or empty file, missing column, no coordinate reference system, degrees labelled as metres,
        metres labelled as degrees, empty geometry, outlines without ground, lines or points, duplicate codes.

    Examples
    --------
    >>> from pathlib import Path; from tempfile import TemporaryDirectory
    >>> square = shapely.box(430000, 433000, 430100, 433100)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "wards.gpkg"
    ...     gpd.GeoDataFrame({"WD24NM": ["Armley"]}, geometry=[square], crs="EPSG:27700").to_file(file)
    ...     read_areas(file, name="WD24NM", vintage=2024)[["code", "name", "vintage"]].values.tolist()
    [['Armley', 'Armley', 2024]]
    """
    raw = read_source(Path(path), layer=layer)
    problems = Problems(f"The areas in {Path(path).name} cannot be used")
    for column in dict.fromkeys((name, code or name)):
        _check_column(raw, column, problems)
    _check_geometry(raw, problems)
    _check_labels(raw, [c for c in dict.fromkeys((code or name, name)) if c in raw.columns], problems)
    problems.raise_any()
    areas = _arrange(raw.to_crs(crs), name=name, code=code, vintage=vintage, aliases=aliases or {})
    if areas.crs == CRS:
        _check_britain(areas, problems)
    problems.raise_any()
    require_metres(areas, what=f"The areas in {Path(path).name}")
    if "priority" in areas.columns:
        areas["priority"] = read_flags(areas["priority"], what=Path(path).name)
    areas = _repair(areas, problems)
    problems.raise_any()
    report_overlaps(areas)
    return areas


def _check_column(raw: gpd.GeoDataFrame, column: str, problems: Problems) -> None:
    if column in raw.columns and column != raw.geometry.name:
        return
    found = [str(c) for c in raw.columns if c != raw.geometry.name]
    nearest = closest_name(column, found)
    problems.add(
        f"no column '{column}'",
        given=f"columns {', '.join(found) or '(none)'}",
        advice=f"'{nearest}'" if nearest else "",
    )


def _check_geometry(raw: gpd.GeoDataFrame, problems: Problems) -> None:
    empty = raw.geometry.isna() | raw.geometry.is_empty
    if empty.any():
        problems.add("areas with no geometry", given=_rows(empty), advice="draw them, or delete rows of no area")
    kinds = set(raw.geometry[~empty].geom_type) - {"Polygon", "MultiPolygon"}
    if kinds:
        problems.add(
            "areas must be polygons",
            given=", ".join(sorted(kinds)),
            advice="outlines of areas; for points, centre_area(...)",
        )
    if raw.crs is None:
        problems.add(
            "no coordinate reference system",
            given="a shapefile without its .prj" if raw.attrs.get("format") == ".shp" else "none in the file",
            advice="state its system in the program that wrote it: EPSG:27700 for British metres, "
            "EPSG:4326 for degrees",
        )
    elif not empty.all():
        _check_units(raw, problems)


def _check_units(raw: gpd.GeoDataFrame, problems: Problems) -> None:
    west, south, east, north = raw.total_bounds
    like_degrees = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
    given = f"{raw.crs.to_string()}, first corner ({west:g}, {south:g})"
    if raw.crs.is_projected and like_degrees:
        problems.add("degrees labelled as metres", given=given, advice="set the file's system to EPSG:4326")
    if raw.crs.is_geographic and not like_degrees:
        problems.add(
            "metres labelled as degrees",
            given=given,
            advice="state the system its metres are in: EPSG:27700 in Great Britain",
        )


def _check_labels(raw: gpd.GeoDataFrame, columns: list[str], problems: Problems) -> None:
    """Every area needs a value in each column, and its own in the first."""
    for column in columns:
        text = raw[column].astype("string").str.strip()
        missing = (text.isna() | (text == "")).astype(bool)
        if missing.any():
            problems.add(
                f"areas without a value in '{column}'",
                given=_rows(missing),
                advice="fill it in, or name another column",
            )
        twice = text[text.duplicated(keep=False) & ~missing].drop_duplicates()
        if column != columns[0] or twice.empty:
            continue
        problems.add(
            f"the same '{column}' more than once",
            given=", ".join(twice.head(5)) + (" ..." if len(twice) > 5 else ""),
            advice=_tell_apart(raw, column) if len(columns) == 1 else _PARTS,
        )


def _tell_apart(raw: gpd.GeoDataFrame, name: str) -> str:
    """Name the column of codes: areas of one name may lie in different towns."""
    text = {str(c): raw[c].astype("string").str.strip() for c in raw.columns if c != raw.geometry.name}
    unique = [c for c, t in text.items() if c != name and t.notna().all() and t.ne("").all() and t.is_unique]
    coded = [c for c in unique if text[c].str.fullmatch(_CODE).all()]
    named = [c for c in unique if _CODE_COLUMN.search(c) and not _ROW_NUMBER.fullmatch(c)]
    found = [*coded, *named]
    return f'code = "{found[0]}", which differs in every row' if found else _PARTS


def _check_britain(areas: gpd.GeoDataFrame, problems: Problems) -> None:
    west, south, east, north = shapely.bounds(areas.geometry.to_numpy()).T
    box = _BRITAIN
    ok = (west >= box[0]) & (south >= box[1]) & (east <= box[2]) & (north <= box[3])
    if not ok.all():
        problems.add(
            "areas outside Great Britain",
            given=", ".join(areas["name"][~ok].head(5)),
            advice="are latitude and longitude swapped, or is the coordinate reference system another?",
        )


def _rows(mask: "pd.Series[bool]") -> str:
    rows = np.flatnonzero(mask.to_numpy()) + 1
    shown = ", ".join(map(str, rows[:5])) + (" ..." if len(rows) > 5 else "")
    return f"row{'s' * (len(rows) > 1)} {shown} of {len(mask)}"


def _arrange(
    metres: gpd.GeoDataFrame, *, name: str, code: str | None, vintage: int | str | None, aliases: Mapping[str, str]
) -> gpd.GeoDataFrame:
    names = metres[name].astype("string").str.strip().replace(dict(aliases))
    codes = names if code is None else metres[code].astype("string").str.strip()
    columns: dict[str, Any] = {"code": codes.astype(str), "name": names.astype(str)}
    if vintage is not None:
        columns["vintage"] = vintage
    taken = {name, code, metres.geometry.name}
    rest = {f"raw_{c}" if c in columns else c: metres[c] for c in metres.columns if c not in taken}
    flat = shapely.force_2d(metres.geometry.to_numpy())
    return gpd.GeoDataFrame({**columns, **rest}, geometry=flat, crs=metres.crs).reset_index(drop=True)


def _repair(areas: gpd.GeoDataFrame, problems: Problems) -> gpd.GeoDataFrame:
    shapes = areas.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return areas
    reason = shapely.is_valid_reason(shapes[broken][0])
    fixed = shapes.copy()
    fixed[broken] = [_polygons_only(s) for s in shapely.make_valid(shapes[broken])]
    if (gone := shapely.is_empty(fixed)).any():
        problems.add(
            "areas whose outline holds no ground",
            given=", ".join(areas["name"][gone].head(5)),
            advice="draw them again, or delete rows of no area",
        )
        return areas
    announce(
        f"Invalid geometry was repaired in {broken.sum():,} of {say_count(len(areas), 'area')}: "
        f"{', '.join(areas['name'][broken].head(5))} ({reason})."
    )
    return areas.set_geometry(gpd.GeoSeries(fixed, index=areas.index, crs=areas.crs))


def _polygons_only(shape: Any) -> Any:
    """Keep the polygons of a repaired shape: the repair may leave stray lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])

"""Incidents: every row of the source files, either read or rejected with its file, line and cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import CRS, InputError, Problems, announce
from hotspots.coordinates import judge_coordinates, make_points, within_area
from hotspots.dates import join_times, parse_dates
from hotspots.duplicates import mark_duplicate_ids, settle_same_month
from hotspots.fit import explain_missing, match_columns
from hotspots.formats import X, Y, read_rows
from hotspots.layout import Layout, load_layout
from hotspots.lookup import locate_keys
from hotspots.readers import find_files
from hotspots.rejects import REJECT_COLUMNS, diagnose_rejects

INCIDENT_COLUMNS = ["incident_id", "source", "when", "precision", "category", "place"]


def read_incidents(
    source: str | Path | Iterable[str | Path],
    *,
    layout: str | Path | Mapping[str, Any] | Layout = "police.uk",
    study_area: Any = None,
    as_of: str | date | pd.Timestamp | None = None,
    same_month: str = "refuse",
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read incident files; every row ends in exactly one of the two tables returned.

    Parameters
    ----------
    source : path, glob pattern, folder, zip, or several of these
        Folders are searched to any depth; a zip is read as data.police.uk hands it out. CSV, Excel, Parquet,
        GeoPackage, GeoJSON and JSON are read, by the ending of the name.
    layout : str, path or mapping
        Name of a packaged layout (see `list_layouts`), path of a TOML file, or a table like one.
    study_area : GeoDataFrame, GeoSeries or geometry, optional
        Rows outside it are rejected. A bare geometry is taken to be in EPSG:27700. None: no limit.
    as_of : date or str, optional
        Rows dated later are rejected as future dates. None: today.
    same_month : {"refuse", "first", "last", "both"}
        What to do where two files hold the same rows of one force's month: rows without an ID, as all ASB,
        would count twice.

    Returns
    -------
    incidents : GeoDataFrame
        One row per accepted incident in EPSG:27700 (metres; another system only where the layout's
        ``target`` says so): ``incident_id, source, when, precision, category, place, geometry``, then every
        other column of the source, verbatim, with the prefix ``raw_``.
    rejects : DataFrame
        One row per rejected row: ``file, line, cause, value, incident_id, source, when, precision,
        category, place``, and ``area`` where the layout has such a column. ``line`` is the physical line in
        the file; the header is line 1.

    Raises
    ------
    InputError
        For every missing, empty or unreadable file and every missing column, all at once.

    Notes
    -----
    Anti-social behaviour carries no Crime ID on police.uk: it is neither lost nor de-duplicated. Where an ID
    comes more than once, a located row is kept before one that is not, then the latest.
    """
    settings = load_layout(layout)
    rows, bad, counts = _load(source, settings)
    judged = _judge(rows, settings, _end_of(as_of), study_area)
    _settle_repeats(judged, rows, same_month)
    accepted = judged["cause"].eq("")
    incidents = _incidents(rows[accepted], judged[accepted], settings)
    rejects = _rejects(judged[~accepted], bad, settings)
    rejects.attrs["rows_by_file"] = counts
    for sentence in diagnose_rejects(incidents, rejects):
        announce(sentence)
    if settings.target != CRS:
        announce(f"These incidents are in {settings.target}: functions for Great Britain will refuse them.")
    return incidents, rejects


def _end_of(as_of: Any) -> pd.Timestamp:
    try:
        day = pd.Timestamp.now() if as_of is None else pd.Timestamp(as_of)
    except (ValueError, TypeError) as error:
        raise InputError("as_of is not a date", given=repr(as_of), advice="2024-03-31") from error
    return day.tz_localize(None).normalize() + pd.Timedelta(days=1)


def _load(source: Any, layout: Layout) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Every file's rows as text with ``_file`` and ``_line``, the lines that do not fit, rows per file."""
    problems = Problems("The incident files cannot be read")
    frames, bad, counts = [], [], {}
    for file in find_files(source, skip=layout.skip):
        try:
            table = read_rows(file, delimiter=layout.delimiter, sheet=layout.sheet, layer=layout.layer)
        except InputError as error:
            problems.add(error.problem, given=error.given, advice=error.advice)
            continue
        actual, lacking = match_columns(table.rows.columns, layout)
        if lacking:
            explain_missing(problems, file.name, lacking, list(table.rows.columns), layout)
            continue
        rows = _rename(table.rows, actual, layout)
        frames.append(rows.assign(_file=file.name, _line=table.lines, _crs=table.crs or layout.crs))
        bad += [(file.name, line, value) for line, value in table.bad]
        counts[file.name] = len(rows) + len(table.bad)
    problems.raise_any()
    rows = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0].reset_index(drop=True)
    return rows, pd.DataFrame(bad, columns=["file", "line", "value"]), counts


def _rename(rows: pd.DataFrame, actual: Mapping[str, str], layout: Layout) -> pd.DataFrame:
    """Give the columns that the layout names the names of their meanings, and the others ``raw_``."""
    meanings = {column: meaning for meaning, column in actual.items()}
    taken = {"when", "x", "y", "place", *(() if layout.labels else ("category",))}
    columns = {}
    for column in rows.columns:
        meaning = meanings.get(column)
        if meaning is not None:
            columns[f"_{meaning}"] = rows[column]
        if meaning not in taken and column not in (X, Y):
            columns[f"raw_{column}"] = rows[column]
    if "offence" in actual:
        columns.setdefault("raw_offence", rows[actual["offence"]])
    if layout.unit != "crime":
        columns["raw_unit"] = pd.Series(layout.unit, index=rows.index, dtype="str")
    if layout.kind == "geometry":
        columns |= {"_x": rows[X], "_y": rows[Y]}
    return pd.DataFrame(columns, index=rows.index)


def _judge(rows: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any) -> pd.DataFrame:
    """Contract columns, points and the cause ("" for accepted) of every row."""
    dates = parse_dates(rows["_when"], formats=layout.formats)
    if "_time" in rows.columns:
        dates = join_times(dates, rows["_time"])
    date_cause = dates["cause"].mask(dates["when"] >= end, "future date")
    places = _written_places(rows, layout)
    judged = pd.DataFrame(
        {
            "file": rows["_file"],
            "line": rows["_line"],
            "cause": date_cause.where(date_cause.ne(""), places["cause"]).astype("object"),
            "value": _values(rows, date_cause, places),
            "incident_id": _ids(rows),
            "source": layout.source,
            "when": dates["when"],
            "precision": dates["precision"].astype("str"),
            "category": _categories(rows, layout),
            "place": _text(rows, "_place"),
            "area": _text(rows, "_area"),
        }
    )
    judged["geometry"] = _points(judged, places, layout)
    if study_area is not None:
        _reject_outside(judged, study_area, layout)
    return judged


def _written_places(rows: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Coordinates as numbers with ``cause``, ``written`` and ``crs``; blanks filled through the look-up."""
    x, y = _text(rows, "_x"), _text(rows, "_y")
    kind = {"geometry": "degrees", "key": "degrees"}.get(layout.kind, layout.kind)
    crs = rows["_crs"]
    metres = crs.eq(CRS) & (layout.kind == "geometry")
    places = judge_coordinates(x, y, kind=kind, target=layout.target)
    if metres.any():
        places[metres] = judge_coordinates(x[metres], y[metres], kind="metres", target=layout.target)
    written = (x + ", " + y).where(places["cause"].ne("no coordinates"), "")
    if layout.lookup is not None and "_key" in rows.columns:
        blank = places["cause"].eq("no coordinates")
        kind = layout.lookup.get("kind", "metres")
        found = locate_keys(rows.loc[blank, "_key"], layout)
        places[blank] = judge_coordinates(found["x"], found["y"], kind=kind, target=layout.target)
        written = written.mask(blank, "key " + _text(rows, "_key"))
        crs = crs.mask(blank, CRS if kind == "metres" else "EPSG:4326")
    return places.assign(written=written, crs=crs)


def _text(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows.columns:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].fillna("").astype("str").str.strip()


def _categories(rows: pd.DataFrame, layout: Layout) -> pd.Series:
    if layout.fixed_category:
        return pd.Series(layout.fixed_category, index=rows.index, dtype="str")
    written = _text(rows, "_category")
    labels = {k.casefold(): v for k, v in layout.labels.items()}
    return written.map({w: labels.get(w.casefold(), w) for w in written.unique()}).astype("str")


def _values(rows: pd.DataFrame, date_cause: pd.Series, places: pd.DataFrame) -> pd.Series:
    """Offending text of the rows that have a cause, cut to 200 characters."""
    value = pd.Series("", index=rows.index, dtype="object")
    at_place = places["cause"].ne("")
    value[at_place] = places.loc[at_place, "written"]
    at_date = date_cause.ne("")
    value[at_date] = _text(rows[at_date], "_when")
    return value.astype("str").str.slice(0, 200)


def _ids(rows: pd.DataFrame) -> pd.Series:
    own = _text(rows, "_incident_id")
    return own.where(own.ne(""), rows["_file"] + ":" + rows["_line"].astype("str"))


def _points(judged: pd.DataFrame, places: pd.DataFrame, layout: Layout) -> pd.Series:
    points = pd.Series(None, index=judged.index, dtype="object")
    usable = judged["cause"].eq("")
    for crs in places.loc[usable, "crs"].unique():
        mine = usable & places["crs"].eq(crs)
        points[mine] = make_points(
            places.loc[mine, "x"], places.loc[mine, "y"], crs=crs, target=layout.target
        )
    return points


def _reject_outside(judged: pd.DataFrame, study_area: Any, layout: Layout) -> None:
    usable = judged.index[judged["cause"].eq("")]
    points = np.asarray(judged.loc[usable, "geometry"], dtype=object)
    outside = usable[~within_area(points, study_area, target=layout.target)]
    judged.loc[outside, "cause"] = "outside the study area"
    judged.loc[outside, "value"] = [f"{p.x:.0f}, {p.y:.0f}" for p in judged.loc[outside, "geometry"]]


def _settle_repeats(judged: pd.DataFrame, rows: pd.DataFrame, same_month: str) -> None:
    own_id = _text(rows, "_incident_id")
    settle_same_month(judged, _text(rows, "_force"), own_id, keep=same_month)
    mark_duplicate_ids(judged, own_id)


def _incidents(rows: pd.DataFrame, judged: pd.DataFrame, layout: Layout) -> gpd.GeoDataFrame:
    raw = rows[[c for c in rows.columns if c.startswith("raw_")]]
    points = np.asarray(judged["geometry"], dtype=object)
    geometry = gpd.GeoSeries(points, index=judged.index, crs=layout.target)
    table = pd.concat([judged[INCIDENT_COLUMNS], geometry.rename("geometry"), raw], axis=1)
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry="geometry", crs=layout.target)


def _rejects(judged: pd.DataFrame, bad: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    torn = bad.assign(
        cause="wrong number of fields", source=layout.source, precision="", category="", place="", area=""
    )
    torn["incident_id"] = torn["file"].astype("str") + ":" + torn["line"].astype("str")
    torn["when"] = pd.Series(pd.NaT, index=torn.index, dtype="datetime64[ns]")
    columns = [*REJECT_COLUMNS, *(["area"] if "area" in layout.columns else [])]
    both = [t[columns] for t in (judged, torn) if len(t)] or [judged[columns]]
    rejects = pd.concat(both).sort_values(["file", "line"], kind="stable").reset_index(drop=True)
    return rejects.astype({"line": "int64", "when": "datetime64[ns]", "value": "str", "cause": "str"})

"""Incidents: every row of the source files, either read or rejected with its file, line and cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import CRS, InputError, Problems, announce, closest_name
from hotspots.coordinates import judge_coordinates, make_points, within_area
from hotspots.dates import parse_dates
from hotspots.layout import REQUIRED, Layout, load_layout
from hotspots.readers import decode_text, find_files, read_table
from hotspots.rejects import REJECT_COLUMNS, diagnose_rejects

INCIDENT_COLUMNS = ["incident_id", "source", "when", "precision", "category", "place"]


def read_incidents(
    source: str | Path | Iterable[str | Path],
    *,
    layout: str = "police.uk",
    study_area: Any = None,
    as_of: str | date | pd.Timestamp | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read incident files; every row ends in exactly one of the two tables returned.

    Parameters
    ----------
    source : path, glob pattern, folder, zip, or several of these
        Folders are searched to any depth; a zip is read as data.police.uk hands it out.
    layout : str
        Name of the layout that says which column means what.
    study_area : GeoDataFrame, GeoSeries or geometry, optional
        Rows outside it are rejected. A bare geometry is taken to be in EPSG:27700. None: no limit.
    as_of : date or str, optional
        Rows dated later are rejected as future dates. None: today.

    Returns
    -------
    incidents : GeoDataFrame
        One row per accepted incident in EPSG:27700: ``incident_id, source, when, precision, category,
        place, geometry``, then every other column of the source, verbatim, with the prefix ``raw_``.
    rejects : DataFrame
        One row per rejected row: ``file, line, cause, value, incident_id, source, when, precision,
        category, place``. ``line`` is the physical line in the file; the header is line 1.

    Raises
    ------
    InputError
        For every missing, empty or unreadable file and every missing column, all at once.

    Notes
    -----
    Anti-social behaviour carries no Crime ID on police.uk: it is neither lost nor de-duplicated. Where a
    Crime ID comes more than once, the located row is kept.
    """
    settings = load_layout(layout)
    rows, bad, counts = _load(source, settings)
    judged = _judge(rows, settings, _end_of(as_of), study_area)
    accepted = judged["cause"].eq("")
    incidents = _incidents(rows[accepted], judged[accepted])
    rejects = _rejects(judged[~accepted], bad, settings)
    rejects.attrs["rows_by_file"] = counts
    for sentence in diagnose_rejects(incidents, rejects):
        announce(sentence)
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
        table = read_table(decode_text(file.read()))
        rows, lacking = _rename(table.rows, layout)
        if lacking:
            _explain_missing(problems, file.name, lacking, list(table.rows.columns))
            continue
        frames.append(rows.assign(_file=file.name, _line=table.lines))
        bad += [(file.name, line, value) for line, value in table.bad]
        counts[file.name] = len(rows) + len(table.bad)
    problems.raise_any()
    rows = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0].reset_index(drop=True)
    return rows, pd.DataFrame(bad, columns=["file", "line", "value"]), counts


def _rename(rows: pd.DataFrame, layout: Layout) -> tuple[pd.DataFrame, list[str]]:
    """Give the columns that the layout names the names of their meanings, and all others ``raw_``."""
    by_fold = {_fold(c): c for c in rows.columns}
    names, lacking = {}, []
    for meaning, column in layout.columns.items():
        actual = by_fold.get(_fold(column))
        if actual is not None:
            names[actual] = f"_{meaning}"
        elif meaning in REQUIRED:
            lacking.append(column)
    kept = {c: names.get(c, f"raw_{c}") for c in rows.columns}
    renamed = rows.rename(columns=kept)
    for actual, meaning in names.items():
        if meaning == "_incident_id":
            at = list(rows.columns).index(actual)
            renamed.insert(at, f"raw_{actual}", renamed[meaning])
    return renamed, lacking


def _fold(name: str) -> str:
    return " ".join(str(name).replace("_", " ").split()).casefold()


def _explain_missing(problems: Problems, file: str, lacking: list[str], found: list[str]) -> None:
    near = [f"{c} may be {n}" for c in lacking if (n := closest_name(c, found))]
    problems.add(
        f"{file} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}",
        given=f"columns {', '.join(found[:40]) or '(none)'}",
        advice="; ".join(near) or "another layout",
    )


def _judge(rows: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any) -> pd.DataFrame:
    """Contract columns, points and the cause ("" for accepted) of every row."""
    when, date_cause = parse_dates(rows["_when"], formats=layout.formats)
    numbers, place_cause = judge_coordinates(rows["_x"], rows["_y"], kind=layout.kind)
    date_cause = date_cause.mask(when >= end, "future date")
    judged = pd.DataFrame(
        {
            "file": rows["_file"],
            "line": rows["_line"],
            "cause": date_cause.where(date_cause.ne(""), place_cause),
            "value": _values(rows, date_cause, place_cause),
            "incident_id": _ids(rows),
            "source": layout.source,
            "when": when,
            "precision": layout.precision,
            "category": _text(rows, "_category"),
            "place": _text(rows, "_place"),
        }
    )
    judged["geometry"] = None
    _locate(judged, numbers, layout, study_area)
    _mark_duplicates(judged, _text(rows, "_incident_id"))
    return judged


def _text(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows.columns:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].fillna("").astype("str").str.strip()


def _values(rows: pd.DataFrame, date_cause: pd.Series, place_cause: pd.Series) -> pd.Series:
    """Offending text of the rows that have a cause, cut to 200 characters."""
    value = pd.Series("", index=rows.index, dtype="object")
    at_place = date_cause.eq("") & place_cause.ne("")
    pairs = rows.loc[at_place, "_x"].astype(str) + ", " + rows.loc[at_place, "_y"].astype(str)
    value[at_place] = pairs.where(place_cause[at_place].ne("no coordinates"), "")
    at_date = date_cause.ne("")
    value[at_date] = rows.loc[at_date, "_when"].astype(str)
    return value.astype("str").str.slice(0, 200)


def _ids(rows: pd.DataFrame) -> pd.Series:
    own = _text(rows, "_incident_id")
    return own.where(own.ne(""), rows["_file"] + ":" + rows["_line"].astype(str))


def _locate(judged: pd.DataFrame, numbers: pd.DataFrame, layout: Layout, study_area: Any) -> None:
    usable = judged.index[judged["cause"].eq("")]
    points = make_points(
        numbers.loc[usable, "x"].to_numpy(), numbers.loc[usable, "y"].to_numpy(), crs=layout.crs
    )
    judged["geometry"] = pd.Series(points, index=usable, dtype="object").reindex(judged.index)
    if study_area is None or not len(usable):
        return
    outside = usable[~within_area(points, study_area)]
    judged.loc[outside, "cause"] = "outside the study area"
    judged.loc[outside, "value"] = [f"{p.x:.0f}, {p.y:.0f}" for p in judged.loc[outside, "geometry"]]


def _mark_duplicates(judged: pd.DataFrame, own_id: pd.Series) -> None:
    """Keep the first accepted row of each Crime ID; rows without an ID are never compared."""
    twice = own_id.ne("") & own_id.duplicated(keep=False)
    if not twice.any():
        return
    order = judged.loc[twice, "cause"].ne("").sort_values(kind="stable").index
    later = order[own_id.loc[order].duplicated().to_numpy()]
    judged.loc[later, "cause"] = "duplicate Crime ID"
    judged.loc[later, "value"] = own_id.loc[later]


def _incidents(rows: pd.DataFrame, judged: pd.DataFrame) -> gpd.GeoDataFrame:
    raw = rows[[c for c in rows.columns if c.startswith("raw_")]]
    geometry = gpd.GeoSeries(np.asarray(judged["geometry"], dtype=object), index=judged.index, crs=CRS)
    table = pd.concat([judged[INCIDENT_COLUMNS], geometry.rename("geometry"), raw], axis=1)
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry="geometry", crs=CRS)


def _rejects(judged: pd.DataFrame, bad: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    torn = bad.assign(
        cause="wrong number of fields",
        source=layout.source,
        precision=layout.precision,
        category="",
        place="",
    )
    torn["incident_id"] = torn["file"].astype("str") + ":" + torn["line"].astype("str")
    torn["when"] = pd.Series(pd.NaT, index=torn.index, dtype="datetime64[ns]")
    both = [t[REJECT_COLUMNS] for t in (judged, torn) if len(t)] or [judged[REJECT_COLUMNS]]
    rejects = pd.concat(both).sort_values(["file", "line"], kind="stable").reset_index(drop=True)
    return rejects.astype({"line": "int64", "when": "datetime64[ns]", "value": "str", "cause": "str"})

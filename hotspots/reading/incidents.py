"""Incidents: every row of the source files, either read or rejected with its file, line and cause."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, Problems, announce, say_scale
from hotspots.common.words_for_nothing import blank_nothing
from hotspots.files.file_formats import X, Y
from hotspots.files.input_files import find_files
from hotspots.reading.duplicates import drop_shared_ids, mark_duplicate_ids, settle_same_month
from hotspots.reading.layout_fit import (
    explain_missing,
    holds_place,
    leave_out_others,
    match_columns,
    may_lack_place,
    name_other,
    read_layout_rows,
)
from hotspots.reading.layouts import Layout, load_layout
from hotspots.reading.publishers import COLUMNS, FORCE
from hotspots.reading.rejects import REJECT_COLUMNS, diagnose_rejects
from hotspots.reading.rows import UNREAD_CLOCK, end_of, event_keys, judge_rows, own_ids, text_of
from hotspots.reading.street_spellings import settle_spelling

_end_of, _judge = end_of, judge_rows
INCIDENT_COLUMNS = ["incident_id", "source", "when", "precision", "category", "place"]


def read_incidents(
    source: str | Path | Iterable[str | Path],
    *,
    layout: str | Path | Mapping[str, Any] | Layout = "police.uk",
    study_area: Any = None,
    as_of: str | date | pd.Timestamp | None = None,
    same_month: str = "refuse",
    crs: str | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    r"""Read incident files; every row ends in exactly one of the two tables returned.

    Parameters
    ----------
    source : path, glob pattern, folder, zip, or several of these
        Folders are searched to any depth; a zip is read as data.police.uk hands it out. CSV, Excel, Parquet,
        GeoPackage, GeoJSON and JSON are read, by the ending of the name.
    layout : str, path or mapping
        Name of a packaged layout (see `list_layouts`), path of a TOML file, or a table like one.
    study_area : GeoDataFrame, GeoSeries or geometry, optional
        Rows outside it are rejected. A bare geometry is taken to be in the grid. None: no limit.
    as_of : date or str, optional
        Rows dated later are rejected as future dates. None: today.
    same_month : {"refuse", "first", "last", "both"}
        What to do where two files hold the same rows of one force's month: rows without an ID, as all ASB,
        would count twice.
    crs : str, optional
        The grid of the answer: any in metres, whatever the records are written in. None: the ``target`` of
        the layout, EPSG:27700 (British National Grid) unless stated.

    Returns
    -------
    incidents : GeoDataFrame
        One row per accepted incident in metres of the grid: ``incident_id, source, when, precision,
        category, place, geometry``, then every
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

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "march.csv"
    ...     head = "Crime ID,Month,Longitude,Latitude,Location,Crime type"
    ...     rows = ["1,2024-03,-1.5,53.8,On or near Boar Lane,Drugs", "2,2024-03,,,No Location,Robbery"]
    ...     _ = file.write_text("\n".join([head, *rows]) + "\n")
    ...     incidents, rejects = read_incidents(file)
    >>> incidents["category"].tolist(), rejects[["line", "cause"]].to_numpy().tolist()
    (['Drugs'], [[3, 'no coordinates']])
    """
    settings = load_layout(layout, crs=crs)
    rows, bad, counts = _load(source, settings)
    judged = judge_rows(rows, settings, end_of(as_of), study_area)
    for sentence in judged.attrs.pop("said", []):
        announce(sentence)
    rows = _mark_clocks(rows, judged)
    _settle_repeats(judged, rows, same_month)
    accepted = judged["cause"].eq("")
    incidents = _incidents(rows[accepted], judged[accepted], settings)
    rejects = _rejects(judged[~accepted], bad, settings)
    rejects.attrs["rows_by_file"] = counts
    for sentence in diagnose_rejects(incidents, rejects):
        announce(f"Wrong as a whole: {sentence}")
    if len(incidents) and (off := say_scale(settings.target, incidents.total_bounds)):
        announce(f"The records' grid: {off}; [grid] crs (in Python crs=) names another.")
    return incidents, rejects


def _load(source: Any, layout: Layout) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Every file's rows as text with ``_file`` and ``_line``, the lines that do not fit, rows per file."""
    problems = Problems("The files of records cannot be read")
    frames, bad, placeless = [], [], []
    counts: dict[str, int] = {}
    others: dict[str, str] = {}
    for file in find_files(source, skip=layout.skip):
        try:
            table = read_layout_rows(file, layout)
        except InputError as error:
            problems.add(error.problem, given=error.given, advice=error.advice)
            continue
        actual, lacking = match_columns(table.rows.columns, layout)
        if lacking and (other := name_other(table.rows.columns)):
            others[file.name] = other
            continue
        if lacking and file.name.lower().endswith(".json") and table.rows.empty:
            counts[file.name] = 0  # an answer of the API without a record
            continue
        if lacking and may_lack_place(table.rows, file.name, lacking, layout):
            placeless.append((file.name, lacking, list(table.rows.columns)))
        elif lacking:
            explain_missing(problems, file.name, lacking, list(table.rows.columns), layout)
            continue
        rows = _rename(table.rows, actual, layout)
        frames.append(rows.assign(_file=file.name, _line=table.lines, _crs=table.crs or layout.crs))
        bad += [(file.name, line, value) for line, value in table.bad]
        counts[file.name] = counts.get(file.name, 0) + len(rows) + len(table.bad)
    leave_out_others(others, problems, alone=not frames)
    told = any("_x" in frame for frame in frames)
    for name, lacking, columns in placeless:
        if not told and not any(holds_place(column, layout) for column in columns):
            explain_missing(problems, name, lacking, columns, layout)
    if not frames and not problems.found:
        problems.add("there is no record in them", given=", ".join(counts), advice="another month, or force")
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
    if "force" in actual and f"raw_{actual['force']}" not in COLUMNS:
        columns.setdefault(FORCE, rows[actual["force"]])
    if layout.unit != "crime":
        columns["raw_unit"] = pd.Series(layout.unit, index=rows.index, dtype="str")
    if layout.kind == "geometry":
        columns |= {"_x": rows[X], "_y": rows[Y]}
    return pd.DataFrame(columns, index=rows.index)


def _mark_clocks(rows: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Count aloud the times of day that were not understood, and mark their rows for `profile_times`."""
    unread = judged.get("unread")
    if unread is None or not unread.any():
        return rows
    written = int(blank_nothing(rows["_time"], number=True).ne("").sum())
    first: Any = unread.idxmax()
    announce(
        f"{int(unread.sum()):,} of {written:,} times of day were not understood, such as "
        f"{text_of(rows, '_time')[first][:40]!r} ({judged['file'][first]} line {judged['line'][first]}): "
        "their rows keep the day and have no clock."
    )
    return rows.assign(**{UNREAD_CLOCK: unread})


def _settle_repeats(judged: pd.DataFrame, rows: pd.DataFrame, same_month: str) -> None:
    own_id = own_ids(rows)
    rounded = int((own_id.eq("") & blank_nothing(text_of(rows, "_incident_id")).ne("")).sum())
    if rounded:
        announce(
            f"{rounded:,} IDs were rewritten by Excel or another program, as 2.01913E+12 or with noughts for "
            "their last digits: rounded, they cannot be told apart and are not used. Their rows are."
        )
    own_id = drop_shared_ids(judged, event_keys(rows, own_id))
    force = blank_nothing(text_of(rows, "_force")) if "_force" in rows.columns else None
    settle_same_month(judged, force, own_id, keep=same_month)
    mark_duplicate_ids(judged, own_id)


def _incidents(rows: pd.DataFrame, judged: pd.DataFrame, layout: Layout) -> gpd.GeoDataFrame:
    raw = rows[[c for c in rows.columns if c.startswith("raw_")]]
    points = np.asarray(judged["geometry"], dtype=object)
    geometry = gpd.GeoSeries(points, index=judged.index, crs=layout.target)
    named = judged[INCIDENT_COLUMNS].assign(place=settle_spelling(judged["place"]))
    table = pd.concat([named, geometry.rename("geometry"), raw], axis=1)
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

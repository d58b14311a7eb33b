"""How far a layout fits a file: which columns it finds, which it lacks, and the nearest names there are."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import Problems, announce, closest_name
from hotspots.common.wording import say_percentage
from hotspots.common.words_for_nothing import is_nothing
from hotspots.files.delimited import Table
from hotspots.files.file_formats import read_rows
from hotspots.files.input_files import SourceFile, find_files
from hotspots.reading.dates import parse_dates
from hotspots.reading.layouts import Layout, list_layouts, load_layout


def match_columns(columns: Iterable[str], layout: Layout) -> tuple[dict[str, str], list[str]]:
    """Column of the file for each meaning that the layout names, and the required meanings without one.

    Capitals, spaces and punctuation are evened out; a column serves one meaning only.

    Examples
    --------
    >>> match_columns(["month", "LONGITUDE", "Latitude"], load_layout("police.uk"))
    ({'when': 'month', 'x': 'LONGITUDE', 'y': 'Latitude'}, ['category'])
    """
    by_fold: dict[str, str] = {}
    for column in columns:
        by_fold.setdefault(_fold(column), column)
    found: dict[str, str] = {}
    for meaning, names in layout.columns.items():
        hit = next((by_fold[_fold(n)] for n in names if _fold(n) in by_fold), None)
        if hit is not None and hit not in found.values():
            found[meaning] = hit
    return found, [m for m in layout.required if m not in found]


def _fold(name: str) -> str:
    return "".join(c for c in str(name).casefold() if c.isalnum()) or str(name)


def name_other(columns: Iterable[str]) -> str:
    """Say what a file of police.uk holds in place of records, under whatever name; "" for all others.

    Outcomes are several to a crime, and a stop or a search is none.

    Examples
    --------
    >>> name_other(["Crime ID", "Month", "Outcome type"])
    'outcomes of crimes'
    """
    folded = {_fold(c) for c in columns}
    if folded & {"objectofsearch", "selfdefinedethnicity", "officerdefinedethnicity"}:
        return "stops and searches"
    outcome = "outcometype" in folded or {"categorycode", "crimecategory"} <= folded
    return "outcomes of crimes" if outcome and "crimetype" not in folded else ""


def leave_out_others(others: Mapping[str, str], problems: Problems, *, alone: bool) -> None:
    """Say which files hold something else than records; where there are no records beside, refuse them."""
    if alone:
        for file, what in others.items():
            problems.add(
                f"{file} holds {what}, not records of crime or ASB",
                advice="the file of crimes of the same month, which police.uk names ...-street.csv",
            )
    elif others:
        named = "; ".join(f"{file} holds {what}" for file, what in others.items())
        announce(f"Left out, as not holding records of crime or ASB: {named}.")


def holds_place(column: str, layout: Layout) -> bool:
    """Whether a column is what the layout's coordinates are parts of: "location" of "location.longitude"."""
    names = [n for m in ("x", "y") for n in layout.columns.get(m, ())]
    return _fold(column) in {_fold(n.rpartition(".")[0]) for n in names if "." in n}


def may_lack_place(rows: pd.DataFrame, name: str, lacking: list[str], layout: Layout) -> bool:
    """Whether the lacking columns are coordinates that no record here has: the place is null, or left out."""
    whole = [c for c in rows.columns if holds_place(c, layout)]
    empty = all(rows[c].fillna("").map(is_nothing).all() for c in whole)
    return set(lacking) <= {"x", "y"} and empty and (bool(whole) or name.lower().endswith(".json"))


def read_layout_rows(file: SourceFile, layout: Layout) -> Table:
    """Rows of one file, read as the layout says."""
    return read_rows(file, delimiter=layout.delimiter, header=layout.header, sheet=layout.sheet, layer=layout.layer)


def explain_missing(problems: Problems, file: str, lacking: list[str], columns: list[str], layout: Layout) -> None:
    """Add to ``problems`` one sentence that names the missing columns, those found and the nearest."""
    wanted = [" or ".join(layout.columns.get(m, (m,))[:3]) for m in lacking]
    near = [
        f"{names[0]} may be {hit}"
        for m in lacking
        for names in [layout.columns.get(m, (m,))]
        if (hit := _nearest(names, columns))
    ]
    problems.add(
        f"{file} lacks the column{'s' * (len(lacking) > 1)} {', '.join(wanted)} of the layout {layout.name}",
        given=f"columns {', '.join(c[:60] for c in columns[:40]) or '(none)'}",
        advice="; ".join(near) or _lower_header(columns) or _other_layout(columns, layout),
    )


def _lower_header(columns: list[str]) -> str:
    unnamed = sum(c.startswith("column ") for c in columns)
    few = len(columns) == 1 or unnamed > len(columns) / 2
    said = "header = the number of their line, in the layout, if the column names stand lower down"
    return said if few else ""


def _nearest(names: Iterable[str], columns: Iterable[str]) -> str | None:
    return next((hit for n in names if (hit := closest_name(n, columns))), None)


def _other_layout(columns: Iterable[str], layout: Layout) -> str:
    fits = [n for n in list_layouts() if n != layout.name and not match_columns(columns, load_layout(n))[1]]
    return f"layout {' or '.join(fits[:3])}" if fits else "another layout, or one of your own"


def fit_layout(
    source: Any, *, layout: str | Path | Mapping[str, Any] | Layout = "police.uk", rows: int = 1000
) -> pd.DataFrame:
    """How far a layout fits the files: one line per file and meaning, for `hotspots check`.

    Returns
    -------
    DataFrame
        ``file, meaning, wanted, found, required, filled, readable, nearest``: ``found`` is the file's column
        ("" when there is none), ``filled`` the share of the first ``rows`` rows that are not blank,
        ``readable`` the share of dates that the layout's formats read (NaN for other meanings), ``nearest``
        the nearest column name where none was found.
    """
    settings = load_layout(layout)
    lines: list[dict[str, Any]] = []
    for file in find_files(source, skip=settings.skip):
        table = read_layout_rows(file, settings)
        if match_columns(table.rows.columns, settings)[1] and name_other(table.rows.columns):
            continue  # the reading says so
        lines += _fit_file(file.name, table.rows.head(rows), settings)
    columns = ["file", "meaning", "wanted", "found", "required", "filled", "readable", "nearest"]
    return pd.DataFrame(lines, columns=columns)


def _fit_file(name: str, rows: pd.DataFrame, layout: Layout) -> list[dict[str, Any]]:
    found, _ = match_columns(rows.columns, layout)
    free = [c for c in rows.columns if c not in found.values()]
    lines = []
    for meaning, wanted in layout.columns.items():
        column = found.get(meaning, "")
        values = rows[column].fillna("").astype("str").str.strip() if column else pd.Series([], dtype="str")
        readable = float("nan")
        if meaning == "when" and len(values):
            readable = float(parse_dates(values, formats=layout.formats)["cause"].eq("").mean())
        lines.append(
            {
                "file": name,
                "meaning": meaning,
                "wanted": " or ".join(wanted),
                "found": column,
                "required": meaning in layout.required,
                "filled": float(values.ne("").mean()) if len(values) else float("nan"),
                "readable": readable,
                "nearest": "" if column else (_nearest(wanted, free) or ""),
            }
        )
    return lines


def describe_fit(fit: pd.DataFrame) -> list[str]:
    """Sentences on a table of `fit_layout`, for `hotspots check`: one per file, and one per doubt.

    Examples
    --------
    >>> fit = pd.DataFrame({"file": "a.csv", "meaning": "when", "wanted": "Month", "found": "",
    ...                     "required": True, "filled": float("nan"), "readable": float("nan"),
    ...                     "nearest": "Mnth"}, index=[0])
    >>> describe_fit(fit)[1]
    "a.csv: no column for 'when' (Month), which is needed; the nearest name is Mnth."
    """
    sentences = []
    for file, rows in fit.groupby("file", sort=False):
        found = int(rows["found"].ne("").sum())
        sentences.append(f"{file}: {found} of the layout's {len(rows)} columns found.")
        for row in rows.to_dict("records"):
            if not row["found"]:
                need = ", which is needed" if row["required"] else ""
                near = f"; the nearest name is {row['nearest']}" if row["nearest"] else ""
                sentences.append(f"{file}: no column for '{row['meaning']}' ({row['wanted']}){need}{near}.")
            elif row["readable"] < 1:
                sentences.append(
                    f"{file}: {say_percentage(row['readable'])} of the dates in {row['found']} can be read."
                )
    return sentences


def suggest_layouts(source: Any) -> pd.DataFrame:
    r"""Rank the packaged layouts by how well they fit the first file of ``source``.

    Parameters
    ----------
    source : str, Path or list
        As for `read_incidents`.

    Returns
    -------
    DataFrame
        ``layout, fits`` (nothing required is missing), ``found`` (meanings found), ``lacking``,
        ``description``.

    Raises
    ------
    InputError
        When there is no file, or the first one cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "march.csv"
    ...     row = "2024-03,-1.5,53.8,On or near Boar Lane,Drugs"
    ...     _ = file.write_text(f"Month,Longitude,Latitude,Location,Crime type\n{row}\n")
    ...     suggest_layouts(file)["layout"].iloc[0]
    'police.uk'
    """
    file = find_files(source)[0]
    columns = list(read_rows(file).rows.columns)
    lines = []
    for name in list_layouts():
        settings = load_layout(name)
        found, lacking = match_columns(columns, settings)
        lines.append(
            {
                "layout": name,
                "fits": not lacking,
                "found": len(found),
                "lacking": ", ".join(lacking),
                "description": settings.description,
            }
        )
    return pd.DataFrame(lines).sort_values(["fits", "found"], ascending=False, ignore_index=True)

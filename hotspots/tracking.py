"""The page a board reads each quarter: each indicator this year and last, in one line of words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.changes import compare_windows, say_outcome
from hotspots.checks import announce
from hotspots.indicator_files import Indicator, read_indicators
from hotspots.indicator_rows import Counted, survey_row
from hotspots.recording import find_recording_changes
from hotspots.selection import explain_no_arrow
from hotspots.two_counts import adjust_p
from hotspots.verdicts import write_change
from hotspots.when import require_covered
from hotspots.windows import Window

NUMBERS = ["before", "after", "base_before", "base_after", "percent", "points", "low", "high", "p", "q"]
BESIDE = ["beside_before", "beside_after", "beside_percent", "points_beside", "ratio_beside"]


def track_indicators(
    incidents: gpd.GeoDataFrame,
    *,
    after: Any,
    before: Any = None,
    indicators: str | Path | list[Indicator] = "board",
    hot: pd.Series | None = None,
    selected_on: Any = None,
    survey: pd.DataFrame | None = None,
    beside: gpd.GeoDataFrame | None = None,
    covered: Any = None,
    as_of: Any = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Put each indicator of a board page in one row: this year, last year, change, words, sparkline.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places of the area.
    after, before : window
        As in `compare_periods`; ``before=None`` means the same calendar months of an earlier year.
    indicators : str, path or list of Indicator
        "board", "clear-hold-build", or a file of your own (see `hotspots.indicator_files`).
    hot : Series of bool, optional
        Which rows lie in a hotspot: ``assign_hotspots(incidents, spots).notna()``. None leaves those
        indicators blank, saying so.
    selected_on : window or list of windows, optional
        The period whose counts chose the hotspots: their change is shown only where that is fair.
    survey : DataFrame, optional
        What has no points (feeling safe, satisfaction, re-offending, call-back time): ``indicator``
        (key), ``period`` (name of a window), ``value`` (per cent, or any number), and, where known,
        ``base`` (how many were asked: the value is then taken as a per cent of them).
    beside : GeoDataFrame, optional
        Incidents of the force or district, to stand beside.
    covered, as_of, level
        As in `compare_periods`.

    Returns
    -------
    DataFrame
        Index ``key``; ``name``, ``kind``, ``direction``, ``before``, ``after`` (counts, or per cent),
        ``base_...`` (what a share is of), ``percent`` (per cent) or ``points`` (percentage points) with
        ``low`` and ``high``, ``p``, ``q`` (adjusted over the page), ``arrow``, ``words``, ``sparkline``
        (months from the first window to the second, "·" where there are no records), ``beside_...``
        and ``note``. ``attrs``: the windows and ``warnings``.

    Raises
    ------
    InputError
        When a window is not wholly covered, or a table cannot be used.
    """
    second, first = compare_windows(after, before, as_of=as_of)
    require_covered(incidents, [first, second], covered=covered)
    page = indicators if isinstance(indicators, list) else read_indicators(indicators)
    reason = explain_no_arrow(selected_on, before=first, after=second)
    area = Counted(incidents, page, hot, first, second)
    force = Counted(beside, page, None, first, second) if beside is not None else None
    rows = []
    for indicator in page:
        row = survey_row(indicator, survey, first, second, level) if indicator.kind == "survey" else None
        row = (
            row
            if row is not None
            else area.row(indicator, level=level, reason=reason if indicator.hot else "")
        )
        rows.append(row | (force.beside(indicator, row) if force is not None else {}))
    table = pd.DataFrame(rows, index=pd.Index([i.key for i in page], name="key", dtype="str"))
    table = table.reindex(
        columns=["name", "kind", "direction", *NUMBERS, "said", "sparkline", *BESIDE, "note"]
    )
    table = table.astype(dict.fromkeys([*NUMBERS, *BESIDE], "float64"))
    table = _finish(table, first, second, alpha=1 - level)
    table.attrs["warnings"] += find_recording_changes(incidents, before=first, after=second)
    for warning in table.attrs["warnings"]:
        announce(warning)
    return table


def _finish(table: pd.DataFrame, first: Window, second: Window, *, alpha: float) -> pd.DataFrame:
    table["q"] = adjust_p(table["p"])
    signs = np.where(table["percent"].fillna(table["points"]) > 0, "up", "down")
    known = table["q"].notna().to_numpy()
    arrows = np.where(known, np.where(table["q"] < alpha, signs, "level"), "")
    table["arrow"] = pd.Series(arrows, index=table.index, dtype="str")
    rows = zip(table.to_dict("records"), arrows, strict=True)
    table["words"] = pd.Series(
        [_words(row, arrow, first, second) for row, arrow in rows], index=table.index, dtype="str"
    )
    for column in ("sparkline", "note"):
        table[column] = table[column].fillna("").astype("str")
    table.attrs = {"before": str(first), "after": str(second), "warnings": []}
    if first.calendar_months() != second.calendar_months():
        table.attrs["warnings"] = [f"{first} and {second} are not the same calendar months."]
    return table.drop(columns="said")


def _words(row: Any, arrow: str, first: Window, second: Window) -> str:
    if isinstance(row["said"], str):
        return row["said"]
    outcome = say_outcome(arrow, row["direction"])
    if np.isfinite(row["points"]):
        sides = [f"{row[n]:.1f} % of {row[f'base_{n}']:,.0f}" for n in ("before", "after")]
        move = f"{'up' if row['points'] > 0 else 'down'} {abs(row['points']):.1f} percentage points"
        return f"from {sides[0]} to {sides[1]}, {move}, between {first} and {second}: {outcome}"
    compared = bool(np.isfinite(row["beside_before"]))
    change = write_change(row["before"], row["after"], compared=compared)
    told = f"{change} between {first} and {second}: {outcome}"
    if compared:
        told += f"; beside it {write_change(row['beside_before'], row['beside_after'])}"
    return told


def write_page(table: pd.DataFrame, *, title: str) -> str:
    """Write the page as a Markdown table: one row per indicator, last year, this year, trace, words.

    Parameters
    ----------
    table : DataFrame
        From `track_indicators`.
    title : str
        Heading: the area and the quarter.

    Returns
    -------
    str
        Markdown, which opens in any editor and pastes into a document; the warnings stand below.
    """
    before, after = table.attrs["before"], table.attrs["after"]
    lines = [
        f"# {title}",
        "",
        f"| Indicator | {before} | {after} | Months | What changed |",
        "|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        unit = " %" if np.isfinite(row["points"]) else ""
        figures = [_figure(row[name], unit) for name in ("before", "after")]
        words = row["words"] + (f" ({row['note']})" if row["note"] else "")
        lines.append(f"| {row['name']} | {figures[0]} | {figures[1]} | {row['sparkline']} | {words} |")
    return "\n".join([*lines, "", *(f"- {warning}" for warning in table.attrs["warnings"])]).rstrip() + "\n"


def _figure(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:.1f}{unit}" if unit else f"{value:,.10g}"

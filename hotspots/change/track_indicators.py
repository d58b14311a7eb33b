"""The page a board reads each quarter: each indicator this year and last, in one line of words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.change._indicator_rows import Counted, survey_row
from hotspots.change._recording_changes import find_recording_changes
from hotspots.change.chosen_by_counts import explain_no_arrow
from hotspots.change.compare_periods import compare_windows, say_apart, say_outcome, see_changes
from hotspots.change.indicator_files import Indicator, read_indicators
from hotspots.change.one_judgement import judge_changes, point_arrows
from hotspots.checks import announce, on_index
from hotspots.common.calendars import list_overlapping
from hotspots.common.change_words import as_long, say_between, write_between
from hotspots.common.judgement_words import SAME
from hotspots.common.option_classes import take_options
from hotspots.common.windows import Window, make_window
from hotspots.common.wording import SMALL_BASE, say_figure, say_signed
from hotspots.reading.covered import find_covered
from hotspots.statistics.many_tests import false_discovery

NUMBERS = ["before", "after", "base_before", "base_after", "percent", "points", "low", "high", "p", "q"]
BESIDE = ["beside_before", "beside_after", "beside_percent", "points_beside", "ratio_beside"]


@dataclass(frozen=True)
class Terms:
    """How a page counts and compares."""

    # the same for the list before, where it was another: both periods are then counted on both lists
    hot_before: pd.Series | None = None
    # the period whose counts chose the hotspots: their change is shown only where that is fair
    selected_on: Any = None
    # months with fewer than this many (and not none) are drawn as "░" in a trace: not for everyone's
    # eyes. The other columns are the caller's to release
    least: int = 0
    covered: Any = None  # as in `compare_periods`
    as_of: Any = None
    # how much wider than Poisson the counts vary: ``attrs["dispersion"]`` of a comparison of places
    dispersion: float = 1.0
    level: float = 0.95


def track_indicators(
    incidents: gpd.GeoDataFrame,
    *,
    after: Any,
    before: Any = None,
    indicators: str | Path | list[Indicator] = "board",
    hot: pd.Series | None = None,
    survey: pd.DataFrame | None = None,
    beside: gpd.GeoDataFrame | None = None,
    calendar: pd.DataFrame | None = None,
    **terms: Any,
) -> pd.DataFrame:
    """Put each indicator of a board page in one row: this year, last year, change, words, sparkline.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places of the area.
    after, before : window
        As in `compare_periods`; ``before=None`` means the same calendar months of an earlier year.
    indicators : str, path or list of Indicator
        "board", "clear-hold-build", or a file of your own (see `hotspots.change.indicator_files`).
    hot : Series of bool, optional
        Which rows lie in a hotspot: ``assign_hotspots(incidents, spots).notna()``. None leaves those
        indicators blank, saying so.
    survey : DataFrame, optional
        What has no points (feeling safe, satisfaction, re-offending, call-back time): ``indicator``
        (key), ``period`` (name of a window), ``value`` (per cent, or any number), and, where known,
        ``base`` (how many were asked: the value is then taken as a per cent of them).
    beside : GeoDataFrame, optional
        Incidents of the force or district, to stand beside.
    calendar : DataFrame, optional
        From `read_calendar`: months of the trace with an entry are followed by a star, and ``attrs``
        says which entries they are.
    **terms
        ``hot_before``, ``selected_on``, ``least``, ``covered``, ``as_of``, ``dispersion`` and ``level``: see
        `Terms`.

    Returns
    -------
    DataFrame
        Index ``key``; ``name``, ``kind``, ``direction``, ``before``, ``after`` (counts, or per cent),
        ``base_...`` (what a share is of), ``percent`` (per cent) or ``points`` (percentage points) with
        ``low`` and ``high``, ``p``, ``q`` (adjusted over the page), ``change`` (with its interval, as
        words), ``arrow``, ``words``, ``sparkline`` (months from the first window to the second, "·" where
        there are no records), ``beside_...`` and ``note``. ``attrs``: the windows, ``warnings`` and
        ``calendar`` (names of the entries in those months).

    Raises
    ------
    InputError
        When no source or force wholly covers the windows, a table cannot be used, or ``hot`` is on another
        index.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame(
    ...     {"when": pd.to_datetime(["2017-07-01", "2018-07-01"]), "precision": "month",
    ...      "category": "Robbery", "source": "police.uk", "incidents": [40, 10]},
    ...     geometry=gpd.points_from_xy([0, 0], [0, 0]), crs=27700)
    >>> page = [Indicator("robbery", "Robbery")]
    >>> track_indicators(frame, after="2018-07", indicators=page)[["before", "after"]].to_numpy().tolist()
    [[40.0, 10.0]]
    """
    how = take_options(Terms, terms, of="track_indicators")
    second, first = compare_windows(after, before, as_of=how.as_of)
    page = indicators if isinstance(indicators, list) else read_indicators(indicators)
    reason = explain_no_arrow(how.selected_on, before=first, after=second)
    hot_before = how.hot_before
    if hot is not None:
        advice = "hot=assign_hotspots(incidents, spots).notna()"
        hot = on_index(hot, incidents.index, what="The hotspots' rows (hot)", advice=advice)
    like = find_covered(incidents, [first, second], covered=how.covered)
    if like.gaps:
        incidents, hot = incidents[like.rows], None if hot is None else hot[like.rows]
        hot_before = None if hot_before is None else hot_before[like.rows]
    if beside is not None:
        beside = beside[find_covered(beside, [first, second], covered=how.covered).rows]
    area = Counted(incidents, page, hot, first, second, calendar, how.least)
    older = Counted(incidents, page, hot_before, first, second) if hot_before is not None else None
    several = "source" in incidents.columns and len(incidents["source"].unique()) > 1
    force = Counted(beside, page, None, first, second) if beside is not None else None
    rows = []
    for indicator in page:
        row = survey_row(indicator, survey, first, second, how.level) if indicator.kind == "survey" else None
        row = row if row is not None else area.row(indicator, level=how.level, reason=reason if indicator.hot else "")
        if indicator.kind == "count" and several and "percent" in row:
            row["note"] = " ".join(filter(None, (row["note"], say_apart(area.by_source(indicator)))))
        if older is not None and indicator.hot and indicator.kind == "count" and "before" in row:
            row["note"] = " ".join(filter(None, (row["note"], _on_the_list_before(older, indicator, how.least))))
        rows.append(row | (force.beside(indicator, row) if force is not None else {}))
    table = pd.DataFrame(rows, index=pd.Index([i.key for i in page], name="key", dtype="str"))
    table = table.reindex(columns=["name", "kind", "direction", *NUMBERS, "said", "sparkline", *BESIDE, "note", "mark"])
    table = table.astype(dict.fromkeys([*NUMBERS, *BESIDE], "float64"))
    table = _finish(
        _judge(table, (first, second), dispersion=how.dispersion, level=how.level), first, second, how.level
    )
    changed = find_recording_changes(incidents, before=first, after=second)
    table.attrs["warnings"] = [*like.gaps, *table.attrs["warnings"], *changed]
    table.attrs["calendar"] = _entries(calendar, first, second)
    for warning in table.attrs["warnings"]:
        announce(warning)
    return table


def _on_the_list_before(older: Counted, indicator: Indicator, least: int) -> str:
    """Count both windows on the list before, so that a change of the list is not taken for one of crime."""
    rows = older.rows[indicator.key]
    before, after = older.pair(rows) if rows is not None else (0.0, 0.0)
    if min(before, after) < max(least, 1):
        return ""
    return f"On the list before this one: {before:,.0f} in {older.first}, {after:,.0f} in {older.second}."


def _judge(table: pd.DataFrame, windows: tuple[Window, Window], *, dispersion: float, level: float) -> pd.DataFrame:
    """Judge the counts of a page together with its shares, whose p is there already."""
    counts, shares = table["mark"].notna().to_numpy(), table["p"].notna().to_numpy()
    judged = judge_changes(
        table.loc[counts, "before"],
        table.loc[counts, "after"],
        windows,
        dispersion=dispersion,
        level=level,
        marks=[int(mark) for mark in table.loc[counts, "mark"]],
        others=table.loc[shares, "p"],
    ).set_index(table.index[counts])
    table.loc[shares, "q"] = false_discovery([*judged["p"], *table.loc[shares, "p"]])[counts.sum() :]
    for name in ("p", "q"):
        table.loc[counts, name] = judged[name]
    for name in ("low", "high"):
        table.loc[counts, name] = 100 * (judged[name] - 1)
    return table.join(judged[["dispersion", "together"]])


def _finish(table: pd.DataFrame, first: Window, second: Window, level: float) -> pd.DataFrame:
    counts = table["mark"].notna().to_numpy()
    bounds = 1 + table[["low", "high"]] / 100
    bounds[~counts] = np.inf  # a share is judged by its p alone
    judged = table.assign(**bounds)
    moved = table["percent"].fillna(table["points"])
    arrows = point_arrows(judged, moved > 0, alpha=1 - level)
    table["arrow"] = pd.Series(arrows, index=table.index, dtype="str")
    seen = [
        see_changes(judged[i : i + 1], first, second, direction=aim, level=level)[0] if own else ""
        for i, (own, aim) in enumerate(zip(counts, table["direction"], strict=True))
    ]
    rows = zip(table.to_dict("records"), arrows, seen, strict=True)
    table["words"] = pd.Series(
        [_words(row, arrow, could, first, second) for row, arrow, could in rows], index=table.index, dtype="str"
    )
    changes = [_say_change(row, first, second) for row in table.to_dict("records")]
    table["change"] = pd.Series(changes, index=table.index, dtype="str")
    for column in ("sparkline", "note"):
        table[column] = table[column].astype(object).fillna("").astype("str")
    table.attrs = {"before": str(first), "after": str(second), "warnings": []}
    if first.calendar_months() != second.calendar_months():
        table.attrs["warnings"] = [f"{first} and {second} are not the same calendar months."]
    return table.drop(columns=["said", "mark", "dispersion", "together"])


def _words(row: Any, arrow: str, seen: str, first: Window, second: Window) -> str:
    if isinstance(row["said"], str):
        return row["said"]
    outcome = say_outcome(arrow, row["direction"]) + (f" ({seen})" if seen and arrow == "level" else "")
    if np.isfinite(row["points"]):
        sides = [say_figure(row[n], row[f"base_{n}"]) for n in ("before", "after")]
        move = f"{'up' if row['points'] > 0 else 'down'} {abs(row['points']):.1f} percentage points"
        move = SAME if abs(row["points"]) < 0.05 else move
        return f"from {sides[0]} to {sides[1]}, {move}{say_between(first, second)}: {outcome}"
    compared = bool(np.isfinite(row["beside_before"]))
    change = write_between(row["before"], row["after"], first, second, compared=compared)
    told = f"{change}{say_between(first, second)}: {outcome}"
    if compared:
        told += f"; beside it {write_between(row['beside_before'], row['beside_after'], first, second)}"
    return told


def _entries(calendar: pd.DataFrame | None, first: Window, second: Window) -> list[str]:
    if calendar is None or calendar.empty:
        return []
    rows = list_overlapping(calendar, start=first.start, end=second.last_day)
    return [
        f"{row['name']} ({row['kind']}), {make_window(row['start'], row['end'] + pd.Timedelta(days=1))}"
        for row in rows.to_dict("records")
    ]


def _say_change(row: Any, first: Window, second: Window) -> str:
    """Change with its interval: per cent only beside a comparator and on a base of 20, else in numbers."""
    bounds = [row["low"], row["high"]]
    if not np.isfinite(bounds).all():
        return ""
    if np.isfinite(row["points"]):
        points, low, high = (say_signed(x, decimals=1) for x in (row["points"], *bounds))
        return f"{points} points ({low} to {high})"
    percents = (row["percent"], *bounds)
    if np.isfinite(row["beside_before"]) and row["before"] >= SMALL_BASE:
        percent, low, high = (say_signed(x, unit="%") for x in percents)
        return f"{percent} ({low} to {high})"
    ratios = [1 + percent / 100 for percent in percents]
    if as_long(first, second):
        moves = [row["before"] * (ratio * second.days / first.days - 1) for ratio in ratios]
        number, low, high = (say_signed(move) for move in moves)
        return f"{number} ({low} to {high})"
    moves = [row["before"] / first.days * (ratio - 1) for ratio in ratios]
    number, low, high = (say_signed(move, decimals=2) for move in moves)
    return f"{number} a day ({low} to {high})"


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
        f"| Indicator | {before} | {after} | Change (interval) | Months | What changed |",
        "|---|---|---|---|---|---|",
    ]
    for row in table.to_dict("records"):
        share = bool(np.isfinite(row["points"]))
        figures = [say_figure(row[name], share=share) for name in ("before", "after")]
        words = row["words"] + (f" ({row['note']})" if row["note"] else "")
        cells = [row["name"], *figures, row["change"], row["sparkline"], words]
        lines.append(f"| {' | '.join(cells)} |")
    entries = table.attrs.get("calendar", ())
    notes = ["", f"Months with a star: {'; '.join(entries)}."] if entries else []
    warnings = [f"- {warning}" for warning in table.attrs["warnings"]]
    return "\n".join([*lines, *notes, "", *warnings]).rstrip() + "\n"


def order_page(table: pd.DataFrame) -> pd.DataFrame:
    """Put the columns in the order of reading: name, both figures, change, trace, words; then the rest."""
    first = ["name", "before", "after", "change", "sparkline", "words", "note"]
    return table[[*first, *(c for c in table.columns if c not in first)]]

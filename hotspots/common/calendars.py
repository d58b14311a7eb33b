"""Calendars of peaks, holidays, events, operations and campaigns, and how they mark a chart."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError, Problems, read_own_table, require_columns

COLUMNS = ["name", "kind", "start", "end"]
KINDS = ("holiday", "peak", "event", "operation", "campaign")


def read_calendar(source: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Read a calendar of what happened when, to mark on charts and to profile by.

    Parameters
    ----------
    source : path or DataFrame
        A CSV file (or table) with ``name``, ``kind`` ("holiday", "peak", "event", "operation" or
        "campaign"), ``start`` and ``end`` (dates as 2018-07-31, both in it; no end means one day).

    Returns
    -------
    DataFrame
        The four columns, in order of time.

    Raises
    ------
    InputError
        Naming every line whose kind or dates cannot be used.

    Examples
    --------
    >>> day = {"name": "Op Sea", "kind": "operation", "start": "2018-07-01", "end": ""}
    >>> read_calendar(pd.DataFrame([day]))["end"].dt.strftime("%Y-%m-%d").tolist()
    ['2018-07-01']
    """
    table = (
        source
        if isinstance(source, pd.DataFrame)
        else read_own_table(source, what="The calendar", dtype=str, keep_default_na=False)
    )
    table = table.assign(end="") if "end" not in table.columns else table
    require_columns(table, COLUMNS, what="The calendar")
    start = pd.to_datetime(table["start"], errors="coerce", format="ISO8601")
    blank = table["end"].isna() | (table["end"].astype("str").str.strip() == "")
    end = pd.to_datetime(table["end"].where(~blank), errors="coerce", format="ISO8601")
    end = end.where(~blank, start)
    problems = Problems("The calendar cannot be used")
    wrong = {
        "a kind that is not known": ~table["kind"].isin(KINDS),
        "a date that cannot be read": start.isna() | end.isna(),
        "an end before its start": end < start,
    }
    for problem, rows in wrong.items():
        for line in np.flatnonzero(rows.to_numpy()):
            given = ", ".join(str(value) for value in table[COLUMNS].iloc[line])
            problems.add(f"line {line + 2} has {problem}", given=given)
    problems.raise_any()
    found = table[COLUMNS].assign(start=start, end=end)
    return found.sort_values(["start", "end", "name"], kind="stable").reset_index(drop=True)


def list_peaks(first_year: int, last_year: int) -> pd.DataFrame:
    """List the dates when crime and disorder peak nationally, for each year.

    Halloween to Bonfire Night (31 October to 5 November), Christmas and New Year (24 December to
    1 January), and the Easter and August bank-holiday weekends (Friday or Saturday to Monday).
    """
    rows = []
    for year in range(first_year, last_year + 1):
        easter, august = _easter(year), _last_monday(year, 8)
        rows += [
            ("Easter weekend", easter - pd.Timedelta(days=2), easter + pd.Timedelta(days=1)),
            ("August bank holiday", august - pd.Timedelta(days=2), august),
            ("Halloween to Bonfire Night", pd.Timestamp(year, 10, 31), pd.Timestamp(year, 11, 5)),
            ("Christmas and New Year", pd.Timestamp(year, 12, 24), pd.Timestamp(year + 1, 1, 1)),
        ]
    return _table(rows, "peak")


def list_school_holidays(first_year: int, last_year: int) -> pd.DataFrame:
    """List typical English school holidays; ours, by rule, so give your council's dates where it matters."""
    rows = [
        ("Christmas holiday", pd.Timestamp(year, 12, 21), pd.Timestamp(year + 1, 1, 3))
        for year in range(first_year - 1, last_year + 1)
    ]
    for year in range(first_year, last_year + 1):
        before_easter = _easter(year) - pd.Timedelta(days=6)
        weeks = {
            "February half-term": _monday_near(pd.Timestamp(year, 2, 15)),
            "May half-term": _last_monday(year, 5),
            "October half-term": _monday_near(pd.Timestamp(year, 10, 27)),
        }
        rows += [(name, monday, monday + pd.Timedelta(days=6)) for name, monday in weeks.items()]
        rows.append(("Easter holiday", before_easter, before_easter + pd.Timedelta(days=13)))
        rows.append(("Summer holiday", pd.Timestamp(year, 7, 24), pd.Timestamp(year, 9, 1)))
    return _table(rows, "holiday")


def days_within(days: pd.Series | pd.DatetimeIndex, calendar: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Name the entry each day falls in ("" in none; the one that starts first where several hold it)."""
    dates = pd.DatetimeIndex(days).normalize()
    names = np.full(len(dates), "", dtype=object)
    for entry in _entries(calendar.sort_values("start", kind="stable")):
        inside = (dates >= entry["start"]) & (dates <= entry["end"]) & (names == "")
        names[inside] = entry["name"]
    return names


def list_overlapping(calendar: pd.DataFrame, *, start: Any, end: Any) -> pd.DataFrame:
    """Entries that share a day with a span of time; both of its ends are in it."""
    inside = (calendar["start"] <= pd.Timestamp(end)) & (calendar["end"] >= pd.Timestamp(start))
    return calendar[inside].reset_index(drop=True)


def name_in_months(calendar: pd.DataFrame, months: Iterable[str]) -> list[str]:
    """Say which entries fall in each month, by name and kind; "" where none does."""
    said = []
    for month in months:
        span = pd.Period(month, freq="M")
        rows = list_overlapping(calendar, start=span.start_time, end=span.end_time.normalize())
        names = [f"{name} ({kind})" for name, kind in zip(rows["name"], rows["kind"], strict=True)]
        said.append("; ".join(dict.fromkeys(names)))
    return said


def letter_entries(calendar: pd.DataFrame) -> dict[str, str]:
    """Give each name on a calendar a letter, for charts too small for names: A, B ... Z, A2 ..."""
    names = list(dict.fromkeys(map(str, calendar.sort_values("start", kind="stable")["name"])))
    letters = [chr(ord("A") + i % 26) + (str(i // 26 + 1) if i >= 26 else "") for i in range(len(names))]
    return dict(zip(names, letters, strict=True))


def mark_calendar(axes: Any, calendar: pd.DataFrame, *, letters: Mapping[str, str] | None = None) -> Any:
    """Shade each entry on a chart whose horizontal axis is time, with its name above.

    Parameters
    ----------
    axes : matplotlib Axes
        Drawn with dates across.
    calendar : DataFrame
        From `read_calendar`, `list_peaks` or `list_school_holidays`.
    letters : mapping, optional
        What stands above instead of each name (`letter_entries`); the key to them is the caller's.

    Returns
    -------
    matplotlib Axes
        The same, for chaining.
    """
    left, right = axes.get_xlim()
    for entry in _entries(calendar):
        first, last = (_day_number(d) for d in (entry["start"], entry["end"] + pd.Timedelta(days=1)))
        if last < left or first > right:
            continue
        axes.axvspan(first, last, color="0.5", alpha=0.25, linewidth=0)
        axes.axvline(first, color="0.5", linewidth=1)  # one day alone is too narrow to see
        axes.annotate(
            entry["name"] if letters is None else letters[str(entry["name"])],
            xy=((max(first, left) + min(last, right)) / 2, 1.01),
            xycoords=("data", "axes fraction"),
            rotation=90 if letters is None else 0,
            ha="center",
            va="bottom",
            fontsize=8,
        )
    axes.set_xlim(left, right)
    return axes


def _table(rows: list[tuple[str, pd.Timestamp, pd.Timestamp]], kind: str) -> pd.DataFrame:
    frame = pd.DataFrame([(name, kind, start, end) for name, start, end in rows], columns=COLUMNS)
    return frame.sort_values(["start", "end", "name"], kind="stable").reset_index(drop=True)


def _entries(calendar: pd.DataFrame) -> list[dict[Any, Any]]:
    return calendar.to_dict("records")


def _easter(year: int) -> pd.Timestamp:
    """Easter Sunday by the anonymous Gregorian rule (Meeus 1991)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * rest) // 433
    month = (h + rest - 7 * m + 90) // 25
    return pd.Timestamp(year, month, (h + rest - 7 * m + 33 * month + 19) % 32)


def _last_monday(year: int, month: int) -> pd.Timestamp:
    last = pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(1)
    return last - pd.Timedelta(days=last.weekday())


def _monday_near(day: pd.Timestamp) -> pd.Timestamp:
    return day - pd.Timedelta(days=(day.weekday() + 3) % 7 - 3)


def _day_number(day: pd.Timestamp) -> float:
    if pd.isna(day):
        raise InputError("A calendar entry has no date", given="NaT", advice="read_calendar(...)")
    return (day - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)

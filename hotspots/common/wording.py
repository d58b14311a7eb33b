"""The one way to write a number, a share, a change, a date: all that people read takes it from here."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hotspots.common.day_names import MONTHS

# A percentage on fewer than this many is not printed: one record more or less would move it too far.
SMALL_BASE = 20


def say_number(value: Any) -> str:
    """Write a number as people write it: thousands with commas, decimals only where small."""
    if pd.isna(value):
        return "not known"
    if value == round(value) or abs(value) >= 10:
        return f"{round(value):,}"
    return f"{value:.2g}"


def say_count(count: float, one: str, many: str | None = None) -> str:
    """Count and noun that agree."""
    many = many or f"{one}s"
    whole = round(count)
    if whole == 0:
        return f"no {many}"
    return f"{whole:,} {one if whole == 1 else many}"


def say_percentage(fraction: float, *, decimals: int = 0) -> str:
    """Say a fraction as a percentage: never 0% of something, never 100% of less than all."""
    percent = 100 * fraction
    if 0 < percent < 0.1 and decimals < 2:
        return "under 0.1%"
    places = max(decimals, 1) if 0 < percent < 2 else decimals if percent else 0
    said = f"{percent:.{places}f}"
    if percent < 100 and float(said) >= 100:
        return f"over {100 - 10.0**-places:.{places}f}%"
    return f"{said}%"


def say_share(part: float, whole: float, *, of: str = "") -> str:
    """Say a part of a whole with both counts; the percentage only on a base of 20 or more."""
    noun = f" {of}" if of else ""
    said = f"{round(part):,} of {round(whole):,}{noun}"
    return f"{said} ({say_percentage(part / whole)})" if whole >= SMALL_BASE else said


def say_figure(value: float, base: float = math.nan, *, share: bool = False) -> str:
    """Write a figure of a table: a count as it is, a share (in per cent) with what it is of."""
    if not math.isfinite(value):
        return "–"
    if math.isfinite(base):
        return f"{say_percentage(value / 100, decimals=1)} of {base:,.0f}"
    return say_percentage(value / 100, decimals=1) if share else f"{value:,.10g}"


def say_signed(value: float, *, decimals: int = 0, unit: str = "") -> str:
    """Write a difference with its sign: a true minus, and nothing before 0."""
    said = f"{value:+,.{decimals}f}".replace("-", "−")
    return f"{said if said.strip('+−0.') else '0'}{unit}"


def say_list(words: Iterable[str]) -> str:
    """Words in a row, the last with "and".

    Examples
    --------
    >>> say_list(["a"]), say_list(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def name_month(when: Any) -> str:
    """Month and year of a Timestamp, date or Period.

    Examples
    --------
    >>> name_month(pd.Timestamp("2018-07-03"))
    'July 2018'
    """
    return f"{MONTHS[when.month - 1]} {when.year}"


def say_date(when: Any) -> str:
    """Day, month and year in words.

    Examples
    --------
    >>> say_date("2018-07-03")
    '3 July 2018'
    """
    stamp = pd.Timestamp(when)
    return f"{stamp.day} {name_month(stamp)}"


def say_months(months: Sequence[pd.Period]) -> str:
    """Months in words: each by name up to four, then first and last, with what is missing between."""
    ordered = sorted(set(months))
    if not ordered:
        return "no months"
    span = (ordered[-1] - ordered[0]).n + 1
    ends = f"{name_month(ordered[0])} to {name_month(ordered[-1])}"
    if len(ordered) == span > 2:
        return f"{ends} ({span} months)"
    if len(ordered) <= 4:
        return say_list(name_month(month) for month in ordered)
    return f"{ends} ({len(ordered)} of the {span} months are in the data)"


def say_runs(months: Iterable[Any]) -> str:
    """Months in words, those in a row by their first and last.

    Examples
    --------
    >>> say_runs(["2016-08", "2016-09", "2016-10", "2018-01"])
    'August 2016 to October 2016 and January 2018'
    """
    runs: list[list[pd.Period]] = []
    for month in pd.PeriodIndex(list(months), freq="M"):
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return say_list(" to ".join(dict.fromkeys(name_month(end) for end in (run[0], run[-1]))) for run in runs)

"""Windows of time by name (2023/24, year to date, the last 16 months) and which records lie in them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from hotspots.checks import InputError
from hotspots.common.day_names import MONTHS
from hotspots.common.wording import name_month, say_date

_MONTHS = {name.casefold(): n for n, name in enumerate(MONTHS, 1)}
_MONTHS |= {name[:3].casefold(): n for n, name in enumerate(MONTHS, 1)}
_MONTHS |= {"sept": 9}
_EXAMPLES = "2018-07, July 2018, 2018, Q3 2018, 2023/24, Q1 2023/24, 2018-04..2018-09, year to date, last 16 months"


@dataclass(frozen=True)
class Window:
    """A span of time: ``start`` is in it, ``end`` is the first moment after it."""

    start: pd.Timestamp
    end: pd.Timestamp
    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start) / pd.Timedelta(days=1)

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day that is in the window."""
        return (self.end - pd.Timedelta(1, "us")).normalize()

    def holds(self, other: "Window") -> bool:
        """Whether the whole of another window lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Window") -> bool:
        """Whether the two windows share any time."""
        return self.start < other.end and other.start < self.end

    def earlier(self, years: int) -> "Window":
        """Return the same calendar dates ``years`` years before."""
        gap = pd.DateOffset(years=years)
        if self.end == _month(self.end):
            return make_window(self.start - gap, self.end - gap)
        # by its last day: the day after 28 February is another one in leap years
        return make_window(self.start - gap, self.last_day - gap + pd.Timedelta(days=1))

    def calendar_months(self) -> list[int]:
        """List the numbers of the calendar months it touches, in order of the year."""
        first, last = self.start.to_period("M"), self.last_day.to_period("M")
        return sorted(period.month for period in pd.period_range(first, last, freq="M"))


def read_day(value: Any, name: str) -> pd.Timestamp:
    """Day that a date or a text means, at midnight without a time zone, or `InputError` naming it."""
    try:
        day = pd.NaT if isinstance(value, Real) else pd.Timestamp(value)
    except (ValueError, TypeError, OverflowError):
        day = pd.NaT
    if not isinstance(day, pd.Timestamp):
        raise InputError(f"{name} is not a date", given=repr(value), advice="write it as 2018-07-31")
    return day.tz_localize(None).normalize()


def make_window(start: pd.Timestamp, end: pd.Timestamp) -> Window:
    """Window from ``start`` up to, and without, ``end``; its name is written from its dates."""
    if not start < end:
        raise InputError(
            "A window must end after it starts",
            given=f"from {start:%Y-%m-%d} up to {end:%Y-%m-%d}",
            advice="the earlier date first",
        )
    return Window(start, end, _name(start, end))


def read_window(window: Any, *, as_of: Any = None) -> Window:
    """Turn a name such as "2023/24" or a pair of dates into a window."""
    if isinstance(window, Window):
        return window
    if isinstance(window, pd.Period):
        return make_window(window.start_time, (window + 1).start_time)
    if isinstance(window, str):
        return _read_name(window.strip(), as_of)
    if isinstance(window, Sequence) and len(window) == 2:
        first, last = (read_day(part, f"A day of the window {window!r}") for part in window)
        return make_window(first, last + pd.Timedelta(days=1))
    raise InputError("A window must be a name or a pair of dates", given=repr(window), advice=_EXAMPLES)


def read_windows(windows: Any, *, as_of: Any = None) -> list[Window]:
    """Read one window or a list of them, in order of time."""
    several = isinstance(windows, list | set) or (isinstance(windows, tuple) and len(windows) != 2)
    found = [read_window(w, as_of=as_of) for w in (windows if several else [windows])]
    return sorted(found, key=lambda w: (w.start, w.end))


def whole_months(window: Window) -> Window | None:
    """Return the whole calendar months inside a window, or None where it holds none."""
    start = window.start if window.start == _month(window.start) else _month(window.start) + pd.DateOffset(months=1)
    end = _month(window.end)
    return make_window(start, end) if start < end else None


def join_windows(windows: Iterable[Window]) -> list[Window]:
    """Join windows that follow on one another, so that thirty months read as one span.

    Examples
    --------
    >>> [str(w) for w in join_windows(read_windows(["2018-02", "2018-01", "2018-07"]))]
    ['January to February 2018', 'July 2018']
    """
    joined: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.start, w.end)):
        if joined and joined[-1].end == window.start:
            joined[-1] = make_window(joined[-1].start, window.end)
        else:
            joined.append(window)
    return joined


def name_windows(windows: Iterable[Window]) -> str:
    """Names of several windows as one phrase."""
    names = [w.name for w in windows]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}" if names else ""


def _name(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if start != _month(start) or end != _month(end):
        last = (end - pd.Timedelta(1, "us")).normalize()
        days = [say_date(day) for day in (start, last)]
        return days[0] if last <= start else " to ".join(days)
    last = end - pd.DateOffset(months=1)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months == 1:
        return name_month(start)
    if months == 12 and start.month == 1:
        return f"{start:%Y}"
    if months == 12 and start.month == 4:
        return f"{start:%Y}/{end:%y}"
    first = MONTHS[start.month - 1] if start.year == last.year else name_month(start)
    return f"{first} to {name_month(last)}"


def _read_name(name: str, as_of: Any) -> Window:
    found = _read_fixed(name) or _read_range(name) or _read_relative(name, as_of)
    if found is None:
        raise InputError("This is not the name of a window of time", given=name, advice=_EXAMPLES)
    return found


def _read_fixed(name: str) -> Window | None:
    month_first = re.fullmatch(r"([A-Za-z]+) (\d{4})", name)
    if month_first and month_first[1].casefold() in _MONTHS:
        return _months_from(int(month_first[2]), _MONTHS[month_first[1].casefold()], 1)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", name):
        return _months_from(int(match[1]), int(match[2]), 1) if 1 <= int(match[2]) <= 12 else None
    if match := re.fullmatch(r"\d{4}", name):
        return _months_from(int(name), 1, 12)
    if match := re.fullmatch(r"(\d{4})/(\d{2}|\d{4})", name):
        start = int(match[1])
        return _months_from(start, 4, 12) if int(match[2]) in ((start + 1) % 100, start + 1) else None
    if match := re.fullmatch(r"[Qq]([1-4]) (\d{4})/(\d{2}|\d{4})", name):
        year = _read_fixed(f"{match[2]}/{match[3]}")
        first = year and year.start + pd.DateOffset(months=3 * int(match[1]) - 3)
        return _months_from(first.year, first.month, 3) if first else None
    if match := re.fullmatch(r"[Qq]([1-4]) (\d{4})", name):
        return _months_from(int(match[2]), 3 * int(match[1]) - 2, 3)
    if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", name):
        return _months_from(int(match[1]), 3 * int(match[2]) - 2, 3)
    written = re.sub(r"^(\d{1,2}) (\w+) (\d{4})$", _iso, name)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        day = read_day(written, f"The window '{name}'")
        return make_window(day, day + pd.Timedelta(days=1))
    return None


def _read_range(name: str) -> Window | None:
    ends = re.split(r"\s*(?:\.\.|–|\bto\b)\s*", name)
    if len(ends) != 2 or not all(ends):
        return None
    if re.fullmatch("[A-Za-z]+", ends[0]) and (year := re.search(r"\d{4}$", ends[1])):
        ends[0] += f" {year[0]}"
    spans = [_read_fixed(end) for end in ends]
    return make_window(spans[0].start, spans[1].end) if spans[0] and spans[1] else None


def _iso(match: re.Match[str]) -> str:
    month = _MONTHS.get(match[2].casefold())
    return f"{match[3]}-{month:02d}-{int(match[1]):02d}" if month else match[0]


def _read_relative(name: str, as_of: Any) -> Window | None:
    folded = name.casefold()
    last = re.fullmatch(r"(?:the )?last (?:([1-9]\d{0,3}) months?|month)", folded)
    if not last and folded not in ("year to date", "financial year to date", "calendar year to date"):
        return None
    if as_of is None:
        raise InputError(
            f"The window '{name}' needs the last day of the data", given="as_of=None", advice="as_of='2024-03-31'"
        )
    end = _month(read_day(as_of, "as_of") + pd.Timedelta(days=1))
    if last:
        return make_window(end - pd.DateOffset(months=int(last[1] or 1)), end)
    first = 1 if folded.startswith("calendar") else 4
    final = end - pd.DateOffset(months=1)
    return make_window(pd.Timestamp(final.year - (final.month < first), first, 1), end)


def _months_from(year: int, month: int, months: int) -> Window:
    if not 1 <= year < 9999:
        raise InputError("A window's year must be between 1 and 9998", given=f"{year:04d}", advice=_EXAMPLES)
    start = pd.Timestamp(year, month, 1)
    return make_window(start, start + pd.DateOffset(months=months))


def _month(moment: pd.Timestamp) -> pd.Timestamp:
    return moment.normalize().replace(day=1)

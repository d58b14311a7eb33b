"""Hours of a shift, the days it is worked, and which incidents fall in it."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from hotspots.checks import InputError, closest_name
from hotspots.common.day_names import WEEKDAYS

_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*(?:-|–|to)\s*(\d{1,2}):(\d\d)\s*")


class Shift(NamedTuple):
    """Hours of work: minutes after midnight at which it starts, and how many minutes it lasts."""

    start: int
    minutes: int

    def __str__(self) -> str:
        end = (self.start + self.minutes) % 1440
        return f"{self.start // 60:02d}:{self.start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def parse_shift(text: str) -> Shift:
    """Read the hours of a shift; an end before the start is on the next day.

    Examples
    --------
    >>> parse_shift("18:00-02:00")
    Shift(start=1080, minutes=480)
    """
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    hours = [int(n) for n in found.groups()] if found else []
    if not found or hours[0] > 23 or hours[2] > 24 or hours[1] > 59 or hours[3] > 59:
        raise InputError("The hours of the shift cannot be read", given=f"shift={text!r}", advice="'14:00-22:00'")
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    minutes = (end - start) % 1440
    if minutes == 0:
        raise InputError("A shift must last some time", given=f"shift={text!r}", advice="'14:00-22:00'")
    return Shift(start, minutes)


def parse_pattern(shift: str | Mapping[str, str], weekdays: Collection[str] | None = None) -> dict[int, Shift]:
    """Shift of each weekday worked (0 is Monday): one text for all days, or one for each day named."""
    if isinstance(shift, Mapping):
        return dict(sorted((weekday_number(day), parse_shift(hours)) for day, hours in shift.items()))
    hours = parse_shift(shift)
    return dict.fromkeys(sorted({weekday_number(d) for d in weekdays or WEEKDAYS}), hours)


def weekday_number(day: str) -> int:
    """Turn a weekday into its number, 0 for Monday; three letters are enough."""
    named = [
        i for i, name in enumerate(WEEKDAYS) if len(str(day)) >= 3 and name.casefold().startswith(str(day).casefold())
    ]
    if not named:
        near = closest_name(str(day), WEEKDAYS)
        raise InputError("There is no such weekday", given=repr(day), advice=near or "Monday")
    return named[0]


def within_shift(when: pd.Series, pattern: Mapping[int, Shift]) -> pd.Series:
    """Whether each time falls in the shift of its day, or in one that began the day before."""
    minute = when.dt.hour * 60 + when.dt.minute
    inside = pd.Series(False, index=when.index)
    for day, shift in pattern.items():
        inside |= when.dt.day_of_week.eq(day) & minute.ge(shift.start) & minute.lt(shift.start + shift.minutes)
        spill = shift.start + shift.minutes - 1440
        if spill > 0:
            inside |= when.dt.day_of_week.eq((day + 1) % 7) & minute.lt(spill)
    return inside

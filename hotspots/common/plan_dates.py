"""Dates as people write them in a plan: day first, as in Britain."""

import datetime as dt
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_BRITISH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s/.-]+(\d{1,2}|[a-z]{3,9})\.?[\s/.,-]+(\d{4}|\d{2})", re.IGNORECASE)


def parse_date(text: str) -> dt.date | None:
    """Date in a text, the day before the month; None where there is none that can be read."""
    if match := _ISO.search(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _BRITISH.search(text):
        day, month, year = match.groups()
        number = int(month) if month.isdigit() else _number(month)
        return _date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    return None


def _number(month: str) -> int:
    start = month.lower()[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

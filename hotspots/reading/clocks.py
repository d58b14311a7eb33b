"""Times of day as people and programs write them, to minutes past midnight; what is in doubt is not read."""

import re

import numpy as np
import pandas as pd

from hotspots.common.words_for_nothing import blank_nothing

_WORDS = {"midnight": "00:00", "12 midnight": "00:00", "noon": "12:00", "12 noon": "12:00", "midday": "12:00"}
_ABOUT = r"(?:(?:about|approx|approximately|circa|ca?|at|~)\.?\s*)?"
_HOURS = r"(?:h|hrs?|hours|uhr)"
_DAY = r"(?P<day>\d{4}-\d{1,2}-\d{1,2}[ T]+|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\s+|T)?"
_OFFSET = r"(?P<offset>Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?"
_CLOCK = re.compile(
    rf"{_ABOUT}{_DAY}(?P<h>\d{{1,2}})(?:\s*[:.,;h]\s*(?P<m>\d{{2}}))?(?P<s>[:.][0-5]\d(?:[.,]\d+)?)?"
    rf"\s*(?P<half>[ap]\.?\s*m\.?)?\s*{_HOURS}?\.?\s*{_OFFSET}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{1,2}?)(\d{2})([0-5]\d)?")
_NUMBER = re.compile(rf"(?=.*\d{{3}}|.*[.,]0$){_ABOUT}(\d{{1,6}})(?:[.,]0|\s*{_HOURS}\.?)?", re.IGNORECASE)
_FRACTION = re.compile(r"\d*[.,](\d+)")


def read_clocks(texts: pd.Series) -> pd.DataFrame:
    """Minutes past midnight, and the offset that is stated (minutes ahead of Greenwich); NaN for none.

    A column of bare numbers is read by what it holds: 34 is 0:34 where any is above 24, as in 2215, and 9 is
    nine o'clock where none is; 0.75 is a spreadsheet's part of a day where none is above 1. 24:15 is a
    quarter past midnight at the end of the day.
    """
    codes, distinct = pd.factorize(blank_nothing(texts, number=True))
    plain = [found[1] if (found := _NUMBER.fullmatch(t)) else t for t in distinct]
    joined, short = _tell_joined([t for t in plain if re.fullmatch(r"[0-9]{1,6}", t)])
    decimal = [found for t in plain if (found := _FRACTION.fullmatch(t))]
    parts = bool(decimal) and all(_is_part(_number(d[0])) for d in decimal)
    sure = any(len(d[1]) > 2 or _number(d[0]) > 1 for d in decimal)  # 0.30 may be half past midnight
    read = [_read_part(t, sure) if parts and _is_part(_number(t)) else _read(t, joined) for t in plain]
    read = [(np.nan, np.nan) if t in short else pair for t, pair in zip(plain, read, strict=True)]
    table = pd.DataFrame([*read, (np.nan, np.nan)], columns=["minutes", "offset"], dtype=float)
    return table.iloc[np.where(codes < 0, len(read), codes)].set_axis(texts.index, axis=0)


def _tell_joined(numbers: list[str]) -> tuple[bool, set[str]]:
    """Whether bare numbers are hours and minutes in one (2215), and those that may yet be hours alone.

    In such a column one value in 24 has two figures or fewer, up to 59; where there are many, and none above
    24, somebody has written 18 for six in the evening.
    """
    joined = any(len(t) > 2 or int(t) > 24 for t in numbers)
    short = {t for t in numbers if len(t) < 3}
    in_doubt = joined and len(short) > len(numbers) / 4 and not any(int(t) > 24 for t in short)
    return joined, short if in_doubt else set()


def _number(text: str) -> float:
    return float(text.replace(",", ".")) if re.fullmatch(r"\d*[.,]?\d+", text) else np.nan


def _is_part(number: float) -> bool:
    """Whether a number may be a spreadsheet's for a time of day, or for a date and time."""
    return 0 <= number < 1 or 367 <= number < 80_000


def _read_part(text: str, sure: bool) -> tuple[float, float]:
    return (round(_number(text) % 1 * 1440) % 1440 if sure else np.nan), np.nan


def _read(text: str, joined: bool) -> tuple[float, float]:
    if text.isdecimal() and joined:
        found = _DIGITS.fullmatch(text.zfill(4) if len(text) < 5 else text)
        return (_minutes(found[1], found[2], "") if found else np.nan), np.nan
    found = _CLOCK.fullmatch(_WORDS.get(text.casefold(), text))
    offset = (found["offset"] or "") if found else ""
    if not found or (offset[:1] == "-" and not (found["day"] or found["s"])):  # 18:00-12:00 is a span
        return np.nan, np.nan
    sign = -1 if offset[:1] == "-" else 1
    ahead = sign * (int(offset[1:3]) * 60.0 + int(offset[-2:])) if len(offset) > 1 else 0.0
    minutes = _minutes(found["h"], found["m"] or "00", (found["half"] or "")[:1].lower())
    return minutes, ahead if offset else np.nan


def _minutes(hour: str, minute: str, half: str) -> float:
    h, m = int(hour), int(minute)
    if h > 24 or m > 59 or (half == "a" and h > 12):
        return np.nan
    if half and h <= 12:
        h = h % 12 + 12 * (half == "p")
    return h * 60.0 + m

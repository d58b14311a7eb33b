"""Dates as written to timestamps: by stated formats, never guessing between day and month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_PIECES = {
    "%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d{2})", "%m": r"(?P<m>\d{1,2})", "%d": r"(?P<d>\d{1,2})",
    "%b": r"(?P<b>[A-Za-z]{3,9})", "%B": r"(?P<b>[A-Za-z]{3,9})", "%H": r"(?P<H>\d{1,2})",
    "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2}(?:\.\d+)?)", "%p": r"(?P<p>[AaPp][Mm])",
    "%I": r"(?P<H>\d{1,2})",
}  # fmt: skip
_SLASHED = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}(?!\d)")


def parse_dates(values: pd.Series, *, formats: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """Timestamps of ``values`` by the first of ``formats`` that fits, and the cause where none does.

    Month names are English whatever the computer's language. A value such as 03/04/2024 that no format
    covers is "day and month ambiguous"; anything else that does not fit is "unreadable date".

    Examples
    --------
    >>> when, cause = parse_dates(pd.Series(["2024-03", "Mar-24", "03/04/2024"]), formats=["%Y-%m", "%b-%y"])
    >>> when.dt.strftime("%Y-%m-%d").tolist(), cause.tolist()
    (['2024-03-01', '2024-03-01', nan], ['', '', 'day and month ambiguous'])
    """
    codes, distinct = pd.factorize(values)
    patterns = [_pattern(f) for f in formats]
    parsed = [_parse(str(text).strip(), patterns) for text in distinct]
    when = pd.Series([p if isinstance(p, datetime) else None for p in parsed], dtype="datetime64[ns]")
    cause = pd.Series(["" if isinstance(p, datetime) else p for p in parsed], dtype="object")
    missing = codes < 0
    take = pd.Series(codes, index=values.index)
    out_when = take.map(when) if len(when) else pd.Series(pd.NaT, index=values.index, dtype="datetime64[ns]")
    out_cause = take.map(cause) if len(cause) else pd.Series("", index=values.index, dtype="object")
    out_cause = out_cause.mask(missing, "unreadable date")
    return out_when.astype("datetime64[ns]"), out_cause.astype("object")


def _pattern(date_format: str) -> re.Pattern[str]:
    pieces = re.split(r"(%[A-Za-z])", date_format)
    return re.compile("".join(_PIECES.get(p) or re.escape(p) for p in pieces))


def _parse(text: str, patterns: Sequence[re.Pattern[str]]) -> datetime | str:
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match:
            found = _build(match.groupdict())
            if found is not None:
                return found
    if _SLASHED.match(text) and _both_could_be_months(text):
        return "day and month ambiguous"
    return "unreadable date"


def _both_could_be_months(text: str) -> bool:
    first, second = (int(n) for n in re.findall(r"\d+", text)[:2])
    return 1 <= first <= 12 and 1 <= second <= 12


def _build(part: dict[str, str | None]) -> datetime | None:
    year = int(part.get("Y") or 0) or _century(int(part.get("y") or 0))
    name = part.get("b")
    if name and name[:3].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(part.get("m") or 1)
    hour = int(part.get("H") or 0)
    if part.get("p"):
        hour = hour % 12 + 12 * (str(part["p"]).lower() == "pm")
    try:
        built = datetime(  # noqa: DTZ001  local clock time, as written
            year,
            month,
            int(part.get("d") or 1),
            hour,
            int(part.get("M") or 0),
            int(float(part.get("S") or 0)),
        )
    except ValueError:
        return None
    return built if 1900 <= built.year <= 2200 else None


def _century(two_digits: int) -> int:
    return two_digits + (2000 if two_digits < 70 else 1900)

"""Dates as written to timestamps: by stated formats, never guessing between day and month."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from hotspots.common.day_names import MONTHS
from hotspots.common.words_for_nothing import blank_nothing
from hotspots.reading.clocks import read_clocks

# Year first is never ambiguous, so these are tried for every layout.
ISO_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m",
)  # fmt: skip
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y", "%d-%m-%Y %H:%M", "%d.%m.%Y")
_MONTH_FIRST = tuple(f.replace("%d", "%!").replace("%m", "%d").replace("%!", "%m") for f in _DAY_FIRST)
_MONTHS = tuple(name.lower() for name in MONTHS)
_PIECES = {
    "%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d{2})", "%m": r"(?P<m>\d{1,2})", "%d": r"(?P<d>\d{1,2})",
    "%b": r"(?P<b>[A-Za-z]{3,9})", "%B": r"(?P<b>[A-Za-z]{3,9})", "%H": r"(?P<H>\d{1,2})",
    "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2})", "%p": r"(?P<p>[AaPp][Mm])", "%I": r"(?P<H>\d{1,2})",
}  # fmt: skip
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})")
_FRACTION = r"(:\d{2})\.\d+$"
# a day, and behind it what can be nothing but a clock: bare figures might be a year
_BEHIND = (
    r"(?i)^(.*\d)(?:[T,\s]|\s+at\s)\s*"
    r"(\d{1,2}(?:[:.h]\d.*|\s*[ap]\.?\s*m\.?)|\d{4}\s*h\w*|midnight|noon|midday)$"
)


def parse_dates(values: pd.Series, *, formats: Sequence[str] = ()) -> pd.DataFrame:
    """Timestamps of ``values``, how precise each is, and the cause where one cannot be read."""
    codes, distinct = pd.factorize(values.astype("object"), use_na_sentinel=True)
    texts = pd.Series([str(t).strip() for t in distinct], dtype="object")
    stated = formats or (*_DAY_FIRST, *_MONTH_FIRST)
    read = _read_distinct(texts, (*stated, *(f for f in ISO_FORMATS if f not in stated)))
    nothing = pd.DataFrame({"when": [pd.NaT], "precision": [""], "cause": ["unreadable date"]})
    table = pd.concat([read, nothing.astype({"when": "datetime64[ns]"})], ignore_index=True)
    return table.iloc[np.where(codes < 0, len(read), codes)].set_axis(values.index, axis=0)


def _read_distinct(texts: pd.Series, formats: Sequence[str]) -> pd.DataFrame:
    when = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[ns]")
    precision = pd.Series("", index=texts.index, dtype="object")
    torn = pd.Series(False, index=texts.index)
    plain = texts.str.replace(_FRACTION, r"\1", regex=True)
    for date_format in formats:
        found = _by_format(plain, date_format)
        torn |= found.notna() & when.notna() & found.ne(when)
        new = found.notna() & when.isna()
        when = when.where(~new, found)
        precision = precision.mask(new, _precision_of(date_format))
    zoned = when.isna() & texts.str.fullmatch(_ZONED)
    if zoned.any():
        when[zoned] = _london_clock(texts[zoned])
        precision[zoned] = "minute"
    _add_clocks(texts, when, precision, formats)
    slashed = when.isna() & texts.map(_both_could_be_months).astype(bool)
    cause = np.select([torn | slashed, when.isna()], ["day and month ambiguous", "unreadable date"], "")
    bad = cause != ""
    return pd.DataFrame({"when": when.mask(bad), "precision": precision.mask(bad, ""), "cause": cause})


def _add_clocks(texts: pd.Series, when: pd.Series, precision: pd.Series, formats: Sequence[str]) -> None:
    """Read, in place, dates that no format fits for the clock behind them, such as 14/03/2024 6:02 PM."""
    split = texts[when.isna()].str.extract(_BEHIND).dropna()
    if split.empty:
        return
    read = join_times(_read_distinct(split[0], formats), split[1])
    good = read.index[read["precision"].eq("minute")]
    when[good], precision[good] = read.loc[good, "when"], "minute"


def _precision_of(date_format: str) -> str:
    if "%H" in date_format or "%I" in date_format or date_format == "excel":
        return "minute"
    return "day" if "%d" in date_format else "month"


def _by_format(texts: pd.Series, date_format: str) -> pd.Series:
    if date_format == "excel":
        days = pd.to_numeric(texts, errors="coerce").where(lambda d: d.between(367, 80_000))
        found = pd.Timestamp("1899-12-30") + pd.to_timedelta((days * 1440).round(), unit="min")
        return found.astype("datetime64[ns]")
    pieces = re.split(r"(%[A-Za-z])", date_format)
    pattern = re.compile("".join(_PIECES.get(p) or re.escape(p) for p in pieces))
    fits = texts.str.fullmatch(pattern)
    found = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[ns]")
    if not fits.any():
        return found
    if set(pieces) & {"%b", "%B", "%p", "%I", "%y"}:
        read = [_build(m.groupdict()) for t in texts[fits] if (m := pattern.fullmatch(t))]
        found[fits] = pd.Series(read, index=texts.index[fits.to_numpy()], dtype="datetime64[ns]")
    else:
        exact = pd.to_datetime(texts[fits], format=date_format, errors="coerce")
        sensible = exact.where(exact.dt.year.between(1900, 2200))
        found[fits] = sensible.astype("datetime64[ns]")
    return found


def _build(part: dict[str, Any]) -> datetime | None:
    year = int(part["Y"]) if part.get("Y") else _century(int(part.get("y") or 0))
    name = str(part.get("b") or "").lower()
    named = [number for number, full in enumerate(_MONTHS, 1) if name and full.startswith(name)]
    if name and not named:
        return None
    month = named[0] if named else int(part.get("m") or 1)
    hour = int(part.get("H") or 0)
    if part.get("p"):
        hour = hour % 12 + 12 * (part["p"].lower() == "pm")
    clock = hour, int(part.get("M") or 0), int(part.get("S") or 0)
    try:
        built = datetime(year, month, int(part.get("d") or 1), *clock)  # noqa: DTZ001  the clock as written
    except ValueError:
        return None
    return built if 1900 <= year <= 2200 else None


def _century(two_digits: int) -> int:
    return two_digits + (2000 if two_digits < 70 else 1900)


def _london_clock(texts: pd.Series) -> pd.Series:
    """Instants with a stated offset as the clock on the wall in London."""
    instants = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
    return instants.dt.tz_convert("Europe/London").dt.tz_localize(None).astype("datetime64[ns]")


def _both_could_be_months(text: str) -> bool:
    match = re.match(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})(?!\d)", text)
    return bool(match) and all(1 <= int(n) <= 12 for n in match.group(1, 2))  # type: ignore[union-attr]


def cap_precision(dates: pd.DataFrame, precision: str | None) -> pd.DataFrame:
    """Make dates no more precise than a source is: a month that Excel made its first day is a month."""
    if precision in (None, "minute"):
        return dates
    finer = dates["precision"].isin(["minute", "day"] if precision == "month" else ["minute"])
    whole = dates["when"].dt.normalize()
    if precision == "month":
        whole = whole - pd.to_timedelta((whole.dt.day - 1).fillna(0), unit="D")
    return dates.assign(when=dates["when"].mask(finer, whole), precision=dates["precision"].mask(finer, precision))


def join_times(dates: pd.DataFrame, times: pd.Series) -> pd.DataFrame:
    """Add the clock of a separate column to whole days; a day whose time cannot be read stays a day."""
    clocks = read_clocks(times)
    day = dates["precision"].eq("day")
    good = clocks["minutes"].notna() & day
    when = dates["when"] + pd.to_timedelta(clocks["minutes"].where(good, 0), unit="min")
    zoned = good & clocks["offset"].notna()
    if zoned.any():
        instants = when[zoned] - pd.to_timedelta(clocks.loc[zoned, "offset"], unit="min")
        local = instants.dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
        when = when.mask(zoned, local.reindex(when.index))
    return dates.assign(
        when=when.astype("datetime64[ns]"),
        precision=dates["precision"].mask(good, "minute"),
        unread=day & ~good & blank_nothing(times, number=True).ne(""),
    )

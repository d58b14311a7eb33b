"""When each record happened, as far as its precision says, and which of them lie in a window."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.windows import Window, read_window
from hotspots.common.wording import say_count, say_date

Bools = npt.NDArray[np.bool_]
PRECISIONS = ("minute", "day", "month")
DENSE = 7  # with this many records a month, chance leaves a month empty less than once in a thousand


def precision_of(incidents: pd.DataFrame) -> pd.Series:
    """Precision of each row: "minute", "day" or "month"; read from the dates where no column says it."""
    if "precision" in incidents.columns:
        return incidents["precision"].astype("str")
    if "when" not in incidents.columns:
        return pd.Series("month", index=incidents.index, dtype="str")
    when = london_clock(incidents["when"]).dropna()
    kind = "day" if (when.dt.day != 1).any() else "month"
    kind = "minute" if (when.dt.normalize() != when).any() else kind
    return pd.Series(kind, index=incidents.index, dtype="str")


def london_clock(when: pd.Series) -> pd.Series:
    """Read times off the clock in London: those with an offset are moved to it, others are left.

    Examples
    --------
    >>> london_clock(pd.Series(pd.to_datetime(["2018-06-30T23:30Z"]))).dt.strftime("%d %B %H:%M").tolist()
    ['01 July 00:30']
    """
    moments = pd.to_datetime(when)
    if moments.dt.tz is None:
        return moments
    return moments.dt.tz_convert("Europe/London").dt.tz_localize(None)


def months_of(incidents: pd.DataFrame) -> pd.Series:
    """Month of each row (a period; NaT where unknown)."""
    spans = spans_of(incidents)
    month: pd.Series = spans["start"].dt.to_period("M")
    last = (spans["end"] - pd.Timedelta(1, "us")).dt.to_period("M")
    cut = (month != last).to_numpy() & spans["start"].notna().to_numpy()
    if cut.any():
        row = spans.iloc[int(np.argmax(cut))]
        raise InputError(
            f"{say_count(cut.sum(), 'row spans', 'rows span')} more than one month: no counting by month",
            given=f"a row of {say_date(row['start'])} up to {say_date(row['end'])}",
            advice="places collapsed by windows of one month",
        )
    return month


def spans_of(incidents: pd.DataFrame) -> pd.DataFrame:
    """First and last moment of each row: ``start`` in it, ``end`` just after it; NaT where unknown.

    A row of month precision spans its month. Places without ``when`` are read by the names in their
    column ``window``.
    """
    if "when" in incidents.columns:
        start = london_clock(incidents["when"])
        kind = precision_of(incidents)
        ends = start + pd.Timedelta(minutes=1)
        ends = ends.mask(kind == "day", start.dt.normalize() + pd.Timedelta(days=1))
        monthly = (kind == "month") & start.notna()
        if monthly.any():
            starts = start.dt.normalize() - pd.to_timedelta(start.dt.day - 1, unit="D")
            start = start.mask(monthly, starts)
            ends = ends.mask(monthly, start + pd.offsets.MonthBegin(1))
        return pd.DataFrame({"start": start, "end": ends})
    if "window" not in incidents.columns:
        raise InputError(
            "The records say no time: neither a column 'when' nor a column 'window'",
            given=f"columns {', '.join(map(str, incidents.columns)) or '(none)'}",
            advice="incidents['when'] = pandas.to_datetime(...)",
        )
    return _spans_of_names(incidents["window"])


def rows_in(incidents: pd.DataFrame, window: Window) -> Bools:
    """Which rows lie in the window."""
    spans = spans_of(incidents)
    inside = ((spans["start"] >= window.start) & (spans["end"] <= window.end)).to_numpy()
    touched = ((spans["start"] < window.end) & (spans["end"] > window.start)).to_numpy()
    cut = touched & ~inside
    if cut.any():
        row = int(np.argmax(cut))
        raise InputError(
            f"{say_count(cut.sum(), 'record lies', 'records lie')} only partly in the window {window}",
            given=f"a record of {say_date(spans['start'].iloc[row])} to {say_date(spans['end'].iloc[row])}",
            advice="a window of whole months, for records that are dated to the month",
        )
    return np.asarray(inside, dtype=bool)


def _spans_of_names(names: pd.Series) -> pd.DataFrame:
    names = names.mask(names.astype("str").eq(""))  # counted outside every window that was asked for
    if isinstance(names.dtype, pd.PeriodDtype) or not pd.api.types.is_datetime64_any_dtype(names):
        known = {name: read_window(name) for name in names.dropna().unique()}
    else:
        known = {name: read_window(pd.Period(name, freq="M")) for name in names.dropna().unique()}
    return pd.DataFrame(
        {
            "start": pd.to_datetime(names.map({k: w.start for k, w in known.items()})),
            "end": pd.to_datetime(names.map({k: w.end for k, w in known.items()})),
        }
    )

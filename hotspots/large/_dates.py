"""Dates of a large table: the few distinct ones are read, then put into classes that the engine counts by."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.windows import Window
from hotspots.large._columns import Rows
from hotspots.large._engines import fetch
from hotspots.reading.dates import cap_precision, parse_dates
from hotspots.reading.layouts import Layout

MOST_DATES = 1_000_000
_MOST_NAMED = 1000  # more dates than this are joined to the rows, not named in the query


def count_dates(rows: Rows) -> pd.DataFrame:
    """Rows of each date text and category."""
    by = [c for c in ("_when", "_category") if c in rows.table.columns]
    keyed = rows.keyed(rows.table)
    counts = fetch(keyed.group_by(by).aggregate(n=keyed.count()).limit(20 * MOST_DATES + 1))
    return counts.assign(_when=counts["_when"].fillna("").astype("str").str.strip())


def read_dates(counts: pd.DataFrame, layout: Layout, end: pd.Timestamp) -> pd.DataFrame:
    """Read every distinct date: ``text, when, precision, cause``, in order of the text."""
    texts = pd.Series(sorted(counts["_when"].unique()), dtype="str")
    if len(texts) > MOST_DATES:
        raise InputError(
            f"There are over {MOST_DATES:,} different dates",
            given=f"such as {texts.iloc[0]!r}",
            advice="give the column as a date or a timestamp, not as text",
        )
    read = cap_precision(parse_dates(texts, formats=layout.formats), layout.precision)
    cause = read["cause"].mask(read["when"] >= end, "future date")
    return read.assign(text=texts, cause=cause)[["text", "when", "precision", "cause"]]


def class_dates(dates: pd.DataFrame, windows: list[Window], *, apart: bool) -> pd.DataFrame:
    """Add ``window`` and ``class``: dates that need not be told apart are of one class."""
    _refuse_overlap(windows)
    window = pd.Series("", index=dates.index, dtype="object")
    for span in windows:
        inside = dates["when"].ge(span.start) & dates["when"].lt(span.end) & dates["cause"].eq("")
        window[inside] = span.name
    _refuse_cut(dates, windows)
    if apart:
        number = np.arange(len(dates))
    else:
        number = pd.factorize(dates["cause"].astype("str") + "\n" + window.astype("str"))[0]
    return dates.assign(window=window, **{"class": number})


def _refuse_overlap(windows: list[Window]) -> None:
    """Refuse windows that share days: each row is counted in one, and the other would lack it unsaid."""
    for one, other in combinations(windows, 2):
        if one != other and one.overlaps(other):
            raise InputError(
                "Two of the windows overlap, and each row is counted in one window",
                given=f"{one} and {other}",
                advice="windows apart, or one call for each",
            )


def _refuse_cut(dates: pd.DataFrame, windows: list[Window]) -> None:
    """Refuse a window that cuts a month of records that are dated to the month, as functions of rows do."""
    monthly = dates[dates["precision"].eq("month") & dates["cause"].eq("")]
    ends = monthly["when"] + pd.offsets.MonthBegin(1)
    for span in windows:
        touched = (monthly["when"] < span.end) & (ends > span.start)
        if (touched & ~((monthly["when"] >= span.start) & (ends <= span.end))).any():
            raise InputError(
                f"The window {span} cuts a month, and the records have months only",
                given=f"such as {monthly.loc[touched, 'text'].iloc[0]}",
                advice="a window of whole months",
            )


def date_column(rows: Rows, dates: pd.DataFrame) -> Any:
    """Give the rows with the number of their date's class in the column ``_class``."""
    import ibis

    table, sizes = rows.table, dates["class"].value_counts()
    if len(sizes) <= 1:
        return table.mutate(_class=ibis.literal(0, "int64"))
    if len(dates) - sizes.iloc[0] <= _MOST_NAMED:
        others = dates[dates["class"].ne(sizes.index[0])].groupby("class")["text"]
        named = [
            (table["_when"].isin(texts.tolist()), ibis.literal(int(str(number)), "int64")) for number, texts in others
        ]
        return table.mutate(_class=ibis.cases(*named, else_=ibis.literal(int(sizes.index[0]), "int64")))
    known = ibis.memtable(dates[["text", "class"]].rename(columns={"text": "_text", "class": "_class"}))
    return table.join(known, table["_when"] == known["_text"]).drop("_text")

"""Kinds and months of each hotspot: what of its row may be told beside its own number."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotspots.common.places import incidents_per_row
from hotspots.common.small_counts import hide_small
from maps.disclosure.gate import Profile
from maps.giving.book import Book, Bools, round_half_up
from maps.giving.history import Earlier, name_disc


@dataclass(frozen=True)
class Rows:
    """Hotspots of the main list as one readership is told of them, for their tables of kinds and months."""

    job: Any
    lists: list[Any]
    gone: dict[Hashable, bool]
    who: Profile
    earlier: Earlier
    planned: Collection[str] = ()

    @property
    def told(self) -> list[Any]:
        """Ranks of the hotspots whose number is told."""
        return [rank for rank in self.job.spots.index if not self.gone.get(("spot", "", rank), True)]

    def of(self, rank: Any) -> Bools:
        """Which records a hotspot holds."""
        return np.asarray(self.lists[0][2].eq(rank), dtype=bool)


def settle_rows(
    rows: Rows, names: pd.Series, before: pd.DataFrame | None, windows: dict[str, Bools] | None = None
) -> pd.DataFrame:
    """Decide a table of hotspots by kind, or with ``windows`` by month, beside what else is told of each.

    ``before`` is the same table as fewer readers see it: what it hides stays hidden.
    """
    columns = sorted(names.unique(), key=lambda name: (name == "", name))
    settled: dict[Any, pd.Series] = {}
    number = np.asarray(incidents_per_row(rows.job.incidents))
    elsewhere = ~np.logical_or.reduce([np.zeros(len(names), dtype=bool), *map(rows.of, rows.told)])
    spare = pd.Series(number[elsewhere]).groupby(names.to_numpy()[elsewhere]).sum()
    spare = spare.reindex(columns, fill_value=0)
    cells = {spot: _count(names, number, rows.of(spot)).reindex(columns, fill_value=0) for spot in rows.told}
    small = {spot: (of - 1).where(of.between(1, rows.who.threshold - 1), 0) for spot, of in cells.items()}
    for spot in rows.told:  # beside what lies elsewhere, small cells of the others may give way
        room = spare + sum(of for other, of in small.items() if other != spot)
        already = set() if before is None else set(before.columns[before.loc[spot].isna()])
        settled[spot] = _settle_row(rows, spot, names, room, already, windows)
    table = pd.DataFrame.from_dict(settled, orient="index", columns=columns)
    return table.reindex(rows.job.spots.index).astype("Int64")


def _count(names: pd.Series, number: Any, mine: Bools) -> pd.Series:
    return pd.Series(number[mine]).groupby(names.to_numpy()[mine]).sum()


def _settle_row(
    rows: Rows, spot: Any, names: pd.Series, spare: pd.Series, already: set[Any], windows: dict[str, Bools] | None
) -> pd.Series:
    """Decide one row; no cell may be higher by more than ``spare``, the records of its column elsewhere."""
    mine, who, columns = rows.of(spot), rows.who, list(spare.index)
    number = np.asarray(incidents_per_row(rows.job.incidents))[mine]
    own, disc = names[mine].to_numpy(), name_disc("", rows.job.spots.loc[spot])
    counts = pd.Series(number).groupby(own).sum().reindex(columns, fill_value=0)
    book = Book(number, who.threshold, seconds=5.0, nearest=who.nearest)
    book.enter(("all",), np.ones(int(mine.sum()), dtype=bool), fixed=True)
    lines: dict[str, str] = {}
    shown = counts[(counts > 0) & ~hide_small(counts, threshold=who.threshold)]
    # a plan tells partners of these, by its own rule
    fixed = set(shown.index) - already if rows.job.spots.loc[spot, "ref"] in rows.planned else set()
    if windows is None:
        _enter_lists(book, rows.lists[1:], mine, rows.gone)
    else:
        lines = _lines(names, windows, rows.gone.get(("spot", "", spot, "before"), False))
        for name, at in windows.items():
            told = name not in lines.values()
            line = None if told else name
            book.enter(("part", name), at[mine], fixed=told, hidden=not told, line=line)
    for one in columns:
        most = int(counts[one] + spare[one])
        marks = {"fixed": one in fixed, "line": lines.get(one), "hidden": one in already, "most": most}
        book.enter(one, own == one, **marks)
    sort = "kind" if windows is None else "month"
    known: dict[Hashable, str] = {one: f"{sort}|{disc}|{one}" for one in columns}
    rows.earlier.enter_into(book, rows.job.incidents[mine], {("all",): disc, **known})
    hidden = book.settle()
    told_of = [one for one in columns if not hidden[one] and not book.lost]  # of what is not safe nothing
    row = pd.Series(pd.NA, index=columns, dtype="Int64")
    row[told_of] = [round_half_up(int(n), who.nearest or 1) for n in counts[told_of]]
    return row


def _lines(months: pd.Series, windows: dict[str, Bools], blank: bool) -> dict[str, str]:
    """Months of the two periods of a hotspot whose two periods are hidden: none of them is told, or all."""
    if not blank:
        return {}
    return {month: name for name, rows in windows.items() for month in months[rows].unique()}


def _enter_lists(book: Book, others: list[Any], mine: Bools, gone: dict[Hashable, bool]) -> None:
    """Enter what lists of one problem tell of the same ground: their hotspots count kinds of this one's."""
    for name, spots, rows in others:
        for rank in spots.index:
            here = rows.eq(rank).to_numpy(dtype=bool)
            if here.any() and not (here & ~mine).any() and not gone.get(("spot", name, rank), True):
                book.enter((name, rank), here[mine], fixed=True)

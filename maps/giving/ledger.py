"""One ledger of what a run gives to one readership: every number with what it counts, decided together.

Books of their own, since a total that is told parts them: places in the whole period and in the two compared;
kinds within each hotspot; months within each hotspot; months of all the records. A hotspot whose own number
is hidden tells no kind and no month.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots import assign_hotspots
from hotspots.change.compare_periods import compare_windows
from hotspots.checks import InputError
from hotspots.common.membership import rows_in
from hotspots.common.places import incidents_per_row
from hotspots.common.when import rows_in as rows_when
from hotspots.common.wording import say_percentage
from hotspots.plans._facts import fold_small
from hotspots.reading.covered import find_covered
from maps.disclosure.gate import PROFILES, Profile
from maps.giving.book import Book, round_half_up
from maps.giving.history import Earlier
from maps.job.compare import chosen_windows
from maps.web._incident_cells import name_together

Bools = NDArray[np.bool_]
Key = tuple[Any, ...]
WINDOWS = ("before", "after")


@dataclass(frozen=True)
class Ledger:
    """What is hidden from a readership, by what each number counts."""

    # by key: ("area", layer, code), ("without", layer, code), ("spot", list, rank), the first and the
    # last also with "before" or "after" at their end, and ("month", month)
    hidden: dict[Hashable, bool]
    values: dict[Hashable, int]  # each number as it is
    # hotspots by "category" and by "month", whole numbers, missing where hidden
    tables: dict[str, pd.DataFrame]
    names: pd.Series  # of each record the kind it is counted among
    # what could not be protected, whatever was hidden: it follows from what was given before
    lost: list[Hashable]
    threshold: int
    nearest: int = 0
    # ``hidden`` of each profile whose readers also see this one
    readers: dict[str, dict[Hashable, bool]] = field(default_factory=dict)

    @property
    def has_windows(self) -> bool:
        """Whether the two periods compared are among its numbers."""
        return ("all", "before") in self.hidden

    def gone(self, keys: Iterable[Hashable]) -> Bools:
        """Which of some numbers are hidden; of what was never entered nothing is told."""
        return np.array([self.hidden.get(key, True) for key in keys], dtype=bool)


def make_ledger(job: Any, who: Profile, earlier: Earlier) -> Ledger:
    """Enter the numbers of a run, beside those of earlier ones, and decide what is hidden."""
    lists, windows = lists_of(job), windows_of(job)
    number = np.asarray(incidents_per_row(job.incidents))
    names = job.incidents["category"].astype(str).map(name_together(job.incidents["category"], number))
    # a partner reads what is for the public too: what is hidden from the one is hidden from the other
    readers = [(who, earlier)]
    if who.name == "public":
        readers.insert(0, (PROFILES["partner"], earlier.of_partners()))
    told: dict[str, dict[Hashable, bool]] = {}
    places: list[Book] = []
    tables: dict[str, pd.DataFrame] = {}
    lost: list[Hashable] = []
    hidden: dict[Hashable, bool] = {}
    for reader, before in readers:
        already = {key for key, gone in hidden.items() if gone}
        places = [enter_places(job, reader, lists, windows, before), enter_months(job, reader, windows)]
        for book in places:
            for key in already & set(book.marks):
                book.marks[key] |= {"hidden": True}
        hidden = {key: gone for book in places for key, gone in book.settle().items()}
        lost, told[reader.name] = [key for book in places for key in book.lost], hidden
        kinds = settle_rows(job, names, lists, hidden, reader, tables.get("category"))
        earlier_months, tables = tables.get("month"), {"category": kinds}
        if "when" in job.incidents.columns:
            months = job.incidents["when"].dt.strftime("%Y-%m").fillna("")
            tables["month"] = settle_rows(job, months, lists, hidden, reader, earlier_months, windows)
    values = {key: int(book.number[rows].sum()) for book in places for key, rows in book.rows.items()}
    return Ledger(hidden, values, tables, names, lost, who.threshold, who.nearest, told)


def enter_places(
    job: Any, who: Profile, lists: list[Any], windows: dict[str, Bools], earlier: Earlier
) -> Book:
    """Enter areas and hotspots, in the whole period and in the two that are compared, into one book."""
    incidents = job.incidents
    book = Book(np.asarray(incidents_per_row(incidents)), who.threshold, nearest=who.nearest)
    book.enter(("all",), np.ones(len(incidents), dtype=bool), fixed=True, nearest=0)
    for name, rows in windows.items():
        book.enter(("all", name), rows, fixed=True, nearest=0)
    centres = [layer for layer, given in job.config.areas.items() if "easting" in given]
    inside = None
    if centres:
        inside = rows_in(incidents, centres[0], str(job.areas[centres[0]]["code"].iloc[0]))
    names: dict[Hashable, str] = {}
    for layer, areas in job.areas.items():
        for code in areas["code"]:
            mine = rows_in(incidents, layer, code)
            _enter_parts(book, ("area", layer, code), mine, windows)
            names["area", layer, code] = f"area|{layer}|{code}"
            if inside is not None and layer not in centres and (mine & inside).any():
                book.enter(("without", layer, code), mine & ~inside)
                book.enter(("centre", layer, code), mine & inside, silent=True)
    for name, spots, rows in lists:
        for rank in spots.index:
            mine = rows.eq(rank).to_numpy(dtype=bool)
            _enter_parts(book, ("spot", name, rank), mine, {} if name else windows)
            names["spot", name, rank] = name_disc(name, spots.loc[rank])
    earlier.enter_into(book, incidents, names)
    return book


def name_disc(name: str, spot: pd.Series) -> str:
    """Name a hotspot by its ground: the same name later is the same ground."""
    box = "|".join(f"{x:.1f}" for x in (*spot.geometry.bounds, spot.geometry.area))
    return f"spot|{name}|{box}"


def _enter_parts(book: Book, key: Key, mine: Bools, windows: dict[str, Bools]) -> None:
    book.enter(key, mine)
    for name, rows in windows.items():
        book.enter((*key, name), mine & rows, line=key)


def enter_months(job: Any, who: Profile, windows: dict[str, Bools]) -> Book:
    """Enter the months of all the records, beside the two periods that they add up to."""
    book = Book(np.asarray(incidents_per_row(job.incidents)), who.threshold)
    if "when" in job.incidents.columns:
        months = job.incidents["when"].dt.strftime("%Y-%m")
        for name, rows in {"all": months.notna().to_numpy(), **windows}.items():
            book.enter(("months", name), rows, fixed=True)
        for month in sorted(months.dropna().unique()):
            book.enter(("month", month), months.eq(month).to_numpy())
    return book


def hide_months(months: pd.Series, job: Any, ledger: Ledger, key: Key) -> pd.Series:
    """Hide months of one area, beside what is told of it as a whole and in the two periods compared."""
    windows = windows_of(job)
    held = job.incidents["when"].dt.strftime("%Y-%m") if "when" in job.incidents.columns else None
    if held is None or ledger.gone([key])[0] or (windows and ledger.gone([(*key, "before")])[0]):
        return months.astype("float64") * np.nan
    mine = rows_in(job.incidents, key[1], key[2])
    book = Book(np.asarray(incidents_per_row(job.incidents))[mine], ledger.threshold, nearest=ledger.nearest)
    for name, rows in {"all": mine, **windows}.items():
        book.enter(("all", name), rows[mine], fixed=True)
    for month in months.index:
        book.enter(month, held[mine].eq(str(month)))
    hidden = book.settle()
    gone = np.array([hidden[month] or bool(book.lost) for month in months.index], dtype=bool)
    told = [
        np.nan if lost else round_half_up(int(n), ledger.nearest or 1)
        for n, lost in zip(months, gone, strict=True)
    ]
    return pd.Series(told, index=months.index, dtype="float64")


def windows_of(job: Any) -> dict[str, Bools]:
    """Which records count before and after, where two periods are compared of these very records."""
    chosen = chosen_windows(job.incidents, job.config.changes) if job.timed is job.incidents else None
    if chosen is None:
        return {}
    try:
        after, before = compare_windows(*chosen, as_of=job.as_of)
        like = find_covered(job.incidents, [before, after]).rows
    except InputError:
        return {}  # said where they were compared
    return {
        name: like & np.asarray(rows_when(job.incidents, window), dtype=bool)
        for name, window in zip(WINDOWS, (before, after), strict=True)
    }


def lists_of(job: Any) -> list[tuple[str, gpd.GeoDataFrame, pd.Series]]:
    """Every list of hotspots by name, with the rank of the hotspot that each record of the run counts in."""
    found = [("", job.spots, assign_hotspots(job.incidents, job.spots))]
    for one in job.lists:
        mine = assign_hotspots(one.incidents, one.spots).reindex(job.incidents.index)
        found.append((f"list {one.name}", one.spots, mine))
    if job.unlisted is not None:
        found.append(("unlisted", job.unlisted, assign_hotspots(job.incidents, job.unlisted)))
    return [(name, spots, rows.fillna(-1)) for name, spots, rows in found]


def settle_rows(
    job: Any,
    names: pd.Series,
    lists: list[Any],
    gone: dict[Hashable, bool],
    who: Profile,
    before: pd.DataFrame | None,
    windows: dict[str, Bools] | None = None,
) -> pd.DataFrame:
    """Decide a table of hotspots by kind, or with ``windows`` by month, beside what else is told of each.

    ``before`` is the same table as fewer readers see it: what it hides stays hidden.
    """
    number = np.asarray(incidents_per_row(job.incidents))
    columns = sorted(names.unique(), key=lambda name: (name == "", name))
    table = pd.DataFrame(index=job.spots.index, columns=columns, dtype="Int64")
    for spot in job.spots.index:
        mine = lists[0][2].eq(spot).to_numpy(dtype=bool)
        if gone.get(("spot", "", spot), True):
            continue
        book = Book(number[mine], who.threshold, seconds=5.0, nearest=who.nearest)
        book.enter(("all",), np.ones(int(mine.sum()), dtype=bool), fixed=True)
        own = names[mine].to_numpy()
        counts = pd.Series(number[mine]).groupby(own).sum().reindex(columns, fill_value=0)
        already = set() if before is None else set(before.columns[before.loc[spot].isna()])
        if windows is None:
            fixed = set() if who.nearest else _told_by_plan(counts[counts > 0], who.threshold) - already
            lines: dict[str, str] = {}
            _enter_lists(book, lists[1:], mine, gone)
        else:
            fixed, lines = set(), _lines(names, windows, gone.get(("spot", "", spot, "before"), False))
            for name, rows in windows.items():
                told = name not in lines.values()
                book.enter(
                    ("part", name), rows[mine], fixed=told, hidden=not told, line=None if told else name
                )
        for one in columns:
            book.enter(one, own == one, fixed=one in fixed, line=lines.get(one), hidden=one in already)
        hidden = book.settle()
        if not book.lost:  # else nothing of its row is told
            shown = [one for one in columns if not hidden[one]]
            table.loc[spot, shown] = [round_half_up(int(n), who.nearest or 1) for n in counts[shown]]
    return table


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


def _told_by_plan(counts: pd.Series, threshold: int) -> set[str]:
    """Kinds that a plan of the place tells, by the plan's own rule."""
    table = pd.DataFrame({"type": counts.index, "incidents": counts.to_numpy()})
    return set(fold_small(table, threshold)["type"])


def list_told(ledger: Ledger, job: Any) -> dict[str, dict[str, int]]:
    """Numbers of areas and hotspots that are told, by profile and the names that later runs know them by."""
    names = {
        ("area", layer, c): f"area|{layer}|{c}" for layer, areas in job.areas.items() for c in areas["code"]
    }
    lists = [("", job.spots), *((f"list {one.name}", one.spots) for one in job.lists)]
    names |= {
        ("spot", name, rank): name_disc(name, spot)
        for name, spots in lists
        for rank, spot in spots.iterrows()
    }
    return {
        reader: {
            name: round_half_up(ledger.values[key], PROFILES[reader].nearest or 1)
            for key, name in names.items()
            if not hidden.get(key, True)
        }
        for reader, hidden in ledger.readers.items()
    }


def say_hidden(ledger: Ledger, who: Profile) -> str:
    """Say what share of the numbers by area and hotspot is hidden, and what could not be protected."""
    values = {
        k: n for k, n in ledger.values.items() if isinstance(k, tuple) and k[0] in ("area", "spot") and n
    }
    hidden = [n for key, n in values.items() if ledger.hidden[key]]
    if not hidden:
        return ""
    small = sum(n < ledger.threshold for n in hidden)
    said = (
        f"Of {len(values):,} numbers by area and hotspot {len(hidden):,} are not shown under profile "
        f"'{who.name}': {small:,} small ones and {len(hidden) - small:,} beside them, which is "
        f"{say_percentage(sum(hidden) / sum(values.values()))} of what these numbers count."
    )
    if ledger.lost:
        said += (
            f" {len(ledger.lost):,} of them follow, all the same, from totals or from what was given before: "
            "give larger areas or a longer period."
        )
    return said

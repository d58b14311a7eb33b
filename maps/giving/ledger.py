"""One ledger of what a run gives to one readership: every number with what it counts, decided together.

Books of their own, since a total that is told parts them: places in the whole period and in the two compared;
kinds, sources and a board's indicators in the two compared; kinds within each hotspot; months within each
hotspot; months of all the records. A hotspot whose own number is hidden tells no kind and no month.
"""

import itertools
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import assign_hotspots
from hotspots.change.compare_periods import compare_windows
from hotspots.checks import InputError
from hotspots.common.membership import rows_in
from hotspots.common.places import incidents_per_row
from hotspots.common.when import rows_in as rows_when
from hotspots.common.wording import say_count, say_percentage
from hotspots.reading.covered import find_covered
from maps.disclosure.gate import PROFILES, Profile, name_category
from maps.giving.book import Book, Bools, round_half_up
from maps.giving.history import Earlier, name_disc
from maps.giving.rows import Rows, settle_rows
from maps.job.board_pages import Board
from maps.job.compare import chosen_windows
from maps.web._incident_cells import name_together

Key = tuple[Any, ...]
WINDOWS = ("before", "after")
_GROUND = ("area", "without", "centre", "spot")


@dataclass(frozen=True)
class Ledger:
    """What is hidden from a readership, by what each number counts."""

    # by key: ("area", layer, code), ("without", layer, code), ("spot", list, rank), ("hot",) for all on the
    # list, ("site", rank) of a camera, and ("month", month); areas, spots, ("hot",), ("group", column, name)
    # and ("board", page, indicator) also with "before" or "after" at their end
    hidden: dict[Hashable, bool]
    values: dict[Hashable, int]  # each number as it is
    # hotspots by "category" and by "month", whole numbers, missing where hidden
    tables: dict[str, pd.DataFrame]
    names: pd.Series  # of each record the kind it is counted among
    # what could not be protected, whatever was hidden: it follows from what was given before
    lost: list[Hashable]
    threshold: int
    nearest: int = 0
    # for each profile whose readers also see this one what they are told, or None, by the name it has in
    # later runs; and what the ground of each record may hold, in the worlds that prove what is hidden
    readers: dict[str, dict[str, int | None]] = field(default_factory=dict)
    rooms: list[Any] = field(default_factory=list)

    @property
    def has_windows(self) -> bool:
        """Whether the two periods compared are among its numbers."""
        return ("all", "before") in self.hidden

    def untold(self, spots: gpd.GeoDataFrame) -> set[str]:
        """List hotspots of which no plan may tell: their number, kinds or months are hidden."""
        gone = self.gone([("spot", "", rank) for rank in spots.index])
        if self.has_windows:
            gone |= self.gone([("spot", "", rank, "before") for rank in spots.index])
        for table in self.tables.values():
            gone |= table.isna().all(axis=1).to_numpy(dtype=bool)
        return set(spots["ref"][gone].astype(str))

    def gone(self, keys: Iterable[Hashable]) -> Bools:
        """Which of some numbers are hidden; of what was never entered nothing is told."""
        return np.array([self.hidden.get(key, True) for key in keys], dtype=bool)


def make_ledger(job: Any, who: Profile, earlier: Earlier, planned: Collection[str] = ()) -> Ledger:
    """Enter the numbers of a run, beside those of earlier ones, and decide what is hidden.

    ``planned`` are hotspots whose plan, drafted now, tells partners of kinds and months by its own rule.
    """
    lists, windows = lists_of(job), windows_of(job)
    number = np.asarray(incidents_per_row(job.incidents))
    names = job.incidents["category"].astype(str).map(name_together(job.incidents["category"], number))
    # a partner reads what is for the public too: what is hidden from the one is hidden from the other
    readers = [(who, earlier)]
    if who.name == "public":
        readers.insert(0, (PROFILES["partner"], earlier.of_partners()))
    told: dict[str, dict[str, int | None]] = {}
    rooms, places = [], list[Book]()
    tables: dict[str, pd.DataFrame] = {}
    lost: list[Hashable] = []
    hidden: dict[Hashable, bool] = {}
    for reader, before in readers:
        already = {key for key, gone in hidden.items() if gone}
        own = planned if reader.name == who.name else ()
        places = [
            enter_places(job, reader, lists, windows, before),
            enter_months(job, reader, windows, before),
            enter_groups(job, reader, windows),
        ]
        for book in places:
            for key in already & set(book.marks):
                book.marks[key] |= {"hidden": True}
        hidden = {key: gone for book in places for key, gone in book.settle().items()}
        lost = [key for book in places for key in book.lost]
        # when a record was does not stand beside a cell of ground
        keys: Any = places[0].rows
        ground = [k for k in keys if k == ("all",) or (len(k) == 3 and k[0] in _GROUND) or k[0] == "site"]
        rooms.append(places[0].rooms(ground))
        rows = Rows(job, lists, hidden, reader, before, own)
        kinds = settle_rows(rows, names, tables.get("category"))
        earlier_months, tables = tables.get("month"), {"category": kinds}
        if "when" in job.incidents.columns:
            months = job.incidents["when"].dt.strftime("%Y-%m").fillna("")
            tables["month"] = settle_rows(rows, months, earlier_months, windows)
        values = {key: int(book.number[at].sum()) for book in places for key, at in book.rows.items()}
        told[reader.name] = list_told(rows, values, tables, windows)
    return Ledger(hidden, values, tables, names, lost, who.threshold, who.nearest, told, rooms)


def enter_places(job: Any, who: Profile, lists: list[Any], windows: dict[str, Bools], earlier: Earlier) -> Book:
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
        told = pd.to_numeric(spots["incidents"])  # the order of a list by number tells which is more
        if told.is_monotonic_decreasing:
            keys: list[Hashable] = [("spot", name, rank) for rank in spots.index]
            book.orders += list(itertools.pairwise(keys))
    _enter_parts(book, ("hot",), lists[0][2].ge(0).to_numpy(), windows)
    for rank, mine in ({} if who.nearest else _sites(job)).items():
        book.enter(("site", rank), mine)
    earlier.enter_into(book, incidents, names)
    return book


def _sites(job: Any) -> dict[Any, Bools]:
    """Find which records each camera site adds to those before it, where that is what its share says."""
    found, seen = {}, np.zeros(len(job.incidents), dtype=bool)
    number = np.asarray(incidents_per_row(job.incidents))
    for rank, site in job.cameras.iterrows():
        near = job.incidents.geometry.distance(site.geometry).le(site["radius"] + 1e-6).to_numpy() & ~seen
        seen |= near
        share = number[near].sum() / max(number.sum(), 1)
        if abs(share - site.get("marginal_share_of_incidents", np.nan)) < 1e-6:
            found[rank] = near
    return found


def _enter_parts(book: Book, key: Key, mine: Bools, windows: dict[str, Bools]) -> None:
    book.enter(key, mine)
    for name, rows in windows.items():
        book.enter((*key, name), mine & rows, line=key)


def enter_groups(job: Any, who: Profile, windows: dict[str, Bools]) -> Book:
    """Enter what the two periods hold of each kind and source, and of each indicator of a board's page."""
    book = Book(np.asarray(incidents_per_row(job.incidents)), who.threshold)
    for name, rows in windows.items():
        book.enter(("all", name), rows, fixed=True)
    for column in ("category", "source"):
        names = job.incidents[column].astype(str)
        names = names.map(name_category) if column == "category" else names
        kinds = names.unique()
        for one in kinds if len(kinds) > 1 else ():  # of one the number is the total
            for name, rows in windows.items():
                mine = names.eq(one).to_numpy(dtype=bool) & rows
                book.enter(("group", column, one, name), mine, line=("group", column, one))
    for board in [board for board in job.periods.boards if windows and not board.area]:
        enter_board(book, board)
    return book


def enter_board(book: Book, board: Board) -> None:
    """Enter what the two periods hold of each indicator of a page."""
    for key, pair in board.rows.items():
        for name, rows in zip(WINDOWS, pair, strict=True):
            book.enter(("board", board.name, key, name), rows, line=("board", board.name, key))


def enter_months(job: Any, who: Profile, windows: dict[str, Bools], earlier: Earlier) -> Book:
    """Enter the months of all the records, beside the two periods that they add up to."""
    book = Book(np.asarray(incidents_per_row(job.incidents)), who.threshold)
    if "when" in job.incidents.columns:
        months = job.incidents["when"].dt.strftime("%Y-%m")
        for name, rows in {"all": months.notna().to_numpy(), **windows}.items():
            book.enter(("months", name), rows, fixed=True)
        for month in sorted(months.dropna().unique()):
            book.enter(("month", month), months.eq(month).to_numpy())
        told: Any = list(book.rows)
        names: dict[Hashable, str] = {key: f"month|{key[1]}" for key in told if key[0] == "month"}
        earlier.enter_into(book, job.incidents, names)
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
        np.nan if lost else round_half_up(int(n), ledger.nearest or 1) for n, lost in zip(months, gone, strict=True)
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


def list_told(
    rows: Rows, values: Mapping[Hashable, int], tables: dict[str, pd.DataFrame], windows: dict[str, Bools]
) -> dict[str, int | None]:
    """Numbers that are told, or None, by the names that later runs know them by."""
    job, nearest = rows.job, rows.who.nearest or 1
    names: dict[Key, str] = {
        ("area", layer, c): f"area|{layer}|{c}" for layer, areas in job.areas.items() for c in areas["code"]
    }
    names |= {("spot", n, r): name_disc(n, spots.loc[r]) for n, spots, _ in rows.lists for r in spots.index}
    for part, at in windows.items():
        days = job.incidents.loc[at, "when"]
        span = f"@{days.min():%Y-%m-%d}/{days.max():%Y-%m-%d}"
        names |= {(*key, part): f"{name}{span}" for key, name in list(names.items()) if len(key) == 3}
    told: dict[str, int | None] = {
        name: None if rows.gone[key] else round_half_up(values[key], nearest)
        for key, name in names.items()
        if key in rows.gone
    }
    for key in rows.gone:
        if isinstance(key, tuple) and key[0] == "month":
            told[f"month|{key[1]}"] = None if rows.gone[key] else values[key]
    for by, table in tables.items():
        sort = "kind" if by == "category" else "month"
        for spot in rows.told:
            start = f"{sort}|{name_disc('', job.spots.loc[spot])}|"
            told |= {f"{start}{one}": None if pd.isna(n) else int(n) for one, n in table.loc[spot].items()}
    return told


def say_hidden(ledger: Ledger, who: Profile) -> str:
    """Say what share of the numbers by area and hotspot is hidden, and what could not be protected."""
    values = {k: n for k, n in ledger.values.items() if isinstance(k, tuple) and k[0] in ("area", "spot") and n}
    hidden = [n for key, n in values.items() if ledger.hidden[key]]
    if not hidden:
        return ""
    small = sum(n < ledger.threshold for n in hidden)
    said = (
        f"Of {say_count(len(values), 'number')} by area and hotspot {len(hidden):,} "
        f"{'is' if len(hidden) == 1 else 'are'} not shown under profile '{who.name}': {small:,} small and "
        f"{len(hidden) - small:,} beside the small, which is "
        f"{say_percentage(sum(hidden) / sum(values.values()))} of what these numbers count."
    )
    if lost := [key for key in ledger.lost if key in values]:
        said += (
            f" {len(lost):,} of them follow, all the same, from totals or from what was given before: "
            "give larger areas or a longer period."
        )
    return said

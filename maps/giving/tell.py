"""A finished job as one readership may be told of it: what the ledger hides is out of every frame at once."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.names import find_area
from hotspots.checks import announce
from hotspots.common.membership import rows_in
from hotspots.common.places import incidents_per_row
from maps.disclosure._hide_rows import hide_rows
from maps.disclosure.gate import Profile
from maps.giving.book import Book
from maps.giving.harm import coarsen_harm, mix_kinds
from maps.giving.ledger import WINDOWS, Ledger, enter_board, lists_of, windows_of
from maps.job.board_pages import Board, hide_board
from maps.job.compare import say_places
from maps.job.periods import hide_changes

# What tells of the kinds in a place, or of single records, whatever its count.
_TELLS_KINDS = (
    *("harm_", "largest_", "one_offence", "default_location_share", "rank_by_harm_"),
    "expected_nearby",  # what the ground around holds is a number of its own
)
_OF_STOPS = ("incidents", "harm", "share_of", "cumulative", "places")
_FAMILY = ("calendar month", "season", "holidays", "peaks")


@dataclass(frozen=True)
class Told:
    """What the map's filters may tell: hotspots by kind and by month, and which records no cell may show."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    quiet: Any = None
    # of each record its ground, and what that may hold in the worlds in hand: no cell may tell otherwise
    rooms: list[Any] = field(default_factory=list)


def tell_job(job: Any, ledger: Ledger, who: Profile) -> tuple[Any, Told]:
    """Return the job with every frame as it may be told, and what the map's filters may tell."""
    harms = _Harms(job, ledger, who)
    lists = lists_of(job)
    frames = {name: _tell_spots(spots, name, rows, ledger, harms) for name, spots, rows in lists}
    told = replace(
        job,
        spots=frames[""],
        lists=[replace(one, spots=frames[f"list {one.name}"]) for one in job.lists],
        unlisted=frames.get("unlisted"),
        area_sums={layer: _tell_areas(job, layer, ledger, harms) for layer in job.area_sums},
        patrols=job.patrols.drop(columns=[c for c in job.patrols.columns if str(c).startswith(_OF_STOPS)]),
        changed=_say_changed(job, frames[""], ledger),
        cameras=_tell_sites(job.cameras, ledger),
        periods=_tell_periods(job, ledger, who),
    )
    quiet = _quiet(job, ledger, lists)
    if told.periods.cell_trends is not None:  # a cell that was hot held some
        cells = told.periods.cell_trends
        near = cells.intersects(job.incidents.geometry[quiet].union_all())
        told = replace(told, periods=replace(told.periods, cell_trends=cells[~near]))
    if ledger.gone([("spot", "", rank) for rank in job.spots.index]).any():  # what stops hold together tells it
        more = job.further_officers
        kept = [c for c in more.columns if "share" not in str(c) and c != "added"]
        told = replace(told, further_officers=more[kept])
    return told, Told(ledger.tables, quiet, ledger.rooms)


def _tell_sites(sites: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    """Leave out what a site adds where that is hidden: the gate takes the rest of the row with it."""
    if sites.empty:
        return sites
    share = "marginal_share_of_incidents"
    told = sites.assign(**{share: sites[share].mask(ledger.gone([("site", rank) for rank in sites.index]))})
    told.attrs |= sites.attrs
    return told


def _say_changed(job: Any, spots: gpd.GeoDataFrame, ledger: Ledger) -> list[str]:
    """Say what changed of what is told: the sentence on single hotspots names one with its counts."""
    if "arrow" not in job.spots:
        return list(job.changed)
    own = say_places(job.spots)
    said = [say_places(spots) if sentence == own else sentence for sentence in job.changed]
    return [s.partition(" The first of them")[0] if ledger.nearest else s for s in said if s]


class _Harms:
    """Harm of a place, as finely as may be told."""

    def __init__(self, job: Any, ledger: Ledger, who: Profile) -> None:
        self.threshold, self.kinds = who.threshold, None  # no kinds: nothing here is weighed
        self.number = np.asarray(incidents_per_row(job.incidents))
        self.records = int(self.number.sum())
        if "harm" in job.incidents.columns:
            self.kinds, self.weights = mix_kinds(job.incidents, self.number)
            self.harm = job.incidents["harm"].to_numpy(dtype=float)
            self.whole = np.nansum(self.harm)
            self.table, self.names = ledger.tables.get("category"), ledger.names

    def tell(self, rows: Any, exact: Any, *, rank: Any = None) -> float:
        """Harm of the records on some rows; of a hotspot of the main list its row of kinds is told too."""
        if self.kinds is None or pd.isna(exact):
            return float("nan")
        size = len(self.weights)
        kinds = self.kinds.to_numpy()
        counts = np.bincount(kinds[rows], weights=self.number[rows], minlength=size)
        free = np.ones(size, dtype=bool)
        if rank is not None and self.table is not None:
            known = set(self.table.columns[self.table.loc[rank].notna()])
            of = pd.Series(self.names.to_numpy()).groupby(kinds).first()
            free = ~of.reindex(range(size)).isin(known).to_numpy()
        return coarsen_harm(
            float(exact), counts.astype("float64"), self.weights.to_numpy(), free, threshold=self.threshold
        )


def _tell_spots(spots: gpd.GeoDataFrame, name: str, rows: pd.Series, ledger: Ledger, harms: _Harms) -> gpd.GeoDataFrame:
    shown = spots.drop(columns=[c for c in spots.columns if str(c).startswith(_TELLS_KINDS)])
    if "harm" in shown.columns and harms.kinds is not None:
        at = rows.to_numpy()
        told = [harms.tell(at == rank, harm, rank=None if name else rank) for rank, harm in shown["harm"].items()]
        shown["harm"] = pd.Series(told, index=shown.index, dtype=float)
        if "share_of_harm" in shown.columns:
            shown["share_of_harm"] = (shown["harm"] / harms.whole).round(3)
    keys: list[tuple[Any, ...]] = [("spot", name, rank) for rank in shown.index]
    _hide(shown, keys, ledger)
    if "parts" in shown.columns:
        shown["parts"] = [_plain_parts(parts) for parts in shown["parts"]]
    for column in [c for c in shown.columns if str(c).endswith("_shares")]:
        shown[column] = [_plain_shares(shares) for shares in shown[column]]
    return _round(shown, ledger, harms.records)


def _round(frame: pd.DataFrame, ledger: Ledger, whole: int) -> pd.DataFrame:
    """Round counts where they are told so, and with them whatever follows from them."""
    if not ledger.nearest:
        return frame
    told = frame.drop(columns=[c for c in frame.columns if str(c).startswith(("incidents_", "rate"))])
    for column in [c for c in ("incidents", *WINDOWS) if c in told.columns]:
        number = pd.to_numeric(told[column]).astype("Float64")
        told[column] = ((number + ledger.nearest / 2) // ledger.nearest * ledger.nearest).astype("Int64")
    if "share_of_incidents" in told.columns:
        told["share_of_incidents"] = (told["incidents"].astype("Float64") / whole).astype("float64").round(3)
    if "words" in told.columns:
        told["words"] = [outcome_of(words) for words in told["words"]]
    return told


def outcome_of(words: Any) -> Any:
    """Say what became of a number, without the number.

    Examples
    --------
    >>> outcome_of("from 40 to 22 (18 fewer) between July 2017 and July 2018: a clear fall")
    'a clear fall'
    """
    return words.partition("; beside it")[0].rpartition(": ")[2] if isinstance(words, str) else words


def _hide(frame: pd.DataFrame, keys: list[tuple[Any, ...]], ledger: Ledger) -> None:
    hide_rows(frame, "incidents", pd.Series(ledger.gone(keys), index=frame.index))
    for window in WINDOWS:
        if window in frame.columns and ledger.has_windows:
            gone = ledger.gone([(*key, window) for key in keys])
            hide_rows(frame, window, pd.Series(gone, index=frame.index))


def _plain_parts(parts: Any) -> Any:
    if not isinstance(parts, list):
        return parts
    return [{k: v for k, v in part.items() if k not in ("incidents", "harm")} for part in parts]


def _plain_shares(shares: Any) -> Any:
    """Names of the areas that a hotspot lies in, the most first: a share times its records is a count."""
    if not isinstance(shares, list) or len(shares) < 2:
        return shares
    return [(name, np.nan) for name, _ in shares]


def _tell_areas(job: Any, layer: str, ledger: Ledger, harms: _Harms) -> pd.DataFrame:
    table = job.area_sums[layer]
    shown = table.drop(columns=[c for c in table.columns if str(c).startswith(_TELLS_KINDS)])
    codes = list(shown["code"])
    if "harm" in shown.columns and harms.kinds is not None:
        told = [harms.tell(rows_in(job.incidents, layer, c), h) for c, h in zip(codes, shown["harm"], strict=True)]
        shown["harm"] = pd.Series(told, index=shown.index, dtype=float)
        if "share_of_harm" in shown.columns:
            shown["share_of_harm"] = (shown["harm"] / harms.whole).round(3)
    hide_rows(shown, "incidents", pd.Series(ledger.gone([("area", layer, c) for c in codes]), index=shown.index))
    apart = [c for c in shown.columns if str(c).endswith("_without_centre")]
    if apart:  # rates are of what lies without the centre
        known = ledger.hidden
        whole = [known.get(("area", layer, code), True) for code in codes]
        gone = [known.get(("without", layer, code), own) for code, own in zip(codes, whole, strict=True)]
        columns = [*apart, *(c for c in shown.columns if str(c).startswith(("rate", "rank_by_rate")))]
        for column in columns:
            shown[column] = shown[column].mask(pd.Series(gone, index=shown.index))
    # the place of a hidden number among the others, in a rank or an order, would tell it nearly
    for column in [c for c in shown.columns if str(c).startswith("rank_by") and not str(c).endswith(("_from", "_to"))]:
        shown[column] = shown[column].astype("Float64").rank(method="min").astype("Int64")
    hidden = shown["incidents"].isna()
    ordered = pd.concat([shown[~hidden], shown[hidden].sort_values("name", kind="stable")])
    return _round(ordered, ledger, harms.records)


def _tell_periods(job: Any, ledger: Ledger, who: Profile) -> Any:
    """Hide months of all the records, with the other profiles that they add up to; and changes by area."""
    times, changes = job.periods.times, {}
    if job.periods.changes and not ledger.has_windows:
        announce(
            f"No table of changes is written under profile '{who.name}': the numbers of the two periods are too many "
            "to be proved safe together. Larger areas, or fewer layers, would allow one."
        )
    for title, table in job.periods.changes.items() if ledger.has_windows else ():
        layer = next((k for k in job.areas if title == f"Changes by {k.replace('_', ' ')}"), "")
        if layer:
            areas = job.areas[layer]
            lines = ledger.gone([("area", layer, code, "before") for code in areas["code"]])
            gone = table.index.isin(areas["name"][lines])
        else:
            by = title.removeprefix("Changes by ")
            gone = ledger.gone([("group", by, str(name), "before") for name in table.index])
        changes[title] = hide_changes(table, who, pd.Series(gone, index=table.index))
        if ledger.nearest and layer:
            changes[title] = _round(changes[title][[*WINDOWS, "arrow", "words"]], ledger, 0)
    profiles, refused = dict(times.profiles), dict(times.refused)
    if "month" in profiles:
        month = profiles["month"].copy()
        gone = ledger.gone([("month", str(label)) for label in month.index])
        if gone.any():
            numbers = [c for c in month.columns if c != "days" and pd.api.types.is_numeric_dtype(month[c])]
            month[numbers] = month[numbers].astype("float64")
            month.loc[gone, numbers] = np.nan
            profiles["month"] = month
            for by in _FAMILY:
                if profiles.pop(by, None) is not None:
                    refused[by] = "Left out: it adds up months of which some are not shown."
    hour = profiles.get("weekday_hour")
    if hour is not None and hour["incidents"].between(1, ledger.threshold - 1).any():
        del profiles["weekday_hour"]
        refused["weekday_hour"] = "Left out: too few records in some hour of the week."
    boards = [tell_board(b, job, ledger, who) for b in job.periods.boards if not (ledger.nearest and b.area)]
    trends = job.periods.spot_trends
    if trends is not None:
        trends = trends[~ledger.gone([("spot", "", rank) for rank in trends.index])]
    times = replace(times, profiles=profiles, refused=refused)
    return replace(job.periods, changes=changes, boards=boards, times=times, spot_trends=trends)


def tell_board(board: Board, job: Any, ledger: Ledger, who: Profile) -> Board:
    """Hide the indicators of a page that the ledger hides; a page of one area is decided beside that area."""
    hidden = ledger.hidden
    if board.area and ledger.has_windows:
        layer, _, name = board.area.partition(":")
        code = find_area(job.areas[layer], name, layer=layer)["code"]
        mine = rows_in(job.incidents, layer, code)
        book = Book(np.asarray(incidents_per_row(job.incidents)), who.threshold, seconds=5.0)
        for part, rows in windows_of(job).items():
            told = not ledger.gone([("area", layer, code, part)])[0]
            book.enter(("all", part), mine & rows, fixed=told, hidden=not told)
        enter_board(book, board)
        hidden = book.settle() if not ledger.gone([("area", layer, code, "before")])[0] else {}
    keys = [key for key in board.rows if hidden.get(("board", board.name, key, "before"), True)]
    gone = keys if ledger.has_windows else []
    return replace(board, table=hide_board(board.table, who, gone))


def _quiet(job: Any, ledger: Ledger, lists: list[Any]) -> Any:
    """Mark the records in an area or hotspot whose number is hidden: no cell may show them."""
    quiet = np.zeros(len(job.incidents), dtype=bool)
    hidden = [key for key, gone in ledger.hidden.items() if gone]
    ranks = {name: rows for name, _, rows in lists}
    for key in hidden:
        quiet |= _rows_of(key, job, ranks)
    return pd.Series(quiet, index=job.incidents.index)


def _rows_of(key: Hashable, job: Any, ranks: dict[str, pd.Series]) -> Any:
    if isinstance(key, tuple) and len(key) == 3 and key[0] == "area":
        return rows_in(job.incidents, key[1], key[2])
    if isinstance(key, tuple) and len(key) == 3 and key[0] == "spot":
        return ranks[key[1]].eq(key[2]).to_numpy(dtype=bool)
    return np.zeros(len(job.incidents), dtype=bool)

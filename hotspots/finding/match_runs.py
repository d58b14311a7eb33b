"""The same place from run to run: a reference is inherited by overlap of at least half the incidents."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, require_columns
from hotspots.common.columns import plain_text
from hotspots.common.gridref import unique_references
from hotspots.common.places import Ints, incidents_per_row
from hotspots.finding.assign import assign_hotspots

CHANGES = ["ref", "status", "previous", "rank", "previous_rank", "shared", "share", "share_of_previous"]


def match_hotspots(
    spots: gpd.GeoDataFrame, previous: gpd.GeoDataFrame, *, incidents: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give hotspots the references they had in the previous run, and say what became of each.

    Two hotspots are the same place when they share at least half of the incidents of either. The pair
    that shares most goes first, and a reference is given once.

    Parameters
    ----------
    spots : GeoDataFrame
        This run's hotspots.
    previous : GeoDataFrame
        The previous run's, with ``ref``, and ``local_name`` where people gave one.
    incidents : GeoDataFrame
        This run's incidents: what overlap is counted in.

    Returns
    -------
    GeoDataFrame
        A copy of ``spots`` with inherited ``ref`` (and ``local_name``, if the previous run has it). A
        place never seen keeps its own reference, with ``-2`` if the previous run used it elsewhere.
    DataFrame
        One row per hotspot and per earlier one that is no more: ``ref``; ``status`` "kept", "new",
        "split" (``previous`` went on under another hotspot), "merged" (``previous`` is now part of
        ``ref``) or "gone"; ``previous``, the earlier reference; both ranks; the incidents ``shared``, and
        what share they are of each.

    Raises
    ------
    InputError
        When the previous run lacks ``ref``, or one occurs twice.

    Examples
    --------
    >>> from hotspots import find_hotspots
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 900], [0, 0, 0]), crs=27700)
    >>> spots = find_hotspots(points, count=2, resamples=0)
    >>> match_hotspots(spots, spots.head(1), incidents=points)[1]["status"].tolist()
    ['kept', 'new']
    """
    require_columns(previous, ["ref"], what="previous hotspots")
    old_refs = previous["ref"].astype("str").tolist()
    if len(set(old_refs)) < len(old_refs):
        twice = previous["ref"][previous["ref"].duplicated()].iloc[0]
        raise InputError(
            "A reference occurs twice in the previous hotspots",
            given=f"{twice!r}",
            advice="the hotspots.gpkg of one run, unchanged",
        )
    links = _links(spots, _ranked(previous), incidents)
    heir, given = _inherit(links)
    refs = _refs(spots, old_refs, heir)
    matched = spots.copy()
    matched["ref"] = pd.Series(refs, index=spots.index, dtype="str")
    if "local_name" in previous.columns:
        names = plain_text(previous["local_name"]).tolist()
        local = [names[heir[i]] if i in heir else "" for i in range(len(spots))]
        matched["local_name"] = pd.Series(local, index=spots.index, dtype="str")
    return matched, _changes(links, heir, given, refs, old_refs, spots)


def _ranked(previous: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the previous hotspots the ranks 1, 2, 3 ... in their order."""
    ranked = previous.copy()
    if "rank" in ranked.columns:
        ranked = ranked.sort_values("rank", kind="stable")
    return ranked.set_index(pd.RangeIndex(1, len(ranked) + 1, name="rank"))


def _links(spots: gpd.GeoDataFrame, previous: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs that share at least half of the incidents of either, most shared first."""
    rows = incidents_per_row(incidents)
    order = pd.RangeIndex(1, len(spots) + 1)
    now = assign_hotspots(incidents, spots.set_index(order)).fillna(0).to_numpy(dtype=np.int64)
    then = assign_hotspots(incidents, previous).fillna(0).to_numpy(dtype=np.int64)
    of_now, of_then = np.bincount(now, rows), np.bincount(then, rows)
    pair = pd.DataFrame({"now": now, "then": then, "shared": rows})
    pair = pair[(now > 0) & (then > 0)].groupby(["now", "then"])["shared"].sum().reset_index()
    pair["share"] = pair["shared"] / of_now[pair["now"]]
    pair["share_of_previous"] = pair["shared"] / of_then[pair["then"]]
    pair = pair[pair[["share", "share_of_previous"]].max(axis=1) >= 0.5]
    pair[["now", "then"]] -= 1
    return pair.sort_values(["shared", "then", "now"], ascending=[False, True, True], ignore_index=True)


def _inherit(links: pd.DataFrame) -> tuple[dict[int, int], dict[int, int]]:
    """Give each earlier hotspot at most one heir, and each hotspot at most one reference."""
    heir: dict[int, int] = {}
    given: dict[int, int] = {}
    for now, then in zip(links["now"].tolist(), links["then"].tolist(), strict=True):
        if now not in heir and then not in given:
            heir[now], given[then] = then, now
    return heir, given


def _refs(spots: gpd.GeoDataFrame, old_refs: list[str], heir: dict[int, int]) -> list[str]:
    own = spots["ref"].astype("str").tolist()
    refs = [old_refs[heir[i]] if i in heir else own[i] for i in range(len(own))]
    taken = set(old_refs)
    for i in range(len(own)):
        if i not in heir and refs[i] in taken:
            best = spots["parts"].iloc[i][0]
            refs[i] = unique_references([(best["easting"], best["northing"])], taken=taken, crs=spots.crs)[0]
        taken.add(refs[i])
    return refs


def _changes(
    links: pd.DataFrame,
    heir: dict[int, int],
    given: dict[int, int],
    refs: list[str],
    old_refs: list[str],
    spots: gpd.GeoDataFrame,
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    pairs = [{str(k): v for k, v in link.items()} for link in links.to_dict("records")]
    by_pair = {(link["now"], link["then"]): link for link in pairs}
    best_of_now = {link["now"]: link for link in reversed(pairs)}
    best_of_then = {link["then"]: link for link in reversed(pairs)}
    ranks: Ints = spots.index.to_numpy(dtype=np.int64)
    for now, ref in enumerate(refs):
        if now in heir:
            link, status = by_pair[now, heir[now]], "kept"
        elif now in best_of_now:
            link, status = best_of_now[now], "split"
        else:
            rows.append({"ref": ref, "status": "new", "rank": ranks[now]})
            continue
        rows.append(_row(ref, status, old_refs[link["then"]], ranks[now], link))
    for then, old in enumerate(old_refs):
        if then in given:
            continue
        if then in best_of_then:
            now = best_of_then[then]["now"]
            rows.append(_row(refs[now], "merged", old, ranks[now], best_of_then[then]))
        else:
            rows.append({"ref": old, "status": "gone", "previous": old, "previous_rank": then + 1})
    table = pd.DataFrame(rows, columns=CHANGES)
    for name in ("ref", "status", "previous"):
        table[name] = plain_text(table[name])
    return table.astype({"rank": "Int64", "previous_rank": "Int64", "shared": "Int64"}).astype(
        {"share": float, "share_of_previous": float}
    )


def _row(ref: str, status: str, old: str, rank: int, link: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": ref,
        "status": status,
        "previous": old,
        "rank": int(rank),
        "previous_rank": link["then"] + 1,
        "shared": int(link["shared"]),
        "share": float(link["share"]),
        "share_of_previous": float(link["share_of_previous"]),
    }

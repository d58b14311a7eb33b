"""Rows that come twice: a Crime ID repeated or revised, and one force's month in two files."""

import numpy as np
import pandas as pd
import shapely

from hotspots.checks import InputError, announce

KEEP = ("refuse", "first", "last", "both")
REPEATED = "duplicate Crime ID"
_FEWEST = 5
_APART = 100.0  # metres: about how far apart police.uk's map points stand
_MOST_EVENTS = 5  # more different rows than this are no corrections of one
SAME_MONTH = "same force and month in another file"


def drop_shared_ids(judged: pd.DataFrame, own_id: pd.Series) -> pd.Series:
    """IDs, and "" for those that stand on rows which cannot be one event, corrected or counted again.

    A correction moves a record, or changes its kind, or comes back in a later month in the same place: of
    250 repeated Crime IDs of six cities none moved and changed kind or date as well. Rows that did, and rows
    that differ among themselves more than `_MOST_EVENTS` times, are events of their own, whatever the word.
    """
    ids = own_id[own_id.ne("") & own_id.duplicated(keep=False)]
    rows = judged.loc[ids.index[np.argsort(judged.loc[ids.index, "cause"].ne(""), kind="stable")]]
    points = rows["geometry"].to_numpy(dtype=object).copy()
    points[rows["geometry"].isna().to_numpy()] = None
    facts = pd.DataFrame(
        {
            "id": ids.loc[rows.index],
            "kind": rows["category"].astype("str").str.casefold(),
            "day": rows["when"].dt.normalize(),
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )
    best = facts.groupby("id", sort=False).transform("first")
    apart = np.hypot(facts["x"] - best["x"], facts["y"] - best["y"]) > _APART
    other_day = facts["day"].ne(best["day"]) & facts["day"].notna()
    events = facts.round({"x": 0, "y": 0}).drop_duplicates().groupby("id").size()
    never = set(facts.loc[apart & (facts["kind"].ne(best["kind"]) | other_day), "id"])
    shared = ids.isin(never | set(events.index[events > _MOST_EVENTS]))
    if shared.any():
        announce(
            f"{int(shared.sum()):,} rows share an ID, such as {ids[shared].iloc[0]}, with rows of another "
            "kind, date or place: it is no ID of one event, and these rows are all used."
        )
    return own_id.mask(own_id.isin(ids[shared]), "")


def mark_duplicate_ids(judged: pd.DataFrame, own_id: pd.Series, *, rows: int | None = None) -> None:
    """Mark in ``judged`` all but one row of each ID; rows without an ID are never compared.

    Kept is an accepted row before a rejected one; among those the latest by date, then by file; within one
    file the first. An ID whose kept row stands in a later month or file than another has come back revised.
    ``rows`` is how many rows there are in all, where ``judged`` has only some of them.
    """
    own_id = own_id.mask(judged["cause"].eq(SAME_MONTH), "")
    twice = own_id.ne("") & own_id.duplicated(keep=False)
    if not twice.any():
        return
    when = judged.loc[twice, "when"]
    files = {name: i for i, name in enumerate(judged["file"].drop_duplicates())}
    order = pd.DataFrame(
        {
            "id": own_id[twice],
            "rejected": judged.loc[twice, "cause"].ne(""),
            "when": (when.dt.year * 12 + when.dt.month).fillna(-1),
            "file": judged.loc[twice, "file"].map(files),
            "row": judged.index[twice],
        }
    ).sort_values(["id", "rejected", "when", "file", "row"], ascending=[True, True, False, False, True])
    losers = order[order["id"].duplicated()]
    kept = order.drop_duplicates("id").set_index("id").loc[losers["id"]].set_axis(losers.index, axis=0)
    revised = (losers["when"].ne(kept["when"]) | losers["file"].ne(kept["file"])) & ~kept["rejected"]
    judged.loc[losers.index, "cause"] = REPEATED
    judged.loc[losers.index, "value"] = own_id.loc[losers.index]
    inside = int((~revised & losers["file"].eq(kept["file"])).sum())
    if inside > (len(judged) if rows is None else rows) / 10:
        announce(
            f"{inside} rows repeat an ID of their own file and month and are not used; if each is an event "
            "of its own, leave incident_id out of the layout."
        )
    if revised.any():
        count = losers.loc[revised, "id"].nunique()
        ids = "ID" if count == 1 else "IDs"
        announce(f"{count:,} {ids} came back in a later month or file: the latest is kept.")


def settle_same_month(judged: pd.DataFrame, force: pd.Series | None, own_id: pd.Series, *, keep: str) -> None:
    """Refuse, or settle as ``keep`` says, one force's month that stands in two files.

    Two files of one force and month that share no row are parts of it, and both are read. Where the layout
    names no force (None), only rows without an ID tell, and there must be five: exports often overlap, and
    rows with an ID are settled one by one.
    """
    if keep not in KEEP:
        raise InputError("same_month is not known", given=str(keep), advice=", ".join(KEEP))
    if keep == "both" or judged["file"].nunique() < 2:
        return
    month = judged["when"].dt.strftime("%Y-%m")
    owner = judged["source"] if force is None else force
    groups = pd.DataFrame({"force": owner.to_numpy(), "month": month.to_numpy()}, index=judged.index)
    groups = groups[groups["force"].ne("") & groups["month"].notna()]
    clashes = []
    for key, rows in groups.groupby(["force", "month"], sort=True):
        files = list(judged.loc[rows.index, "file"].drop_duplicates())
        mine = judged.loc[rows.index]
        doubled = _doubled(mine, own_id.loc[rows.index], files, by_id=force is not None)
        if doubled:
            clashes.append((key, doubled))
            stays = doubled[0 if keep == "first" else -1]
            loses = rows.index[judged.loc[rows.index, "file"].isin(doubled).to_numpy()]
            loses = loses[judged.loc[loses, "file"].ne(stays).to_numpy()]
            if force is None:
                loses = loses[own_id.loc[loses].eq("").to_numpy()]
            judged.loc[loses, "cause"] = SAME_MONTH
            judged.loc[loses, "value"] = stays
    if clashes and keep == "refuse":
        listed = "; ".join(f"{k[0]} {k[1]} in {' and '.join(f)}" for k, f in clashes[:5])
        raise InputError(
            "The same force and month stand in two files, and rows without an ID would count twice",
            given=listed + (f" and {len(clashes) - 5} more" if len(clashes) > 5 else ""),
            advice='same_month = "last" or "first" where they hold the same, "both" where each holds others',
        )


def _doubled(judged: pd.DataFrame, own_id: pd.Series, files: list[str], *, by_id: bool) -> list[str]:
    """Files that share rows with another: an ID, or over half of the smaller one's rows without ID."""
    if len(files) < 2:
        return []
    from scipy.sparse import coo_array

    number = judged["file"].map({f: n for n, f in enumerate(files)}).to_numpy()
    own, shared = own_id.ne("").to_numpy(), np.zeros(len(files), dtype=bool)
    if by_id:
        ids = pd.DataFrame({"id": own_id.to_numpy()[own], "file": number[own]}).drop_duplicates()
        shared[ids["file"][ids["id"].duplicated(keep=False)]] = True
    bare, file = judged[~own], number[~own]
    content = bare["category"] + "|" + bare["place"] + "|" + bare["geometry"].astype("str")
    content = content.fillna("")
    # the second row of one content is a key of its own: files by keys, all pairs of files at once
    again = content.groupby([file, content]).cumcount().astype("str")
    key = pd.factorize(again + "|" + content)[0]
    seen = coo_array((np.ones(len(key)), (file, key)), shape=(len(files), len(key) + 1)).tocsr()
    both, sizes = (seen @ seen.T).tocoo(), np.bincount(file, minlength=len(files))
    doubled = 2 * both.data > np.minimum(sizes[both.row], sizes[both.col])
    doubled &= (both.row != both.col) & (by_id or both.data >= _FEWEST)
    shared[both.row[doubled]] = True
    return [f for f, twice in zip(files, shared, strict=True) if twice]

"""The workbook's further sheets under a profile: which may leave, with which columns, and which stay."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from maps.disclosure.gate import Profile, name_category, release
from maps.disclosure.suppression import hide_small
from maps.job.chance import FEWEST
from maps.job.own_backtest import SPLITS

LISTS = "What each list gives up"
MORE = "What more officers add"
SINCE = "Since the last run"
ACTIONS = "Open actions"
COVERAGE = "Coverage"
WEIGHTS, FEW = "Weights used", "Kinds of few records (not named)"
# Their counts are those of other sheets cut another way, or name a sensitive category on its own: what
# one of them shows gives back what another hides.
_TOLD_TWICE = (*("Records by kind", "Priorities", "Unknown categories", "Repeat points", "Repeat streets"), SPLITS)
_SEVERITY = "Severity by "
_NOT_PUBLIC = (ACTIONS, MORE)  # who does what, and where officers would go
_PREMISES = (*("name", "kind", "incidents", "harm"), *("share_of_incidents", "cumulative_share", "share_of_premises"))
_SINCE = ("ref", "status", "previous", "rank", "previous_rank", "local_name")


def release_sheets(tables: Mapping[str, pd.DataFrame], who: Profile) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the sheets that may leave, and the names of those left out.

    Without a threshold every sheet goes as it is.
    """
    if not who.threshold:
        return dict(tables), []
    left = [name for name in tables if _stays(name, who)]
    return {name: _hide(name, table, who) for name, table in tables.items() if name not in left}, left


def say_left(left: list[str], who: Profile) -> str:
    """Say which sheets a workbook does not have, or "".

    Examples
    --------
    >>> from maps.disclosure.gate import PROFILES
    >>> say_left(["Priorities"], PROFILES["public"])
    "Not in this workbook under profile 'public', because what they count or plan may not leave: Priorities."
    """
    if not left:
        return ""
    why = "because what they count or plan may not leave"
    return f"Not in this workbook under profile '{who.name}', {why}: {', '.join(left)}."


def _stays(name: str, who: Profile) -> bool:
    if who.name == "public" and name in _NOT_PUBLIC:
        return True
    return name in _TOLD_TWICE or name.startswith(_SEVERITY)


def _hide(name: str, table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    if name == COVERAGE:
        return _hide_coverage(table, who)
    if name == LISTS:
        return _hide_lists(table, who)
    if name == WEIGHTS:
        return _name_weights(table, who)
    if name == SINCE:  # how many records two places share is a count of its own
        return table[[c for c in _SINCE if c in table.columns]]
    return table


def _name_weights(table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    """Give kinds and weights, which disclose nothing, without numbers; kinds of few records in one line."""
    kinds = table["category"].map(name_category)
    told = table.assign(category=kinds, matched=table["matched"].mask(kinds.ne(table["category"]), ""))
    few = table["incidents"].lt(who.threshold)
    told.loc[few, ["category", "used", "matched"]] = FEW, "", ""
    told["weight"] = told["weight"].mask(few)
    return told.drop(columns="incidents").drop_duplicates(ignore_index=True)


def _hide_coverage(table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    """Give each source's own line: of a category, even the months that hold it may tell one case."""
    whole = table[table["category"].eq("(all)")].reset_index(drop=True)
    gone = hide_small(whole["rows"], threshold=who.threshold)
    shown = whole.astype({"rows": "Int64", "months": "Int64"})
    told = ["rows", "months", "first", "last", "missing", "cut", "whole"]
    shown[told] = shown[told].mask(gone)
    return shown.rename(columns={"rows": "incidents"})


def _hide_lists(table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    """Hide what lists hold of a problem where it is few; beside one hidden, no difference is told."""
    parts = []
    for _, rows in table.groupby("profile", sort=False):
        shown = release(rows, kind="table", profile=who, columns=list(table.columns))
        if shown["incidents"].isna().any():
            shown = shown.assign(**{c: float("nan") for c in shown.columns if c.startswith("gives_up")})
        parts.append(shown)
    return pd.concat(parts).loc[table.index] if parts else table


def hide_chance(table: pd.DataFrame, who: Profile) -> pd.DataFrame:
    """Leave out how much the busiest places hold where that is few records or few places: these have names.

    What is told is so to the nearest twentieth: a share of all the records is a count.
    """
    if not who.threshold or table.empty:
        return table
    top = table["measure"].str.startswith("top")
    held = table["observed"].astype(float) * table["incidents"].astype(float)
    part = table["measure"].str.extract(r"([\d.]+)%")[0].astype(float) / 100
    few = held.lt(who.threshold) | (part * table["cells"]).round().lt(FEWEST)
    told = table.assign(observed=(20 * table["observed"].astype(float)).round() / 20)
    return told[~(top & few)].reset_index(drop=True)


def plain_premises(premises: gpd.GeoDataFrame) -> pd.DataFrame:
    """Ranked premises with their name, kind and numbers; whatever else the user's file holds stays there.

    Examples
    --------
    >>> pubs = gpd.GeoDataFrame({"Name": ["The Fenton"], "licensee": ["someone"], "incidents": [12]},
    ...     geometry=gpd.points_from_xy([0], [0]), index=pd.Index([1], name="rank"))
    >>> plain_premises(pubs).to_dict("records")
    [{'rank': 1, 'name': 'The Fenton', 'incidents': 12}]
    """
    known = {c: str(c).casefold() for c in premises.columns if str(c).casefold() in _PREMISES}
    known |= {c: str(c) for c in premises.columns if str(c).startswith("incidents from ")}
    kept = {c: said for c, said in known.items() if c == said or said not in premises.columns}
    return pd.DataFrame(premises[list(kept)]).rename(columns=kept).reset_index()

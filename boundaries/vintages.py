"""Areas of different years: which codes changed, and the smallest areas that both years share."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.names import fold_name
from hotspots.checks import InputError, announce, require_columns, require_metres

#: An overlap below this share of the smaller area is two drawings of one line, not shared ground.
_SHARED = 0.01


def compare_vintages(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Say which codes of one year are unchanged, recoded, gone or new in another.

    Parameters
    ----------
    old, new : DataFrame
        Areas or look-ups with the columns ``code, name``.

    Returns
    -------
    DataFrame
        ``change`` ("unchanged", "recoded": the same name under another code, "gone", "new"),
        ``old_code, new_code, name``; recoded areas may have other ground under the same name.

    Examples
    --------
    >>> old = pd.DataFrame({"code": ["E1", "E2"], "name": ["Armley", "City and Hunslet"]})
    >>> new = pd.DataFrame({"code": ["E9"], "name": ["Armley"]})
    >>> compare_vintages(old, new).fillna("").values.tolist()
    [['recoded', 'E1', 'E9', 'Armley'], ['gone', 'E2', '', 'City and Hunslet']]
    """
    for frame, what in ((old, "the old areas"), (new, "the new areas")):
        require_columns(frame, ["code", "name"], what=what)
    by_name = dict(zip(new["name"].map(fold_name), new["code"], strict=True))
    kept = set(new["code"])
    rows: list[tuple[str, str | None, str | None, str]] = []
    for code, name in zip(old["code"], old["name"], strict=True):
        now = code if code in kept else by_name.get(fold_name(name))
        change = "unchanged" if now == code else "gone" if now is None else "recoded"
        rows.append((change, code, now, name))
    met = {row[2] for row in rows}
    rows += [("new", None, code, name) for code, name in zip(new["code"], new["name"], strict=True) if code not in met]
    return pd.DataFrame(rows, columns=["change", "old_code", "new_code", "name"])


def changed_codes(old: pd.DataFrame, new: pd.DataFrame) -> str:
    """Sentence that lists which codes of ``old`` are known under another code in ``new``."""
    changes = compare_vintages(old, new)
    recoded = changes[changes["change"] == "recoded"]
    gone = changes[changes["change"] == "gone"]
    text = "; ".join(
        f"{name} {before} is now {after}"
        for name, before, after in zip(recoded["name"], recoded["old_code"], recoded["new_code"], strict=True)
    )
    parts = [f"codes changed: {text}"] if text else []
    if len(gone):
        parts.append(f"gone: {', '.join(gone['old_code'])}")
    return f" ({'; '.join(parts)})" if parts else ""


def join_vintages(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, lookup: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """Build the smallest areas that two vintages share, so that split and merged areas are added up.

    A code that is in both years keeps its ground (the rule of the Office for National Statistics). The
    others are tied together where they share ground, or by the official look-up, and added up into one
    area; nothing is ever divided between areas.

    Parameters
    ----------
    old, new : GeoDataFrame
        Areas of the two years, as from `read_areas`.
    lookup : DataFrame, optional
        Official look-up whose columns ``old_code, new_code`` pair the codes; None compares the ground.

    Returns
    -------
    GeoDataFrame
        Areas: ``code`` (the code both years share, else the new codes joined by "+"), ``name``, ``change``
        ("unchanged", "recoded", "split", "merged", "complex", "unmatched"), ``old_codes, new_codes`` (lists),
        ``geometry`` (of the new year where it has any).

    Raises
    ------
    InputError
        Not in EPSG:27700, no codes, look-up without the two columns.

    Examples
    --------
    >>> whole = gpd.GeoDataFrame({"code": ["A"], "name": ["A"]}, geometry=[shapely.box(0, 0, 2, 1)],
    ...     crs="EPSG:27700")
    >>> halves = gpd.GeoDataFrame({"code": ["B", "C"], "name": ["B", "C"]},
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs="EPSG:27700")
    >>> join_vintages(whole, halves)[["code", "change", "old_codes"]].values.tolist()
    [['B+C', 'split', ['A']]]
    """
    for frame, what in ((old, "the old areas"), (new, "the new areas")):
        require_metres(frame, what=what, like=old)
        require_columns(frame, ["code", "name"], what=what)
    if lookup is not None:
        require_columns(lookup, ["old_code", "new_code"], what="the look-up between vintages")
    groups = _group_codes(old, new, _pair_ground(old, new) if lookup is None else _pair_codes(old, new, lookup))
    rows = [_describe(group, old, new) for group in groups]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=old.crs) if rows else _none(old.crs)
    counts = table["change"].value_counts()
    unmatched = int(counts.get("unmatched", 0))
    announce(
        f"Areas: {len(old):,} old, {len(new):,} new, {len(table):,} when those that share ground are joined: "
        + ", ".join(f"{counts[c]} {c}" for c in counts.index)
        + (". Unmatched areas have no counterpart in the other year" if unmatched else "")
        + "."
    )
    return table


def group_codes(codes: "pd.Series[Any]", shared: gpd.GeoDataFrame) -> "pd.Series[Any]":
    """Shared area of each code of either vintage, missing where unknown: for rows that mix the two.

    Returns
    -------
    Series of str
        On the index of ``codes``.

    Parameters
    ----------
    codes : Series of str
        Codes as recorded, e.g. ``incidents["raw_LSOA code"]``.
    shared : GeoDataFrame
        As from `join_vintages`.

    Examples
    --------
    >>> shared = pd.DataFrame({"code": ["B+C"], "old_codes": [["A"]], "new_codes": [["B", "C"]]})
    >>> group_codes(pd.Series(["A", "C", "Z"]), shared).fillna("").tolist()
    ['B+C', 'B+C', '']
    """
    require_columns(shared, ["code", "old_codes", "new_codes"], what="the shared areas")
    known = {
        one: code
        for code, before, after in zip(shared["code"], shared["old_codes"], shared["new_codes"], strict=True)
        for one in (*before, *after)
    }
    return codes.map(known).astype("str").where(codes.isin(list(known)))


def _pair_ground(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    a, b = (f[~f["code"].isin(set(old["code"]) & set(new["code"]))] for f in (old, new))
    first, second = a.geometry.to_numpy(), b.geometry.to_numpy()
    i, j = shapely.STRtree(second).query(first, predicate="intersects")
    common = shapely.area(shapely.intersection(first[i], second[j]))
    least = np.minimum(shapely.area(first)[i], shapely.area(second)[j])
    shared = common > _SHARED * least
    before, after = a["code"].to_numpy(), b["code"].to_numpy()
    return list(zip(before[i[shared]], after[j[shared]], strict=True))


def _pair_codes(old: pd.DataFrame, new: pd.DataFrame, lookup: pd.DataFrame) -> list[tuple[str, str]]:
    here = lookup[lookup["old_code"].isin(old["code"]) & lookup["new_code"].isin(new["code"])]
    if here.empty and len(lookup):
        raise InputError(
            "The look-up between vintages names none of these areas",
            given=f"{lookup['old_code'].iloc[0]} to {lookup['new_code'].iloc[0]}, {len(lookup)} rows",
            advice="the look-up of these two years",
        )
    return list(zip(here["old_code"], here["new_code"], strict=True))


def _group_codes(
    old: pd.DataFrame, new: pd.DataFrame, pairs: list[tuple[str, str]]
) -> list[tuple[list[str], list[str]]]:
    """Group old and new codes by their links: what is linked is added up together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    before = {code: i for i, code in enumerate(old["code"])}
    after = {code: i + len(before) for i, code in enumerate(new["code"])}
    both = [(code, code) for code in before if code in after]
    links = [(before[a], after[b]) for a, b in [*both, *pairs]]
    size = len(before) + len(after)
    row, column = np.array(links, dtype=int).reshape(-1, 2).T
    _, group = connected_components(coo_array((np.ones(len(links)), (row, column)), shape=(size, size)))
    found: dict[int, tuple[list[str], list[str]]] = {}
    for side, codes in enumerate((before, after)):
        for code, i in codes.items():
            found.setdefault(int(group[i]), ([], []))[side].append(code)
    return list(found.values())


def _describe(group: tuple[list[str], list[str]], old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> dict[str, Any]:
    before, after = group
    source, codes = (new, after) if after else (old, before)
    members = source[source["code"].isin(codes)]
    sizes = (min(len(before), 2), min(len(after), 2))
    kinds = {(1, 1): "unchanged", (1, 2): "split", (2, 1): "merged", (2, 2): "complex"}
    change = kinds.get(sizes, "unmatched")
    if change == "unchanged" and before != after:
        change = "recoded"
    return {
        "code": "+".join(sorted(codes)),
        "name": "; ".join(sorted(members["name"])),
        "change": change,
        "old_codes": sorted(before),
        "new_codes": sorted(after),
        "geometry": shapely.union_all(members.geometry.to_numpy()),
    }


def _none(crs: Any) -> gpd.GeoDataFrame:
    columns = ["code", "name", "change", "old_codes", "new_codes"]
    return gpd.GeoDataFrame({c: pd.Series(dtype=object) for c in columns}, geometry=[], crs=crs)

"""Rows that name only a ward or postcode district: counted in that area, never drawn as a point."""

import pandas as pd

from hotspots.checks import InputError, require_columns
from hotspots.reading.crosswalks import fold_label

BASIS = "by the source's own area"
_NOT_COUNTED = ("duplicate", "same force", "future", "unreadable date", "day and month", "wrong number")


def count_own_areas(rejects: pd.DataFrame, *, areas: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count the rows without a usable place by the area that their source names.

    Parameters
    ----------
    rejects : DataFrame
        Of `read_incidents` with a layout that names an ``area`` column.
    areas : DataFrame, optional
        With ``name`` (and ``code``): names are matched with "&" and "and" folded. None: names as written.

    Returns
    -------
    DataFrame
        ``area``, ``code`` ("" where unknown), ``source``, ``category``, ``incidents``, ``matched`` (whether
        the name is one of ``areas``), ``basis``: always "by the source's own area".

    Raises
    ------
    InputError
        When the rejects carry no area: the layout has no such column.

    Examples
    --------
    >>> rows = pd.DataFrame({"cause": ["no coordinates"], "area": ["Beeston and Holbeck"],
    ...                      "source": ["council ASB cases"], "category": ["Noise"]})
    >>> count_own_areas(rows, areas=pd.DataFrame({"name": ["Beeston & Holbeck"]}))["area"].tolist()
    ['Beeston & Holbeck']
    """
    columns = ["area", "code", "source", "category", "incidents", "matched", "basis"]
    if "area" not in rejects.columns:
        raise InputError(
            "The rows not used name no area", given="a layout without area", advice='[columns] area = "Ward"'
        )
    usable = rejects["area"].fillna("").ne("") & ~rejects["cause"].str.startswith(_NOT_COUNTED)
    rows = rejects.loc[usable, ["area", "source", "category"]].copy()
    known = _known(areas)
    folded = rows["area"].map(fold_label)
    rows["matched"] = folded.isin(known.index)
    rows["code"] = folded.map(known["code"]).fillna("")
    rows["area"] = folded.map(known["name"]).fillna(rows["area"])
    keys = ["area", "code", "source", "category", "matched"]
    table = rows.groupby(keys, sort=True).size().rename("incidents").reset_index()
    return table.assign(basis=BASIS)[columns]


def _known(areas: pd.DataFrame | None) -> pd.DataFrame:
    if areas is None:
        return pd.DataFrame({"name": [], "code": []}, dtype="str", index=pd.Index([], dtype="str"))
    require_columns(areas, ["name"], what="areas")
    code = areas["code"] if "code" in areas.columns else areas["name"]
    table = pd.DataFrame({"name": areas["name"].astype("str"), "code": code.astype("str")})
    table["fold"] = table["name"].map(fold_label)
    by_name = table.drop_duplicates("fold").set_index("fold")
    by_code = table.assign(fold=table["code"].map(fold_label)).drop_duplicates("fold").set_index("fold")
    return pd.concat([by_name, by_code[~by_code.index.isin(by_name.index)]])

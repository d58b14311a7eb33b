"""Kinds of record: crimes, ASB incidents, service requests, cases and calls are never added together."""

from functools import lru_cache

import pandas as pd

from hotspots.checks import ASB, require_columns
from hotspots.common.places import incidents_per_row, number_rows
from hotspots.reading.crosswalks import crosswalk_categories
from hotspots.reading.layouts import list_layouts, load_layout
from hotspots.reading.spread import spread_counts

KINDS = (
    "crimes", "ASB incidents", "other incidents", "service requests", "cases", "calls", "collisions",
)  # fmt: skip
_OF_UNIT = {
    "crime": "crimes", "incident": "other incidents", "request": "service requests", "case": "cases",
    "call": "calls", "collision": "collisions",
}  # fmt: skip


def name_kinds(incidents: pd.DataFrame) -> pd.Series:
    """Kind of record of each row: one of "crimes", "ASB incidents", "service requests", "cases", "calls" ...

    Taken from the layout's ``unit`` (``raw_unit``; without it, from the packaged layout of the same source,
    and crimes otherwise). ASB that the police log is apart from crime; a council's case stays a case.
    """
    require_columns(incidents, ["category"], what="incidents")
    row_of, first = number_rows(incidents, ["raw_unit", "source", "category"])
    kinds = _name(incidents.iloc[first]).to_numpy()
    return pd.Series(kinds[row_of], index=incidents.index, dtype="str", name="kind")


def _name(incidents: pd.DataFrame) -> pd.Series:
    unit = name_units(incidents)
    kind = unit.map(_OF_UNIT).fillna("other incidents")
    ours = crosswalk_categories(incidents)["category"].mask(incidents["category"].eq(ASB), ASB)
    logged = ours.eq(ASB) & unit.isin(["crime", "incident"])
    return kind.mask(logged, "ASB incidents").astype("object")


def name_units(incidents: pd.DataFrame) -> pd.Series:
    """Look up each row's unit: the layout's, else that of its source's packaged layout, else "crime"."""
    blank = pd.Series("", index=incidents.index, dtype="object")
    unit = incidents.get("raw_unit", blank).astype("object").fillna("")
    source = incidents.get("source", blank).astype("object")
    return unit.where(unit.ne(""), source.map(_units())).fillna("crime")


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    """Look up the unit of each packaged layout's source."""
    return {layout.source: layout.unit for layout in map(load_layout, list_layouts())}


def count_kinds(incidents: pd.DataFrame, *, by: str | list[str] | None = None) -> pd.DataFrame:
    """Count records of each kind in columns of their own, by source or other columns; without a total.

    Parameters
    ----------
    by : str or list of str, optional
        Column or columns to count by, such as ``ward_name``. None: by source.

    Returns
    -------
    DataFrame
        One row per value of ``by`` (those without one last), one integer column per kind that occurs.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": "police.uk", "category": ["Robbery", "Anti-social behaviour"]})
    >>> count_kinds(rows).to_dict("records")
    [{'crimes': 1, 'ASB incidents': 1}]
    """
    keys = [by] if isinstance(by, str) else list(by or ["source"])
    require_columns(incidents, keys, what="incidents")
    rows = pd.DataFrame(incidents[keys]).assign(kind=name_kinds(incidents), n=incidents_per_row(incidents))
    present = [k for k in KINDS if rows["kind"].eq(k).any()]
    return spread_counts(rows, keys=keys, column="kind", counts="n", names=present)


def split_by_source(incidents: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Columns ``incidents from <source>`` by group; none where there is one source."""
    source = incidents.get("source")
    names = [] if source is None else sorted(source.dropna().astype("str").unique())
    keys = groups.set_axis(incidents.index, axis=0)
    if len(names) < 2 or source is None:
        return pd.DataFrame(index=pd.Index(keys.unique()))
    counts = incidents_per_row(incidents)
    rows = pd.DataFrame({"group": keys, "source": source.astype("str"), "n": counts})
    table = spread_counts(rows, keys=["group"], column="source", counts="n", names=names)
    return table.rename_axis(index=None).add_prefix("incidents from ")

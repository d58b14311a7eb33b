"""Crosswalks: each source's categories to ours, to the nine shared priorities and to NSIR qualifiers."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import InputError, announce, closest_name, require_columns
from hotspots.common.packaged import list_packaged, read_named
from hotspots.common.places import incidents_per_row, number_rows
from hotspots.reading.spread import spread_counts

PRIORITIES = (
    "ASB and public order", "Domestic abuse", "Hate crime", "Drugs and alcohol", "Offending",
    "Organised crime and street gangs", "Exploitation and radicalisation", "Multiple needs",
    "Violence and sexual crime",
)  # fmt: skip
NSIR = ("personal", "nuisance", "environmental")
COLUMNS = ["value", "category", "priority", "nsir", "proactive"]
BY_SOURCE = {
    "police.uk": "police.uk", "force crime": "force-crime", "force ASB": "force-asb",
    "council ASB requests": "council-asb", "council ASB cases": "council-asb", "noise calls": "noise-calls",
    "ambulance": "ambulance", "fire": "fire", "STATS19": "stats19",
}  # fmt: skip


def list_crosswalks() -> list[str]:
    """Names of the crosswalks that come with the package.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> "police.uk" in list_crosswalks()
    True
    """
    return list_packaged("crosswalks")


def fold_label(label: object) -> str:
    """Label with capitals, spacing and "&" evened out, for matching.

    Examples
    --------
    >>> fold_label("Violence & Sexual  Offences")
    'violence and sexual offences'
    """
    return " ".join(str(label).replace("&", " and ").split()).casefold()


def read_crosswalk(crosswalk: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Crosswalk by name, path of a CSV file, or table: ``value, category, priority, nsir, proactive``.

    Parameters
    ----------
    crosswalk : str, Path or DataFrame
        One of `list_crosswalks`, a CSV file, or a table with these columns.

    Returns
    -------
    DataFrame
        One row per value of the source.

    Raises
    ------
    InputError
        For a missing file or column, and for a priority or NSIR qualifier that does not exist.

    Examples
    --------
    >>> read_crosswalk("police.uk").columns.tolist()
    ['value', 'category', 'priority', 'nsir', 'proactive']
    """
    table = read_named(crosswalk, "crosswalks", what="crosswalk", dtype=str).astype("str")
    require_columns(table, ["value"], what="the crosswalk")
    table = table.reindex(columns=COLUMNS, fill_value="")
    for column, known in (("priority", PRIORITIES), ("nsir", NSIR)):
        wrong = sorted(set(table[column]) - set(known) - {""})
        if wrong:
            near = closest_name(wrong[0], known)
            raise InputError(f"Unknown {column} in the crosswalk", given=wrong[0], advice=near or "")
    return table


def crosswalk_categories(
    incidents: pd.DataFrame, *, crosswalks: Mapping[str, str | Path | pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Our category, the shared priority and the NSIR qualifier of each incident.

    Parameters
    ----------
    incidents : DataFrame
        With ``category``, and ``source`` where there is more than one.
    crosswalks : mapping of source to crosswalk, optional
        Name, path or table for a source. None, and every source not in it: the packaged one of that source;
        a source we do not know is matched against all of ours together.

    Returns
    -------
    DataFrame
        On the index of ``incidents``: ``category`` (ours; "" where the value says none), ``priority`` ("" if
        none), ``nsir`` ("" if none), ``proactive`` (bool: what police activity itself detects), ``matched``
        (bool). Nothing is dropped: see `list_unmatched`.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": ["council ASB cases"], "category": ["noise nuisance"]})
    >>> crosswalk_categories(rows)[["category", "priority", "nsir"]].iloc[0].tolist()
    ['Anti-social behaviour', 'ASB and public order', 'nuisance']
    """
    require_columns(incidents, ["category"], what="incidents")
    which, first = number_rows(incidents, ["source", "category"])
    some = incidents.iloc[first]
    source = some["source"] if "source" in some.columns else pd.Series("", index=some.index)
    pairs = pd.DataFrame({"source": source.fillna("").astype("str"), "value": some["category"]})
    pairs["value"] = pairs["value"].fillna("").astype("str")
    distinct = pairs.drop_duplicates().reset_index(drop=True)
    found = [_match_source(rows, str(name), crosswalks or {}) for name, rows in distinct.groupby("source", sort=False)]
    known = pd.concat(found) if found else _match_source(distinct, "", {})
    keyed = known.set_index(["source", "value"])
    table = keyed.reindex(pd.MultiIndex.from_frame(pairs[["source", "value"]])).take(which)
    return table.set_axis(incidents.index, axis=0).astype({"proactive": bool, "matched": bool})


def _match_source(rows: pd.DataFrame, name: str, own: Mapping[str, str | Path | pd.DataFrame]) -> pd.DataFrame:
    crosswalk = own.get(name, BY_SOURCE.get(name))
    table = read_crosswalk(crosswalk) if crosswalk is not None else _all_together()
    table = table.assign(fold=table["value"].map(fold_label)).drop_duplicates("fold").set_index("fold")
    hits = table.reindex(rows["value"].map(fold_label)).set_axis(rows.index, axis=0)
    own_columns = {"source": rows["source"], "value": rows["value"], "matched": hits["value"].notna()}
    hits = hits.fillna("").assign(**own_columns)
    hits["proactive"] = hits["proactive"].str.casefold().isin(["yes", "true", "1"])
    return hits[["source", *COLUMNS, "matched"]]


@lru_cache(maxsize=1)
def _all_together() -> pd.DataFrame:
    """Every packaged crosswalk in one; a value that two of them read differently is left out."""
    table = pd.concat([read_crosswalk(n) for n in list_crosswalks()])
    table["fold"] = table["value"].map(fold_label)
    table = table.drop_duplicates(["fold", *COLUMNS[1:]])
    return table[~table.duplicated("fold", keep=False)].drop(columns="fold")


def list_unmatched(
    incidents: pd.DataFrame, *, crosswalks: Mapping[str, str | Path | pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Values that no crosswalk knows: ``source, category, incidents``, the most frequent first.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places with ``category`` (and ``source``).
    crosswalks : mapping, optional
        A source's name and its crosswalk: a name, a path or a table. None: those that come with the package.

    Returns
    -------
    DataFrame
        One row per source and category, no row where every value is known.

    Raises
    ------
    InputError
        When the column ``category`` is missing, or a crosswalk cannot be read.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": "police.uk", "category": ["Drugs", "Witchcraft"]})
    >>> list_unmatched(rows).to_numpy().tolist()
    [['police.uk', 'Witchcraft', 1]]
    """
    table = crosswalk_categories(incidents, crosswalks=crosswalks)
    lost = incidents.loc[~table["matched"].to_numpy()]
    counts = incidents_per_row(lost)
    source = lost["source"] if "source" in lost.columns else pd.Series("", index=lost.index)
    rows = pd.DataFrame({"source": source, "category": lost["category"].astype("str"), "incidents": counts})
    sums = rows.groupby(["source", "category"], dropna=False)["incidents"].sum().reset_index()
    return sums.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)


def flag_proactive(
    incidents: pd.DataFrame, *, crosswalks: Mapping[str, str | Path | pd.DataFrame] | None = None
) -> pd.Series:
    """Flag what police activity itself detects (drugs, weapons): it shows where officers went.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": "police.uk", "category": ["Drugs", "Burglary"]})
    >>> flag_proactive(rows).tolist()
    [True, False]
    """
    return crosswalk_categories(incidents, crosswalks=crosswalks)["proactive"]


def count_priorities(
    incidents: pd.DataFrame, *, by: Any = None, crosswalks: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Incidents per priority, one column per source: sources are never summed with each other.

    Parameters
    ----------
    by : str, optional
        A further column to count by, such as ``ward_name``.
    """
    priority = crosswalk_categories(incidents, crosswalks=crosswalks)["priority"].replace("", "(none)")
    counts = incidents_per_row(incidents)
    rows = pd.DataFrame({"priority": priority, "source": incidents["source"], "incidents": counts})
    keys = ["priority"]
    if by is not None:
        require_columns(incidents, [by], what="incidents")
        rows[by], keys = incidents[by], [by, "priority"]
    names = sorted(rows["source"].dropna().astype("str").unique())
    table = spread_counts(rows, keys=keys, column="source", counts="incidents", names=names)
    lost = int(rows.loc[rows["priority"].eq("(none)"), "incidents"].sum())
    if lost:
        are = "record is" if lost == 1 else "records are"
        announce(f"{lost:,} {are} of categories without a priority; list_unmatched names the unknown.")
    return table

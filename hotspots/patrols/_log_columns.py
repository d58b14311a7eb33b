"""Columns of a log of visits: those with a meaning here, those kept as they are, those left out by name."""

import re
from collections.abc import Iterable

import pandas as pd

from hotspots.checks import announce
from hotspots.common.packaged import packaged_toml
from hotspots.common.wording import say_list

_TABLE = packaged_toml("log_columns")
PLACES, TEXTS, CLAIMS, OUTPUTS = (tuple(_TABLE[kind]) for kind in ("places", "texts", "claims", "outputs"))
KNOWN = (*PLACES, *TEXTS, *CLAIMS, *OUTPUTS)
_MADE, _PERSON = frozenset(_TABLE["made"]), frozenset(_TABLE["person"])


def words_of(heading: str) -> list[str]:
    """Split a heading into words in small letters: "OfficerName", "officer_name" and "Officer name" alike."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(heading))
    return [word for word in re.split(r"[^a-z0-9]+", apart.casefold()) if word]


def keep_others(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Find what a log holds besides: kept as it is, but for columns that name persons, which are said.

    Returns the table under the names that the kept columns have among the visits, and those names.

    Examples
    --------
    >>> log = pd.DataFrame({"ref": ["A"], "Weather": ["dry"], "minutes": [5], "Officer name": ["PC Doe"]})
    >>> kept, names = keep_others(log)
    >>> names
    ['Weather', 'log_minutes']
    """
    others = [c for c in table.columns if c not in KNOWN]
    persons = [c for c in others if _names_persons(table[c], str(c))]
    if persons:
        announce(
            f"Left out of the visits: {_quote(persons)}. Such a column names persons, and minutes are of "
            "places, never of named officers."
        )
    kept = [c for c in others if c not in persons]
    names = {c: f"log_{c}" if c in _MADE or str(c).startswith("_") else str(c) for c in kept}
    return table.drop(columns=persons).rename(columns=names), list(names.values())


def constant_within(points: pd.DataFrame, stays: pd.Series, columns: Iterable[str]) -> list[str]:
    """Columns of GPS points that stay the same through each visit; those that change are said, not kept."""
    columns = list(columns)
    kinds = points.groupby(stays)[columns].nunique(dropna=True)
    changing = [c for c in columns if kinds[c].gt(1).any()]
    if changing:
        announce(f"Left out of the visits: {_quote(changing)}, changing from point to point of a visit.")
    return [c for c in columns if c not in changing]


def _names_persons(values: pd.Series, heading: str) -> bool:
    said = set(words_of(heading))
    if said == {"name"}:
        return True
    if not said & _PERSON:
        return False
    numbers = pd.to_numeric(values, errors="coerce").notna() | values.fillna("").astype("str").eq("")
    return not numbers.all() or bool(said & {"collar", "warrant", "shoulder", "epaulette", "badge", "staff"})


def _quote(columns: Iterable[str]) -> str:
    return say_list([f"'{column}'" for column in columns])

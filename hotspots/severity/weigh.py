"""Severity: each incident weighed in days of the Cambridge Crime Harm Index, ASB apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import ASB, InputError, announce, require_columns
from hotspots.common.places import Ints, incidents_per_row, number_rows
from hotspots.common.wording import say_count
from hotspots.reading.crosswalks import BY_SOURCE, crosswalk_categories, fold_label
from hotspots.reading.kinds import name_units
from hotspots.severity.weights import FALLBACKS, LACKS, is_packaged, read_weights

LEVELS = {"low": "low", "middle": "weight", "high": "high"}


def weigh_incidents(
    incidents: pd.DataFrame,
    *,
    scheme: str | Path | pd.DataFrame = "cchi-2026",
    level: str = "middle",
    asb_weight: float = 1.0,
    unknown_weight: float = 1.0,
    offence: str | None = None,
    proactive: bool = True,
    crosswalks: Mapping[str, Any] | None = None,
) -> pd.Series:
    """Harm of each incident in days (Cambridge Crime Harm Index 2026 by default).

    Parameters
    ----------
    incidents : DataFrame
        Incidents, or places with a column ``incidents``: the weight is then multiplied by it.
    scheme : str, path or DataFrame
        A packaged scheme (see `list_schemes`), a CSV file or a table; see `read_weights`.
    level : {"low", "middle", "high"}
        The middle weight, or the lowest or highest over the forces' offence mixes.
    asb_weight : float
        Days for one incident of anti-social behaviour, which no index weighs: our default is 1.
    unknown_weight : float
        Days for what the scheme does not know: 1, the smallest weight of the index, so that it neither
        vanishes nor leads. Every unknown category is announced with its count.
    offence : str, optional
        Column with an offence code or subgroup, tried before the category. None: ``raw_offence`` if there.
    proactive : bool
        False weighs what police activity itself detects (drugs, weapons) 0, and says how much that was.
    crosswalks : mapping of source to crosswalk, optional
        As for `crosswalk_categories`, which finds our category for a source's own.

    Returns
    -------
    Series of float
        Named ``harm``, on the index of ``incidents``. `explain_weights` says how each was found.

    Raises
    ------
    InputError
        When a column is missing, or the scheme, the level or a weight cannot be used.

    Notes
    -----
    Offence first, category as the fall-back. An index weighs crimes: a case, request, call or collision is
    weighed only where its own source's crosswalk says which crime it is, or by a scheme of yours. Weights:
    Sherman, Neyroud and Neyroud (2016), "The Cambridge Crime Harm Index"; the 2026 table.

    Examples
    --------
    >>> rows = pd.DataFrame({"category": ["Robbery", "Shoplifting", "Anti-social behaviour"]})
    >>> weigh_incidents(rows).tolist()
    [365.0, 1.0, 1.0]
    """
    explained = explain_weights(
        incidents, scheme=scheme, level=level, asb_weight=asb_weight, unknown_weight=unknown_weight,
        offence=offence, proactive=proactive, crosswalks=crosswalks,
    )  # fmt: skip
    counts = incidents_per_row(incidents)
    if lacks := LACKS.get(str(scheme)):
        announce(lacks)
    _announce(explained, incidents["category"], counts, unknown_weight)
    return (explained["weight"] * counts).astype(float).rename("harm")


def explain_weights(
    incidents: pd.DataFrame,
    *,
    scheme: str | Path | pd.DataFrame = "cchi-2026",
    level: str = "middle",
    asb_weight: float = 1.0,
    unknown_weight: float = 1.0,
    offence: str | None = None,
    proactive: bool = True,
    crosswalks: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Weight of one incident of each row, and at which level it was found.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places with ``category``.
    scheme, level, asb_weight, unknown_weight, offence, proactive, crosswalks
        As for `weigh_incidents`.

    Returns
    -------
    DataFrame
        On the index of ``incidents``: ``weight`` (days), ``used`` ("offence", "category", "fallback" to the
        scheme's category weights, "crosswalk" through our category, "ASB", "unknown", "left out"),
        ``matched`` (the label that was weighed).

    Raises
    ------
    InputError
        As for `weigh_incidents`.

    Examples
    --------
    >>> rows = pd.DataFrame({"category": ["Homicide", "Burglary", "Witchcraft"]})
    >>> explain_weights(rows, scheme="cchi-2026-subgroups")["used"].tolist()
    ['category', 'fallback', 'unknown']
    """
    require_columns(incidents, ["category", *([offence] if offence else [])], what="incidents")
    _check(level, {"asb_weight": asb_weight, "unknown_weight": unknown_weight})
    column = offence or ("raw_offence" if "raw_offence" in incidents.columns else None)
    distinct, which = _distinct_keys(incidents, column)
    ours = crosswalk_categories(distinct, crosswalks=crosswalks)
    tables = _tables(scheme, level)
    if is_packaged(scheme):
        _forget_words_of_others(distinct, ours, {*BY_SOURCE, *(crosswalks or {})})
    rows = zip(distinct["category"], distinct["offence"], ours["category"], ours["proactive"], strict=True)
    found = [_weigh_one(*row, tables, asb_weight, unknown_weight, proactive) for row in rows]
    table = pd.DataFrame(found, columns=["weight", "used", "matched"])
    explained = table.astype({"weight": float, "used": "str", "matched": "str"})
    return explained.take(which).set_axis(incidents.index, axis=0)


def _distinct_keys(incidents: pd.DataFrame, offence: str | None) -> tuple[pd.DataFrame, Any]:
    """Give the distinct keys of the weights, and which of them each row has: a million rows hold a dozen."""
    group, first = number_rows(incidents, ["raw_unit", "source", "category", *([offence] if offence else [])])
    return _keys(incidents.iloc[first].reset_index(drop=True), offence), group


def _keys(incidents: pd.DataFrame, offence: str | None) -> pd.DataFrame:
    blank = pd.Series("", index=incidents.index)
    keys = {
        "source": incidents.get("source", blank),
        "category": incidents["category"],
        "offence": incidents[offence] if offence else blank,
        "unit": name_units(incidents),
    }
    return pd.DataFrame({k: v.astype("object").fillna("").astype("str") for k, v in keys.items()})


def _forget_words_of_others(distinct: pd.DataFrame, ours: pd.DataFrame, known: set[str]) -> None:
    """Take a council's "Drugs" for no crime: only its source's crosswalk says what crime a case is."""
    others = distinct["unit"].isin(["case", "request", "call", "collision"])
    distinct["offence"] = distinct["offence"].mask(others, "")
    no_asb = distinct["category"].map(fold_label).ne(fold_label(ASB))
    distinct["category"] = distinct["category"].mask(others & no_asb, "")
    strange = others & ~distinct["source"].isin(known) & ours["category"].ne(ASB)
    ours["category"] = ours["category"].mask(strange, "")


def _check(level: str, weights: Mapping[str, float]) -> None:
    if level not in LEVELS:
        raise InputError("The level is not known", given=str(level), advice="low, middle or high")
    for name, value in weights.items():
        if not value >= 0:
            raise InputError(f"{name} must be 0 days or more", given=str(value), advice="1.0")


def _tables(scheme: str | Path | pd.DataFrame, level: str) -> tuple[dict[str, tuple[float, str]], ...]:
    """Weight and label by folded code or label: of the scheme, and of the one it falls back on."""
    chain = [scheme]
    if isinstance(scheme, str) and scheme in FALLBACKS:
        chain.append(FALLBACKS[scheme])
    tables = []
    for name in chain:
        weights = read_weights(name)
        table: dict[str, tuple[float, str]] = {}
        for row in weights.to_dict("records"):
            value = (float(row[LEVELS[level]]), str(row["label"]))
            for key in (row["label"], *str(row["code"]).split("/")):
                table.setdefault(fold_label(str(key)), value)
        tables.append(table)
    return tuple(tables)


def _weigh_one(
    category: str,
    offence: str,
    ours: str,
    detected: bool,
    tables: tuple[dict[str, tuple[float, str]], ...],
    asb_weight: float,
    unknown_weight: float,
    proactive: bool,
) -> tuple[float, str, str]:
    if detected and not proactive:
        return 0.0, "left out", category
    steps = [("offence", offence, tables[0]), ("category", category, tables[0])]
    steps += [("fallback", category, table) for table in tables[1:]]
    steps += [("crosswalk", ours, table) for table in tables]
    if fold_label(category) == fold_label(ASB):
        return asb_weight, "ASB", ASB
    for used, name, table in steps:
        if name and fold_label(name) in table:
            return table[fold_label(name)][0], used, table[fold_label(name)][1]
    if ours == ASB:
        return asb_weight, "ASB", ASB
    return unknown_weight, "unknown", ""


def _announce(explained: pd.DataFrame, category: pd.Series, counts: Ints, weight: float) -> None:
    sentences = {
        "unknown": f"categories that the scheme does not weigh; each weighs {weight:g}",
        "left out": "kinds that police activity itself detects; they weigh 0 as asked",
    }
    for used, words in sentences.items():
        rows = explained["used"].eq(used).to_numpy()
        if rows.any():
            names = category[rows].fillna("").astype("str").replace("", "(blank)").to_numpy()
            totals = pd.Series(counts[rows]).groupby(names).sum().sort_values(ascending=False, kind="stable")
            listed = ", ".join(f"{name} ({n:,.0f})" for name, n in totals.head(20).items())
            announce(f"{say_count(totals.sum(), 'record is', 'records are')} of {words}: {listed}.")


def list_unweighed(incidents: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """List what a scheme does not weigh: ``source, category, incidents``, the most frequent first.

    Parameters
    ----------
    **options
        As for `explain_weights`.
    """
    unknown = explain_weights(incidents, **options)["used"].eq("unknown").to_numpy()
    keys = _keys(incidents, None)[["source", "category"]][unknown]
    rows = keys.assign(incidents=incidents_per_row(incidents)[unknown])
    table = rows.groupby(["source", "category"])["incidents"].sum().reset_index()
    return table.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)

"""Severity: each incident weighed in days of the Cambridge Crime Harm Index, ASB apart."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from hotspots.checks import ASB, InputError, announce, closest_name, require_columns

LEVELS = {"low": "low", "middle": "weight", "high": "high"}
WEIGHT_COLUMNS = ["code", "label", "weight", "low", "high", "scheme", "vintage", "source"]


def list_schemes() -> list[str]:
    """Names of the weighing schemes that come with the package.

    Examples
    --------
    >>> "cchi-2026" in list_schemes()
    True
    """
    folder = resources.files("hotspots") / "weights"
    return sorted(f.name.removesuffix(".csv") for f in folder.iterdir() if f.name.endswith(".csv"))


def read_weights(scheme: str) -> pd.DataFrame:
    """Weights of a scheme: ``code, label, weight, low, high, scheme, vintage, source`` (weights in days)."""
    known = list_schemes()
    if scheme not in known:
        raise InputError(
            "There is no such weighing scheme",
            given=str(scheme),
            advice=closest_name(str(scheme), known) or ", ".join(known),
        )
    with (resources.files("hotspots") / "weights" / f"{scheme}.csv").open("rb") as handle:
        return pd.read_csv(handle, dtype={"code": "str", "vintage": "str"})


def weigh_incidents(
    incidents: pd.DataFrame,
    *,
    scheme: str = "cchi-2026",
    level: str = "middle",
    asb_weight: float = 1.0,
    unknown_weight: float = 1.0,
) -> pd.Series:
    """Harm of each incident in days (Cambridge Crime Harm Index 2026 by default).

    Parameters
    ----------
    incidents : DataFrame
        Incidents, or places with a column ``incidents``: the weight is then multiplied by it.
    scheme : str
        Name of a weights file; see `list_schemes`.
    level : {"low", "middle", "high"}
        The middle weight, or the lowest or highest over the forces' offence mixes.
    asb_weight : float
        Days for one incident of anti-social behaviour, which no index weighs: our default is 1.
    unknown_weight : float
        Days for a category that the scheme does not know: 1, the smallest weight of the index, so that it
        neither vanishes nor leads. Every unknown category is announced with its count.

    Returns
    -------
    Series of float
        Named ``harm``, on the index of ``incidents``.

    Notes
    -----
    A category is matched regardless of capitals and of "&" for "and". METHODS: Sherman, Neyroud and Neyroud
    (2016), weights of the 2026 table.

    Examples
    --------
    >>> rows = pd.DataFrame({"category": ["Robbery", "Shoplifting", "Anti-social behaviour"]})
    >>> weigh_incidents(rows).tolist()
    [365.0, 1.0, 1.0]
    """
    require_columns(incidents, ["category"], what="incidents")
    if level not in LEVELS:
        raise InputError("The level is not known", given=str(level), advice="low, middle or high")
    for name, value in {"asb_weight": asb_weight, "unknown_weight": unknown_weight}.items():
        if not value >= 0:
            raise InputError(f"{name} must be 0 days or more", given=str(value))
    weights = read_weights(scheme)
    days = dict(zip(weights["label"].map(fold_label), weights[LEVELS[level]], strict=True))
    days[fold_label(ASB)] = asb_weight
    counts = incidents["incidents"] if "incidents" in incidents.columns else 1
    folded = incidents["category"].fillna("").astype("str").map(_folds(incidents["category"]))
    harm = folded.map(days).astype(float)
    _announce_unknown(incidents["category"][harm.isna()], counts, scheme, unknown_weight)
    return (harm.fillna(unknown_weight) * counts).astype(float).rename("harm")


def fold_label(label: str) -> str:
    """Label with capitals, spacing and "&" evened out, for matching.

    Examples
    --------
    >>> fold_label("Violence & Sexual  Offences")
    'violence and sexual offences'
    """
    return " ".join(str(label).replace("&", " and ").split()).casefold()


def _folds(categories: pd.Series) -> dict[str, str]:
    return {str(c): fold_label(str(c)) for c in categories.dropna().unique()} | {"": ""}


def _announce_unknown(unknown: pd.Series, counts: pd.Series | int, scheme: str, weight: float) -> None:
    if unknown.empty:
        return
    rows = counts.loc[unknown.index] if isinstance(counts, pd.Series) else pd.Series(1, index=unknown.index)
    totals = (
        rows.groupby(unknown.fillna("(blank)").astype("str").to_numpy()).sum().sort_values(ascending=False)
    )
    listed = ", ".join(f"{name} ({n})" for name, n in totals.head(20).items())
    announce(
        f"{int(totals.sum())} incidents are of categories that {scheme} does not weigh; each counts "
        f"{weight:g} day(s): {listed}."
    )

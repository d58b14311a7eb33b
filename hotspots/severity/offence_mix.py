"""Category weights from an offence mix: what a recorded-crime table and offence weights say together."""

from pathlib import Path

import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, require_columns
from hotspots.common.packaged import list_packaged, read_named
from hotspots.common.wording import say_count
from hotspots.reading.crosswalks import fold_label
from hotspots.severity.weights import WEIGHT_COLUMNS, read_weights


def list_mixes() -> list[str]:
    """Names of the recorded-crime tables that come with the package.

    Examples
    --------
    >>> list_mixes()
    ['west-yorkshire-2017-18']
    """
    return list_packaged("weights", "mixes")


def read_mix(mix: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Recorded-crime table: ``category, subgroup, code, label, offences`` (a packaged name, CSV or table)."""
    table = read_named(mix, "weights", "mixes", what="recorded-crime table", dtype={"code": "str"})
    require_columns(table, ["category", "offences"], what="the recorded-crime table")
    table["offences"] = pd.to_numeric(table["offences"], errors="coerce")
    if table["offences"].isna().any() or (table["offences"] < 0).any():
        raise InputError(
            "The recorded-crime table has offences that are not a count of 0 or more",
            given="the column offences",
            advice="whole numbers, 0 where nothing was recorded",
        )
    return table


def mix_weights(
    mix: str | Path | pd.DataFrame, weights: str | Path | pd.DataFrame, *, name: str = "offence mix"
) -> pd.DataFrame:
    """Weight of each category: its offences' weights, averaged by how many of each were recorded.

    Parameters
    ----------
    mix : str, path or DataFrame
        ``category, offences`` and any of ``code``, ``subgroup``, ``label``.
    weights : str, path or DataFrame
        As for `read_weights`; an offence is matched by code, then label, then subgroup.
    name : str
        Name of the scheme made.

    Returns
    -------
    DataFrame
        The columns of a weights file, so that it can be given to `weigh_incidents`, then ``offences``,
        ``weighed`` (those with a weight) and ``coverage`` (their share). ``weight`` is over the weighed
        offences only; ``low`` and ``high`` give those without a weight the category's smallest and largest.
        A category without a single weighed offence is left out and announced.

    Examples
    --------
    >>> mix = pd.DataFrame({"category": ["B", "B"], "label": ["home", "shop"], "offences": [3, 1]})
    >>> days = pd.DataFrame({"label": ["home", "shop"], "weight": [200, 100]})
    >>> mix_weights(mix, days)[["label", "weight", "coverage"]].values.tolist()
    [['B', 175.0, 1.0]]
    """
    table, scheme = read_mix(mix), read_weights(weights)
    table = table[table["offences"] > 0].assign(days=_days(table, scheme))
    lost = table[table["days"].isna()]
    if len(lost):
        offences = say_count(lost["offences"].sum(), "recorded offence")
        announce(f"{offences} of {say_count(len(lost), 'kind')} without a weight.")
    rows = [_average(str(category), group) for category, group in table.groupby("category", sort=True)]
    made = pd.DataFrame([r for r in rows if r is not None], columns=[*WEIGHT_COLUMNS[:5], *_EXTRA])
    empty = sorted(set(table["category"].astype("str")) - set(made["label"]))
    if empty:
        announce(f"No offence of these categories has a weight, so they have none: {', '.join(empty)}.")
    source = f"{', '.join(scheme['scheme'].unique())} averaged over the recorded offences"
    made = made.assign(scheme=name, vintage=", ".join(scheme["vintage"].unique()), source=source)
    return made[[*WEIGHT_COLUMNS, *_EXTRA]]


_EXTRA = ["offences", "weighed", "coverage"]


def _days(table: pd.DataFrame, scheme: pd.DataFrame) -> pd.Series:
    """Weight of each recorded offence, by code, else label, else subgroup."""
    by_code: dict[str, float] = {}
    for code, weight in zip(scheme["code"], scheme["weight"], strict=True):
        for part in str(code).split("/"):
            by_code.setdefault(fold_label(part), float(weight))
    by_label = dict(zip(scheme["label"].map(fold_label), scheme["weight"], strict=True))
    days = pd.Series(np.nan, index=table.index, dtype=float)
    for column, known in (("code", by_code), ("label", by_label), ("subgroup", by_label)):
        if column in table.columns:
            days = days.fillna(table[column].astype("str").map(fold_label).map(known))
    return days


def _average(category: str, group: pd.DataFrame) -> dict[str, object] | None:
    known = group[group["days"].notna()]
    if known.empty:
        return None
    offences, weighed = float(group["offences"].sum()), float(known["offences"].sum())
    total, missing = float((known["offences"] * known["days"]).sum()), offences - weighed
    return {
        "code": category.lower().replace(" ", "-"),
        "label": category,
        "weight": total / weighed,
        "low": (total + missing * known["days"].min()) / offences,
        "high": (total + missing * known["days"].max()) / offences,
        "offences": int(offences),
        "weighed": int(weighed),
        "coverage": weighed / offences,
    }

"""Harm only where there are weights: which records an index weighs, and what is said of the others."""

from typing import Any, TypeVar

import numpy as np
import pandas as pd

from hotspots.checks import SCHEME, WEIGHED, announce, count_weighed
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_words import clean_text
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import SMALL_BASE, say_list, say_percentage
from hotspots.severity.weigh import explain_weights, weigh_incidents
from hotspots.severity.weights import read_weights

F = TypeVar("F", bound=pd.DataFrame)
HARM_COLUMNS = {"harm_low": "low", "harm_high": "high"}
# What the weights of an index are; of a scheme of the user's own nobody but they can say.
MEANS = {
    "cchi-": "for each crime the days in prison a court would start from for a first offence",
    "ons-css-": "for each crime the days of the sentences that courts passed",
}
OF_THE_SCHEME = ("offence", "category", "fallback", "crosswalk")


def add_harm(incidents: F, *, level: str = "middle", **options: Any) -> F:
    """Add harm under three weights where any record has a weight; else none, and it is said.

    The rule of this module: without the column ``harm`` nothing speaks of harm, and what looks at single
    places, areas or kinds asks `count_weighed` whether any of *their* records has a weight.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places.
    level : {"low", "middle", "high"}
        What the column ``harm`` holds.
    **options
        As for `weigh_incidents`.

    Returns
    -------
    DataFrame
        A copy with ``harm``, ``harm_low``, ``harm_high`` and ``weighed`` (how many of the row's records the
        scheme has a weight above 0 for); without these where it has none for any.

    Examples
    --------
    >>> add_harm(pd.DataFrame({"category": ["Robbery", "Anti-social behaviour"]}))["weighed"].tolist()
    [1, 0]
    >>> add_harm(pd.DataFrame({"category": ["Anti-social behaviour"]})).columns.tolist()
    ['category']
    """
    names = {"harm": level, **HARM_COLUMNS}
    found = explain_weights(incidents, level=level, **options)
    known = found["used"].isin(OF_THE_SCHEME).to_numpy() & (found["weight"] > 0).to_numpy()
    weighed = np.where(known, incidents_per_row(incidents), 0)
    bare = incidents.drop(columns=[*names, WEIGHED], errors="ignore")
    some = len(incidents) == 0 or weighed.sum() > 0
    if may_say("harm", some, why="no kind among the records has a weight"):
        columns = {"harm": weigh_incidents(incidents, level=level, **options)}  # says what it does not know
        for column, one in HARM_COLUMNS.items():
            weight = explain_weights(incidents, level=one, **options)["weight"]
            columns[column] = (weight * incidents_per_row(incidents)).astype(float)
        bare = bare.assign(**columns, **{WEIGHED: weighed})
    bare.attrs[SCHEME] = _name(read_weights(options.get("scheme", "cchi-2026")))
    if said := say_weights(bare, scheme=options.get("scheme", "cchi-2026")):
        announce(said)
    return bare


def say_weights(incidents: pd.DataFrame, *, scheme: Any = "cchi-2026", threshold: int = 0) -> str:
    """Say once which part of the records a harm index weighs, by source; "" where there are no records."""
    counts, weighed = incidents_per_row(incidents), count_weighed(incidents, strict=True)
    if not counts.sum() > 0:
        return ""
    weights = read_weights(scheme)
    name = _name(weights)
    if not weighed.sum() > 0:
        some = "a weight above 0" if (weights["weight"] == 0).any() else "a weight"
        return f"None of these kinds has {some} in the harm index ({name}): everything here is counted, not weighed."
    means = next((f": {said}" for scheme, said in MEANS.items() if name.startswith(scheme)), "")
    if (weighed == counts).all():
        return f"Harm is weighed by {name}{means}."
    sources = incidents.get("source", pd.Series("", index=incidents.index)).fillna("").astype("str")
    sums = pd.DataFrame({"weighed": weighed, "all": counts}).groupby(sources.to_numpy()).sum()
    told = [f"{_say_part(part, whole, threshold)} of {clean_text(source)}" for source, part, whole in sums.itertuples()]
    listed = f": {say_list(told)}" if len(told) > 1 else ""
    own = incidents["harm"].to_numpy(dtype=float)[(weighed == 0) & (counts > 0)]
    each = own / counts[(weighed == 0) & (counts > 0)]
    days = " to ".join(f"{day:g}" for day in sorted({each.min(), each.max()})) if len(each) else "0"
    part = _say_part(sums["weighed"].sum(), sums["all"].sum(), threshold)
    return (
        f"Harm is weighed by {name}{means}. The index has a weight for {part} of the records{listed}. The "
        f"others, as all ASB, count {days} day{'s' * (days != '1')} each: a weight of ours, not the index's."
    )


def _name(weights: pd.DataFrame) -> str:
    return ", ".join(weights["scheme"].unique())


def _say_part(part: float, whole: float, threshold: int) -> str:
    if part in (0, whole):
        return "all" if part else "none"
    if min(part, whole - part) < threshold or whole < SMALL_BASE:
        return "some"
    return say_percentage(part / whole)

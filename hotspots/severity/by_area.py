"""Severity by area as a partnership reads it: score, rank and its range, change, largest offence."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import ASB, InputError, count_weighed, require_columns
from hotspots.common.places import incidents_per_row
from hotspots.reading.kinds import split_by_source
from hotspots.severity.weights import read_weights

DOMINATES = 0.5
_OFFENCES_OF_THE_ONS = 135


def tabulate_severity(
    incidents: pd.DataFrame, *, by: str, before: pd.DataFrame | None = None, population: pd.Series | None = None
) -> pd.DataFrame:
    """Severity by area (ward, committee, Local Area Plan, hotspot): one row each, the worst first.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places with ``harm`` (and ``harm_low``, ``harm_high`` for the range of ranks) and the
        column ``by``.
    by : str
        Column that names the area, such as ``ward_name``. Rows without one are listed last, unranked.
    before : DataFrame, optional
        The earlier period's, with the same columns, for the change.
    population : Series, optional
        Mid-year population on the names of ``by``, for the score per head.

    Returns
    -------
    DataFrame
        Index ``by``: ``score`` (days), ``score_low``, ``score_high``, ``rank`` (1 the worst), ``rank_low``
        and ``rank_high`` (its range under the three weights), ``incidents``, ``asb``, ``rank_by_count``,
        ``root_score`` (weights under the square root, which one homicide cannot dominate), ``largest`` (the
        largest single offence's category), ``largest_share`` of the score, ``dominated`` (that share is above
        half), then ``score_before``, ``incidents_before`` and ``change`` where ``before`` is given, and
        ``score_per_head`` where ``population`` is, ``incidents from <source>`` where there are several.

    Raises
    ------
    InputError
        If the column ``harm`` or the column ``by`` is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"ward": ["A", "A", "B"], "category": "x", "harm": [10.0, 30.0, 100.0]})
    >>> tabulate_severity(rows, by="ward")[["score", "rank", "largest_share"]].values.tolist()
    [[100.0, 1, 1.0], [40.0, 2, 0.75]]
    """
    require_columns(incidents, [by, "category"], what="incidents")
    if "harm" not in incidents.columns:
        raise InputError(
            "A severity table needs the column harm",
            given="records without it",
            advice='incidents["harm"] = weigh_incidents(incidents)',
        )
    now = _sum_up(incidents, by)
    if before is not None:
        require_columns(before, [by, "category", "harm"], what="before")
        earlier = _sum_up(before, by)
        now = now.reindex(now.index.union(earlier.index, sort=False))
        columns = ["score", "score_low", "score_high", "incidents", "asb", "root_score", "largest_weight"]
        now[columns] = now[columns].fillna(0)
        now["score_before"] = earlier["score"].reindex(now.index).fillna(0)
        now["incidents_before"] = earlier["incidents"].reindex(now.index).fillna(0).astype("int64")
        now["change"] = now["score"] - now["score_before"]
    split = split_by_source(incidents, incidents[by])
    now[list(split.columns)] = split.reindex(now.index).fillna(0).astype("int64")
    if population is not None:
        people = population.reindex(now.index).astype(float)
        now["score_per_head"] = now["score"] / people.where(people > 0)
    return _rank(now, by)


def _sum_up(incidents: pd.DataFrame, by: str) -> pd.DataFrame:
    counts = incidents_per_row(incidents)
    harm = incidents["harm"].astype(float).to_numpy()
    weight = np.divide(harm, counts, out=np.zeros(len(harm)), where=counts > 0)
    weight[np.isnan(weight)] = 0
    rows = pd.DataFrame(
        {
            "score": harm,
            "score_low": incidents.get("harm_low", incidents["harm"]).astype(float).to_numpy(),
            "score_high": incidents.get("harm_high", incidents["harm"]).astype(float).to_numpy(),
            "incidents": counts,
            "asb": np.where(incidents["category"].eq(ASB), counts, 0),
            "root_score": np.sqrt(weight) * counts,
            "weight": weight,
            "weighed": count_weighed(incidents),
        }
    )
    # apart from the columns summed, as an area may be a category
    area = incidents[by].astype("object").where(incidents[by].notna(), None).set_axis(rows.index, axis=0)
    groups = rows.groupby(area, dropna=False, sort=True)
    sums = groups[["score", "score_low", "score_high", "incidents", "asb", "root_score"]].sum()
    scores = ["score", "score_low", "score_high", "root_score"]
    # of our own weight of ASB alone no score is made
    sums[scores] = sums[scores].mask(groups["weighed"].sum().eq(0) & sums["incidents"].gt(0))
    # of the row itself: blank where it has no category
    largest = incidents["category"].iloc[groups["weight"].idxmax().to_numpy(dtype=np.int64)]
    sums["largest"] = largest.set_axis(sums.index, axis=0)
    sums["largest_weight"] = groups["weight"].max()
    return sums


def _rank(table: pd.DataFrame, by: str) -> pd.DataFrame:
    named = table.index.notna()
    levels = table.loc[named, ["score", "score_low", "score_high"]]
    ranks = levels.rank(ascending=False, method="min")
    table["rank"] = ranks["score"].reindex(table.index)
    table["rank_low"] = ranks.min(axis=1).reindex(table.index)
    table["rank_high"] = ranks.max(axis=1).reindex(table.index)
    table["rank_by_count"] = table.loc[named, "incidents"].rank(ascending=False, method="min")
    table["largest_share"] = (table["largest_weight"] / table["score"].where(table["score"] > 0)).fillna(0.0)
    table["dominated"] = table["largest_share"] > DOMINATES
    whole = dict.fromkeys(("rank", "rank_low", "rank_high", "rank_by_count"), "Int64")
    order = [
        "score", "score_low", "score_high", "rank", "rank_low", "rank_high", "incidents", "asb",
        "rank_by_count", "root_score", "largest", "largest_share", "dominated", "score_before",
        "incidents_before", "change", "score_per_head",
        *(c for c in table.columns if str(c).startswith("incidents from ")),
    ]  # fmt: skip
    kept = table[[c for c in order if c in table.columns]].astype(whole)
    counted = kept.astype({"incidents": "int64", "asb": "int64"})
    return counted.sort_values(["rank", "incidents"], ascending=[True, False], kind="stable").rename_axis(by)


def name_score(
    scheme: str | Path | pd.DataFrame,
    *,
    used: pd.Series | None = None,
    population: Any = None,
    title: str | None = None,
) -> str:
    """Name by which a score may be called on outputs.

    "ONS Crime Severity Score" needs the ONS's weights for all 135 offences, every row weighed by its
    offence, and a population; anything else is named by its scheme.

    Parameters
    ----------
    scheme : str, path or DataFrame
        The weights.
    used : Series, optional
        ``used`` of `explain_weights`.
    population : optional
        The population the score was divided by.
    title : str, optional
        A name that the user wishes: returned if it may be used.

    Raises
    ------
    InputError
        When ``title`` speaks of the ONS Crime Severity Score and the score is not one.

    Examples
    --------
    >>> name_score("cchi-2026")
    'Harm in days (cchi-2026, 2026 weights)'
    """
    weights = read_weights(scheme)
    lacks = [
        words
        for holds, words in (
            (weights["scheme"].str.startswith("ons-css").all(), "the ONS's weights"),
            (len(weights) >= _OFFENCES_OF_THE_ONS, "weights for all 135 offences"),
            (used is not None and bool(used.eq("offence").all()), "every row weighed by its offence"),
            (population is not None, "a population"),
        )
        if not holds
    ]
    if not lacks:
        return title or "ONS Crime Severity Score"
    if title and ("severity score" in title.casefold() or "ons" in title.casefold().split()):
        raise InputError(
            "This score may not be called the ONS Crime Severity Score",
            given=title,
            advice=f"another title; it lacks {', '.join(lacks)}",
        )
    names, vintages = (", ".join(weights[c].unique()) for c in ("scheme", "vintage"))
    return title or f"Harm in days ({names}, {vintages} weights)"

"""The few problems at a place, by kind, time and premises: a plan is about one, or says that it is about all."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from scipy.stats import poisson

from hotspots.checks import InputError
from hotspots.common.plan_words import clean_text, start_sentence, start_small, strip_near
from hotspots.common.wording import SMALL_BASE, say_count, say_list
from hotspots.plans._facts import Facts, gather_facts, say_street
from hotspots.reading.problem_profiles import list_profiles, load_profile, match_profile
from hotspots.statistics.two_counts import etest_p

ALL, LARGEST = "all", "largest"
LEAST = SMALL_BASE  # records under which nothing is called a problem
MOST = 6
BLOCK = 4  # hours in a row
NARROW = 0.5  # of a kind's records: then its time or its premises are a problem of their own
_SURE = 0.05
_BEYOND = "beyond chance"
_COUNTS = ("records", "usual", "sure")


def propose_problems(facts: Facts) -> list[dict[str, Any]]:
    """List problems of a place, the largest first, each beside what the place would hold were it like all the data.

    Where small counts are hidden none is: one kind's months and streets beside those of all give others back.
    """
    found: list[dict[str, Any]] = []
    if facts.threshold:
        return []
    for category, held in facts.weights.groupby(facts.inside["category"]).sum().items():
        if held >= LEAST and clean_text(category):
            kind = {"title": start_small(clean_text(category)), "categories": [str(category)]}
            found += [kind, *_narrow(facts, kind, max(LEAST, NARROW * held))]
    for one in found:
        held, everywhere = (
            int(weights[of_problem(rows, one)].sum())
            for rows, weights in ((facts.inside, facts.weights), (facts.everything, facts.all_weights))
        )
        usual = facts.incidents * everywhere / facts.total
        if "places" in one:  # which are nowhere else: as much of the kind as of all the records here
            there = facts.inside["place"].map(strip_near).isin(one["places"])
            usual = (
                facts.weights[there].sum()
                * facts.weights[of_problem(facts.inside, {"categories": one["categories"]})].sum()
                / facts.incidents
            )
        sure = poisson.sf(held - 1, usual) < _SURE / len(found)  # each is one of so many that were looked at
        one |= {"records": held, "usual": f"{usual:,.0f}", "sure": _BEYOND if sure else "within chance"}
    return sorted(found, key=lambda one: (-one["records"], len(one), one["title"]))[:MOST]


def _narrow(facts: Facts, kind: dict[str, Any], least: float) -> list[dict[str, Any]]:
    """Name the four hours, and the street or premises, that hold enough of a kind's records."""
    here, found = facts.inside["category"].eq(kind["categories"][0]), []
    timed = here & facts.inside.get("precision", pd.Series("month", facts.inside.index)).eq("minute")
    if timed.any():
        hours = facts.weights[timed].groupby(facts.inside.loc[timed, "when"].dt.hour).sum()
        by_hour = hours.reindex(range(24), fill_value=0).to_numpy()
        runs = [by_hour.take(range(h, h + BLOCK), mode="wrap").sum() for h in range(24)]
        first, last = runs.index(max(runs)), (runs.index(max(runs)) + BLOCK) % 24
        if max(runs) >= least:
            title = f"{kind['title']} from {first:02d}:00 to {last:02d}:00"
            found.append(kind | {"title": title, "hours": [first, last or 24]})
    places = facts.weights[here].groupby(facts.inside.loc[here, "place"].map(strip_near).to_numpy()).sum()
    name = str(places.idxmax())
    if name and len(places) > 1 and places.max() >= least:
        found.append(kind | {"title": f"{kind['title']} on or near {say_street(name)}", "places": [name]})
    return found


def of_problem(rows: gpd.GeoDataFrame, problem: Mapping[str, Any] | None) -> pd.Series:
    """Whether each row belongs to a problem; all of them where there is none."""
    if not problem:
        return pd.Series(True, index=rows.index)
    fits = match_profile(rows, {key: value for key, value in problem.items() if key not in (*_COUNTS, "places")})
    return fits & rows["place"].map(strip_near).isin(problem["places"]) if problem.get("places") else fits


def choose_problem(asked: str, proposed: Sequence[Mapping[str, Any]], facts: Facts) -> dict[str, Any] | None:
    """Take the problem that is asked for: a proposed one, a kind of record, a profile; None: all records here.

    "largest" is the first kind where it is beyond chance and clearly larger than the next (E-test, 0.05).
    """
    plain = {str(one["title"]).casefold(): {k: v for k, v in one.items() if k not in _COUNTS} for one in proposed}
    if asked == LARGEST:
        counts = sorted(facts.weights.groupby(facts.inside["category"]).sum(), reverse=True)
        clear = (
            proposed and proposed[0]["sure"] == _BEYOND and (len(counts) < 2 or etest_p(counts[1], counts[0]) < _SURE)
        )
        return next(iter(plain.values())) if clear else None
    if asked == ALL:
        return None
    advice = f'problem = "{ALL}"'
    if facts.threshold:
        why = "Where small counts are hidden, a plan counts all records of its place, not one problem"
        raise InputError(why, given=str(asked), advice=f'{advice}; profile = "internal", for signatories only')
    for kind in facts.everything["category"].unique():
        named = clean_text(kind)
        plain.setdefault(named.casefold(), {"title": start_small(named), "categories": [str(kind)]})
    chosen = plain.get(asked.casefold()) or (dict(load_profile(asked)) if asked in list_profiles() else None)
    held = 0 if chosen is None else int(facts.weights[of_problem(facts.inside, chosen)].sum())
    if chosen is None or held < LEAST:
        said = f"{asked}: {say_count(held, 'record')}, where {LEAST} are a problem"
        known = say_list([f'"{one["title"]}"' for one in proposed])
        raise InputError("No such problem stands out at this place", given=said, advice=f"{known or advice}")
    return chosen


def gather_problem(whole: Facts, problem: Mapping[str, Any] | None) -> Facts:
    """Count what a place holds of a problem, beside all the data's; months without any are months all the same."""
    if not problem:
        return whole
    rows = whole.everything[of_problem(whole.everything, problem)]
    inside = pd.Series(rows.index.isin(whole.inside.index), index=rows.index)
    facts = gather_facts(rows, inside, threshold=whole.threshold, layer=whole.layer)
    facts.about = str(problem["title"])
    facts.all_months = facts.all_months.reindex(whole.all_months.index, fill_value=0)
    return facts


def say_problems(proposed: Sequence[Mapping[str, Any]], facts: Facts, whole: Facts) -> dict[str, Any]:
    """Say what a plan counts of all the records of its place, beside the problems that were proposed."""
    of = f"{facts.incidents:,} of the {say_count(whole.incidents, 'record')} here"
    one = f"This plan is about {facts.about}, and counts nothing else: {of}."
    rows = [{"title": start_sentence(row["title"])} | {key: str(row[key]) for key in _COUNTS} for row in proposed]
    return {"about": one if facts.about else "This plan counts all records here, of every kind.", "problems": rows}

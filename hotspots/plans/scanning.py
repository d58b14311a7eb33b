"""Scanning in plain English: what the records say, where they come from, and what they cannot tell."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import SCHEME, count_weighed
from hotspots.common.judgement_words import AGAIN, NO_TREND, TRENDS, WORDS
from hotspots.common.packaged import packaged_toml
from hotspots.common.place_names import DEFAULTS_MATTER, default_location
from hotspots.common.plan_words import clean_text, start_sentence, start_small
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import SMALL_BASE, say_count, say_list, say_months, say_percentage, say_share
from hotspots.plans._facts import Facts, say_street
from hotspots.plans._target import Target
from hotspots.reading.covered import list_gaps
from hotspots.reading.publishers import publishers_of

# A hotspot comes apart in re-runs where so much more of it is found than is found as one.
PARTED = 0.1
# Below this share of the records a street is no likeness that they have.
STREET_MATTERS = 0.1
# Below this share of the records a default location changes nothing that a plan says.
OF_SENTENCES = ("cchi-", "ons-css-")  # schemes whose days are those of a sentence
KIND_WORDS: dict[str, list[str]] = packaged_toml("plans", "fields")["records"]


def say_records(facts: Facts) -> str:
    """Crimes, ASB incidents, cases, calls ... counted apart: an ASB incident is not a crime."""
    kinds = facts.kinds
    if any(0 < count < facts.threshold for count in kinds.values()):
        return f"{facts.incidents:,} recorded {say_list(kind for kind, count in kinds.items() if count)}"
    return say_list(say_count(count, *KIND_WORDS[kind]) for kind, count in kinds.items())


def problem_text(facts: Facts, target: Target, *, of: int | None, study_area: str) -> str:
    """Open Scanning: how many, of what, how bad, and where it stands in the list."""
    place = "in" if target.covers == "area" else "on" if target.covers == "street" else "at"
    period = say_months(list(facts.all_months.index))
    said = [f"{start_sentence(say_records(facts))} {place} {target.name} in {period}."]
    top = facts.types.iloc[0]
    if facts.incidents > 1 and not (facts.about and len(facts.types) == 1):
        said.append(f"Most common: {start_small(top['type'])}, {say_share(top['incidents'], facts.incidents)}.")
    if may_say("harm", facts.has_harm, why="no record of a plan's place has a weight"):
        said.append(harm_text(facts, study_area=study_area))
    if target.ranks:
        among = f" of {of:,}" if of else ""
        by = " by harm" if facts.has_harm else "" if "harm" in facts.everything else " by number of records"
        kind = "Hotspot" if len(target.ranks) == 1 else "Hotspots"
        rest = ", of all records" if facts.about else ""
        said.append(f"{kind} {say_list(map(str, target.ranks))}{among}{by}{rest}.")
    if facts.incidents < SMALL_BASE:
        said.append("So few records make no pattern: ask those who know the place before planning for it.")
    return " ".join(said)


def harm_text(facts: Facts, *, study_area: str) -> str:
    """Harm in days, with its range, its share of the whole, its scheme and what part has no weight in it."""
    harm, whole = facts.harm(), float(facts.everything["harm"].sum())
    text = f"Harm score: {say_count(harm, _day(facts) if facts.weighed == facts.incidents else 'day')}"
    if {"harm_low", "harm_high"} <= set(facts.inside.columns):
        low, high = facts.harm("harm_low"), facts.harm("harm_high")
        text += "" if f"{low:,.0f}" == f"{high:,.0f}" else f" ({low:,.0f} to {high:,.0f} with the low and high weights)"
    if whole > 0:
        text += f", {say_percentage(harm / whole)} of the {whole:,.0f} in {study_area}"
    if scheme := facts.everything.attrs.get(SCHEME):
        text += f", weighed by {_say_scheme(str(scheme))}"
    return " ".join(filter(None, (text + ".", _say_unweighed(facts))))


def _say_scheme(scheme: str) -> str:
    """Name weights in words, and what their days are: a code tells a councillor nothing."""
    index, _, rest = scheme.partition("-")
    if index != "cchi":
        return scheme
    year, _, mix = rest.partition("-")
    whose = f" ({mix.replace('-', ' ').title()})" if mix else ""
    return f"the Cambridge Crime Harm Index {year}{whose}: the days in prison a court would start from"


def _day(facts: Facts) -> str:
    """Name what weights are in: days of a sentence, or the days of a scheme of the user's own."""
    scheme = str(facts.everything.attrs.get(SCHEME, OF_SENTENCES[0]))
    return "sentence day" if scheme.startswith(OF_SENTENCES) else "day"


def _say_unweighed(facts: Facts) -> str:
    """Say how much of the harm score is a weight of ours, for records that the index has none for."""
    rest = facts.incidents - facts.weighed
    if rest <= 0:
        return ""
    if min(facts.weighed, rest) < facts.threshold:
        return "Some records have no weight in the index, as all ASB has none, and count by a weight of ours."
    ours = float(facts.inside["harm"][count_weighed(facts.inside) == 0].sum())
    are = "is" if round(ours) == 1 else "are"
    return (
        f"{ours:,.0f} of these days {are} a weight of ours, for the {rest:,} of {facts.incidents:,} records "
        "that the index has none for, as all ASB."
    )


def types_text(facts: Facts, *, count: int = 5) -> str:
    """Types with their counts, the most common first."""
    rows = [(t, n) for t, n in zip(facts.types["type"], facts.types["incidents"], strict=True)]
    named = [(t, n) for t, n in rows if t != "other types"][:count]
    said = [f"{start_small(name)} {n:,}" for name, n in named]
    rest = facts.incidents - sum(n for _, n in named)
    if rest:
        said.append(f"other types {rest:,}")
    return f"{start_sentence(say_list(said))} (of {facts.incidents:,})."


def sources_text(facts: Facts) -> str:
    """Name the sources with their period and number of records."""
    frame = pd.DataFrame({"source": facts.inside["source"], "incidents": facts.weights})
    counts = frame.groupby("source")["incidents"].sum()
    period = say_months(list(facts.all_months.index))
    listed = say_list(f"{clean_text(source)} ({say_count(n, 'record')})" for source, n in counts.items())
    return f"{listed}; period of the data: {period}."


def limits_text(facts: Facts, everything: pd.DataFrame) -> list[str]:
    """Say what the sources cannot, as sentences; gaps are those of all records, whatever the plan is about."""
    limits: list[str] = []
    if (facts.inside["source"] == "police.uk").any():
        limits.append(
            "police.uk moves each record to one of a fixed list of points: a street means on or near it. "
            "Check addresses with force data."
        )
    here = set(publishers_of(facts.inside))
    limits.extend(
        f"{who} has no records in {months}: more may have happened here than is counted."
        for who, months in list_gaps(everything).items()
        if who in here
    )
    points = len(facts.inside.geometry.drop_duplicates())
    if points == 1:
        limits.append("All records lie on one map point, so how far they spread is not known.")
    limits.extend(default_texts(facts))
    if not facts.has_harm and ("harm" in facts.everything or SCHEME in facts.everything.attrs):
        limits.append("None of these kinds has a weight in a harm index: records are counted, not weighed.")
    limits.append("Only what was reported and recorded is counted; rows not used are in rejects.csv.")
    return limits


def default_texts(facts: Facts) -> list[str]:
    """Warn of each kind of place that records default to (hospital, prison, supermarket ...)."""
    streets = facts.streets.assign(kind=facts.streets["street"].map(default_location))
    said = []
    for kind, rows in streets[streets["kind"].ne("")].groupby("kind", sort=False):
        count = int(rows["incidents"].sum())
        if count < DEFAULTS_MATTER * facts.incidents:
            continue
        names = say_list(f"“{street}”" for street in rows["street"])
        said.append(
            f"{names} {'holds' if len(rows) == 1 else 'hold'} {say_share(count, facts.incidents)}; records "
            f"default to a {kind}, so some may have happened elsewhere."
        )
    return said


def cheers_text(facts: Facts) -> dict[str, str]:
    """Say what the records answer of the six CHEERS tests, and what they cannot."""
    same = facts.types.iloc[0]
    street = facts.streets.iloc[0] if len(facts.streets) else None
    if facts.incidents < 2:
        return _cheers(facts, "One record alone is like no other.")
    are = "is" if round(same["incidents"]) == 1 else "are"
    alike = f"{say_share(same['incidents'], facts.incidents)} {are} {start_small(same['type'])}"
    if street is not None and STREET_MATTERS * facts.incidents <= street["incidents"] < facts.incidents:
        share = say_share(street["incidents"], facts.incidents)
        alike += f"; {share} are on or near {say_street(street['street'])}"
    return _cheers(facts, f"{alike}.")


def _cheers(facts: Facts, alike: str) -> dict[str, str]:
    months, all_months = len(facts.months), len(facts.all_months)
    return {
        "community": "Not in these records: who says it is a problem?",
        "harmful": _harmful(facts),
        "expectation": "Not in these records: who expects police, council or others to act?",
        "events": f"{start_sentence(say_records(facts))}, each with a date and a place.",
        "recurring": _recurring(months, all_months),
        "similarity": alike,
    }


def _recurring(months: int, all_months: int) -> str:
    if all_months == 1:
        return "The data hold one month, which cannot tell."
    held = f"each of the {all_months:,}" if months == all_months else f"{months:,} of the {all_months:,}"
    return f"Recorded in {held} months in the data."


def _harmful(facts: Facts) -> str:
    """Type with most of the harm, or the types where no harm was given."""
    if not facts.has_harm or not facts.types["harm"].sum() > 0:
        return types_text(facts, count=3)
    worst = facts.types.iloc[int(facts.types["harm"].to_numpy().argmax())]
    share = say_share(float(worst["harm"]), float(facts.types["harm"].sum()), of=f"{_day(facts)}s")
    rest = ", those without a weight left out" if facts.weighed < facts.incidents else ""
    return f"{start_sentence(str(worst['type']))}: {share}{rest}."


def certainty_text(facts: Facts, target: Target, *, of: int | None = None) -> str:
    """How far chance and small choices of method could move the figures, in a list of so many places."""
    wobble = round(1.96 * float(np.sqrt(facts.incidents)))
    said = [f"Chance alone can move a count of {facts.incidents:,} by about {wobble:,} either way."]
    low, high = target.facts.get("rank_low"), target.facts.get("rank_high")
    if _known(low) and _known(high) and of != 1:
        last = f"{int(high)}" if of is None or int(high) < of else "the end"  # type: ignore[arg-type]
        lies = f"is {last}" if last == f"{int(low)}" else f"lies between {int(low)} and {last}"  # type: ignore[arg-type]
        said.append(f"Its place in the list {lies} in nine of ten re-runs.")
    stability = target.facts.get("stability")
    if _known(stability):
        tenths = round(10 * float(stability))  # type: ignore[arg-type]
        said.append(f"{start_sentence(AGAIN)} in about {tenths} of 10 re-runs with slightly changed settings.")
        found: Any = target.facts.get("found_again")
        if _known(found) and float(found) - float(stability) > PARTED:  # type: ignore[arg-type]
            said[-1] = (
                f"One hotspot in about {tenths} of 10 re-runs with slightly changed settings; in the others"
                f" it comes apart into several, and {say_percentage(float(found))} of its records lie in"
                " hotspots again."
            )
    return " ".join(said)


def trend_text(facts: Facts, target: Target) -> str:
    """Class of trend where one was given; else why none is claimed."""
    trend = clean_text(target.facts.get("trend"))
    if trend in TRENDS:  # a change between two periods is no trend
        if trend == NO_TREND:
            return "Over the months: no class of trend fits."
        hot = WORDS[trend].needs.partition(";")[0]
        return f"Over the months: {trend} ({hot}, by more than chance beside the rate of the whole)."
    if len(facts.all_months) < 10:
        return f"No trend is claimed from {say_count(len(facts.all_months), 'month')}: ten or more are needed."
    return ""


def _known(value: object) -> bool:
    return value is not None and not bool(pd.isna(value))  # type: ignore[call-overload]

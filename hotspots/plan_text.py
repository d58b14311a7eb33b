"""Scanning and Analysis in plain English: what the records say, and what they cannot."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hotspots.checks import ASB
from hotspots.plan_facts import Facts, default_location
from hotspots.plan_words import (
    clean_text,
    say_count,
    say_list,
    say_months,
    say_percentage,
    say_share,
    start_sentence,
)

# Below this p-value a change is bigger than chance alone would usually give.
CHANGE_P = 0.05


def say_records(facts: Facts) -> str:
    """Crimes and ASB incidents of the area, counted apart.

    The two are never one number without saying so: an ASB incident is not a crime.
    """
    crimes, asb = facts.incidents - facts.asb, facts.asb
    if not (facts.everything["category"] == ASB).any():
        return say_count(crimes, "recorded crime")
    return f"{say_count(crimes, 'recorded crime')} and {say_count(asb, 'ASB incident')}"


def problem_text(facts: Facts, *, name: str, rank: int | None, of: int | None, study_area: str) -> str:
    """Open Scanning: how many, of what, how bad, and where it stands in the list."""
    period = say_months(list(facts.months.index))
    said = [f"{start_sentence(say_records(facts))} at {name} in {period}."]
    top = facts.types.iloc[0]
    said.append(
        f"Most common type: {lower_type(top['type'])}, {say_share(top['incidents'], facts.incidents)}."
    )
    if facts.has_harm:
        said.append(harm_text(facts, study_area=study_area))
    if rank is not None:
        among = f" of {of:,}" if of else ""
        by = "harm" if facts.has_harm else "number of incidents"
        said.append(f"It is hotspot {rank:,}{among} by {by} in {study_area}.")
    return " ".join(said)


def harm_text(facts: Facts, *, study_area: str) -> str:
    """Harm in sentence days, with its range and its share of the whole."""
    harm, whole = facts.harm(), float(facts.everything["harm"].sum())
    text = f"Harm: {say_count(harm, 'sentence day')}"
    if {"harm_low", "harm_high"} <= set(facts.inside.columns):
        low, high = facts.harm("harm_low"), facts.harm("harm_high")
        text += f" ({low:,.0f} to {high:,.0f} with the low and high weights)"
    if whole > 0:
        text += f", {say_percentage(harm / whole)} of the {whole:,.0f} in {study_area}"
    return text + "."


def lower_type(category: str) -> str:
    """Category inside a sentence: small first letter, and ASB in full.

    Examples
    --------
    >>> lower_type("Violence and sexual offences"), lower_type("ASB")
    ('violence and sexual offences', 'ASB')
    """
    text = clean_text(category)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def sources_text(facts: Facts) -> str:
    """Name the sources with their period and number of records."""
    frame = pd.DataFrame({"source": facts.inside["source"], "incidents": facts.weights})
    counts = frame.groupby("source")["incidents"].sum()
    period = say_months(list(facts.all_months.index))
    listed = say_list(f"{clean_text(source)} ({say_count(n, 'record')})" for source, n in counts.items())
    return f"{listed}. Period of the data: {period}."


def limits_text(facts: Facts) -> list[str]:
    """Say what the sources cannot, as sentences."""
    limits: list[str] = []
    if (facts.inside["source"] == "police.uk").any():
        limits.append(
            "police.uk moves every record to one of a fixed list of points, so a street name means "
            "on or near that street. Check addresses with force data."
        )
    if _precision(facts) == "month":
        limits.append("The records give the month only: no day, weekday or hour.")
    for street, count in zip(facts.streets["street"], facts.streets["incidents"], strict=True):
        kind = default_location(street)
        if kind:
            limits.append(
                f"{say_share(count, facts.incidents, of='records')} are placed at “{street}”: records "
                f"default to a {kind}, so some may have happened elsewhere."
            )
    limits.append("Only what was reported and recorded is counted; rows not used are listed in rejects.csv.")
    return limits


def where_text(facts: Facts, spot: Any) -> str:
    """Streets, wards and other areas of the place."""
    top = facts.streets.head(5)
    said = []
    if len(top):
        streets = say_list(f"{row.street} ({row.incidents:,})" for row in top.itertuples())
        said.append(f"Busiest streets, with incidents: {streets}.")
    else:
        said.append("The records name no street.")
    said.extend(layer_sentences(spot))
    return " ".join(said)


def layer_sentences(spot: Any) -> list[str]:
    """One sentence per attached layer: the main area, and its share where the place crosses a line."""
    said = []
    for column in [c for c in spot.index if str(c).endswith("_name")]:
        layer = str(column)[: -len("_name")]
        name = clean_text(spot[column])
        if not name:
            continue
        shares = spot.get(f"{layer}_shares")
        others = [(clean_text(n), float(s)) for n, s in shares] if isinstance(shares, list) else []
        title = start_sentence(layer.replace("_", " "))
        if len(others) > 1:
            listed = say_list(f"{n} ({say_percentage(s)} of the incidents)" for n, s in others)
            said.append(f"{title}: {listed}.")
        else:
            said.append(f"{title}: {name}.")
    return said


def when_text(facts: Facts) -> str:
    """Months, and hours where the records have them."""
    months = facts.months
    if months.empty:
        return "The records given carry no dates."
    busiest: Any = months.idxmax()
    said = [
        f"Records in {say_months(list(months.index))}.",
        f"Most in {say_months([busiest])}: {say_share(months.max(), facts.incidents)}."
        if len(months) > 1
        else "",
    ]
    if _precision(facts) == "month":
        said.append("No weekday or hour is in these records: ask the neighbourhood team and partners.")
    return " ".join(filter(None, said))


def _precision(facts: Facts) -> str:
    if "precision" not in facts.inside:
        return "month"
    found = set(facts.inside["precision"])
    return "minute" if "minute" in found else "day" if "day" in found else "month"


def compare_text(facts: Facts, *, study_area: str) -> str:
    """Latest month beside the same month a year before, here and in the whole data, with chance."""
    months = facts.all_months.index
    if months.empty:
        return "The records given carry no dates, so nothing can be compared."
    latest = months.max()
    before = latest - 12
    if before not in months:
        return f"There is no {say_months([before])} in the data to compare {say_months([latest])} with."
    now, then = int(facts.months.get(latest, 0)), int(facts.months.get(before, 0))
    all_now, all_then = int(facts.all_months[latest]), int(facts.all_months[before])
    return (
        f"{say_count(now, 'incident')} in {say_months([latest])}, {say_count(then, 'incident')} in "
        f"{say_months([before])}: {change_words(then, now)}. In {study_area} as a whole: {all_now:,} and "
        f"{all_then:,}."
    )


def change_words(before: int, after: int) -> str:
    """Put a change between two equal windows into words, with whether chance alone would usually give it.

    The test is the exact conditional one for two Poisson counts (Przyborowski and Wilenski 1940).

    Examples
    --------
    >>> change_words(209, 294)
    '85 more, a bigger change than chance alone would usually give'
    >>> change_words(10, 12)
    '2 more, no clear change: chance alone often gives as much'
    """
    from scipy.stats import binomtest

    if before == after:
        return "no change"
    said = f"{abs(after - before):,} {'more' if after > before else 'fewer'}"
    p = float(binomtest(after, before + after, 0.5).pvalue)
    if p < CHANGE_P:
        return f"{said}, a bigger change than chance alone would usually give"
    return f"{said}, no clear change: chance alone often gives as much"

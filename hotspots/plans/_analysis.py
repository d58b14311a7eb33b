"""Analysis in plain English: where, when, compared with what, what stands nearby; causes as questions."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.change.compare_periods import compare_periods
from hotspots.checks import InputError, require_columns, require_metres
from hotspots.common.day_names import MONTHS, WEEKDAYS
from hotspots.common.judgement_words import NOT_COMPARED
from hotspots.common.packaged import packaged_toml
from hotspots.common.place_names import ELSEWHERE, default_location, is_kind_of_place
from hotspots.common.plan_words import clean_text, name_key, start_sentence, strip_near
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_count, say_list, say_months, say_share
from hotspots.plans._facts import Facts, say_street
from hotspots.plans._response_menu import problem_families
from hotspots.plans._target import NEARLY_ALL, Shares, Target

FEW_MONTHS = 4  # as many as a sentence names one by one
# Metres that people walk in about five minutes.
WALK = 400.0

LICENSED = ("pub", "bar", "nightclub", "biergarten", "restaurant", "casino")
LICENSED_REACH = 100.0  # metres: from the door to where people stand outside
LICENSED_SHARE = 0.25  # of the records: a ward has a pub somewhere, and its problem may lie elsewhere
_QUESTIONS = packaged_toml("powers", "questions")
KINDS: dict[str, list[str]] = _QUESTIONS["nearby"]
QUESTIONS_BY_FAMILY: dict[str, str] = _QUESTIONS["families"]
AT_HOME: str = _QUESTIONS["at_home"]


def where_text(facts: Facts, target: Target) -> str:
    """Busiest streets and the areas of each layer, with counts."""
    top = facts.streets.head(5)
    said = ["The records name no street."]
    if len(top):
        streets = say_list(_say_busy(facts, s, n) for s, n in zip(top["street"], top["incidents"], strict=True))
        said = [f"Busiest, of {facts.incidents:,}: {streets}."]
        if top["incidents"].iloc[0] == facts.incidents:
            all_are = "All are" if facts.incidents > 1 else "The one record is"
            said = [f"{all_are} on or near {say_street(top['street'].iloc[0])}."]
    if len(target.parts) > 1:
        said.append(f"The plan covers {len(target.parts)} places: {say_list(p['name'] for p in target.parts)}.")
    for layer, shares in target.layers.items():
        if layer != target.layer:
            said.append(_say_layer(facts, name_key(clean_text(layer)), shares))
    return " ".join(said)


def _say_layer(facts: Facts, title: str, shares: Shares) -> str:
    """Name the area that holds all, or each with its count and what lies in none."""
    counts = [round(share * facts.incidents) for _, share in shares]
    rest = max(0, facts.incidents - sum(counts))
    if len(shares) == 1 and not rest:
        return f"{title}: {shares[0][0]}."
    small = any(0 < count < facts.threshold for count in (*counts, rest))
    pairs = list(zip(shares, counts, strict=True))[:4]
    listed = say_list(n if small else f"{n} {count:,}" for (n, _), count in pairs)
    return f"{title}, by number: {listed}{'; the rest in none' * bool(rest)}."


def _say_busy(facts: Facts, street: str, count: int) -> str:
    """Name a street with its count; a kind of place, of which there may be several, with its points."""
    points = 1
    if is_kind_of_place(street):
        there = facts.inside["place"].map(strip_near) == street
        points = len(facts.inside.geometry[there].drop_duplicates())
    return f"{say_street(street)} {count:,}" + (f" (on {points} points)" if points > 1 else "")


def when_text(facts: Facts) -> str:
    """Months, and days and hours where the records have them."""
    months = facts.months
    if months.empty:
        return "The records given carry no dates."
    busiest: Any = months.idxmax()
    said = []
    if 0 < months.max() < facts.threshold:
        said.append(f"No month has {facts.threshold} or more, so none is named.")
    elif len(months) > 1:
        tied = list(months.index[months == months.max()])
        each = " each" if len(tied) > 1 else ""
        said.append(f"Most in {say_months(tied)}: {say_share(months.max(), facts.incidents)}{each}.")
        if len(facts.all_months) > FEW_MONTHS:  # of many months one is always the highest
            said.append(f"An average month has {facts.incidents / len(facts.all_months):,.0f}.")
    else:
        said.append(f"All in {say_months([busiest])}.")
    held = {month.month for month in facts.all_months.index}
    if len(held) == 1:
        name = MONTHS[busiest.month - 1]
        said.append(f"The data hold {name} only, so nothing is known of other seasons.")
    elif len(held) < 12:
        said.append(f"The data hold {len(held)} of the twelve months, so nothing is known of the others.")
    precision = facts.inside.get("precision")
    fine = precision is not None and bool((precision != "month").any())
    if not fine:
        said.append(f"The records give the month only: no weekday or hour. Ask {_whom(facts)}.")
    else:
        said.extend(_fine_times(facts))
    return " ".join(said)


def _whom(facts: Facts) -> str:
    """Name who knows the hours of a place of this kind."""
    if facts.setting in ELSEWHERE:
        return f"those who work at the {facts.setting}"
    return f"patrols, {'businesses' if facts.licensed is False else 'door staff'}, residents"


def _fine_times(facts: Facts) -> list[str]:
    """Busiest weekday, and busiest four hours in a row, of the records that have them."""
    dated = facts.inside["precision"] != "month"
    days = facts.weights[dated].groupby(facts.inside.loc[dated, "when"].dt.day_of_week).sum()
    day: Any = days.idxmax()
    said = []
    if days.max() >= facts.threshold:
        said.append(f"Busiest day: {WEEKDAYS[day]}, {say_share(days.max(), days.sum())} of those with a date.")
    timed = facts.inside["precision"] == "minute"
    if may_say("time of day", timed.any(), why="no record of a plan's place has a time of day"):
        hours = facts.weights[timed].groupby(facts.inside.loc[timed, "when"].dt.hour).sum()
        by_hour = hours.reindex(range(24), fill_value=0).to_numpy()
        runs = [int(by_hour.take(range(h, h + 4), mode="wrap").sum()) for h in range(24)]
        start = int(np.argmax(runs))
        if runs[start] < facts.threshold:
            return said
        said.append(
            f"Busiest four hours: {start:02d}:00 to {(start + 4) % 24:02d}:00, "
            f"{say_share(runs[start], int(by_hour.sum()))} of those with a time."
        )
    return said


def compare_text(
    facts: Facts,
    target: Target,
    *,
    study_area: str,
    chosen_on: Any,
    windows: Any = None,
    told: str = "",
    dispersion: float | None = None,
) -> str:
    """Two periods compared: first all the data, then here, in the words of the list or of the area's table.

    Where none are given, here is compared alone, by the same rules and the list's ``dispersion``.
    ``windows`` of None are the latest month, or twelve where two whole years are there, beside the same a
    year before.
    """
    months = facts.all_months.index
    if months.empty:
        return "The records given carry no dates, so nothing can be compared."
    if windows is None:
        latest = months.max()
        # twelve months where two whole years are there: one month alone says little
        length = 12 if {latest - back for back in range(24)} <= set(months) else 1
        after = [latest - back for back in reversed(range(length))]
        before = [month - 12 for month in after]
        if not set(before) <= set(months):
            return f"There is no {say_months(before)} in the data to compare {say_months(after)} with."
        windows = [f"{span[0]}..{span[-1]}" for span in (after, before)]
    everything = facts.everything
    within = everything.index.isin(facts.inside.index)
    here = pd.Series(np.full(len(within), "here", dtype=object), everything.index).where(within, None)
    try:
        found = compare_periods(
            everything,
            after=windows[0],
            before=windows[1],
            by=here,
            selected_on=chosen_on or None,
            dispersion=dispersion,
        )
    except InputError as error:
        return f"{start_sentence(NOT_COMPARED)}: {error.problem} ({error.given})."
    gaps = found.attrs["warnings"][: found.attrs["gaps"]]
    study_area += f", {facts.about} alone" if facts.about else ""
    whole = found.attrs["whole"].replace("All the records", start_sentence(study_area))
    if "here" not in found.index:
        return " ".join([whole, *gaps, f"Here, {NOT_COMPARED}: no record in either period is left."])
    row = found.loc["here"]
    if min(row["before"], row["after"]) < facts.threshold:
        return " ".join([whole, *gaps, "Here are too few records in one of them to compare."])
    own = told or (clean_text(target.facts.get("words")) if len(target.parts) == 1 else "")
    here_said = (own or str(row["words"])).partition("; beside it")[0]  # the whole has been said
    return " ".join([whole, *gaps, f"Here: {here_said}."])


def nearby_counts(facts: Facts, nearby: Any, *, ground: Any = None, walk: float = WALK) -> pd.DataFrame:
    """Places of each kind about the plan's middle, or on its ground where that reaches beyond a walk.

    Of a ward it is what stands in it: ``average`` then has no like, and is missing.
    """
    layers = _by_kind(nearby)
    middle = _middle(facts)
    points = facts.everything.geometry.drop_duplicates().to_numpy()
    rows = []
    wide = ground is not None and ground.area > np.pi * walk**2
    for kind, layer in layers.items():
        tree = shapely.STRtree(layer.geometry.to_numpy())
        if wide:
            here = len(np.unique(tree.query(ground, predicate="intersects")))
            rows.append({"kind": kind, "here": here, "average": np.nan})
            continue
        here = len(tree.query(middle, predicate="dwithin", distance=walk))
        around = tree.query(points, predicate="dwithin", distance=walk).shape[1]
        rows.append({"kind": kind, "here": here, "average": round(around / len(points), 1)})
    return pd.DataFrame(rows, columns=["kind", "here", "average"])


def near_licensed(facts: Facts, nearby: Any) -> bool | None:
    """Whether a quarter of the records lie by licensed premises; None where nobody gave any."""
    layers = {} if nearby is None else _by_kind(nearby)
    shapes = [layer.geometry.to_numpy() for kind, layer in layers.items() if kind in LICENSED]
    if not shapes:
        return None
    tree = shapely.STRtree(np.concatenate(shapes))
    points = facts.inside.geometry.to_numpy()
    near = np.unique(tree.query(points, predicate="dwithin", distance=LICENSED_REACH)[0])
    return bool(facts.weights.iloc[near].sum() >= LICENSED_SHARE * facts.incidents)


def _by_kind(nearby: Any) -> dict[str, gpd.GeoDataFrame]:
    if isinstance(nearby, dict):
        for kind, layer in nearby.items():
            require_metres(layer, what=f"the places nearby, '{kind}',")
        return nearby
    if not isinstance(nearby, gpd.GeoDataFrame):
        raise InputError("Places nearby must be points", given=type(nearby).__name__, advice="a GeoDataFrame")
    require_metres(nearby, what="the places nearby")
    require_columns(nearby, ["kind"], what="the places nearby")
    return {str(kind): rows for kind, rows in nearby.groupby("kind", sort=True)}


def _middle(facts: Facts) -> Any:
    geometry = facts.inside.geometry
    east = np.average(geometry.x, weights=facts.weights)
    north = np.average(geometry.y, weights=facts.weights)
    return shapely.Point(east, north)


def nearby_text(counts: pd.DataFrame, *, walk: float = WALK) -> str:
    """Put counts of places nearby as a question, not a cause: those that stand out first."""
    wide = bool(counts["average"].isna().all())
    if not (counts["here"] > 0).any():
        return f"None of the places given lie {'in the area' if wide else f'within {walk:.0f} m'}."
    counts = counts[(counts["here"] > 0) & (wide | (counts["here"] >= counts["average"]))]
    if counts.empty:
        return f"No kind of place given is more common within {walk:.0f} m than on average over the data."
    order = (
        ((counts["here"] + 0.5) / (counts["average"].fillna(0.0) + 0.5))
        .sort_values(ascending=False, kind="stable")
        .index
    )
    said = []
    for i in order[:4]:
        one, many = KINDS.get(counts["kind"][i], (clean_text(counts["kind"][i]).replace("_", " "), None))
        beside = "" if wide else f" (average {counts['average'][i]:g})"
        said.append(f"{say_count(counts['here'][i], one, many)}{beside}")
    where = "In the area" if wide else f"Within {walk:.0f} m"
    average = "" if wide else "The average is over every recorded point in the data. "
    ask = "Do any of these bring people here at the times that matter?"
    if wide:  # every ward has shops and schools
        ask = "Do the busiest streets lie by any of these?"
    return f"{where}: {say_list(said)}. {average}{ask} Being near is not a cause."


def hypotheses(facts: Facts) -> list[str]:
    """Questions worth asking, from what the records show; none of them is an answer."""
    families = list(problem_families(facts.types, everywhere=facts.usual_types))[:2]
    questions = QUESTIONS_BY_FAMILY | ({"violence": AT_HOME} if facts.licensed is False else {})
    asked = [questions[family] for family in families]
    top = facts.streets.iloc[0] if len(facts.streets) else None
    if facts.setting in ELSEWHERE:
        # closing times, gardens and shop racks are no questions to put to a prison or a station
        asked = [f"Who is harmed at the {facts.setting}, by whom, and who there could prevent it?"]
    if top is not None and default_location(top["street"]):
        asked.insert(0, f"Did what is recorded at “{top['street']}” happen there, or was it only recorded there?")
    elif top is not None and facts.incidents <= 4 * top["incidents"] <= 4 * NEARLY_ALL * facts.incidents:
        share = say_share(top["incidents"], facts.incidents)
        asked.append(f"What is different about {say_street(top['street'])}, with {share} of the records?")
    asked.append("Has the way people report here, or the way it is recorded, changed?")
    return asked


def gaps_text(facts: Facts) -> list[str]:
    """List what these records do not hold, for people to fill."""
    gaps = ["who is harmed and who offends (roles only, no names)", "exact addresses and premises"]
    if "precision" not in facts.inside or not (facts.inside["precision"] == "minute").any():
        gaps.append("weekday and hour")
    gaps += ["what was tried before", "what was never reported"]
    return gaps

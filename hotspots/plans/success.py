"""Success as a number: the baseline, the target that people wrote, and what could be seen at all."""

import math
import re
from dataclasses import dataclass

import pandas as pd

from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import SMALL_BASE, say_count, say_months, say_percentage
from hotspots.plans.record import Plan
from hotspots.statistics.displacement import detectable_fall

_LATER = "Of fewer records, as a place chosen for being high will hold, less is seen."
HALF_YEAR = 6  # months before beside as many of the response
JOINED = 3
FEWER, MORE = "fewer", "more"
_FEWER, _MORE = packaged_toml("plans", "words")["targets"]
_PARTS = {"tenth": 0.1, "fifth": 0.2, "quarter": 0.25, "third": 1 / 3, "half": 0.5, "halv": 0.5, "doubl": 1.0}
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per ?cent\b)")
_RANGE = re.compile(r"\d\s*(?:-|–|to)\s*\d+(?:\.\d+)?\s*(?:%|per ?cent\b)|\bbetween\b")
_DATES = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?[\s/.-]+(?:\d{1,2}|[a-z]{3,9})\.?[\s/.,-]+(?:\d{4}|\d{2})\b|\b(?:19|20)\d\d\b"
    r"|\b\d+ (?:months?|weeks?|years?|days?)\b"
)


@dataclass(frozen=True)
class Goal:
    """A target as a number, with its direction; "" and None where people's words do not say."""

    number: float | None = None
    direction: str = ""


def read_goal(text: str, baseline: float | None = None) -> Goal:
    """Read a target in the forms people type; a percentage becomes a number beside its baseline."""
    words = clean_text(text).casefold().replace("−", "-").replace(",", "")
    minus = bool(re.search(r"(?:^|\s)-\s*\d", words))
    many = re.sub(r"no more than|not more than", "at most", re.sub(r"up to", "at most", words))
    less = minus or bool(re.search(rf"\b(?:{_FEWER})\b", many))
    more = bool(re.search(rf"\b(?:{_MORE})\b|(?:^|\s)\+\s*\d", re.sub(r"at most", "", many)))
    if _RANGE.search(words) or (less and more):
        return Goal()
    direction = FEWER if less else MORE if more else ""
    share = [float(found) / 100 for found in _PERCENT.findall(words)]
    share += [part for word, part in _PARTS.items() if re.search(rf"\b{word}", words)]
    if len(share) == 1:
        sign = 1 if direction == MORE else -1
        number = None if baseline is None else round(max(0.0, baseline * (1 + sign * share[0])), 1)
        return Goal(number, direction or FEWER)
    words = _DATES.sub(" ", words)
    numbers = re.findall(r"\d+(?:\.\d+)?", words)
    if share or len(numbers) != 1:
        return Goal(None, direction)
    number = float(numbers[0])
    if re.search(r"\bby\s+\d", words) and direction:
        number = math.nan if baseline is None else baseline + (number if direction == MORE else -number)
    rises = baseline is not None and number > baseline
    return Goal(None if math.isnan(number) else max(0.0, number), direction or (MORE if rises else FEWER))


def goal_of(plan: Plan) -> Goal:
    """Target of a plan's first objective that has one, beside its own baseline."""
    for row in plan.people["objectives"]:
        if clean_text(row.get("target", "")).strip():
            numbers = re.findall(r"\d+", _DATES.sub(" ", row.get("baseline", "").replace(",", "")))
            own = float(numbers[0]) if len(numbers) == 1 else baseline_of(plan)[0]
            return read_goal(row["target"], own)
    return Goal()


def baseline_of(plan: Plan) -> tuple[float | None, list[str]]:
    """Baseline as it was first counted, with its months; None where it is still to be counted."""
    for held in (plan.frozen, plan.success):
        if held.get("baseline_months") and "baseline_incidents" in held:
            return float(held["baseline_incidents"]), list(held["baseline_months"])
    return None, []


def count_baseline(plan: Plan, months: pd.Series, held: list[pd.Period], *, day: str, threshold: int = 0) -> bool:
    """Count a plan's baseline once its months are in the data, and again beside it where they were revised.

    The months are those after the ones that chose the place, before the response starts. The first count
    stays. ``months`` are the counts of the place, ``held`` all months of the data. Whether anything is new.
    """
    known, named = baseline_of(plan)
    if known is None:
        wanted = _baseline_months(plan)
        if not wanted or not set(wanted) <= set(held):
            return False
        count = int(months.reindex(wanted, fill_value=0).sum())
        if 0 < count < threshold:
            return False
        plan.success |= {"counted": day, "baseline_months": [str(month) for month in wanted]}
        plan.success["baseline_incidents"] = count
        return True
    wanted = [pd.Period(month, freq="M") for month in named]
    if not set(wanted) <= set(held):
        return False
    again = int(months.reindex(wanted, fill_value=0).sum())
    if again == plan.success.get("recounted", known) or 0 < again < threshold:
        return False
    plan.success |= {"recounted": again, "recounted_on": day}
    return True


def _baseline_months(plan: Plan) -> list[pd.Period]:
    """Whole months between the last that chose the place and the start of the response, a year at most."""
    start, chosen = parse_date(plan.fields()["response.start"]), plan.frozen.get("selected_months", [])
    if start is None or not chosen:
        return []
    first, last = pd.Period(max(chosen), freq="M") + 1, pd.Period(start, freq="M") - 1
    return list(pd.period_range(max(first, last - 11), last, freq="M")) if first <= last else []


def say_baseline(plan: Plan) -> str:
    """Say the baseline with its months, as first counted, and as the records now have it."""
    known, named = baseline_of(plan)
    if known is None:
        return str(plan.frozen.get("baseline", ""))
    period = say_months([pd.Period(month, freq="M") for month in named])
    said = f"{say_count(int(known), 'record')} in {period}, which did not choose the place"
    if "recounted" in plan.success:
        said += f"; the records now hold {plan.success['recounted']:,} there"
    return said


def say_visible(here: float, compared: float | None, months: int, *, dispersion: float = 1.0) -> str:
    """Say what true fall could be seen at a place within half a year, alone and joined with others like it.

    ``here`` and ``compared`` are records in so many ``months``; ``dispersion`` is how much wider they vary.

    Examples
    --------
    >>> import textwrap
    >>> print(textwrap.fill(say_visible(100, 100, 6), 104))
    What could be seen at all: with some 100 records in six months, as in these data, a true fall of 47%
    would be called a fall four times in five, one of 32% half the time; joining three places like it, 28%
    and 19%. Of fewer records, as a place chosen for being high will hold, less is seen.
    """
    scale = HALF_YEAR / max(months, 1)
    told = []
    for places in (1, JOINED):
        before, beside = here * scale * places, compared * scale * places if compared else None
        falls = [detectable_fall(before, beside, dispersion=dispersion, power=power) for power in (0.8, 0.5)]
        told.append(falls)
    number = say_count(max(1, round(here * scale)), "record")
    (most, half), (joined, joined_half) = told
    start = f"What could be seen at all: with some {number} in six months, as in these data, "
    if here * scale < SMALL_BASE or math.isnan(half):
        alone = "not even a fall to nothing would be called a fall most times"
    elif math.isnan(most):
        alone = f"a true fall of {say_percentage(half)} would be called a fall half the time at best"
    else:
        alone = (
            f"a true fall of {say_percentage(most)} would be called a fall four times in five, one of "
            f"{say_percentage(half)} half the time"
        )
    both = f"; joining three places like it, {say_percentage(joined)} and {say_percentage(joined_half)}"
    return f"{start}{alone}{'' if math.isnan(joined) else both}. {_LATER}"

"""The words of an assessment: what could be seen, what was seen, and one verdict that claims no cause."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.common.change_words import _more, say_between, write_between
from hotspots.common.judgement_words import FEWER, LEVEL, MORE, NO_VERDICT, UNCLEAR, say_seen
from hotspots.common.plan_words import start_sentence
from hotspots.common.sentence_rules import may_say
from hotspots.common.windows import Window
from hotspots.common.wording import SMALL_BASE, say_count, say_number, say_percentage, say_signed
from hotspots.statistics.ratio_of_ratios import FEW_TIMES, exact_limits

if TYPE_CHECKING:
    from hotspots.assessment._findings import Finding

NOT_WHY = "these figures cannot say why"


def write_verdict(finding: "Finding", *, baseline: Window, after: Window, distrust: str = "") -> str:
    """One sentence on one measure that never claims a cause."""
    may_say("verdict", finding.judged.direction != "unknown", why="a count of nothing on one side")
    where = f"{finding.measure} in the target areas"
    windows = baseline, after
    told = f"{where} went {_went(finding.treated, *windows)}{say_between(baseline, after)}"
    held = f"; {_withheld(finding)}" if _is_held(finding) else ""
    sentence = f"{_outcome(finding)}: {told}, {_beside(finding, *windows)}{held}; {NOT_WHY}."
    sentence = sentence[0].upper() + sentence[1:]
    return f"Not to be trusted, because {distrust}; it would otherwise read: {sentence}" if distrust else sentence


def explain_finding(finding: "Finding", *, baseline: Window, after: Window) -> list[str]:
    """Sentences behind a verdict: what could be seen first, then the verdict, the ring, earlier times."""
    told = [_visible(finding), finding.verdict, _drift(finding), _difference(finding)]
    told.append(_ring(finding, baseline, after))
    if finding.harm is not None:
        told.append(_harm(finding))
    return [line for line in [*told, _spread(finding)] if line]


def _is_held(finding: "Finding") -> bool:
    return finding.judged.withheld and finding.judged.high < 1


def _withheld(finding: "Finding") -> str:
    return (
        f"no fall is called, because the comparison areas had {say_percentage(finding.likeness)} of the "
        "targets' records when these were chosen, the highest places come down by themselves, and there is "
        f"no drift estimate to say how far ({_say_times(len(finding.earlier.logs))}, {FEW_TIMES} are needed)"
    )


def _drift(finding: "Finding") -> str:
    if finding.drift is None:
        return ""
    moved = say_signed(100 * (np.exp(finding.drift.log) - 1), unit="%")
    return (
        f"Drift estimate: places of the same ranks went {moved} beside their comparison by themselves, at "
        f"{_say_times(finding.drift.freedom + 1)} without a known response. That is part of what was to be "
        "expected, and how much it varied is part of the interval."
    )


def _say_times(number: int) -> str:
    return say_count(number, "earlier time in the records", "earlier times in the records")


def _outcome(finding: "Finding") -> str:
    seen = finding.judged.direction
    if seen == "unknown":
        return start_sentence(NO_VERDICT)
    if seen == "none":
        return start_sentence(UNCLEAR)
    more = seen == "rise"
    outcome = start_sentence(MORE if more else FEWER)
    if finding.aim == "either":
        return f"{outcome}, which is neither called better nor worse here"
    return f"{outcome}, {'as was aimed for' if more == (finding.aim == 'more') else 'against the aim'}"


def _beside(finding: "Finding", baseline: Window, after: Window) -> str:
    judged = finding.judged
    control = f"while the comparison areas went {_went(finding.control, baseline, after)}"
    if judged.direction == "unknown":
        return f"{control}, and one of these counts is nothing"
    expected = judged.expected
    more = [_more(expected * (ratio - 1)) for ratio in (judged.ratio, judged.low, judged.high)]
    percent = [say_signed(100 * (ratio - 1), unit="%") for ratio in (judged.ratio, judged.low, judged.high)]
    big = min(finding.treated[0], finding.control[0], expected) >= SMALL_BASE
    as_percent = f", or {percent[0]} (interval {percent[1]} to {percent[2]})" if big else ""
    return (
        f"{control}, so {say_number(round(expected))} were to be expected: {more[0]} than that "
        f"({say_percentage(finding.level)} interval: {more[1]} to {more[2]}){as_percent}"
    )


def _visible(finding: "Finding") -> str:
    judged = finding.judged
    base = f"What could be seen at all of {finding.measure}: with {say_number(round(finding.treated[0]))} before"
    return f"{base} and these comparison areas, {say_seen(judged.likely, judged.detectable)}."


def _difference(finding: "Finding") -> str:
    wdd, seen = finding.wdd, finding.judged.direction
    told = (
        f"Weighted displacement difference, surrounding area included: {say_signed(wdd.estimate)} records "
        f"{_say_widened(finding, wdd)}."
    )
    holds = wdd.low <= 0 <= wdd.high
    if seen in ("fall", "rise") and holds:
        return f"{told} It holds 0: with the surrounding area counted in, {LEVEL} is left."
    if _is_held(finding):
        return f"{told} No fall is called, for the reason above."
    if seen == "none" and not holds:
        return (
            f"{told} It leaves out 0, but by the surrounding area: the verdict rests on the target areas, "
            f"where there is {LEVEL}."
        )
    return told


def _ring(finding: "Finding", baseline: Window, after: Window) -> str:
    seen = finding.ring_judged.direction
    near, far = (_went(pair, baseline, after) for pair in (finding.ring, finding.control_ring))
    counts = f"The surrounding area went {near}, that of the comparison areas {far}"
    words = {
        "unknown": "too few to compare",
        "rise": "it rose beyond the comparison, so some crime may have moved there",
        "fall": "it fell beyond the comparison, so it shows no sign of crime moving there",
        "none": "no clear sign that crime moved there, nor that it did not",
    }[seen]
    quotient = finding.quotient
    if not np.isfinite(quotient.quotient):
        return f"{counts}: {words}. Weighted displacement quotient {quotient.words}."
    meaning = quotient.words
    if finding.judged.direction != "fall":
        meaning = "of little meaning, because the target did not clearly fall"
    value = f"{quotient.quotient:.2f}".replace("-", "−")
    return f"{counts}: {words}. Weighted displacement quotient {value} ({meaning})."


def _say_widened(finding: "Finding", found: Any) -> str:
    low, high = say_signed(found.low), say_signed(found.high)
    return f"({say_percentage(finding.level)} interval {low} to {high}, widened)"


def _harm(finding: "Finding") -> str:
    harm = finding.harm
    assert harm is not None
    return (
        f"Harm: {say_signed(harm.estimate)} days beside the comparison, surrounding area included "
        f"{_say_widened(finding, harm)}."
    )


def _spread(finding: "Finding") -> str:
    spread, earlier = finding.spread, finding.earlier
    source = (
        f"estimated from {spread.areas} areas without a response"
        if spread.estimated
        else f"the usual value, because only {spread.areas} areas without a response were at hand"
    )
    wide = f"Counts of places like these vary {finding.dispersion:.1f} times as much as chance alone ({source})"
    times = len(earlier.logs)
    if not times:
        return f"{wide}. The records hold no earlier time to try the test on."
    low, high = exact_limits(earlier.falls, times)
    p = (1 + (earlier.logs <= np.log(finding.judged.ratio)).sum()) / (times + 1)
    return (
        f"{wide}. Tried on places of the same ranks at {_say_times(times)}, where nothing was known to be "
        f"done, the test called a fall {say_count(earlier.falls, 'time', 'times')} "
        f"({say_percentage(earlier.falls / times)}, 95% interval {say_percentage(low)} to "
        f"{say_percentage(high)}; it should be about {say_percentage((1 - finding.level) / 2)}). Beside "
        f"them p is {p:.2f}; with so few it cannot be below {1 / (times + 1):.2f}."
    )


def _went(counts: Sequence[float], baseline: Window, after: Window) -> str:
    return write_between(counts[0], counts[1], baseline, after)

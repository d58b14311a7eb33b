"""The words of an assessment: what could be seen, what was seen, and one verdict that claims no cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.judgement_words import FEWER, LEVEL, MORE, NO_VERDICT, SAME, UNCLEAR, say_seen
from hotspots.plan_words import start_sentence
from hotspots.windows import Window
from hotspots.wording import SMALL_BASE, say_number, say_percentage, say_signed

if TYPE_CHECKING:
    from hotspots.findings import Finding

_ALIKE = 0.015  # a leap year's first quarter counts as long as another's; February and March do not
NOT_WHY = "these figures cannot say why"


def write_change(before: float, after: float, *, compared: bool = True) -> str:
    """Write two counts as a change: the counts always, a percentage only on a base of 20 or more.

    Parameters
    ----------
    before, after : float
        Counts.
    compared : bool
        Whether a comparator's counts stand beside it; without them no percentage is written.

    Returns
    -------
    str

    Examples
    --------
    >>> write_change(100, 80)
    'from 100 to 80 (down 20%)'
    >>> write_change(10, 8)
    'from 10 to 8'
    >>> write_change(100, 80, compared=False)
    'from 100 to 80 (20 fewer)'
    """
    counts = _say_pair(before, after)
    if not compared:
        return counts + (f" ({_more(after - before)})" if after != before else "")
    if before < SMALL_BASE:
        return counts
    return f"{counts} ({_as_percent(after / before)})"


def write_between(
    before: float, after: float, first: Window, second: Window, *, compared: bool = True
) -> str:
    """Write two counts as a change between two windows; by the day where these differ in length.

    Examples
    --------
    >>> from hotspots.windows import read_window
    >>> write_between(310, 280, read_window("2018-01"), read_window("2018-02"))
    'from 310 to 280 (windows of different length: 10.00 to 10.00 a day, no change)'
    """
    if as_long(first, second):
        return write_change(before, after, compared=compared)
    rates = [count / window.days for count, window in ((before, first), (after, second))]
    told = f"{rates[0]:.2f} to {rates[1]:.2f} a day"
    if compared and before >= SMALL_BASE:
        told += f", {_as_percent(rates[1] / rates[0])}"
    return f"{_say_pair(before, after)} (windows of different length: {told})"


def say_between(first: object, second: object) -> str:
    """Name two windows in a sentence: two that span months each would read "between X to Y and Z to W".

    Examples
    --------
    >>> say_between("July 2017", "July 2018")
    ' between July 2017 and July 2018'
    >>> say_between("July 2016 to June 2017", "July 2017 to June 2018")
    ', July 2016 to June 2017 beside July 2017 to June 2018'
    """
    if " to " in f"{first} {second}":
        return f", {first} beside {second}"
    return f" between {first} and {second}"


def as_long(first: Window, second: Window) -> bool:
    """Whether two windows are as good as equally long, so that their counts compare as they stand."""
    return abs(first.days - second.days) <= _ALIKE * max(first.days, second.days)


def _say_pair(before: float, after: float) -> str:
    return f"from {say_number(round(before))} to {say_number(round(after))}"


def _as_percent(ratio: float) -> str:
    moved = round(ratio - 1, 9)
    return f"{'up' if moved > 0 else 'down'} {say_percentage(abs(moved))}" if moved else SAME


def write_verdict(finding: Finding, *, baseline: Window, after: Window, distrust: str = "") -> str:
    """One sentence on one measure that never claims a cause.

    Parameters
    ----------
    finding : Finding
    baseline, after : Window
        What was compared.
    distrust : str
        Why the result is not to be trusted; it then opens the sentence.

    Returns
    -------
    str
    """
    where = f"{finding.measure} in the target areas"
    windows = baseline, after
    told = f"{where} went {_went(finding.treated, *windows)}{say_between(baseline, after)}"
    sentence = f"{_outcome(finding)}: {told}, {_beside(finding, *windows)}; {NOT_WHY}."
    sentence = sentence[0].upper() + sentence[1:]
    return (
        f"Not to be trusted, because {distrust}; it would otherwise read: {sentence}"
        if distrust
        else sentence
    )


def explain_finding(finding: Finding, *, baseline: Window, after: Window) -> list[str]:
    """Sentences behind a verdict: what could be seen first, then the verdict, the ring, the placebos.

    Parameters
    ----------
    finding : Finding
        With its verdict.
    baseline, after : Window
        What was compared.

    Returns
    -------
    list of str
    """
    told = [_visible(finding), finding.verdict, _difference(finding), _ring(finding, baseline, after)]
    if finding.harm is not None:
        told.append(_harm(finding))
    return [line for line in [*told, _spread(finding)] if line]


def _outcome(finding: Finding) -> str:
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


def _beside(finding: Finding, baseline: Window, after: Window) -> str:
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


def _visible(finding: Finding) -> str:
    judged = finding.judged
    base = (
        f"What could be seen at all of {finding.measure}: with {say_number(round(finding.treated[0]))} before"
    )
    return f"{base} and these comparison areas, {say_seen(judged.likely, judged.detectable)}."


def _difference(finding: Finding) -> str:
    wdd, seen = finding.wdd, finding.judged.direction
    told = (
        f"Weighted displacement difference, surrounding area included: {say_signed(wdd.estimate)} records "
        f"{_say_widened(finding, wdd)}."
    )
    holds = wdd.low <= 0 <= wdd.high
    if seen in ("fall", "rise") and holds:
        return f"{told} It holds 0: with the surrounding area counted in, {LEVEL} is left."
    if seen == "none" and not holds:
        return (
            f"{told} It leaves out 0, but by the surrounding area: the verdict rests on the target areas, "
            f"where there is {LEVEL}."
        )
    return told


def _ring(finding: Finding, baseline: Window, after: Window) -> str:
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


def _say_widened(finding: Finding, found: Any) -> str:
    low, high = say_signed(found.low), say_signed(found.high)
    return f"({say_percentage(finding.level)} interval {low} to {high}, widened)"


def _harm(finding: Finding) -> str:
    harm = finding.harm
    assert harm is not None
    return (
        f"Harm: {say_signed(harm.estimate)} days beside the comparison, surrounding area included "
        f"{_say_widened(finding, harm)}."
    )


def _spread(finding: Finding) -> str:
    spread, placebo = finding.spread, finding.placebo
    source = (
        f"estimated from {spread.areas} areas without a response"
        if spread.estimated
        else f"the usual value, because only {spread.areas} areas without a response were at hand"
    )
    wide = (
        f"Counts of places like these vary {finding.dispersion:.1f} times as much as chance alone ({source})"
    )
    if not placebo.draws:
        return f"{wide}. Too few such areas to try the test on."
    return (
        f"{wide}. Tried on {placebo.draws:,} random splits of areas where nothing was done, the plain test "
        f"called a success in {say_percentage(placebo.plain)} of them, this one in "
        f"{say_percentage(placebo.widened)} (it should be about {say_percentage((1 - finding.level) / 2)})."
    )


def _went(counts: Sequence[float], baseline: Window, after: Window) -> str:
    return write_between(counts[0], counts[1], baseline, after)


def _more(value: float) -> str:
    return f"{say_number(round(abs(value)))} {'more' if value >= 0 else 'fewer'}"

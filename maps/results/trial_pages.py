"""A trial in words: a page before its first day, for those who must agree, and one when it is over."""

import tomllib
from importlib.resources import files

import numpy as np

from hotspots.common.wording import say_count, say_date, say_number, say_percentage
from hotspots.trials.assess import TrialResult
from hotspots.trials.design import Floats
from hotspots.trials.power import smallest_fall, trial_power
from hotspots.trials.record import Trial
from maps.common.escape import clean
from maps.disclosure.gate import Profile
from maps.documents.blocks import Block, Bullets, Document, Grid, Heading, Text

_FALLS = (0.2, 0.3, 0.4, 0.5)
_WORDS = tomllib.loads((files("maps.results") / "trial_words.toml").read_text(encoding="utf-8"))


def lay_out_proposal(trial: Trial, rates: Floats, who: Profile, *, title: str) -> Document:
    """Write what will be tried, why, and what could be seen: for a councillor and an ethics panel."""
    expected = float(rates.sum() * trial.draw.days)
    blocks: list[Block] = [
        Heading("What will be tried"),
        Text(_say_plan(trial)),
        Text(_say_places(trial)),
        Heading("Why chance decides"),
        Text(_WORDS["why"]),
        Bullets(tuple(_WORDS["fair"])),
        Heading("What could be seen at all"),
        Text(_say_seen_at_all(trial, rates, expected)),
        *_power_table(trial, rates),
        Heading("How it will be judged"),
        Text(_say_rules(trial)),
        Heading("When not to try it"),
        Bullets(tuple(_WORDS["when_not"])),
        Text(who.audience, note=True),
    ]
    return Document(title, "Trial of patrols", who.marking, str(trial.start.date()), tuple(blocks), "trial, patrols")


def lay_out_result(trial: Trial, result: TrialResult, who: Profile, *, title: str) -> Document:
    """Write what was tried, what was seen, how sure that is, and what it cannot say."""
    lines = dict(result.lines)
    if 0 < min(result.verdict.on, result.verdict.off) < who.threshold:
        lines["seen"] = f"Fewer than {who.threshold} records on one kind of day: the counts are not shown."
        lines["sure"] = "Too few records to tell whether patrols made a difference."
        lines.pop("clean", None), lines.pop("tail", None)
    blocks: list[Block] = [Text(lines["changed"])] if "changed" in lines else []
    for heading, keys in (
        ("What was tried", ("tried", "delivered")),
        ("What was seen", ("seen",)),
        ("How sure that is", ("sure", "clean", "tail")),
        ("What it cannot say", ("not known",)),
    ):
        blocks.append(Heading(heading))
        blocks += [Text(lines[key]) for key in keys if key in lines]
        blocks += [Text(_say_places(trial))] if "tried" in keys else []
    blocks.append(Text(who.audience, note=True))
    return Document(
        title, "Result of a trial", who.marking, str(trial.dates[-1].date()), tuple(blocks), "trial, patrols"
    )


def _say_plan(trial: Trial) -> str:
    draw = trial.draw
    rule = (
        f"on each day {say_count(draw.per_day, 'place')} of {draw.places}"
        if draw.per_day is not None
        else f"on {say_count(draw.per_week or 0, 'day')} of each week each of {draw.places} places"
    )
    return (
        f"From {say_date(trial.start)} to {say_date(trial.dates[-1])} ({draw.days} days), {rule} will have "
        f"extra patrols: {int(trial.on.sum()):,} of {trial.on.size:,} place-days (one place on one day). days.csv says "
        f"which. They were drawn with the recorded seed {draw.seed}, so that anybody can draw them again."
    )


def _say_places(trial: Trial) -> str:
    return f"The places: {'; '.join(map(clean, trial.places['name']))}."


def _say_rules(trial: Trial) -> str:
    how, measure = trial.analysis, trial.measure
    what = " and ".join(measure.categories) or "All records"
    detected = "" if measure.detected else ", but not what police activity itself detects, for patrols find more of it"
    side = "fewer records" if how.side == "fewer" else "a difference either way"
    washout = (
        " As a second reading, patrolled days are set beside days with no visit in the "
        f"{'day' if how.washout == 1 else say_count(how.washout, 'day')} before."
        if how.washout
        else ""
    )
    return (
        f"{what} at the places count{detected}. Days count as they were drawn, whatever was delivered. "
        f"Success is {side} on patrolled days than all but {say_percentage(how.level)} of {how.redraws:,} "
        f"redrawn trials would show.{washout} All of this is fixed in trial.toml; whatever is changed "
        "there later is named in the result."
    )


def _say_seen_at_all(trial: Trial, rates: Floats, expected: float) -> str:
    one = trial.analysis.side == "fewer"
    dispersion = trial.analysis.dispersion
    known = {"dispersion": dispersion, "level": trial.analysis.level}
    often = smallest_fall(trial.draw, rates, power=0.8, one_sided=one, **known)
    half = smallest_fall(trial.draw, rates, power=0.5, one_sided=one, **known)
    basis = f"Going by the records so far, about {say_number(round(expected))} are to be expected at these places"
    if np.isnan(often):
        return f"{basis}: too few to show any fall four times in five. Take more places, kinds or weeks."
    return (
        f"{basis}. This trial would show a true fall of {say_percentage(often)} four times in five, and "
        f"one of {say_percentage(half)} half the time. A smaller one would mostly go unseen."
    )


def _power_table(trial: Trial, rates: Floats) -> list[Block]:
    rows = []
    how, level = (1.0, trial.analysis.dispersion), trial.analysis.level
    for fall in _FALLS:
        powers = [trial_power(trial.draw, rates, fall=fall, dispersion=far, level=level) for far in how]
        shares = [share for power in powers for share in power]
        rows.append((say_percentage(fall), *map(say_percentage, shares)))
    spread = f"{trial.analysis.dispersion:g}"
    header = ("True fall", "Fall only", "Either way", f"Fall only, {spread}", f"Either way, {spread}")
    caption = (
        "Trials in a hundred that would show it, tested for a fall only or either way; then the same "
        f"where records scatter {spread} times as far as chance alone"
    )
    return [Grid(caption, header, tuple(rows), (0.2, 0.2, 0.2, 0.2, 0.2), numbers=(1, 2, 3, 4))]

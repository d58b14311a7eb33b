"""What a trial showed: records counted by place and day, judged as it was drawn, and said in words."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError, require_columns
from hotspots.common.judgement_words import SAME
from hotspots.common.places import Ints, incidents_per_row
from hotspots.common.when import london_clock, precision_of
from hotspots.common.wording import say_count, say_date, say_number, say_percentage
from hotspots.finding.assign import assign_hotspots
from hotspots.reading.crosswalks import flag_proactive
from hotspots.trials.design import Floats, count_days
from hotspots.trials.judge import CleanVerdict, Tail, Verdict, find_tail, judge_clean, judge_days
from hotspots.trials.record import Trial, say_changes

FEWEST = 20  # records in all, below which nothing is called
_UNKNOWN = (
    "These days cannot say whether crime moved elsewhere, whether patrols would do the same at other places "
    "or in another season, or what a single visit does. Where a visit's effect lasts into the days without "
    "one, the true difference is larger than the one seen."
)


class TrialResult(NamedTuple):
    """What a trial showed."""

    counts: Floats  # records of each place and day that were judged
    days: int  # fewer than drawn is an early look, or records that end before the trial
    verdict: Verdict  # as it was drawn
    clean: CleanVerdict | None  # beside days off after others off; None where not asked for, or too few
    tail: Tail | None  # how long a visit's effect seems to last; only where a change was seen
    lines: dict[str, str]  # sentences: "tried", "seen", "sure", "delivered", "not known" ...


def assess_trial(incidents: gpd.GeoDataFrame, trial: Trial, *, delivered: pd.DataFrame | None = None) -> TrialResult:
    """Judge a trial by the records of its days.

    Parameters
    ----------
    incidents : GeoDataFrame
        Records in EPSG:27700 with ``when`` to the day or the minute, ``category`` and ``source``, of all the
        trial's days.
    trial : Trial
        As drawn (`read_trial`).
    delivered : DataFrame, optional
        Visits with ``date`` and ``ref`` (`record_visits`): how many of the days on were kept is said. They do
        not change the judgement: days count as they were drawn.
    """
    counts = count_trial(incidents, trial)
    days = counts.shape[1]
    on, how = trial.on[:, :days], trial.analysis
    verdict = judge_days(counts, on, trial.draw, redraws=how.redraws, level=how.level, seed=how.seed)
    clean, unclean = None, ""
    if how.washout:
        try:
            clean = judge_clean(counts, on, trial.draw, washout=how.washout, redraws=how.redraws, seed=how.seed)
        except InputError as error:
            unclean = str(error)
    tail = find_tail(counts, on) if _called(verdict, trial) else None
    lines = {
        "changed": say_changes(trial),
        "tried": _say_tried(trial, days),
        "seen": _say_seen(verdict),
        "sure": _say_sure(verdict, trial),
        "delivered": _say_delivered(trial, days, delivered),
        "clean": _say_clean(clean, unclean, how.washout),
        "tail": _say_tail(tail),
        "not known": _UNKNOWN,
    }
    return TrialResult(counts, days, verdict, clean, tail, {key: text for key, text in lines.items() if text})


def count_trial(incidents: gpd.GeoDataFrame, trial: Trial) -> Floats:
    """Count the records that the trial counts, by place and day, up to the last day that has any record."""
    require_columns(incidents, ["when", "category"], what="incidents")
    moments = london_clock(incidents["when"])
    day = count_days(moments, trial.start, day_starts=trial.measure.day_starts)
    inside = ((day >= 0) & (day < trial.draw.days)).fillna(False).to_numpy(dtype=bool)
    if not inside.any():
        first, last = moments.min(), moments.max()
        raise InputError(
            "No record lies in the days of the trial",
            given=f"records from {say_date(first)} to {say_date(last)}; "
            f"the trial runs from {say_date(trial.start)} to {say_date(trial.dates[-1])}",
            advice="records of those days",
        )
    monthly = precision_of(incidents)[inside] == "month"
    if monthly.any():
        raise InputError(
            "A trial is judged by days, and these records have months only",
            given=say_count(int(monthly.sum()), "record without a day", "records without a day"),
            advice="records with their dates, as a force or council holds them",
        )
    whole = (moments > trial.dates[-1] + pd.Timedelta(days=1)).any()
    days = trial.draw.days if whole else int(day[inside].max()) + 1
    rows, place = at_places(incidents[inside], trial)
    counts = np.zeros((len(trial.places), days))
    at = day[inside].to_numpy(dtype=int)[rows]
    np.add.at(counts, (place, at), incidents_per_row(incidents[inside])[rows])
    return counts


def at_places(incidents: gpd.GeoDataFrame, trial: Trial) -> tuple[Ints, Ints]:
    """Find the rows of what the trial counts that lie at its places, and the number of the place of each."""
    counted = np.flatnonzero(_counted(incidents, trial))
    spots = trial.places.set_axis(pd.RangeIndex(1, len(trial.places) + 1), axis=0)
    place = assign_hotspots(incidents.iloc[counted], spots)
    held = place.notna().to_numpy()
    return counted[held], place[held].to_numpy(dtype=int) - 1


def _counted(incidents: gpd.GeoDataFrame, trial: Trial) -> npt.NDArray[np.bool_]:
    counted = np.ones(len(incidents), dtype=bool)
    if trial.measure.categories:
        wanted = {name.casefold() for name in trial.measure.categories}
        counted &= incidents["category"].astype("str").str.casefold().isin(wanted).to_numpy()
    if not trial.measure.detected:
        counted &= ~flag_proactive(incidents).to_numpy(dtype=bool)
    return counted


def _called(verdict: Verdict, trial: Trial) -> bool:
    p = verdict.p_fewer if trial.analysis.side == "fewer" else verdict.p_either
    return verdict.on + verdict.off >= FEWEST and p <= trial.analysis.level


def _say_tried(trial: Trial, days: int) -> str:
    rule = (
        f"{say_count(trial.draw.per_day, 'place')} of {trial.draw.places} on each day"
        if trial.draw.per_day is not None
        else f"{say_count(trial.draw.per_week or 0, 'day')} a week at each of {trial.draw.places} places"
    )
    what = " and ".join(trial.measure.categories) or "all records of these places"
    left = "" if trial.measure.detected else ", but for kinds that police work itself finds, such as drugs and weapons"
    early = (
        f" Only {days} of the {trial.draw.days} days can be judged: an early look, not the reading agreed."
        if days < trial.draw.days
        else ""
    )
    return (
        f"From {say_date(trial.start)} to {say_date(trial.dates[-1])} patrols were drawn by lot, on record: "
        f"{rule}. One place on one day is a place-day. What was counted: {what}{left}.{early}"
    )


def _say_seen(verdict: Verdict) -> str:
    per_on = 100 * verdict.on / max(verdict.days_on, 1)
    per_off = 100 * verdict.off / max(verdict.days_off, 1)
    return (
        f"{say_count(verdict.on, 'record')} on {say_number(verdict.days_on)} place-days drawn for patrol "
        f"({per_on:.1f} for every hundred), {say_count(verdict.off, 'record')} on "
        f"{say_number(verdict.days_off)} others ({per_off:.1f} for every hundred)."
    )


def _say_sure(verdict: Verdict, trial: Trial) -> str:
    if verdict.on + verdict.off < FEWEST or not np.isfinite(verdict.ratio):
        return "Too few records to tell whether patrols made a difference."
    p = verdict.p_fewer if trial.analysis.side == "fewer" else verdict.p_either
    span = f"anything from {_say_change(verdict.low)} to {_say_change(verdict.high)} would fit these days"
    size = f"Each place set beside itself, that is {_say_change(verdict.ratio)} on days drawn for patrol; {span}."
    chance = f"Had patrols changed nothing, chance alone would show as much in {_say_chance(p)} such trials."
    if _called(verdict, trial):
        word = "fewer" if verdict.ratio < 1 else "more"
        return f"There were {word} records on days drawn for patrol than chance alone would often give. {size} {chance}"
    if trial.analysis.side == "fewer" and verdict.low > 1:
        return f"More records on days drawn for patrol, not fewer: patrols may make people report. {size}"
    return f"No clear difference. {size} {chance} That is not proof that patrols do nothing."


def _say_change(ratio: float) -> str:
    if np.isinf(ratio):
        return "any number more"
    change = abs(ratio - 1)
    if round(100 * change) == 0:
        return SAME
    return f"{say_percentage(change)} {'fewer' if ratio < 1 else 'more'}"


def _say_chance(p: float) -> str:
    if p < 0.001:
        return "fewer than 1 in 1,000"
    return f"{max(1, round(1000 * p)):,} in 1,000" if p < 0.1 else f"{round(100 * p)} in 100"


def _say_delivered(trial: Trial, days: int, delivered: pd.DataFrame | None) -> str:
    if delivered is None:
        return "Whether officers kept to the draw is not known: no log of visits was read."
    when = pd.to_datetime(delivered["date"]).dt.normalize()
    if "planned_start" in delivered.columns:  # a visit nobody planned belongs to the day of the trial it fell in
        day = count_days(london_clock(delivered["arrived"]), trial.start, day_starts=trial.measure.day_starts)
        own = trial.start + pd.to_timedelta(day.astype("int64"), unit="D")
        when = when.where(delivered["planned_start"].notna(), own)
    came = pd.MultiIndex.from_arrays([when, delivered["ref"].astype(str)])
    drawn = pd.MultiIndex.from_product([trial.dates[:days], trial.places["ref"]])
    kept = drawn.isin(came).reshape(days, -1).T
    on = trial.on[:, :days]
    unused, inside = int(delivered.attrs.get("not_used", 0)), when[when.isin(trial.dates[:days])]
    came_on, came_off = int((kept & on).sum()), int((kept & ~on).sum())
    said = [
        f"Officers came on {came_on:,} of {int(on.sum()):,} drawn place-days, and on {came_off:,} of "
        f"{int((~on).sum()):,} that were to have none: {say_percentage(came_on / on.sum())} and "
        f"{say_percentage(came_off / (~on).sum())}. Days count as they were drawn, whatever was delivered."
    ]
    if (kept != on).mean() > 0.05:
        said.append("Visits missed and visits on other days both make a difference look smaller than it is.")
    if unused:
        said.append(f"{say_count(unused, 'row')} of the log could not be used, and may hold more visits.")
    week, first, last = pd.Timedelta(days=7), inside.min(), inside.max()
    if len(inside) and (first - trial.start >= week or trial.dates[days - 1] - last >= week):
        said.append(
            f"The log has visits from {say_date(first)} to {say_date(last)} alone: of other days nothing is known."
        )
    return " ".join(said)


def _say_clean(clean: CleanVerdict | None, unclean: str, washout: int) -> str:
    if unclean:
        return f"Not read beside days without a visit shortly before: {unclean}"
    if clean is None:
        return ""
    return (
        f"A second reading, beside {say_count(clean.clean_days, 'place-day')} with no visit in the "
        f"{'day' if washout == 1 else say_count(washout, 'day')} before: {_say_change(clean.ratio)} on days drawn for "
        f"patrol ({_say_chance(clean.p_fewer)} by chance). The first reading is the one to quote: it was agreed."
    )


def _say_tail(tail: Tail | None) -> str:
    if tail is None:
        return ""
    if tail.least == 0 and tail.most > 3:
        return "How long a visit's effect lasts cannot be told from these days."
    also = "" if tail.least == tail.most else f" ({tail.least} to {tail.most} days fit nearly as well)"
    if tail.days == 0:
        return f"No effect of a visit is seen on the days after it{also}."
    return f"The effect of a visit seems to last until {say_count(tail.days, 'day')} after it{also}."

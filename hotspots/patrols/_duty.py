"""What a patrol must keep to: minutes of a visit, the gap between visits, breaks and slack."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspots.checks import Problems
from hotspots.patrols._shifts import Shift
from hotspots.patrols.options import Times


class Duty(NamedTuple):
    """Minutes: a visit, the most from leaving to the next arrival, the longest break, slack kept free."""

    visit: float = 15.0
    gap: float = 120.0
    rest: float = 0.0
    slack: float = 0.0

    @property
    def round(self) -> float:
        """Most minutes of one round: from arriving at a hotspot to arriving there again."""
        return self.visit + self.gap

    @property
    def limit(self) -> float:
        """Minutes of a round left for visits and travel, a break and the slack taken off."""
        return self.round - self.rest - self.slack


def duty_of(times: Times, breaks: int = 1) -> Duty:
    """Take the minutes that a patrol keeps to from the options; without breaks no rest is kept free."""
    rest = times.break_minutes if breaks else 0.0
    return Duty(times.visit_minutes, times.max_gap_minutes, rest, times.slack_minutes)


def check_duty(duty: Duty, pattern: Mapping[int, Shift]) -> None:
    """Raise `InputError` naming all that cannot be: a shift shorter than a visit, a gap no round keeps."""
    problems = Problems("The patrol cannot be planned")
    for name, value, least in (
        ("visit_minutes", duty.visit, 1e-9),
        ("max_gap_minutes", duty.gap, 1e-9),
        ("break_minutes", duty.rest, 0),
        ("slack_minutes", duty.slack, 0),
    ):
        if not (np.isfinite(value) and value >= least):
            problems.add(
                f"{name} must be {'above 0' if least else '0 or more'}",
                given=f"{value}",
                advice="15 for a visit, 120 for a gap, in minutes",
            )
    problems.raise_any()
    if not pattern:
        problems.add("no day is worked", advice="weekdays=['Friday', 'Saturday']")
    for hours in sorted(set(pattern.values())):
        if hours.minutes < duty.visit + duty.rest:
            problems.add(
                f"the shift {hours} is shorter than {'a visit and the break' if duty.rest else 'a visit'}",
                given=f"{hours.minutes} minutes for {duty.visit + duty.rest:g}",
                advice="a longer shift, or a shorter visit or break",
            )
    if duty.limit < duty.visit:
        problems.add(
            "no gap can be kept: the break and the slack leave no time for one visit in a round",
            given=f"a gap of {duty.gap:g} minutes, a break of {duty.rest:g}, a slack of {duty.slack:g}",
            advice="a longer gap, or two shorter breaks",
        )
    problems.raise_any()


def count_any_order(duty: Duty, travel: float) -> int:
    """Count the stops a vehicle can hold when every round may come in any order after any other.

    The worst case visits a stop first in one round and last in the next: 2 (n - 1) visits lie between.
    """
    n = 1
    while 2 * n * duty.visit + (2 * n + 1) * travel + duty.rest <= duty.gap:
        n += 1
    return n


def list_gaps(visits: pd.DataFrame, *, arrived: str = "arrived", left: str = "left") -> pd.Series:
    """Minutes from leaving each stop to the next arrival there on the same day, on the later visit's row."""
    ordered = visits.sort_values(arrived, kind="stable")
    stop = [ordered[name] for name in ("date", "ref" if "ref" in ordered else "rank", "part")]
    last = ordered[left].groupby(stop).cummax().groupby(stop).shift()
    # two crews at once leave no gap
    return (ordered[arrived] - last).dt.total_seconds().div(60).dropna().clip(lower=0)

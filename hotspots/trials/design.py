"""The draw of a trial: which places are patrolled on which days, by a recorded rule and seed."""

from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
FEWEST_PLACES, FEWEST_DAYS = 2, 14


@dataclass(frozen=True)
class Draw:
    """The recorded procedure: a place is on for so many days of each week, or so many places on each day.

    A last week that is cut short has its share of ``per_week``, rounded. The same seed draws the same days.
    """

    places: int
    days: int
    per_day: int | None = None
    per_week: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        most = self.places if self.per_week is None else 7
        given = [n for n in (self.per_day, self.per_week) if n is not None]
        if len(given) != 1 or not 0 < given[0] < most:
            raise InputError(
                "A trial needs days on and days off at its places",
                given=f"per_day = {self.per_day}, per_week = {self.per_week}, {self.places} places",
                advice="per_day: fewer than there are places; or per_week: 1 to 6 days",
            )
        if self.places < FEWEST_PLACES or self.days < FEWEST_DAYS:
            raise InputError(
                "A trial needs two places and two weeks at least",
                given=f"{self.places} places, {self.days} days",
                advice="twelve weeks or more: see what could be seen in fewer",
            )

    def table(self) -> Bools:
        """Whether each place (row) is on, on each day (column): the trial's own draw."""
        return np.asarray(self.again(1, seed=self.seed)[0], dtype=bool)

    def again(self, draws: int, *, seed: int) -> Bools:
        """Draw the whole procedure anew: shape (draws, places, days)."""
        rng = np.random.default_rng([seed, draws > 1])
        if self.per_day is not None:
            order = rng.random((draws, self.days, self.places), dtype=np.float32)
            cut = np.partition(order, self.per_day - 1, axis=2)[:, :, self.per_day - 1, None]
            return np.ascontiguousarray((order <= cut).transpose(0, 2, 1))
        parts = []
        for days, on in self._weeks():
            order = rng.random((draws, self.places, days), dtype=np.float32)
            parts.append(order.argsort(axis=2).argsort(axis=2) < on)
        return np.concatenate(parts, axis=2)

    def _weeks(self) -> list[tuple[int, int]]:
        """Days of each week, and how many of them are on."""
        weeks = [min(7, self.days - first) for first in range(0, self.days, 7)]
        return [(days, round((self.per_week or 0) * days / 7)) for days in weeks]

    def chance_on(self) -> Floats:
        """Chance of each day to be on, the same for every place."""
        if self.per_day is not None:
            return np.full(self.days, self.per_day / self.places)
        return np.concatenate([np.full(days, on / days) for days, on in self._weeks()])

    def chance_clean(self, washout: int) -> Floats:
        """Chance of each day to be off with no day on among the ``washout`` days before it, exactly.

        Before the first day nothing was on: what was usual until then is what the trial is compared with.
        """
        if self.per_day is not None:
            free = 1 - self.per_day / self.places
            return free ** (np.minimum(np.arange(self.days), washout) + 1.0)
        weeks = self._weeks()
        chance = np.ones(self.days)
        for day in range(self.days):
            run = np.arange(max(0, day - washout), day + 1) // 7
            for week, length in zip(*np.unique(run, return_counts=True), strict=True):
                days, on = weeks[week]
                chance[day] *= comb(days - int(length), on) / comb(days, on)
        return chance


def days_since(on: Bools) -> npt.NDArray[np.int64]:
    """Count the days since the last day on, of each place and day: 0 on such a day, -1 before the first."""
    day = np.arange(on.shape[-1])
    last = np.maximum.accumulate(np.where(on, day, -1), axis=-1)
    return np.where(last < 0, -1, day - last)


def count_days(moments: pd.Series, start: pd.Timestamp, *, day_starts: float = 0) -> pd.Series:
    """Give each moment the number of its day of the trial; a day may begin at another hour than midnight."""
    return ((moments - start - pd.Timedelta(hours=day_starts)) // pd.Timedelta(days=1)).astype("Int64")

"""What a trial could show at all, before it starts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.common.places import Floats
from hotspots.trials.design import Draw
from hotspots.trials.judge import _studentise

TRIALS = 2000


class Power(NamedTuple):
    """Share of trials that would call a true fall one, tested for a fall alone or for either way."""

    one_sided: float
    two_sided: float


def trial_power(
    draw: Draw,
    rates: npt.ArrayLike,
    *,
    fall: float,
    dispersion: float = 1.0,
    level: float = 0.05,
    trials: int = TRIALS,
    seed: int = 1,
) -> Power:
    """Simulate how often a trial would show a true fall.

    Parameters
    ----------
    draw : Draw
        The procedure.
    rates : float or array, shape (places,)
        Records to be expected a day at each place when it is off.
    fall, dispersion, level : float
        The true fall on days on (0.4 for 40%), variance over mean of the records, level of the test.
    trials, seed : int
        Simulated trials, with and without the fall, and their seed.

    Examples
    --------
    >>> southend = Draw(places=20, days=90, per_day=8)
    >>> trial_power(southend, 0.08, fall=0.4).one_sided > 0.75
    True
    """
    still = _scores(draw, rates, 0.0, dispersion, trials, seed)
    moved = _scores(draw, rates, fall, dispersion, trials, seed + 1)
    down, either = np.quantile(still, [level, level / 2])
    return Power(float(np.mean(moved <= down)), float(np.mean(moved <= either)))


def smallest_fall(
    draw: Draw, rates: npt.ArrayLike, *, power: float = 0.8, one_sided: bool = True, **how: float
) -> float:
    """Find the smallest true fall, in steps of one per cent, that so many trials would show; NaN if none."""
    low, high = 1, 99
    if _power_of(draw, rates, high, one_sided, how) < power:
        return float("nan")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _power_of(draw, rates, middle, one_sided, how) >= power else (middle + 1, high)
    return low / 100


def _power_of(draw: Draw, rates: npt.ArrayLike, fall: int, one_sided: bool, how: dict[str, float]) -> float:
    found = trial_power(draw, rates, fall=fall / 100, **how)  # type: ignore[arg-type]
    return found.one_sided if one_sided else found.two_sided


def simulate_counts(rng: np.random.Generator, mean: Floats, *, dispersion: float = 1.0) -> npt.NDArray[np.int64]:
    """Draw records of each place and day: Poisson, or with a variance so many times the mean."""
    if dispersion <= 1:
        return rng.poisson(mean)
    return rng.negative_binomial(np.maximum(mean, 1e-12) / (dispersion - 1), 1 / dispersion)


def _scores(draw: Draw, rates: npt.ArrayLike, fall: float, dispersion: float, trials: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    rate = np.broadcast_to(np.asarray(rates, dtype=float), (draw.places,))
    found = np.empty(trials)
    for first in range(0, trials, 200):
        on = draw.again(min(200, trials - first) + 1, seed=seed + first)[1:]
        mean = rate[None, :, None] * np.where(on, 1 - fall, 1.0)
        counts = simulate_counts(rng, mean, dispersion=dispersion)
        seen = (counts * on).sum(axis=2).astype(float)
        days_on = on.sum(axis=2).astype(float)
        found[first : first + len(on)] = _studentise(seen, counts.sum(axis=2), days_on, draw.days, 1.0)
    return found

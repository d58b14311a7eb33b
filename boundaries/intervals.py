"""Intervals of counts, harm, rates and ranks, and rates shrunk towards the average."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def weighted_interval(
    total: ArrayLike, variance: ArrayLike, largest: ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of a weighted sum of Poisson counts; for plain counts it is the exact one.

    Notes
    -----
    Fay and Feuer (1997), the gamma interval; with weights of 1 Garwood's (1936).
    """
    from scipy.stats import gamma

    y, v, w = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (total, variance, largest)))
    tail = (1 - confidence) / 2
    low, high = np.zeros(y.shape), np.zeros(y.shape)
    some = (y > 0) & (v > 0)
    low[some] = gamma.ppf(tail, y[some] ** 2 / v[some], scale=v[some] / y[some])
    more = w > 0
    top, spread = y[more] + w[more], v[more] + w[more] ** 2
    high[more] = gamma.ppf(1 - tail, top**2 / spread, scale=spread / top)
    return low, high


def shrink_rates(
    events: ArrayLike, population: ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Rates drawn towards the overall rate, the more so the smaller the population, with an interval.

    Notes
    -----
    Marshall (1991), the global moment estimator; the interval is that of the gamma distribution with the
    same prior mean and variance, and takes these two as known.
    """
    from scipy.stats import gamma

    count, people = (np.asarray(a, dtype=float) for a in (events, population))
    rate, low, high = (np.full(count.shape, np.nan) for _ in range(3))
    known = np.isfinite(people) & (people > 0)
    if not known.any():
        return rate, low, high
    o, n = count[known], people[known]
    mean = o.sum() / n.sum()
    between = (n * (o / n - mean) ** 2).sum() / n.sum() - mean / n.mean()
    tail = (1 - confidence) / 2
    if between > 0 and mean > 0:
        shape, scale = mean**2 / between + o, 1 / (mean / between + n)
        rate[known] = shape * scale
        low[known], high[known] = (gamma.ppf(p, shape, scale=scale) for p in (tail, 1 - tail))
    else:
        ends = weighted_interval(o.sum(), o.sum(), 1.0, confidence=confidence)
        rate[known], low[known], high[known] = mean, ends[0] / n.sum(), ends[1] / n.sum()
    return rate, low, high


def rank_interval(low: ArrayLike, high: ArrayLike) -> tuple[Any, Any]:
    """Best and worst rank each interval allows: those wholly above come before, those wholly below after."""
    lows, highs = np.sort(np.asarray(low, dtype=float)), np.sort(np.asarray(high, dtype=float))
    first = 1 + len(lows) - np.searchsorted(lows, high, side="right")
    last = len(highs) - np.searchsorted(highs, low, side="left")
    return first.astype("int64"), last.astype("int64")

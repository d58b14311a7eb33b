"""Two counts compared: rate ratio with a score interval, E-test, and adjustment for many comparisons."""

from typing import Any

import numpy as np
import numpy.typing as npt

from hotspots.checks import InputError
from hotspots.common.places import Floats

_EXACT = 1000  # from this total on the E-test and the plain normal agree to three decimals
_TAIL = 1e-12


def etest_p(before: float, after: float, *, days_before: float = 1, days_after: float = 1) -> float:
    """Two-sided p of equal rates by the E-test in its score form.

    Notes
    -----
    Krishnamoorthy and Thomson (2004); the score statistic has the common rate in its variance. Above a
    total of 1,000 the normal limit of the same statistic.
    """
    from scipy.stats import norm

    total = before + after
    if total == 0:
        return 1.0
    z = score_z(before, after, days_before=days_before, days_after=days_after)
    if total > _EXACT:
        return float(2 * norm.sf(abs(z)))
    rate = total / (days_before + days_after)
    first, p_first = _likely(rate * days_before)
    second, p_second = _likely(rate * days_after)
    statistic = np.abs(score_z(first[:, None], second[None, :], days_before=days_before, days_after=days_after))
    # the sum of all pairs at least as far from equal rates; rounding must not lose ties
    far = statistic >= abs(z) - 1e-9
    return float(min(1.0, p_first @ far @ p_second))


def score_z(before: Any, after: Any, *, days_before: Any = 1, days_after: Any = 1) -> Any:
    """Score statistic of equal rates, above 0 for a rise; 0 where both counts are 0."""
    b, a = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    top = a / days_after - b / days_before
    spread = np.sqrt((a + b) / (np.asarray(days_before) * days_after))
    return top / np.where(spread > 0, spread, 1.0)


def rate_ratio(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    days_before: npt.ArrayLike = 1,
    days_after: npt.ArrayLike = 1,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Rate after over rate before with its interval; it goes with the score test and stands zeros.

    Notes
    -----
    Wilson's interval for the share of the later count, turned into a ratio.
    """
    from scipy.stats import norm

    if not 0 < level < 1:
        raise InputError("The level of an interval must lie between 0 and 1", given=f"level={level}", advice="0.90")
    b, a = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    exposure = np.asarray(days_after, dtype=float) / np.asarray(days_before, dtype=float)
    total = a + b
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b / exposure
        z2 = norm.ppf((1 + level) / 2) ** 2 * dispersion / total
        share = a / total
        middle, half = share + z2 / 2, np.sqrt(z2 * share * (1 - share) + z2**2 / 4)
        bounds = [(middle + sign * half) / (1 + z2) for sign in (-1, 1)]
        low, high = (bound / (1 - bound) / exposure for bound in bounds)
    empty = total == 0
    high = np.where(b == 0, np.inf, high)  # where rounding leaves a share just short of 1
    ratio, low, high = (np.where(empty, np.nan, x) for x in (ratio, low, high))
    return ratio, low, high


def typical_dispersion(before: npt.ArrayLike, after: npt.ArrayLike, *, fewest: int = 10) -> float:
    """How much wider than Poisson most groups vary round their common change; never below 1."""
    b, a = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    use = a + b >= 10
    if use.sum() < fewest or not (a[use].sum() and b[use].sum()):
        return 1.0
    share = a[use].sum() / (a[use].sum() + b[use].sum())
    totals = a[use] + b[use]
    squares = (a[use] - share * totals) ** 2 / (share * (1 - share) * totals)
    return float(max(1.0, np.median(squares) / 0.4549364))


def _likely(mean: float) -> tuple[Floats, Floats]:
    from scipy.stats import poisson

    low, high = float(poisson.ppf(_TAIL, mean)), float(poisson.ppf(1 - _TAIL, mean))
    counts = np.arange(low, high + 1)
    return counts, np.asarray(poisson.pmf(counts, mean), dtype=float)


def visible_change(
    before: npt.ArrayLike,
    *,
    power: float,
    days_before: float = 1,
    days_after: float = 1,
    dispersion: npt.ArrayLike = 1.0,
    level: float = 0.95,
    places: npt.ArrayLike = 1,
    rise: bool = False,
) -> Floats:
    """Find the true fall, or rise (0 to 1), that a comparison with a count before would call one, so often.

    Parameters
    ----------
    before : array
        Counts before.
    power : float
        How often: 0.8 is four times in five.
    days_before, days_after : float
        Length of each window.
    dispersion : float or array
        How much wider than Poisson the counts vary.
    level : float
        Level of the interval.
    places : int or array
        Comparisons that are judged together, of which this is the only one that changed.
    rise : bool
        True for a rise.

    Returns
    -------
    array
        NaN where not even a fall to nothing would be.

    Notes
    -----
    The score statistic of `score_z`, solved for the count after: x² ± cx = c(1 + e)/e, where c is
    dispersion × (z of the level + z of the power)² / before, and e the second window over the first.

    Examples
    --------
    >>> [round(100 * float(visible_change(n, power=0.5))) for n in (50, 100, 1000)]
    [36, 26, 9]
    """
    from scipy.stats import norm

    b, longer = np.asarray(before, dtype=float), days_after / days_before
    z = norm.isf((1 - level) / 2 / np.maximum(places, 1)) + norm.ppf(power)
    with np.errstate(divide="ignore", invalid="ignore"):
        c = np.asarray(dispersion) * z**2 / b
        half = c / 2 if rise else -c / 2
        x = half + np.sqrt(c**2 / 4 + c * (1 + longer) / longer)
    return np.where((b > 0) & (rise | (x <= 1)), x, np.nan)

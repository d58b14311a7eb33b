"""The test behind the verdict: a ratio of ratios whose interval is widened by areas without a response."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.checks import InputError

Floats = npt.NDArray[np.float64]
FEW_AREAS = 5  # below this the spread of real counts cannot be estimated from the areas at hand
USUAL_DISPERSION = 1.6  # taken then: the upper end of what city data without a response show


class Spread(NamedTuple):
    """How much wider than chance areas without a response vary from one window to the other.

    Attributes
    ----------
    dispersion : float
        1 means Poisson chance only; never below 1.
    areas : int
        The areas it was estimated from.
    freedom : int
        Degrees of freedom of the widened interval.
    estimated : bool
        False where the areas were too few and the usual value was taken.
    """

    dispersion: float
    areas: int
    freedom: int
    estimated: bool


class Judgement(NamedTuple):
    """Change in the target beside the areas compared with.

    Attributes
    ----------
    ratio, low, high : float
        Ratio of the target's change to the comparison's; 0.6 is 40 % lower than expected. NaN where a
        window of the comparison, or the target before, is empty.
    expected : float
        What the target would have had after, had it changed like the comparison.
    detectable : float
        The fall (0 to 1) that would have shown at all; NaN where none would.
    multiplier : float
        Standard errors on each side of the interval.
    """

    ratio: float
    low: float
    high: float
    expected: float
    detectable: float
    multiplier: float

    @property
    def direction(self) -> str:
        """Return "fall" or "rise" where the interval leaves out 1, else "none"; "unknown" without one."""
        if not np.isfinite(self.ratio):
            return "unknown"
        return "fall" if self.high < 1 else "rise" if self.low > 1 else "none"


class Placebo(NamedTuple):
    """How often areas without a response would have been called a success.

    Attributes
    ----------
    plain, widened : float
        Share of draws called a fall by the plain Poisson test and by the widened one; NaN without draws.
    draws : int
        How many times the areas were split at random.
    """

    plain: float
    widened: float
    draws: int


def measure_spread(counts: npt.ArrayLike) -> Spread:
    """Estimate the dispersion from areas that had no response.

    Parameters
    ----------
    counts : array, shape (areas, 2)
        Counts before and after. Areas with no incident at all say nothing and are left out.

    Returns
    -------
    Spread
        Pearson's χ² of the table over its degrees of freedom, floored at 1; with fewer than 5 areas
        the usual 1.6.

    Examples
    --------
    >>> measure_spread([[10, 10], [20, 20], [5, 5], [8, 8], [9, 9]]).dispersion
    1.0
    """
    table = _table(counts)
    table = table[table.sum(axis=1) > 0]
    totals, columns = table.sum(axis=1), table.sum(axis=0)
    if len(table) < FEW_AREAS or not columns.all():
        return Spread(USUAL_DISPERSION, len(table), FEW_AREAS, estimated=False)
    share = columns[1] / columns.sum()
    squares = (table[:, 1] - share * totals) ** 2 / (share * (1 - share) * totals)
    freedom = len(table) - 1
    return Spread(max(1.0, float(squares.sum() / freedom)), len(table), freedom, estimated=True)


def judge_counts(treated: Any, control: Any, *, spread: Spread, level: float = 0.90) -> Judgement:
    """Ratio of the target's change to the comparison's, with an interval as wide as real counts vary.

    Parameters
    ----------
    treated, control : (before, after)
        Total counts.
    spread : Spread
        From `measure_spread`.
    level : float
        0.90 two-sided: a fall is called when the whole interval lies below 1, a one-sided test at 5 %.

    Returns
    -------
    Judgement

    Notes
    -----
    Quasi-Poisson: the log of the ratio has variance dispersion × (1/T₀ + 1/T₁ + 1/C₀ + 1/C₁), and
    Student's t with the areas' degrees of freedom. Half an incident is added to each count where the
    target has none after.

    Examples
    --------
    >>> plain = Spread(1.0, 1000, 999, True)
    >>> judge_counts((100, 60), (100, 100), spread=plain).direction
    'fall'
    """
    from scipy.stats import t

    (t0, t1), (c0, c1) = (float(x) for x in treated), (float(x) for x in control)
    multiplier = float(t.ppf((1 + level) / 2, spread.freedom))
    if min(t0, c0, c1) <= 0:
        nothing = float("nan")
        return Judgement(nothing, nothing, nothing, nothing, nothing, multiplier)
    expected = t0 * c1 / c0
    seen = _detectable(t0, c0, c1, multiplier * spread.dispersion**0.5)
    half = 0.5 if t1 == 0 else 0.0
    t0, t1, c0, c1 = t0 + half, t1 + half, c0 + half, c1 + half
    ratio = t1 * c0 / (t0 * c1)
    reach = np.exp(multiplier * np.sqrt(spread.dispersion * (1 / t0 + 1 / t1 + 1 / c0 + 1 / c1)))
    return Judgement(ratio, float(ratio / reach), float(ratio * reach), expected, seen, multiplier)


def try_placebos(
    counts: npt.ArrayLike,
    *,
    treated: int,
    control: int,
    level: float = 0.90,
    draws: int = 999,
    seed: int = 0,
) -> Placebo:
    """Split areas without a response at random into "target" and "comparison", and test them.

    Parameters
    ----------
    counts : array, shape (areas, 2)
        Counts before and after, in an order that does not depend on the order of the records.
    treated, control : int
        How many areas the real target and comparison have; fewer are drawn where there are too few.
    level, draws, seed
        Level of the interval, number of splits, seed of the draws.

    Returns
    -------
    Placebo
    """
    table = _table(counts)
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2 * FEW_AREAS:
        return Placebo(float("nan"), float("nan"), 0)
    targets = min(treated, len(table) // 3)
    others = min(control, len(table) - targets)
    spread = measure_spread(table)
    order = np.random.default_rng(seed).random((draws, len(table))).argsort(axis=1)
    first = table[order[:, :targets]].sum(axis=1)
    second = table[order[:, targets : targets + others]].sum(axis=1)
    plain, widened = _falls(first, second, spread, level)
    return Placebo(float(plain.mean()), float(widened.mean()), draws)


def _falls(first: Floats, second: Floats, spread: Spread, level: float) -> tuple[Any, Any]:
    from scipy.stats import norm, t

    usable = (first[:, 0] > 0) & (second > 0).all(axis=1)
    half = np.where(first[:, 1:] == 0, 0.5, 0.0)
    cells = np.maximum(np.column_stack([first, second]) + half, 0.5)
    z = np.log(cells[:, 1] * cells[:, 2] / (cells[:, 0] * cells[:, 3])) / np.sqrt((1 / cells).sum(axis=1))
    upper = (1 + level) / 2
    limit = t.ppf(upper, spread.freedom) * spread.dispersion**0.5
    return usable & (z < -norm.ppf(upper)), usable & (z < -limit)


def _detectable(t0: float, c0: float, c1: float, width: float) -> float:
    from scipy.optimize import brentq

    expected = t0 * c1 / c0

    def gap(after: float) -> float:
        se = np.sqrt(1 / t0 + 1 / after + 1 / c0 + 1 / c1)
        return float(np.log(after / expected) + width * se)

    # below one incident after, a ratio has no useful interval
    if expected <= 1 or gap(1.0) > 0:
        return float("nan")
    return float(1 - brentq(gap, 1.0, expected) / expected)


def _table(counts: npt.ArrayLike) -> Floats:
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or table.shape[1] != 2 or not (np.isfinite(table) & (table >= 0)).all():
        raise InputError(
            "The counts of areas must be pairs, before and after, not below 0", given=f"shape {table.shape}"
        )
    return table

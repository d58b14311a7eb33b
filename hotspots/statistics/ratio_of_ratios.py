"""The test behind the verdict: a ratio of ratios whose interval is widened by areas without a response."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.checks import InputError

Floats = npt.NDArray[np.float64]
FEW_AREAS = 5  # below this the spread of real counts cannot be estimated from the areas at hand
_FOUR_IN_FIVE = 0.8416212335729143  # standard errors beyond a limit that four estimates in five pass
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
    size : float
        Incidents, both windows together, in the mean one of these areas.
    """

    dispersion: float
    areas: int
    freedom: int
    estimated: bool
    size: float = float("inf")

    def at(self, size: float | None) -> float:
        """Return the dispersion of areas of another size: what is beyond chance grows with its square root.

        So it does on real areas without a response (docs/methods/change.md); quieter areas are given no
        less than these had.
        """
        beyond = self.dispersion - 1
        return self.dispersion if size is None else 1 + beyond * max(1.0, size / self.size) ** 0.5


class Judgement(NamedTuple):
    """Change in the target beside the areas compared with.

    Attributes
    ----------
    ratio, low, high : float
        Ratio of the target's change to the comparison's; 0.6 is 40% lower than expected. NaN where a
        window of the comparison, or the target before, is empty.
    expected : float
        What the target would have had after, had it changed like the comparison.
    detectable : float
        The measured fall (0 to 1) that would have shown; NaN where none would.
    multiplier : float
        Standard errors on each side of the interval.
    likely : float
        The true fall that would be called one four times in five; of ``detectable``, half are.
    """

    ratio: float
    low: float
    high: float
    expected: float
    detectable: float
    multiplier: float
    likely: float = float("nan")

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
    dispersion = max(1.0, float(squares.sum() / freedom))
    return Spread(dispersion, len(table), freedom, estimated=True, size=float(totals.mean()))


def typical_size(counts: npt.ArrayLike) -> float:
    """Incidents in the area that a typical incident lies in: Σn²/Σn over the areas, both windows together.

    Examples
    --------
    >>> typical_size([[10, 10], [30, 30]])
    50.0
    """
    totals = _table(counts).sum(axis=1)
    return float((totals**2).sum() / totals.sum()) if totals.sum() else 0.0


def judge_counts(
    treated: Any,
    control: Any,
    *,
    spread: Spread,
    sizes: tuple[float | None, float | None] = (None, None),
    level: float = 0.90,
) -> Judgement:
    """Ratio of the target's change to the comparison's, with an interval as wide as real counts vary.

    Parameters
    ----------
    treated, control : (before, after)
        Total counts.
    spread : Spread
        From `measure_spread`.
    sizes : (float, float)
        Typical size of one target and of one comparison area (`typical_size`); None means like the
        areas of the spread.
    level : float
        0.90 two-sided: a fall is called when the whole interval lies below 1, a one-sided test at 5%.

    Returns
    -------
    Judgement

    Notes
    -----
    Quasi-Poisson: the log of the ratio has variance φ(1/T₀ + 1/T₁) + φ'(1/C₀ + 1/C₁), φ being the
    dispersion at the size of the areas, and Student's t with their degrees of freedom. Half an incident
    is added to each count where the target has none after.

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
    wide = spread.at(sizes[0]), spread.at(sizes[1])
    seen = _detectable(t0, c0, c1, multiplier, wide)
    likely = _detectable(t0, c0, c1, multiplier + _FOUR_IN_FIVE, wide)
    half = 0.5 if t1 == 0 else 0.0
    t0, t1, c0, c1 = t0 + half, t1 + half, c0 + half, c1 + half
    ratio = t1 * c0 / (t0 * c1)
    reach = float(np.exp(multiplier * _error(t0, t1, c0, c1, wide)))
    return Judgement(ratio, ratio / reach, ratio * reach, expected, seen, multiplier, likely)


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
    order = np.random.default_rng(seed).random((draws, len(table))).argsort(axis=1)
    parts = table[order[:, :targets]], table[order[:, targets : targets + control]]
    plain, widened = _falls(*parts, measure_spread(table), level)
    return Placebo(float(plain.mean()), float(widened.mean()), draws)


def _falls(first: Floats, second: Floats, spread: Spread, level: float) -> tuple[Any, Any]:
    from scipy.stats import norm, t

    (t0, t1), (c0, c1) = (part.sum(axis=1).T for part in (first, second))
    usable = (t0 > 0) & (c0 > 0) & (c1 > 0)
    half = np.where(t1 == 0, 0.5, 0.0)
    t0, t1, c0, c1 = (np.maximum(count + half, 0.5) for count in (t0, t1, c0, c1))
    change = np.log(t1 * c0 / (t0 * c1))
    # every area has an incident, so no size is 0
    sizes = [(n**2).sum(axis=1) / n.sum(axis=1) for n in (first.sum(axis=2), second.sum(axis=2))]
    wide = [1 + (spread.dispersion - 1) * np.maximum(1.0, size / spread.size) ** 0.5 for size in sizes]
    upper = (1 + level) / 2
    plain = change < -norm.ppf(upper) * _error(t0, t1, c0, c1, (1.0, 1.0))
    return usable & plain, usable & (change < -t.ppf(upper, spread.freedom) * _error(t0, t1, c0, c1, wide))


def _error(t0: Any, t1: Any, c0: Any, c1: Any, wide: Any) -> Any:
    return np.sqrt(wide[0] * (1 / t0 + 1 / t1) + wide[1] * (1 / c0 + 1 / c1))


def _detectable(t0: float, c0: float, c1: float, multiplier: float, wide: tuple[float, float]) -> float:
    from scipy.optimize import brentq

    expected = t0 * c1 / c0

    def gap(after: float) -> float:
        return float(np.log(after / expected) + multiplier * _error(t0, after, c0, c1, wide))

    # below one incident after, a ratio has no useful interval
    if gap(1.0) > 0:
        return float("nan")
    return float(1 - brentq(gap, 1.0, expected) / expected)


def _table(counts: npt.ArrayLike) -> Floats:
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or table.shape[1] != 2 or not (np.isfinite(table) & (table >= 0)).all():
        raise InputError(
            "The counts of areas must be pairs, before and after, not below 0",
            given=f"shape {table.shape}",
            advice="an array of two columns, one row for each area",
        )
    return table

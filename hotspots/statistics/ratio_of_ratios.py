"""The test behind the verdict: a ratio of ratios whose interval is widened by areas without a response."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.checks import InputError
from hotspots.common.places import Floats

FEW_AREAS = 5  # below this the spread of real counts cannot be estimated from the areas at hand
LIKE = 0.7  # comparison areas with fewer than this share of the targets' counts are unlike them
FEW_TIMES = 4  # below this nothing is said of how the highest come down by themselves
_LEFT = 0.05  # an area that is nearly all of a total strays from itself by nothing
_FOUR_IN_FIVE = 0.8416212335729143  # standard errors beyond a limit that four estimates in five pass
USUAL_DISPERSION = 1.6  # taken then: the upper end of what city data without a response show


class Spread(NamedTuple):
    """How much wider than chance areas without a response vary from one window to the other."""

    dispersion: float  # 1 means Poisson chance only; never below 1
    areas: int  # the areas it was estimated from
    freedom: int  # degrees of freedom of the widened interval
    estimated: bool  # false where the areas were too few and the usual value was taken
    size: float = float("inf")  # incidents, both windows together, in the mean one of these areas

    def at(self, size: float | None) -> float:
        """Return the dispersion of areas of another size: what is beyond chance grows with its square root.

        So it does on real areas without a response (docs/methods/change.md); quieter areas are given no
        less than these had.
        """
        beyond = self.dispersion - 1
        return self.dispersion if size is None else 1 + beyond * max(1.0, size / self.size) ** 0.5

    def over(self, counts: npt.ArrayLike) -> float:
        """Return the dispersion of the total of some areas: of their size, or as they stray from one another.

        A few large areas that go their own way move a total more than the size of areas tells.
        """
        table = _table(counts)
        return max(self.at(typical_size(table)), measure_straying(table))


class Drift(NamedTuple):
    """What areas of the same ranks did at earlier times, beside the same comparison, without a response."""

    log: float  # mean log of their ratios: below 0 where the highest come down by themselves
    # of one more time beside that mean, over what the counts of the comparison already allow for
    variance: float
    freedom: int  # times less one


class Judgement(NamedTuple):
    """Change in the target beside the areas compared with."""

    # ratio of the target's change to the comparison's; 0.6 is 40% lower than expected. NaN where a
    # window of the comparison, or the target before, is empty
    ratio: float
    low: float
    high: float
    expected: float  # what the target would have had after, had it changed like the comparison
    detectable: float  # the measured fall (0 to 1) that would have shown; NaN where none would
    multiplier: float  # standard errors on each side of the interval
    # the true fall that would be called one four times in five; of ``detectable``, half are
    likely: float = float("nan")
    # whether a fall is not called one, because the comparison areas are unlike the targets and
    # nothing is known of how the highest come down by themselves
    withheld: bool = False

    @property
    def direction(self) -> str:
        """Return "fall" or "rise" where the interval leaves out 1, else "none"; "unknown" without one."""
        if not np.isfinite(self.ratio):
            return "unknown"
        if self.withheld and self.high < 1:
            return "none"
        return "fall" if self.high < 1 else "rise" if self.low > 1 else "none"


def measure_spread(counts: npt.ArrayLike) -> Spread:
    """Estimate the dispersion from areas that had no response."""
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
    """Incidents in the area that a typical incident lies in: Σn²/Σn over the areas, both windows together."""
    totals = _table(counts).sum(axis=1)
    return float((totals**2).sum() / totals.sum()) if totals.sum() else 0.0


def exact_limits(hits: float, number: int) -> tuple[float, float]:
    """Clopper and Pearson's exact 95% interval of a share."""
    from scipy.stats import beta

    low = beta.ppf(0.025, hits, number - hits + 1) if hits > 0 else 0.0
    high = beta.ppf(0.975, hits + 1, number - hits) if hits < number else 1.0
    return float(low), float(high)


def measure_straying(counts: npt.ArrayLike) -> float:
    """Variance of the total of some areas, as each strays from their common change, over Poisson's."""
    table = _table(counts)
    table = table[table.sum(axis=1) > 0]
    size, columns = table.sum(axis=1), table.sum(axis=0)
    if len(table) < 2 or not columns.all():
        return 0.0
    share = columns[1] / columns.sum()
    left = np.maximum(1 - size / size.sum(), _LEFT)
    squares = (table[:, 1] - share * size) ** 2 / left
    return float(squares.sum() / (share * (1 - share) * size.sum()))


def measure_drift(logs: npt.ArrayLike, variances: npt.ArrayLike) -> Drift | None:
    """Put together what earlier times showed; None where there are fewer than four."""
    found = np.asarray(logs, dtype=float)
    if len(found) < FEW_TIMES:
        return None
    between = float(found.var(ddof=1))
    beyond = max(0.0, between - float(np.asarray(variances, dtype=float).mean()))
    return Drift(float(found.mean()), between / len(found) + beyond, len(found) - 1)


def judge_counts(
    treated: Any,
    control: Any,
    *,
    spread: Spread,
    sizes: tuple[float | None, float | None] = (None, None),
    wide: tuple[float, float] | None = None,
    drift: Drift | None = None,
    level: float = 0.90,
) -> Judgement:
    """Ratio of the target's change to the comparison's, with an interval as wide as real counts vary.

    Notes
    -----
    Quasi-Poisson: the log of the ratio has variance φ(1/T₀ + 1/T₁) + φ'(1/C₀ + 1/C₁), φ being the
    dispersion at the size of the areas, and Student's t with their degrees of freedom. The variance of a
    drift is added; the degrees of freedom are then Welch's. Half an incident is added to each count where
    the target has none after.
    """
    from scipy.stats import t

    (t0, t1), (c0, c1) = (float(x) for x in treated), (float(x) for x in control)
    upper = (1 + level) / 2
    if min(t0, c0, c1) <= 0:
        nothing = float("nan")
        return Judgement(nothing, nothing, nothing, nothing, nothing, float(t.ppf(upper, spread.freedom)))
    wide = wide or (spread.at(sizes[0]), spread.at(sizes[1]))
    moved, more = (0.0, 0.0) if drift is None else (drift.log, drift.variance)
    half = 0.5 if t1 == 0 else 0.0
    full = t0 + half, t1 + half, c0 + half, c1 + half
    own = _error(*full, wide) ** 2
    freedom: float = spread.freedom
    if drift is not None:
        freedom = (own + more) ** 2 / (own**2 / spread.freedom + more**2 / drift.freedom)
    multiplier = float(t.ppf(upper, freedom))
    expected = t0 * c1 / c0 * float(np.exp(moved))
    known = (t0, c0, c1, expected, wide, more)
    seen, likely = (_detectable(*known, multiplier + beyond) for beyond in (0.0, _FOUR_IN_FIVE))
    ratio = full[1] * full[2] / (full[0] * full[3]) * float(np.exp(-moved))
    reach = float(np.exp(multiplier * (own + more) ** 0.5))
    return Judgement(ratio, ratio / reach, ratio * reach, expected, seen, multiplier, likely)


def _error(t0: Any, t1: Any, c0: Any, c1: Any, wide: Any) -> Any:
    return np.sqrt(wide[0] * (1 / t0 + 1 / t1) + wide[1] * (1 / c0 + 1 / c1))


def _detectable(
    t0: float, c0: float, c1: float, expected: float, wide: tuple[float, float], more: float, multiplier: float
) -> float:
    from scipy.optimize import brentq

    def gap(after: float) -> float:
        error = (_error(t0, after, c0, c1, wide) ** 2 + more) ** 0.5
        return float(np.log(after / expected) + multiplier * error)

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

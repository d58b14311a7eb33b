"""Many tests at once: two-sided p, false discoveries after Benjamini and Hochberg."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.common.places import Floats, Ints


def two_sided(z: Floats) -> Floats:
    """P-value of a z-score, both tails."""
    from scipy.special import ndtr

    p = ndtr(-np.abs(z))
    p *= 2
    return np.asarray(p, dtype=float)


def false_discovery(p: npt.ArrayLike) -> Floats:
    """Benjamini-Hochberg q of p-values; NaN stays NaN and is not counted as a test."""
    code, value = pd.factorize(np.asarray(p, dtype=float))  # NaN has the code -1
    return _adjust(value, code).take(code)


def judge_normal(z: Floats) -> tuple[Floats, Floats]:
    """P-values, both tails, of z-scores that are normal by chance, and their Benjamini-Hochberg q."""
    code, value = pd.factorize(z)  # cells of counts share few values: each is looked up once
    p = two_sided(value)
    return np.append(p, np.nan).take(code), _adjust(p, code).take(code)


def _adjust(p: Floats, code: Ints) -> Floats:
    """Adjust p-values that occur as often as their code does; the last, for the code -1, is NaN."""
    times = np.bincount(code + 1, minlength=len(p) + 1)[1:]
    order = np.argsort(p)
    ranked = times[order].cumsum()
    adjusted = np.full(len(p) + 1, np.nan)
    least = np.minimum(p[order] * (ranked[-1:] / ranked), 1.0)
    adjusted[order] = np.minimum.accumulate(least[::-1])[::-1]
    return adjusted

"""Harm no finer than the counts allow: a sum of weights tells which kinds it is made of.

A score is told at one level of the weights, to two figures, to one, or not at all: as finely as leaves, for
each kind of which a place holds few, two ways of filling it that have the score as told. They are found by
exchange: some records of that kind for as many of another, where that moves the score no further than the
figures left out.
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots.common.places import Bools, Floats

FIGURES = (2, 1)


def coarsen_harm(harm: float, counts: Floats, weights: Floats, free: Bools, *, threshold: int) -> float:
    """Round the harm of one place until no small count of a kind follows from it; NaN if it always would."""
    if not harm > 0:
        return harm
    for figures in FIGURES:
        unit = 10.0 ** (math.floor(math.log10(harm)) + 1 - figures)
        told = round(harm / unit) * unit
        slack = (told - unit / 2 - harm, told + unit / 2 - harm)
        if all(_may_be(int(k), counts, weights, free, slack, threshold) for k in np.flatnonzero(free & (counts > 0))):
            return told
    return float("nan")


def _may_be(
    kind: int, counts: Floats, weights: Floats, free: Bools, slack: tuple[float, float], threshold: int
) -> bool:
    """Whether one kind could be 1, and one below the threshold, by an exchange with one other kind."""
    if counts[kind] >= threshold:
        return True
    others = free.copy()
    others[kind] = False
    for aim in (1, threshold - 1):
        more = aim - counts[kind]
        moved = more * (weights[kind] - weights[others])
        fits = (moved >= slack[0]) & (moved <= slack[1]) & (counts[others] - more >= 0)
        if more and not fits.any():
            return False
    return True


def mix_kinds(incidents: pd.DataFrame, number: NDArray[np.int64]) -> tuple[pd.Series, pd.Series]:
    """Give each record the number of its kind, of one category and one weight; and each kind its weight."""
    each = incidents["harm"].to_numpy(dtype=float) / np.maximum(number, 1)
    weight = pd.Series(each, index=incidents.index).round(6).fillna(0.0)
    codes = weight.groupby([incidents["category"].astype(str), weight], sort=False).ngroup()
    return codes, weight.groupby(codes).first()

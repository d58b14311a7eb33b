"""Records that happened some time between two moments, spread over the hours of the week."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.common.places import Floats

HOURS = 168
_CHUNK = 20_000  # rows at a time, so that memory stays flat


class Spread(NamedTuple):
    """Weights over the hours of the week, Monday 00:00 first."""

    week: Floats  # incidents in each hour; they add up to the incidents counted
    swapped: int  # rows whose end came before their start: the two were exchanged


def spread_over_week(starts: pd.Series, ends: pd.Series, weights: npt.ArrayLike) -> Spread:
    """Spread each span evenly over the hours it covers (aoristic analysis).

    Notes
    -----
    Ratcliffe (2002), *Journal of Quantitative Criminology* 18(1): each hour gets the share of the span
    that lies in it.
    """
    filled = ends.where(ends.notna(), starts)
    swapped = (filled < starts).to_numpy()
    first, last = starts.where(~swapped, filled), filled.where(~swapped, starts)
    hours = (last - first).to_numpy() / np.timedelta64(1, "h")
    monday = first.dt.normalize() - pd.to_timedelta(first.dt.day_of_week, unit="D")
    begin = (first - monday).to_numpy() / np.timedelta64(1, "h")
    each = np.asarray(weights, dtype=float)
    week = np.zeros(HOURS)
    for at in range(0, len(begin), _CHUNK):
        rows = slice(at, at + _CHUNK)
        week += each[rows] @ _shares(begin[rows], hours[rows])
    return Spread(week, int(swapped.sum()))


def _shares(begin: Floats, hours: Floats) -> Floats:
    edges = np.arange(2 * HOURS)
    stop = begin + np.minimum(hours, HOURS)
    overlap = np.clip(np.minimum(stop[:, None], edges + 1) - np.maximum(begin[:, None], edges), 0, None)
    folded = overlap[:, :HOURS] + overlap[:, HOURS:]
    moment = hours == 0
    folded[moment, begin[moment].astype(int)] = 1
    shares: Floats = folded / folded.sum(axis=1, keepdims=True)
    return shares

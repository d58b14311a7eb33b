"""What days on and off show: the recorded procedure drawn again, as randomised."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.checks import InputError
from hotspots.common.places import Floats
from hotspots.trials.design import Bools, Draw, days_since

LEAST_CLEAN = 0.1  # a smaller share of clean days off rests on a handful of days
LONGEST_TAIL = 7  # days after a visit over which its effect is looked for
_LIMIT = np.log(50.0)  # a bound beyond is none: 0, or infinite


class Verdict(NamedTuple):
    """What a trial shows; ratio, interval and dispersion are NaN where nothing was recorded."""

    on: int  # records on days on, as drawn, whatever was delivered
    off: int
    days_on: int  # place-days
    days_off: int
    ratio: float  # rate on days on over that on days off, within the same places
    low: float  # of the interval of 1 - level
    high: float
    p_fewer: float  # share of redrawn trials as far down, at least 1 in redraws + 1
    p_either: float  # twice that of the rarer side
    dispersion: float  # scatter of the redrawn trials beside what chance alone would make it


def judge_days(
    counts: npt.ArrayLike, on: Bools, draw: Draw, *, redraws: int = 2000, level: float = 0.05, seed: int = 1
) -> Verdict:
    """Judge records of each place (row) and day (column) as the days were drawn.

    Notes
    -----
    For a ratio that is supposed, records of a place on days on have, given all of that place, a known
    expectation and variance; the sum of their differences over the places, divided by its standard error, is
    compared with the same in trials drawn again by the same rule, where patrols changed nothing. The interval
    holds the ratios that are not refused; how far records scatter is thus taken from the redraws.
    """
    y, z = np.asarray(counts, dtype=float), np.asarray(on, dtype=bool)
    if y.shape != z.shape or len(z) != draw.places or z.shape[1] > draw.days:
        raise InputError(
            "Counts and days do not fit the draw",
            given=f"{y.shape} and {z.shape}; {draw.places} places, {draw.days} days",
            advice="one row a place, one column a day",
        )
    chance = redraw_scores(y, draw.again(redraws, seed=seed)[:, :, : z.shape[1]])
    ratio, low, high, fewer, more, spread = _ratio(y, z), np.nan, np.nan, 1.0, 1.0, np.nan
    if not np.isnan(ratio):
        fewer, more = tail_shares(chance, score_of(y, z))
        spread = float(np.var(chance))
        low = _bound(lambda r: level / 2 - tail_shares(chance, score_of(y, z, r))[1])
        high = _bound(lambda r: tail_shares(chance, score_of(y, z, r))[0] - level / 2)
    return Verdict(
        int(y[z].sum()), int(y[~z].sum()), int(z.sum()), int((~z).sum()),
        ratio, low, high, fewer, min(1.0, 2 * min(fewer, more)), spread,
    )  # fmt: skip


def tail_shares(chance: Floats, observed: float) -> tuple[float, float]:
    """Find the share of redrawn trials as far down, and as far up, the trial itself counted in."""
    down, up = np.sum(chance <= observed + 1e-9), np.sum(chance >= observed - 1e-9)
    return float(down + 1) / (len(chance) + 1), float(up + 1) / (len(chance) + 1)


def score_of(y: Floats, z: Bools, ratio: float = 1.0) -> float:
    """Studentised score of a trial, were the true ratio this one."""
    seen, days_on = (y * z).sum(axis=1)[None], z.sum(axis=1).astype(float)[None]
    return float(_studentise(seen, y.sum(axis=1), days_on, y.shape[1], ratio)[0])


def redraw_scores(y: Floats, redrawn: Bools, days_on: Floats | None = None) -> Floats:
    """Score each redraw, had patrols changed nothing; days without records cost nothing."""
    place, day = np.nonzero(y)
    edges = np.zeros((len(y), len(place)), dtype=np.float32)
    edges[place, np.arange(len(place))] = y[place, day]
    drawn = redrawn.sum(axis=2).astype(float) if days_on is None else days_on
    # places and days first: where they lie so in memory too, the redraws of a day are read in one go
    seen = edges @ redrawn.transpose(1, 2, 0)[place, day]
    return _studentise(seen.T.astype(float), y.sum(axis=1), drawn, y.shape[1], 1.0)


def _studentise(on: Floats, total: Floats, days_on: Floats, days: int, ratio: float) -> Floats:
    rate = ratio * days_on + (days - days_on)
    gap = on - total * ratio * days_on / rate
    variance = total * ratio * days_on * (days - days_on) / rate**2
    width = np.sqrt(variance.sum(axis=1))
    return np.asarray(np.divide(gap.sum(axis=1), width, out=np.zeros(len(gap)), where=width > 0))


def _ratio(y: Floats, z: Bools) -> float:
    """Find the ratio at which what was seen is what was to be expected; NaN without a record."""
    usable = z.any(axis=1) & ~z.all(axis=1)
    on, off = (y * z)[usable].sum(), (y * ~z)[usable].sum()
    if on == 0 or off == 0:
        return float("nan") if on == off else 0.0 if on == 0 else float("inf")
    return _root(lambda ratio: score_of(y, z, ratio))


def _root(falling: Callable[[float], float]) -> float:
    """Halve the range of ratios twenty times: a function that falls as the ratio grows."""
    low, high = -_LIMIT, _LIMIT
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(float(np.exp(middle))) > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def _bound(kept: Callable[[float], float]) -> float:
    """Find where the interval ends; 0 or infinite where no ratio is refused on that side."""
    bound = _root(kept)
    return 0.0 if bound < 1.001 * np.exp(-_LIMIT) else np.inf if bound > 0.999 * np.exp(_LIMIT) else bound


class CleanVerdict(NamedTuple):
    """The secondary reading: days on beside days off that came after enough other days off."""

    ratio: float
    p_fewer: float
    clean_days: int
    share: float


def judge_clean(
    counts: npt.ArrayLike, on: Bools, draw: Draw, *, washout: int, redraws: int = 2000, seed: int = 1
) -> CleanVerdict:
    """Compare days on with days off after ``washout`` others off, each weighed by its chance to be so."""
    y, z = np.asarray(counts, dtype=float), np.asarray(on, dtype=bool)
    clean_chance, on_chance = draw.chance_clean(washout)[: z.shape[1]], draw.chance_on()[: z.shape[1]]
    share = float(clean_chance.mean())
    if share < LEAST_CLEAN:
        raise InputError(
            f"With {washout} days of washout too few days off are left to compare with",
            given=f"{100 * share:.1f}% of the place-days; at least 10% are needed",
            advice="fewer days of washout, or fewer days on; the reading as drawn needs neither",
        )
    redrawn = draw.again(redraws, seed=seed)[:, :, : z.shape[1]]
    observed = _clean_ratio(y, z[None], washout, on_chance, clean_chance)[0]
    drawn = _clean_ratio(y, redrawn, washout, on_chance, clean_chance)
    p = (np.sum(drawn <= observed + 1e-9) + 1) / (len(drawn) + 1)
    return CleanVerdict(float(observed), float(p), int(_clean(z, washout).sum()), share)


def _clean(on: Bools, washout: int) -> Bools:
    since = days_since(on)
    return (since < 0) | (since > washout)


def _clean_ratio(y: Floats, on: Bools, washout: int, on_chance: Floats, clean_chance: Floats) -> Floats:
    weight_on, weight_clean = 1 / on_chance, (clean_chance > 0) / np.maximum(clean_chance, 1e-12)
    found = np.empty(len(on))
    for first in range(0, len(on), 200):  # memory: a few hundred redraws at a time
        part = on[first : first + 200]
        treated, control = part * weight_on, _clean(part, washout) * weight_clean
        rate_on = (treated * y).sum(axis=(1, 2)) / treated.sum(axis=(1, 2))
        rate_off = (control * y).sum(axis=(1, 2)) / np.maximum(control.sum(axis=(1, 2)), 1e-12)
        found[first : first + 200] = np.divide(rate_on, rate_off, out=np.full(len(part), np.inf), where=rate_off > 0)
    return found


class Tail(NamedTuple):
    """Days after a visit over which its effect seems to last, and which others fit nearly as well."""

    days: int
    least: int
    most: int


def find_tail(counts: npt.ArrayLike, on: Bools) -> Tail:
    """Estimate for how many days after a day on the effect lasts: that with the greatest likelihood.

    Others within 1.92 of its logarithm fit nearly as well.
    """
    y, since = np.asarray(counts, dtype=float), days_since(np.asarray(on, dtype=bool))
    fits = []
    for tail in range(LONGEST_TAIL + 1):
        reached = (since >= 0) & (since <= tail)
        fits.append(_fit(y, reached))
    best = int(np.argmax(fits))
    near = np.nonzero(np.asarray(fits) >= fits[best] - 1.92)[0]
    return Tail(best, int(near.min()), int(near.max()))


def _fit(y: Floats, reached: Bools) -> float:
    days_in, days = reached.sum(axis=1).astype(float), y.shape[1]
    inside, total = (y * reached).sum(axis=1), y.sum(axis=1)
    usable = (days_in > 0) & (days_in < days) & (total > 0)
    days_in, inside, total = days_in[usable], inside[usable], total[usable]
    if inside.sum() == 0 or inside.sum() == total.sum():
        return float("-inf")
    ratio = _root(lambda r: float(np.sum(inside - total * r * days_in / (r * days_in + days - days_in))))
    share = ratio * days_in / (ratio * days_in + days - days_in)
    return float(
        np.sum(
            inside * np.log(share / (days_in / days)) + (total - inside) * np.log((1 - share) / (1 - days_in / days))
        )
    )

"""Weighted displacement difference and quotient: how far the places with a response moved beyond the rest."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hotspots.checks import InputError, closest_name

ZONES = ("treated", "control", "displacement", "displacement_control")
_SIGNS = {"treated": 1, "control": -1, "displacement": 1, "displacement_control": -1}
Pair = tuple[float, float] | Sequence[float]


class Difference(NamedTuple):
    """An estimate with its standard error and interval, in the unit of the counts."""

    estimate: float
    se: float
    low: float
    high: float


class Quotient(NamedTuple):
    """The quotient (NaN where it is not defined) and what it means in words."""

    quotient: float
    words: str


def z_value(level: float) -> float:
    """Half-width of a two-sided normal interval in standard errors (1.645 for level 0.90)."""
    from scipy.stats import norm

    if not 0 < level < 1:
        raise InputError("The level of an interval must lie between 0 and 1", given=f"level={level}", advice="0.90")
    return float(norm.ppf((1 + level) / 2))


def weighted_displacement_difference(
    *,
    treated: Pair,
    control: Pair,
    displacement: Pair | None = None,
    displacement_control: Pair | None = None,
    time_weights: Pair | None = None,
    area_weights: Mapping[str, float] | Sequence[float] | None = None,
    level: float = 0.90,
) -> Difference:
    """Change where there was a response, less the change where there was none, with its interval.

    Notes
    -----
    Wheeler and Ratcliffe (2018), *Crime Science* 7:11. The variance assumes Poisson counts; real
    counts spread wider, so `hotspots.assess_response` widens this interval.
    """
    zones = {"treated": treated, "control": control}
    zones |= {"displacement": displacement} if displacement is not None else {}
    zones |= {"displacement_control": displacement_control} if displacement_control is not None else {}
    times = _pair("time_weights", (1.0, 1.0) if time_weights is None else time_weights, positive=True)
    sizes = _sizes(area_weights)
    estimate = variance = 0.0
    for zone, counts in zones.items():
        before, after = _pair(zone, counts)
        w0, w1 = times[0] * sizes[zone], times[1] * sizes[zone]
        estimate += _SIGNS[zone] * (after / w1 - before / w0)
        variance += after / w1**2 + before / w0**2
    return interval(estimate, variance**0.5, level=level)


def weigh_differences(parts: Sequence[Difference], weights: Sequence[float], *, level: float = 0.90) -> Difference:
    """Sum differences of several offences under their harm weights: the harm WDD."""
    if len(parts) != len(weights):
        raise InputError(
            "Each difference needs one weight",
            given=f"{len(parts)} differences, {len(weights)} weights",
            advice="as many weights as differences",
        )
    estimate = sum(w * p.estimate for w, p in zip(weights, parts, strict=True))
    se = sum((w * p.se) ** 2 for w, p in zip(weights, parts, strict=True)) ** 0.5
    return interval(estimate, se, level=level)


def weighted_displacement_quotient(*, treated: Pair, displacement: Pair, control: Pair) -> Quotient:
    """Share of the improvement that moved into the ring (below 0) or spread to it (above 0).

    Notes
    -----
    Bowers and Johnson (2003), *Journal of Quantitative Criminology* 19(3).
    """
    (a0, a1), (b0, b1) = _pair("treated", treated), _pair("displacement", displacement)
    c0, c1 = _pair("control", control)
    if not (c0 and c1):
        return Quotient(float("nan"), "not defined: the comparison areas have no records in one window")
    below = a1 / c1 - a0 / c0
    if below >= 0:
        return Quotient(float("nan"), "not defined: the target did not improve")
    quotient = float(np.round((b1 / c1 - b0 / c0) / below, 12))
    return Quotient(quotient, _quotient_words(quotient))


def detectable_fall(
    treated_before: float,
    control_before: float | None = None,
    control_after: float | None = None,
    *,
    level: float = 0.90,
    dispersion: float = 1.0,
    power: float = 0.5,
) -> float:
    """Find the true fall (0 to 1) that so often puts the whole interval below zero: what could be seen.

    Parameters
    ----------
    treated_before : float
        Count in the target areas before the response.
    control_before, control_after : float, optional
        Counts in the areas compared with; None means as many as in the target.
    level : float
        Level of the interval.
    dispersion : float
        How many times wider than Poisson the counts vary (1 = Poisson).
    power : float
        How often: at 0.5 it is also the smallest measured fall that shows; 0.8 is four times in five.

    Returns
    -------
    float
        The share by which the target would have to fall; NaN where not even a fall to nothing shows.

    Examples
    --------
    >>> [round(100 * detectable_fall(n)) for n in (50, 100, 1000)]
    [44, 32, 10]
    >>> [round(100 * detectable_fall(n, power=0.8)) for n in (50, 100, 1000)]
    [64, 47, 15]
    """
    from scipy.special import ndtri

    c0 = treated_before if control_before is None else control_before
    c1 = c0 if control_after is None else control_after
    if min(treated_before, c0, c1) <= 0:
        return float("nan")
    scale = treated_before / c0
    t, c = treated_before, (c0 + c1) * scale**2
    expected, z2 = c1 * scale, (z_value(level) + float(ndtri(power))) ** 2 * dispersion
    # (expected - x)² = z²(t + x + c), solved for the after-count x below what was expected
    b, k = 2 * expected + z2, expected**2 - z2 * (t + c)
    x = (b - (b * b - 4 * k) ** 0.5) / 2
    return float(1 - x / expected) if x >= 0 else float("nan")


def interval(estimate: float, se: float, *, level: float) -> Difference:
    """Estimate with its normal interval."""
    half = z_value(level) * se
    return Difference(float(estimate), float(se), float(estimate - half), float(estimate + half))


def _quotient_words(quotient: float) -> str:
    if quotient > 0:
        return "the surrounding area improved too: a spread of benefit is possible"
    if quotient == 0:
        return "the surrounding area changed like the comparison areas"
    if quotient >= -1:
        return "part of the improvement may have been offset in the surrounding area"
    return "the surrounding area worsened by more than the target improved"


def _pair(name: str, values: Pair, *, positive: bool = False) -> tuple[float, float]:
    pair = [float(v) for v in values]
    floor_broken = any(not np.isfinite(v) or v < 0 or (positive and v == 0) for v in pair)
    if len(pair) != 2 or floor_broken:
        raise InputError(
            f"{name} must be two numbers, before and after, {'above' if positive else 'not below'} 0",
            given=str(tuple(values)),
            advice="treated=(20, 10)",
        )
    return pair[0], pair[1]


def _sizes(area_weights: Mapping[str, float] | Sequence[float] | None) -> dict[str, float]:
    if area_weights is None:
        return dict.fromkeys(ZONES, 1.0)
    if not isinstance(area_weights, Mapping):
        if len(area_weights) > len(ZONES):
            raise InputError(
                "area_weights has more sizes than zones",
                given=f"{len(area_weights)} sizes",
                advice="one size each for treated, control, displacement and displacement_control",
            )
        area_weights = dict(zip(ZONES, area_weights, strict=False))
    for name, size in area_weights.items():
        if name not in ZONES:
            near = closest_name(name, ZONES) or ", ".join(ZONES)
            raise InputError("area_weights names an unknown zone", given=name, advice=near)
        if not (np.isfinite(size) and size > 0):
            raise InputError(
                "Every area weight must be above 0",
                given=f"{name}={size}",
                advice="square metres or streets of that zone",
            )
    return dict.fromkeys(ZONES, 1.0) | dict(area_weights)

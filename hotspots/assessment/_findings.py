"""One measure of an assessment: its counts, its test and everything a reader needs beside it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hotspots.assessment._earlier_times import Earlier, Time, Units, find_earlier
from hotspots.assessment._zones import ROLES, Zones
from hotspots.checks import InputError
from hotspots.statistics.displacement import (
    Difference,
    Pair,
    Quotient,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)
from hotspots.statistics.ratio_of_ratios import LIKE, Drift, Judgement, Spread, judge_counts, measure_spread

AIMS = ("fewer", "more", "either")


class Past(NamedTuple):
    """What the areas were when the targets were chosen, and all the areas at earlier times."""

    likeness: float
    units: Units
    times: list[Time]


@dataclass(frozen=True)
class Finding:
    """What changed in one measure."""

    measure: str  # its name, and what would be success: "fewer", "more" or "either"
    aim: str
    treated: Pair  # counts before and after
    control: Pair
    ring: Pair
    control_ring: Pair
    judged: Judgement  # ratio of ratios with the widened interval: what the verdict rests on
    ring_judged: Judgement  # the same for the ring
    # weighted displacement difference, ring included, comparison scaled to the target's count before:
    # with the widened interval, and with the plain Poisson one
    wdd: Difference
    wdd_plain: Difference
    harm: Difference | None  # the same in days of harm, widened; None where the records have no harm
    quotient: Quotient  # weighted displacement quotient
    spread: Spread  # how far areas without a response vary
    dispersion: float  # the same for areas as busy as the targets: what the intervals are widened by
    earlier: Earlier  # what areas of the same ranks did at earlier times
    likeness: float  # records in a comparison area for each in a target, in the period that chose the targets
    level: float  # level of every interval
    verdict: str = ""  # one sentence, which never claims a cause

    @property
    def drift(self) -> Drift | None:
        """What is taken out because the highest come down by themselves; None beside areas that are alike."""
        return None if self.likeness >= LIKE else self.earlier.drift

    def row(self) -> dict[str, Any]:
        """Return the finding as one row of a table."""
        zones = {"treated": self.treated, "control": self.control}
        zones |= {"ring": self.ring, "control_ring": self.control_ring}
        counts = {
            f"{z}_{t}": int(n) for z, pair in zones.items() for t, n in zip(("before", "after"), pair, strict=True)
        }
        harm = self.harm or Difference(*[float("nan")] * 4)
        return counts | {
            "expected": self.judged.expected,
            "ratio": self.judged.ratio,
            "ratio_low": self.judged.low,
            "ratio_high": self.judged.high,
            "detectable_fall": self.judged.detectable,
            "wdd": self.wdd.estimate,
            "wdd_low": self.wdd.low,
            "wdd_high": self.wdd.high,
            "harm_wdd": harm.estimate,
            "harm_wdd_low": harm.low,
            "harm_wdd_high": harm.high,
            "wdq": self.quotient.quotient,
            "dispersion": self.dispersion,
            "likeness": self.likeness,
            "earlier_times": len(self.earlier.logs),
            "earlier_falls": self.earlier.falls,
            "drift": float("nan") if self.drift is None else float(np.exp(self.drift.log)),
            "aim": self.aim,
            "verdict": self.verdict,
        }


def find_change(
    measure: str, zones: Zones, rows: npt.NDArray[np.bool_], past: Past, *, aim: str, level: float
) -> Finding:
    """Count one measure in every zone and judge it; `_verdict_words` writes the verdict."""
    if aim not in AIMS:
        raise InputError(f"The direction of '{measure}' is not known", given=aim, advice=", ".join(AIMS))
    counts = dict(zip(ROLES, (tuple(pair) for pair in zones.counts(rows).tolist()), strict=True))
    treated, control = counts["target"], counts["comparator"]
    ring, control_ring = counts["ring"], counts["comparator ring"]
    pool = zones.pool_counts(rows)
    spread = measure_spread(pool)
    number = zones.number("target"), zones.number("comparator")
    wide = spread.over(zones.target_counts(rows)), spread.over(pool[: number[1]])
    earlier = find_earlier(past.units, past.times, zones.incidents, rows, level=level)
    unlike = past.likeness < LIKE
    drift = earlier.drift if unlike else None
    judged = judge_counts(treated, control, spread=spread, wide=wide, drift=drift, level=level)
    judged = judged._replace(withheld=unlike and drift is None)
    beside: dict[str, Any] = {"spread": spread, "sizes": (sum(ring) / number[0], sum(control_ring) / number[1])}
    scale = _scale(treated, control, ring, control_ring)
    plain = weighted_displacement_difference(
        treated=treated,
        control=control,
        displacement=ring,
        displacement_control=control_ring,
        area_weights=scale,
        level=level,
    )
    return Finding(
        measure=measure,
        aim=aim,
        treated=treated,
        control=control,
        ring=ring,
        control_ring=control_ring,
        judged=judged,
        ring_judged=judge_counts(ring, control_ring, level=level, **beside),
        wdd=_widen(plain, wide[0], judged.multiplier),
        wdd_plain=plain,
        harm=_harm(zones, rows, scale, wide[0], judged.multiplier),
        quotient=weighted_displacement_quotient(treated=treated, displacement=ring, control=control),
        spread=spread,
        dispersion=wide[0],
        earlier=earlier,
        likeness=past.likeness,
        level=level,
    )


def _scale(treated: Pair, control: Pair, ring: Pair, control_ring: Pair) -> dict[str, float]:
    """Sizes that bring each comparison to the count its target had before."""
    return {
        "control": control[0] / treated[0] if treated[0] and control[0] else 1.0,
        "displacement_control": control_ring[0] / ring[0] if ring[0] and control_ring[0] else 1.0,
    }


def _harm(
    zones: Zones, rows: npt.NDArray[np.bool_], scale: dict[str, float], wide: float, multiplier: float
) -> Difference | None:
    if zones.harm is None:
        return None
    harm, n = np.nan_to_num(zones.harm), np.maximum(zones.incidents, 1)
    # n incidents of w days each: the count has variance n, the harm n·w²
    totals, squares = zones.counts(rows, harm), zones.counts(rows, harm**2 / n)
    names = ("treated", "control", "displacement", "displacement_control")
    size = np.array([scale.get(name, 1.0) for name in names])
    signs = np.array([1, -1, 1, -1])
    estimate = float((signs * (totals[:, 1] - totals[:, 0]) / size).sum())
    se = float(np.sqrt((squares.sum(axis=1) / size**2).sum()))
    return _widen(Difference(estimate, se, 0, 0), wide, multiplier)


def _widen(plain: Difference, wide: float, multiplier: float) -> Difference:
    se = plain.se * wide**0.5
    half = multiplier * se
    return Difference(plain.estimate, se, plain.estimate - half, plain.estimate + half)

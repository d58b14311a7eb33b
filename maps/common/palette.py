"""Colours, classes and legend words that every map and picture shares."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.common.judgement_words import LEVEL, NOT_COMPARED
from hotspots.common.wording import say_number

# Pale to dark, so that the least stands back: told apart under every colour-vision type and in grey.
AMOUNT = ("#fbd9a5", "#f0a35e", "#d0604c", "#8f2d56", "#3f0d3e")
# PuOr, never red-green: purple down, orange up.
CHANGE = {"up": "#e08214", "level": "#f7f7f7", "down": "#8073ac", "": "#d0d3d6"}
SIGNS = {"up": "▲ up", "level": f"● {LEVEL}", "down": "▼ down", "": f"– {NOT_COMPARED}"}
# One hue, light to dark, for what lies under the hotspots.
UNDER = ("#d6e4ee", "#a9c6db", "#7aa5c4", "#4a7fa6", "#235a84")
INK, LAND, SEA, LINE, ACCENT = "#0b1f33", "#fbfaf7", "#e3e8ec", "#77808a", "#0f4c81"


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (WCAG contrast)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"


@dataclass(frozen=True)
class Classes:
    """Breaks between five classes of amount, with a colour and words for each."""

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    words: tuple[str, ...]

    def of(self, values: pd.Series) -> list[int]:
        """Class of each value, 0 the lowest; -1 where the value is missing.

        Examples
        --------
        >>> choose_classes(pd.Series([10, 20, 30, 40, 90])).of(pd.Series([10, 90, None]))
        [0, 4, -1]
        """
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
        found = np.searchsorted(self.breaks, numbers, side="right")
        return [-1 if math.isnan(n) else int(c) for n, c in zip(numbers, found, strict=True)]


def choose_classes(values: pd.Series, *, count: int = 5) -> Classes:
    """Classes of amounts that are alike in size, with round breaks that people can say aloud.

    Values go together where their ratios are smallest (Fisher's natural breaks of the logarithms), so that
    one place far above all others has a class of its own.
    """
    numbers = pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype="float64")
    if not len(numbers):
        return Classes((), (AMOUNT[-1],), ("no figures",))
    seen, times = np.unique(numbers, return_counts=True)
    starts = _natural_starts(seen, times, min(count, len(seen)))
    breaks = _round_breaks(seen, starts)
    steps = [round(i * (len(AMOUNT) - 1) / max(len(breaks), 1)) for i in range(len(breaks) + 1)]
    colours = tuple(AMOUNT[s] for s in steps) if breaks else (AMOUNT[-1],)
    return Classes(tuple(breaks), colours, _say_classes(breaks, numbers))


MOST_VALUES = 300  # of more different values every so-manieth is weighed: the breaks stay where they are


def _natural_starts(seen: np.ndarray, times: np.ndarray, groups: int) -> list[int]:
    """Where each group after the first begins, so that logarithms within groups differ least (Fisher)."""
    if len(seen) > MOST_VALUES:
        kept = np.unique(np.linspace(0, len(seen) - 1, MOST_VALUES).round().astype(int))
        weights = np.add.reduceat(times, kept)
        return [int(kept[i]) for i in _natural_starts(seen[kept], weights, groups)]
    above = seen[seen > 0]
    logs = np.log(np.maximum(seen, above.min() / 2 if len(above) else 1))
    n = len(seen)
    weight, first, second = (np.r_[0, np.cumsum(times * logs**power)] for power in (0, 1, 2))
    i, j = np.arange(n)[:, None], np.arange(1, n + 1)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = second[j] - second[i] - (first[j] - first[i]) ** 2 / (weight[j] - weight[i])
    spread = np.where(j > i, spread, np.inf)  # of the values from i up to, not with, j
    best, cuts = spread[0], []
    for _ in range(groups - 1):
        totals = np.r_[np.inf, best[:-1]][:, None] + spread
        cuts.append(totals.argmin(axis=0))
        best = totals.min(axis=0)
    starts, end = [], n
    for cut in reversed(cuts):
        end = int(cut[end - 1])
        starts.append(end)
    return starts[::-1]


def _round_breaks(seen: np.ndarray, starts: list[int]) -> list[float]:
    """Round number for the start of each group; among many values it may stand a few of them away."""
    slack, ends = len(seen) // 30, [0, *starts, len(seen)]
    breaks: list[float] = []
    for before, start, after in zip(ends, starts, ends[2:], strict=False):
        low, high = seen[max(start - 1 - slack, before)], seen[min(start + slack, after - 1)]
        found = _round_between(low, high, math.sqrt(max(seen[start - 1] * seen[start], 0)))
        breaks += [found] if found is not None and found > (breaks or [-math.inf])[-1] else []
    return breaks


def _round_between(low: float, high: float, middle: float) -> float | None:
    """Roundest number above ``low`` and up to ``high``, the nearest to the middle; None where none is.

    Whole numbers from 10 up, so that counts read as counts; a tenth at least from 1 up.
    """
    power = math.floor(math.log10(high)) if high > 0 else 0
    least = 1.0 if high >= 10 or (low % 1, high % 1) == (0, 0) else 0.1 if high >= 1 else 10.0 ** (power - 1)
    for step in (10.0**p * m for p in range(power, power - 17, -1) for m in (1, 0.5)):
        if step < least * (1 - 1e-9):
            return None
        first, last = math.floor(low / step * (1 + 1e-12)) + 1, math.floor(high / step * (1 + 1e-12))
        if first <= last:
            return float(f"{min(max(round(middle / step), first), last) * step:.12g}")
    return None


def _say_classes(breaks: Sequence[float], numbers: np.ndarray) -> tuple[str, ...]:
    if not breaks:
        low, high = say_number(numbers.min()), say_number(numbers.max())
        return (low if low == high else f"{low} to {high}",)
    whole = all(float(b).is_integer() for b in breaks)
    middle = [
        say_number(a) if whole and b - a == 1 else f"{say_number(a)} to {say_number(b - 1 if whole else b)}"
        for a, b in itertools.pairwise(breaks)
    ]
    return (f"under {say_number(breaks[0])}", *middle, f"{say_number(breaks[-1])} or more")

"""Colours, classes and legend words that every map and picture shares."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.judgement_words import LEVEL, NOT_COMPARED
from hotspots.wording import say_number

# Five steps of matplotlib's cividis, light to dark: told apart under every colour-vision type and in grey.
AMOUNT = ("#fee838", "#bcae6c", "#7d7c78", "#434e6c", "#00224e")
# PuOr, never red-green: purple down, orange up.
CHANGE = {"up": "#e08214", "level": "#f7f7f7", "down": "#8073ac", "": "#d0d3d6"}
SIGNS = {"up": "▲ up", "level": f"● {LEVEL}", "down": "▼ down", "": f"– {NOT_COMPARED}"}
# One hue, light to dark, for what lies under the hotspots.
UNDER = ("#d6e4ee", "#a9c6db", "#7aa5c4", "#4a7fa6", "#235a84")
INK, LAND, SEA, LINE, ACCENT = "#0b1f33", "#fbfaf7", "#e3e8ec", "#77808a", "#0f4c81"


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (WCAG contrast).

    Examples
    --------
    >>> ink_on("#fee838"), ink_on("#00224e")
    ('#000000', '#ffffff')
    """
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
    """Classes of roughly equal numbers of values, with round breaks that people can say aloud.

    Parameters
    ----------
    values : pandas.Series
        The amounts; missing ones are left out.
    count : int, default 5
        Most classes wanted; fewer when the values do not allow so many.

    Returns
    -------
    Classes

    Examples
    --------
    >>> choose_classes(pd.Series([12, 48, 103, 260, 990])).words
    ('under 40', '40 to 79', '80 to 169', '170 to 399', '400 or more')
    """
    numbers = pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype="float64")
    if not len(numbers):
        return Classes((), (AMOUNT[-1],), ("no figures",))
    wanted = np.quantile(numbers, [i / count for i in range(1, count)])
    for fineness in (2, 10, 100, 1000):
        rounded = {_round_break(float(w), fineness) for w in wanted}
        breaks = sorted(b for b in rounded if numbers.min() < b <= numbers.max())
        if len(breaks) >= min(len(set(wanted)), 3):
            break
    steps = [round(i * (len(AMOUNT) - 1) / max(len(breaks), 1)) for i in range(len(breaks) + 1)]
    colours = tuple(AMOUNT[s] for s in steps) if breaks else (AMOUNT[-1],)
    return Classes(tuple(breaks), colours, _say_classes(breaks, numbers))


def _round_break(value: float, fineness: int) -> float:
    """To the nearest half, tenth ... of its size; whole numbers from 1 up, so that counts read as counts."""
    if value <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(value))
    step = size / fineness if value >= 2 * size or fineness > 2 else size / 10
    rounded = round(value / step) * step
    return float(max(round(rounded), 1)) if value >= 1 else float(f"{rounded:.3g}")


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

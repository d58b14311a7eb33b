"""Signs that the recording changed, not the crime: a category's share of all rows jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hotspots.collapse import incidents_per_row
from hotspots.when import rows_in
from hotspots.windows import read_window

JUMP_POINTS = 5.0  # percentage points of all rows
JUMP_FACTOR = 1.5  # and by this factor, up or down
FEWEST = 200  # rows in each window, below which shares jump by chance


def find_recording_changes(incidents: pd.DataFrame, *, before: Any, after: Any) -> list[str]:
    """Warn of each category whose share of all rows moved by 5 points or more and half as much again.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places with ``category``.
    before, after : window
        The windows compared.

    Returns
    -------
    list of str
        One sentence per category, the largest move first; empty where nothing jumped or fewer than 200
        records lie in a window.

    Notes
    -----
    The limits are ours. In Leeds, anti-social behaviour fell from 27 % of rows (2016) to 6 % (2025)
    because of recording; no two years of real crime did that.
    """
    if "category" not in incidents.columns:
        return []
    first, second = read_window(before), read_window(after)
    rows = incidents_per_row(incidents).astype(float)
    counts = pd.DataFrame(
        {name: np.where(rows_in(incidents, w), rows, 0.0) for name, w in (("b", first), ("a", second))},
        index=incidents.index,
    )
    table = counts.groupby(incidents["category"].astype("str")).sum()
    totals = table.sum()
    if (totals < FEWEST).any():
        return []
    shares = table / totals
    jump = (shares["a"] - shares["b"]).abs() * 100
    low, high = shares.min(axis=1), shares.max(axis=1)
    jumped = (jump.round(9) >= JUMP_POINTS) & (high >= JUMP_FACTOR * low)
    order = jump[jumped].sort_values(ascending=False, kind="stable").index
    return [
        f"{name} was {100 * shares.loc[name, 'b']:.0f} % of all records in {first} and "
        f"{100 * shares.loc[name, 'a']:.0f} % in {second}: the way it is recorded may have changed, so its "
        "counts, and totals that hold it, may not be comparable."
        for name in order
    ]

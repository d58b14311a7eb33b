"""Signs that the recording changed, not the crime: a category's share of all rows jumps."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.common.places import incidents_per_row
from hotspots.common.when import DENSE, rows_in, spans_of
from hotspots.common.windows import Window, read_window
from hotspots.common.wording import say_percentage

JUMP_POINTS = 5.0  # percentage points of all rows
JUMP_FACTOR = 1.5  # and by this factor, up or down
FEWEST = 200  # rows in each window, below which shares jump by chance


def find_recording_changes(incidents: pd.DataFrame, *, before: Any, after: Any) -> list[str]:
    """Warn of each category whose share of all rows moved by 5 points or more and half as much again.

    And of each that has no record in a month of one of the windows, though it has many in the others.

    Notes
    -----
    The limits are ours. In Leeds, anti-social behaviour was 25% of rows in July 2016, 7% in March 2024
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
    gaps = _find_gaps(incidents, [first, second])
    table = counts.groupby(incidents["category"].astype("str")).sum()
    totals = table.sum()
    if (totals < FEWEST).any():
        return gaps
    shares = table / totals
    jump = (shares["a"] - shares["b"]).abs() * 100
    low, high = shares.min(axis=1), shares.max(axis=1)
    jumped = (jump.round(9) >= JUMP_POINTS) & (high >= JUMP_FACTOR * low)
    order = jump[jumped].sort_values(ascending=False, kind="stable").index
    return gaps + [
        f"{name} was {say_percentage(shares.loc[name, 'b'])} of all records in {first} and "
        f"{say_percentage(shares.loc[name, 'a'])} in {second}: the way it is recorded may have changed, so "
        "its counts, and totals that hold it, may not be comparable."
        for name in order
    ]


def _find_gaps(incidents: pd.DataFrame, windows: list[Window]) -> list[str]:
    """Name the categories without a record in a month where their own mean says there should be many."""
    lies_in = [rows_in(incidents, window) for window in windows]
    inside = np.logical_or.reduce(lies_in)
    spans = spans_of(incidents)
    held = spans["start"].dt.to_period("M")
    if (held != (spans["end"] - pd.Timedelta(1, "us")).dt.to_period("M"))[inside].any():
        # places of longer windows do not say which month: the windows compared stand in for months
        held = pd.Series(np.where(lies_in[0], str(windows[0]), str(windows[1])), index=incidents.index)
    frame = pd.DataFrame(
        {"n": incidents_per_row(incidents), "category": incidents["category"].astype("str"), "month": held}
    )[inside]
    months = frame["month"].drop_duplicates().sort_values()
    if len(months) < 2:
        return []
    table = frame.pivot_table(index="category", columns="month", values="n", aggfunc="sum", fill_value=0)
    said = []
    for category, row in table.iterrows():
        missing = [str(month) for month in row.index[row == 0]]
        # a mean of 7 in the other months leaves one empty by chance less than once in a thousand
        if missing and row.sum() / (row > 0).sum() >= DENSE:
            listed = ", ".join(missing[:6]) + " and others" * (len(missing) > 6)
            said.append(
                f"{category} has no records at all in {listed}: its counts, and totals that hold it, may not "
                "be comparable."
            )
    return said

"""Small-number suppression: which counts are left out, so that totals do not give them back."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.common.small_counts import hide_small

__all__ = ["feasible_bounds", "hide_small", "hide_small_table"]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int_]


def hide_small_table(table: pd.DataFrame, *, threshold: int) -> pd.DataFrame:
    """Which cells of a two-way table of counts to leave out when its row and column totals are known.

    Counts from 1 to one below the threshold go, then as many more as it takes that nobody who knows
    every total can work a hidden count out, nor narrow it down to fewer values than "1 to one below
    the threshold" has. This is checked by the lowest and highest value that each hidden count could take.

    Notes
    -----
    Zeros stay, and are taken to be known. A row or column whose own total is small and public cannot be
    protected: its cells all go, and its total should not be printed.
    """
    counts = table.to_numpy(dtype="float64")
    hidden = (counts > 0) & (counts < threshold)
    _fill_lines(counts, hidden, threshold)
    exposed = _exposed(counts, hidden, threshold, np.argwhere(hidden & (counts < threshold)))
    # hiding more never narrows what a hidden count could be, so only the exposed are looked at again
    while len(exposed) and _hide_beside(counts, hidden, exposed):
        _fill_lines(counts, hidden, threshold)
        exposed = _exposed(counts, hidden, threshold, exposed)
    return pd.DataFrame(hidden, index=table.index, columns=table.columns)


def _fill_lines(counts: Counts, hidden: Bools, threshold: int) -> None:
    """Apply the one-way rule to every row and column until none changes."""
    changed = True
    while changed:
        changed = False
        for lines, masks in ((counts, hidden), (counts.T, hidden.T)):
            for line, mask in zip(lines, masks, strict=True):
                while mask.any() and (mask.sum() < 2 or line[mask].sum() < threshold):
                    rest = np.flatnonzero(~mask & (line > 0))
                    if not len(rest):
                        break
                    mask[rest[np.argmin(line[rest])]] = True
                    changed = True


def _exposed(counts: Counts, hidden: Bools, threshold: int, cells: Ints) -> Ints:
    """Give those of some cells whose possible values are fewer than they should be."""
    wanted = threshold - 2
    unsure = np.array([cell for cell in cells if _width_of_squares(counts, hidden, *cell) < wanted], dtype=int).reshape(
        -1, 2
    )
    if not len(unsure):
        return unsure
    bounds = feasible_bounds(counts, hidden, unsure)
    return unsure[[high - low < wanted for low, high in bounds]]


def _width_of_squares(counts: Counts, hidden: Bools, i: Any, j: Any) -> float:
    """How far a cell can move along the best square of hidden cells that it is a corner of."""
    rows, columns = np.flatnonzero(hidden[:, j]), np.flatnonzero(hidden[i])
    rows, columns = rows[rows != i], columns[columns != j]
    if not len(rows) or not len(columns):
        return 0.0
    room = counts - 1
    corner = room[np.ix_(rows, columns)]
    up = np.minimum(room[rows, j][:, None], room[i, columns][None, :])
    down = np.minimum(corner, room[i, j])
    width = np.where(hidden[np.ix_(rows, columns)], up + down, 0.0)
    return float(width.max())


def feasible_bounds(counts: Counts, hidden: Bools, cells: Ints) -> list[tuple[int, int]]:
    """Lowest and highest value that each hidden cell could have, for one who knows all the rest.

    Notes
    -----
    A count can rise as far as other hidden counts can make room: the largest flow from its column to
    its row, where a hidden count may fall to 1 and rise without limit. For falling, the other way.
    """
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import maximum_flow

    n_rows, n_columns = counts.shape
    rows, columns = np.nonzero(hidden)
    plenty = int(counts.sum()) + 1
    edges = (np.r_[rows, columns + n_rows], np.r_[columns + n_rows, rows])
    room = np.r_[np.full(len(rows), plenty), counts[hidden] - 1].astype(np.int32)
    size = n_rows + n_columns
    network = coo_array((room, edges), shape=(size, size)).toarray()
    bounds = []
    for i, j in cells:
        moves = []
        for start, end in ((j + n_rows, i), (i, j + n_rows)):
            without = network.copy()
            without[start, end] = 0
            moves.append(int(maximum_flow(csr_array(without), int(start), int(end)).flow_value))
        value = int(counts[i, j])
        bounds.append((value - min(moves[1], value - 1), value + min(moves[0], plenty)))
    return bounds


def _hide_beside(counts: Counts, hidden: Bools, exposed: Ints) -> bool:
    """Hide the smallest shown count in the row, else the column, of each exposed cell."""
    changed = False
    for i, j in exposed:
        for line, mask in ((counts[i], hidden[i]), (counts[:, j], hidden[:, j])):
            rest = np.flatnonzero(~mask & (line > 0))
            if len(rest):
                mask[rest[np.argmin(line[rest])]] = True
                changed = True
                break
    return changed

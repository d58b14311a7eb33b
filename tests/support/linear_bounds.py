"""What a hidden count could be, by a solver that knows the totals alone."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog


def bounds_by_programme(counts, hidden):
    """Lowest and highest value of each hidden cell, by linear programming over the totals."""
    cells = np.argwhere(hidden)
    n_rows, n_columns = counts.shape
    equations = np.zeros((n_rows + n_columns, len(cells)))
    for k, (i, j) in enumerate(cells):
        equations[i, k] = equations[n_rows + j, k] = 1
    totals = np.r_[(counts * hidden).sum(axis=1), (counts * hidden).sum(axis=0)]
    found = []
    for k in range(len(cells)):
        cost = np.eye(len(cells))[k]
        low, high = (linprog(s * cost, A_eq=equations, b_eq=totals, bounds=(1, None)) for s in (1, -1))
        found.append((round(low.fun), round(-high.fun)))
    return found

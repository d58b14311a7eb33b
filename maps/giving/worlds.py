"""A world that fits what is told and gives one number another value, found by whole-number programming."""

from typing import Any

import numpy as np

from hotspots.common.places import Ints

PLENTY = 2**31


def find_world(
    counts: Ints, entries: list[Any], pieces: Any, low: int, high: int, seconds: float, orders: Any = ()
) -> Ints | None:
    """Find whole counts of the pieces that put one number between low and high, at the least cost.

    Numbers that are fixed stay; hidden ones stay 1 or more; any other may change, at a cost that grows slowly
    with its size, since what changes must be hidden. In a row of ``orders`` what is marked 1 holds as many as
    what is marked -1, or more. None where there is no such world, or no time for it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack, vstack

    told = [e for e in entries if not e.silent and (e.value > 0 or e.hidden)]
    free = [i for i, e in enumerate(told) if not e.hidden and not e.fixed]
    n, m = len(counts), len(free)
    sums = csr_array(np.array([e.pieces for e in told], dtype=float).reshape(len(told), n))
    lows = np.array([e.floor if e.hidden else e.told[0] for e in told], dtype=float)
    highs = np.array([e.most if e.hidden else e.told[1] for e in told], dtype=float)
    # what is told and free may shift, up or down, which costs: it would have to be hidden
    shift = csr_array((np.ones(m), (free, range(m))), shape=(len(told), m))
    own = hstack([sums[free], csr_array((m, 2 * m))])
    last = np.array([*orders, pieces], dtype=float).reshape(-1, n)
    target = hstack([csr_array(last), csr_array((len(last), 2 * m))])
    rows = vstack([hstack([sums, -shift, shift]), own, target]).tocsr()
    none = np.zeros(len(last) - 1)
    limits = (
        np.r_[lows, [told[i].floor for i in free], none, low],
        np.r_[highs, [told[i].most for i in free], none + PLENTY, high],
    )
    cost = np.array([1 + np.log1p(told[i].value) for i in free])
    done = milp(
        np.r_[np.zeros(n), cost, cost],
        constraints=LinearConstraint(rows, *limits),
        bounds=Bounds(0, PLENTY),
        integrality=np.r_[np.ones(n), np.zeros(2 * m)],
        options={"time_limit": seconds},
    )
    if done.x is None:
        return None
    world = np.round(done.x[:n]).astype(np.int64)
    fits = all(e.told[0] <= int(world[e.pieces].sum()) <= e.told[1] for e in told if e.fixed)
    return world if fits and low <= int(world[pieces].sum()) <= high else None

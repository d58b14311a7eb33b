"""The exact choice of stops under rules."""

from typing import Any, NamedTuple

import numpy as np

from hotspots.checks import InputError, announce
from hotspots.common.places import Bools, Floats

_SCALE = 1e4


class Bound(NamedTuple):
    """``low <= weights of the chosen stops <= high``; ``demand`` names it where a user asked for it."""

    demand: str
    weights: Floats
    low: float
    high: float


def choose_stops(worth: Floats, rules: list[Bound], *, most: int) -> Bools:
    """Choose the stops worth most together, at most so many, keeping every rule."""
    found = _solve(worth, rules, most)
    if found is None:
        raise _refusal(len(worth), rules, most)
    return found


def keeps(chosen: Bools, rules: list[Bound], *, least: bool = True) -> bool:
    """Say whether a choice keeps every rule; without ``least``, what it must hold may still come."""
    sums = [(float(rule.weights[chosen].sum()), rule) for rule in rules]
    return all((not least or rule.low - 1e-9 <= total) and total <= rule.high + 1e-9 for total, rule in sums)


def _rows(n: int, rules: list[Bound], most: int) -> tuple[Any, Floats, Floats]:
    """Constraint rows over the stops: the rules, then how many there may be."""
    from scipy.sparse import csr_array

    weights = np.vstack([*(r.weights for r in rules), np.ones(n)])
    low, high = [r.low for r in rules], [r.high for r in rules]
    return csr_array(weights), np.array([*low, 0.0]), np.array([*high, float(most)])


def _solve(worth: Floats, rules: list[Bound], most: int) -> Bools | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(worth)
    # Of equal choices the stops listed first, the worst places, as far as the solver tells them apart.
    value = worth * (_SCALE / (worth.sum() or 1.0)) - 1e-7 * np.arange(n)
    if not rules:  # the stops worth most, and no model is needed to say so
        found = np.zeros(n, dtype=bool)
        found[np.argsort(-value, kind="stable")[: max(most, 0)]] = True
        return found & (value > 0)
    rows, low, high = _rows(n, rules, most)
    answer: Any = milp(
        -value,
        constraints=LinearConstraint(rows.tocsc(), low, high),
        bounds=Bounds(0, 1),
        integrality=np.ones(n, dtype=np.int64),
        options={"time_limit": 60.0, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return None
    if answer.status != 0:
        announce("The exact choice of stops stopped after 60 seconds; it is the best found so far.")
    return np.asarray(answer.x > 0.5)


def _refusal(n: int, rules: list[Bound], most: int) -> InputError:
    """Find the fewest demands to give up, and name them."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack

    rows, low, high = _rows(n, rules, most)
    asked = [i for i, rule in enumerate(rules) if rule.demand]
    big = float(n + 1)
    give = np.zeros((rows.shape[0], 2 * len(asked)))
    for at, i in enumerate(asked):
        give[i, 2 * at], give[i, 2 * at + 1] = big, -big
    answer: Any = milp(
        np.concatenate([np.zeros(n), np.ones(2 * len(asked))]),
        constraints=LinearConstraint(hstack([rows, csr_array(give)]).tocsc(), low, high),
        bounds=Bounds(0, 1),
        integrality=np.ones(n + 2 * len(asked), dtype=np.int64),
        options={"time_limit": 60.0},
    )
    given_up = np.zeros(2 * len(asked)) if answer.x is None else answer.x[n:]
    broken = [rules[i].demand for at, i in enumerate(asked) if given_up[2 * at : 2 * at + 2].sum() > 0.5]
    return InputError(
        f"The demands cannot all be met; what breaks it is: {' and '.join(broken) or 'the rules together'}",
        given=f"room for {most} stops",
        advice="fewer demands, more officers or vehicles, or a longer gap",
    )

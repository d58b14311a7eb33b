"""The stops worth most that so many vehicles can keep: exact where few, else by large-neighbourhood search.

Stops are taken out of a plan and put back in another order, thousands of times (Shaw, 1998; Pisinger and
Ropke, 2007); of all the rounds met on the way the best set is then chosen exactly.
"""

import itertools
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hotspots.common.places import Bools, Floats
from hotspots.patrols._exact_choice import Bound, keeps
from hotspots.patrols._rounds import EXACT_STOPS, fitting_rounds

Plan = list[list[int]]

_TRIES, _MORE_TRIES, _CEILING = 500, 120, 3000
# Tries without anything better after which a search ends, as a share of all.
_PATIENCE = 0.35
_POOL, _SECONDS = 4000, 8.0
_TIGHT = 1e-9


class Ground:
    """What a search knows: minutes between stops, their worth, the rules, and how long a round may last."""

    def __init__(
        self, travel: Floats, worth: Floats, rules: list[Bound], *, visit: float, limit: float, vehicles: int
    ) -> None:
        self.travel, self.worth, self.rules = travel, worth, rules
        self.visit, self.limit, self.vehicles = visit, limit + _TIGHT, vehicles
        self.high = np.array([rule.high for rule in rules])
        self.weights = np.array([rule.weights for rule in rules]).reshape(len(rules), len(worth))

    def minutes(self, tour: list[int]) -> float:
        """Minutes of a closed round in this order."""
        return float(self.travel[tour, tour[1:] + tour[:1]].sum()) + self.visit * len(tour)

    def value(self, plan: Plan) -> float:
        """Worth of the stops of a plan; −1 where it breaks a rule."""
        chosen = self.flags(plan)
        return float(self.worth[chosen].sum()) if keeps(chosen, self.rules) else -1.0

    def flags(self, plan: Iterable[Iterable[int]]) -> Bools:
        """Mark the stops of a plan."""
        chosen = np.zeros(len(self.worth), dtype=bool)
        chosen[[stop for tour in plan for stop in tour]] = True
        return chosen


def better_rounds(ground: Ground, start: Plan, *, seed: int = 0, effort: float = 1.0) -> Plan:
    """Better a plan of rounds that keeps every rule; never worse than the start.

    Exact up to 14 stops that are worth something; beyond, the best of all rounds met in the search.
    """
    useful = np.flatnonzero(ground.worth > 0)
    if len(useful) <= EXACT_STOPS:
        exact = every_round(ground, np.union1d(useful, np.flatnonzero(ground.flags(start))))
        return max(start, pick_rounds(ground, exact) or start, key=ground.value)
    rng = np.random.default_rng(seed)
    pool: dict[frozenset[int], list[int]] = {}
    greedy = _put_back(ground, [], rng, chance=0.0)
    now = best = max([list(tour) for tour in start], greedy, key=ground.value)
    value = most = ground.value(best)
    tries, latest = int(effort * min(_CEILING, _TRIES + _MORE_TRIES * ground.vehicles)), 0
    for step in range(tries):
        if step - latest > _PATIENCE * tries:
            break
        plan = _put_back(ground, _take_out(ground, now, rng), rng)
        worth = ground.value(plan)
        # a little worse is let through at first, less and less
        if worth >= value - 0.01 * most * (1 - step / tries):
            now, value = plan, worth
            pool |= {frozenset(tour): tour for tour in plan}
            if worth > most + _TIGHT:
                best, most, latest = plan, worth, step
    met = dict(list(pool.items())[-_POOL:]) | {frozenset(t): t for t in best if t}
    return max(best, pick_rounds(ground, met.values()) or best, key=ground.value)


def every_round(ground: Ground, stops: NDArray[np.int64]) -> list[list[int]]:
    """All rounds of these stops that no larger one contains."""
    found = fitting_rounds(ground.travel[np.ix_(stops, stops)], visit=ground.visit, limit=ground.limit)
    sets = {frozenset(stops[row[row >= 0]].tolist()) for row in found.members}
    whole = [each for each in sets if not any(each | {s} in sets for s in stops.tolist() if s not in each)]
    return [sorted(each) for each in whole]


def pick_rounds(ground: Ground, rounds: Iterable[list[int]]) -> Plan | None:
    """Choose exactly, of rounds that are known, so many that cover most; a stop in two counts once."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack

    known = sorted(map(tuple, rounds))
    n, m = len(ground.worth), len(known)
    if m == 0:
        return None
    held = [(stop, r) for r, tour in enumerate(known) for stop in tour]
    cover = csr_array((np.ones(len(held)), np.array(held).T), shape=(n, m))
    limits = [LinearConstraint(hstack([csr_array(-np.eye(n)), cover]), 0, np.inf)]
    limits.append(LinearConstraint(np.concatenate([np.zeros(n), np.ones(m)])[None, :], 0, ground.vehicles))
    if ground.rules:
        low = np.array([rule.low for rule in ground.rules])
        rows = hstack([csr_array(ground.weights), csr_array((len(low), m))])
        limits.append(LinearConstraint(rows, low, ground.high))
    scale = 1e4 / max(float(ground.worth.sum()), _TIGHT)
    answer = milp(
        np.concatenate([-ground.worth * scale, np.full(m, 1e-6)]),
        constraints=limits,
        bounds=Bounds(0, 1),
        integrality=np.ones(n + m, dtype=np.int64),
        options={"time_limit": _SECONDS, "mip_rel_gap": 1e-6},
    )
    if answer.x is None:
        return None
    left, plan = set(np.flatnonzero(answer.x[:n] > 0.5).tolist()), list[list[int]]()
    for r in np.flatnonzero(answer.x[n:] > 0.5):
        plan.append([stop for stop in known[r] if stop in left])
        left -= set(plan[-1])
    return [tour for tour in plan if tour]


def _take_out(ground: Ground, plan: Plan, rng: np.random.Generator) -> Plan:
    """Take out stops near each other, at random, or whole rounds that lie side by side."""
    served = [stop for tour in plan for stop in tour]
    if not served:
        return [list(tour) for tour in plan]
    first = int(rng.choice(served))
    near = sorted(served, key=lambda stop: ground.travel[first, stop])
    kind = rng.random()
    if kind < 0.45:
        gone = set(near[: int(rng.integers(1, min(len(near), 12) + 1))])
    elif kind < 0.65:
        gone = set(rng.choice(served, int(rng.integers(1, min(len(served), 8) + 1)), replace=False).tolist())
    else:
        ranked = sorted(range(len(plan)), key=lambda r: min((near.index(s) for s in plan[r]), default=999))
        gone = {stop for r in ranked[: int(rng.integers(1, 4))] for stop in plan[r]}
    return [[stop for stop in tour if stop not in gone] for tour in plan]


def _put_back(ground: Ground, plan: Plan, rng: np.random.Generator, chance: float = 0.25) -> Plan:
    """Put in, one after another, the stop worth most for the minutes it costs; without chance worth alone."""
    plan = plan + [[] for _ in range(ground.vehicles - len(plan))]
    spent = [ground.minutes(tour) if tour else 0.0 for tour in plan]
    chosen = ground.flags(plan)
    sums = ground.weights[:, chosen].sum(axis=1)
    needed = np.where(chosen, 0.0, ground.worth + _still_asked(ground, chosen))
    power = float(rng.choice([0.0, 0.3, 0.6, 1.0])) if chance else 0.0
    lure = np.exp(rng.normal(0, chance * rng.random(), len(needed)))
    waiting = np.flatnonzero((needed > 0) & ~chosen)
    costs = np.full((len(plan), len(needed)), np.inf)
    places = np.zeros((len(plan), len(needed)), dtype=np.int64)
    for r in range(len(plan)):
        _price(ground, plan[r], r, waiting, costs, places)
    while len(waiting):
        room = ground.limit - np.array(spent)
        fits = costs[:, waiting] <= room[:, None]
        cheapest = np.where(fits, costs[:, waiting], np.inf).min(axis=0)
        allowed = np.isfinite(cheapest)
        if ground.rules:
            after = sums[:, None] + ground.weights[:, waiting]
            allowed &= (after <= ground.high[:, None] + _TIGHT).all(axis=0)
        if not allowed.any():
            break
        score = np.where(allowed, needed[waiting] * lure[waiting] / np.maximum(cheapest, 1.0) ** power, -np.inf)
        stop = int(waiting[int(score.argmax())])
        r = int(np.where(costs[:, stop] <= room, costs[:, stop], np.inf).argmin())
        plan[r].insert(int(places[r, stop]), stop)
        spent[r] += float(costs[r, stop])
        plan[r], spent[r] = _straighten(ground, plan[r], spent[r])
        sums += ground.weights[:, stop]
        waiting = waiting[waiting != stop]
        _price(ground, plan[r], r, waiting, costs, places)
    return [tour for tour in plan if tour]


def _still_asked(ground: Ground, chosen: Bools) -> Floats:
    """Add a great deal to the stops that a demand still lacks."""
    great = float(ground.worth.sum()) + 1.0
    extra = np.zeros(len(chosen))
    for rule, row in zip(ground.rules, ground.weights, strict=True):
        if rule.low > float(row[chosen].sum()) + _TIGHT:
            extra += great * (row > 0)
    return extra


def _price(
    ground: Ground, tour: list[int], r: int, waiting: NDArray[np.int64], costs: Floats, places: NDArray[np.int64]
) -> None:
    """Minutes that each waiting stop adds to a round at its best place, and that place."""
    if not tour:
        costs[r, waiting], places[r, waiting] = ground.visit, 0
        return
    a, b = np.array(tour), np.array(tour[1:] + tour[:1])
    more = ground.travel[np.ix_(waiting, a)] + ground.travel[np.ix_(waiting, b)] - ground.travel[a, b]
    at = more.argmin(axis=1)
    costs[r, waiting] = more[np.arange(len(waiting)), at] + ground.visit
    places[r, waiting] = at + 1


def _straighten(ground: Ground, tour: list[int], spent: float) -> tuple[list[int], float]:
    """Turn pieces of a round while that shortens it."""
    n = len(tour)
    if n < 4:
        return tour, spent
    for i, j in itertools.combinations(range(n), 2):
        if j - i < 2 or (i == 0 and j == n - 1):
            continue
        a, b, c, d = tour[i], tour[i + 1], tour[j], tour[(j + 1) % n]
        saved = ground.travel[a, b] + ground.travel[c, d] - ground.travel[a, c] - ground.travel[b, d]
        if saved > _TIGHT:
            turned = tour[: i + 1] + tour[i + 1 : j + 1][::-1] + tour[j + 1 :]
            return _straighten(ground, turned, spent - float(saved))
    return tour, spent

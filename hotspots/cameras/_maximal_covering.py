"""Exact maximal covering: which sites together reach the most demand (Church and ReVelle, 1974)."""

import itertools
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import announce
from hotspots.common.places import Floats, Ints

# HiGHS stops at an absolute gap of 1e-6: on this scale that is 1e-10 of all demand.
_SCALE = 1e4
_CLOSE = 1e-9
# Comparing sites pair by pair pays only while the pairs fit in memory.
_MOST_PAIRS = 20_000_000
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, well spread


def covered_weight(weights: Floats, reach: Any, sites: Ints) -> float:
    """Demand reached by at least one of the sites (``reach``: sparse, demand × sites)."""
    if len(sites) == 0:
        return 0.0
    return float(weights[np.asarray(reach[:, sites].sum(axis=1)).ravel() > 0].sum())


def cover_most(weights: Floats, reach: Any, *, count: int, bonus: Floats | None = None, seconds: float = 60.0) -> Ints:
    """Choose at most ``count`` sites that together reach the most demand, to proven optimality.

    Notes
    -----
    Demand reached by the same sites is merged, dominated sites go, then a Lagrangian bound settles most
    of the rest before HiGHS (``scipy.optimize.milp``) proves the optimum.
    """
    from scipy.sparse import csr_array

    total = float(weights.sum())
    sites = np.arange(reach.shape[1])
    extra = np.zeros(len(sites)) if bonus is None else np.asarray(bonus, dtype=float)
    if count <= 0 or len(sites) == 0 or (total <= 0 and not extra.any()):
        return np.empty(0, dtype=np.int64)
    scale = _SCALE / (total or float(extra.max()))
    rows, demand = _merge_alike(csr_array(reach, dtype=np.float64), weights * scale)
    kept = _undominated(rows, extra)
    if len(kept) == 0:
        return np.empty(0, dtype=np.int64)
    rows, sites, extra = csr_array(rows[:, kept]), sites[kept], extra[kept] * scale
    best = _improve(demand, rows, extra, _pick_greedily(demand, rows, extra, count))
    rows, demand, kept, best = _leave_out(demand, rows, extra, count, best)
    sites, extra = sites[kept], extra[kept]
    prices, best = _settle_prices(demand, rows, extra, count, best)
    inside, still_open = _settle_sites(demand, rows, extra, count, best, prices)
    if len(still_open) and len(inside) < count:
        best = _finish(demand, rows, extra, count, best, inside, still_open, seconds)
    return np.sort(sites[best]).astype(np.int64)


def order_by_gain(weights: Floats, reach: Any, sites: Ints) -> tuple[Ints, Floats]:
    """Order chosen sites by what each adds to those before it; returns the order and the gains."""
    from scipy.sparse import csc_array

    left = np.array(weights, dtype=float)
    columns, remaining = csc_array(reach), list(map(int, sites))
    order, gains = [], []
    while remaining:
        worth = [left[_rows_of(columns, s)].sum() for s in remaining]
        pick = int(np.argmax(worth))
        order.append(remaining.pop(pick))
        gains.append(worth[pick])
        left[_rows_of(columns, order[-1])] = 0
    return np.array(order, dtype=np.int64), np.array(gains, dtype=float)


def _rows_of(columns: Any, site: int) -> Any:
    return columns.indices[columns.indptr[site] : columns.indptr[site + 1]]


def _merge_alike(reach: Any, weights: Floats) -> tuple[Any, Floats]:
    """One row for all demand that the very same sites reach; demand out of reach goes."""
    from scipy.sparse import csr_array

    reach.sum_duplicates()
    reach.eliminate_zeros()
    reach.data[:] = 1.0
    rows = np.flatnonzero((weights > 0) & (np.diff(reach.indptr) > 0))
    mine = csr_array(reach[rows])
    mine.sort_indices()
    group, first = _number_rows(mine)
    return csr_array(mine[first]), np.bincount(group, weights[rows], len(first)).astype(float)


def _number_rows(table: Any) -> tuple[Ints, Ints]:
    """Give equal rows of a sparse table one number, in order of first appearance; and the first of each."""
    pointer, columns = table.indptr.astype(np.int64), table.indices.astype(np.uint64)
    sizes = np.diff(pointer)
    if not len(sizes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    mixed = (columns + np.uint64(1)) * _MIX
    mixed ^= mixed >> np.uint64(29)
    sums = np.add.reduceat(mixed * _MIX, pointer[:-1]) + sizes.astype(np.uint64)
    group, distinct = pd.factorize(sums)
    first = np.full(len(distinct), -1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    # the sums only suggest which rows are equal: each is compared with the first of its number
    like = first[group]
    same = sizes == sizes[like]
    step = np.arange(len(columns)) - np.repeat(pointer[:-1], sizes)
    other = np.repeat(np.where(same, pointer[like], pointer[:-1]), sizes) + step
    if same.all() and (columns == columns[other]).all():
        return group.astype(np.int64), first
    texts = [columns[start:end].tobytes() for start, end in itertools.pairwise(pointer.tolist())]
    group = pd.factorize(np.array(texts, dtype=object))[0].astype(np.int64)
    return group, np.unique(group, return_index=True)[1]


def _undominated(reach: Any, bonus: Floats) -> Ints:
    """Columns not reached in full by another one (of equals the first stays); those with a bonus stay."""
    size = np.asarray(reach.sum(axis=0)).ravel()
    useless = (size == 0) & (bonus <= 0)
    if np.square(np.diff(reach.indptr), dtype=np.int64).sum() > _MOST_PAIRS:
        return np.flatnonzero(~useless)
    shared = (reach.T @ reach).tocoo()
    i, j = shared.coords if hasattr(shared, "coords") else (shared.row, shared.col)
    inside = (i != j) & (shared.data == size[i]) & (bonus[i] <= 0)
    worse = inside & ((size[i] < size[j]) | (bonus[j] > 0) | (i > j))
    useless[i[worse]] = True
    return np.flatnonzero(~useless)


def _pick_greedily(demand: Floats, reach: Any, bonus: Floats, count: int) -> Ints:
    left, columns = demand.copy(), reach.tocsc()
    chosen: list[int] = []
    for _ in range(min(count, reach.shape[1])):
        worth = reach.T @ left + bonus
        worth[chosen] = -1
        pick = int(np.argmax(worth))
        if worth[pick] <= 0:
            break
        chosen.append(pick)
        left[_rows_of(columns, pick)] = 0
    return np.array(chosen, dtype=np.int64)


def _improve(demand: Floats, reach: Any, bonus: Floats, chosen: Ints) -> Ints:
    """Swap one site at a time while that reaches more."""
    picks = chosen.tolist()
    improved, rounds = True, 0
    while improved and rounds < 20:
        improved, rounds = False, rounds + 1
        for at in range(len(picks)):
            others = picks[:at] + picks[at + 1 :]
            times = np.asarray(reach[:, others].sum(axis=1)).ravel() if others else np.zeros(len(demand))
            worth = reach.T @ np.where(times > 0, 0.0, demand) + bonus
            worth[others] = -1
            best = int(np.argmax(worth))
            if worth[best] > worth[picks[at]] + _CLOSE:
                picks[at], improved = best, True
    return np.array(picks, dtype=np.int64)


def _value(demand: Floats, reach: Any, bonus: Floats, sites: Ints) -> float:
    return covered_weight(demand, reach, sites) + float(bonus[sites].sum())


def _settle_sites(
    demand: Floats, reach: Any, bonus: Floats, count: int, best: Ints, price: Floats
) -> tuple[Ints, Ints]:
    """Sites that every better set must hold, and those it may hold, by the Lagrangian bound at a price."""
    score = np.maximum(reach.T @ price + bonus, 0)
    order = np.argsort(-score, kind="stable")
    chosen, rest = order[:count], order[count:]
    upper = float(np.maximum(demand - price, 0).sum() + score[chosen].sum())
    slack = upper - _value(demand, reach, bonus, best) + _CLOSE * _SCALE
    following = score[rest[0]] if len(rest) else 0.0
    sure = score[chosen] - following > slack
    possible = rest[score[chosen[-1]] - score[rest] <= slack]
    return np.sort(chosen[sure]), np.sort(np.concatenate([chosen[~sure], possible]))


def _leave_out(demand: Floats, reach: Any, bonus: Floats, count: int, best: Ints) -> tuple[Any, Floats, Ints, Ints]:
    """Leave out sites that reach too little for any better set, however the others are chosen.

    Of a country's million candidates a few thousand are left, and what none of them reaches goes too.
    """
    sure, possible = _settle_sites(demand, reach, bonus, count, best, demand)
    kept = np.union1d(np.concatenate([sure, possible]), best).astype(np.int64)
    rows = reach[:, kept]
    met = np.asarray(rows.sum(axis=1)).ravel() > 0
    return rows[met], demand[met], kept, np.searchsorted(kept, best)


def _settle_prices(demand: Floats, reach: Any, bonus: Floats, count: int, best: Ints) -> tuple[Floats, Ints]:
    """Subgradient steps on the price of each demand point; also the best set met on the way."""
    price = demand / np.maximum(np.asarray(reach.sum(axis=1)).ravel(), 1)
    value = _value(demand, reach, bonus, best)
    kept, lowest, pace, idle = price, np.inf, 1.0, 0
    turned, columns = reach.T.tocsr(), reach.tocsc()
    for _ in range(300):
        score = turned @ price + bonus
        top = np.argpartition(-score, count - 1)[:count] if len(score) > count else np.arange(len(score))
        top = top[score[top] > 0]
        upper = float(np.maximum(demand - price, 0).sum() + score[top].sum())
        idle = 0 if upper < lowest - 1e-7 * _SCALE else idle + 1
        kept, lowest = (price, upper) if upper < lowest else (kept, lowest)
        pace, idle = (pace / 2, 0) if idle >= 12 else (pace, idle)
        times = np.zeros(len(demand))
        for site in top:
            times[_rows_of(columns, site)] += 1
        met = float(demand[times > 0].sum() + bonus[top].sum())
        best, value = (np.sort(top), met) if met > value else (best, value)
        slope = times - (demand > price)
        length = float(slope @ slope)
        if length == 0 or lowest - value <= _CLOSE * _SCALE or pace < 1e-3:
            break
        price = np.clip(price - pace * (upper - value) / length * slope, 0, demand)
    return kept, best


def _finish(
    demand: Floats, reach: Any, bonus: Floats, count: int, best: Ints, inside: Ints, still_open: Ints, seconds: float
) -> Ints:
    """Prove the optimum over the sites still open: the linear relaxation, then the integer model."""
    from scipy.sparse import csr_array

    met = np.asarray(reach[:, inside].sum(axis=1)).ravel() > 0
    rows, weights = _merge_alike(csr_array(reach[~met][:, still_open]), demand[~met])
    extra, room = bonus[still_open], count - len(inside)
    given = np.searchsorted(still_open, np.intersect1d(best, still_open))
    rival = given if len(given) == len(best) - len(inside) else np.empty(0, dtype=np.int64)
    fractions, prices = _relax(weights, rows, extra, room)
    rounded = np.argsort(-fractions, kind="stable")[:room]
    rival = max(rival, _improve(weights, rows, extra, rounded), key=lambda s: _value(weights, rows, extra, s))
    sure, left = _settle_sites(weights, rows, extra, room, rival, prices)
    if len(left) and len(sure) < room:
        rival = _solve(weights, rows, extra, room, rival, np.union1d(sure, left), seconds)
    found = np.sort(np.concatenate([inside, still_open[rival]])).astype(np.int64)
    return max(best, found, key=lambda s: _value(demand, reach, bonus, s))


def _model(reach: Any, room: int) -> tuple[Any, Floats]:
    """Rows and limits: demand counts only where a site reaches it; no more sites than there is room for."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    n, m = reach.shape
    budget = csr_array(np.concatenate([np.ones(m), np.zeros(n)])[None, :])
    rows = vstack([hstack([-reach, eye_array(n)]), budget], format="csc") if n else budget
    return rows, np.concatenate([np.zeros(n), [room]])


def _relax(weights: Floats, reach: Any, bonus: Floats, room: int) -> tuple[Floats, Floats]:
    """Optimum of the linear relaxation: the share of each site, and the price of each demand point."""
    from scipy.optimize import linprog

    rows, limits = _model(reach, room)
    answer = linprog(-np.concatenate([bonus, weights]), A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs-ipm")
    if answer.x is None:
        return np.zeros(len(bonus)), weights.copy()
    prices = np.clip(-answer.ineqlin.marginals[: len(weights)], 0, weights)
    return answer.x[: len(bonus)], prices


def _solve(weights: Floats, reach: Any, bonus: Floats, room: int, rival: Ints, sites: Ints, seconds: float) -> Ints:
    """Solve the integer model over ``sites`` (``rival`` where nothing better is found)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    m, n = len(sites), len(weights)
    rows, limits = _model(reach[:, sites], room)
    answer: Any = milp(
        -np.concatenate([bonus[sites], weights]),
        constraints=LinearConstraint(rows, ub=limits),
        bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(m), np.zeros(n)]),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if answer.status != 0:
        announce(f"The exact search stopped after {seconds:g} seconds; the sites are the best found so far.")
    found = rival if answer.x is None else sites[answer.x[:m] > 0.5]
    return max(rival, found, key=lambda s: _value(weights, reach, bonus, s))

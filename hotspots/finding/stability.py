"""How firmly each hotspot stands: the same search on other draws of the same ground."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import Problems
from hotspots.common.places import Floats, Ints, exact_units
from hotspots.finding.ground import Change, Found, Ground

RESAMPLES = 40
PERIODS = 12


def add_stability(
    spots: gpd.GeoDataFrame,
    label: Ints,
    incidents: gpd.GeoDataFrame,
    ground: Ground,
    found: Found,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Fill ``rank_low``, ``rank_high``, ``stability`` and ``found_again`` of hotspots.

    The search runs again on ``resamples`` draws (each count drawn anew from a Poisson distribution around
    itself), with the radius 25% smaller and larger, with the lattice or grid (where the method has one)
    moved twice, and with each of the latest 12 periods left out.
    A hotspot survives a run when one hotspot of that run holds at least half of its incidents; ``stability``
    is the share of runs it survives. A large one that comes apart into several does not survive, though its
    ground is found: ``found_again`` is the share of its incidents that lie in any hotspot of a run, on
    average over the runs. Its rank in a run is the rank of the hotspot that holds most of its incidents, or
    one below the last where none holds any;
    ``rank_low`` and ``rank_high`` span 90% of the runs, and the rank itself.
    """
    problems = Problems("Stability cannot be measured")
    for name, value in {"resamples": resamples, "seed": seed}.items():
        if not isinstance(value, int | np.integer) or value < 0:
            problems.add(f"{name} must be a whole number from 0 upwards", given=f"{name}={value!r}", advice="40, or 0")
    problems.raise_any()
    spots = spots.copy()
    if not len(spots) or not resamples:
        return spots
    ranks, survived, held = [], [], []
    total = np.bincount(label[label >= 0], ground.places.incidents[label >= 0], len(spots))
    runs = draw_changes(incidents, ground, resamples=resamples, seed=seed, lattice=found.lattice)
    for change in runs:
        again = found.relabel(change)
        rank, stays = follow(label, again, ground.places.incidents, change.ground, len(spots))
        ranks.append(rank)
        survived.append(stays)
        both = (label >= 0) & (again >= 0)
        inside = np.bincount(label[both], ground.places.incidents[both], len(spots))
        held.append(inside / np.maximum(total, 1))
    table = np.array(ranks)
    own = spots.index.to_numpy(dtype=np.int64)  # the rank itself is always within its interval
    spots["rank_low"] = _whole(np.minimum(np.quantile(table, 0.05, axis=0, method="lower"), own))
    spots["rank_high"] = _whole(np.maximum(np.quantile(table, 0.95, axis=0, method="higher"), own))
    spots["stability"] = np.mean(survived, axis=0)
    spots["found_again"] = np.mean(held, axis=0)
    return spots


def follow(label: Ints, again: Ints, base: Ints, ground: Ground, count: int) -> tuple[Ints, Floats]:
    """Find each hotspot in another run: its rank there, and 1 where it survived or 0 where it did not."""
    others = int(again.max(initial=-1)) + 1
    rank = np.full(count, others + 1, dtype=np.int64)
    stays = np.zeros(count)
    both = (label >= 0) & (again >= 0)
    if not both.any():
        return rank, stays
    pair, shared = _add_up(label[both] * others + again[both], base[both])
    total = np.bincount(label[label >= 0], base[label >= 0], count)
    size = np.bincount(again[again >= 0], ground.places.incidents[again >= 0], others)
    harm = size if ground.harm is None else np.bincount(again[again >= 0], ground.harm[again >= 0], others)
    place_in_line = np.empty(others, dtype=np.int64)
    place_in_line[np.lexsort((-size, -harm))] = np.arange(1, others + 1)
    most_first = np.lexsort((place_in_line[pair % others], -shared))[::-1]
    mine, other = pair[most_first] // others, pair[most_first] % others
    rank[mine] = place_in_line[other]  # the last word is that of the hotspot with most of its incidents
    stays[(pair // others)[2 * shared >= total[pair // others]]] = 1
    return rank, stays


def _add_up(key: Ints, weight: Ints) -> tuple[Ints, Floats]:
    keys, inverse = np.unique(key, return_inverse=True)
    return keys, np.bincount(inverse, weight).astype(float)


def _whole(values: Floats) -> pd.arrays.IntegerArray:
    return pd.array(values.astype(np.int64), dtype="Int64")


def draw_changes(
    incidents: gpd.GeoDataFrame, ground: Ground, *, resamples: int, seed: int, lattice: bool = True
) -> Iterator[Change]:
    """Draw the runs: resamples, another radius, another lattice where there is one, a period left out."""
    rng = np.random.default_rng(seed)
    stacks = _stacks(incidents, ground)
    for _ in range(resamples):
        yield Change(_ground_of(stacks, rng.poisson(stacks["n"].to_numpy()), ground))
    yield from (Change(ground, scale=scale) for scale in (0.75, 1.25))
    yield from (Change(ground, shift=shift) for shift in (17.0, 34.0) if lattice)
    periods = sorted(p for p in stacks["period"].unique() if p >= 0)[-PERIODS:]
    if len(periods) > 1:
        n = stacks["n"].to_numpy()
        for period in periods:
            yield Change(_ground_of(stacks, np.where(stacks["period"] == period, 0, n), ground))


def _stacks(incidents: gpd.GeoDataFrame, ground: Ground) -> pd.DataFrame:
    """Incidents of one place, month and harm each, in an order that the order of rows cannot change."""
    places = ground.places
    harm = np.zeros(len(incidents), dtype=np.int64)
    if ground.harm is not None:
        harm = exact_units(incidents["harm"].to_numpy(dtype=float) / np.maximum(places.rows, 1))
    period = np.full(len(incidents), -1, dtype=np.int64)
    if "when" in incidents.columns and pd.api.types.is_datetime64_any_dtype(incidents["when"]):
        when = incidents["when"].dt
        period = (when.year * 12 + when.month).fillna(-1).to_numpy(dtype=np.int64)
    where = np.empty(len(places.xy), dtype=np.int64)
    where[np.lexsort((places.xy[:, 1], places.xy[:, 0]))] = np.arange(len(places.xy))
    table = pd.DataFrame(
        {"line": where[places.inverse], "period": period, "harm": harm, "at": places.inverse, "n": places.rows}
    )
    return table.groupby(["line", "period", "harm"], as_index=False).agg({"at": "first", "n": "sum"})


def _ground_of(stacks: pd.DataFrame, n: Ints, ground: Ground) -> Ground:
    at, size = stacks["at"].to_numpy(), len(ground.places.xy)
    count = np.bincount(at, n, size).astype(np.int64)
    places = ground.places._replace(incidents=count)
    harm = weighed = None
    if ground.harm is not None:
        each = stacks["harm"].to_numpy()
        harm = np.bincount(at, n * each, size).astype(np.int64)
        weighed = np.bincount(at, n * (each > 0), size).astype(np.int64)
    return ground._replace(places=places, harm=harm, weighed=weighed)

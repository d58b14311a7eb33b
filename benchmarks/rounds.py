"""Rounds of the two-hour rule over 92 places: our search beside others, and beside the exact answer.

    python -m pip install pyvrp ortools
    python benchmarks/rounds.py [--seconds 15] [--seed 1]

92 places of the Leeds example (discs of 150 m, by harm, none merged), rounds of 125 minutes that close on
their first stop, 15 minutes a visit, 25 km/h, a third longer than straight. Printed is the share of all
recorded harm in the places that so many vehicles can keep, and processor seconds. "Plain search" takes stops
out at random and puts them back where they cost least, for as long as is said; PyVRP and OR-tools are given
a depot that costs nothing, since they know no round without one, and what they find is then closed: what no
longer fits is dropped, the least worth first. What is not installed is left out, by name.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np

from hotspots import choose_patrols, find_hotspots, read_incidents, weigh_incidents
from hotspots.patrols._large_search import Ground, Plan, better_rounds, every_round, pick_rounds
from hotspots.patrols._travel import stop_times
from hotspots.patrols.options import Travel

PLACES, VEHICLES, LIMIT, VISIT = 92, (2, 4, 8, 20), 125.0, 15.0
SCALE = 1000  # whole numbers for solvers that know no others


def plain_search(ground: Ground, seconds: float, seed: int) -> Plan:
    """Take stops out at random and put others in where they cost least, keeping what is better."""
    rng, end = np.random.default_rng(seed), time.process_time() + seconds
    best: Plan = [[] for _ in range(ground.vehicles)]
    best = fill(ground, best, rng)
    while time.process_time() < end:
        share = rng.uniform(0.05, 0.4)
        plan = fill(ground, [[s for s in tour if rng.random() > share] for tour in best], rng)
        if ground.value(plan) >= ground.value(best):
            best = plan
    return best


def fill(ground: Ground, plan: Plan, rng: np.random.Generator) -> Plan:
    """Put in stops in an order drawn by their worth, each where it costs least, while the rounds allow."""
    waiting = np.flatnonzero(~ground.flags(plan))
    drawn = waiting[np.argsort(-ground.worth[waiting] * rng.uniform(0.5, 1.0, len(waiting)))]
    for stop in drawn:
        ways = [
            (ground.minutes(longer := [*tour[:at], int(stop), *tour[at:]]), v, longer)
            for v, tour in enumerate(plan)
            for at in range(max(len(tour), 1))
        ]
        fits = [(minutes - ground.minutes(plan[v]), v, longer) for minutes, v, longer in ways
                if minutes <= ground.limit]  # fmt: skip
        if fits:
            _, v, longer = min(fits, key=lambda way: way[:2])
            plan[v] = longer
    return plan


def close(ground: Ground, plan: Plan) -> Plan:
    """Close open rounds: what no longer fits is dropped, the least worth first."""
    closed = []
    for tour in plan:
        kept = list(tour)
        while kept and ground.minutes(kept) > ground.limit:
            kept.remove(min(kept, key=lambda stop: ground.worth[stop]))
        closed.append(kept)
    return closed


def by_pyvrp(ground: Ground, seconds: float, seed: int) -> Plan:
    """Let PyVRP collect prizes from a depot that costs nothing."""
    from pyvrp import ActivityType, Model
    from pyvrp.stop import MaxRuntime

    model, prizes = Model(), np.round(ground.worth / ground.worth.max() * SCALE**2).astype(int)
    places = [model.add_location(0, 0) for _ in range(len(prizes) + 1)]
    depot = model.add_depot(places[0])
    for at, prize in zip(places[1:], prizes, strict=True):
        model.add_client(at, service_duration=int(VISIT), prize=int(prize), required=False)
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            minutes = int(ground.travel[i - 1, j - 1]) if i and j else 0
            if i != j:
                model.add_edge(a, b, distance=minutes, duration=minutes)
    model.add_vehicle_type(ground.vehicles, start_depot=depot, end_depot=depot, shift_duration=int(LIMIT))
    found = model.solve(MaxRuntime(seconds), seed=seed, display=False).best
    return [[at.idx for at in route if at.type == ActivityType.CLIENT] for route in found.routes()]


def by_ortools(ground: Ground, seconds: float, seed: int) -> Plan:
    """Let OR-tools do the same with guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    n = len(ground.worth)
    manager = pywrapcp.RoutingIndexManager(n + 1, ground.vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)

    def minutes(a: int, b: int) -> int:
        i, j = manager.IndexToNode(a), manager.IndexToNode(b)
        return (int(ground.travel[i - 1, j - 1]) if i and j else 0) + (int(VISIT) if i else 0)

    transit = routing.RegisterTransitCallback(minutes)
    routing.SetArcCostEvaluatorOfAllVehicles(transit)
    routing.AddDimension(transit, 0, int(LIMIT), True, "minutes")
    prizes = np.round(ground.worth / ground.worth.max() * SCALE**2).astype(int)
    for node, prize in enumerate(prizes, 1):
        routing.AddDisjunction([manager.NodeToIndex(node)], int(prize))
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(1000 * seconds))
    found, plan = routing.SolveWithParameters(how), []
    for vehicle in range(ground.vehicles if found else 0):
        at, tour = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(at):
            tour.append(manager.IndexToNode(at) - 1)
            at = found.Value(routing.NextVar(at))
        plan.append(tour)
    return plan


def clocked(call: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    """Give what a call gives, and its processor seconds."""
    start = time.process_time()
    return call(*given), time.process_time() - start


def beside_exact(seed: int) -> tuple[float, int]:
    """Compare with the exact answer on small towns: the least share of it that the search found."""
    shares = []
    for n in range(12):
        rng = np.random.default_rng([seed, n])
        at = rng.uniform(0, 8000, (18, 2))
        travel = np.ceil(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * 1.3 / (25_000 / 60))
        small = Ground(travel, rng.lognormal(4, 1, 18), [], visit=VISIT, limit=105, vehicles=1 + n % 3)
        exact = pick_rounds(small, every_round(small, np.arange(18)))
        if exact is not None:  # else not proven in its seconds
            shares.append(small.value(better_rounds(small, [[0]], seed=n)) / small.value(exact))
    return min(shares), len(shares)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    incidents, _ = read_incidents(str(files("maps") / "demo" / "leeds_july_2016_2017_2018.zip"))
    incidents["harm"] = weigh_incidents(incidents, scheme="cchi-2026-west-yorkshire")
    spots = find_hotspots(incidents, count=PLACES, by="harm", merge=False, resamples=0)
    print(f"{len(spots)} places, {given.seconds:g} s for each of the others, seed {given.seed}")
    print(
        "| vehicles | ours: share of harm, stops, seconds | plain search | PyVRP open, closed | OR-tools open, closed |"
    )
    print("|---|---|---|---|---|")
    for vehicles in VEHICLES:
        team = {"officers": 2 * vehicles, "vehicles": vehicles, "shift": "14:00-22:00"}
        (stops, _), spent = clocked(lambda team=team: choose_patrols(spots, **team, default_locations=True))
        mine = stops["chosen"].to_numpy()
        whole = stops["share_of_harm"].to_numpy(dtype=float)
        _, between = stop_times(stops, None, Travel())
        ground = Ground(between, stops["harm"].to_numpy(dtype=float), [], visit=VISIT, limit=LIMIT, vehicles=vehicles)
        cells = [f"{whole[mine].sum():.4f}, {mine.sum()}, {spent:.0f}"]
        plain = plain_search(ground, given.seconds, given.seed)
        cells.append(f"{whole[ground.flags(plain)].sum():.4f}")
        for solver in (by_pyvrp, by_ortools):
            try:
                plan = solver(ground, given.seconds, given.seed)
            except ImportError as error:
                cells.append(f"not installed ({error.name})")
                continue
            shares = [whole[ground.flags(p)].sum() for p in (plan, close(ground, plan))]
            cells.append(", ".join(f"{share:.4f}" for share in shares))
        print(f"| {vehicles} | {' | '.join(cells)} |", flush=True)
    share, towns = beside_exact(given.seed)
    print(f"\nBeside the exact answer, {towns} towns of 18 places: never under {100 * share:.2f}% of it.")


if __name__ == "__main__":
    main()

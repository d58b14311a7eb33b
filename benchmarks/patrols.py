"""Cameras beside spopt's MCLP; the choice of patrols and a week's timetable against their goals.

    python -m pip install spopt
    python benchmarks/patrols.py [--data FOLDER] [--out patrols.json]

Demand and candidates are drawn from the distinct places of three real months of West Yorkshire, weighted by
harm. Time is processor time of building and solving together (the child process of spopt's solver counted),
so that a busy machine does not tell: the median of five runs for us, one for spopt, whose default solver
(CBC) proves the same optimum.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from hotspots import choose_patrols, find_hotspots, place_cameras, read_incidents, timetable_patrols, weigh_incidents

DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
CASES = ((5_000, 1_000, 150.0), (5_000, 1_000, 300.0), (2_000, 2_000, 150.0))


def spent() -> float:
    """Processor seconds of this process and its finished children."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def measure(call: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Median processor and wall seconds of a call, and its last result."""
    cpu, wall, result = [], [], None
    for _ in range(runs):
        start, clock = spent(), time.perf_counter()
        result = call()
        cpu.append(spent() - start)
        wall.append(time.perf_counter() - clock)
    return statistics.median(cpu), statistics.median(wall), result


def spopt_share(demand: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, radius: float, count: int) -> float:
    """Share of harm that spopt's MCLP covers, built and solved as its documentation shows."""
    import pulp
    from scipy.spatial.distance import cdist
    from spopt.locate import MCLP

    metres = cdist(demand.get_coordinates(), sites.get_coordinates())
    weights = demand["harm"].to_numpy()
    model = MCLP.from_cost_matrix(metres, weights, radius, count)
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0))
    chosen = [j for j, variable in enumerate(model.fac_vars) if variable.value() > 0.5]
    return float(weights[(metres[:, chosen] <= radius).any(axis=1)].sum() / weights.sum())


def compare_cameras(incidents: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Time both on the same demand, candidates and number of cameras."""
    places = incidents.assign(x=incidents.geometry.x, y=incidents.geometry.y).groupby(["x", "y"], as_index=False)
    table = places["harm"].sum()
    rng = np.random.default_rng(0)
    rows = []
    for points, candidates, radius in CASES:
        drawn = table.iloc[rng.choice(len(table), points, replace=False)]
        demand = gpd.GeoDataFrame(
            {"harm": drawn["harm"].to_numpy()}, geometry=gpd.points_from_xy(drawn["x"], drawn["y"]), crs=27700
        )
        sites = demand.sample(candidates, random_state=0)[["geometry"]]

        def ours(demand: Any = demand, sites: Any = sites, radius: float = radius) -> Any:
            return place_cameras(demand, count=10, radius=radius, candidates=sites)

        def theirs(demand: Any = demand, sites: Any = sites, radius: float = radius) -> float:
            return spopt_share(demand, sites, radius, 10)

        cpu, wall, found = measure(ours, 5)
        spopt_cpu, spopt_wall, share = measure(theirs, 1)
        mine = found["cumulative_share_of_harm"].max()
        rows.append(
            {
                "work": f"cameras {points:,} x {candidates:,}, {radius:g} m",
                "seconds": cpu,
                "wall": wall,
                "spopt": spopt_cpu,
                "spopt_wall": spopt_wall,
                "ratio": spopt_cpu / cpu,
                "same": bool(abs(mine - share) < 1e-9),
                "goal": "2 s, 20 x",
            }
        )
    return rows


def time_patrols(incidents: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Time the choice for 100 hotspots and a week's timetable for two vehicles."""
    spots = find_hotspots(incidents, count=100, by="harm", merge=False)
    team = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00", "break_minutes": 30}
    stated, wall, _ = measure(lambda: choose_patrols(spots, **team, travel_minutes=10), 5)
    rows = [{"work": f"choice of {len(spots)}, minutes stated", "seconds": stated, "wall": wall, "goal": "5 s"}]
    real, wall, (choice, _) = measure(lambda: choose_patrols(spots, **team), 5)
    rows.append({"work": f"choice of {len(spots)}, real travel", "seconds": real, "wall": wall, "goal": "5 s"})
    week, wall, _ = measure(lambda: timetable_patrols(choice, **team, start="2026-11-23"), 5)
    rows.append({"work": "a week for two vehicles", "seconds": week, "wall": wall, "goal": "30 s"})
    return rows


def main() -> None:
    """Run all, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    incidents, _ = read_incidents(arguments.data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    incidents["harm"] = weigh_incidents(incidents)
    rows = compare_cameras(incidents) + time_patrols(incidents)
    for row in rows:
        beside = f"spopt {row['spopt']:7.2f} s  {row['ratio']:5.0f} x  same {row['same']}" if "spopt" in row else ""
        print(f"{row['work']:36} {row['seconds']:6.3f} s (wall {row['wall']:.3f})  {beside}  goal {row['goal']}")
    if arguments.out:
        arguments.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

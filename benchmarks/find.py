"""DBSCAN and discs side by side with scikit-learn on the rows: time, peak memory, labels.

    python benchmarks/find.py [--data FOLDER] [--only NAME ...] [--ours] [--json FILE]

Inputs are drawn with replacement, by a seed, from the located incidents of three West Yorkshire months, as
they are (snapped) or moved by 30 m at random (unsnapped). Every measurement runs in a process of its own:
time is that of the call, in processor seconds (both sides use one core), so that whatever else the machine
does counts for neither; ``wall`` in the JSON is by the clock. Memory is what the call adds at its peak.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
CENTRE = (430_050, 433_550)  # Leeds, Briggate; 8 km around it scikit-learn takes 7 GB for 500,000 rows

# name: (ground, rows, jitter in metres, work, options, goals)
WORK: dict[str, tuple[str, int, float, str, dict[str, Any], dict[str, float]]] = {
    "Leeds year, snapped": ("leeds", 117_000, 0, "dbscan", {"radius": 150, "minimum": 100}, {"times": 40}),
    "1 m rows, West Yorkshire, snapped": (
        "all",
        1_000_000,
        0,
        "dbscan",
        {"radius": 150, "minimum": 100},
        {"times": 50, "memory": 1 / 4},
    ),
    "500,000 rows, one centre": (
        "centre",
        500_000,
        0,
        "dbscan",
        {"radius": 200, "minimum": 600},
        {"times": 150, "memory": 1 / 20},
    ),
    "1 m rows, one centre": (
        "centre",
        1_000_000,
        0,
        "dbscan alone",
        {"radius": 200, "minimum": 600},
        {"seconds": 1, "megabytes": 500},
    ),
    "Leeds year, unsnapped": ("leeds", 117_000, 30, "dbscan", {"radius": 150, "minimum": 100}, {"times": 8}),
    "1 m rows, West Yorkshire, unsnapped": (
        "all",
        1_000_000,
        30,
        "dbscan",
        {"radius": 150, "minimum": 100},
        {"times": 8},
    ),
    "100 discs with stability, Leeds year": ("leeds", 117_000, 0, "discs", {"count": 100}, {"seconds": 5}),
    "6.5 m rows: 500 discs and DBSCAN": (
        "all",
        6_500_000,
        0,
        "both",
        {"count": 500, "radius": 150, "minimum": 100},
        {"seconds": 30, "megabytes": 3000},
    ),
}


def read_ground(archive: Path, ground: str) -> tuple[Any, Any]:
    """Read coordinates and month of the located incidents of a district, a centre or all."""
    with zipfile.ZipFile(archive) as months:
        table = pd.concat([pd.read_csv(months.open(name)) for name in sorted(months.namelist())])
    table = table[table["Longitude"].notna()]
    points = gpd.GeoSeries(gpd.points_from_xy(table["Longitude"], table["Latitude"]), crs=4326).to_crs(27700)
    xy = np.column_stack([points.x, points.y])
    keep = np.ones(len(xy), dtype=bool)
    if ground == "leeds":
        keep = table["LSOA name"].fillna("").str.startswith("Leeds ").to_numpy()
    elif ground == "centre":
        keep = ((xy - CENTRE) ** 2).sum(axis=1) <= 8000**2
    return xy[keep], table["Crime type"].to_numpy()[keep]


def draw(archive: Path, ground: str, rows: int, jitter: float, copies: int = 1) -> Any:
    """Draw rows with replacement; ``copies`` lays that many counties side by side."""
    xy, _ = read_ground(archive, ground)
    rng = np.random.default_rng(0)
    xy = xy[rng.integers(0, len(xy), rows)]
    if copies > 1:
        xy = xy + rng.integers(0, copies, (rows, 1)) * np.array([[60_000.0, 0.0]])
    return xy + rng.normal(0, jitter, xy.shape) if jitter else xy


def measure(who: str, work: str, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run one job in a process of its own."""
    order = json.dumps({"who": who, "work": work, "options": options, "folder": str(folder)})
    done = subprocess.run([sys.executable, __file__, "--child", order], capture_output=True, text=True)
    if done.returncode:
        return {"seconds": float("nan"), "megabytes": float("nan"), "error": done.stderr.strip()[-300:]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_child(order: dict[str, Any]) -> None:
    """Time one job and print what it took; the labels go to a file."""
    logging.disable(logging.WARNING)
    folder, options = Path(order["folder"]), order["options"]
    xy = np.load(folder / "xy.npy")
    small = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy[:200].T), crs=27700)
    if order["who"] == "sklearn":
        from sklearn.cluster import DBSCAN

        DBSCAN(eps=1, min_samples=5).fit_predict(xy[:200])
        start = watch()
        labels = DBSCAN(eps=options["radius"], min_samples=options["minimum"]).fit_predict(xy)
        report(start)
        np.save(folder / "sklearn.npy", labels)
        return
    from hotspots import cluster_incidents, find_hotspots

    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=27700)
    del xy
    if order["work"] in ("discs", "both"):
        rng = np.random.default_rng(1)
        frame["harm"] = rng.choice([1.0, 2.0, 10.0, 194.21, 244.68, 365.0], len(frame))
        frame["when"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(30 * rng.integers(0, 12, len(frame)), "D")
    find_hotspots(small, count=2, resamples=1)  # imports are not part of the work
    cluster_incidents(small, radius=150, min_incidents=5)
    start = watch()
    if order["work"] in ("discs", "both"):
        find_hotspots(frame, count=options["count"])
    if order["work"] != "discs":
        labels = cluster_incidents(frame, radius=options["radius"], min_incidents=options["minimum"])
    report(start)
    if order["work"] == "dbscan":
        np.save(folder / "ours.npy", labels.to_numpy())


def watch() -> tuple[float, float, float]:
    import psutil

    return time.process_time(), time.perf_counter(), psutil.Process().memory_info().rss / 1e6


def report(start: tuple[float, float, float]) -> None:
    seconds, wall = time.process_time() - start[0], time.perf_counter() - start[1]
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 * 1.024
    except ImportError:  # Windows keeps the peak elsewhere
        import psutil

        peak = psutil.Process().memory_info().peak_wset / 1e6
    print(json.dumps({"seconds": seconds, "wall": wall, "megabytes": max(peak - start[2], 1.0)}))


def judge(row: dict[str, Any], goals: dict[str, float]) -> bool:
    """Tell whether every goal is met; a goal that was not measured is not met."""
    met = [row["seconds"] < goals.get("seconds", float("inf")), row["megabytes"] < goals.get("megabytes", 1e12)]
    if "times" in goals:
        met += [row.get("times", 0) >= goals["times"], row.get("identical", False)]
    if "memory" in goals:
        met.append(row.get("memory", 1) <= goals["memory"])
    return all(met)


def run(name: str, archive: Path, *, ours: bool, times: int) -> dict[str, Any]:
    ground, rows, jitter, work, options, goals = WORK[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        np.save(folder / "xy.npy", draw(archive, ground, rows, jitter, copies=8 if rows > 2_000_000 else 1))
        best = min((measure("ours", work, options, folder) for _ in range(times)), key=lambda m: m["seconds"])
        row: dict[str, Any] = {"work": name, "rows": rows, **best, "goals": goals}
        if work == "dbscan" and not ours:
            other = min(
                (measure("sklearn", work, options, folder) for _ in range(times if rows < 200_000 else 1)),
                key=lambda m: m["seconds"],
            )
            row |= {f"sklearn_{key}": value for key, value in other.items()}
            if "error" not in other and "error" not in best:
                row["times"] = other["seconds"] / best["seconds"]
                row["memory"] = best["megabytes"] / other["megabytes"]
                labels = np.load(folder / "ours.npy"), np.load(folder / "sklearn.npy")
                row["identical"] = bool((labels[0] == labels[1]).all())
    return row | {"met": judge(row, goals)}


def describe(row: dict[str, Any]) -> str:
    columns = ("seconds", "megabytes", "sklearn_seconds", "sklearn_megabytes", "times")
    numbers = [row.get(column, np.nan) for column in columns]
    text = "{:7.2f} {:6.0f} {:10.1f} {:7.0f} {:6.1f}".format(*numbers)
    said = f"{'met' if row['met'] else 'NOT MET'} {row['goals']}"
    errors = f"{row.get('error', '')}{row.get('sklearn_error', '')}"
    return f"{row['work']:38} {text} {row.get('identical', '')!s:>7}  {said} {errors}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", nargs="*", choices=list(WORK), help="these rows and no others")
    parser.add_argument("--ours", action="store_true", help="leave scikit-learn out")
    parser.add_argument("--times", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        run_child(json.loads(given.child))
        return
    archive = given.data / "police_uk" / "west_yorkshire_2016_2018_july.zip"
    print(f"{'work':38} {'s':>7} {'MB':>6} {'sklearn s':>10} {'MB':>7} {'times':>6} {'labels':>7}  goal")
    results = []
    for name in given.only or WORK:
        row = run(name, archive, ours=given.ours, times=given.times)
        results.append(row)
        print(describe(row), flush=True)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

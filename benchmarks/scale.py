"""What it costs as the records grow: from a district to a country's decade, time and memory of each stage.

    python benchmarks/scale.py [--data FOLDER] [--work FOLDER] [--sizes N ...] [--json FILE] [--picture FILE]

Each stage runs in a process of its own, on files that the script makes (see `benchmarks/country.py`): Parquet
by month, from three real months of West Yorkshire laid over a country. ``cpu`` is processor seconds of all
threads, ``wall`` the clock's, which on a machine with other work says less; ``MB`` is the peak of the whole
process, libraries and all. ``run`` is `hotspots run`: everything, from the files to the folder of results.

Exponents are fitted to log time over log rows, once to the whole (a constant that does not grow makes it look
better than it is) and once to what lies above the smallest size.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from country import make_country, make_wards

DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SIZES = (100_000, 1_000_000, 6_500_000, 65_000_000)
COUNT = 500
AS_OF = "2024-12-31"
STAGES = ("aggregate", "find", "attach", "map")
WHOLE = 6_500_000  # the whole run is measured up to a national year
CONFIG = """seed = 1
as_of = 2024-12-31
title = "A country"
[incidents]
files = "{files}"
[areas.ward]
file = "{wards}"
name = "name"
[hotspots]
count = 500
"""
GOALS = {
    ("run", 6_500_000): {"seconds": 60, "megabytes": 3000},
    ("to hotspots", 65_000_000): {"seconds": 60, "megabytes": 2000},
}
MOST_GROWTH = 1.05


def run_stage(stage: str, folder: Path, files: Path, wards: Path) -> dict[str, Any]:
    """Run one stage in a process of its own."""
    order = {"stage": stage, "folder": str(folder), "files": str(files), "wards": str(wards)}
    asked = [sys.executable, str(Path(__file__).resolve()), "--child", json.dumps(order)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"stage": stage, "error": done.stderr.strip()[-500:]}
    return {"stage": stage, **json.loads(done.stdout.splitlines()[-1])}


def run_child(order: dict[str, str]) -> None:
    """Do one stage and print what it took."""
    logging.disable(logging.WARNING)
    folder, files, wards = (Path(order[name]) for name in ("folder", "files", "wards"))
    if order["stage"] == "run":
        _run_whole(folder, files, wards)
        return
    prepare, work, keep = _stage(order["stage"], folder, files, wards)
    given = prepare()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = time.process_time(), time.perf_counter()
    found = work(*given)
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(took | {"megabytes": peak / 1e3, "before": held / 1e3} | keep(found)))


def _run_whole(folder: Path, files: Path, wards: Path) -> None:
    config = folder / "run.toml"
    config.write_text(CONFIG.format(files=files.as_posix(), wards=wards.as_posix()), encoding="utf-8")
    asked = [sys.executable, "-m", "maps.cli", "run", str(config), "--out", str(folder / "out")]
    wall = time.perf_counter()
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - wall
    if done.returncode:
        sys.exit(done.stderr[-500:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "megabytes": used.ru_maxrss / 1e3}
    page = (folder / "out" / "map.html").stat().st_size / 1e6
    print(json.dumps(took | {"map_megabytes": page}))


def _stage(stage: str, folder: Path, files: Path, wards: Path) -> tuple[Any, Any, Any]:
    """What a stage is given, what it does, and what it leaves for the next."""
    import geopandas as gpd

    from boundaries import attach_areas, read_areas
    from hotspots import aggregate_incidents, find_hotspots, weigh_incidents
    from maps import write_map

    def places() -> gpd.GeoDataFrame:
        frame = pd.read_pickle(folder / "places.pickle")
        points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"), crs=27700)
        return gpd.GeoDataFrame(frame, geometry=points)

    def keep_places(found: Any) -> dict[str, Any]:
        frame, rejects = found
        flat = pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y)
        flat.to_pickle(folder / "places.pickle")
        return {"places": len(frame), "used": int(frame["incidents"].sum()), "lost": int(rejects["rows"].sum())}

    def keep_spots(spots: Any) -> dict[str, Any]:
        spots.to_pickle(folder / "spots.pickle")
        return {"hotspots": len(spots)}

    def find(frame: Any) -> Any:
        return find_hotspots(frame.assign(harm=weigh_incidents(frame)), count=COUNT, resamples=0)

    def attach(spots: Any, areas: Any, frame: Any) -> Any:
        attached, _ = attach_areas(frame, {"ward": areas}, uncertain=None)
        return attach_areas(spots, {"ward": areas}, incidents=attached)[0]

    def spots() -> Any:
        return pd.read_pickle(folder / "spots.pickle")

    def areas() -> Any:
        return read_areas(wards, name="name")

    def nothing(_: Any) -> dict[str, Any]:
        return {}

    return {
        "aggregate": (lambda: (files,), lambda path: aggregate_incidents(path, as_of=AS_OF), keep_places),
        "find": (lambda: (places(),), find, keep_spots),
        "attach": (lambda: (spots(), areas(), places()), attach, nothing),
        "map": (
            lambda: (spots(), areas(), places()),
            lambda s, a, p: write_map(s, folder / "map.html", layers={"ward": a, "all incidents": p}),
            nothing,
        ),
    }[stage]


def measure(rows: int, months: int, work: Path, archive: Path, wards: Path) -> list[dict[str, Any]]:
    """Make the records of one size and measure every stage on them."""
    files = work / f"rows-{rows}"
    if not files.exists():
        started = work / f"making-{rows}"
        make_country(archive, started, rows=rows, months=months)
        started.rename(files)
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        stages = [*STAGES, *(["run"] if rows <= WHOLE else [])]
        for stage in stages:
            row = {"rows": rows, **run_stage(stage, Path(temporary), files, wards)}
            results.append(row)
            print(describe(row), flush=True)
            if "error" in row:
                break
    done = {row["stage"]: row for row in results if "error" not in row}
    if {"aggregate", "find"} <= set(done):
        both = [done["aggregate"], done["find"]]
        sums = {name: sum(row[name] for row in both) for name in ("cpu", "wall")}
        peak = max(row["megabytes"] for row in both)
        results.append({"rows": rows, "stage": "to hotspots", **sums, "megabytes": peak})
        print(describe(results[-1]), flush=True)
    return results


def describe(row: dict[str, Any]) -> str:
    """One line of the table."""
    if "error" in row:
        return f"{row['rows']:>12,} {row['stage']:12} {row['error']}"
    goal = GOALS.get((row["stage"], row["rows"]))
    said = ""
    if goal:
        met = row["wall"] < goal["seconds"] and row["megabytes"] < goal["megabytes"]
        said = f"  {'met' if met else 'NOT MET'}: {goal['seconds']} s, {goal['megabytes']:,} MB"
    more = f"  {row['places']:,} places" if "places" in row else ""
    return (
        f"{row['rows']:>12,} {row['stage']:12} {row['cpu']:8.1f} {row['wall']:8.1f} "
        f"{row['megabytes']:8,.0f}{more}{said}"
    )


def fit_growth(results: list[dict[str, Any]], stage: str) -> dict[str, float] | None:
    """Exponent of processor time over rows: of the whole, and of what lies above the smallest size."""
    mine = sorted((r["rows"], r["cpu"]) for r in results if r["stage"] == stage and "error" not in r)
    if len(mine) < 3:
        return None
    rows, seconds = np.array(mine, dtype=float).T
    whole = np.polyfit(np.log(rows), np.log(seconds), 1)[0]
    more_rows, more = rows[1:] - rows[0], seconds[1:] - seconds[0]
    above = np.polyfit(np.log(more_rows), np.log(more), 1)[0] if len(more) > 1 and (more > 0).all() else np.nan
    return {"whole": float(whole), "above_the_smallest": float(above)}


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """Draw time and memory over rows, both by powers of ten."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = {
        "aggregate": "count the rows where they lie",
        "find": "find 500 hotspots",
        "attach": "attach wards",
        "map": "draw the map",
        "run": "the whole run",
    }
    colours = dict(zip(names, ("#1b6ca8", "#d1495b", "#66a182", "#8d6a9f", "#2e2e2e"), strict=True))
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), dpi=110, layout="constrained")
    for axis, column, label in ((axes[0], "cpu", "processor seconds"), (axes[1], "megabytes", "peak memory, MB")):
        for stage, name in names.items():
            line = sorted((r["rows"], r[column]) for r in results if r["stage"] == stage and "error" not in r)
            if line:
                axis.loglog(*zip(*line, strict=True), marker="o", markersize=4, color=colours[stage], label=name)
        axis.set_xlabel("rows")
        axis.set_ylabel(label)
        axis.grid(which="major", color="#e3e6e8")
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--work", type=Path, help="folder for the records made (6 GB); kept for the next time")
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        run_child(json.loads(given.child))
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        wards = work / "wards.gpkg"
        if not wards.exists():
            make_wards(given.data / "areas" / "leeds_wards.geojson", wards)
        archive = given.data / "police_uk" / "west_yorkshire_2016_2018_july.zip"
        print(f"{'rows':>12} {'stage':12} {'cpu s':>8} {'wall s':>8} {'MB':>8}")
        results: list[dict[str, Any]] = []
        for rows in sorted(int(size) for size in given.sizes):
            results += measure(rows, 120 if rows > 20_000_000 else 12, work, archive, wards)
    growth = {stage: fit for stage in (*STAGES, "to hotspots", "run") if (fit := fit_growth(results, stage))}
    for stage, fit in growth.items():
        met = "met" if fit["whole"] <= MOST_GROWTH else "NOT MET"
        above = f"{fit['above_the_smallest']:.2f}"
        print(f"growth of {stage}: rows to the power of {fit['whole']:.2f} ({above} above the smallest): {met}")
    if given.json:
        given.json.write_text(json.dumps({"results": results, "growth": growth}, indent=1), encoding="utf-8")
    if given.picture:
        draw(results, given.picture)


if __name__ == "__main__":
    main()

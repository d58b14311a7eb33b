"""Cells and density beside what a user would pick instead: Gi* by esda, kernel density by scikit-learn.

Both sides of a row run one after the other in processes of their own, on the same numbers, drawn with
replacement from three real months of West Yorkshire. Time is processor time of the call, so that a busy
machine does not tell, the median of the calls that fit into a second; memory is the peak of the process
during the call over what it held before. esda is given its table of neighbours ready made.

    python benchmarks/cells.py [--data FOLDER] [--rows "Gi* Leeds" ...] [--out cells.json]
"""

from __future__ import annotations

import argparse
import ctypes
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots import count_cells, read_incidents, score_cells, smooth_density
from hotspots.cells.density import Surface

DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
YEAR = 117_000
LEAST_SECONDS = 1.0
# row: kind of work, place, incidents drawn, metres of jitter, size of the cells, permutations, goal
ROWS: dict[str, tuple[str, str, int, float, float, int | None, float]] = {
    "Gi* Leeds": ("gi", "Leeds", YEAR, 0, 250, None, 300),
    "Gi* 1.3 million cells": ("gi", "West Yorkshire", 1_000_000, 0, 47, None, 500),
    "Gi* 999 permutations": ("gi", "West Yorkshire", YEAR, 0, 250, 999, 20),
    "KDE Leeds year": ("kde", "Leeds", YEAR, 0, 250, None, 300),
    "KDE, arrays only": ("kde-arrays", "Leeds", YEAR, 0, 250, None, 300),
    "KDE unsnapped": ("kde", "Leeds", YEAR, 30, 250, None, 300),
}


def draw_points(data: Path, place: str, rows: int, jitter: float) -> np.ndarray:
    """Draw incidents of the place with replacement."""
    incidents, _ = read_incidents(data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    districts = gpd.read_file(data / "areas" / "west_yorkshire_districts.geojson").to_crs(27700)
    if place != "West Yorkshire":
        districts = districts[districts.eq(place).any(axis=1)]
    xy = shapely.get_coordinates(incidents.geometry[incidents.within(districts.union_all())].to_numpy())
    rng = np.random.default_rng(0)
    return xy[rng.integers(0, len(xy), rows)] + rng.uniform(-jitter, jitter, (rows, 2))


def prepare(job: dict[str, Any], side: str) -> tuple[Callable[[], np.ndarray], float]:
    """Make the call to be measured, and say the seconds spent on neighbours before."""
    xy = np.load(job["points"])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)
    if job["kind"].startswith("kde"):
        if side == "ours" and job["kind"] == "kde-arrays":  # as scikit-learn: no frame in, none out
            cells = count_cells(points, size=job["size"])
            column, row, ones = cells["column"].to_numpy(), cells["row"].to_numpy(), np.ones(len(xy))

            def sums() -> np.ndarray:
                surface = Surface(column, row, cell=job["size"], bandwidth=300)
                return surface.smooth(surface.share_out(xy, ones)) * 1e6

            return sums, 0.0
        if side == "ours":
            return lambda: smooth_density(points)["density"].to_numpy(), 0.0
        from sklearn.neighbors import KernelDensity

        cells = count_cells(points, size=job["size"])
        centre = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
        model = KernelDensity(bandwidth=300, rtol=1e-4)
        return lambda: np.exp(model.fit(xy).score_samples(centre)) * len(xy) * 1e6, 0.0
    cells = count_cells(points, size=job["size"])
    permutations = job["permutations"]
    column = "z" if permutations is None else "p"
    if side == "ours":
        return lambda: score_cells(cells, permutations=permutations)[column].to_numpy(), 0.0
    import esda
    import libpysal

    start = time.process_time()
    tall, wide = cells["row"].nunique(), cells["column"].nunique()
    near = libpysal.weights.lat2W(tall, wide, rook=False)
    near.transform = "B"
    neighbours_in = time.process_time() - start
    values = cells["incidents"].to_numpy(dtype=float)
    options = {"transform": "B", "star": True, "permutations": permutations or 0, "seed": 1}

    def theirs() -> np.ndarray:
        found = esda.G_Local(values, near, **options)
        return np.asarray(found.Zs if permutations is None else found.p_sim)

    return theirs, neighbours_in


def memory(name: str) -> int:
    """Kilobytes from /proc: VmHWM, the peak, or VmRSS, the present."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name)))


def measure(job: dict[str, Any], side: str) -> None:
    """Run one side in this process; numbers to a file, time and memory to standard output."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    call, neighbours_in = prepare(job, side)
    ctypes.CDLL(None).malloc_trim(0)  # give back what the preparation used ...
    Path("/proc/self/clear_refs").write_text("5")  # ... and forget the peak so far
    before, taken = memory("VmRSS"), []
    result = np.empty(0)
    while sum(taken) < LEAST_SECONDS:
        start = time.process_time()
        result = call()
        taken.append(time.process_time() - start)
        if len(taken) == 1:  # later calls reuse the room of the first
            megabytes = max(memory("VmHWM") - before, 0) / 1024
    np.save(job["result"], result)
    megabytes = max(memory("VmHWM") - before, 0) / 1024
    print(json.dumps({"seconds": float(np.median(taken)), "megabytes": megabytes, "neighbours": neighbours_in}))


def run_side(job: dict[str, Any], side: str, folder: Path) -> dict[str, Any]:
    """Measure one side in a process of its own."""
    job = {**job, "result": str(folder / f"{side}.npy")}
    command = [sys.executable, __file__, "--job", json.dumps(job), "--side", side]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {**json.loads(done.stdout.splitlines()[-1]), "result": np.load(job["result"])}


def compare(name: str, data: Path) -> dict[str, Any]:
    """One row of the table."""
    kind, place, rows, jitter, size, permutations, goal = ROWS[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        points = draw_points(data, place, rows, jitter)
        np.save(folder / "points.npy", points)
        job = {"kind": kind, "points": str(folder / "points.npy"), "size": size}
        job["permutations"] = permutations
        ours, theirs = (run_side(job, side, folder) for side in ("ours", "theirs"))
    a, b = ours.pop("result"), theirs.pop("result")
    found = {"row": name, "incidents": len(points), "cells": len(a), "ours": ours, "theirs": theirs, "goal": goal}
    found["times_faster"] = theirs["seconds"] / ours["seconds"]
    found["memory_share"] = ours["megabytes"] / max(theirs["megabytes"], 1e-9)
    if kind.startswith("kde"):
        found["difference"] = f"error {100 * np.abs(a - b).max() / b.max():.2f}% of the peak"
    elif permutations is None:
        found["difference"] = f"z differs by {np.abs(a - b).max():.0e} at most"
    else:
        found["difference"] = f"p below .05 in {100 * (a < 0.05).mean():.1f}% of cells, {100 * (b < 0.05).mean():.1f}%"
    return found


def main() -> None:
    """Run the rows asked for, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=["ours", "theirs"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        measure(json.loads(given.job), given.side)
        return
    logging.disable(logging.WARNING)
    heads = ("row", "cells", "ours", "theirs", "faster", "goal", "memory MB")
    print("{:24}{:>10}{:>10}{:>10}{:>9}{:>6}{:>16}  difference".format(*heads))
    found = []
    for name in given.rows:
        row = compare(name, given.data)
        found.append(row)
        ours, theirs = row["ours"], row["theirs"]
        print(
            f"{name:24}{row['cells']:>10,}{ours['seconds']:>9.4f}s{theirs['seconds']:>9.2f}s"
            f"{row['times_faster']:>8.0f}x{row['goal']:>5.0f}x{ours['megabytes']:>8.0f}{theirs['megabytes']:>8.0f}"
            f"  {row['difference']}",
            flush=True,
        )
    if given.out:
        given.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

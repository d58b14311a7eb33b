"""A Leeds year, CSV to map: the notebook a user writes today beside the same work with this toolkit.

    python benchmarks/notebook.py [--data FOLDER] [--times N] [--json FILE]

The notebook: pandas reads the CSV files, GeoPandas makes points and projects them, scikit-learn's DBSCAN
labels the rows, a spatial join puts wards beside them, counts by cluster and ward, hulls around the
clusters, and a Folium map with the wards, the hulls and every located incident, saved as HTML. Its map is
drawn two ways: ``markers``, a ``CircleMarker`` with a popup for each row in a ``MarkerCluster``, as
Folium's own guide and most tutorials do it, and which the goals are measured by; and ``quick``, a
``FastMarkerCluster`` of bare points, for those who know of it. Ours: the same clusters through
`cluster_incidents` and `outline_hotspots`, wards attached exactly once, and the map with filters and tables
in one file that needs no internet. The labels are checked to be the same.

117,000 rows are drawn with replacement, by a seed, from three real July months of Leeds, into twelve files.
Each side runs in processes of its own, by turns. ``warm``: the work in a process that has done it once on a
tenth of the rows. ``whole``: from starting Python to its end, imports and all. Seconds are of the processor
(all threads), so that other work on the machine counts for neither; by the clock they stand below. Memory is
what the work adds at its peak.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ROWS = 117_000
RADIUS, MINIMUM = 150, 100
GOALS = {"warm": 8.0, "whole": 4.0, "memory": 1 / 3, "import": 0.1}


def make_year(archive: Path, folder: Path, rows: int = ROWS) -> None:
    """Write twelve monthly files in the layout of data.police.uk."""
    with zipfile.ZipFile(archive) as months:
        tables = [pd.read_csv(months.open(n), dtype=str) for n in sorted(months.namelist())]
    leeds = pd.concat(tables)
    leeds = leeds[leeds["LSOA name"].fillna("").str.startswith("Leeds ") | leeds["Longitude"].isna()]
    rng = np.random.default_rng(0)
    for month in range(12):
        some = leeds.iloc[rng.integers(0, len(leeds), rows // 12)].copy()
        some["Month"] = f"2018-{month + 1:02}"
        known = some["Crime ID"].notna().to_numpy()
        some.loc[known, "Crime ID"] = [f"{n:064x}" for n in rng.integers(0, 2**62, int(known.sum()))]
        part = folder / f"2018-{month + 1:02}"
        part.mkdir()
        some.to_csv(part / f"2018-{month + 1:02}-leeds-street.csv", index=False)


def run_notebook(files: list[Path], wards: Path, out: Path, *, quick: bool = False) -> Any:
    """What a user writes today; returns the labels of the located rows."""
    import folium
    import geopandas as gpd
    from folium.plugins import FastMarkerCluster, MarkerCluster
    from sklearn.cluster import DBSCAN

    rows = pd.concat([pd.read_csv(file) for file in files], ignore_index=True)
    rows = rows.dropna(subset=["Longitude", "Latitude"])
    points = gpd.GeoDataFrame(
        rows, geometry=gpd.points_from_xy(rows["Longitude"], rows["Latitude"]), crs="EPSG:4326"
    ).to_crs("EPSG:27700")
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    points["cluster"] = DBSCAN(eps=RADIUS, min_samples=MINIMUM).fit_predict(xy)
    areas = gpd.read_file(wards).to_crs("EPSG:27700")
    joined = gpd.sjoin(points, areas[["WARD_NAME", "geometry"]], how="left", predicate="within")
    by_ward = joined.groupby("WARD_NAME").size().rename("incidents")
    clustered = points[points["cluster"] >= 0]
    hulls = clustered.dissolve("cluster").convex_hull
    counts = clustered.groupby("cluster").size()
    hot = gpd.GeoDataFrame({"incidents": counts}, geometry=hulls).to_crs("EPSG:4326")
    areas["incidents"] = areas["WARD_NAME"].map(by_ward).fillna(0)
    page = folium.Map(location=[53.8, -1.55], zoom_start=11)
    folium.GeoJson(areas.to_crs("EPSG:4326"), tooltip=folium.GeoJsonTooltip(["WARD_NAME", "incidents"])).add_to(page)
    folium.GeoJson(hot, tooltip=folium.GeoJsonTooltip(["incidents"])).add_to(page)
    if quick:
        FastMarkerCluster(points[["Latitude", "Longitude"]].to_numpy().tolist()).add_to(page)
    else:
        cluster = MarkerCluster().add_to(page)
        for row in points.itertuples():
            where = [row.Latitude, row.Longitude]
            folium.CircleMarker(where, radius=4, popup=row[points.columns.get_loc("Crime type") + 1]).add_to(cluster)
    page.save(out / "notebook.html")
    return points["cluster"].to_numpy()


def run_ours(files: list[Path], wards: Path, out: Path) -> Any:
    """Do the same work with this toolkit."""
    from boundaries import attach_areas, read_areas, summarise_areas
    from hotspots import cluster_incidents, outline_hotspots, read_incidents
    from maps import write_map

    incidents, _ = read_incidents(files, as_of="2018-12-31")
    labels = cluster_incidents(incidents, radius=RADIUS, min_incidents=MINIMUM)
    spots = outline_hotspots(incidents, labels)
    areas = {"ward": read_areas(wards, name="WARD_NAME")}
    attached, _ = attach_areas(incidents, areas)
    spots, _ = attach_areas(spots, areas, incidents=attached)
    summarise_areas(attached, areas["ward"], layer="ward")
    write_map(spots, out / "ours.html", layers={**areas, "all incidents": attached})
    return labels.to_numpy()


def run_quick(files: list[Path], wards: Path, out: Path) -> Any:
    """The notebook with the quick map."""
    return run_notebook(files, wards, out, quick=True)


SIDES = {"notebook": run_notebook, "quick": run_quick, "ours": run_ours}


def run_child(order: dict[str, str]) -> None:
    """Do one side's work and print what it took."""
    logging.disable(logging.WARNING)
    folder = Path(order["folder"])
    files = sorted((folder / "year").rglob("*.csv"))
    work = SIDES[order["side"]]
    if order["kind"] == "warm":
        work(sorted((folder / "piece").rglob("*.csv")), Path(order["wards"]), folder)
    held = _resident()
    cpu, wall = time.process_time(), time.perf_counter()
    labels = work(files, Path(order["wards"]), folder)
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 * 1.024
    np.save(folder / f"{order['side']}.npy", labels)
    print(json.dumps(took | {"megabytes": peak - held, "peak": peak}))


def _resident() -> float:
    with Path("/proc/self/statm").open() as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() / 1e6


def run_side(side: str, kind: str, folder: Path, wards: Path) -> dict[str, float]:
    """One side in a process of its own; ``whole`` counts the process from start to end."""
    order = {"side": side, "kind": kind, "folder": str(folder), "wards": str(wards)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    asked = [sys.executable, str(Path(__file__).resolve()), "--child", json.dumps(order)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if kind == "whole":
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        told |= {"cpu": cpu, "wall": time.perf_counter() - wall}
    return told


def time_imports(times: int) -> dict[str, float]:
    """Processor seconds to import geopandas and hotspots, by turns in fresh processes; the median of each."""
    found: dict[str, list[float]] = {"geopandas": [], "hotspots": []}
    for _ in range(times):
        for name, list_of in found.items():
            asked = f"import time; t = time.process_time(); import {name}; print(time.process_time() - t)"
            done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
            list_of.append(float(done.stdout))
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--times", type=int, default=3, help="each side so many times; the best counts")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        run_child(json.loads(given.child))
        return
    wards = given.data / "areas" / "leeds_wards.geojson"
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, rows in (("year", ROWS), ("piece", ROWS // 10)):
            (folder / name).mkdir()
            make_year(given.data / "police_uk" / "west_yorkshire_2016_2018_july.zip", folder / name, rows)
        print(f"{'':16} {'notebook':>10} {'quick map':>10} {'ours':>10} {'times':>7}")
        for kind in ("warm", "whole"):
            runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
            for _ in range(given.times):
                for side, taken in runs.items():
                    taken.append(run_side(side, kind, folder, wards))
            best = {side: min(taken, key=lambda run: run["cpu"]) for side, taken in runs.items()}
            results[kind] = best
            times = best["notebook"]["cpu"] / best["ours"]["cpu"]
            say(f"{kind}, cpu s", best, "cpu", f"{times:7.1f}", times >= GOALS[kind], f"{GOALS[kind]:g} times")
            say(f"{kind}, wall s", best, "wall", f"{best['notebook']['wall'] / best['ours']['wall']:7.1f}")
        best = results["warm"]
        share = best["ours"]["megabytes"] / best["notebook"]["megabytes"]
        say("memory added, MB", best, "megabytes", f"{1 / share:7.1f}", share <= GOALS["memory"], "a third")
        labels = [np.load(folder / f"{side}.npy") for side in SIDES]
        results["identical"] = all(np.array_equal(labels[0], other) for other in labels[1:])
        print(f"the same labels: {results['identical']}")
    results["import"] = imports = time_imports(2 * given.times + 1)
    more = imports["hotspots"] - imports["geopandas"]
    met = "met" if more <= GOALS["import"] else "NOT MET"
    print(
        f"import geopandas {imports['geopandas']:.2f} s, import hotspots {imports['hotspots']:.2f} s "
        f"({more:+.2f} s): {met}: {GOALS['import']:g} s"
    )
    if given.json:
        given.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


def say(name: str, best: dict[str, Any], column: str, times: str, met: bool | None = None, goal: str = "") -> None:
    """Print one line of the table."""
    said = "" if met is None else f"  {'met' if met else 'NOT MET'}: {goal}"
    print(
        f"{name:16} {best['notebook'][column]:10.1f} {best['quick'][column]:10.1f} "
        f"{best['ours'][column]:10.1f} {times}{said}",
        flush=True,
    )


if __name__ == "__main__":
    main()

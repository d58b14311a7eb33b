"""A reader who subtracts: joins what runs delivered, month after month, and tries to get back what is hidden.

    python benchmarks/intruder.py                  # eight small partnerships, three months, two profiles
    python benchmarks/intruder.py 50 12            # fifty, a year of monthly runs

Only delivered files are read, by code of its own: CSV, the GeoPackage by SQLite, the data in the map's page.
The pieces are areas and hotspots cut by each other and by the days on which runs were made. For every number
that is not shown it asks HiGHS for the least and the most that it could be in whole numbers. It has come back
where a small one (1 to below the threshold) cannot be 1, or cannot be one below the threshold; and another
where all it could be lies closer together than the threshold. The raw records are read at the end alone, to
tell small from other. Prints a line for each partnership; ends with 1 where anything came back.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp

THRESHOLDS = {"partner": 5, "public": 10}
NEAREST = {"partner": 1, "public": 10}
SLIVER = 25.0  # square metres: outlines are rounded, and two that share a line differ by less
MOST = 10**6


class Release:
    """What one run told one readership: counts of areas and hotspots, None where hidden, and their ground."""

    def __init__(self, folder: Path, profile: str, until: str) -> None:
        self.folder, self.profile, self.until = folder, profile, until
        self.counts: dict[tuple[str, str], int | None] = {}
        self.ground: dict[tuple[str, str], Any] = {}
        for row in _rows(folder / "areas.csv"):
            self.counts[row["layer"], row["code"]] = _count(row["incidents"])
        self.whole: int | None = None  # a number over its share is the number of all records
        for row in _rows(folder / "hotspots.csv"):
            self.counts["hotspot", row["ref"]] = number = _count(row["incidents"])
            if number and profile == "partner" and row["share_of_incidents"].strip():
                self.whole = round(number / float(row["share_of_incidents"]))
        layers = {layer for layer, _ in self.counts}
        with sqlite3.connect(folder / "hotspots.gpkg") as file:
            for layer in layers:
                key = "ref" if layer == "hotspot" else "code"
                table = "hotspots" if layer == "hotspot" else layer
                for code, blob in file.execute(f'SELECT "{key}", geom FROM "{table}"'):
                    self.ground[layer, str(code)] = _shape(blob)

    def rows_of_hotspots(self) -> list[tuple[str, list[int | None], int | None]]:
        """Kinds, and months, of each hotspot beside its own number, from the data in the map's page."""
        page = (self.folder / "map.html").read_text(encoding="utf-8")
        blocks = [
            b for b in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S) if b.lstrip().startswith("{")
        ]
        data = json.loads(next(b for b in blocks if '"tables"' in b))
        whole = [_count(row["incidents"]) for row in _rows(self.folder / "hotspots.csv")]
        tables = (data["filters"] or {}).get("tables", {})
        return [(by, row, n) for by, table in tables.items() for row, n in zip(table, whole, strict=True)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _count(text: str) -> int | None:
    return int(float(text)) if text.strip() else None


def _shape(blob: bytes) -> Any:
    envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
    return shapely.from_wkb(blob[8 + envelope :])


def cut(releases: list[Release]) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Cut all grounds by each other: their keys, and which pieces of ground each is made of."""
    ground: dict[tuple[str, str], Any] = {}
    for number, release in enumerate(releases):
        for (layer, code), shape in release.ground.items():
            ground[(layer, code) if layer != "hotspot" else (f"hotspot {number}", code)] = shape
    lines = shapely.union_all([shapely.boundary(shape) for shape in ground.values()])
    faces = [f for f in shapely.get_parts(shapely.polygonize([lines])) if f.area > SLIVER]
    middles = [face.representative_point() for face in faces]
    keys = list(ground)
    return keys, np.array([[ground[key].contains(point) for point in middles] for key in keys])


def told_range(value: int, profile: str) -> tuple[int, int]:
    """What a number that is shown may be: itself, or what rounds to it."""
    half = NEAREST[profile]
    return (value, value) if half == 1 or not value else (value - half // 2, value + (half - 1) // 2)


class System:
    """Whole numbers of records by piece of ground and span of time, and all that was told of their sums."""

    def __init__(self, releases: list[Release]) -> None:
        days = sorted({release.until for release in releases})
        keys, inside = cut(releases)
        self.spans, self.size = len(days), inside.shape[1]
        self.asked: list[tuple[str, np.ndarray, str]] = []
        rows, lows, highs = [], [], []
        for number, release in enumerate(releases):
            until = days.index(release.until) + 1
            for (layer, code), value in release.counts.items():
                key = (layer, code) if layer != "hotspot" else (f"hotspot {number}", code)
                row = np.zeros((self.spans, self.size))
                row[:until] = inside[keys.index(key)]
                low, high = (1, MOST) if value is None else told_range(value, release.profile)
                rows.append(row.ravel())
                lows.append(low)
                highs.append(high)
                if value is None:
                    name = f"{release.profile} {release.until} {layer} {code}"
                    self.asked.append((name, row.ravel(), release.profile))
        for release in releases:
            if release.whole is not None:
                row = np.zeros((self.spans, self.size))
                row[: days.index(release.until) + 1] = inside.any(axis=0)
                rows.append(row.ravel())
                lows.append(release.whole)
                highs.append(release.whole)
        self.rows, self.lows, self.highs = np.array(rows), np.array(lows), np.array(highs)

    def between(self, row: np.ndarray) -> tuple[float, float] | None:
        """Least and most of a sum over the pieces, in whole numbers; None where nothing fits."""
        ends = []
        for sign in (1, -1):
            done = milp(
                sign * row,
                constraints=LinearConstraint(self.rows, self.lows, self.highs),
                bounds=Bounds(0, MOST),
                integrality=np.ones(len(row)),
                options={"time_limit": 20},
            )
            if done.x is None:
                return None
            ends.append(sign * done.fun)
        return round(ends[0]), round(ends[1])


def attack_rows(release: Release) -> Iterator[tuple[str, float, float]]:
    """Least and most of each hidden kind and month of each hotspot, from its row and its own number."""
    for by, row, whole in release.rows_of_hotspots():
        hidden = [i for i, value in enumerate(row) if value is None]
        if whole is None or not hidden:
            continue
        ranges = [told_range(value, release.profile) for value in row if value is not None]
        low, high = told_range(whole, release.profile)
        least = low - sum(most for _, most in ranges)
        most = high - sum(least for least, _ in ranges)
        for i in hidden:
            others = len(hidden) - 1
            yield f"{by} {i}", 1 if others else max(1, least), max(1, most - others)


def came_back(value: int, between: tuple[float, float], profile: str) -> bool:
    """Whether what a hidden number could be is less than the rule leaves open."""
    low, high = between
    threshold = THRESHOLDS[profile]
    if 0 < value < threshold:
        return low > 1 or high < threshold - 1
    return value > 0 and high - low < threshold


# --- small partnerships, and the truth about them


def make_partnership(folder: Path, seed: int) -> dict[str, Any]:
    """Write a year of records over nine wards and three plan areas, of which one ward straddles two."""
    rng = np.random.default_rng(seed)
    side, kinds = 900, ["Burglary", "Drugs", "Theft", "Noise", "Litter"]
    corners = {f"W{i}{j}": (430000 + i * side, 433000 + j * side) for i in range(3) for j in range(3)}
    wards = {code: shapely.box(x, y, x + side, y + side) for code, (x, y) in corners.items()}
    split = 430000 + int((1 + rng.uniform(0.3, 0.7)) * side)
    laps = {
        "L1": shapely.box(430000, 433000, split, 433000 + 3 * side),
        "L2": shapely.box(split, 433000, 430000 + 3 * side, 433000 + 3 * side),
    }
    for name, layer in (("wards", wards), ("laps", laps)):
        shapes = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": code},
                "geometry": json.loads(shapely.to_geojson(s)),
            }
            for code, s in layer.items()
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
        text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": shapes})
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    places = rng.uniform([430020, 433020], [430000 + 3 * side - 20, 433000 + 3 * side - 20], (14, 2)).round()
    weight = rng.dirichlet(np.ones(14) * 0.6)
    rows = []
    for month in range(1, 13):
        for _ in range(int(rng.poisson(30))):
            x, y = places[rng.choice(14, p=weight)]
            rows.append((f"{rng.integers(1, 29):02d}/{month:02d}/2024", rng.choice(kinds), "Lane", x, y))
    return {"rows": rows, "grounds": {"ward": wards, "lap": laps}}


LAYOUT = """name = "ours"
source = "cases"
unit = "case"
[columns]
when = "Date"
category = "Type"
place = "Street"
x = "X"
y = "Y"
[coordinates]
kind = "metres"
[dates]
formats = ["%d/%m/%Y"]
"""
CONFIG = """as_of = {until}
[incidents]
files = "cases.csv"
layout = "layout.toml"
[areas.ward]
file = "wards.geojson"
name = "name"
code = "code"
[areas.lap]
file = "laps.geojson"
name = "name"
code = "code"
[hotspots]
count = 5
resamples = 0
{previous}
[output]
profile = "{profile}"
drafts = 0
"""


def live(folder: Path, seed: int, months: list[int]) -> tuple[list[Release], dict[str, Any]]:
    """Run each month under both profiles, each beside its last results."""
    from maps.cli import main

    truth = make_partnership(folder, seed)
    (folder / "layout.toml").write_text(LAYOUT, encoding="utf-8")
    releases, last = [], {"partner": "", "public": ""}
    for month in months:
        with (folder / "cases.csv").open("w", encoding="utf-8", newline="") as stream:
            write = csv.writer(stream)
            write.writerow(["Date", "Type", "Street", "X", "Y"])
            write.writerows(row for row in truth["rows"] if int(row[0][3:5]) <= month)
        for profile in THRESHOLDS:
            out = folder / f"{profile}-{month:02d}"
            previous = f'previous = "{last[profile]}"' if last[profile] else ""
            until = f"2024-{month:02d}-28"
            text = CONFIG.format(until=until, profile=profile, previous=previous)
            (folder / "team.toml").write_text(text, encoding="utf-8")
            if main(["run", str(folder / "team.toml"), "--out", str(out)]):
                raise SystemExit(f"seed {seed}: the run of month {month} under {profile} was refused")
            releases.append(Release(out, profile, until))
            last[profile] = out.name
    return releases, truth


def attack(releases: list[Release], truth: dict[str, Any]) -> tuple[int, int, list[str]]:
    """Numbers in all, hidden ones, and what came back of them."""
    back: list[str] = []
    hidden = 0
    # partners read what is for the public too; the public reads its own alone
    for reader in THRESHOLDS:
        system = System([r for r in releases if reader == "partner" or r.profile == reader])
        for name, row, profile in system.asked:
            if profile != reader:
                continue
            hidden += 1
            between = system.between(row)
            _, until, layer, code = name.split(" ", 3)
            release = next(r for r in releases if r.profile == profile and r.until == until)
            value = _true(truth, release.ground[layer, code], until)
            if between is None or came_back(value, between, profile):
                back.append(f"{name} = {value}, between {between}")
    for release in releases:
        for name, low, high in attack_rows(release):
            if high - low < THRESHOLDS[release.profile] - 2:
                back.append(f"{release.profile} {release.until} hotspot's {name}, between {low} and {high}")
    return sum(len(r.counts) for r in releases), hidden, back


def _true(truth: dict[str, Any], ground: Any, until: str) -> int:
    points = [(x, y) for day, _, _, x, y in truth["rows"] if int(day[3:5]) <= int(until[5:7])]
    return int(shapely.intersects_xy(ground, *np.array(points).T).sum())


def main(many: int = 8, months: int = 3) -> int:
    """Live in many partnerships and attack each."""
    total = 0
    for seed in range(many):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            releases, truth = live(Path(folder), seed, list(range(13 - months, 13)))
            numbers, hidden, back = attack(releases, truth)
        total += len(back)
        share, took = hidden / numbers, time.perf_counter() - start
        print(
            f"seed {seed}: {hidden} of {numbers} numbers hidden ({share:.0%}), {len(back)} came back;"
            f" {took:.0f} s"
        )
        for one in back:
            print(f"    {one}")
    print(f"{many} partnerships, {months} months, two profiles: {total} hidden numbers came back")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

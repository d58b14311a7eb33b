"""A reader who subtracts: joins what runs delivered, month after month, and tries to get back what is hidden.

    python benchmarks/intruder.py                  # eight small partnerships, three months, two profiles
    python benchmarks/intruder.py 50 12            # fifty, a year of monthly runs

Only delivered files are read, by code of its own: CSV, the workbook, the GeoPackage by SQLite, the data in
the map's page. The pieces are areas and hotspots cut by each other and by months. What it joins: whole
periods, the two compared, months of all and of each hotspot, kinds of each hotspot, the order of the list,
every release and both profiles. (Periods that count some kinds alone are left out, and that is said.) For
every number that is not shown it asks HiGHS for whole-number worlds that fit all of it. It has come back
where a small one (1 to below the threshold) cannot be 1, or cannot be one below the threshold; and another
where all it could be lies closer together than the threshold. The raw records are read at the end alone, to
tell small from other. Prints a line for each partnership; ends with 1 where anything came back.
"""

from __future__ import annotations

import calendar
import csv
import itertools
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import shapely
from intruder_world import all_months, name_month, run_months
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

THRESHOLDS = {"partner": 5, "public": 10}
NEAREST = {"partner": 1, "public": 10}
SLIVER = 25.0  # square metres: outlines are rounded, and two that share a line differ by less
MOST = 10**6


class Release:
    """What one run told one readership: counts by what they are of, None where hidden, and their ground.

    A key is (layer, code) or ("hotspot", reference), either also with the months that it counts, or
    ("all", months).
    """

    def __init__(self, folder: Path, profile: str, until: str) -> None:
        self.folder, self.profile, self.until = folder, profile, until
        self.counts: dict[tuple[Any, ...], int | None] = {}
        self.ground: dict[tuple[str, str], Any] = {}
        self.exact: set[tuple[Any, ...]] = set()  # what is not rounded
        self.order: list[tuple[str, str]] = []
        for row in _rows(folder / "areas.csv"):
            self.counts[row["layer"], row["code"]] = _count(row["incidents"])
        for row in _rows(folder / "hotspots.csv"):
            self.counts["hotspot", row["ref"]] = _count(row["incidents"])
            self.order.append(("hotspot", row["ref"]))
        layers = {layer for layer, _ in self.counts}
        with sqlite3.connect(folder / "hotspots.gpkg") as file:
            for layer in layers:
                key = "ref" if layer == "hotspot" else "code"
                table = "hotspots" if layer == "hotspot" else layer
                for code, blob in file.execute(f'SELECT "{key}", geom FROM "{table}"'):
                    self.ground[layer, str(code)] = _shape(blob)
        self._read_workbook(layers)
        self._read_page()

    def _read_workbook(self, layers: set[str]) -> None:
        book = openpyxl.load_workbook(self.folder / "tables.xlsx", read_only=True)
        sheets = {s.title: list(s.iter_rows(values_only=True)) for s in book.worksheets}
        for row in sheets.get("Coverage", [])[3:]:
            if str(row[1]) == "(all)" and isinstance(row[3], int):
                self._tell(("all", None), row[3])
        for month, number, *_ in sheets.get("By month", [])[3:]:
            if re.fullmatch(r"\d{4}-\d\d", str(month)):
                self._tell(("all", (month,)), number)
        notes = {str(row[0]): str(row[1]) for row in sheets["About"]}
        for layer in layers - {"hotspot"}:
            title = f"Changes by {layer}"
            told = re.match(r"Before: (.*?)\. After: (.*?)\.", notes.get(title, ""))
            if told is None:
                continue
            windows = [read_months(text) for text in told.groups()]
            for row in sheets[title][3:]:
                for window, number in zip(windows, row[1:3], strict=True):
                    self._tell((layer, str(row[0]), window), number, exact=NEAREST[self.profile] == 1)
            for row in _rows(self.folder / "hotspots.csv"):
                for window, name in zip(windows, ("before", "after"), strict=True):
                    text = row.get(name, "")
                    self.counts["hotspot", row["ref"], window] = _count(text)

    def _tell(self, key: tuple[Any, ...], number: Any, exact: bool = True) -> None:
        self.counts[key] = int(number) if isinstance(number, int | float) else None
        if exact:
            self.exact.add(key)

    def _read_page(self) -> None:
        """Months of each hotspot, from the data in the map's page."""
        data = self._data()
        months = [read_months(name) for name in data["filters"]["months"]]
        for key, row in zip(self.order, data["filters"].get("tables", {}).get("month", []), strict=False):
            for month, number in zip(months, row, strict=True):
                self.counts[*key, month] = number

    def _data(self) -> Any:
        page = (self.folder / "map.html").read_text(encoding="utf-8")
        blocks = [b for b in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S) if b.lstrip().startswith("{")]
        return json.loads(next(b for b in blocks if '"tables"' in b))

    def rows_of_hotspots(self) -> list[tuple[str, list[int | None], int | None]]:
        """Kinds, and months, of each hotspot beside its own number, from the data in the map's page."""
        whole = [_count(row["incidents"]) for row in _rows(self.folder / "hotspots.csv")]
        tables = (self._data()["filters"] or {}).get("tables", {})
        return [(by, row, n) for by, table in tables.items() for row, n in zip(table, whole, strict=True)]

    def range_of(self, key: tuple[Any, ...]) -> tuple[int, int]:
        """What a number may be for a reader: noughts are told, but for those of a month or a period."""
        value = self.counts[key]
        if value is None:
            return (1 if len(key) == 2 else 0), MOST
        return (value, value) if key in self.exact else told_range(value, self.profile)


def read_months(text: str) -> tuple[str, ...]:
    """Read the months that a window names: "2023", "November 2023" or "May 2023 to July 2023".

    >>> read_months("November 2023"), len(read_months("2023"))
    (('2023-11',), 12)
    """
    names = [*calendar.month_name]
    ends = []
    for part in text.split(" (")[0].split(" to "):
        month, _, year = part.rpartition(" ")
        ends += [(int(year), names.index(month))] if month else [(int(year), 1), (int(year), 12)]
    first, last = (12 * year + month - 1 for year, month in (ends[0], ends[-1]))
    return tuple(f"{at // 12}-{at % 12 + 1:02d}" for at in range(first, last + 1))


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
    """Whole numbers of records by piece of ground and month, and all that was told of their sums.

    Without ``windows`` what was told of the two periods compared is left out: where a kind of crime is missing in
    one of them they count the other kinds alone, and no world fits them beside the months.
    """

    def __init__(self, releases: list[Release], *, windows: bool = True) -> None:
        last = max(release.until for release in releases)[:7]
        months = [m for m in all_months() if m <= last]
        keys, inside = cut(releases)
        shape = (len(months), inside.shape[1])
        self.asked: list[tuple[Release, tuple[Any, ...], np.ndarray]] = []
        rows, lows, highs = [], [], []
        for number, release in enumerate(releases):

            def row_of(key: tuple[Any, ...], number: int = number, release: Release = release) -> np.ndarray:
                of = key[-1] if isinstance(key[-1], tuple) else [m for m in months if m <= release.until[:7]]
                ground = np.ones(shape[1], dtype=bool)
                if key[0] != "all":
                    name = f"hotspot {number}" if key[0] == "hotspot" else key[0]
                    ground = inside[keys.index((name, key[1]))]
                return np.outer([m in of for m in months], ground).astype(float).ravel()

            for key in release.counts:
                if not windows and isinstance(key[-1], tuple) and len(key[-1]) > 1:
                    continue
                low, high = release.range_of(key)
                rows.append(row_of(key))
                lows.append(low)
                highs.append(high)
                if release.counts[key] is None:
                    self.asked.append((release, key, rows[-1]))
            for more, less in itertools.pairwise(release.order):
                rows.append(row_of(more) - row_of(less))
                lows.append(0)
                highs.append(MOST)
        self.rows, self.lows, self.highs = csr_array(np.array(rows)), np.array(lows), np.array(highs)
        self.worlds: list[np.ndarray] = []

    def fits(self) -> bool:
        """Whether any world fits all that was told."""
        return self.reach(np.zeros(self.rows.shape[1]), 0, 0)

    def reach(self, row: np.ndarray, low: int, high: int) -> bool:
        """Whether some world that fits all that is told has a sum between two numbers."""
        if low > high:
            return False
        if any(low <= round(float(row @ world)) <= high for world in self.worlds):
            return True
        done = milp(
            np.zeros(len(row)),
            constraints=[LinearConstraint(self.rows, self.lows, self.highs), LinearConstraint(row, low, high)],
            bounds=Bounds(0, MOST),
            integrality=np.ones(len(row)),
            options={"time_limit": 20},
        )
        if done.x is not None:
            self.worlds.append(np.round(done.x))
        return done.x is not None

    def came_back(self, row: np.ndarray, value: int, profile: str) -> bool:
        """Whether a hidden number, whose true value is given, came back."""
        held = [round(float(row @ world)) for world in self.worlds]
        threshold = THRESHOLDS[profile]
        if value >= threshold and held and max(held) - min(held) >= threshold:
            return False
        return is_narrow(lambda low, high: self.reach(row, low, high), value, threshold)


def is_narrow(reach: Callable[[int, int], bool], value: int, threshold: int) -> bool:
    """Whether what a hidden number could be is less than the rule leaves open.

    ``reach`` says whether it could lie between two numbers.
    """
    if value < threshold:
        return value > 0 and not (reach(0, 1) and reach(threshold - 1, MOST))
    # two values as far apart as the threshold, from the farthest below to the truth itself
    lows = range(max(value - threshold, 0), value + 1)
    return not any(reach(0, low) and reach(low + threshold, MOST) for low in lows)


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


def live(folder: Path, seed: int, months: list[int]) -> tuple[list[Release], dict[str, Any]]:
    """Run some months (0 to 23) under every profile, each beside its last results, and read them."""
    runs, truth = run_months(folder, seed, months, tuple(THRESHOLDS))
    return [Release(out, profile, f"{name_month(month)}-28") for out, profile, month in runs], truth


def attack(releases: list[Release], truth: dict[str, Any]) -> tuple[int, int, list[str]]:
    """Numbers in all, hidden ones, and what came back of them."""
    back: list[str] = []
    hidden = 0
    # partners read what is for the public too; the public reads its own alone
    for reader in THRESHOLDS:
        given = [r for r in releases if reader == "partner" or r.profile == reader]
        system = System(given)
        if not system.fits():
            system = System(given, windows=False)
            print(f"    {reader}: the periods compared are of some kinds alone, and are left out")
            if not system.fits():
                back.append(f"{reader}: no world fits what was told")
                continue
        for release, key, row in system.asked:
            if release.profile != reader:
                continue
            hidden += 1
            value = _true(truth, release, key)
            if system.came_back(row, value, reader):
                back.append(f"{reader} {release.until} {key} = {value}")
    for release in releases:
        for name, low, high in attack_rows(release):
            if high - low < THRESHOLDS[release.profile] - 2:
                back.append(f"{release.profile} {release.until} hotspot's {name}, between {low} and {high}")
    return sum(len(r.counts) for r in releases), hidden, back


def _true(truth: dict[str, Any], release: Release, key: tuple[Any, ...]) -> int:
    until = release.until[:7]
    of = key[-1] if isinstance(key[-1], tuple) else [m for m in truth["when"] if m <= until]
    points = [(x, y) for month, _, _, _, x, y in truth["rows"] if truth["when"][month] in of]
    if key[0] == "all" or not points:
        return len(points)
    return int(shapely.intersects_xy(release.ground[key[0], key[1]], *np.array(points).T).sum())


def main(many: int = 8, months: int = 3) -> int:
    """Live in many partnerships and attack each."""
    total = 0
    for seed in range(many):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            releases, truth = live(Path(folder), seed, list(range(24 - months, 24)))
            numbers, hidden, back = attack(releases, truth)
        total += len(back)
        share, took = hidden / numbers, time.perf_counter() - start
        print(f"seed {seed}: {hidden} of {numbers} numbers hidden ({share:.0%}), {len(back)} came back; {took:.0f} s")
        for one in back:
            print(f"    {one}")
    print(f"{many} partnerships, {months} months, two profiles: {total} hidden numbers came back")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

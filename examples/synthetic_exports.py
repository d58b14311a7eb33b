"""Synthetic exports for every layout: made up, marked as such in every row, with faults planted and counted.

Nobody's records are in them: half the places are drawn at random in a box around Leeds, half near six
invented busy streets; references are invented too. Each row says "SYNTHETIC - not a real record" and each
file's name starts with "synthetic-".

    python examples/synthetic_exports.py OUT            # writes the files and reads each with its layout
    python examples/synthetic_exports.py OUT --rows 200 --seed 7 --until 2024-11-30

`synthetic-truth.csv` says how many rows each file has and how many faults of each cause were planted, so
that a reader of the files can be checked against it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from hotspots import list_layouts, read_crosswalk, read_incidents
from hotspots.reading.coordinates import make_points
from hotspots.reading.crosswalks import BY_SOURCE
from hotspots.reading.layouts import Layout, load_layout

NOTE = "SYNTHETIC - not a real record"
AS_OF = "2024-12-31"
BUSY = {
    "Larkspur Row": (427_500, 434_000),
    "Tannery Street": (430_000, 433_600),
    "Osier Lane": (432_400, 435_000),
    "Copperfield Mount": (431_800, 431_200),
    "Quarry Nook": (428_900, 431_900),
    "Weavers Court": (429_000, 437_000),
}
STREETS = list(BUSY)
WARDS = ["Northgate & Mill Hill", "Southbeck", "Eastfield", "Weirside"]
SUFFIXES = {"police.uk-api": "json", "council-asb-requests": "xlsx", "noise-calls": "tsv", "fire": "gpkg"}
FAULTS = ("no coordinates", "coordinates 0,0", "unreadable date", "future date", "duplicate Crime ID")


def draw_rows(
    layout: Layout, count: int, rng: np.random.Generator, *, until: str = AS_OF
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows under the layout's own column names, and how many faults of each cause were planted.

    Rows dated after ``until`` are left out: two exports of one seed share all rows up to the earlier one.
    """
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 360 * 1440, count), unit="min")
    east, north, streets = _draw_places(count, rng)
    table: dict[str, Any] = {
        "incident_id": [f"{layout.name[:3].upper()}-{i:05d}" for i in range(count)],
        "when": _write_dates(layout, when),
        "category": rng.choice(_categories(layout), count),
        "place": streets,
        "area": rng.choice(WARDS, count),
        "x": east.astype(int).astype(str),
        "y": north.astype(int).astype(str),
    }
    if "time" in layout.columns:
        table["time"] = when.strftime("%H:%M")
    if "force" in layout.columns:
        table["force"] = "Synthetic Police"
    if "offence" in layout.columns:
        table["offence"] = ""
    if layout.kind == "degrees":
        table["x"], table["y"] = _degrees(east, north)
    rows = pd.DataFrame({k: v for k, v in table.items() if k in layout.columns}).astype("object")
    rows = rows[when < pd.Timestamp(until) + pd.Timedelta(days=1)].reset_index(drop=True)
    planted = _plant_faults(rows, rng)
    return rows.rename(columns={k: names[0] for k, names in layout.columns.items()}).assign(Note=NOTE), planted


def _draw_places(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eastings, northings and streets: half anywhere in the box, half within 80 m of their own street."""
    east, north = rng.uniform(425_000, 436_000, count), rng.uniform(428_000, 440_000, count)
    street, near = rng.choice(STREETS, count, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]), rng.random(count) < 0.5
    middle = np.array([BUSY[name] for name in street]) + rng.uniform(-80, 80, (count, 2))
    return (np.where(near, middle[:, 0], east).round(), np.where(near, middle[:, 1], north).round(), street)


def _categories(layout: Layout) -> list[str]:
    if layout.name == "police.uk-api":
        return sorted(layout.labels)
    return [*read_crosswalk(BY_SOURCE[layout.source])["value"], "Something new"]


def _write_dates(layout: Layout, when: pd.DatetimeIndex) -> pd.Index:
    if layout.name.startswith("police.uk"):
        return when.strftime("%Y-%m")
    clocked = "time" in layout.columns
    return when.strftime("%d/%m/%Y" if clocked else "%d/%m/%Y %H:%M")


def _degrees(east: np.ndarray, north: np.ndarray) -> tuple[list[str], list[str]]:
    points = make_points(east, north, crs="EPSG:27700", target="EPSG:3857")
    earth = 20037508.342789244
    lon = [f"{p.x / earth * 180:.6f}" for p in points]
    lat = [f"{np.degrees(2 * np.arctan(np.exp(p.y / earth * np.pi)) - np.pi / 2):.6f}" for p in points]
    return lon, lat


def _plant_faults(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, int]:
    """Spoil rows that do not overlap: 4% without a place, 1% of each other fault (at least one)."""
    few = max(1, len(rows) // 100)
    order = iter(rng.permutation(len(rows)))

    def take(count: int) -> list[int]:
        return [next(order) for _ in range(count)]

    rows.loc[take(4 * few), ["x", "y"]] = ""
    rows.loc[take(few), ["x", "y"]] = "0"
    rows.loc[take(few), "when"] = "not known"
    rows.loc[take(few), "when"] = "2031-05"
    rows.loc[take(few)] = rows.loc[take(few)].to_numpy()  # a row exported twice: the same ID, facts and all
    return {fault: 4 * few if fault == "no coordinates" else few for fault in FAULTS}


def write_rows(rows: pd.DataFrame, layout: Layout, folder: Path) -> Path:
    """Write the rows in the format in which such an export usually comes."""
    suffix = SUFFIXES.get(layout.name, "csv")
    path = folder / f"synthetic-{layout.name}.{suffix}"
    if suffix == "json":
        records = [_nest({str(k): v for k, v in r.items()}) for r in rows.to_dict("records")]
        path.write_text(json.dumps(records), encoding="utf-8")
    elif suffix == "xlsx":
        rows.to_excel(path, index=False)
    elif suffix == "gpkg":
        pyogrio.write_dataframe(rows.astype("str"), path, layer="incidents")
    else:
        separator = "\t" if suffix == "tsv" else ","
        rows.to_csv(path, index=False, sep=separator, encoding="utf-8-sig", lineterminator="\r\n")
    return path


def _nest(record: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in record.items():
        *parents, last = name.split(".")
        inside = nested
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[last] = value
    return nested


def write_exports(folder: Path, *, rows: int = 500, seed: int = 1, until: str = AS_OF) -> pd.DataFrame:
    """Write one export per packaged layout; return the truth: file, layout, rows and faults by cause."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = []
    for number, name in enumerate(list_layouts()):
        layout = load_layout(name)
        table, planted = draw_rows(layout, rows, np.random.default_rng([seed, number]), until=until)
        path = write_rows(table, layout, folder)
        truth.append({"file": path.name, "layout": name, "rows": len(table), **planted, "note": NOTE})
    table = pd.DataFrame(truth)
    table.to_csv(folder / "synthetic-truth.csv", index=False)
    return table


def main() -> None:
    """Write the exports and read each back with its layout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default=AS_OF, help="last day the exports hold")
    given = parser.parse_args()
    print(NOTE)
    truth = write_exports(given.out, rows=given.rows, seed=given.seed, until=given.until)
    for row in truth.to_dict("records"):
        incidents, rejects = read_incidents(given.out / row["file"], layout=row["layout"], as_of=given.until)
        print(f"{row['file']}: {row['rows']} rows = {len(incidents)} used + {len(rejects)} not used")


if __name__ == "__main__":
    main()

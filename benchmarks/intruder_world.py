"""Small made-up partnerships for the intruder: two to four wards, a few hundred records, monthly runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

FIRST, MONTHS = 2023, 24
KINDS = ("Burglary", "Drugs", "Theft", "Noise")
SIDE = 900
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
formats = ["%d/%m/%Y %H:%M"]
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
count = 4
resamples = 0
{previous}
[output]
profile = "{profile}"
drafts = {drafts}
"""


def make_partnership(folder: Path, seed: int) -> dict[str, Any]:
    """Write two to four wards, two plan areas of which one ward straddles both, and two years of records."""
    rng = np.random.default_rng(seed)
    many = 2 + seed % 3
    x0, y0 = 430000, 433000
    wards = {f"W{i}": shapely.box(x0 + i * SIDE, y0, x0 + (i + 1) * SIDE, y0 + SIDE) for i in range(many)}
    split = x0 + int((many - 1 + rng.uniform(0.3, 0.7)) * SIDE)
    end = x0 + many * SIDE
    laps = {"L1": shapely.box(x0, y0, split, y0 + SIDE), "L2": shapely.box(split, y0, end, y0 + SIDE)}
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
    (folder / "layout.toml").write_text(LAYOUT, encoding="utf-8")
    places = rng.uniform([x0 + 20, y0 + 20], [end - 20, y0 + SIDE - 20], (4 * many, 2)).round()
    weight = rng.dirichlet(np.ones(len(places)) * 0.6)
    likes = rng.dirichlet(np.ones(len(KINDS)) * 0.8, len(places))
    rows = []
    for month in range(MONTHS):
        for _ in range(int(rng.poisson(rng.choice([8, 16, 25])))):
            at = int(rng.choice(len(places), p=weight))
            day = pd.Timestamp(FIRST + month // 12, month % 12 + 1, int(rng.integers(1, 29)))
            when = day + pd.Timedelta(hours=int(rng.triangular(0, 21, 24)))
            rows.append((month, f"{when:%d/%m/%Y %H:%M}", str(rng.choice(KINDS, p=likes[at])), at, *places[at]))
    return {"rows": rows, "when": all_months()}


def all_months() -> list[str]:
    """Name every month of the records."""
    return [name_month(month) for month in range(MONTHS)]


def name_month(month: int) -> str:
    """Name a month by its number from the first."""
    return f"{FIRST + month // 12}-{month % 12 + 1:02d}"


def run_months(
    folder: Path, seed: int, months: list[int], profiles: tuple[str, ...], drafts: int = 0
) -> tuple[list[tuple[Path, str, int]], dict[str, Any]]:
    """Run months (of 0 to 23) under every profile, each beside its last results: folder, profile, month."""
    from maps.cli import main

    truth = make_partnership(folder, seed)
    runs, last = [], dict.fromkeys(profiles, "")
    for month in months:
        with (folder / "cases.csv").open("w", encoding="utf-8", newline="") as stream:
            write = csv.writer(stream)
            write.writerow(["Date", "Type", "Street", "X", "Y"])
            write.writerows((d, k, f"Lane {at}", x, y) for m, d, k, at, x, y in truth["rows"] if m <= month)
        for profile in profiles:
            out = folder / f"{profile}-{month:02d}"
            text = CONFIG.format(
                until=f"{name_month(month)}-28",
                profile=profile,
                drafts=drafts if profile == "partner" else 0,
                previous=f'previous = "{last[profile]}"' if last[profile] else "",
            )
            (folder / "team.toml").write_text(text, encoding="utf-8")
            if main(["run", str(folder / "team.toml"), "--out", str(out)]):
                raise SystemExit(f"seed {seed}: the run of month {month} under {profile} was refused")
            runs.append((out, profile, month))
            last[profile] = out.name
    return runs, truth

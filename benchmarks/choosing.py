"""Ways to choose better, tried on splits that no choice was made on: the log in docs/methods/choosing.md.

    python benchmarks/choosing.py --data path/to/open/data [--only six west] [--units 50]

Every way chooses on the earlier months and is scored on the later ones, at equal total ground (the area
of the union, the last disc by its part) and at an equal number of stops, beside hexagons of the same size.
Differences are in percentage points of what came next; their 95% intervals are of means over places.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from scipy.stats import t

from hotspots import read_incidents, weigh_incidents
from hotspots.backtest._rival_methods import Pool, Terms, choose_units
from hotspots.common.places import collapse_incidents, exact_units
from hotspots.finding.by_discs import choose_discs

REPO = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", REPO.parent / "shared" / "data"))
RADIUS, RIM = 150.0, 1 + 1e-9
SIX = ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"]
SPLITS = [
    *((SIX[n : n + 1], SIX[n + 1 : n + 2]) for n in range(4)),
    (SIX[:2], SIX[2:3]),
    (SIX[:3], SIX[3:]),
    (SIX[:4], SIX[4:]),
]
JULYS = [(["2016-07"], ["2017-07"]), (["2017-07"], ["2018-07"]), (["2016-07", "2017-07"], ["2018-07"])]
PRIORS = (10.0,)
_ROUND = math.pi / (64 * math.sin(math.pi / 64))  # a circle over its 128-sided outline


def places(data: Path, only: list[str]) -> Iterator[tuple[str, gpd.GeoDataFrame, list[Any]]]:
    """Yield each place with its records and splits."""
    if "six" in only:
        records, _ = read_incidents(data / "police_uk" / "six_cities_2018_10_2019_02.zip")
        town = records["raw_LSOA name"].str.rsplit(" ", n=1).str[0]
        for name, rows in records.groupby(town):
            yield str(name), rows.reset_index(drop=True), SPLITS
    if "west" in only:
        records, _ = read_incidents(data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
        areas = gpd.read_file(data / "areas" / "west_yorkshire_districts.geojson").to_crs(27700)
        name = next(c for c in areas.columns if areas[c].eq("Leeds").any())
        for district, area in zip(areas[name], areas.geometry, strict=True):
            yield district, records[records.within(area)].reset_index(drop=True), JULYS


def shrink(count: np.ndarray, harm: np.ndarray, prior: float) -> np.ndarray:
    """Harm of each point with its mix drawn towards the whole place's by so many incidents."""
    mean = harm.sum() / max(count.sum(), 1)
    return count * (harm + prior * mean) / np.maximum(count + prior, 1e-9)


def smooth(xy: np.ndarray, count: np.ndarray, prior: float) -> np.ndarray:
    """Counts of points drawn towards the mean of the points within 150 m, ``prior`` periods strong."""
    near = cKDTree(xy).query_ball_point(xy, RADIUS)
    mean = np.array([count[at].mean() for at in near])
    return (count + prior * mean) / (1 + prior)


def held(centres: np.ndarray, xy: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What each disc in turn adds of a weight, each point counted once."""
    left, tree, gains = weight.copy(), cKDTree(xy), []
    for centre in centres:
        inside = tree.query_ball_point(centre, RADIUS * RIM)
        gains.append(left[inside].sum())
        left[inside] = 0
    return np.array(gains)


def score(centres: np.ndarray, xy: np.ndarray, later: np.ndarray, units: int) -> tuple[float, float, int]:
    """Share held at equal ground (the last disc by its part) and at equal stops; discs that ground took."""
    gains = held(centres, xy, later) / later.sum()
    union, ground, share = shapely.Point(), 0.0, 0.0
    wanted, number = units * math.pi * RADIUS**2, 0
    for centre, gain in zip(centres, gains, strict=True):
        grown = shapely.union(union, shapely.Point(centre).buffer(RADIUS, quad_segs=32))
        more = grown.area * _ROUND - ground
        part = min(1.0, (wanted - ground) / more) if more > 0 else 0.0
        share, number = share + part * gain, number + 1
        if part < 1:
            break
        union, ground = grown, ground + more
    return share, float(gains[:units].sum()), number


def try_split(xy: np.ndarray, table: dict[str, np.ndarray], units: int, by: str) -> dict[str, float]:
    """Score every way on one split."""
    count, harm, later = table["count"], table["harm"], table["later"]
    base = count.astype(float) if by == "count" else harm
    ways: dict[str, np.ndarray] = {"as recorded": base}
    if by == "harm":
        ways |= {f"mix shrunk by {p:g}": shrink(count, harm, p) for p in PRIORS}
    else:
        ways["counts shrunk to neighbours"] = smooth(xy, count.astype(float), 0.25)
    found: dict[str, float] = {}
    for name, weight in ways.items():
        for overlap in (0.0, 0.1):
            some = weight > 0
            discs = choose_discs(
                xy[some], exact_units(weight[some]), radius=RADIUS, count=int(units * 1.3), max_overlap=overlap
            ).centres
            ground, stops, number = score(discs, xy, later, units)
            label = name + (", a tenth of overlap" if overlap else "")
            found |= {label: ground, f"{label} | stops": stops, f"{label} | discs": number}
    some = base > 0
    cells = choose_units(
        "hexagons", Pool(xy[some], base[some], base[some]), Terms(units, RADIUS, None), later=Pool(xy, later, later)
    )
    found["hexagons"] = float(later[cells.hold(xy)].sum() / later.sum())
    for overlap in (0.0, 0.1):
        some = later > 0
        best = choose_discs(
            xy[some], exact_units(later[some]), radius=RADIUS, count=int(units * 1.3), max_overlap=overlap
        ).centres
        label = "best possible" + (", a tenth of overlap" if overlap else "")
        found[label] = score(best, xy, later, units)[0]
    return found


def run(data: Path, only: list[str], units: int) -> pd.DataFrame:
    """Try every way on every split of every place."""
    rows = []
    for name, records, splits in places(data, only):
        worth = weigh_incidents(records).fillna(0).to_numpy(dtype=float)
        spots = collapse_incidents(records)
        month = records["when"].dt.strftime("%Y-%m")
        size = len(spots.xy)
        for before, after in splits:
            first, second = month.isin(before).to_numpy(), month.isin(after).to_numpy()
            weighed = worth > 0
            for by in ("count", "harm"):
                own = first if by == "count" else first & weighed
                value = np.ones(len(records)) if by == "count" else worth
                table = {
                    "count": np.bincount(spots.inverse[own], minlength=size),
                    "harm": np.bincount(spots.inverse[own], worth[own], minlength=size),
                    "later": np.bincount(spots.inverse[second], value[second], minlength=size),
                }
                split = f"{'+'.join(before)} to {'+'.join(after)}"
                found = try_split(spots.xy, table, units, by)
                rows.append({"place": name, "split": split, "months": len(before), "by": by, **found})
        print(f"  {name} done", flush=True)
    return pd.DataFrame(rows)


def report(table: pd.DataFrame) -> None:
    """Print the mean of each way and its gain on discs as recorded, by place."""
    for by, part in table.groupby("by"):
        part = part.dropna(axis=1, how="all")
        ways = [c for c in part.columns if c not in ("place", "split", "months", "by")]
        print(f"\nBy {by}: {len(part)} splits of {part['place'].nunique()} places")
        print("| way | share | gain, points (95% over places) | better | gain where one month chose |")
        print("|---|---|---|---|---|")
        for way in [w for w in ways if not w.endswith("| discs")]:
            base = "as recorded | stops" if way.endswith("| stops") else "as recorded"
            gain = 100 * (part[way] - part[base])
            means = gain.groupby(part["place"]).mean()
            reach = t.ppf(0.975, len(means) - 1) * means.sem() if len(means) > 1 else float("nan")
            one = gain[part["months"] == 1].mean()
            print(
                f"| {way} | {part[way].mean():.3f} | {means.mean():+.2f} ({means.mean() - reach:+.2f} to "
                f"{means.mean() + reach:+.2f}) | {int((gain > 0).sum())} of {len(gain)} | {one:+.2f} |"
            )
        for way in [w.removesuffix(" | discs") for w in ways if w.endswith("| discs")]:
            best = "best possible" + (", a tenth of overlap" if way.endswith("overlap") else "")
            discs = part[f"{way} | discs"].mean()
            print(f"{way}: PEI {(part[way] / part[best]).mean():.3f}, {discs:.1f} discs")


def main() -> None:
    """Read the options, try, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", nargs="*", default=["six", "west"])
    parser.add_argument("--units", type=int, default=50)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    table = run(options.data, options.only, options.units)
    if options.out:
        table.to_csv(options.out, index=False)
    report(table)


if __name__ == "__main__":
    main()

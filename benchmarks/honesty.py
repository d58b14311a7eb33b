"""Proof of honesty: how often a response that never happened is called a success, and a real one found.

Run it from the repository: ``python benchmarks/honesty.py --series 2000 --data ../shared/data``.
It prints the table that stands in docs/methods/change.md. One-sided 5% throughout.

Naive practice: choose the top 20 areas of one quarter, compare the next quarter with it, beside the
following 20, by a plain weighted displacement difference. Ours: `hotspots.assess_response` as shipped,
areas chosen on an earlier period, baseline later than it, same months, interval widened.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.stats import beta

from hotspots import assess_response, read_incidents
from hotspots.assessment.assess import judge_counts, measure_spread, weighted_displacement_difference
from hotspots.assessment.comparison_areas import pick_alike
from hotspots.statistics.ratio_of_ratios import typical_size

TOP = 20
CHECKED = 20  # series of each scenario that go through the whole of assess_response, geometry and all
SIDE = 150  # metres, of the squares laid over the real series
YEARS = ("2021", "2022", "2023")


class Scenario(NamedTuple):
    """What is simulated: how many targets, incidents in them a year, planted fall, drift of places a year."""

    name: str
    targets: int
    baseline: float
    fall: float = 0.0
    drift: float = 0.0


SCENARIOS = [
    Scenario("nothing happened, 20 places, about 1,200 incidents", 20, 1200),
    Scenario("nothing happened, 20 places, about 400 incidents", 20, 400),
    Scenario("nothing happened, 5 places, about 400 incidents", 5, 400),
    Scenario("nothing happened, 1 place, about 400 incidents", 1, 400),
    Scenario("nothing happened, 20 places that also drift 10% a year each", 20, 1200, drift=0.10),
    Scenario("nothing happened, 20 places that also drift 20% a year each", 20, 1200, drift=0.20),
    Scenario(
        "limit: nothing happened, 1 place, about 1,200 incidents, drifting 20% a year", 1, 1200, drift=0.20
    ),
    Scenario("40% fall, 20 places, 400 incidents or more", 20, 460, fall=0.40),
    Scenario("40% fall, 5 places, 400 incidents or more", 5, 460, fall=0.40),
    Scenario("40% fall, 1 place, 400 incidents or more", 1, 460, fall=0.40),
    Scenario("50% fall, 20 places, 250 incidents or more", 20, 290, fall=0.50),
    Scenario("50% fall, 5 places, 250 incidents or more", 5, 290, fall=0.50),
    Scenario("50% fall, 1 place, 250 incidents or more", 1, 290, fall=0.50),
]


def exact_interval(hits: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's 95% interval of k in n."""
    low = beta.ppf(0.025, hits, n - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, n - hits) if hits < n else 1.0
    return float(low), float(high)


def line(name: str, naive: list[bool], ours: list[bool], ups: list[bool]) -> str:
    cells = []
    for found in (naive, ours, ups):
        low, high = exact_interval(sum(found), len(found)) if found else (np.nan, np.nan)
        share = f"{sum(found)} of {len(found)} = {100 * np.mean(found):.1f}%" if found else "-"
        cells.append(share + (f" ({100 * low:.1f} to {100 * high:.1f})" if found else ""))
    return f"| {name} | " + " | ".join(cells) + " |"


def naive_success(first: np.ndarray, second: np.ndarray) -> bool:
    """Top areas of one quarter against the following ones, in the next quarter."""
    rank = np.argsort(-first, kind="stable")
    top, rest = rank[:TOP], rank[TOP : 2 * TOP]
    found = weighted_displacement_difference(
        treated=(first[top].sum(), second[top].sum()), control=(first[rest].sum(), second[rest].sum())
    )
    return found.high < 0


# --- simulated series -------------------------------------------------------------------------------


def simulate(
    scenario: Scenario, rng: np.random.Generator, places: int = 200
) -> tuple[np.ndarray, np.ndarray]:
    """Monthly counts of three years (places × 36), and the targets: the top of the first year."""
    dispersion = rng.uniform(1.3, 1.6)
    mean = np.sort(rng.gamma(1.0, 1.0, places))[::-1]
    mean *= scenario.baseline / 12 / mean[: scenario.targets].sum()
    months = np.arange(36)
    season = 1 + 0.25 * np.sin(2 * np.pi * (months / 12 + rng.uniform()))
    city = np.exp(rng.normal(0, 0.08) * months / 12)
    walk = np.cumsum(rng.normal(0, scenario.drift / 12**0.5, (places, 36)), axis=1) if scenario.drift else 0.0
    rate = mean[:, None] * season * city * np.exp(walk)
    counts = draw(rate, dispersion, rng)
    targets = np.argsort(-counts[:, :12].sum(axis=1), kind="stable")[: scenario.targets]
    if scenario.fall:
        cut = rate[targets][:, 24:] * (1 - scenario.fall)
        counts[targets, 24:] = draw(cut, dispersion, rng)
    return counts, targets


def draw(rate: np.ndarray, dispersion: float, rng: np.random.Generator) -> np.ndarray:
    """Negative binomial counts whose variance is the dispersion times their mean."""
    return rng.negative_binomial(rate / (dispersion - 1), 1 / dispersion)


GROUND = gpd.GeoDataFrame(
    geometry=[
        shapely.box(1000 * i, 1000 * j, 1000 * i + 100, 1000 * j + 100) for i in range(20) for j in range(10)
    ],
    crs=27700,
)


def as_places(counts: np.ndarray) -> gpd.GeoDataFrame:
    """The series as places with a window: what the toolkit's own aggregation gives."""
    years = counts.reshape(len(counts), 3, 12).sum(axis=2)
    frame = pd.DataFrame(
        {
            "window": np.tile(YEARS, len(counts)),
            "incidents": years.ravel(),
            "category": "x",
            "source": "simulated",
        }
    )
    points = GROUND.geometry.centroid.to_numpy()[np.repeat(np.arange(len(counts)), 3)]
    return gpd.GeoDataFrame(frame, geometry=points, crs=27700)


def judge_simulated(counts: np.ndarray, targets: np.ndarray) -> str:
    chosen = GROUND.iloc[targets]
    result = assess_response(
        as_places(counts),
        chosen,
        start="2023-01-01",
        end="2023-12-31",
        selected_on="2021",
        others=GROUND.drop(index=chosen.index),
        covered="2021..2023",
    )
    return result.findings["all records"].judged.direction


def judge_counted(counts: np.ndarray, targets: np.ndarray) -> str:
    """The same judgement from the counts alone: `assess_response` without its geometry, 50 times faster."""
    years = counts.reshape(len(counts), 3, 12).sum(axis=2)
    others = np.setdiff1d(np.arange(len(counts)), targets)
    others = others[np.lexsort((others, -years[others, 0]))]
    compared, placebos = pick_alike(years[targets, 0], years[others, 0])
    spread = measure_spread(years[others[compared + placebos], 1:])
    treated, control = years[targets, 1:], years[others[compared], 1:]
    sizes = typical_size(treated), typical_size(control)
    return judge_counts(treated.sum(axis=0), control.sum(axis=0), spread=spread, sizes=sizes).direction


def run_simulations(series: int, seed: int) -> None:
    for scenario in SCENARIOS:
        rng = np.random.default_rng(seed)
        naive, falls, rises = [], [], []
        while len(falls) < series:
            counts, targets = simulate(scenario, rng)
            floor = {0.4: 400, 0.5: 250}.get(scenario.fall, 0)
            if counts[targets, 12:24].sum() < floor:
                continue
            if not scenario.fall:
                quarters = counts.reshape(len(counts), 12, 3).sum(axis=2)
                naive.append(naive_success(quarters[:, 0], quarters[:, 1]))
            seen = judge_counted(counts, targets)
            if len(falls) < CHECKED and judge_simulated(counts, targets) != seen:
                raise AssertionError("the counts alone and the whole of assess_response disagree")
            falls.append(seen == "fall")
            rises.append(seen == "rise")
        print(line(scenario.name, naive, falls, rises), flush=True)


# --- real series without an intervention ------------------------------------------------------------


def squares_of(
    incidents: gpd.GeoDataFrame, side: float
) -> tuple[gpd.GeoDataFrame, np.ndarray, pd.PeriodIndex]:
    """Squares that hold incidents, and their monthly counts (squares × months)."""
    xy = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    cells, where = np.unique(np.floor(xy / side).astype(int), axis=0, return_inverse=True)
    months = pd.period_range(incidents["when"].min(), incidents["when"].max(), freq="M")
    column = (incidents["when"].dt.to_period("M").astype("int64") - months[0].ordinal).to_numpy()
    counts = np.zeros((len(cells), len(months)), dtype=int)
    np.add.at(counts, (where.ravel(), column), 1)
    west, south = (cells * side).T
    boxes = shapely.box(west, south, west + side, south + side)
    return gpd.GeoDataFrame(geometry=list(boxes), crs=27700), counts, months


def judge_real(
    incidents: gpd.GeoDataFrame, selection: int, top: int, step: int = 3
) -> tuple[list[bool], list[bool], list[bool]]:
    """Every window of a quarter that the series allows: naive, ours, and ours the other way."""
    squares, counts, months = squares_of(incidents, SIDE)
    falls, rises = [], []
    quarters = np.stack([counts[:, at : at + 3].sum(axis=1) for at in range(0, len(months) - 2, 3)])
    naive = [naive_success(first, second) for first, second in itertools.pairwise(quarters)]
    for at in range(selection, len(months) - 14, step):
        rank = np.argsort(-counts[:, at - selection : at].sum(axis=1), kind="stable")
        compared = squares.iloc[rank[top : 4 * top]].assign(role="placebo")
        compared.iloc[:top, compared.columns.get_loc("role")] = "comparator"
        result = assess_response(
            incidents,
            squares.iloc[rank[:top]],
            start=months[at + 12].start_time,
            end=months[at + 14].end_time.normalize(),
            selected_on=(months[at - selection].start_time, months[at - 1].end_time.normalize()),
            comparator=compared,
            covered=f"{months[0]}..{months[-1]}",
        )
        seen = result.findings["all records"].judged.direction
        falls.append(seen == "fall")
        rises.append(seen == "rise")
    return naive, falls, rises


def read_city(data: Path) -> list[gpd.GeoDataFrame]:
    """City of London, one series for each category of 400 incidents or more."""
    city, _ = read_incidents(data / "police_uk" / "city_of_london_2014_2017.zip")
    city = city.cx[530500:534000, 180000:182500]
    return [part.reset_index(drop=True) for _, part in city.groupby("category") if len(part) >= 400]


def read_leeds(data: Path) -> list[gpd.GeoDataFrame]:
    """Leeds North West, violent crime, one series."""
    file = data / "police_uk" / "leeds_north_west_violent_2018_2021.zip"
    return [read_incidents(file, layout="police.uk-api")[0]]


def run_real(data: Path, selection: int, top: int) -> None:
    for name, parts in {"City of London": read_city(data), "Leeds North West": read_leeds(data)}.items():
        found = [judge_real(part, selection, top) for part in parts]
        columns = [list(itertools.chain.from_iterable(f[i] for f in found)) for i in range(3)]
        print(line(f"{name}, top {top} chosen on {selection} months", *columns), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20180701)
    parser.add_argument("--data", type=Path, default=None)
    options = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    began = time.time()
    print("| series | naive: called a success | ours: called a success | ours: called worse |")
    print("|---|---|---|---|", flush=True)
    if options.data:
        for selection, top in ((12, 20), (6, 20), (3, 20), (12, 10), (6, 10), (3, 10)):
            run_real(options.data, selection, top)
    run_simulations(options.series, options.seed)
    print(f"\n{time.time() - began:.0f} seconds", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

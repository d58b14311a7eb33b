"""Proof of honesty: how often a response that never happened is called a success, and a real one found.

    python benchmarks/honesty.py --data path/to/open/data [--series 500] [--only london]

It prints the tables that stand in docs/methods/change.md. One-sided 5% throughout.

London: monthly counts of the areas of thirteen boroughs, whole months only, nothing known to have been done;
the top 5, 10, 20 and 40 of a selection, and every second of the top 40, beside what is left. Rates have 95%
intervals clustered by borough or by window, whichever is wider. Usual practice on the same draws: a weighted
displacement difference beside the ranks that follow, and before with after alone.

Simulated series, and real ones of points: `hotspots.assess_response` as shipped.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.stats import norm, t

from hotspots import assess_response, read_incidents
from hotspots.assessment.comparison_areas import pick_alike
from hotspots.statistics.displacement import weighted_displacement_difference
from hotspots.statistics.ratio_of_ratios import (
    LIKE,
    Judgement,
    exact_limits,
    judge_counts,
    measure_drift,
    measure_spread,
)

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
    Scenario("limit: nothing happened, 1 place, about 1,200 incidents, drifting 20% a year", 1, 1200, drift=0.20),
    Scenario("40% fall, 20 places, 400 incidents or more", 20, 460, fall=0.40),
    Scenario("40% fall, 5 places, 400 incidents or more", 5, 460, fall=0.40),
    Scenario("40% fall, 1 place, 400 incidents or more", 1, 460, fall=0.40),
    Scenario("50% fall, 20 places, 250 incidents or more", 20, 290, fall=0.50),
    Scenario("50% fall, 5 places, 250 incidents or more", 5, 290, fall=0.50),
    Scenario("50% fall, 1 place, 250 incidents or more", 1, 290, fall=0.50),
]


def line(name: str, naive: list[bool], ours: list[bool], ups: list[bool]) -> str:
    cells = []
    for found in (naive, ours, ups):
        low, high = exact_limits(sum(found), len(found)) if found else (np.nan, np.nan)
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


def simulate(scenario: Scenario, rng: np.random.Generator, places: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Monthly counts of three years (places × 36); targets are every second of the top of the first."""
    dispersion = rng.uniform(1.3, 1.6)
    mean = np.sort(rng.gamma(1.0, 1.0, places))[::-1]
    mean *= scenario.baseline / 12 / mean[: scenario.targets].sum()
    months = np.arange(36)
    season = 1 + 0.25 * np.sin(2 * np.pi * (months / 12 + rng.uniform()))
    city = np.exp(rng.normal(0, 0.08) * months / 12)
    walk = np.cumsum(rng.normal(0, scenario.drift / 12**0.5, (places, 36)), axis=1) if scenario.drift else 0.0
    rate = mean[:, None] * season * city * np.exp(walk)
    counts = draw(rate, dispersion, rng)
    # every second of the highest: places as high are left to compare them with
    targets = np.argsort(-counts[:, :12].sum(axis=1), kind="stable")[1 : 2 * scenario.targets : 2]
    if scenario.fall:
        cut = rate[targets][:, 24:] * (1 - scenario.fall)
        counts[targets, 24:] = draw(cut, dispersion, rng)
    return counts, targets


def draw(rate: np.ndarray, dispersion: float, rng: np.random.Generator) -> np.ndarray:
    """Negative binomial counts whose variance is the dispersion times their mean."""
    return rng.negative_binomial(rate / (dispersion - 1), 1 / dispersion)


GROUND = gpd.GeoDataFrame(
    geometry=[shapely.box(1000 * i, 1000 * j, 1000 * i + 100, 1000 * j + 100) for i in range(20) for j in range(10)],
    crs=27700,
)


def as_places(counts: np.ndarray) -> gpd.GeoDataFrame:
    """The series as places with a window: what the toolkit's own aggregation gives."""
    years = counts.reshape(len(counts), 3, 12).sum(axis=2)
    frame = pd.DataFrame(
        {"window": np.tile(YEARS, len(counts)), "incidents": years.ravel(), "category": "x", "source": "simulated"}
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
    return judge_table(years[:, 0], years[:, 1:], targets)[0].direction


def judge_table(
    selected: np.ndarray, table: np.ndarray, targets: np.ndarray, drift: Any = None
) -> tuple[Judgement, float, np.ndarray]:
    """Judge some places by the table of counts before and after: verdict, likeness, places compared with."""
    others = np.setdiff1d(np.arange(len(selected)), targets)
    others = others[np.lexsort((others, -selected[others]))]
    compared, rest = pick_alike(selected[targets], selected[others])
    second, pool = others[compared], others[compared + rest]
    likeness = selected[second].mean() / max(selected[targets].mean(), 1e-9)
    spread = measure_spread(table[pool])
    wide = spread.over(table[targets]), spread.over(table[second])
    drift = drift if likeness < LIKE else None
    found = judge_counts(table[targets].sum(axis=0), table[second].sum(axis=0), spread=spread, wide=wide, drift=drift)
    return found._replace(withheld=likeness < LIKE and drift is None), likeness, second


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


def squares_of(incidents: gpd.GeoDataFrame, side: float) -> tuple[gpd.GeoDataFrame, np.ndarray, pd.PeriodIndex]:
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


# --- London: whole months, nothing known to have been done ---------------------------------------------

GROUPS = {"top 5": 5, "top 10": 10, "top 20": 20, "top 40": 40, "every second of the top 40": 0}
PLANTED = ((0.3, 400), (0.4, 400), (0.5, 250))
FEWEST = 20  # incidents before, to be a draw at all
LARGEST = 10  # categories that are tried


def read_london(data: Path) -> tuple[dict[tuple[str, str], np.ndarray], dict[str, np.ndarray]]:
    """Monthly counts of areas by borough and category, and which months of a borough are whole."""
    rows = pd.read_csv(data / "counts" / "london_lsoa_months.csv.gz")
    months = pd.read_csv(data / "counts" / "london_borough_months.csv")
    names = sorted(months["month"].unique())
    share = months.assign(whole=months["lsoas_with_rows"] >= 0.95 * months["lsoas"])
    whole = {b: g.set_index("month")["whole"].reindex(names).to_numpy() for b, g in share.groupby("borough")}
    large = rows.groupby("category")["incidents"].sum().nlargest(LARGEST).index
    found = {}
    for borough, mine in rows.groupby("borough"):
        areas = sorted(mine["lsoa_code"].unique())
        for category, part in mine[mine["category"].isin(large)].groupby("category"):
            wide = part.pivot_table(index="lsoa_code", columns="month", values="incidents", aggfunc="sum")
            wide = wide.reindex(index=areas, columns=names).fillna(0)
            found[str(borough), str(category)] = wide.to_numpy(dtype=int)
    return found, whole


def windows_of(whole: np.ndarray, selection: int, length: int) -> list[int]:
    """First months of baselines of which selection, baseline and the same months a year on are whole."""
    return [
        at
        for at in range(selection, len(whole) - 12 - length + 1, 3)
        if whole[at - selection : at + length].all() and whole[at + 12 : at + 12 + length].all()
    ]


def table_at(counts: np.ndarray, at: int, length: int) -> np.ndarray:
    """Counts before and after."""
    return np.column_stack([counts[:, m : m + length].sum(axis=1) for m in (at, at + 12)])


def earlier_drift(
    counts: np.ndarray, whole: np.ndarray, at: int, selection: int, length: int, ranks: tuple[Any, Any]
) -> tuple[Any, list[str]]:
    """What places of the same ranks did at earlier times that share no month, and what the test said then."""
    taken = {*range(at, at + length), *range(at + 12, at + 12 + length)}
    logs, variances, said = [], [], []
    for back in range(length, at - selection + 1, length):
        now = at - back
        months = {*range(now, now + length), *range(now + 12, now + 12 + length)}
        if months & taken or not whole[[*months, *range(now - selection, now)]].all():
            continue
        taken |= months
        order = np.argsort(-counts[:, now - selection : now].sum(axis=1), kind="stable")
        table = table_at(counts, now, length)
        first, second = order[ranks[0]], order[ranks[1]]
        rest = order[~np.isin(order, [*first, *second])][: max(0, 60 - len(second))]
        spread = measure_spread(table[[*second, *rest]])
        wide = spread.over(table[first]), spread.over(table[second])
        found = judge_counts(table[first].sum(axis=0), table[second].sum(axis=0), spread=spread, wide=wide)
        if found.direction != "unknown":
            logs.append(np.log(found.ratio))
            variances.append((np.log(found.high / found.ratio) / found.multiplier) ** 2)
            said.append(found.direction)
    return measure_drift(logs, variances), said


def draw_london(data: Path, seed: int) -> pd.DataFrame:
    """Judge every draw, as it is and with falls planted in it."""
    counted, whole = read_london(data)
    rng = np.random.default_rng(seed)
    rows = []
    for (borough, category), counts in counted.items():
        for selection, length in itertools.product((3, 6, 12), (1, 3)):
            for at in windows_of(whole[borough], selection, length):
                selected = counts[:, at - selection : at].sum(axis=1)
                order = np.argsort(-selected, kind="stable")
                rank = np.empty(len(order), dtype=int)
                rank[order] = np.arange(len(order))
                table = table_at(counts, at, length)
                for group, top in GROUPS.items():
                    targets = order[:top] if top else order[:40:2]
                    before = int(table[targets, 0].sum())
                    if before < FEWEST:
                        continue
                    found, likeness, second = judge_table(selected, table, targets)
                    drift, said = None, []
                    if likeness < LIKE:
                        ranks = rank[targets], rank[second]
                        drift, said = earlier_drift(counts, whole[borough], at, selection, length, ranks)
                        found = judge_table(selected, table, targets, drift)[0]
                    row = {"group": group, "borough": borough, "category": category, "window": at}
                    row |= {"fall": found.direction == "fall", "rise": found.direction == "rise"}
                    row |= {"withheld": found.withheld, "unruled": found.high < 1, "drift": drift is not None}
                    row |= {"times": len(said), "earlier falls": said.count("fall")}
                    row |= usual(table, targets, order[len(targets) : 2 * len(targets)] if top else second)
                    for fall, least in PLANTED:
                        if before >= least:
                            thinned = table.copy()
                            thinned[targets, 1] = rng.binomial(table[targets, 1], 1 - fall)
                            seen = judge_table(selected, thinned, targets, drift)[0]
                            row[f"planted {fall:g}"] = float(seen.direction == "fall")
                            row[f"planted {fall:g} unruled"] = float(seen.high < 1)
                    rows.append(row)
    return pd.DataFrame(rows)


def usual(table: np.ndarray, targets: np.ndarray, beside: np.ndarray) -> dict[str, bool]:
    """What usual practice says: weighted displacement difference, and before with after alone."""
    (t0, t1), (c0, c1) = table[targets].sum(axis=0), table[beside].sum(axis=0)
    found = weighted_displacement_difference(treated=(t0, t1), control=(c0, c1))
    return {"difference": found.high < 0, "before and after": t1 - t0 < -norm.ppf(0.95) * (t0 + t1) ** 0.5}


def clustered(rows: pd.DataFrame, column: str) -> str:
    """A share with its 95% interval, clustered by borough or by window, whichever is wider."""
    rows = rows.dropna(subset=[column])
    if rows.empty:
        return "-"
    value = rows[column].astype(float)
    share, reach = value.mean(), 0.0
    for key in ("borough", "window"):
        sums = (value - share).groupby(rows[key]).sum()
        if len(sums) > 1:
            error = ((sums**2).sum() * len(sums) / (len(sums) - 1)) ** 0.5 / len(value)
            reach = max(reach, float(t.ppf(0.975, len(sums) - 1) * error))
    low, high = max(0.0, share - reach), min(1.0, share + reach)
    return f"{100 * share:.1f}% of {len(value):,} ({100 * low:.1f} to {100 * high:.1f})"


def run_london(data: Path, seed: int) -> None:
    """Print the tables of London."""
    rows = draw_london(data, seed)
    rows["like"] = ~rows["withheld"] & ~rows["drift"]
    print("| London, nothing done | usual: difference | before and after | ours: a fall | ours: a rise |", end="")
    print(" no fall called, for want of a drift estimate | a fall without that rule |")
    print("|---|---|---|---|---|---|---|")
    columns = ["difference", "before and after", "fall", "rise", "withheld", "unruled"]
    parts = {**dict(list(rows.groupby("group", sort=False))), "all": rows}
    parts |= {"beside areas that are alike": rows[rows["like"]], "with a drift estimate": rows[rows["drift"]]}
    parts |= {f"{c}, alike": rows[rows["like"] & (rows["category"] == c)] for c in sorted(set(rows["category"]))}
    for name, part in parts.items():
        print(f"| {name} | " + " | ".join(clustered(part, c) for c in columns) + " |", flush=True)
    print("\n| planted fall | " + " | ".join(GROUPS) + " | alike | with a drift estimate | all, without that rule |")
    print("|---|" + "---|" * (len(GROUPS) + 3))
    for fall, least in PLANTED:
        column = f"planted {fall:g}"
        cells = [clustered(rows[rows["group"] == g], column) for g in GROUPS]
        cells += [clustered(rows[rows[which]], column) for which in ("like", "drift")]
        cells.append(clustered(rows, f"{column} unruled"))
        print(f"| {100 * fall:.0f}%, {least} or more before | " + " | ".join(cells) + " |", flush=True)
    times, falls = rows["times"].sum(), rows["earlier falls"].sum()
    low, high = exact_limits(int(falls), int(times)) if times else (0.0, 1.0)
    print(f"\nAt earlier times of the same ranks: {falls} of {times} called a fall ({low:.1%} to {high:.1%})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20180701)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--only", choices=["london", "points", "simulated"], nargs="*")
    options = parser.parse_args()
    only = options.only or ["london", "points", "simulated"]
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    began = time.time()
    if options.data and "london" in only:
        run_london(options.data, options.seed)
    print("| series | naive: called a success | ours: called a success | ours: called worse |")
    print("|---|---|---|---|", flush=True)
    if options.data and "points" in only:
        for selection, top in ((12, 20), (6, 20), (3, 20), (12, 10), (6, 10), (3, 10)):
            run_real(options.data, selection, top)
    if "simulated" in only:
        run_simulations(options.series, options.seed)
    print(f"\n{time.time() - began:.0f} seconds", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

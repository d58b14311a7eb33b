"""Was the choice good: backtests on real months, every method at equal unit size and equal total area.

Twenty-one splits: the five West Yorkshire districts (July 2016 → 2017, 2017 → 2018, 2016 and 2017 → 2018;
100 units) and six of the City of London (10 units). Run from the repository:

    python benchmarks/choice.py --data path/to/open/data [--out choice.json] [--figure choice.png]

With --unseen: splits, problems and numbers of units that had no part in choosing the default: July 2016
scored on July 2018 and backwards in time, ASB alone, violence alone, 25 and 200 units in each West Yorkshire
district; eight other periods of the City of London at 5, 10 and 20 units. Also leaves each city out in turn.

With --others: records the methods were not made for, at several numbers of units: violence in North West
Leeds by police.uk, and two that are not snapped, Leeds road collisions and Memphis robberies.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import read_incidents, weigh_incidents
from hotspots.backtest.backtest import backtest_hotspots, summarise_backtest
from hotspots.backtest.scores import draw_backtest

REPO = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", REPO.parent / "shared" / "data"))
JULYS = [(["2016-07"], "2017-07"), (["2017-07"], "2018-07"), (["2016-07", "2017-07"], "2018-07")]
CITY = [
    ("2014-09..2016-08", "2016-09..2017-08"),
    ("2014-09..2015-08", "2015-09..2016-08"),
    ("2015-09..2016-08", "2016-09..2017-08"),
    ("2014-09..2016-02", "2016-03..2017-08"),
    ("2014-09..2017-02", "2017-03..2017-08"),
    ("2016-09..2017-02", "2017-03..2017-08"),
]
OTHER_JULYS = [("2016-07", "2018-07"), ("2017-07", "2016-07"), ("2018-07", "2017-07")]
OTHER_CITY = [
    ("2014-10", "2014-11"),
    ("2015-12", "2016-01"),
    ("2017-05", "2017-06"),
    ("2014-11..2015-01", "2015-02..2015-04"),
    ("2015-06..2015-11", "2015-12..2016-05"),
    ("2015-01..2015-12", "2016-01..2016-12"),
    ("2016-01..2016-12", "2017-01..2017-08"),
    ("2017-01..2017-08", "2016-01..2016-08"),
]
NORTH_WEST = [
    ("2018-03", "2019-02", "2019-03", "2019-08"),
    ("2018-09", "2019-08", "2019-09", "2020-02"),
    ("2019-03", "2020-02", "2020-03", "2020-08"),
    ("2019-08", "2020-07", "2020-08", "2021-01"),
]


def cities(data: Path) -> Iterator[tuple[str, gpd.GeoDataFrame, Any, int, list[Any]]]:
    """Yield the name, incidents, study area, units and splits of each city."""
    west_yorkshire, _ = read_incidents(data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    districts = gpd.read_file(data / "areas" / "west_yorkshire_districts.geojson").to_crs(27700)
    name = next(c for c in districts.columns if districts[c].eq("Leeds").any())
    for district, area in zip(districts[name], districts.geometry, strict=True):
        inside = west_yorkshire[west_yorkshire.within(area)].reset_index(drop=True)
        yield district, inside, area, 100, JULYS
    london, _ = read_incidents(data / "police_uk" / "city_of_london_2014_2017.zip")
    ground = london.union_all().convex_hull.buffer(150)
    yield "City of London", london[london.within(ground)].reset_index(drop=True), ground, 10, CITY


def others(data: Path) -> Iterator[tuple[str, gpd.GeoDataFrame, Any, int, list[Any]]]:
    """Yield the same of records from elsewhere; Memphis is laid on the grid without changing a distance."""
    archive = data / "police_uk" / "leeds_north_west_violent_2018_2021.zip"
    violence, _ = read_incidents(archive, layout="police.uk-api")
    years = [(f"{a}..{b}", f"{c}..{d}") for a, b, c, d in NORTH_WEST]
    for count in (5, 10, 20):
        yield "North West Leeds", violence, None, count, years
    table = pd.read_csv(data / "timed" / "leeds_road_collisions_2019_2023.csv.gz")
    points = gpd.points_from_xy(table["longitude"], table["latitude"], crs=4326).to_crs(27700)
    when = pd.to_datetime(table["date"], format="mixed", dayfirst=True)
    collisions = gpd.GeoDataFrame({"when": when, "precision": "day"}, geometry=points)
    years = [(str(y), str(y + 1)) for y in range(2019, 2023)]
    years += [(f"2019..{y}", str(y + 1)) for y in (2020, 2021, 2022)]
    for count in (20, 50, 100):
        yield "Leeds collisions", collisions, None, count, years
    robberies = gpd.read_file(data / "timed" / "memphis_robberies_2019.geojson")
    robberies = robberies[~robberies.geometry.isna() & ~robberies.geometry.is_empty].to_crs(32616)
    when = pd.to_datetime(robberies["date"]).dt.tz_localize(None)
    memphis = gpd.GeoDataFrame({"when": when, "precision": "minute"}, geometry=robberies.geometry)
    memphis = memphis.set_crs(27700, allow_override=True).reset_index(drop=True)
    months = [(f"2019-01..2019-{m:02d}", f"2019-{m + 1:02d}..2019-12") for m in (4, 6, 9)]
    for count in (20, 50):
        yield "Memphis", memphis, None, count, months


def unseen(data: Path) -> Iterator[tuple[str, gpd.GeoDataFrame, Any, int, list[Any]]]:
    """Yield the same places with splits, problems and numbers of units that no choice was made on."""
    for city, incidents, area, count, _ in cities(data):
        if city == "City of London":
            for units in (5, 10, 20):
                yield city, incidents, area, units, OTHER_CITY
            continue
        yield city, incidents, area, count, OTHER_JULYS
        for units in (25, 200):
            yield city, incidents, area, units, OTHER_JULYS[:1]
        for problem in ("Anti-social behaviour", "Violence and sexual offences"):
            mine = incidents[incidents["category"] == problem].reset_index(drop=True)
            yield f"{city}, {problem}", mine, area, count, [*JULYS[:2], OTHER_JULYS[0]]


def leave_one_out(table: pd.DataFrame) -> pd.DataFrame:
    """Choose a method on all other cities, score it on the one left out, beside the best there."""
    town = table["city"].str.partition(",")[0]
    means = table.assign(town=town).pivot_table(index="town", columns="method", values="hit_rate")
    rows = []
    for city in means.index:
        chosen = means.drop(index=city).mean().idxmax()
        there = means.loc[city]
        rows.append([city, chosen, there[chosen], there.idxmax(), there.max()])
    return pd.DataFrame(rows, columns=["left out", "chosen on the others", "captured", "best", "best captured"])


def run(data: Path, *, by: str, ceiling_draws: int, which: Any = cities) -> pd.DataFrame:
    """Backtest every city and put the tables together."""
    tables = []
    for city, incidents, area, count, splits in which(data):
        if by == "harm":
            incidents["harm"] = weigh_incidents(incidents)
        start = time.perf_counter()
        table = backtest_hotspots(
            incidents, count=count, by=by, splits=splits, study_area=area, ceiling_draws=ceiling_draws
        )
        print(f"  {city}: {time.perf_counter() - start:.1f} s", flush=True)
        tables.append(table.assign(city=city, split=f"{city}, {count}: " + table["split"]))
    return pd.concat(tables, ignore_index=True)


def report(table: pd.DataFrame, *, by: str) -> dict[str, Any]:
    """Print the table of issue and goals, and return it."""
    summary = summarise_backtest(table)
    print(f"\nBy {by}, mean over {int(summary['splits'].max())} splits")
    print(summary.round(3).to_string())
    by_city = table.pivot_table(index="method", columns="city", values="hit_rate", sort=False)
    print((100 * by_city.loc[summary.index]).round(1).to_string())
    wide = table.pivot_table(index="split", columns="method", values="hit_rate", sort=False)
    print((100 * wide[summary.index]).round(1).to_string())
    discs = table[table["method"] == "discs"]
    print(
        f"discs: most captured in {summary.loc['discs', 'wins']} of {len(discs)} splits, "
        f"not told from the best in {summary.loc['discs', 'near_best']}; "
        f"PEI {discs['pei'].mean():.3f} beside a noise ceiling of {discs['ceiling'].mean():.3f}"
    )
    return {"by": by, "summary": summary.to_dict("index"), "splits": table.to_dict("records")}


def main() -> None:
    """Read the options, run by count and by harm, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of real open data")
    parser.add_argument("--by", choices=["incidents", "harm"], nargs="*", default=["incidents", "harm"])
    parser.add_argument("--ceiling-draws", type=int, default=5)
    parser.add_argument("--unseen", action="store_true", help="what had no part in choosing the default")
    parser.add_argument("--others", action="store_true", help="records from elsewhere, by count only")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    parser.add_argument("--figure", type=Path, help="draw the backtest by count as a PNG")
    options = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    results = []
    which = unseen if options.unseen else others if options.others else cities
    for by in ["incidents"] if options.others else options.by:
        table = run(options.data, by=by, ceiling_draws=options.ceiling_draws, which=which)
        if which is not others:
            print((leave_one_out(table)).round(3).to_string(index=False))
        results.append(report(table, by=by))
        if options.figure and by == "incidents":
            draw_backtest(table).savefig(options.figure, dpi=110)
    if options.out:
        options.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

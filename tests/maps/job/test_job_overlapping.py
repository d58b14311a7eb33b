"""Areas that overlap by nature go through a whole job: an incident counts in each of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from hotspots import read_incidents
from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
CONFIG = f"""
as_of = 2018-08-31
[incidents]
files = '{DEMO / "leeds_july_2016_2017_2018.zip"}'
[areas.pspo]
file = "orders.geojson"
name = "order"
overlapping = true
[areas.zone]
file = "orders.geojson"
name = "order"
overlapping = true
[profiles.asb]
title = "ASB"
categories = ["Anti-social behaviour"]
[boards.drink]
area = "pspo:drink and dogs"
[hotspots]
count = 10
resamples = 0
[output]
drafts = 1
"""
ORDERS = {
    "Drink & dogs": shapely.box(429_500, 433_000, 430_500, 434_000),
    "Busking": shapely.box(430_000, 433_000, 431_000, 434_000),
}


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("orders")
    frame = gpd.GeoDataFrame({"order": list(ORDERS)}, geometry=list(ORDERS.values()), crs=27700)
    frame.to_file(folder / "orders.geojson")
    (folder / "team.toml").write_text(CONFIG, encoding="utf-8")
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "out")]) == 0
    return folder


@pytest.fixture(scope="module")
def held() -> dict[str, pd.DataFrame]:
    """Incidents inside each order, found with shapely alone."""
    incidents, _ = read_incidents(DEMO / "leeds_july_2016_2017_2018.zip")
    return {name: incidents[shapely.intersects(box, incidents.geometry)] for name, box in ORDERS.items()}


def sheet(path: Path, name: str) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(min_row=3, values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0]).set_index("Name" if "Name" in rows[0] else rows[0][0])


def test_each_order_counts_every_incident_inside_it(team, held):
    areas = pd.read_csv(team / "out" / "areas.csv").set_index(["layer", "name"])["incidents"]
    assert len(held["Drink & dogs"]) + len(held["Busking"]) > len(pd.concat(held.values()).drop_duplicates())
    for name, mine in held.items():
        assert areas["pspo", name] == areas["zone", name] == len(mine)


def test_the_workbook_compares_and_weighs_each_order(team, held):
    changes = sheet(team / "out" / "tables.xlsx", "Changes by pspo")
    for name, mine in held.items():
        month = mine["when"].dt.strftime("%Y-%m")
        assert changes.loc[name, "Records before (number)"] == (month == "2017-07").sum()
        assert changes.loc[name, "Records after (number)"] == (month == "2018-07").sum()
    severity = sheet(team / "out" / "tables.xlsx", "Severity by pspo")
    assert {name: severity.loc[name, "Records (number)"] for name in held} == {n: len(m) for n, m in held.items()}


def test_the_list_names_every_order_of_a_place(team):
    spots = pd.read_csv(team / "out" / "hotspots.csv", encoding="utf-8-sig")
    assert {"pspo_codes", "pspo_names", "pspo_shares", "zone_names"} <= set(spots.columns)
    assert "Busking; Drink & dogs" in set(spots["pspo_names"])


def test_a_pack_of_an_order_counts_what_lies_in_it(team, held):
    out = team / "pack"
    assert main(["pack", str(team / "team.toml"), "--area", "pspo:drink and dogs", "--out", str(out)]) == 0
    page = (out / "pack.html").read_text(encoding="utf-8")
    last = (held["Drink & dogs"]["when"].dt.strftime("%Y-%m") == "2018-07").sum()
    assert f"Jul 2018: {last}" in page or f"July 2018: {last}" in page
    assert "Counted: crimes and ASB incidents." in page
    assert "<h2>Indicators" in page
    assert "Crimes and ASB incidents by month." in page

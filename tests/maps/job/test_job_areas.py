"""Every kind of layer that a configuration can name goes through the whole job once and only once."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pandas as pd

from maps.cli import main
from maps.config.read import read_config
from maps.job.say_rates import say_centre

DEMO = Path(str(files("maps"))) / "demo"

LAYERS = f"""
as_of = 2018-08-31
[incidents]
files = '{DEMO / "leeds_july_2016_2017_2018.zip"}'
[areas.ward]
file = '{DEMO / "leeds_best_fit_wards.geojson"}'
name = "ward"
lookup = "leeds-2024"
[areas.committee]
nest = "committee"
[areas.lap]
of = "ward"
[areas.lap.groups]
"Harehills plan" = ["Gipton & Harehills"]
"South plan" = ["Beeston & Holbeck", "Middleton Park"]
[areas.nip]
groups = {{ "Two worst hotspots" = [1, 2] }}
of = "hotspot"
[areas.centre]
easting = 430000
northing = 433500
radius = 1000
[hotspots]
count = 20
[output]
drafts = 0
"""


def test_wards_nest_into_committees_plans_and_a_centre(tmp_path):
    config = tmp_path / "leeds.toml"
    config.write_text(LAYERS, encoding="utf-8")
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 0
    sums = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["reconciliation"]
    assert set(sums) == {"ward", "committee", "lap", "nip", "centre"}
    for row in sums.values():
        assert row["accepted"] == row["inside"] + row["tie"] + row["nearest"] + row["outside"] == 29_640
    assert "leave out the records in" in (tmp_path / "out" / "areas.html").read_text(encoding="utf-8")
    assert "priority wards" in (tmp_path / "out" / "map.html").read_text(encoding="utf-8").lower()
    areas = pd.read_csv(tmp_path / "out" / "areas.csv")
    by_layer = areas.groupby("layer")["incidents"].sum()
    assert by_layer["ward"] == by_layer["committee"]
    wards = areas[areas["layer"] == "ward"].set_index("name")["incidents"]
    plans = areas[areas["layer"] == "lap"].set_index("name")["incidents"]
    assert plans["Harehills plan"] == wards["Gipton & Harehills"]
    assert plans["South plan"] == wards["Beeston & Holbeck"] + wards["Middleton Park"]
    spots = pd.read_csv(tmp_path / "out" / "hotspots.csv")
    nip = areas.loc[areas["layer"] == "nip", "incidents"].sum()
    assert nip == spots["incidents"].head(2).sum()


def test_no_layer_at_all_is_a_job_too(tmp_path):
    config = tmp_path / "none.toml"
    top = LAYERS.split("[areas.ward]")[0]
    config.write_text(f"{top}\n[hotspots]\ncount = 5\n[output]\ndrafts = 0\n", encoding="utf-8")
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 0
    assert len(pd.read_csv(tmp_path / "out" / "hotspots.csv")) <= 5


def test_rates_say_that_they_leave_out_the_centre(tmp_path):
    config = tmp_path / "leeds.toml"
    config.write_text(LAYERS, encoding="utf-8")
    said = "Rates per resident leave out the records in 'centre'"
    read = read_config(config)
    with_rates = {"ward": pd.DataFrame({"rate": [1.0]})}
    assert say_centre(read, with_rates).startswith(said)
    assert say_centre(read, {"ward": pd.DataFrame({"incidents": [1]})}) == ""
    config.write_text(LAYERS.split("[areas.centre]")[0], encoding="utf-8")
    assert say_centre(read_config(config), with_rates) == ""

"""``hotspots delivered``: the ledger of a log beside the week that planned it."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
from visit_examples import PLAN, STOPS

from hotspots.checks import InputError
from maps.cli import main
from maps.commands.delivered import account_delivery

LOG = """Where,On scene,Clear,Who,Hours,Arrests,searches
SE02,30/11/2026 14:00,30/11/2026 14:15,police,14:00-22:00,1,9
SE02,30/11/2026 14:00,30/11/2026 14:15,council,14:00-22:00,0,7
SE01,30/11/2026 16:00,30/11/2026 16:20,council,14:00-22:00,0,8
"""
LAYOUT = """rows = ["period", "agency"]
[columns]
ref = "Where"
arrived = "On scene"
left = "Clear"
agency = "Who"
shift = "Hours"
[return]
"Partner" = "agency"
"Patrol minutes" = "minutes"
"Visits made" = "visits"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("delivered")
    (base / "week" / "patrols").mkdir(parents=True)
    PLAN.assign(officers=2).to_csv(base / "week" / "patrols" / "timetable.csv", index=False)
    gpd.GeoDataFrame(STOPS.assign(harm=1.0)).to_file(base / "week" / "hotspots.gpkg", layer="patrols")
    (base / "week" / "manifest.json").write_text(json.dumps({"parameters": {"patrols": {}}}))
    (base / "log.csv").write_text(LOG)
    (base / "layout.toml").write_text(LAYOUT)
    return base


def test_in_house_all_tables_add_up_and_the_page_is_marked(folder):
    out = folder / "inside"
    asked = ["--patrols", str(folder / "week"), "--columns", str(folder / "layout.toml"), "--out", str(out)]
    assert main(["delivered", str(folder / "log.csv"), *asked]) == 0
    agencies = pd.read_csv(out / "by-agency.csv")
    assert agencies.set_index("agency")["minutes"].to_dict() == {"council": 27, "police": 8}
    assert agencies["arrests"].sum() == 1
    assert pd.read_csv(out / "shifts.csv")["minutes"].sum() == 480
    back = pd.read_csv(out / "return.csv")
    assert list(back.columns) == ["Partner", "Patrol minutes", "Visits made"]
    page = (out / "delivered.html").read_text("utf-8")
    assert "OFFICIAL" in page
    assert "Delete it by 1 December 2027" in page
    assert "says nothing about whether crime fell" in page


def test_for_partners_nothing_by_place_or_shift_and_no_small_number(folder):
    out = folder / "outside"
    account_delivery(folder / "log.csv", [folder / "week"], out, layout=folder / "layout.toml", profile="partner")
    assert {p.name for p in out.glob("*.csv")} == {"by-period.csv", "by-agency.csv", "return.csv", "release.csv"}
    agencies = pd.read_csv(out / "by-agency.csv")
    assert "arrests" not in agencies
    assert agencies["searches"].tolist() == [15, 9]
    assert "SE01" not in (out / "delivered.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("layout", "words"),
    [("[colums]\n", "colums"), ('rows = ["agncy"]\n', "agncy"), ("columns = 3\n", "columns"), ("[", "not valid TOML")],
)
def test_a_layout_that_cannot_be_read_is_named(folder, tmp_path, layout, words):
    (tmp_path / "bad.toml").write_text(layout)
    with pytest.raises(InputError, match=words):
        account_delivery(folder / "log.csv", [folder / "week"], tmp_path / "out", layout=tmp_path / "bad.toml")


def test_it_is_not_published(folder, tmp_path):
    with pytest.raises(InputError, match="not published"):
        account_delivery(folder / "log.csv", [folder / "week"], tmp_path / "out", profile="public")

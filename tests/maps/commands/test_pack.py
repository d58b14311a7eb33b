"""hotspots pack: one area's meeting pack, with the plans inside it and nobody else's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from boundaries.names import find_area
from hotspots.checks import InputError
from maps.cli import main
from maps.commands.pack import count_months_of

DEMO = Path(str(files("maps"))) / "demo"
CONFIG = f"""
as_of = 2018-08-31
plans = "plans"
[incidents]
files = '{DEMO / "leeds_july_2016_2017_2018.zip"}'
[areas.ward]
file = '{DEMO / "leeds_best_fit_wards.geojson"}'
name = "ward"
[hotspots]
count = 15
resamples = 0
[output]
drafts = 2
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    (folder / "team.toml").write_text(CONFIG, encoding="utf-8")
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "results")]) == 0
    return folder


def test_the_pack_holds_the_area_its_hotspots_and_its_plans(team):
    (first,) = (team / "plans").glob("*boar-lane*.toml")
    arguments = ["pack", str(team / "team.toml"), "--area", "ward:Little London & Woodhouse"]
    assert main([*arguments, "--out", str(team / "pack")]) == 0
    page = (team / "pack" / "pack.html").read_text(encoding="utf-8")
    assert "Little London &amp; Woodhouse" in page
    assert "Boar Lane" in page
    assert [p.stem for p in (team / "pack" / "plans").glob("*.docx")] == [first.stem]
    assert (team / "pack" / "manifest.json").is_file()
    assert str(team) not in page


@pytest.mark.parametrize(
    ("area", "said"), [("ward:Armly", "Try: Armley"), ("wards:Armley", "ward:NAME"), ("Armley", "ward:NAME")]
)
def test_an_area_that_is_not_there_is_one_sentence(team, capsys, area, said):
    assert main(["pack", str(team / "team.toml"), "--area", area, "--out", str(team / "none")]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (team / "none").exists()


def test_months_of_collapsed_places_count_their_incidents():
    months = pd.to_datetime(["2018-06-01", "2018-08-01", "2018-08-01"])
    timed = pd.DataFrame({"when": months, "ward_code": ["E1", "E1", "E2"], "incidents": [7, 12, 100], "category": "x"})
    places = timed.drop(columns="when")  # a large table has dates in ``timed`` alone
    job = SimpleNamespace(incidents=places, timed=timed)
    assert count_months_of(job, "ward", "E1").to_dict() == {"2018-06": 7, "2018-08": 12}
    assert count_months_of(job, "ward", "E2").to_dict() == {"2018-06": 0, "2018-08": 100}


def test_an_area_is_found_however_its_name_is_written():
    wards = gpd.GeoDataFrame(
        {"code": ["E1", "E2", "E3"], "name": ["Hunslet & Riverside", "Park", "Park"]},
        geometry=[shapely.box(0, 0, 1, 1)] * 3,
        crs=27700,
    )
    for name in ("Hunslet & Riverside", "HUNSLET AND RIVERSIDE", "E1"):
        assert find_area(wards, name, layer="ward")["code"] == "E1"
    assert find_area(wards, "E3", layer="ward")["code"] == "E3"
    with pytest.raises(InputError, match=r"Several areas of the layer.*Given: park.*E2, E3"):
        find_area(wards, "park", layer="ward")
    with pytest.raises(InputError, match=r"no such area.*Given: Hunslett.*Try: Hunslet & Riverside"):
        find_area(wards, "Hunslett & Riverside", layer="ward")

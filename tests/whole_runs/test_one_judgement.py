"""One change reads one way over the board, the map, the plan, the pack and the workbook of a run."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sentence_judge import contradictions
from what_people_read import outputs

from hotspots.change.compare_periods import compare_periods
from hotspots.change.one_judgement import judge_changes, one_judgement, point_arrows
from hotspots.change.track_indicators import track_indicators
from hotspots.common.windows import read_window
from maps.cli import main

WARDS = Path(str(files("maps"))) / "demo" / "leeds_best_fit_wards.geojson"
PLACE = "Armley"
CONFIG = f"""
as_of = 2018-07-31
seed = 1
plans = "plans"
[incidents]
files = "in"
[areas.ward]
file = "wards.geojson"
name = "ward"
[hotspots]
count = 12
resamples = 0
[boards.armley]
title = "Indicators, Armley"
area = "ward:{PLACE}"
[output]
drafts = ["ward:{PLACE}"]
profile = "open"
"""
TWO = read_window("2017-07"), read_window("2018-07")


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> dict[str, str]:
    """Sixty burglaries in each of twelve wards; in one of them ninety a year later: p .014, q .17."""
    folder = tmp_path_factory.mktemp("world")
    wards = gpd.read_file(WARDS)
    wards = wards.loc[[*wards.index[wards["ward"] == PLACE], *wards.index[wards["ward"] != PLACE][:11]]]
    rows = []
    for ward, spot in zip(wards["ward"], wards.representative_point(), strict=True):
        for month, most in (("2017-07", 60), ("2018-07", 90 if ward == PLACE else 60)):
            for i in range(most):
                x, y = spot.x + 0.0002 * (i % 3), spot.y
                who = f"{ward}{month}{i}", month, "West Yorkshire Police"
                rows.append((*who, x, y, ward, "", "", "Burglary"))
    heads = "Crime ID,Month,Reported by,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"
    frame = pd.DataFrame(rows, columns=heads.split(","))
    for month, some in frame.groupby("Month"):
        path = folder / "in" / month / f"{month}-west-yorkshire-street.csv"
        path.parent.mkdir(parents=True)
        some.to_csv(path, index=False)
    shutil.copyfile(WARDS, folder / "wards.geojson")
    (folder / "team.toml").write_text(CONFIG)
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "out")]) == 0
    pack = ["pack", str(folder / "team.toml"), "--area", f"ward:{PLACE}", "--out", str(folder / "pack")]
    assert main(pack) == 0
    return dict(outputs(folder))


def test_what_is_said_of_one_change_is_said_everywhere(texts):
    assert contradictions(texts) == []
    told = {name for name, text in texts.items() if "from 60 to 90" in text and "no clear change" in text}
    for part in ("out/map.html", "out/tables.xlsx", "out/boards", "plans/", ".docx", "pack/pack.html"):
        assert any(part in name for name in told), (part, sorted(told))
    every = "\n".join(texts.values())
    assert "by itself it would be called one, but among 12 compared together" in every


def test_two_words_for_one_change_are_found():
    first = "from 60 to 90 (30 more) between July 2017 and July 2018: a clear rise; beside it from 1 to 2"
    second = "Here: from 60 to 90 (up 50%) between July 2017 and July 2018: no clear change (a true fall ..."
    assert contradictions({"board": first, "again": first}) == []
    assert len(contradictions({"board": first, "plan": second})) == 1


def test_records_that_were_judged_keep_their_judgement_and_others_do_not():
    among = [60, *[50] * 9], [90, *[50] * 9]
    marks = [7, *range(10, 19)]
    with one_judgement():
        table = judge_changes(*among, TWO, marks=marks)
        again, other = judge_changes([60, 60], [90, 90], TWO, marks=[7, 8]).to_dict("records")
    assert again == table.iloc[0].to_dict()  # p .014 of ten together: q .14
    assert again["q"] == pytest.approx(10 * again["p"])
    assert other["q"] < 0.05
    assert judge_changes([60], [90], TWO, marks=[7])["q"].item() < 0.05  # nothing is kept outside


def test_places_that_are_not_compared_decide_nothing_for_others():
    rows = {"when": pd.to_datetime(["2017-07-01", "2018-07-01"] * 2), "precision": "month"}
    frame = pd.DataFrame(rows | {"incidents": [60, 90, 500, 500], "ward": [1, 1, 2, 2]})
    with one_judgement():
        chosen = compare_periods(frame, after="2018-07", by=frame["ward"], selected_on="2018-07", dispersion=9)
        told = compare_periods(frame[:2], after="2018-07", by=frame["ward"][:2], dispersion=1)
    assert chosen["arrow"].tolist() == ["", ""]
    assert told["arrow"].tolist() == ["up"]


def test_an_arrow_never_stands_beside_an_interval_that_holds_no_change():
    rng = np.random.default_rng(3)
    before, after = rng.integers(0, 60, 400), rng.integers(0, 60, 400)
    for dispersion in (1.0, 2.5):
        judged = pd.concat(
            judge_changes([b], [a], TWO, dispersion=dispersion) for b, a in zip(before, after, strict=True)
        )
        arrows = point_arrows(judged, after > before, alpha=0.05)
        holds = (judged["low"] <= 1) & (judged["high"] >= 1)
        assert (arrows[holds.to_numpy()] == "level").all()
        assert {"up", "down", "level"} == set(arrows)


def test_a_board_takes_the_spread_it_is_given():
    rows = [("2017-07-01", 100), ("2018-07-01", 140)]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["when", "incidents"]).assign(
            when=lambda table: pd.to_datetime(table["when"]), precision="month", category="Burglary"
        ),
        geometry=gpd.points_from_xy([0, 0], [0, 0]),
        crs=27700,
    )
    alone, wider = (track_indicators(frame, after="2018-07", dispersion=d).loc["crime"] for d in (1, 3))
    assert (alone["arrow"], wider["arrow"]) == ("up", "level")  # z 2.58, and 2.58 / √3 = 1.49
    assert wider["low"] < alone["low"] < 40 < alone["high"] < wider["high"]

"""A week of patrols from the configuration: every rule kept, the same week again from the same seed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
TEXT = f"""
as_of = 2018-08-31
seed = 4
[incidents]
files = '{DEMO / "leeds_july_2016_2017_2018.zip"}'
[areas.ward]
file = '{DEMO / "leeds_best_fit_wards.geojson"}'
name = "ward"
[hotspots]
count = 40
resamples = 0
[patrols]
officers = 4
vehicles = 2
shift = "15:00-21:00"
start = 2018-09-03
days = 2
break_minutes = 30
priority = ["Gipton & Harehills"]
[output]
drafts = 0
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("patrols")
    (folder / "team.toml").write_text(TEXT, encoding="utf-8")
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "out")]) == 0
    return folder / "out"


def test_the_week_has_cards_a_calendar_and_a_timetable(results):
    names = {p.name for p in (results / "patrols").iterdir()}
    assert "Patrol 1, Monday 3 September" in (results / "patrols.html").read_text(encoding="utf-8")
    assert "Patrol 1, Monday 3 September" not in (results / "map.html").read_text(encoding="utf-8")  # which is open
    assert names == {*("patrol-cards.html", "patrol-cards.docx", "patrols.ics"), "timetable.csv", "rounds.csv", "phone"}


def test_visits_stay_in_the_shift_and_each_hotspot_is_seen_again_within_two_hours(results):
    table = pd.read_csv(results / "patrols" / "timetable.csv", parse_dates=["arrive", "leave"])
    assert set(table["date"]) == {"2018-09-03", "2018-09-04"}
    assert table["arrive"].dt.hour.min() >= 15
    assert (table["leave"].dt.hour * 60 + table["leave"].dt.minute).max() <= 21 * 60
    visits = table[table["activity"] == "visit"]
    assert (visits["leave"] - visits["arrive"]).dt.total_seconds().eq(15 * 60).all()
    for _, stop in visits.sort_values("arrive").groupby(["date", "ref", "part"]):
        gaps = stop["arrive"].iloc[1:].to_numpy() - stop["leave"].iloc[:-1].to_numpy()
        assert (gaps <= pd.Timedelta(minutes=120)).all()


def test_nothing_says_where_officers_will_be_to_the_public(results, tmp_path):
    path = results.parent / "public.toml"
    path.write_text(TEXT.replace("drafts = 0", 'drafts = 0\nprofile = "public"'), encoding="utf-8")
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "out" / "patrols").exists()
    assert pd.read_csv(tmp_path / "out" / "patrols.csv").empty
    assert pd.read_csv(tmp_path / "out" / "cameras.csv").empty
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert "Patrol stop" not in page
    assert page.count("Cameras") == 0


def test_a_shift_shorter_than_a_visit_is_one_sentence(results, capsys):
    path = results.parent / "short.toml"
    path.write_text(TEXT.replace("15:00-21:00", "15:00-15:10"), encoding="utf-8")
    assert main(["run", str(path), "--out", str(results.parent / "none")]) == 2
    assert "shift" in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (results.parent / "none").exists()

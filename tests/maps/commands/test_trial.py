"""A trial through the command line: drawn at the places of a run, timetabled, delivered in a log, judged."""

from __future__ import annotations

import contextlib
import re
import shlex

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from where import REPO

from hotspots.trials.record import read_trial
from maps.cli import main
from maps.config.read import read_config

GUIDE = REPO / "docs" / "guides" / "test-as-you-go.md"
if not GUIDE.is_file():
    pytest.skip("docs/ is not part of the installed package", allow_module_level=True)
PAGE = GUIDE.read_text(encoding="utf-8")

NAMES = ["Boar Lane", "Briggate", "Call Lane", "Kirkgate", "The Headrow", "HMP Leeds", "Vicar Lane"]
CONFIG = """
as_of = 2026-10-01
[incidents]
files = ["crimes.csv"]
layout = "force-crime"
[patrols]
officers = 4
vehicles = 2
shift = "14:00-22:00"
[trial]
places = 6
start = 2026-06-01
days = 42
per_day = 2
washout = 1
[output]
profile = "internal"
"""


def as_in_the_guide(step, folder, names, *more):
    """Do what the guide says for a step, with files of ours in the place of those it names."""
    (line,) = re.findall(rf"^hotspots (trial {step} .*)$", PAGE, re.MULTILINE)
    with contextlib.chdir(folder):
        assert main([*(names.get(word, word) for word in shlex.split(line)), *more]) == 0


def write_records(path, moments, place, *, category="Burglary"):
    table = pd.DataFrame(
        {
            "Crime Number": [f"C{i}" for i in range(len(moments))],
            "Date Recorded": [m.strftime("%d/%m/%Y") for m in moments],
            "Time Committed": [m.strftime("%H:%M") for m in moments],
            "Crime Type": category,
            "Location": [NAMES[p] for p in place],
            "Easting": [430_000 + 900 * p for p in place],
            "Northing": 433_000,
        }
    )
    table.to_csv(path, index=False)


def write_log(folder, trial):
    """Sixty of the visits drawn, five on days off, one nowhere, under headings that a log of theirs has."""
    visits = pd.read_csv(folder / "trial" / "patrols" / "timetable.csv").query("activity == 'visit'")
    kept = visits[["ref", "arrive", "leave"]].iloc[:60]
    place, day = (np.nonzero(~trial.on)[i][::34] for i in (0, 1))
    other = pd.DataFrame(
        {"ref": trial.places["ref"].to_numpy()[place], "arrive": trial.dates[day].astype("str") + " 15:00"}
    )
    other["leave"] = other["arrive"].str.replace("15:00", "15:12")
    nowhere = pd.DataFrame({"ref": ["P99"], "arrive": ["2026-06-02 15:00"], "leave": ["2026-06-02 15:10"]})
    log = pd.concat([kept, other, nowhere])
    log.columns = ["Site", "On scene", "Clear"]
    log.assign(Officer="PC Doe").to_csv(folder / "theirs.csv", index=False)
    columns = '[columns]\nref = "Site"\narrived = "On scene"\nleft = "Clear"\n'
    (folder / "columns.toml").write_text(columns, encoding="utf-8")


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Folder in which a trial was drawn and judged, with its made-up records and log."""
    folder, rng = tmp_path_factory.mktemp("trial"), np.random.default_rng(1)
    (folder / "team.toml").write_text(CONFIG, encoding="utf-8")
    before = pd.date_range("2026-03-01", "2026-04-29 23:00", periods=420)
    write_records(folder / "crimes.csv", before, rng.integers(0, 7, 420))
    x = 430_000 + 900 * np.arange(7)
    stops = gpd.GeoDataFrame(
        {"ref": [f"P{i}" for i in range(7)], "name": NAMES, "rank": range(1, 8), "part": 0}
        | {"incidents": 60.0, "harm": 60.0, "chosen": True, "easting": x * 1.0, "northing": 433_000.0},
        geometry=gpd.points_from_xy(x, 0 * x + 433_000).buffer(150),
        crs=27700,
    )
    (folder / "run").mkdir()
    stops.loc[stops["ref"].eq("P1"), ["name", "part"]] = ["Nightclub near Briggate", 1]  # a part has its own name
    stops.to_file(folder / "run" / "hotspots.gpkg", layer="patrols")
    stops.assign(name=NAMES)[["ref", "name", "geometry"]].to_file(folder / "run" / "hotspots.gpkg", layer="hotspots")
    as_in_the_guide("draw", folder, {"partnership.toml": "team.toml", "july": "run"})
    trial = read_trial(folder / "trial" / "trial.toml")
    place_of = [NAMES.index(name) for name in trial.places["name"]]
    counts = rng.poisson(np.where(trial.on, 0.3, 1.2))
    rows = [
        (place_of[p], trial.dates[d] + pd.Timedelta(hours=19))
        for p, d in zip(*np.nonzero(counts), strict=True)
        for _ in range(counts[p, d])
    ]
    write_records(
        folder / "later.csv", [*(when for _, when in rows), pd.Timestamp("2026-09-01")], [*(p for p, _ in rows), 0]
    )
    write_log(folder, trial)
    names = {"records.csv": "later.csv", "our-layout.toml": "force-crime", "log.csv": "theirs.csv"}
    as_in_the_guide("judge", folder, names, "--profile", "internal", "--columns", "columns.toml")
    return folder, trial, counts


def test_places_where_records_are_only_put_down_are_not_tried(walked):
    _, trial, _ = walked
    assert len(trial.places) == 6
    assert "HMP Leeds" not in set(trial.places["name"])


def test_officers_are_sent_to_places_that_are_on_and_to_no_others(walked):
    folder, trial, _ = walked
    days = pd.read_csv(folder / "trial" / "days.csv").query("on")
    visits = pd.read_csv(folder / "trial" / "patrols" / "timetable.csv").query("activity == 'visit'")
    assert set(zip(visits["date"], visits["ref"], strict=True)) == set(zip(days["date"], days["ref"], strict=True))
    assert len(days) == trial.on.sum() == 84


def test_a_place_has_the_name_that_the_map_gives_it(walked):
    folder, trial, _ = walked
    assert trial.places["name"].tolist() == [name for name in NAMES if name != "HMP Leeds"]
    for page in ("trial/proposal.html", "judged/result.html"):
        text = (folder / page).read_text(encoding="utf-8")
        assert "Briggate" in text
        assert "Nightclub" not in text


def test_what_says_where_officers_will_be_is_never_open(walked):
    folder, _, _ = walked
    listed = pd.read_csv(folder / "trial" / "release.csv").set_index("file")
    for name in ("trial.toml", "days.csv", "patrols/timetable.csv", "proposal.html", "proposal.docx"):
        assert listed.loc[name, "marking"] == "OFFICIAL-SENSITIVE"
    assert "OFFICIAL-SENSITIVE" in (folder / "trial" / "proposal.html").read_text(encoding="utf-8")


def test_the_page_before_says_what_could_be_seen(walked):
    page = (walked[0] / "trial" / "proposal.html").read_text(encoding="utf-8")
    assert "true fall of" in page
    assert "four times in five" in page


def test_the_result_is_what_was_planted(walked):
    folder, trial, counts = walked
    page = (folder / "judged" / "result.html").read_text(encoding="utf-8")
    assert "fewer records on days drawn for patrol than chance alone would often give" in page
    assert f"{counts[trial.on].sum()} records on 84 place-days drawn for patrol" in page
    assert "came on 60 of 84 drawn place-days, and on 5 of 168 that were to have none: 71% and 3%" in page
    assert "1 row of the log could not be used" in page
    assert pd.read_csv(folder / "judged" / "visits-not-used.csv")["value"].tolist() == ["P99"]
    table = pd.read_csv(folder / "judged" / "places.csv")
    assert table["records_on"].tolist() == (counts * trial.on).sum(axis=1).tolist()


def test_a_draw_is_made_once_and_a_change_is_named(walked, capsys):
    folder, _, _ = walked
    again = ["trial", "draw", str(folder / "team.toml"), "--results", str(folder / "run")]
    assert main([*again, "--out", str(folder / "trial")]) == 2
    assert "a draw is made once" in capsys.readouterr().err
    changed = folder / "changed.toml"
    text = (folder / "trial" / "trial.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace("detected = false", "detected = true"), encoding="utf-8")
    judge = ["trial", "judge", str(changed), "--incidents", str(folder / "later.csv"), "--layout", "force-crime"]
    assert main([*judge, "--out", str(folder / "other")]) == 0
    page = (folder / "other" / "result.html").read_text(encoding="utf-8")
    assert "Changed since it was drawn" in page
    assert "what is counted" in page


def test_a_configuration_without_a_trial_is_one_sentence(walked, tmp_path, capsys):
    folder = walked[0]
    plain = folder / "plain.toml"
    plain.write_text(CONFIG.partition("[trial]")[0], encoding="utf-8")
    assert main(["trial", "draw", str(plain), "--results", str(folder / "run"), "--out", str(tmp_path / "x")]) == 2
    assert "[trial] with places" in capsys.readouterr().err


def test_the_guide_names_what_is_written_and_what_is_asked(walked):
    folder, _, _ = walked
    first_cells = re.findall(r"^\| (`[^|]+) \|", PAGE.split("## When it is over")[0], re.MULTILINE)
    named = re.findall(r"`([^`]+)`", " ".join(first_cells))
    assert named == ["trial.toml", "days.csv", "patrols/timetable.csv", "proposal.html", ".docx"]
    for name in (*named[:-1], "proposal.docx", "release.csv"):
        assert (folder / "trial" / name).is_file(), name
    assert (folder / "judged" / "result.html").is_file()
    (table,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (folder / "guide.toml").write_text(CONFIG.partition("[trial]")[0] + table, encoding="utf-8")
    asked = read_config(folder / "guide.toml").trial
    assert (asked.places, asked.days, asked.per_day, asked.washout) == (20, 84, 8, 1)

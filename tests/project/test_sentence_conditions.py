"""Every sentence of whole runs over unlike data is judged from the raw rows, by rules that are not ours."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
from sentence_judge import KINDS, UNWEIGHED, Raw, contradictions, judge, judge_doors, spoken
from shapely import box
from what_people_read import outputs

from hotspots import compare_periods
from hotspots.common.sentence_rules import NOT_ASKED, RULES
from maps.cli import main
from maps.job._ground import Ground

DEMO = Path(str(files("maps"))) / "demo"
CITIES = ("Bristol", "Leicester", "Cardiff", "Kingston upon Hull", "Norwich", "Derby")
CONFIG = """
as_of = "{as_of}"
seed = 1
plans = "plans"
[{records}]
files = "in"
{more}
[hotspots]
count = 3
resamples = 0
[output]
drafts = 1
profile = "internal"
"""
CHANGES = '[changes]\nbefore = "2018-10..2018-11"\nafter = "2019-01..2019-02"\n'
LAYOUT = """
name = "ours"
source = "council"
unit = "case"
[columns]
incident_id = "Ref"
when = "Date"
time = "Time"
category = "Type"
place = "Street"
x = "Easting"
y = "Northing"
[coordinates]
kind = "metres"
[dates]
formats = ["%d/%m/%Y"]
"""


def open_months(shared_data: Path, name: str) -> Iterator[tuple[str, pd.DataFrame]]:
    with zipfile.ZipFile(shared_data / "police_uk" / f"{name}.zip") as archive:
        for member in archive.namelist():
            if member.endswith("-street.csv"):
                with archive.open(member) as file:
                    yield member, pd.read_csv(file, dtype=str, keep_default_na=False)


def write_police(folder: Path, months: dict[str, pd.DataFrame]) -> Raw:
    """Write files as a download has them, and know their rows."""
    for name, frame in months.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False)
    rows = pd.concat(months.values())
    rows = rows.assign(month=rows["Month"], who=rows["Reported by"], kind=rows["Crime type"])
    return Raw(rows[["month", "who", "kind"]], weighed=bool(set(rows["kind"]) - UNWEIGHED))


def cut(frame: pd.DataFrame, rows: pd.Series, most: int) -> pd.DataFrame:
    """Some placed rows of a file, no Crime ID twice."""
    kept = frame[rows & frame["Longitude"].ne("")]
    if "Crime ID" in kept.columns:
        kept = kept[kept["Crime ID"].eq("") | ~kept["Crime ID"].duplicated()]
    step = max(1, len(kept) // max(most, 1))  # some of all kinds, however they are sorted
    return kept.iloc[::step].head(most)


def northern_ireland(folder: Path, shared_data: Path) -> Raw:
    (name, frame), *_ = open_months(shared_data, "psni_2022_02")
    x, y = frame["Longitude"].replace("", "0").astype(float), frame["Latitude"].replace("", "0").astype(float)
    raw = write_police(folder, {name: cut(frame, x.between(-5.96, -5.90) & y.between(54.58, 54.61), 250)})
    (folder / "team.toml").write_text(CONFIG.format(as_of="2022-02-28", records="incidents", more=""))
    return raw


def transport_police(folder: Path, shared_data: Path) -> Raw:
    name, frame = next((n, f) for n, f in open_months(shared_data, "btp_2020_01") if len(f) > 3000)
    x, y = frame["Longitude"].replace("", "9").astype(float), frame["Latitude"].replace("", "0").astype(float)
    raw = write_police(folder, {name: cut(frame, x.between(-0.2, 0.0) & y.between(51.48, 51.55), 250)})
    (folder / "team.toml").write_text(CONFIG.format(as_of="2020-01-31", records="incidents", more=""))
    return raw


def cities(folder: Path, shared_data: Path, *, lacking: str = "") -> Raw:
    """Five months of six forces, some neighbourhoods of each city; one force may lack its last month."""
    months: dict[str, pd.DataFrame] = {}
    seen: set[str] = set()
    for name, frame in open_months(shared_data, "six_cities_2018_10_2019_02"):
        names = frame["LSOA name"]
        if not (lacking and lacking in name):
            fresh = names.str.contains(rf"(?:{'|'.join(CITIES)}) 00[1-9]") & ~frame["Crime ID"].isin(seen - {""})
            months[name] = cut(frame, fresh, 45)
            seen |= set(months[name]["Crime ID"])
    raw = write_police(folder, months)
    given = CONFIG.format(as_of="2019-02-28", records="incidents", more=CHANGES)
    (folder / "team.toml").write_text(given)
    return raw


def lacking_month(folder: Path, shared_data: Path) -> Raw:
    return cities(folder, shared_data, lacking="2019-02-derbyshire")


def council(folder: Path, shared_data: Path | None = None) -> Raw:
    """Cases of kinds that no harm index weighs, with the time of day, of two months."""
    at = pd.date_range("2024-03-01", "2024-04-30 20:00", periods=400)
    step = pd.Series(range(400))
    frame = pd.DataFrame(
        {
            "Ref": [f"C{i}" for i in range(400)],
            "Date": at.strftime("%d/%m/%Y"),
            "Time": at.strftime("%H:%M"),
            "Type": ["Noise", "Fly-tipping", "Dog fouling", "Graffiti"] * 100,
            "Street": step.mod(7).map(lambda i: f"Street {i}"),
            "Easting": 430_000 + step.mod(7) * 700 + step.mod(3) * 20,
            "Northing": 433_000 + step.mod(7) * 350 + step.mod(5) * 15,
        }
    )
    (folder / "in").mkdir()
    frame.to_csv(folder / "in" / "cases.csv", index=False)
    (folder / "layout.toml").write_text(LAYOUT)
    given = CONFIG.format(as_of="2024-04-30", records="incidents", more='layout = "layout.toml"')
    (folder / "team.toml").write_text(given)
    rows = pd.DataFrame({"month": at.strftime("%Y-%m"), "who": "council", "kind": frame["Type"]})
    return Raw(rows, weighed=False, clock=True)


def leeds(folder: Path, *, rows: int) -> Raw:
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        name = "2018-07/2018-07-leeds-street.csv"
        frame = pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)
    raw = write_police(folder, {name: cut(frame, frame["Month"].ne(""), rows)})
    (folder / "team.toml").write_text(CONFIG.format(as_of="2018-07-31", records="incidents", more=""))
    return raw


def one_record(folder: Path, shared_data: Path | None = None) -> Raw:
    return leeds(folder, rows=1)


def no_records(folder: Path, shared_data: Path | None = None) -> Raw:
    return leeds(folder, rows=0)


REAL = (northern_ireland, transport_police, cities, lacking_month)
MADE = (council, one_record, no_records)


def finish(make, folder: Path, shared_data: Path | None) -> tuple[Raw, dict[str, str], Listed]:
    """Raw rows of a small world, all that its run says and writes, and the kinds its manifest lists."""
    raw, said = make(folder, shared_data), io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        main(["run", str(folder / "team.toml"), "--out", str(folder / "out")])
    return raw, {"the console": said.getvalue(), **dict(outputs(folder))}, read_listed(folder)


class Listed(NamedTuple):
    """Kinds of sentence that a manifest says were let out, and those that nothing asked for."""

    said: set[str]
    unasked: set[str]


def read_listed(folder: Path) -> Listed:
    manifest = folder / "out" / "manifest.json"
    if not manifest.is_file():
        return Listed(set(), set())
    kinds = json.loads(manifest.read_text(encoding="utf-8"))["sentences"]
    said = {kind for kind, told in kinds.items() if told["said"]}
    unasked = {kind for kind, told in kinds.items() if NOT_ASKED in told.get("left_out_because", ())}
    return Listed(said, unasked)


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[Raw, dict[str, str], Listed]]:
    """Each world that was asked for, run once."""
    return {}


def get(told, make, tmp_path_factory, shared_data=None):
    if make.__name__ not in told:
        told[make.__name__] = finish(make, tmp_path_factory.mktemp(make.__name__), shared_data)
    return told[make.__name__]


@pytest.mark.parametrize("make", REAL)
def test_every_sentence_holds_for_files_of_other_forces_and_cities(make, told, tmp_path_factory, shared_data):
    raw, texts, listed = get(told, make, tmp_path_factory, shared_data)
    assert judge(raw, texts) == []
    assert judge_doors(texts) == []
    assert contradictions(texts) == []
    said = spoken(texts)
    assert "harm" in said
    assert ("change between two periods" in said) == (make in (cities, lacking_month))
    assert listed.said & set(KINDS) == said & set(RULES)
    # where nothing was said, the reason is one of these data; only an assessment speaks of verdicts
    assert listed.unasked <= {"verdict", "ground that nobody chose", "change of single places"}


@pytest.mark.parametrize("make", MADE)
def test_every_sentence_holds_for_cases_without_weights_and_next_to_nothing(make, told, tmp_path_factory):
    raw, texts, listed = get(told, make, tmp_path_factory)
    assert judge(raw, texts) == []
    assert listed.said & set(KINDS) == spoken(texts) & set(RULES)
    assert texts["the console"]


def test_the_kinds_judged_are_those_of_the_register():
    assert set(KINDS) >= set(RULES)


# --- each rule let through where it must not hold: a judge who cannot fail has judged nothing


def let(monkeypatch, module) -> None:
    """Let every sentence of a module out, whatever holds."""
    monkeypatch.setattr(module, "may_say", lambda kind, holds, why="": True)


def found(raw: Raw, said: str) -> set[str]:
    return {kind for kind, _ in judge(raw, {"page": said})}


def made(**given) -> Raw:
    """Rows of one force, thirty in each month given."""
    months = given.pop("months", ["2018-07"])
    rows = pd.DataFrame({"month": [m for m in months for _ in range(30)], "who": "Kent Police", "kind": "Drugs"})
    return Raw(rows, weighed=True, **given)


def test_harm_of_records_without_a_weight_is_found(monkeypatch, tmp_path):
    from hotspots.severity import weighed_kinds

    let(monkeypatch, weighed_kinds)
    raw, texts, _ = finish(council, tmp_path, None)
    assert "harm" in {kind for kind, _ in judge(raw, texts)}


def test_a_change_beside_a_month_that_a_force_lacks_is_found(monkeypatch):
    from hotspots.reading import covered

    months = [f"{year}-0{month}" for year in (2018, 2019) for month in (6, 7)]
    cells = [(m, f) for m in months for f in ("Kent Police", "Surrey Police")]
    cells.remove(("2019-07", "Surrey Police"))
    rows = pd.DataFrame([cell for cell in cells for _ in range(40)], columns=["month", "who"])
    raw = Raw(rows.assign(kind="Drugs"), weighed=True)
    when = pd.to_datetime(rows["month"])
    frame = pd.DataFrame({"when": when, "precision": "month", "raw_force": rows["who"], "category": "Drugs"})
    frame["source"] = "police.uk"
    windows = {"before": "2018-06..2018-07", "after": "2019-06..2019-07"}
    said = compare_periods(frame, **windows).attrs["whole"]
    assert "from 80 to 80" in said
    assert found(raw, said) == set()
    monkeypatch.setattr(covered, "_find_gap", lambda *given: None)
    monkeypatch.setattr(covered, "_kinds_lacking", lambda *given: {})
    said = compare_periods(frame, **windows).attrs["whole"]
    assert "from 160 to 120" in said
    assert found(raw, said) == {"change between two periods"}
    assert found(raw, said.replace("160", "80").replace("120", "81")) == {"change between two periods"}


def test_chance_and_cover_on_ground_without_meaning_are_found(monkeypatch):
    from maps.job import chance

    let(monkeypatch, chance)
    row = {"problem": "ASB", "of": "records", "measure": "top 25% of places hold", "cells": 20}
    row |= {"observed": 1.0, "chance": 1.0}
    ground = Ground(box(0, 0, 1000, 1000), "the town")
    said = chance.say_chance(pd.DataFrame([row]), "ASB", ground)
    assert found(made(ground="the town"), said) == {"share held by chance"}
    spots = gpd.GeoDataFrame({"incidents": [3], "share_of_incidents": [1.0]}, geometry=[box(0, 0, 900, 900)])
    said = chance.say_cover(spots, ground)
    assert found(made(ground="the town"), said) == {"share of the ground covered"}
    assert found(made(ground="the wards"), said) == {"share of the ground covered"}


def test_a_rate_of_nobody_is_found(monkeypatch):
    from maps.job import say_rates

    let(monkeypatch, say_rates)
    dated = pd.DataFrame({"when": pd.to_datetime(["2018-07-01"]), "precision": "month"})
    config = SimpleNamespace(areas={})
    said = say_rates.say_rates(SimpleNamespace(area_sums={}, dated=dated, config=config))
    assert found(made(), said) == {"rate per resident"}
    assert found(made(residents=True), said) == set()


def test_a_time_of_day_that_nobody_recorded_and_half_a_year_of_seasons_are_found():
    assert found(made(), "Busiest four hours: 16:00 to 20:00, 9 of 30 of those with a time.") == {"time of day"}
    profile = "More than an even spread gives: summer (30, 15 expected)."
    assert found(made(), profile) == {"season"}
    whole = [f"2018-{month:02d}" for month in range(1, 13)]
    assert found(made(months=whole), profile) == set()


def test_a_trend_over_a_gap_and_a_verdict_on_nothing_are_found():
    whole = [str(month) for month in pd.period_range("2018-01", "2018-12", freq="M")]
    assert found(made(months=whole), "Persistent.") == set()
    assert found(made(months=whole[:4] + whole[5:]), "Persistent.") == {"trend of a place"}
    assert found(made(), "Fewer than expected: all records went from 0 to 3.") == {"verdict"}


def test_records_said_to_lie_outside_or_ground_that_was_given_is_found():
    assert found(made(inside=29, ground="the study area"), "No study area was given: ...") == {
        "ground that nobody chose"
    }
    for said in ("All 30 records lie outside every area; ...", "Nearly all records lie outside the areas of: ward"):
        assert found(made(inside=29), said) == {"records lie outside the areas"}
        assert found(made(inside=3), said) == set()
    assert found(made(), "Colour the hotspots by change") == {"change of single places"}
    assert [kind for kind, _ in judge_doors({"prison.docx": "Meet licensees and door staff."})] == ["premises"]
    assert judge_doors({"high-street.docx": "Meet licensees and door staff."}) == []

"""Plans met half-way: pasted controls, lost maps, discs in files, responses that cannot be assessed."""

from __future__ import annotations

import copy
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.checks import InputError
from hotspots.common.wording import say_months
from hotspots.files.toml_lines import line_at, locate_keys
from hotspots.plans._facts import rows_inside
from hotspots.plans._target import find_target
from hotspots.plans.assess import assess_plan
from hotspots.plans.draft import draft_plan
from hotspots.plans.person_names import draft_person_plan
from hotspots.plans.record import Plan
from maps.documents.word_fields import W, read_fields
from maps.plans.store import kept_map, open_plan, save_plan
from maps.plans.write_plan import write_file

Make = Callable[..., gpd.GeoDataFrame]
Type = Callable[[Path, dict[str, str]], None]


@pytest.fixture
def record(plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "SE3000033000-boar-lane.toml"
    save_plan(plan, path, spots=spots, profile="open")
    return path


def find_control(document: object, tag: str) -> object:
    for control in document.element.body.iter(f"{W}sdt"):  # type: ignore[attr-defined]
        if control.find(f"{W}sdtPr/{W}tag").get(f"{W}val").split("#")[0] == tag:
            return control
    raise AssertionError(f"no field {tag}")


def test_a_field_pasted_twice_adds_its_words_once(record: Path, type_into: Type) -> None:
    word = record.with_suffix(".docx")
    type_into(word, {"cheers.community": "Traders’ forum"})
    save_plan(open_plan(record), record, profile="open")
    document = docx.Document(str(word))
    control = find_control(document, "cheers.community")
    again = copy.deepcopy(control)
    next(again.iter(f"{W}t")).text = "Residents too"
    control.addnext(again)
    document.save(str(word))
    held = open_plan(record).fields()["cheers.community"]
    assert held == "Traders’ forum\nResidents too"
    assert open_plan(record).fields()["cheers.community"] == held


def test_line_breaks_tabs_and_paragraphs_in_a_field_are_kept(record: Path, type_into: Type) -> None:
    word = record.with_suffix(".docx")
    type_into(word, {"assessment.lessons": "one"})
    document = docx.Document(str(word))
    text = next(find_control(document, "assessment.lessons").iter(f"{W}t"))
    run = text.getparent()
    for tag, words in (("tab", ""), ("t", "two"), ("br", ""), ("t", "three")):
        item = run.makeelement(f"{W}{tag}")
        item.text = words or None
        run.append(item)
    document.save(str(word))
    assert open_plan(record).fields()["assessment.lessons"] == "one\ttwo\nthree"


@pytest.mark.parametrize(
    ("how", "name", "words"),
    [
        (zipfile.ZIP_DEFLATED, "word/big.xml", "unpacks to a suspicious size"),
        (zipfile.ZIP_DEFLATED, "word/media/map.png", "unpacks to a suspicious size"),
        (zipfile.ZIP_STORED, "word/big.xml", "far too large for a plan"),
    ],
)
def test_a_document_that_would_fill_the_memory_is_refused(record: Path, how: int, name: str, words: str) -> None:
    """The limit is that of every packed file; of text, which takes many times its size, a plan's own."""
    word = record.with_suffix(".docx")
    with zipfile.ZipFile(word, "a", how) as packed, packed.open(name, "w") as big:
        for _ in range(60):
            big.write(b" " * 1_000_000)
    with pytest.raises(InputError, match=words):
        read_fields(word)


def test_a_document_without_its_map_or_gone_gives_none(record: Path, tmp_path: Path) -> None:
    assert kept_map(record.with_suffix(".docx"))[:4] == b"\x89PNG"  # type: ignore[index]
    assert kept_map(tmp_path / "gone.docx") is None
    docx.Document().save(str(tmp_path / "empty.docx"))
    assert kept_map(tmp_path / "empty.docx") is None


def test_a_document_in_a_place_that_cannot_be_is_one_sentence(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"plan\.docx cannot be written"):
        write_file(tmp_path / "file" / "plan.docx", b"words")
    write_file(tmp_path / "new" / "plan.docx", b"words")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["plan.docx"]


def test_discs_hold_what_lies_within_their_radius_not_within_their_drawing(make: Make) -> None:
    data = make(crimes=1, asb=0, far=1)
    # a drawn disc is a polygon a little inside the circle: its edge point at 11.25° is cut off
    at = np.radians(360 / 64 * 0.5)
    edge = shapely.Point(430_000 + 150 * np.cos(at), 433_000 + 150 * np.sin(at))
    data.loc[0, "geometry"] = edge
    drawn = shapely.Point(430_000, 433_000).buffer(150)
    assert not drawn.covers(edge)
    part = {"easting": 430_000.0, "northing": 433_000.0, "radius": 150.0}
    assert rows_inside(data, drawn, [part]).tolist() == [True, False]
    assert rows_inside(data, drawn).tolist() == [False, False]


def test_a_response_that_ends_first_or_a_person_is_not_assessed(
    plan: Plan, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        assess_plan(plan, incidents, start="2018-08-31", end="2018-08-01")
    person = draft_person_plan("NOM-2024-017", role="repeat offender", as_of="2024-03-01")
    with pytest.raises(InputError, match="plan for a person"):
        assess_plan(person, incidents, start="2018-08-01", end="2018-08-31")


def test_the_same_assessment_on_the_same_day_is_not_added_twice(make: Make, spots: gpd.GeoDataFrame) -> None:
    months = [f"{year}-{month:02d}-01" for year in (2016, 2017, 2018) for month in range(1, 13)]
    data = make(crimes=600, asb=0, far=900, months=months)
    plan = draft_plan(spots.loc[1], data, spots=spots, selected_on="2016", as_of="2018-01-01")
    dates = {"start": "2018-01-01", "end": "2018-12-31", "as_of": "2019-01-10"}
    once = assess_plan(plan, data, **dates)
    assert len(once.assessments) == 1
    assert len(assess_plan(once, data, **dates).assessments) == 1
    assert plan.assessments == []
    assert len(assess_plan(once, data, **dates | {"as_of": "2019-02-10"}).assessments) == 2


def test_other_hotspots_stay_cut_out_of_the_surrounding_area(make: Make, spots: gpd.GeoDataFrame) -> None:
    """Opened beside a hotspot 310 m east, judged years later without any list: its records are not ours."""
    months = [f"{year}-{month:02d}-01" for year in (2016, 2017, 2018) for month in range(1, 13)]
    data = make(crimes=360, asb=0, far=900, months=months)
    here = data.geometry.iloc[0]
    east, north = data.iloc[:72].copy(), data.iloc[:36].copy()
    east["geometry"] = shapely.Point(here.x + 310, here.y)
    north["geometry"] = shapely.Point(here.x, here.y + 200)
    data = gpd.GeoDataFrame(pd.concat([data, east, north], ignore_index=True), crs=27700)
    beside = spots.loc[[2]].assign(ref="SE3031033000", geometry=east.geometry.iloc[0].buffer(150))
    listed = gpd.GeoDataFrame(pd.concat([spots, beside], ignore_index=True), crs=27700)
    plan = draft_plan(listed.loc[0], data, spots=listed, selected_on="2016", as_of="2018-01-01")
    assert len(plan.frozen["other_areas"]) == 1  # Far Street is no neighbour
    dates = {"start": "2018-01-01", "end": "2018-12-31"}
    for others in (None, listed):
        (counts,) = assess_plan(plan, data, others=others, **dates).assessments[-1]["counts"]
        assert (counts["ring_before"], counts["ring_after"]) == (12, 12)
    del plan.frozen["other_areas"]  # as in plans opened before they were kept
    (counts,) = assess_plan(plan, data, **dates).assessments[-1]["counts"]
    assert counts["ring_before"] == 12 + 24


def test_more_reports_are_success_where_the_plan_asks_for_them(make: Make, spots: gpd.GeoDataFrame) -> None:
    """Boar Lane doubles in 2018 after a campaign; Far Street stays as it was."""
    months = [f"{year}-{month:02d}-01" for year in (2016, 2017, 2018) for month in range(1, 13)]
    data = make(crimes=1800, asb=0, far=1800, months=months)
    again = data[(data["category"] != "Burglary") & (data["when"].dt.year == 2018)]
    data = gpd.GeoDataFrame(pd.concat([data, again], ignore_index=True), crs=27700)
    plan = draft_plan(spots.loc[1], data, spots=spots, selected_on="2016", as_of="2018-01-01")
    dates = {"start": "2018-01-01", "end": "2018-12-31"}
    for direction, outcome in {
        "fewer": "More than expected, against the aim",
        "more": "More than expected, as was aimed for",
        "either": "More than expected, which is neither called better nor worse here",
    }.items():
        assessed = assess_plan(plan, data, direction=direction, **dates)
        assert assessed.assessments[-1]["verdict"].startswith(outcome)


def test_a_plan_may_be_about_one_row_given_as_a_table_and_needs_its_outline(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    alone = draft_plan(spots.loc[[1]], incidents)
    assert (alone.ref, alone.frozen["name"], alone.covers) == ("SE3000033000", "Boar Lane", "hotspot")
    with pytest.raises(InputError, match="row has no geometry"):
        draft_plan(spots.loc[1].drop("geometry"), incidents)
    unshared = find_target(spots.drop(columns="ward_shares").loc[1], incidents, title=None)
    assert unshared.layers == {"ward": [("Little London & Woodhouse", 1.0)]}


def test_months_with_gaps_are_told_by_their_ends() -> None:
    months = [pd.Period(f"2018-{month:02d}", "M") for month in (1, 2, 4, 5, 7, 12)]
    assert say_months(months) == "January 2018 to December 2018 (6 of the 12 months are in the data)"
    assert say_months([]) == "no months"


def test_a_mistake_inside_a_row_of_a_record_has_its_line() -> None:
    text = "[[people.actions]]\nlead = 'Council'\n[[people.actions]]\n[people.actions.more]\nwho = 'x'\n"
    assert locate_keys(text) == {
        ("people", "actions", 1): 1,
        ("people", "actions", 1, "lead"): 2,
        ("people", "actions", 2): 3,
        ("people", "actions", 2, "more"): 4,
        ("people", "actions", 2, "more", "who"): 5,
    }
    assert line_at(locate_keys(text), ("people", "actions", 2, "more", "when")) == 4
    assert line_at(locate_keys(text), ("frozen", "areas")) == 1


def test_records_that_do_not_reach_back_are_said(
    make: Make, spots: gpd.GeoDataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    months = [f"{year}-{month:02d}-01" for year in (2016, 2017, 2018) for month in range(1, 13)]
    data = make(crimes=600, asb=0, far=900, months=months)
    plan = draft_plan(spots.loc[1], data, spots=spots, selected_on="2016", as_of="2018-01-01")
    later = data[data["when"].dt.year > 2016].reset_index(drop=True)
    with caplog.at_level(logging.INFO, logger="safer_hotspots"):
        assess_plan(plan, later, start="2018-01-01", end="2018-12-31")
    assert "do not hold the months that chose the place" in caplog.text

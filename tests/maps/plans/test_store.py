"""The folder of open plans: what people typed is never lost, whoever writes next."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from pathlib import Path

import docx
import geopandas as gpd
import pytest
from shapely.geometry import Point

from hotspots.checks import InputError
from hotspots.plans.person_names import draft_person_plan
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan
from maps.disclosure.gate import PROFILES
from maps.documents.word_fields import W, read_fields
from maps.plans import store as plan_store
from maps.plans.open_folder import assess_record, copy_plans, update_plans
from maps.plans.readers import documents_for, plans_for
from maps.plans.shelf import list_records, look_through
from maps.plans.store import open_plan, save_plan

Type = Callable[[Path, dict[str, str]], None]
Make = Callable[..., gpd.GeoDataFrame]
TYPED = {
    "heading.owner": "Neighbourhood sergeant",
    "cheers.community": "Traders’ forum: “every Friday” & worse",
    "triangle.place": "Two bars share a yard <unlit>",
    "actions.1.action": "Light the yard",
    "actions.1.due": "14/10/2018",
    "assessment.lessons": "Ask earlier",
}


@pytest.fixture
def record(plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "plans" / "SE3000033000-boar-lane.toml"
    save_plan(plan, path, spots=spots, profile="open")
    return path


def test_words_typed_in_word_are_read_back(record: Path, type_into: Type) -> None:
    type_into(record.with_suffix(".docx"), TYPED)
    plan = open_plan(record)
    held = plan.fields()
    assert {tag: held[tag] for tag in TYPED} == TYPED
    assert read_plan(record).fields() == held


def test_emptied_fields_are_emptied(record: Path, type_into: Type) -> None:
    word = record.with_suffix(".docx")
    type_into(word, TYPED)
    save_plan(open_plan(record), record, profile="open")
    type_into(word, {"assessment.lessons": ""})
    assert open_plan(record).fields()["assessment.lessons"] == ""
    assert open_plan(record).fields()["triangle.place"] == TYPED["triangle.place"]


def test_edits_in_word_and_in_the_record_are_merged_and_clashes_keep_both(
    record: Path, type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    type_into(record.with_suffix(".docx"), {"heading.owner": "Sergeant", "analysis.why": "The yard"})
    text = record.read_text(encoding="utf-8")
    text = text.replace('why = ""', 'why = "The bars"').replace('how = ""', 'how = "On foot"')
    record.write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        held = open_plan(record).fields()
    assert held["heading.owner"] == "Sergeant"
    assert held["analysis.how"] == "On foot"
    assert held["analysis.why"] == "The bars\nThe yard"
    assert "both kept: analysis.why" in caplog.text
    assert open_plan(record).fields() == held


def test_rows_added_to_the_table_of_actions_are_read(record: Path, type_into: Type) -> None:
    word = record.with_suffix(".docx")
    type_into(word, {"actions.1.action": "Light the yard"})
    document = docx.Document(str(word))
    table = next(t for t in document.tables if t.rows[0].cells[0].text == "Action agreed")
    copied = copy.deepcopy(table.rows[1]._tr)  # a row copied and pasted, controls and all, then changed
    next(copied.iter(f"{W}t")).text = "Light the lane"
    table._tbl.append(copied)
    plain = table.add_row()
    plain.cells[0].text, plain.cells[3].text = "Talk to the bars", "Licensing"
    document.save(str(word))
    actions = open_plan(record).people["actions"]
    assert [row["action"] for row in actions] == ["Light the yard", "Light the lane", "Talk to the bars"]
    assert actions[2]["lead"] == "Licensing"
    assert open_plan(record).people["actions"] == actions


def test_words_outside_the_fields_are_kept_in_a_copy(record: Path, caplog: pytest.LogCaptureFixture) -> None:
    word = record.with_suffix(".docx")
    document = docx.Document(str(word))
    document.add_paragraph("The licensee rang on Tuesday.")
    document.save(str(word))
    with caplog.at_level(logging.WARNING):
        save_plan(open_plan(record), record, profile="open")
    kept = record.with_name("SE3000033000-boar-lane edited 2018-08-31.docx")
    assert docx.Document(str(kept)).paragraphs[-1].text == "The licensee rang on Tuesday."
    assert kept.name in caplog.text
    assert docx.Document(str(word)).paragraphs[-1].text != "The licensee rang on Tuesday."


def test_a_document_open_in_word_is_left_alone(record: Path) -> None:
    before = record.with_suffix(".docx").read_bytes()
    record.with_name(f"~${record.stem}.docx").touch()
    with pytest.raises(InputError, match="open in another program"):
        save_plan(open_plan(record), record, profile="open")
    assert record.with_suffix(".docx").read_bytes() == before


def test_a_document_saved_without_the_tags_of_its_fields_is_read_by_their_order(record: Path, type_into: Type) -> None:
    # what LibreOffice before 7.5 does
    word = record.with_suffix(".docx")
    type_into(word, TYPED)
    document = docx.Document(str(word))
    for properties in document.element.body.iter(f"{W}sdtPr"):
        for name in ("tag", "alias", "id", "lock"):
            for element in properties.findall(f"{W}{name}"):
                properties.remove(element)
    document.save(str(word))
    held = open_plan(record).fields()
    assert {tag: held[tag] for tag in TYPED} == TYPED


@pytest.mark.parametrize("damage", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_a_broken_document_is_a_clear_error_and_stays(record: Path, damage: bytes) -> None:
    word = record.with_suffix(".docx")
    word.write_bytes(damage)
    with pytest.raises(InputError, match="not a Word document"):
        open_plan(record)
    assert word.read_bytes() == damage


def test_a_document_of_somebody_else_is_a_clear_error(record: Path) -> None:
    docx.Document().save(str(record.with_suffix(".docx")))
    with pytest.raises(InputError, match="none of the plan's fields"):
        open_plan(record)


def test_the_worst_places_without_a_plan_are_drafted_once(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    run = {"as_of": "2018-08-31", "profile": "open"}
    first = update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=1, **run)
    assert [p.suffix for p in first] == [".docx", ".html"]
    assert [p.name for p in list_records(tmp_path)] == ["SE3000033000-boar-lane.toml"]
    state = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=1, **run) == first
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == state
    assert len(update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=5, **run)) == 4
    copies = copy_plans(first, tmp_path / "out")
    assert [p.read_bytes() for p in copies] == [p.read_bytes() for p in first]


def test_two_plans_of_one_first_place_have_two_names(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    same = spots.assign(name="Boar Lane", streets=[["Boar Lane"], ["Boar Lane"]])
    asked = ["SE3000033000", "SE3000033000+SE3150033000"]
    update_plans(tmp_path, same, incidents, as_of="2018-08-31", asked=asked, profile="open")
    update_plans(tmp_path, same, incidents, as_of="2018-08-31", asked=asked, profile="open")
    names = sorted(p.stem for p in list_records(tmp_path))
    assert names == ["SE3000033000-boar-lane", "SE3000033000-boar-lane-2"]


def test_a_run_brings_the_page_up_to_date_with_what_was_typed_in_word(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path, type_into: Type
) -> None:
    run = {"as_of": "2018-08-31", "profile": "open", "asked": 1}
    word, page = update_plans(tmp_path, spots, incidents, **run)
    type_into(word, {"analysis.why": "The yard behind the bars"})
    update_plans(tmp_path, spots, incidents, **run | {"as_of": "2018-09-30"})
    assert "The yard behind the bars" in page.read_text(encoding="utf-8")
    assert open_plan(list_records(tmp_path)[0]).drafted == "2018-08-31"
    page.unlink()
    update_plans(tmp_path, spots, incidents, **run)
    assert "The yard behind the bars" in page.read_text(encoding="utf-8")


def test_a_place_under_another_reference_that_has_a_plan_gets_no_second_one(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    run = {"as_of": "2018-08-31", "profile": "open", "asked": 1}
    update_plans(tmp_path, spots, incidents, **run)
    update_plans(tmp_path, spots.assign(ref=["SE3001033000", "SE3150033000"]), incidents, **run)
    assert len(list_records(tmp_path)) == 1


@pytest.mark.parametrize(
    "request_text", ["SE3150033000", "SE3000033000+SE3150033000", "street:Boar Lane", "ward:hunslet & riverside"]
)
def test_what_is_asked_for_is_drafted_and_drafted_again(
    request_text: str, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    for day in ("2018-08-31", "2018-11-30"):
        update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=[request_text], as_of=day, profile="open")
    plans = list(look_through(tmp_path).plans.values())
    assert [(plan.opened, plan.drafted) for plan in plans] == [("2018-08-31", "2018-11-30")]


@pytest.mark.parametrize(
    ("request_text", "said"),
    [
        ("SE3150033001", "not in the list"),
        ("ward:Hunslet & Rivrside", "Hunslet & Riverside"),
        ("lap:X", "street, ward"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_and_stops_no_other(
    request_text: str,
    said: str,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = [request_text, "SE3150033000"]
    update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=asked, as_of="2018-08-31", profile="open")
    assert f"No plan is drafted for '{request_text}'" in caplog.text
    assert said in caplog.text
    assert [plan.ref for plan in look_through(tmp_path).plans.values()] == ["SE3150033000"]


def test_a_street_without_records_is_named_with_the_nearest_and_stops_no_other(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = ["street:Boar Lan", "ward:Hunslet & Riverside"]
    update_plans(tmp_path, spots, incidents, {"ward": wards}, asked=asked, as_of="2018-08-31", profile="open")
    assert "'street:Boar Lan'" in caplog.text
    assert "'Boar Lane'" in caplog.text
    assert [plan.title for plan in look_through(tmp_path).plans.values()] == ["Hunslet & Riverside"]


def test_a_name_typed_into_a_persons_plan_is_refused_and_stays_out_of_the_record(
    tmp_path: Path, type_into: Type
) -> None:
    record = tmp_path / "v.toml"
    save_plan(draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31"), record, profile="partner")
    before = record.read_bytes()
    type_into(record.with_suffix(".docx"), {"analysis.who": "Her brother, Mr Khan"})
    with pytest.raises(InputError, match="Mr Khan"):
        open_plan(record)
    assert record.read_bytes() == before
    assert "Mr Khan" in read_fields(record.with_suffix(".docx")).entries["analysis.who"].text


def test_sensitive_categories_are_not_named_beyond_internal(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    named = incidents.assign(category=incidents["category"].replace("Violence and sexual offences", "Domestic abuse"))
    update_plans(tmp_path / "a", spots, named, as_of="2018-08-31", asked=1, profile="partner")
    update_plans(tmp_path / "b", spots, named, as_of="2018-08-31", asked=1, profile="internal")
    written = {n: "".join(p.read_text(encoding="utf-8") for p in (tmp_path / n).glob("*.[ht]*ml")) for n in "ab"}
    assert "omestic" not in written["a"]
    assert "omestic" in written["b"]


def months_of(first: str, last: str) -> list[str]:
    import pandas as pd

    return [str(day.date()) for day in pd.date_range(first, last, freq="MS")]


def test_drafted_edited_redrafted_and_assessed_keeps_every_word(
    spots: gpd.GeoDataFrame, make: Make, tmp_path: Path, type_into: Type
) -> None:
    early = make(crimes=480, asb=120, far=600, months=months_of("2017-01-01", "2017-06-01"))
    update_plans(tmp_path, spots, early, as_of="2017-07-01", asked=1, profile="open")
    record = list_records(tmp_path)[0]
    word = record.with_suffix(".docx")
    frozen = read_plan(record).frozen
    typed = {**TYPED, "response.start": "1 January 2019", "response.end": "30/06/2019"}
    type_into(word, typed)
    record.write_text("# kept in the cupboard\n" + record.read_text(encoding="utf-8"), encoding="utf-8")
    three_months_on = make(crimes=720, asb=180, far=900, months=months_of("2017-01-01", "2017-09-01"))
    update_plans(tmp_path, spots, three_months_on, as_of="2017-10-01", asked=1, redraft=True, profile="open")
    type_into(word, {"analysis.tried": "Patrols in 2016"})
    later = make(crimes=2400, asb=600, far=3000, months=months_of("2017-01-01", "2019-06-01"))
    for day in ("2019-07-01", "2019-08-01"):
        assess_record(record, later, spots=spots, as_of=day, profile="open")
    plan = open_plan(record)
    held = plan.fields()
    assert {tag: held[tag] for tag in typed} == typed
    assert held["analysis.tried"] == "Patrols in 2016"
    assert record.read_text(encoding="utf-8").startswith("# kept in the cupboard\n")
    assert plan.frozen == frozen
    assert [row["date"] for row in plan.assessments] == ["2019-07-01", "2019-08-01"]
    # 3,000 incidents over 30 months by turns: 100 a month here, so 600 in each half-year
    assert plan.assessments[0]["counts"][0]["treated_before"] == 600
    assert plan.assessments[0]["counts"][0]["treated_after"] == 600
    assert "cannot say why" in plan.assessments[0]["verdict"]
    shown = "\n".join(p.text for p in docx.Document(str(word)).paragraphs)
    assert shown.count(plan.assessments[0]["verdict"]) >= 2


def test_an_assessment_needs_dates_and_a_baseline_that_did_not_choose_the_place(
    record: Path, make: Make, spots: gpd.GeoDataFrame, type_into: Type
) -> None:
    data = make(crimes=400, asb=100, far=500, months=months_of("2017-07-01", "2018-12-01"))
    before = record.read_bytes()
    with pytest.raises(InputError, match=r"Response starts.*Response ends"):
        assess_record(record, data, profile="open")
    assert record.read_bytes() == before
    type_into(record.with_suffix(".docx"), {"response.start": "1/7/2018", "response.end": "31/7/2018"})
    with pytest.raises(InputError, match=r"selection period|chose"):
        assess_record(record, data, spots=spots, profile="open")
    plan = assess_record(record, data, spots=spots, profile="open", allow_overlap=True)
    assert plan.assessments[0]["verdict"].startswith("Not to be trusted")


def test_a_plan_saved_without_hotspots_keeps_its_map_profile_and_marking(
    plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record = tmp_path / "p.toml"
    save_plan(plan, record, spots=spots, profile="internal", marking="OFFICIAL")
    before = record.with_suffix(".docx").read_bytes()
    caplog.clear()
    save_plan(open_plan(record), record)
    assert record.with_suffix(".docx").read_bytes() == before
    assert not caplog.text


def test_a_plan_whose_outline_moved_is_drawn_where_it_was_opened(record: Path, spots: gpd.GeoDataFrame) -> None:
    from maps.plans.pictures import place_on_list

    moved = spots.copy()
    moved.loc[[1], "geometry"] = gpd.GeoSeries([Point(430_500, 433_000).buffer(150)], index=[1], crs=27700)
    frame, rank = place_on_list(open_plan(record), moved)
    assert frame.geometry[rank].centroid.distance(Point(430_000, 433_000)) < 1


def test_a_plan_goes_only_to_readers_it_was_written_for(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = {"as_of": "2018-08-31", "asked": 1}
    documents = update_plans(tmp_path, spots, incidents, profile="partner", **run)
    copied = {name: len(documents_for(documents, PROFILES[name])) for name in ("internal", "partner", "open", "public")}
    assert copied == {"internal": 2, "partner": 2, "open": 0, "public": 0}
    assert [len(plans_for(tmp_path, PROFILES[name])) for name in ("partner", "public")] == [1, 0]
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        documents_for(documents, PROFILES["public"])
    assert "1 open plan was written for fewer readers than profile 'public' has" in caplog.text


def test_a_run_for_the_public_leaves_the_profile_and_marking_of_a_partners_plan(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path, type_into: Type
) -> None:
    run = {"as_of": "2018-08-31", "asked": 1}
    word, page = update_plans(tmp_path, spots, incidents, profile="partner", **run)
    type_into(word, {"analysis.why": "The yard behind the bars"})
    update_plans(tmp_path, spots, incidents, profile="public", marking="OFFICIAL", **run)
    plan = open_plan(list_records(tmp_path)[0])
    assert (plan.document["profile"], plan.document["marking"]) == ("partner", "OFFICIAL-SENSITIVE")
    assert "OFFICIAL-SENSITIVE" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("first", "then"), [("internal", "public"), ("public", "internal")])
def test_a_plan_is_drafted_again_only_under_its_own_profile(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    type_into: Type,
    caplog: pytest.LogCaptureFixture,
    first: str,
    then: str,
) -> None:
    run = {"as_of": "2018-08-31", "asked": 1, "redraft": True}
    word, page = update_plans(tmp_path, spots, incidents, profile=first, **run)
    type_into(word, {"analysis.why": "The yard behind the bars"})
    later = run | {"as_of": "2018-09-30"}
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        update_plans(tmp_path, spots, incidents, profile=then, **later)
    said = f"1 open plan was written under profile '{first}' and not drafted again under '{then}': run under"
    assert f"{said} '{first}'" in caplog.text
    kept = open_plan(list_records(tmp_path)[0])
    assert (kept.document["profile"], kept.drafted) == (first, "2018-08-31")
    assert "The yard behind the bars" in page.read_text(encoding="utf-8")
    update_plans(tmp_path, spots, incidents, profile=first, **later)
    assert open_plan(list_records(tmp_path)[0]).drafted == "2018-09-30"


def test_a_record_of_no_profile_is_nobodys_until_somebody_has_written_in_it(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = {"as_of": "2018-08-31", "asked": 1, "redraft": True}
    update_plans(tmp_path, spots, incidents, profile="internal", **run)
    (record,) = list_records(tmp_path)
    plan = open_plan(record)
    plan.document.pop("profile")
    plan_store.write_record(plan, record)
    update_plans(tmp_path, spots, incidents, profile="public", **run)
    assert open_plan(record).document["profile"] == "public"
    plan = open_plan(record)
    plan.document.pop("profile")
    plan.set_field("analysis.why", "The yard behind the bars")
    plan_store.write_record(plan, record)
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        update_plans(tmp_path, spots, incidents, profile="public", **run)
    assert "1 open plan was written under profile 'internal'" in caplog.text

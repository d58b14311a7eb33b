"""Copies of a synchronised folder: merged where they do not conflict, named where they do."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import docx
import geopandas as gpd
import pytest

from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan
from maps import update_plans
from maps.documents.word_fields import W
from maps.plans.store import save_plan

Type = Callable[[Path, dict[str, str]], None]


@pytest.fixture
def record(plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "plans" / "SE3000033000-boar-lane.toml"
    save_plan(plan, path, spots=spots, profile="open")
    return path


@pytest.fixture
def month(record: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Callable[[], list[Path]]:
    return lambda: update_plans(
        record.parent, spots, incidents, as_of="2018-08-31", asked=[], profile="open", marking=""
    )


@pytest.mark.parametrize("name", ["{} (1)", "{}-DESKTOP-AB12", "{} (Anna's conflicted copy 2018-08-01)"])
def test_a_copy_that_does_not_conflict_is_merged_and_put_away(
    name: str, record: Path, month: Callable[[], list[Path]], type_into: Type
) -> None:
    word = record.with_suffix(".docx")
    copy = word.with_name(f"{name.format(word.stem)}.docx")
    shutil.copyfile(word, copy)
    type_into(copy, {"analysis.why": "The yard", "actions.1.action": "Light it"})
    type_into(word, {"heading.owner": "Sergeant"})
    assert len(month()) == 2
    held = read_plan(record).fields()
    typed = (held["analysis.why"], held["actions.1.action"], held["heading.owner"])
    assert typed == ("The yard", "Light it", "Sergeant")
    assert [path.name for path in record.parent.glob("*.docx")] == [word.name]
    assert (record.parent / "merged copies" / copy.name).exists()
    assert len(month()) == 2


def test_a_copy_that_conflicts_is_named_and_stays_with_its_words(
    record: Path, month: Callable[[], list[Path]], type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    word = record.with_suffix(".docx")
    copy = word.with_name(f"{word.stem} (1).docx")
    shutil.copyfile(word, copy)
    type_into(copy, {"heading.owner": "Inspector", "analysis.why": "The yard"})
    type_into(word, {"heading.owner": "Sergeant"})
    for _ in range(2):
        with caplog.at_level(logging.WARNING):
            month()
        assert f"a copy of {record.stem} that differs in heading.owner" in caplog.text
        held = read_plan(record).fields()
        assert (held["heading.owner"], held["analysis.why"]) == ("Sergeant", "The yard")
        assert copy.exists()
        caplog.clear()


def test_a_copied_record_is_merged_by_what_was_last_written(record: Path, month: Callable[[], list[Path]]) -> None:
    copy = record.with_name(f"{record.stem} (2).toml")
    text = record.read_text(encoding="utf-8")
    copy.write_text(text.replace('why = ""', 'why = "The yard"'), encoding="utf-8")
    record.write_text(text.replace('how = ""', 'how = "On foot"'), encoding="utf-8")
    month()
    held = read_plan(record).fields()
    assert (held["analysis.why"], held["analysis.how"]) == ("The yard", "On foot")
    assert not copy.exists()


def test_a_copied_record_that_conflicts_is_named_with_its_fields_and_stays_with_its_words(
    record: Path, month: Callable[[], list[Path]], type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    copy = record.with_name(f"{record.stem} (2).toml")
    for ending in (".toml", ".docx"):
        shutil.copyfile(record.with_suffix(ending), copy.with_suffix(ending))
    word = docx.Document(str(copy.with_suffix(".docx")))
    word.add_paragraph("Agreed by the group")
    word.save(str(copy.with_suffix(".docx")))
    type_into(copy.with_suffix(".docx"), {"analysis.why": "The yard", "heading.owner": "Inspector"})
    type_into(record.with_suffix(".docx"), {"heading.owner": "Sergeant"})
    before = {path: path.read_bytes() for path in record.parent.glob("* (2).*")}
    for _ in range(2):
        caplog.clear()
        month()
        named = f"{copy.name} is a second record of the plan in {record.name} that differs in "
        assert f"{named}heading.owner and text outside the fields" in caplog.text
        held = read_plan(record).fields()
        assert (held["heading.owner"], held["analysis.why"]) == ("Sergeant", "The yard")
        assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("kind", [".docx", ".toml"])
def test_a_copy_that_somebody_has_open_is_named_and_merged_when_it_is_closed(
    kind: str, record: Path, month: Callable[[], list[Path]], type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    copy = record.with_name(f"{record.stem} (1).docx")
    shutil.copyfile(record.with_suffix(".docx"), copy)
    if kind == ".toml":
        shutil.copyfile(record, copy.with_suffix(".toml"))
    type_into(copy, {"analysis.why": "Half a sent"})
    lock = copy.with_name(f".~lock.{copy.name}#")
    lock.touch()
    before = copy.read_bytes()
    assert len(month()) == 2
    assert f"{copy.name} is open in another program" in caplog.text
    assert (read_plan(record).fields()["analysis.why"], copy.read_bytes()) == ("", before)
    lock.unlink()
    type_into(copy, {"analysis.why": "Half a sentence"})
    month()
    assert read_plan(record).fields()["analysis.why"] == "Half a sentence"
    assert not copy.exists()


def test_words_that_a_copy_alone_still_holds_stay_with_it_and_are_named(
    record: Path, month: Callable[[], list[Path]], type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    word = record.with_suffix(".docx")
    type_into(word, {"analysis.why": "The yard"})
    month()  # the words are no longer new to the document
    copy = Path(shutil.copyfile(word, word.with_name(f"{word.stem} (1).docx")))
    type_into(word, {"analysis.why": ""})
    caplog.clear()
    month()
    assert "that differs in analysis.why" in caplog.text
    assert (read_plan(record).fields()["analysis.why"], copy.exists()) == ("", True)


def test_fields_are_date_pickers_and_drop_downs(record: Path) -> None:
    body = docx.Document(str(record.with_suffix(".docx"))).element.body
    kinds = {}
    for control in body.iter(f"{W}sdtPr"):
        tag = control.find(f"{W}tag").get(f"{W}val").split("#")[0]
        kinds[tag] = [kind for kind in ("date", "comboBox") if control.find(f"{W}{kind}") is not None]
    for tag in ("response.start", "actions.1.due", "sign_off.date", "heading.review_date"):
        assert kinds[tag] == ["date"]
    for tag in ("heading.stage", "actions.1.status", "actions.1.three_e", "assessment.verdict", "actions.1.lead"):
        assert kinds[tag] == ["comboBox"]
    assert kinds["analysis.why"] == []

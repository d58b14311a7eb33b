"""Saving an open plan: cut short, refused, or over what somebody added to its document."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import docx
import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.checks import InputError
from hotspots.plans.record import Plan
from maps import update_plans
from maps.documents.word_fields import W
from maps.plans import store as plan_store
from maps.plans.store import open_plan, save_plan

Type = Callable[[Path, dict[str, str]], None]


@pytest.fixture
def record(plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "plans" / "SE3000033000-boar-lane.toml"
    save_plan(plan, path, spots=spots, profile="open")
    return path


def test_a_save_cut_short_after_the_document_is_not_taken_for_somebodys_edit(
    record: Path, plan: Plan, spots: gpd.GeoDataFrame, type_into: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new document stands beside the old record: it is as we wrote it, so there is nothing to keep."""
    later = copy.deepcopy(plan)
    later.drafted = "2018-09-15"
    later.analysis["what"] = "Other words of ours, outside the fields"
    with monkeypatch.context() as broken:
        broken.setattr(plan_store, "write_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            save_plan(later, record, spots=spots, profile="open")
    type_into(record.with_suffix(".docx"), {"assessment.lessons": "Ask earlier"})
    reopened = open_plan(record)
    assert reopened.fields()["assessment.lessons"] == "Ask earlier"
    save_plan(reopened, record, spots=spots, profile="open")
    assert {path.suffix for path in record.parent.iterdir()} == {".docx", ".html", ".toml"}
    assert len(list(record.parent.iterdir())) == 3


def test_text_written_outside_the_fields_after_a_save_cut_short_is_kept(
    record: Path, plan: Plan, spots: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = copy.deepcopy(plan)
    later.analysis["what"] = "Other words of ours, outside the fields"
    with monkeypatch.context() as broken:
        broken.setattr(plan_store, "write_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            save_plan(later, record, spots=spots, profile="open")
    word = docx.Document(str(record.with_suffix(".docx")))
    word.add_paragraph("Mind the dog")
    word.save(str(record.with_suffix(".docx")))
    save_plan(open_plan(record), record, spots=spots, profile="open")
    (kept,) = record.parent.glob("* edited *.docx")
    assert "Mind the dog" in [p.text for p in docx.Document(str(kept)).paragraphs]


@pytest.mark.parametrize("plain", [True, False])
def test_a_row_added_in_word_is_saved_and_makes_no_copy(record: Path, spots: gpd.GeoDataFrame, plain: bool) -> None:
    """A row of actions copied in Word, with its fields or as plain cells, goes into record and documents."""
    path = record.with_suffix(".docx")
    word = docx.Document(str(path))
    (row,) = [
        row
        for row in word.element.body.iter(f"{W}tr")
        if any(
            control.find(f"{W}sdtPr/{W}tag").get(f"{W}val").startswith("actions.1.action")
            for control in row.iter(f"{W}sdt")
        )
    ]
    added = copy.deepcopy(row)
    row.addnext(added)
    if plain:
        for control in list(added.iter(f"{W}sdt")):
            run = next(control.iter(f"{W}r"))
            control.getparent().replace(control, run)
    for run in added.iter(f"{W}r"):
        for style in list(run.iter(f"{W}rStyle")):
            style.getparent().remove(style)
    for hint in list(added.iter(f"{W}showingPlcHdr")):
        hint.getparent().remove(hint)
    for number, text in enumerate(added.iter(f"{W}t")):
        text.text = ["Cut the hedge", "Parks", "01/11/2018"][number] if number < 3 else ""
    word.save(str(path))
    plan = open_plan(record)
    assert "Cut the hedge" in str(plan.people["actions"])
    save_plan(plan, record, spots=spots, profile="open")
    assert "Cut the hedge" in record.with_suffix(".html").read_text(encoding="utf-8")
    assert len(list(record.parent.iterdir())) == 3
    held = str(open_plan(record).people["actions"])
    assert held.count("Cut the hedge") == 1


def test_a_save_that_is_refused_puts_nothing_aside(record: Path, spots: gpd.GeoDataFrame, plan: Plan) -> None:
    word = docx.Document(str(record.with_suffix(".docx")))
    word.add_paragraph("Mind the dog")
    word.save(str(record.with_suffix(".docx")))
    before = {path.name: path.read_bytes() for path in record.parent.iterdir()}
    reopened = open_plan(record)
    with pytest.raises(InputError, match="may not leave under profile 'public'"):
        save_plan(reopened, record, spots=spots, profile="public")
    assert {path.name: path.read_bytes() for path in record.parent.iterdir()} == before


def test_a_picture_put_into_the_document_is_kept_in_a_copy(
    record: Path, spots: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "own.png")
    word = docx.Document(str(record.with_suffix(".docx")))
    word.add_paragraph().add_run().add_picture(str(tmp_path / "own.png"))
    word.save(str(record.with_suffix(".docx")))
    save_plan(open_plan(record), record, spots=spots, profile="open")
    assert len(list(record.parent.glob("* edited *.docx"))) == 1


def test_a_place_too_small_to_be_shown_goes_without_a_plan_and_the_others_get_theirs(
    tmp_path: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    far = shapely.Point(500_000, 500_000)
    small = spots.iloc[[0]].assign(ref="SE0000000000", name="Small Place", geometry=far.buffer(100))
    both = gpd.GeoDataFrame(pd.concat([spots.iloc[[0]], small]).set_axis([1, 2]), crs=spots.crs)
    alone = incidents.iloc[[0]].assign(geometry=[far])
    rows = gpd.GeoDataFrame(pd.concat([incidents, alone], ignore_index=True), crs=incidents.crs)
    update_plans(tmp_path, both, rows, as_of="2018-08-31", asked=2, profile="partner")
    assert len(list(tmp_path.glob("*.docx"))) == 1
    assert "No plan is drafted for 'SE0000000000': The plan's area holds too few records" in caplog.text

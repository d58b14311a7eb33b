"""The plan as Word and HTML: real documents, the same bytes for the same plan, safe text."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import docx
import pytest

from hotspots.plan_record import Plan
from hotspots.sara import draft_plan
from maps.document import write_plan

_spec = importlib.util.spec_from_file_location("sara_cases", Path(__file__).with_name("test_sara.py"))
assert _spec is not None
assert _spec.loader is not None
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)


@pytest.fixture
def plan() -> Plan:
    return draft_plan(cases.make_spots().loc[1], cases.make_incidents(), study_area="Leeds")


def test_word_document_has_headings_table_headers_marking_and_properties(plan: Plan, tmp_path: Path) -> None:
    word, _ = write_plan(plan, tmp_path, marking="OFFICIAL-SENSITIVE")
    document = docx.Document(str(word))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[0] == "1. Scanning: what is the problem?"
    assert "OFFICIAL-SENSITIVE" in document.sections[0].header.paragraphs[0].text
    assert "OFFICIAL-SENSITIVE" in document.sections[0].footer.paragraphs[0].text
    assert document.core_properties.title.startswith("Problem-solving plan (SARA): Boar Lane")
    tables = [table for table in document.tables if "w:tblCaption" in table._tbl.tblPr.xml]
    assert len(tables) == 6
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in tables)


def test_the_same_plan_gives_the_same_bytes(plan: Plan, tmp_path: Path) -> None:
    first, second = write_plan(plan, tmp_path / "a"), write_plan(plan, tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_hostile_text_is_shown_and_does_nothing(plan: Plan, tmp_path: Path) -> None:
    plan.title = "Rock`n`Roll ${Bar} <script>alert(1)</script>\x00\x0b & {{ co }}"
    word, page = write_plan(plan, tmp_path)
    assert "<script>" not in page.read_text(encoding="utf-8")
    assert "${Bar} <script>alert(1)</script> & {{ co }}" in docx.Document(str(word)).paragraphs[0].text

"""The plan as Word and HTML: real documents, the same bytes for the same plan, safe text, read back."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import docx
import geopandas as gpd
import pytest

from hotspots.checks import InputError
from hotspots.plans.draft import draft_plan
from hotspots.plans.person_names import draft_person_plan
from hotspots.plans.record import ROWS, SINGLE, Plan
from maps.documents.word_fields import read_fields
from maps.plans.write_plan import write_plan

Type = Callable[[Path, dict[str, str]], None]
PDF = 'pdf:writer_pdf_Export:{"ExportFormFields":{"type":"boolean","value":"false"}}'
TABLES = 7
# fixed by the data in the first row; rows of people's own have them
FROZEN = {"objectives.1.measure", "objectives.1.baseline"}


class Words(HTMLParser):
    """The words of a page, its headings and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_of(page: Path) -> str:
    parser = Words()
    parser.feed(page.read_text(encoding="utf-8"))
    return re.sub(r"\s+", "", "".join(parser.words))


def test_word_document_has_headings_table_headers_marking_and_properties(plan: Plan, tmp_path: Path) -> None:
    word, _ = write_plan(plan, tmp_path, profile="open", marking="OFFICIAL-SENSITIVE")
    document = docx.Document(str(word))
    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert [text[:12] for style, text in headings if style == "Heading 1"] == [
        "1. Scanning:",
        "2. Analysis:",
        "3. Objective",
        "4. Assessmen",
    ]
    section = document.sections[0]
    assert "OFFICIAL-SENSITIVE" in section.header.paragraphs[0].text
    assert "OFFICIAL-SENSITIVE" in section.footer.paragraphs[0].text
    assert {"PAGE", "NUMPAGES"} <= set(re.findall(r'w:instr="(\w+)"', section.footer._element.xml))
    properties = document.core_properties
    assert properties.title.startswith("Problem-solving plan (SARA): Boar Lane")
    assert (properties.category, properties.language) == ("OFFICIAL-SENSITIVE", "en-GB")
    assert properties.created.isoformat()[:10] == "2018-08-31"
    tables = [table for table in document.tables if "w:tblCaption" in table._tbl.tblPr.xml]
    assert len(tables) == TABLES
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in tables)
    pictures = document.element.body.xpath(".//wp:docPr")
    assert pictures
    assert all(len(picture.get("descr")) > 20 for picture in pictures)


def test_map_and_month_chart_have_words_for_those_who_cannot_see_them(
    plan: Plan, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    word, page = write_plan(plan, tmp_path, spots=spots, layers={"ward": wards}, profile="open")
    described = [p.get("descr") for p in docx.Document(str(word)).element.body.xpath(".//wp:docPr")]
    assert described[0].startswith("Map of Boar Lane")
    assert "Jul 2017: 18; Jul 2018: 17" in described[1]
    assert page.read_text(encoding="utf-8").count("data:image/png;base64,") == 2


def test_every_field_of_people_is_a_control_in_the_document(plan: Plan, tmp_path: Path) -> None:
    word, _ = write_plan(plan, tmp_path, profile="open")
    wanted = {f"{group}.{name}" for group, names in SINGLE.items() for name in names}
    wanted |= {f"{group}.1.{name}" for group, names in ROWS.items() for name in names} - FROZEN
    assert wanted <= set(read_fields(word).entries)


def test_the_same_plan_gives_the_same_bytes(plan: Plan, spots: gpd.GeoDataFrame, tmp_path: Path) -> None:
    pairs = [write_plan(plan, tmp_path / name, spots=spots, profile="open") for name in "ab"]
    assert [p.read_bytes() for p in pairs[0]] == [p.read_bytes() for p in pairs[1]]


def test_page_asks_nothing_of_any_host_and_says_what_word_says(plan: Plan, tmp_path: Path) -> None:
    plan.set_field("analysis.why", "The yard behind the bars")
    word, page = write_plan(plan, tmp_path, profile="open", marking="OFFICIAL")
    text = page.read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="(?!data:)|url\(', text)
    assert "default-src 'none'" in text
    assert 'lang="en-GB"' in text
    shown = words_of(page)
    document = docx.Document(str(word))
    sentences = [p.text for p in document.paragraphs if p.text.strip() and "w:sdt" not in p._p.xml]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells if cell.text]
    assert len(sentences + cells) > 60
    for sentence in sentences + cells:
        assert re.sub(r"\s+", "", sentence) in shown, sentence
    assert "Theyardbehindthebars" in shown


HOSTILE = "Rock`n`Roll ${Bar} <script>alert(1)</script>\x00\x0b & {{ co }} \u202eevil =cmd|' /C calc'!A0"


def test_hostile_text_is_shown_and_does_nothing(plan: Plan, tmp_path: Path) -> None:
    plan.title = HOSTILE
    plan.scanning["problem"] = HOSTILE
    plan.set_field("analysis.why", HOSTILE)
    word, page = write_plan(plan, tmp_path, profile="open")
    assert "<script>" not in page.read_text(encoding="utf-8")
    assert "${Bar} <script>alert(1)</script> & {{ co }}" in docx.Document(str(word)).paragraphs[0].text
    assert "{{ co }}" in read_fields(word).entries["analysis.why"].text


def test_a_document_with_newer_words_is_never_overwritten(plan: Plan, tmp_path: Path, type_into: Type) -> None:
    word, _ = write_plan(plan, tmp_path, profile="open")
    type_into(word, {"actions.1.action": "Light the yard"})
    before = word.read_bytes()
    with pytest.raises(InputError, match=r"not overwritten.*actions\.1\.action"):
        write_plan(plan, tmp_path, profile="open")
    assert word.read_bytes() == before
    plan.set_field("actions.1.action", "Light the yard")
    write_plan(plan, tmp_path, profile="open")
    assert read_fields(word).entries["actions.1.action"].text == "Light the yard"


def test_a_plan_with_small_counts_may_not_leave_under_a_stricter_profile(
    plan: Plan, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="counts under 5"):
        write_plan(plan, tmp_path, profile="partner")
    strict = draft_plan(spots.loc[1], incidents, spots=spots, threshold=5)
    word, _ = write_plan(strict, tmp_path, profile="partner")
    assert "OFFICIAL-SENSITIVE" in docx.Document(str(word)).sections[0].header.paragraphs[0].text


def test_small_counts_of_an_assessment_may_leave_only_internally(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    plan = draft_plan(spots.loc[1], incidents, threshold=5)
    plan.assessments = [{"date": "2018-09-30", "lines": [], "counts": [{"measure": "all", "treated_after": 4}]}]
    with pytest.raises(InputError, match="assessment shows counts under 5"):
        write_plan(plan, tmp_path, profile="partner")
    assert write_plan(plan, tmp_path, profile="internal")


def test_a_sensitive_type_of_its_own_may_leave_only_internally(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    named = incidents.assign(category="Domestic abuse")
    plan = draft_plan(spots.loc[1], named, threshold=5)
    with pytest.raises(InputError, match="Domestic abuse"):
        write_plan(plan, tmp_path, profile="partner")
    assert write_plan(plan, tmp_path, profile="internal")


def test_a_form_for_a_person_has_no_map_and_no_counts(tmp_path: Path) -> None:
    plan = draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31")
    word, page = write_plan(plan, tmp_path, profile="partner")
    assert "no names, dates of birth or addresses" in page.read_text(encoding="utf-8")
    assert not docx.Document(str(word)).inline_shapes
    plan.set_field("triangle.offender", "Mr Smith")
    with pytest.raises(InputError, match="Mr Smith"):
        write_plan(plan, tmp_path / "other", profile="partner")


@pytest.fixture(scope="module")
def to_pdf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Path]], list[str]]:
    """Convert documents with LibreOffice and give the text of each, page breaks kept."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("LibreOffice (soffice) or pdftotext is not installed: documents are not read back from PDF")
    home = tmp_path_factory.mktemp("office")

    def convert(documents: list[Path]) -> list[str]:
        options = ["--headless", f"-env:UserInstallation={home.as_uri()}", "--convert-to", PDF, "--outdir", str(home)]
        subprocess.run([office, *options, *map(str, documents)], check=True, capture_output=True, timeout=240)
        pages = [home / f"{path.stem}.pdf" for path in documents]
        return [
            subprocess.run(
                [reader, "-layout", str(p), "-"], check=True, capture_output=True, timeout=60
            ).stdout.decode()
            for p in pages
        ]

    return convert


def _has_arial() -> bool:
    """Whether Arial, or a font of the same widths, is at hand."""
    finder = shutil.which("fc-match")
    found = subprocess.run([finder, "Arial"], capture_output=True, text=True, check=False).stdout if finder else ""
    return any(name in found for name in ("Arial", "Liberation Sans", "Arimo"))


def test_libreoffice_reads_every_plan(
    plan: Plan,
    spots: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    to_pdf: Callable[[list[Path]], list[str]],
) -> None:
    plan.set_field("analysis.why", "The yard behind the bars")
    street = draft_plan("Boar Lane", incidents, {"ward": wards}, as_of="2018-08-31")
    ward = draft_plan(wards.loc[1], incidents, as_of="2018-08-31")
    person = draft_person_plan("V1234", role="repeat offender", as_of="2018-08-31")
    plans = [plan, street, ward, person]
    documents = [
        write_plan(p, tmp_path, spots=spots, layers={"ward": wards}, profile="open", marking="OFFICIAL")[0]
        for p in plans
    ]
    pages = 2 if _has_arial() else 3  # a wider font in Arial's place needs more room
    for made, text in zip(plans, to_pdf(documents), strict=True):
        flat = re.sub(r"\s+", " ", text)
        assert made.title in flat
        assert text.count("OFFICIAL") >= 2 * (text.count("\f") or 1)
        assert "Page 1 of" in flat
        assert "4. Assessment: did it work?" in flat
        if made.covers != "person":
            assert text.count("\f") <= pages, "a first draft has two pages"
            assert made.scanning["problem"] in flat
    assert "The yard behind the bars" in re.sub(r"\s+", " ", to_pdf(documents[:1])[0])

"""The assessment: every figure of both documents stands in the workbook, and people's words stay."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import docx
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from browser_help import open_page, run_axe

from hotspots.checks import InputError
from maps import write_strategy
from maps.documents.marks import mark_figure, split_marks
from maps.strategy.facts import cut_short
from maps.strategy.outline import list_outlines, read_outline

CONFIG = """
title = "Crime and ASB, Testham"
place = "Testham"
seed = 1
as_of = 2018-08-31

[incidents]
files = "records"
layout = "police.uk"

[areas.ward]
file = "wards.geojson"
name = "name"

[harm]
scheme = "cchi-2026"

[hotspots]
count = 4
resamples = 2

[output]
profile = "PROFILE"
"""
HEAD = ["Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code"]
HEAD += ["LSOA name", "Crime type", "Last outcome category", "Context"]


def write_records(folder, *, extra=0):
    """Two Julys: 60 burglaries, 40 ASB, then 60 burglaries and 120 ASB, on six streets; drugs 30 and 31."""
    rows = []
    for month, kinds in (("2017-07", {"Burglary": 60, "Anti-social behaviour": 40, "Drugs": 30}),
                         ("2018-07", {"Burglary": 60, "Anti-social behaviour": 120, "Drugs": 31 + extra})):  # fmt: skip
        rows += [(month, kind, i) for kind, many in kinds.items() for i in range(many)]
    frame = pd.DataFrame(rows, columns=["Month", "Crime type", "n"])
    street = frame["n"].mod(6)
    frame["Longitude"], frame["Latitude"] = -1.55 + 0.006 * street, 53.80 + 0.001 * street
    frame["Location"] = "On or near " + street.map(dict(enumerate(("A", "B", "C", "D", "E", "F")))) + " Street"
    frame["Crime ID"] = [f"{i:064x}" for i in range(len(frame))]
    frame["Reported by"] = frame["Falls within"] = "West Yorkshire Police"
    (folder / "records").mkdir(exist_ok=True)
    frame.reindex(columns=HEAD).to_csv(folder / "records" / "2018-07-west-yorkshire-street.csv", index=False)


def write_config(folder, profile="open"):
    write_records(folder)
    wards = [shapely.box(-1.60, 53.75, -1.535, 53.85), shapely.box(-1.535, 53.75, -1.45, 53.85)]
    names = {"code": ["E1", "E2"], "name": ["West", "East"]}
    gpd.GeoDataFrame(names, geometry=wards, crs=4326).to_file(folder / "wards.geojson")
    path = folder / "testham.toml"
    path.write_text(CONFIG.replace("PROFILE", profile), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("testham")
    return write_strategy(write_config(folder), folder / "out")


class Page(HTMLParser):
    """Figures of a page with their notes, the text outside them, and the list of sources."""

    def __init__(self):
        super().__init__()
        self.figures, self.rest, self.notes, self.inside = [], [], {}, []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in ("meta", "link", "br", "img", "col"):
            self.inside.append((tag, given))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, text):
        for tag, given in reversed(self.inside):
            if tag in ("style", "title", "sup"):
                return
            if given.get("class") == "figure":
                self.figures.append((int(given["data-note"]), text))
                return
            if given.get("id", "").startswith("note-"):
                note = int(given["id"].removeprefix("note-"))
                self.notes[note] = self.notes.get(note, "") + text
                return
        self.rest.append(text)


def numbers_in(text):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text.rstrip(",."))]


def stands_in(text, cells):
    """Whether a figure is a cell of a row, or a part of its text, to the digits that are shown."""
    if any(text in str(cell) for cell in cells):
        return True
    (number,) = numbers_in(text)
    places = len(text.rstrip("%").partition(".")[2])
    held = [abs(float(c)) for c in cells if isinstance(c, int | float)]
    if "under" in text:
        return any(0 < 100 * value < number for value in held)
    return any(abs(round(value * by, places) - number) < 10**-places / 2 for value in held for by in (1, 100))


def check_figures(figures, notes, book):
    assert len(figures) > 40
    for note, text in figures:
        sheet, row = re.match(r"Sheet “(.+?)”, row (\d+)\.", notes[note]).groups()
        cells = [cell.value for cell in book[sheet][int(row)] if cell.value is not None]
        assert stands_in(text, cells), (text, sheet, row, cells)


def test_every_figure_of_the_page_stands_in_its_row_and_no_digit_outside(drafted):
    page = Page()
    page.feed((drafted / "strategy.html").read_text(encoding="utf-8"))
    assert not [text for text in page.rest if re.search(r"\d", text)]
    check_figures(page.figures, page.notes, openpyxl.load_workbook(drafted / "strategy.xlsx"))


def test_every_figure_of_the_word_document_is_marked(drafted):
    word = docx.Document(drafted / "strategy.docx")
    cells = [cell for table in word.tables for row in table.rows for cell in row.cells]
    paragraphs = [*word.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
    notes = {int(p.text.partition(".")[0]): p.text.partition(". ")[2] for p in word.paragraphs if "Sheet “" in p.text}
    figures = []
    for paragraph in paragraphs:
        if "Sheet “" in paragraph.text:
            continue
        waiting = []
        for run in paragraph.runs:
            if run.font.superscript:
                figures += [(int(run.text.strip("[]")), text) for text in waiting]
                waiting = []
            elif run.style.name == "Figure":
                waiting.append(run.text)
            else:
                assert not re.search(r"\d", run.text), run.text
    check_figures(figures, notes, openpyxl.load_workbook(drafted / "strategy.xlsx"))


def test_what_it_says_is_what_was_planted(drafted):
    table = pd.read_excel(drafted / "strategy.xlsx", sheet_name="Priorities", header=2).set_index("Name")
    assert table.loc["ASB and public order", ["Records before (number)", "Records after (number)"]].tolist() == [
        40,
        120,
    ]
    page = (drafted / "strategy.html").read_text(encoding="utf-8")
    assert "There is a clear rise in ASB and public order." in page
    assert "These records hold nothing of this priority." in page
    assert "Police work itself finds these kinds" in page


def test_the_page_breaks_no_rule_of_access(drafted, browser):
    for width in (1366, 360):
        with open_page(browser, drafted / "strategy.html", width=width) as page:
            assert run_axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_sentence_is_longer_than_25_words(drafted):
    page = Page()
    text = (drafted / "strategy.html").read_text(encoding="utf-8")
    page.feed(text)
    for block in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", text, re.S):
        plain = re.sub(r"<sup>.*?</sup>|<[^>]+>", "", block)
        for sentence in re.split(r"(?<=[.!?]) (?=[A-Z0-9])", plain):
            assert len(sentence.split()) <= 25, sentence


def test_words_stay_and_one_more_record_changes_only_what_depends_on_it(drafted):
    home, word = drafted.parent, docx.Document(drafted / "strategy.docx")
    (control,) = [c for c in word.element.body.iter(f"{W}sdt") if tag_of(c).startswith("strategy.asb.asked#")]
    next(control.iter(f"{W}t")).text = "More lights on A Street"
    word.save(drafted / "strategy.docx")
    path = drafted / "strategy-words.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('[summary]\ndecisions = ""', '[summary]\ndecisions = "Fund it"'), encoding="utf-8")
    before = json.loads((drafted / "manifest.json").read_text())["headlines"]
    write_records(home, extra=1)
    write_strategy(home / "testham.toml", drafted)
    page = (drafted / "strategy.html").read_text(encoding="utf-8")
    assert "More lights on A Street" in page
    assert "Fund it" in page
    kept = path.read_text(encoding="utf-8")
    assert 'asked = "More lights on A Street"' in kept
    assert 'decisions = "Fund it"' in kept
    now = json.loads((drafted / "manifest.json").read_text())["headlines"]
    changed = {key for key in now if now[key] != before[key]}
    drugs = {"Priorities|drugs-and-alcohol|incidents", "Priorities|drugs-and-alcohol|after"}
    assert changed == drugs | {"Areas|West|incidents", "Areas|West|after"}  # B Street is in the west
    assert "in the last draft" in page


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tag_of(control):
    return control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")


def test_partners_are_told_no_small_count_and_no_kind_by_area(tmp_path):
    write_config(tmp_path, profile="partner")
    out = write_strategy(tmp_path / "testham.toml", tmp_path / "out", outline="asb")
    book = openpyxl.load_workbook(out / "strategy.xlsx")
    assert not {"Priorities by area", "Priorities by hotspot", "Priorities by period"} & set(book.sheetnames)
    assert "hotspot" not in json.dumps(json.loads((out / "manifest.json").read_text())["headlines"])
    with pytest.raises(InputError, match="draft for other readers"):
        write_strategy(write_config(tmp_path, profile="open"), out)


@pytest.mark.parametrize("name", list_outlines())
def test_every_outline_that_comes_along_can_be_read(name):
    assert read_outline(name).parts


def test_every_mistake_of_an_outline_is_named_at_once(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('titel = "x"\n[[parts]]\nname = "a"\n[[parts]]\nname = "a"\nkind = "maps"\n', encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_outline(path)
    for said in ("titel", "has to say what it counts", "have one name", "maps"):
        assert said in str(refused.value)
    with pytest.raises(InputError, match="no such outline"):
        read_outline("nine")


def test_marks_are_cut_out_of_text():
    text = f"a {mark_figure('3', 2)} b {mark_figure('4', 2, quiet=True)}"
    assert [tuple(piece) for piece in split_marks(text)] == [
        *(("a ", 0, False), ("3", 2, False), (" b ", 0, False), ("4", 2, False))
    ]


def test_long_sentences_are_cut():
    said = "All: from 9 to 8: no clear change (a true fall of 9% would be called a fall half the time)."
    assert cut_short(said) == [
        "All: from 9 to 8: no clear change.",
        "A true fall of 9% would be called a fall half the time.",
    ]
    assert np.all([len(one.split()) <= 25 for one in cut_short("one; " * 30)])


def test_a_draft_for_the_public_is_refused_by_name_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="not drafted for the public yet"):
        write_strategy(write_config(tmp_path, profile="public"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_record_bears_no_word_of_change(tmp_path):
    config = write_config(tmp_path)
    path = tmp_path / "records" / "2018-07-west-yorkshire-street.csv"
    pd.read_csv(path).head(1).to_csv(path, index=False)
    page = (write_strategy(config, tmp_path / "out") / "strategy.html").read_text(encoding="utf-8")
    assert "No two periods of these records can be compared." in page
    for said in ("clear change", "in the two periods compared", "not told: ", "a clear rise"):
        assert said not in page.partition("Where the hotspots are")[0], said
    assert "not shown" not in page.partition("Where the hotspots are")[0]

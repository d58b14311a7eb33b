"""What people read of a run's files, and how figures may not stand in it; imports nothing of the packages."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd


class Visible(HTMLParser):
    """The words of a page that somebody sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.words = 0, []

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style")
        self.words += [v for k, v in attrs if k in ("title", "alt", "aria-label", "placeholder") and v]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def read_page(path: Path) -> str:
    """Visible words of a page, and the sentences that its script shows."""
    page = path.read_text(encoding="utf-8")
    seen = Visible()
    seen.feed(page)
    data = re.findall(r'<script type="application/json" id="sh-data">(.*?)</script>', page, flags=re.DOTALL)
    sentences = [text for block in data for text in re.findall(r'"((?:[^"\\]|\\.)* (?:[^"\\]|\\.)*)"', block)]
    return "\n".join([*seen.words, *sentences])


def read_word(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(n).decode() for n in archive.namelist() if re.match(r"word/.*\.xml$", n)]
    text = "\n".join(parts).replace("</w:p>", "</w:p>\n")
    return "".join("".join(pair) for pair in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|(\n)", text))


def read_workbook(path: Path) -> str:
    sheets = pd.read_excel(path, sheet_name=None, header=None)
    cells = [cell for table in sheets.values() for cell in table.to_numpy().ravel() if isinstance(cell, str)]
    return "\n".join([*sheets, *cells])


READERS = {".html": read_page, ".docx": read_word, ".xlsx": read_workbook, ".ics": Path.read_text}


def outputs(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in READERS:
            yield str(path.relative_to(folder)), READERS[path.suffix](path)


# words that end in s and are no plural
_NO_PLURALS = "is|was|has|its|this|plus|as|always|does|us|thus"
_PLACES = re.compile(
    r"\b[A-Z]{2} ?\d{5} ?\d{5}\b|\b[A-Z]{2}\d{4,10}\b|\b\d{6} \d{6}\b|\b[EWNS]\d{8}\b|EPSG:\d+"
    r"|\b[0-9a-f]{12,}\b|https?://\S+"
)
RULES = {
    "a percentage with a space": r"\d\s+%|\d&nbsp;%",
    "a percentage in words": r"\d per ?cent\b",
    "a long number without commas": r"(?<![\w.,:/#-])\d{5,}(?![\w/-])",
    "one of many": r"(?<![\d.,:/–-])\b1 (?:planned |open |recorded |other |more )?"
    rf"(?!(?:{_NO_PLURALS})\b)[a-z]+[a-rt-z]s\b",
    "nothing as a percentage": r"(?<![\d.,])0(?:\.0+)?%",
    "a rate of nobody": r"\bper 1,?000\b(?! [a-z])",
    "a date in figures": r"\b(?:19|20)\d\d-\d\d-\d\d\b",
    "a month in figures": r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])\b(?!-)",
    "a short month": r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b",
    "a range with a dash": r"(?<![\w.,:/-])\d[\d,.]*\s?[–-]\s?\d[\d,.]*\b(?![\w-])",
}


DATA = ("a date in figures", "a month in figures", "a range with a dash")  # as columns of data have them


_FILES = re.compile(r"\(look for its files of [\d, -]+\)")  # months as the names of files have them


def badly_written(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Each figure that is not written the one way: what is wrong, and what stands around it."""
    text = _FILES.sub(" ", _PLACES.sub(" ", text))
    for what, pattern in RULES.items():
        if name.endswith((".xlsx", ".ics")) and what in DATA:
            continue
        for found in re.finditer(pattern, text):
            yield what, text[max(0, found.start() - 40) : found.end() + 30].replace("\n", " / ")

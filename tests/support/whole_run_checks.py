"""What must hold over any finished results folder, read back from its files alone by independent readers.

`check_results(folder, said)` gives complaints, none when all holds. It imports nothing of the packages, so
that a fault in a reader of ours cannot hide the same fault in a writer.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Row = dict[str, Any]
TYPED = {"value", "incident_id", "place", "category", "file", "when", "source"}  # as the user's file had them
# a cell that is one of these holds no number and no word of anybody's
NOTHING = re.compile(r"[-+]?(nan|NaN|NAN|inf|Inf|INF|Infinity|infinity)|None|NaT|<NA>")
# within a sentence: "None of the places" and Nan's Kitchen are words; " nan %", "(inf to 3)", "None," are not
WITHIN = re.compile(r"(?<![\w'’&#-])(nan|NaN|-?inf|NaT|<NA>|None(?=\s*[,;.:%)]|$))(?![\w'’-])")
BARE = re.compile(r"[:,\[]\s*(NaN|-?Infinity|None|nan|inf|NaT)\s*[,\]}]")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ("=", "+", "-", "@")
USED_NOT_USED = re.compile(r"([\d,]+) rows? read = ([\d,]+) used \+ ([\d,]+) not used")
COULD_NOT = re.compile(r"([\d,]+) of ([\d,]+) rows? could not be used")


def check_results(folder: Path, said: str = "") -> list[str]:
    """Read every file of a finished run, pack or assessment again, and say what does not hold.

    Parameters
    ----------
    folder : Path
        The folder given to ``--out``.
    said : str
        All that the command printed; "" where it is not known.

    Returns
    -------
    list of str
        One sentence for each thing that does not hold, named by its file.
    """
    for reader in (read_page, read_workbook, read_geopackage):
        reader.cache_clear()  # another run may have written the same paths
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    found: list[str] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            found += [f"{name}: {what}" for what in check_file(path)]
        except Exception as error:
            found.append(f"{name} cannot be read: {type(error).__name__}: {error}")
    if found:
        return found  # what cannot be read, or holds no numbers, cannot be compared
    for check in (_check_manifest, _check_ledger, _check_hotspots, _check_areas, _check_tables, _check_plans):
        found += check(folder, said)
    return found


def check_file(path: Path) -> Iterator[str]:
    """Parse one file whole, as strictly as its kind allows, and look for numbers that are none."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return
    for where, text in reader(path):
        if NOTHING.fullmatch(text.strip()) or WITHIN.search(text):
            yield f"{where} says {text.strip()[:120]!r}"


# --- readers: each gives (where, text) of everything that a person would see


def _json(path: Path) -> Iterator[tuple[str, str]]:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    def walk(value: Any, where: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{where}.{key}")
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, where)
        elif isinstance(value, str):
            yield where, value

    whole = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    given = {key: value for key, value in whole.items() if key not in ("inputs", "parameters")}
    yield from walk(given, "")  # what the user wrote stays as it was written


def _csv(path: Path) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(read_csv(path), start=2):
        if None in row or None in row.values():
            raise ValueError(f"line {number} has another number of fields")
        for column, text in row.items():
            if not (path.name.startswith(("rejects", "visits-not-used")) and column in TYPED):
                yield f"line {number}, {column},", text


def _html(path: Path) -> Iterator[tuple[str, str]]:
    page = read_page(path)
    if page.depth:
        raise ValueError(f"not closed: {page.depth[-3:]}")
    for text in page.texts:
        yield "text", text
    for script in page.scripts:
        if "Leaflet" not in script[:600] and (bare := BARE.search(script)):
            yield "script", bare[1]


def _docx(path: Path) -> Iterator[tuple[str, str]]:
    for text in read_document(path):
        yield "paragraph", text


def _xlsx(path: Path) -> Iterator[tuple[str, str]]:
    for name, rows in read_workbook(path).items():
        for number, row in enumerate(rows, start=1):
            for cell in row:
                if isinstance(cell, str):
                    yield f"sheet {name!r}, row {number},", cell


def _gpkg(path: Path) -> Iterator[tuple[str, str]]:
    for layer, rows in read_geopackage(path).items():
        for number, row in enumerate(rows, start=1):
            for column, value in row.items():
                if isinstance(value, str | float):
                    yield f"layer {layer!r}, row {number}, {column},", str(value)


def _ics(path: Path) -> Iterator[tuple[str, str]]:
    lines = path.read_bytes().decode("utf-8").split("\r\n")
    begun = [line[6:] for line in lines if line.startswith("BEGIN:")]
    ended = [line[4:] for line in lines if line.startswith("END:")]
    if lines[0] != "BEGIN:VCALENDAR" or sorted(begun) != sorted(ended):
        raise ValueError("a calendar that is not whole")
    for line in lines:
        yield "line", line.partition(":")[2]


def _png(path: Path) -> Iterator[tuple[str, str]]:
    data = path.read_bytes()
    if not (data.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in data[-12:]):
        raise ValueError("a picture that is not whole")
    yield from ()


READERS = {
    ".json": _json,
    ".csv": _csv,
    ".html": _html,
    ".docx": _docx,
    ".xlsx": _xlsx,
    ".gpkg": _gpkg,
    ".ics": _ics,
    ".png": _png,
}


def read_csv(path: Path) -> list[Row]:
    """Rows of a CSV, each by its heads."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def read_document(path: Path) -> list[str]:
    """Text of each paragraph of a Word document; every part of it must be XML."""
    with zipfile.ZipFile(path) as whole:
        if broken := whole.testzip():
            raise ValueError(f"{broken} is damaged")
        parts = {n: whole.read(n) for n in whole.namelist() if n.endswith((".xml", ".rels"))}
    roots = {name: ElementTree.fromstring(data) for name, data in parts.items()}
    return [
        "".join(t.text or "" for t in paragraph.iter(f"{WORD}t"))
        for name, root in roots.items()
        if name.startswith("word/")
        for paragraph in root.iter(f"{WORD}p")
    ]


@lru_cache
def read_workbook(path: Path) -> dict[str, list[list[Any]]]:
    """Cells of each sheet: numbers as float, words as str, blank as None. No library of workbooks is used."""
    with zipfile.ZipFile(path) as whole:
        if broken := whole.testzip():
            raise ValueError(f"{broken} is damaged")
        parts = {n: whole.read(n) for n in whole.namelist() if n.endswith((".xml", ".rels"))}
    roots = {name: ElementTree.fromstring(data) for name, data in parts.items()}
    words: list[str] = []
    if "xl/sharedStrings.xml" in roots:
        items = roots["xl/sharedStrings.xml"]
        words = ["".join(t.text or "" for t in item.iter(f"{SHEET}t")) for item in items]
    names = [sheet.get("name") or "" for sheet in roots["xl/workbook.xml"].iter(f"{SHEET}sheet")]
    return {
        name: [_cells(row, words) for row in roots[f"xl/worksheets/sheet{number}.xml"].iter(f"{SHEET}row")]
        for number, name in enumerate(names, start=1)
    }


def _cells(row: ElementTree.Element, words: list[str]) -> list[Any]:
    cells: dict[int, Any] = {}
    for cell in row.iter(f"{SHEET}c"):
        letters, place = re.sub(r"\d", "", cell.get("r") or ""), 0
        for letter in letters:
            place = place * 26 + ord(letter) - 64
        value, kind = cell.findtext(f"{SHEET}v"), cell.get("t")
        if kind == "e":
            raise ValueError(f"{cell.get('r')} holds the error {value}")
        cells[place - 1] = None if value is None else words[int(value)] if kind == "s" else float(value)
    return [cells.get(i) for i in range(max(cells, default=-1) + 1)]


@lru_cache
def read_geopackage(path: Path) -> dict[str, list[Row]]:
    """Rows of each layer without their shapes; a number that is not finite comes as a float."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        if file.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("a database that is not whole")
        layers = {}
        features = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY rowid"
        for (layer,) in file.execute(features).fetchall():
            rows = file.execute(f'SELECT * FROM "{layer}" ORDER BY fid')
            heads = [head[0] for head in rows.description]
            layers[layer] = [
                {h: v for h, v in zip(heads, row, strict=True) if h not in ("geom", "fid")} for row in rows
            ]
        return layers


class Page(HTMLParser):
    """Text nodes, scripts and tables of a page; ``depth`` is what was opened and never closed."""

    ALONE = frozenset(["meta", "link", "br", "img", "input", "hr", "col", "source", "area", "base", "wbr"])
    LOOSE = frozenset(["p", "li", "td", "th", "tr", "tbody", "thead", "dd", "dt", "option"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.rows: list[tuple[dict[str, str | None], list[tuple[str | None, str]]]] = []
        self._svg = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [given[a] or "" for a in ("title", "alt", "aria-label") if a in given]
        if tag == "svg":
            self._svg += 1
        if tag == "tr":
            self.rows.append((given, []))
        if tag in ("td", "th") and self.rows:
            self.rows[-1][1].append((given.get("data-column"), ""))
        elif self.rows and self.rows[-1][1]:  # what is drawn under a number is no part of it
            column, text = self.rows[-1][1][-1]
            self.rows[-1][1][-1] = (column, f"{text} ")
        if tag not in self.ALONE | self.LOOSE and not self._svg:
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._svg -= 1
            return
        if self._svg or tag in self.ALONE | self.LOOSE:
            return
        if not self.depth or self.depth.pop() != tag:
            raise ValueError(f"</{tag}> closes what was not open")

    def handle_data(self, data: str) -> None:
        last = self.depth[-1] if self.depth else ""
        if last == "script":
            self.scripts.append(data)
        elif last != "style" and data.strip():
            self.texts.append(data)
            if self.rows and self.rows[-1][1]:
                column, text = self.rows[-1][1][-1]
                self.rows[-1][1][-1] = (column, text + data)


@lru_cache
def read_page(path: Path) -> Page:
    """Parse a page whole."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


# --- what one file says beside the others


def _number(text: Any) -> float | None:
    """The number that a cell begins with, or None where it holds words or nothing."""
    if isinstance(text, int | float):
        return float(text)
    match = re.match(r"\s*'?(-?[\d,]+(?:\.\d+)?)", str(text or ""))
    return float(match[1].replace(",", "")) if match else None


def _armed(text: str) -> str:
    """A text of a CSV without the mark that keeps a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULAS else text


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _check_manifest(folder: Path, _: str) -> Iterator[str]:
    manifest = _manifest(folder)
    if not manifest:
        yield "there is no manifest.json"
        return
    listed = manifest["outputs"]
    here = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file() and p.name != "manifest.json" and "kept" not in p.relative_to(folder).parts
    }
    for name in sorted(listed.keys() | here.keys()):
        if listed.get(name) != here.get(name):
            yield f"manifest.json: {name} is not listed as it lies there"


def _check_ledger(folder: Path, said: str) -> Iterator[str]:
    rows = _manifest(folder).get("rows")
    if not rows:
        return
    read, used, lost = rows["rows_in"], rows["accepted"], rows["rejected"]
    causes = rows["rejected_by_cause"]
    if read != used + lost or lost != sum(causes.values()):
        yield f"manifest.json: rows do not add up: {rows}"
    for a, b, c in USED_NOT_USED.findall(said):
        if [int(x.replace(",", "")) for x in (a, b, c)] != [read, used, lost]:
            yield f"the console says {a} = {b} + {c}, manifest.json {read} = {used} + {lost}"
    if (folder / "rejects.csv").is_file():
        counted: dict[str, int] = {}
        for row in read_csv(folder / "rejects.csv"):
            counted[row["cause"]] = counted.get(row["cause"], 0) + int(row.get("rows") or 1)
        if {k: v for k, v in causes.items() if v} != {_armed(k): v for k, v in counted.items()}:
            yield f"rejects.csv has {counted}, manifest.json {causes}"
    for name in ("map.html", "areas.html", "pack.html", "tables.xlsx"):
        if (folder / name).is_file():
            for a, b in set(COULD_NOT.findall(" ".join(_all_text(folder / name)))):
                if [int(x.replace(",", "")) for x in (a, b)] != [lost, read]:
                    yield f"{name} says {a} of {b} rows could not be used, manifest.json {lost} of {read}"
    for layer, sums in _manifest(folder).get("reconciliation", {}).items():
        parts = sum(sums.get(part, 0) for part in ("inside", "tie", "nearest", "outside"))
        if sums["accepted"] != parts or sums["accepted"] != used:
            yield f"manifest.json: {layer} does not add up to the {used} rows used: {sums}"


def _all_text(path: Path) -> Iterable[str]:
    return [text for _, text in READERS[path.suffix](path)]


def _check_hotspots(folder: Path, said: str) -> Iterator[str]:
    if not (folder / "hotspots.csv").is_file():
        return
    spots = read_csv(folder / "hotspots.csv")
    names = [_armed(row["name"]) for row in spots]
    counts = [_number(row["incidents"]) for row in spots]
    refs = [row["ref"] for row in spots]
    for number in re.findall(r"^([\d,]+) hotspots? holds?", said, re.MULTILINE):
        if int(number.replace(",", "")) != len(spots):
            yield f"the console says {number} hotspots, hotspots.csv has {len(spots)}"
    layer = read_geopackage(folder / "hotspots.gpkg").get("hotspots", [])
    sheet = sheet_rows(folder / "tables.xlsx", "Hotspots")
    table = [
        dict(cells) | {"name": _of_row(cells)}
        for given, cells in read_page(folder / "map.html").rows
        if "sh-row" in (given.get("class") or "")
    ]
    others = {
        "hotspots.gpkg": ([r["ref"] for r in layer], [r["name"] for r in layer], _column(layer, "incidents")),
        "tables.xlsx": (_column(sheet, "Reference", str), _column(sheet, "Name", str),
                        _column(sheet, "Records (number)")),
    }  # fmt: skip
    for file, (their_refs, their_names, their_counts) in others.items():
        if their_refs != refs:
            yield f"{file} has other hotspots than hotspots.csv: {_differ(refs, their_refs)}"
        elif [_plain(n) for n in their_names] != [_plain(n) for n in names]:
            yield f"{file} names hotspots otherwise than hotspots.csv: {_differ(names, their_names)}"
        elif their_counts != counts:
            yield f"{file} counts otherwise than hotspots.csv: {_differ(counts, their_counts)}"
    if len(table) != len(spots):
        yield f"map.html lists {len(table)} hotspots, hotspots.csv {len(spots)}"
        return
    for name, count, row in zip(names, counts, table, strict=True):
        if not _plain(row["name"]).startswith(_plain(name)):
            yield f"map.html calls a hotspot {row['name']!r}, hotspots.csv {name!r}"
        if "incidents" in row and _number(row["incidents"]) != count:
            yield f"map.html gives {name!r} {row['incidents']!r} records, hotspots.csv {count}"


def _plain(text: Any) -> str:
    return " ".join(str(text or "").split())


def _of_row(cells: list[tuple[str | None, str]]) -> str:
    return cells[1][1] if len(cells) > 1 else ""


def _column(rows: list[Row], name: str, kind: Any = _number) -> list[Any]:
    return [kind(row.get(name)) for row in rows]


def _differ(mine: list[Any], theirs: list[Any]) -> str:
    if len(mine) != len(theirs):
        return f"{len(mine)} beside {len(theirs)}"
    return next(f"{a!r} beside {b!r}" for a, b in zip(mine, theirs, strict=True) if a != b)


def sheet_rows(path: Path, name: str) -> list[Row]:
    """Rows of a sheet of ours by its heads, which stand in the third row; blank rows left out."""
    rows = read_workbook(path).get(name, [])
    at = next((i for i, row in enumerate(rows) if len([c for c in row if c]) > 1), len(rows))
    heads = rows[at] if at < len(rows) else []
    body = (dict(zip(heads, row + [None] * (len(heads) - len(row)), strict=False)) for row in rows[at + 1 :])
    return [row for row in body if any(v not in (None, "") for v in row.values())]


def _check_areas(folder: Path, _: str) -> Iterator[str]:
    if not (folder / "areas.csv").is_file():
        return
    table = read_csv(folder / "areas.csv")
    sheet = sheet_rows(folder / "tables.xlsx", "Areas")
    mine = [(r["layer"], _plain(_armed(r["name"])), _number(r["incidents"])) for r in table]
    theirs = [(r["Layer"], _plain(r["Name"]), _number(r["Records (number)"])) for r in sheet]
    if mine != theirs:
        yield f"tables.xlsx sums areas otherwise than areas.csv: {_differ(mine, theirs)}"
    layers = read_geopackage(folder / "hotspots.gpkg")
    sums = _manifest(folder).get("reconciliation", {})
    for layer in dict.fromkeys(r["layer"] for r in table):
        rows = [r for r in table if r["layer"] == layer]
        by_code = {_armed(r["code"]): _number(r["incidents"]) for r in rows}
        drawn = layers.get(layer.replace("-", "_"))
        if drawn is not None and {str(r["code"]): _number(r["incidents"]) for r in drawn} != by_code:
            yield f"hotspots.gpkg sums {layer} otherwise than areas.csv"
        whole = sums.get(layer, {})
        inside = sum(whole.get(part, 0) for part in ("inside", "tie", "nearest"))
        exact = all(re.fullmatch(r"\d+", r["incidents"]) for r in rows)
        exact &= _manifest(folder)["parameters"].get("output", {}).get("profile") != "public"  # to the nearest 10
        if whole and exact and len(by_code) == len(rows) and not whole.get("several"):
            total = sum(int(r["incidents"]) for r in rows)
            if total < inside or (total > inside and not _overlaps(folder, layer)):
                yield f"areas.csv: {layer} holds {total} in all, {inside} records lie in it"
    if (folder / "areas.html").is_file() and table:
        # the page is of the first layer that can be shaded for its readers
        each = [[r for r in table if r["layer"] == name] for name in dict.fromkeys(r["layer"] for r in table)]
        yield from min((list(_check_area_page(folder, rows)) for rows in each), key=len)


def _overlaps(folder: Path, layer: str) -> bool:
    given = _manifest(folder)["parameters"].get("areas", {}).get(layer, {})
    return bool(given.get("overlapping")) or "easting" in given or given.get("of") in ("hotspot", "street")


def _check_area_page(folder: Path, rows: list[Row]) -> Iterator[str]:
    counts = {_plain(_armed(r["name"])): _number(r["incidents"]) for r in rows}
    for given, cells in read_page(folder / "areas.html").rows:
        if "sh-row" in (given.get("class") or ""):
            name, shown = _plain(_of_row(cells)), dict(cells).get("incidents")
            if name in counts and shown is not None and _number(shown) != counts[name]:
                yield f"areas.html gives {name!r} {shown!r} records, areas.csv {counts[name]}"


def _check_tables(folder: Path, _: str) -> Iterator[str]:
    """Patrols and cameras: as many rows, of the same names, in the CSV, the workbook and the layer."""
    if not (folder / "tables.xlsx").is_file():
        return
    for name in ("patrols", "cameras"):
        if (folder / f"{name}.csv").is_file():
            mine = [_plain(_armed(r["name"])) for r in read_csv(folder / f"{name}.csv")]
            sheet = [_plain(r["Name"]) for r in sheet_rows(folder / "tables.xlsx", name.title())]
            layer = [_plain(r["name"]) for r in read_geopackage(folder / "hotspots.gpkg").get(name, [])]
            for file, theirs in (("tables.xlsx", sheet), ("hotspots.gpkg", layer)):
                if theirs != mine:
                    yield f"{file} lists {name} otherwise than {name}.csv: {_differ(mine, theirs)}"
    path = folder / "patrols" / "timetable.csv"
    if path.is_file():
        visits = [r for r in read_csv(path) if r["activity"] == "visit"]
        ics = (folder / "patrols" / "patrols.ics").read_bytes().decode().replace("\r\n ", "")
        listed = re.findall(r"(?<!\d)\d\d:\d\d to \d\d:\d\d (?!Break)", ics)
        if len(listed) != len(visits):
            yield f"patrols.ics lists {len(listed)} visits, timetable.csv {len(visits)}"


def _check_plans(folder: Path, _: str) -> Iterator[str]:
    """Each plan's page and Word document hold the same numbers."""
    for document in sorted((folder / "plans").glob("*.docx")):
        page = document.with_suffix(".html")
        if "(left as it was)" in document.name:
            continue  # somebody typed in it, and the page is of before
        if not page.is_file():
            yield f"plans: {document.name} has no page beside it"
            continue
        numbers = [set(re.findall(r"\d[\d,.]*\d|\d", " ".join(_all_text(p)))) for p in (document, page)]
        if only := sorted(numbers[0] - numbers[1]):
            yield f"plans: {document.name} holds {only[:5]}, which {page.name} does not"


def tell(found: Iterable[str]) -> str:
    """Complaints as one text, for an assertion."""
    stream = io.StringIO()
    for one in found:
        print(one, file=stream)
    return stream.getvalue()

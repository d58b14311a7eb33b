"""The intruder finds what is given away, and finds nothing in what runs deliver."""

from __future__ import annotations

import copy
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from where import REPO

sys.path.insert(0, str(REPO / "benchmarks"))
import intruder

SEED, MONTH = 1, 22


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Both profiles' results of one month of a small partnership, and the truth about it."""
    return intruder.live(tmp_path_factory.mktemp("lived"), SEED, [MONTH])


def test_nothing_that_is_hidden_comes_back(lived):
    numbers, hidden, back = intruder.attack(*lived)
    assert back == []
    assert 0 < hidden < numbers  # something is hidden, and not all


def places(release) -> dict[tuple[str, str], int | None]:
    """Numbers of areas and hotspots in the whole period."""
    return {key: n for key, n in release.counts.items() if len(key) == 2 and key[0] != "all"}


def test_a_writer_that_leaks_is_caught(lived):
    releases, truth = copy.deepcopy(lived)
    partner = next(release for release in releases if release.profile == "partner")
    hidden = [key for key, value in partner.counts.items() if value is None and len(key) == 3]
    one = next(key for key in hidden if key[0] == "ward" and intruder._true(truth, partner, key) > 1)
    for key in hidden:  # all but one ward of a period are told as they are: the total gives that one back
        if key != one and key[0] == "ward":
            partner.counts[key] = intruder._true(truth, partner, key)
            partner.exact.add(key)
    assert any(str(one) in found for found in intruder.attack(releases, truth)[2])


def rows_beside(folder: Path, name: str) -> Iterator[tuple[str, list[str]]]:
    """Cells of each row, in every table of a run, that names a place; with the table's name."""
    for path in folder.glob("*.csv"):
        if path.name in ("rejects.csv", "release.csv"):
            continue
        yield from ((path.name, [*row.values()]) for row in intruder._rows(path) if name in row.values())
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            if name in row:
                yield f"tables.xlsx {sheet.title}", [str(cell) for cell in row]
    with sqlite3.connect(folder / "hotspots.gpkg") as file:
        for (table,) in file.execute("SELECT table_name FROM gpkg_contents").fetchall():
            for row in file.execute(f'SELECT * FROM "{table}"'):
                if name in row:
                    yield f"hotspots.gpkg {table}", [str(cell) for cell in row]
    for page in ("map.html", "areas.html"):
        text = (folder / page).read_text(encoding="utf-8") if (folder / page).exists() else ""
        for block in re.findall(r"<script[^>]*>({.*?)</script>", text, re.S):
            for spot in json.loads(block).get("spots", []):
                if name in (spot.get("ref"), spot["title"]):
                    yield page, re.findall(r"[\d,.]+", " ".join(text for _, text in spot["lines"]))
    for page in folder.glob(f"plans/{name}*.html"):
        yield f"plans/{page.name}", re.findall(r"\d+", page.read_text(encoding="utf-8"))


def leaks(release, truth) -> list[str]:
    """Tables in which the row of a place whose number is hidden tells that number, exact or rounded."""
    found = []
    for key, told in places(release).items():
        value = intruder._true(truth, release, key)
        if told is None and value > 4:
            given = {str(value), f"{value}.0", f"{value:,}", str(10 * ((value + 5) // 10))}
            found += [
                f"{table}: {key} is {value}"
                for table, cells in rows_beside(release.folder, key[1])
                if given & set(cells)
            ]
    return found


def test_no_writer_tells_a_number_that_the_ledger_hides(lived, tmp_path):
    releases, truth = lived
    for release in releases:
        assert leaks(release, truth) == []
    public = copy.copy(releases[1])
    key = next(key for key, n in places(public).items() if n is not None and key[0] == "ward")
    assert public.profile == "public"
    public.counts = {**public.counts, key: None}  # as if the ledger had hidden what every writer prints
    tables = {found.partition(":")[0] for found in leaks(public, truth)}
    assert {"areas.csv", "tables.xlsx Areas", "hotspots.gpkg ward", "areas.html"} <= tables


def read(release, name: str) -> list[dict[str, str]]:
    return intruder._rows(release.folder / name)


def test_numbers_for_the_public_are_to_the_nearest_ten(lived):
    releases, truth = lived
    public = next(release for release in releases if release.profile == "public")
    shown = {key: value for key, value in places(public).items() if value}
    assert shown
    for key, value in shown.items():
        true = intruder._true(truth, public, key)
        assert value == 10 * ((true + 5) // 10)


def test_what_partners_are_not_shown_the_public_is_not_shown_either(lived):
    partner, public = lived[0]
    for key, value in partner.counts.items():
        if value is None and key in public.counts:
            assert public.counts[key] is None


@pytest.mark.parametrize("name", ["areas.csv", "hotspots.csv"])
def test_nothing_beside_a_count_tells_of_its_kinds_or_of_its_place_in_an_order(lived, name):
    for release in lived[0]:
        rows = read(release, name)
        assert not [c for c in rows[0] if c.startswith(("harm_", "largest_", "rank_by_harm_"))]
        for layer in {row.get("layer") for row in rows if name == "areas.csv"}:
            gone = [row["incidents"] == "" for row in rows if row["layer"] == layer]
            assert gone == sorted(gone)  # hidden areas stand last


def test_the_history_holds_what_was_told_and_nothing_else(lived):
    for release in lived[0]:
        kept = json.loads((release.folder / "releases.json").read_text(encoding="utf-8"))
        told = next(one["told"] for one in kept["releases"] if one["profile"] == release.profile)
        areas = {name: value for name, value in told.items() if name.startswith("area|")}
        shown = {f"area|{k[0]}|{k[1]}": n for k, n in places(release).items() if k[0] != "hotspot"}
        areas = {name: value for name, value in areas.items() if "@" not in name}
        assert areas == {name: n for name, n in shown.items() if n is not None}


def test_what_counts_as_come_back():
    # under 5: 1 to 4 is all that the rule leaves open; 12 beside it must stay 5 wide
    for value, (low, high), back in (
        (3, (1, 4), False),
        (3, (2, 9), True),
        (3, (1, 3), True),
        (12, (9, 14), False),
        (12, (12, 17), False),
        (12, (7, 12), False),
        (12, (9, 13), True),
    ):
        assert intruder.is_narrow(lambda a, b, low=low, high=high: max(a, low) <= min(b, high), value, 5) == back

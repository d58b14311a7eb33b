"""Every container alone, in another and many together: read whole, or stopped by the one limit, or named."""

from __future__ import annotations

import gzip
import io
import itertools
import logging
import os
import random
import re
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from boundaries import read_areas
from hotspots.checks import InputError
from hotspots.files.file_formats import read_rows
from hotspots.files.input_files import find_files
from hotspots.files.named_files import expand, walk
from hotspots.files.unpacking import DEPTH, Allowance
from hotspots.reading.duplicates import _doubled
from hotspots.reading.incidents import read_incidents

HEADER = "Month,Longitude,Latitude,Location,Crime type"
MONTH = f"{HEADER}\n" + "2024-03,-1.5,53.8,On or near Boar Lane,Drugs\n" * 10
APRIL = MONTH.replace("2024-03", "2024-04")
BOMB = b"0" * 60_000_000


def zipped(**members: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return made.getvalue()


def used(path: Path) -> int:
    return len(read_incidents(path, as_of="2024-12-31")[0])


PACKINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gz": ("a.csv.gz", lambda data: gzip.compress(data)),
    "zip": ("a.zip", lambda data: zipped(a__csv=data)),
    "gz in zip": ("a.zip", lambda data: zipped(a__csv__gz=gzip.compress(data))),
    "zip in zip": ("a.zip", lambda data: zipped(b__zip=zipped(a__csv=data))),
    "gz in zip in zip": ("a.zip", lambda data: zipped(b__zip=zipped(a__csv__gz=gzip.compress(data)))),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_gives_the_rows_it_holds(tmp_path: Path, packing: str) -> None:
    name, pack = PACKINGS[packing]
    (tmp_path / name).write_bytes(pack(MONTH.encode()))
    assert used(tmp_path / name) == 10


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_is_stopped_at_the_limit_before_memory_is_taken(tmp_path: Path, packing: str) -> None:
    name, pack = PACKINGS[packing]
    (tmp_path / name).write_bytes(pack(BOMB * 10 if packing == "gz" else BOMB))
    tracemalloc.start()
    with pytest.raises(InputError, match="suspicious size, over 200 times its own"):
        used(tmp_path / name)
    assert tracemalloc.get_traced_memory()[1] < 140_000_000
    tracemalloc.stop()


def test_many_small_bombs_are_one(tmp_path: Path) -> None:
    for number in range(3):  # each is under what is no danger by itself
        (tmp_path / f"{number}.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"0" * 24_000_000))
    with pytest.raises(InputError, match="suspicious size"):
        used(tmp_path)


def test_what_packs_as_records_do_is_size_and_no_bomb() -> None:
    allowance = Allowance(packed=100_000_000)
    allowance.count("street.csv", 1_100_000_000)  # a national file of a gigabyte at eleven to one
    with pytest.raises(InputError, match="more than 2 GB"):
        allowance.count("street.csv", 2**31 + 1)


def test_a_small_parquet_file_that_holds_a_text_once_for_a_million_rows_is_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    long = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 10_000]))
    parquet.write_table(pa.table({"a": long}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    with pytest.raises(InputError, match="suspicious size"):
        used(tmp_path / "a.parquet")


def test_a_parquet_file_of_more_rows_than_its_bytes_can_tell_apart_is_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    parquet.write_table(pa.table({"a": pa.array([1] * 7_000_000, pa.int8())}), tmp_path / "a.parquet")
    for read in (used, lambda path: read_areas(path, name="a")):
        with pytest.raises(InputError, match="suspicious size"):
            read(tmp_path / "a.parquet")


def test_a_shapefile_in_a_zip_is_held_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(a__dbf=BOMB))
    with pytest.raises(InputError, match="suspicious size"):
        read_areas(tmp_path / "a.zip", name="a")


def test_a_zip_too_deep_and_every_other_file_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    deep = MONTH.encode()
    for _ in range(DEPTH):
        deep = zipped(deeper__zip=deep) if deep[:2] == b"PK" else zipped(a__csv=deep)
    good = {"march.csv": MONTH, "deep.zip": zipped(b__zip=zipped(c__zip=zipped(d__zip=zipped(a__csv=APRIL))))}
    for name, data in {**good, "points.shp": b"x", "notes.docx": b"x", ".hidden": b"x"}.items():
        (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    assert used(tmp_path) == 10
    said = next(m for m in caplog.messages if "Not read" in m)
    for name in ("deep.zip/b.zip/c.zip/d.zip", "points.shp", "notes.docx"):
        assert name in said
    assert "hidden" not in said
    (tmp_path / "whole.zip").write_bytes(deep)
    assert used(tmp_path / "whole.zip") == 10


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_damaged_or_cut_container_is_read_or_refused_in_words(tmp_path: Path, packing: str) -> None:
    name, pack = PACKINGS[packing]
    whole = pack(MONTH.encode())
    dice = random.Random(7)
    for number in range(40):
        hurt = bytearray(whole[: dice.randrange(1, len(whole))] if number % 2 else whole)
        for _ in range(dice.choice([1, 5])):
            hurt[dice.randrange(len(hurt))] = dice.randrange(256)
        path = tmp_path / f"{number}{name}"
        path.write_bytes(hurt)
        with suppress(InputError):  # anything else fails the test
            assert used(path) <= 10


def test_a_name_in_a_zip_that_is_utf8_is_read_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("xxxxx.csv"), MONTH)
    data = (tmp_path / "a.zip").read_bytes().replace(b"xxxxx.csv", "môn-.csv".encode())
    (tmp_path / "a.zip").write_bytes(data)
    assert [f.name for f in find_files(tmp_path / "a.zip")] == ["a.zip/môn-.csv"]


# -- workbooks -------------------------------------------------------------------------------------------


def workbook(path: Path, rows: list[list[object]], change: Callable[[bytes], bytes] = bytes) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data) if member.endswith("sheet1.xml") else data)
    return path


def table_of(path: Path) -> pd.DataFrame:
    (file,) = find_files(path)
    return read_rows(file).rows


@pytest.mark.parametrize("extent", ["A1:B2", "A1", "A1:A9", "A1:XFD1048576"])
def test_the_extent_that_a_sheet_states_is_a_hint(tmp_path: Path, extent: str) -> None:
    rows = [["ref", "at", "what"], *([i, i, i] for i in range(8))]
    mark = f'<dimension ref="{extent}"'.encode()
    path = workbook(tmp_path / "a.xlsx", rows, lambda data: re.sub(rb'<dimension ref="[^"]*"', mark, data))
    table = table_of(path)
    assert table.columns.tolist() == ["ref", "at", "what"]
    assert table["what"].tolist() == [str(i) for i in range(8)]


@pytest.mark.parametrize("stored", ["", "0"])
def test_formulas_that_were_never_worked_out_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, stored: str
) -> None:
    rows = [["x", "y"], ["=1+1", 2], ["=2+1", 3]]
    value = f"<v>{stored}</v>".encode()
    table_of(workbook(tmp_path / "a.xlsx", rows, lambda data: re.sub(rb"<v ?/>|<v></v>", value, data)))
    assert "2 of 2 formulas have no stored result (the first formula is A2)" in caplog.text


def test_formulas_with_results_even_empty_ones_are_not_spoken_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work_out(data: bytes) -> bytes:
        done = re.sub(rb"(1\+1</f>)(<v ?/>|<v></v>)", rb"\g<1><v>2</v>", data)
        return re.sub(rb'r="A3"( t="[a-z]*")?>', rb'r="A3" t="str">', done)

    table = table_of(workbook(tmp_path / "a.xlsx", [["x"], ["=1+1"], ['=""']], work_out))
    assert table["x"].tolist()[:1] == ["2"]
    assert "formula" not in caplog.text


def test_cells_that_hold_an_error_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table_of(workbook(tmp_path / "a.xlsx", [["x", "y"], ["#REF!", 1], ["#N/A", 2]]))
    assert "2 cells hold an error in place of a value, such as #REF!" in caplog.text


def test_a_stray_cell_far_to_the_right_costs_one_column(tmp_path: Path) -> None:
    rows: list[list[object]] = [["ref"], [1], [2, *[None] * 9000, "stray"]]
    assert table_of(workbook(tmp_path / "a.xlsx", rows)).shape == (2, 2)


# -- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["*.csv", "a?.csv", "[ab].csv", "[2024] (1).csv", "**"])
def test_a_name_that_exists_is_that_file(tmp_path: Path, name: str) -> None:
    for one in (name, "ab.csv", "b.csv"):
        (tmp_path / one).write_text(MONTH)
    assert expand(tmp_path / name) == [tmp_path / name]
    assert [f.name for f in find_files(tmp_path / name)] == [name]


@pytest.mark.parametrize(
    ("pattern", "hits"),
    [
        ("Crime [2024] (1)/?.csv", ["Crime [2024] (1)/a.csv"]),
        ("Crime [[]2024] (1)/a*.csv", ["Crime [2024] (1)/a.csv"]),
        ("Crime*/[2024] *.csv", ["Crime [2024] (1)/[2024] b.csv"]),
        ("*/[ab].csv", ["Crime [2024] (1)/a.csv"]),
        ("**/*.csv", ["Crime [2024] (1)/[2024] b.csv", "Crime [2024] (1)/a.csv"]),
        ("no*/*.csv", []),
    ],
)
def test_brackets_in_a_real_name_are_letters(tmp_path: Path, pattern: str, hits: list[str]) -> None:
    folder = tmp_path / "Crime [2024] (1)"
    folder.mkdir()
    for name in ("a.csv", "[2024] b.csv"):
        (folder / name).write_text(MONTH)
    found = [p.relative_to(tmp_path).as_posix() for p in expand(tmp_path / pattern)]
    assert sorted(found) == sorted(hits)


def test_links_that_lead_back_up_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(MONTH)
    try:
        (tmp_path / "in" / "up").symlink_to(tmp_path)
        (tmp_path / "in" / "same.csv").symlink_to(tmp_path / "in" / "a.csv")
        (tmp_path / "round").symlink_to(tmp_path / "round")
    except OSError:
        pytest.skip("this system makes no links")
    assert len(walk(tmp_path)) == 1
    assert used(tmp_path) == 10
    assert len(expand(tmp_path / "**" / "*.csv")) == 1
    with pytest.raises(InputError, match="no such file"):
        used(tmp_path / "round")


def test_a_file_name_that_is_no_text_is_written_with_marks(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.csv")).write_text(MONTH)
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    (file,) = find_files(tmp_path)
    assert file.name == "caf\ufffd.csv"
    assert used(tmp_path) == 10


# -- what is no file of records --------------------------------------------------------------------------

OUTCOMES = "Crime ID,Month,Reported by,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
STOPS = "Type,Date,Latitude,Longitude,Gender,Legislation,Object of search,Outcome\n"


@pytest.mark.parametrize(("header", "what"), [(OUTCOMES, "outcomes of crimes"), (STOPS, "stops and searches")])
@pytest.mark.parametrize("name", ["march.csv", "2024-03-west-yorkshire-street.csv"])
def test_what_police_uk_publishes_beside_crimes_is_named_under_any_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, header: str, what: str, name: str
) -> None:
    (tmp_path / name).write_text(header)
    with pytest.raises(InputError, match=f"{name} holds {what}, not records") as error:
        used(tmp_path / name)
    assert "may be" not in str(error.value)
    (tmp_path / "april.csv").write_text(APRIL)
    assert used(tmp_path) == 10
    assert f"{name} holds {what}" in caplog.text


def test_a_file_that_the_layout_leaves_out_is_not_told_to_end_in_csv(tmp_path: Path) -> None:
    (tmp_path / "2024-03-x-outcomes.csv").write_text(OUTCOMES)
    with pytest.raises(InputError, match=r"leaves these files out.*outcomes\.csv") as error:
        used(tmp_path / "2024-03-x-outcomes.csv")
    assert "ending in" not in str(error.value)


@pytest.mark.parametrize("said", ["sep=,", "sep=;", "SEP=|", '"sep=,"', "sep=\\t", "sep=\t", "\ufeffsep=,", "sep=:"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_the_line_with_the_separator_is_followed(tmp_path: Path, said: str, end: str, coding: str) -> None:
    sign = "\t" if "t" in said[4:] else said.strip('"')[-1]
    body = [said, *(line.replace(",", sign) for line in MONTH.splitlines())]
    (tmp_path / "a.csv").write_bytes(end.join(body).encode(coding))
    incidents, _ = read_incidents(tmp_path / "a.csv", as_of="2024-12-31")
    assert len(incidents) == 10
    (file,) = find_files(tmp_path / "a.csv")
    assert read_rows(file).lines.tolist() == list(range(3, 13))


def binaries() -> dict[str, bytes]:
    dice = random.Random(3)
    made = {f"random {n}": dice.randbytes(2000) for n in range(20)}
    signs = {
        "a gz": b"\x1f\x8b\x08", "a 7z": b"7z\xbc\xaf\x27\x1c", "a PDF": b"%PDF-1.7\n",
        "a picture": b"\x89PNG\r\n",
        "a shapefile": b"\x00\x00\x27\x0a" + bytes(20), "old Office": b"\xd0\xcf\x11\xe0", "Parquet": b"PAR1",
        "SQLite": b"SQLite format 3\0", "a web page": b"<!DOCTYPE html><html>",
        "Excel": zipped(**{"xl/a": b"x"}),
        "Word": zipped(**{"word/a": b"x"}),
    }  # fmt: skip
    return made | {what: sign + dice.randbytes(500) for what, sign in signs.items()}


@pytest.mark.parametrize("what", binaries())
def test_binary_is_named_and_never_shown(tmp_path: Path, what: str) -> None:
    for name in ("a.csv", "a.shp"):
        (tmp_path / name).write_bytes(binaries()[what])
        with pytest.raises(InputError, match="it looks like") as error:
            used(tmp_path / name)
        assert str(error.value).isprintable()
        assert str(error.value).isascii()
        assert what.startswith("random") or what.split()[-1] in str(error.value)


def test_a_table_of_bytes_under_a_good_header_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(MONTH.encode() + b"\x00\x01\x02\n")
    assert used(tmp_path / "a.csv") == 10


def test_messages_hold_nothing_a_console_cannot_show(caplog: pytest.LogCaptureFixture) -> None:
    assert str(InputError("a\x07b", given="c\ud800", advice="é ü")) == "a\ufffdb. Given: c\ufffd. Try: é ü."
    with caplog.at_level(logging.WARNING):
        from hotspots.checks import announce

        announce("bell\x07")
    assert "\x07" not in caplog.text


def doubled_slowly(table: pd.DataFrame, ids: pd.Series, files: list[str], *, by_id: bool) -> list[str]:
    """Pair by pair: the same as `_doubled` says of all files at once."""
    shared = set()
    for one, other in itertools.combinations(files, 2):
        a, b = (table["file"].eq(f) for f in (one, other))
        same = set(ids[a & ids.ne("")]) & set(ids[b & ids.ne("")])
        left, right = (Counter(table["category"][m & ids.eq("")]) for m in (a, b))
        overlap, smaller = (left & right).total(), min(left.total(), right.total())
        if (by_id and same) or (2 * overlap > smaller and (by_id or overlap >= 5)):
            shared |= {one, other}
    return [f for f in files if f in shared]


@pytest.mark.parametrize("seed", range(40))
def test_months_read_twice_are_found_among_all_files_at_once(seed: int) -> None:
    dice = random.Random(seed)
    rows = dice.randrange(4, 60)
    files = [f"{n}.csv" for n in range(dice.choice([2, 3, 6]))]
    table = pd.DataFrame({"file": dice.choices(files, k=rows), "category": dice.choices("abcdefgh", k=rows)})
    table = table.assign(place="", geometry="")
    ids = pd.Series(dice.choices(["", "", "", *map(str, range(200))], k=rows))
    there = list(table["file"].drop_duplicates())
    for by_id in (True, False):
        slow = doubled_slowly(table, ids, there, by_id=by_id)
        assert _doubled(table, ids, there, by_id=by_id) == slow

"""A corpus of broken files: a named cause or a clear error, never a traceback, never a lost row."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspots.checks import ASB, InputError
from hotspots.files.delimited import read_table
from hotspots.files.file_formats import read_rows
from hotspots.files.input_files import SourceFile, find_files
from hotspots.reading.incidents import read_incidents

HEADER = "Crime ID,Month,Longitude,Latitude,Location,Crime type,Note"
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def line(crime_id: str = "", note: str = "") -> str:
    return f"{crime_id},2024-03,-1.5,53.8,On or near Boar Lane,{ASB},{note}"


def put(tmp_path: Path, data: bytes | str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


WORKBOOK = io.BytesIO()
pd.DataFrame({"a": [1]}).to_excel(WORKBOOK, index=False)

CLEAR_ERRORS: dict[str, tuple[str, bytes, str]] = {
    "nothing but line ends": ("a.csv", b"\n\r\n\n", "lacks the columns"),
    "only a byte-order mark": ("a.csv", b"\xef\xbb\xbf", "lacks the columns"),
    "one column": ("a.csv", b"hello\nworld\n", "lacks the columns"),
    "a header of blanks": ("a.csv", b",,,\n1,2,3,4\n", "lacks the columns"),
    "an unclosed quote in the header": ("a.csv", f'"{HEADER}\n{line()}\n'.encode(), "lacks the columns"),
    "a workbook called csv": ("a.csv", WORKBOOK.getvalue(), "not text"),
    "text called xlsx": ("a.xlsx", text(line()).encode(), "workbook cannot be read"),
    "a torn workbook": ("a.xlsx", WORKBOOK.getvalue()[:3000], "workbook cannot be read"),
    "text called parquet": ("a.parquet", text(line()).encode(), "cannot be read as its name says"),
    "text called gpkg": ("a.gpkg", text(line()).encode(), "cannot be read as its name says"),
    "text called geojson": ("a.geojson", b"{nonsense", "cannot be read as its name says"),
    "text called zip": ("a.zip", text(line()).encode(), "not a zip file"),
    "text called gz": ("a.csv.gz", text(line()).encode(), "cannot be read"),
    "torn gz": ("a.csv.gz", gzip.compress(text(line()).encode())[:40], "cannot be read"),
    "torn JSON": ("a.json", b'[{"month": ', "not valid JSON"),
    "JSON that is no list": ("a.json", b'{"a": 1}', "not a list of records"),
    "JSON nested too deep": ("a.json", b"[" * 200_000, "not valid JSON"),
    "an old workbook": ("a.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx"),
}


@pytest.mark.parametrize("name", CLEAR_ERRORS)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str) -> None:
    file, data, words = CLEAR_ERRORS[name]
    if file.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match=words):
        read_incidents(put(tmp_path, data, file))


@pytest.mark.parametrize(
    ("data", "accepted", "causes"),
    [
        (text(line(), line(note='"torn'), line(), line()), 3, ["wrong number of fields"]),
        (text(line(note='"x'), line(), line(note='y"'), line()), 3, ["wrong number of fields"]),
        (text(line(), "", line(), "   ", line()), 3, ["wrong number of fields"]),
        (text(line(), ",,,,,,", line()), 2, ["unreadable date"]),
        (text(line(), line() + ",,,", line()), 2, ["wrong number of fields"]),
        (text(line(), line(note="a\0b")), 2, []),
        (text(line(note="=HYPERLINK(1)"), line(note="@SUM(A1)")), 2, []),
        (text(line(), HEADER, line()), 2, ["unreadable date"]),
        (text(line(), line())[:-20], 1, ["wrong number of fields"]),
        (text(line(note='"say ""hi"", twice"'), line()), 2, []),
        # After twenty torn lines the quotes are taken for plain characters.
        (text(*[line(note='"torn')] * 60), 39, ["wrong number of fields"]),
    ],
)
def test_what_can_be_read_is_and_the_rest_is_named(tmp_path: Path, data: str, accepted: int, causes: list[str]) -> None:
    incidents, rejects = read_incidents(put(tmp_path, data))
    assert len(incidents) == accepted
    assert sorted(set(rejects["cause"])) == causes
    if "torn" in data or "   " in data:
        assert len(incidents) + len(rejects) == sum(1 for x in data.split("\n")[1:] if x)


def test_formulas_stay_text(tmp_path: Path) -> None:
    incidents, _ = read_incidents(put(tmp_path, text(line(note="=1+1"))))
    assert incidents["raw_Note"].tolist() == ["=1+1"]


def test_utf_16_without_a_mark_and_a_repeated_column(tmp_path: Path) -> None:
    data = (HEADER + ",Note\n" + line() + ",more\n").encode("utf-16-le")
    incidents, _ = read_incidents(put(tmp_path, data))
    assert incidents["raw_Note.2"].tolist() == ["more"]


def test_a_cell_of_ten_megabytes_is_read_and_not_repeated_in_the_rejects(tmp_path: Path) -> None:
    big = "x" * 10_000_000
    path = put(tmp_path, text(line(note=big), line().replace("2024-03", big), line(note=f'"{big}"')))
    tracemalloc.start()
    incidents, rejects = read_incidents(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(incidents), len(rejects)) == (2, 1)
    assert rejects["value"].str.len().max() == 200
    assert peak < 40 * path.stat().st_size


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "..\\a.csv", "C:\\a.csv"])
def test_a_path_that_leaves_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "a.zip", {name: text(line()).encode()})
    with pytest.raises(InputError, match="leaves the zip"):
        read_incidents(path)


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.csv": b"0" * 60_000_000})
    tracemalloc.start()
    with pytest.raises(InputError, match="suspicious size"):
        read_incidents(path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_workbook_that_unpacks_to_a_bomb_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b" " * 80_000_000})
    with pytest.raises(InputError, match="suspicious size"):
        read_incidents(path)


def test_zips_with_nothing_an_empty_file_or_a_damaged_member(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing to read.*a\.zip/inner\.7z, a\.zip/readme\.txt"):
        read_incidents(make_zip(tmp_path / "a.zip", {"readme.txt": b"x", "inner.7z": b"x"}))
    with pytest.raises(InputError, match="0 bytes"):
        read_incidents(make_zip(tmp_path / "b.zip", {"a.csv": b""}))
    path = make_zip(tmp_path / "c.zip", {"a.csv": text(*[line()] * 50).encode()})
    data = bytearray(path.read_bytes())
    data[60:70] = b"0123456789"
    with pytest.raises(InputError, match="inside the zip cannot be read"):
        read_incidents(put(tmp_path, bytes(data), "c.zip"))


def test_hidden_files_of_an_archive_are_passed_over(tmp_path: Path) -> None:
    members = {"2024-03/a-street.csv": text(line()).encode(), "__MACOSX/2024-03/._a-street.csv": b"\0"}
    incidents, _ = read_incidents(make_zip(tmp_path / "a.zip", members))
    assert len(incidents) == 1
    with pytest.raises(InputError, match="nothing to read"):
        find_files(tmp_path / "none", skip=()) if (tmp_path / "none").mkdir() else find_files(tmp_path / "none")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), max_size=12), st.sampled_from(["\n", "\r\n"]))
@SLOW
def test_every_record_keeps_its_line_whatever_is_quoted(rows: list[list[str]], end: str) -> None:
    buffer, starts = io.StringIO(newline=""), []
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerow(["a", "b", "c", "d"])
    for row in rows:
        # A cell that holds whole lines as wide as a row is taken for swallowed rows: not what is tested here.
        row[:] = [c.replace(",", ";") for c in row]
        starts.append(len(list(io.StringIO(buffer.getvalue(), newline=""))) + 1)
        writer.writerow(row)
    table = read_table(buffer.getvalue(), delimiter=",")
    assert table.bad == []
    assert table.rows.to_numpy().tolist() == rows
    assert table.lines.tolist() == starts


def test_lines_too_long_and_too_short_are_told_also_where_their_commas_add_up() -> None:
    table = read_table("a,b\n1,2\n3,4,5\n6\n7,8\n")
    assert table.rows.to_numpy().tolist() == [["1", "2"], ["7", "8"]]
    assert table.lines.tolist() == [2, 5]
    assert table.bad == [(3, "3 fields where the header has 2"), (4, "1 fields where the header has 2")]


@given(st.lists(st.lists(st.text(st.sampled_from("xé1 .'-\t\u2028\x1a"), max_size=5), min_size=2, max_size=2)))
@SLOW
def test_plain_lines_keep_their_numbers(rows: list[list[str]]) -> None:
    table = read_table("\n".join(["a,b", *(",".join(row) for row in rows)]), delimiter=",")
    assert table.rows.to_numpy().tolist() == rows
    assert table.lines.tolist() == list(range(2, len(rows) + 2))
    assert table.bad == []


def test_a_text_full_of_stray_quotes_is_read_to_its_end() -> None:
    body = "".join(f'{i},"open,x,y\n{i},plain,x,y\n' for i in range(30))
    table = read_table("a,b,c,d\n" + body, delimiter=",")
    # after 21 quotes that swallow what follows, a quote is a letter like any other
    assert table.bad == [(2 + 2 * i, "a quotation mark is never closed") for i in range(21)]
    assert table.rows["a"].tolist() == [*map(str, range(21)), *(str(i) for i in range(21, 30) for _ in range(2))]
    assert table.rows["b"].tolist()[21:23] == ['"open', "plain"]


@given(st.lists(st.tuples(st.integers(1, 1100), st.sampled_from(['"', ",", "\n", "x", "\r", '""', ""])), max_size=6))
@SLOW
def test_no_untouched_row_is_lost_when_a_file_is_damaged(tmp_path: Path, wounds: list[tuple[int, str]]) -> None:
    lines = [HEADER, *(line(f"id{i:02d}") for i in range(20))]
    whole = "\n".join(lines) + "\n"
    hurt = whole
    for at, what in sorted(wounds, reverse=True):
        if at > len(HEADER):
            hurt = hurt[:at] + what + hurt[at + 1 :]
    incidents, rejects = read_incidents(put(tmp_path, hurt))
    physical = list(io.StringIO(hurt, newline=""))
    known = set(incidents["incident_id"]) | set(rejects["incident_id"])
    for number, read in enumerate(physical, start=1):
        if read.rstrip("\r\n") in lines[1:]:
            assert read[:4] in known or number in set(rejects["line"]), (number, read)


@given(
    st.binary(min_size=1, max_size=300),
    st.sampled_from(["csv", "json", "geojson", "xlsx", "parquet", "gpkg", "zip", "csv.gz", "tsv"]),
)
@SLOW
def test_any_bytes_under_any_name_are_read_or_refused_clearly(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = put(tmp_path, data, f"a.{suffix}")
    # Anything but an InputError fails the test; so few bytes cannot hold the required columns.
    with pytest.raises(InputError):
        read_incidents(path)


@given(st.binary(max_size=400))
@SLOW
def test_any_bytes_after_a_good_header_are_accounted_for(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path, HEADER.encode() + b"\n" + data)
    incidents, rejects = read_incidents(path)
    table = read_rows(SourceFile("a.csv", path.read_bytes))
    assert len(incidents) + len(rejects) == len(table.rows) + len(table.bad)
    assert rejects["line"].gt(1).all()

"""The configuration: read whole, or every mistake in it named with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from where import REPO

from hotspots.checks import InputError
from maps.cli import main
from maps.config._schema import METHODS, SCHEMA, line_of
from maps.config.read import read_config

GOOD = """
seed = 3
as_of = 2018-08-31

[incidents]
files = ["july.csv"]

[areas.ward]
file = "wards.geojson"
name = "WARD_NAME"

[hotspots]
radius = 150
count = 20
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "july.csv").write_text("x", encoding="utf-8")
    (tmp_path / "wards.geojson").write_text("{}", encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "team.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_configuration_is_read_with_paths_from_its_own_folder(folder):
    config = read_config(write(folder, GOOD))
    assert config.files == [(folder / "july.csv").resolve()]
    assert config.areas["ward"]["file"] == folder.resolve() / "wards.geojson"
    assert (config.seed, config.as_of) == (3, dt.date(2018, 8, 31))
    assert config.hotspots == {"radius": 150, "count": 20}


def test_a_date_in_quotes_and_a_byte_order_mark_are_read(folder):
    path = folder / "team.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("2018-08-31", '"2018-08-31"').encode())
    assert read_config(path).as_of == dt.date(2018, 8, 31)
    timed = write(folder, GOOD.replace("2018-08-31", "2018-08-31T23:30:00"))
    assert read_config(timed).as_of == dt.date(2018, 8, 31)


def test_an_unknown_key_names_its_line_and_the_nearest_known_one(folder):
    with pytest.raises(InputError, match=r"line 13: unknown key 'raduis' in \[hotspots\] \(try: 'radius'\)"):
        read_config(write(folder, GOOD.replace("radius", "raduis")))


def test_an_unknown_table_is_named_too(folder):
    with pytest.raises(InputError, match=r"line 12: unknown key 'hotspot' \(try: 'hotspots'\)"):
        read_config(write(folder, GOOD.replace("[hotspots]", "[hotspot]")))


def test_every_problem_comes_at_once(folder):
    text = (
        GOOD.replace("count = 20", 'count = "many"\nmethod = "dics"')
        .replace("july.csv", "june.csv")
        .replace("seed = 3", "sede = 3")
        .replace('"WARD_NAME"', "7")
    )
    with pytest.raises(InputError) as error:
        read_config(write(folder, text))
    for part in (
        "unknown key 'sede'",
        "'seed'",
        "'count' must be a whole number or a table",
        "line 15: 'method' in [hotspots] is not one we know (given: 'dics'; try: 'discs')",
        "june.csv",
        "'name' must be text in quotes (given: 7)",
    ):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = ", "not valid TOML"),
        ("", "must name its files"),
        ("[incidents]\nfiles = []", "must name its files"),
        ('as_of = "soon"\n[incidents]\nfiles = "july.csv"', "'as_of' is not a date"),
        ('[incidents]\nfiles = "july.csv"\n[hotspots]\nradius = -1', "'radius' must be above 0"),
        ('[incidents]\nfiles = "july.csv"\n[changes]\nafter = "2018-13"', "line 4: This is not the name"),
        ('[incidents]\nfiles = "july.csv"\n[hotspots]\nmerge = 1', "'merge' must be true or false"),
        ('seed = true\n[incidents]\nfiles = "july.csv"', "'seed' must be a whole number"),
        (
            '[incidents]\nfiles = "july.csv"\n[areas.ward]\nname = "x"',
            "[areas.ward] does not say where",
        ),
        ('[incidents]\nfiles = "july.csv"\n[output]\nprofile = "pubic"', "try: 'public'"),
    ],
)
def test_each_mistake_has_its_sentence(folder, text, said):
    with pytest.raises(InputError) as error:
        read_config(write(folder, text))
    assert said in str(error.value)


def test_a_missing_or_unreadable_file_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="not there"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "caf\xe9"')
    with pytest.raises(InputError, match="UTF-8"):
        read_config(tmp_path / "latin.toml")


def test_a_pattern_finds_its_files_in_a_fixed_order(folder):
    for name in ("b.csv", "a.csv"):
        (folder / name).write_text("x", encoding="utf-8")
    config = read_config(write(folder, '[incidents]\nfiles = "*.csv"'))
    assert [p.name for p in config.files] == ["a.csv", "b.csv", "july.csv"]


def test_line_of_finds_tables_and_keys():
    assert line_of(GOOD, "hotspots", "count") == 14
    assert line_of(GOOD, "areas.ward") == 8
    assert line_of(GOOD, "", "as_of") == 3


@given(st.text(max_size=200))
def test_no_text_at_all_makes_a_traceback(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("config") / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError):
        read_config(path)


def test_every_key_is_explained_in_the_docs():
    page = REPO / "docs" / "configuration.md"
    text = page.read_text(encoding="utf-8")
    missing = [f"{table}: {key}" for table, keys in SCHEMA.items() for key in keys if f"`{key}`" not in text]
    assert not missing
    assert all(f'"{method}"' in text for method in METHODS)


def test_a_source_that_cannot_be_read_is_said_once(tmp_path, capsys):
    """Among the sources it stands in brackets, and the same of the file itself is nothing more."""
    (tmp_path / "records.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / "more.csv").write_text("Month\n", encoding="utf-8")
    sources = (
        '[sources.one]\nfiles = "records.xlsx"\n[sources.two]\nfiles = "more.csv"\nlayout = "noise-calls"\n'
    )
    (tmp_path / "p.toml").write_text(sources, encoding="utf-8")
    assert main(["run", str(tmp_path / "p.toml"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.count("The workbook cannot be read") == 1
    assert "more.csv" in said

"""The configuration: read whole, or every mistake in it named with its line."""

from __future__ import annotations

import datetime as dt
import importlib.util
import inspect
import json
import tomllib
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from where import REPO

from hotspots import choose_patrols, count_cells, find_near_repeats, place_cameras, weigh_incidents
from hotspots.checks import InputError
from hotspots.finding.methods import METHODS
from hotspots.patrols.options import Times, Travel, Wishes
from maps.cli import main
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
        ('[incidents]\nfiles = "july.csv"\n[areas.ward]\nname = "x"', "[areas.ward] does not say where"),
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


def test_lines_are_true_however_a_table_is_written(folder):
    text = (
        """hotspots.radius = -1

[incidents]
files = [
  "july.csv",
]  # [output]

[hotspots.count]
"St. Anne's" = -2

[areas."St. Anne's"]
file = "none.geojson"
name = """
        + '"""'
        + """
[output]
profile = 1
"""
        + '"""'
        + """
[areas."St. Anne's".aliases]
a = 1
[changes]
after = "soon"
[output]
drafts = "x"
"""
    )
    with pytest.raises(InputError) as error:
        read_config(write(folder, text))
    for part in (
        "line 1: 'radius' must be above 0",
        "line 9: 'St. Anne's' must be 0 or more",
        "line 12: 'file' names no such file or folder (given: none.geojson",
        "line 18: 'a' must be text",
        "line 20: This is not the name",
        "line 22: 'drafts' must be",
    ):
        assert part in str(error.value), (part, str(error.value))
    assert "profile" not in str(error.value)


@given(st.text(max_size=200))
def test_no_text_at_all_makes_a_traceback(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("config") / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError):
        read_config(path)


PAGES = REPO / "docs"


@pytest.fixture(scope="module")
def pages():
    spec = importlib.util.spec_from_file_location("make_configuration", PAGES / "make_configuration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_and_the_schema_for_editors_are_those_of_the_code(pages):
    """After a change of a key: python docs/make_configuration.py, and words for a new one in the guide."""
    text = (PAGES / "configuration.md").read_text(encoding="utf-8")
    assert pages.fill_page(text) == text
    assert pages.make_schema(text) == (PAGES / "configuration.schema.json").read_text(encoding="utf-8")
    words = pages.list_words(text)
    tables = [(name, key) for name, kind in pages.TABLES.items() if name for key in kind.names()]
    assert not [f"{name}: {key}" for name, key in tables if not words[name].get(key)]
    assert all(f'"{method}"' in text for method in METHODS)


def test_defaults_are_those_of_the_functions(pages):
    """What the guide says happens without a key is what the function does."""
    of = {
        "harm": weigh_incidents,
        "trends": count_cells,
        "near_repeats": find_near_repeats,
        "patrols": choose_patrols,
        "cameras": place_cameras,
    }
    given = {name: inspect.signature(function).parameters for name, function in of.items()}
    own = {name: {key: one.default for key, one in found.items()} for name, found in given.items()}
    own["patrols"] |= {one.name: one.default for group in (Times, Travel, Wishes) for one in fields(group)}
    own["hotspots"] = {one.name: one.default for method in METHODS.values() for one in fields(method)}
    assert set(own["hotspots"]) <= set(pages.TABLES["hotspots"].names())
    seen = 0
    for table, defaults in own.items():
        for key, name in pages.TABLES[table].names().items():
            stated, default = pages.TABLES[table].model_fields[name].default, defaults.get(key)
            if stated is not None and default not in (None, inspect.Parameter.empty):
                assert stated == default, (table, key)
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", ["maps/demo/leeds.toml", "maps/commands/start/partnership.toml"])
def test_editors_accept_what_the_tool_brings(pages, name):
    schema = json.loads((PAGES / "configuration.schema.json").read_text(encoding="utf-8"))
    raw = tomllib.loads((REPO / name).read_text(encoding="utf-8"))
    jsonschema.validate(raw | {"as_of": str(raw["as_of"])}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"hotspots": {"raduis": 1}}, schema)


def test_a_source_that_cannot_be_read_is_said_once(tmp_path, capsys):
    """Among the sources it stands in brackets, and the same of the file itself is nothing more."""
    (tmp_path / "records.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / "more.csv").write_text("Month\n", encoding="utf-8")
    sources = '[sources.one]\nfiles = "records.xlsx"\n[sources.two]\nfiles = "more.csv"\nlayout = "noise-calls"\n'
    (tmp_path / "p.toml").write_text(sources, encoding="utf-8")
    assert main(["run", str(tmp_path / "p.toml"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.count("The workbook cannot be read") == 1
    assert "more.csv" in said

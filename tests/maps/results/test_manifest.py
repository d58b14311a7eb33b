"""The record of a run: what was decided of the records, and every file that a number came from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from maps.common.write_whole import replacing, write_file
from maps.config.settings import Config, Incidents
from maps.results.manifest import files_of_layout, list_inputs_of
from maps.results.write_job import describe_incidents

LAYOUT = """
base = "council-asb-cases"
name = "ours"
[columns]
key = ["USRN"]
[lookup]
file = "keys/streets.csv"
key = "USRN"
x = "easting"
y = "northing"
type = "usrn"
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "streets.csv").write_text("USRN,easting,northing\n1,430000,433000\n")
    (tmp_path / "ours.toml").write_text(LAYOUT)
    (tmp_path / "team.toml").write_text("")
    return tmp_path


def test_what_was_decided_of_the_records_is_told(base):
    large = {"aggregate": True, "unique_ids": False}
    given = Incidents.holding({"same_month": "last", "study_area": base / "leeds.gpkg", **large})
    config = Config(path=base / "team.toml", incidents=given, as_of=dt.date(2018, 8, 31))
    assert describe_incidents(config) == {
        "layout": "police.uk",
        "same_month": "last",
        "study_area": "leeds.gpkg",
        "aggregate": True,
        "unique_ids": False,
    }


def test_a_layout_and_its_lookup_are_inputs(base):
    config = Config(path=base / "team.toml", incidents=Incidents(layout="ours.toml"))
    assert [row["file"] for row in list_inputs_of(config)] == ["team.toml", "ours.toml", "keys/streets.csv"]
    assert files_of_layout("police.uk", base) == []
    assert files_of_layout("none.toml", base) == [base / "none.toml"]


def write_half(path: Path) -> None:
    with replacing(path) as beside:
        beside.write_bytes(b"half")
        raise RuntimeError


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "new" / "map.html"
    write_file(path, b"old")
    with pytest.raises(RuntimeError):
        write_half(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["map.html"]

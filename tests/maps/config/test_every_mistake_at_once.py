"""Whatever is wrong with a configuration, keys, values and columns of files, is said in one go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maps.cli import main

RECORDS = "Month,Longitude,Latitude,Crime type,Crime ID\n2018-07,-1.54,53.8,Burglary,\n"
START = """as_of = 2018-07-31

[incidents]
files = "2018-07-west-yorkshire-street.csv"
"""


def square(**names: str) -> str:
    ring = [[-1.6, 53.7], [-1.4, 53.7], [-1.4, 53.9], [-1.6, 53.9], [-1.6, 53.7]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": names, "geometry": shape}]}
    )


def said_by(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    (folder / "2018-07-west-yorkshire-street.csv").write_text(RECORDS)
    (folder / "wards.geojson").write_text(square(ward="North", code="E1"))
    (folder / "laps.geojson").write_text(square(lap="Inner", lap_code="L1"))
    (folder / "pubs.geojson").write_text(square(sort="pub"))
    (folder / "p.toml").write_text(text)
    assert main(["run", str(folder / "p.toml"), "--out", str(folder / "out")]) == 2
    assert not (folder / "out").exists()
    return capsys.readouterr().err


def test_keys_values_and_columns_of_files_are_named_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        START.replace("street.csv", "street.csv")
        + """layout = { columns = { where = "Postal town" } }

[hotspots]
raduis = 150

[areas.ward]
file = "wards.geojson"
name = "WARD_NAME"

[areas.lap]
file = "laps.geojson"
name = "lap"
code = "LAP_CODE"

[nearby]
file = "pubs.geojson"
kind = "amenity"

[profiles.evening]
title = "Evening"
weekdays = ["Fri"]
"""
    )
    said = said_by(tmp_path, text, capsys)
    for word in ("raduis", "WARD_NAME", "LAP_CODE", "amenity", "Fri"):
        assert word in said, word


def test_files_that_fail_one_after_the_other_are_named_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is wrong with the configuration itself: the first file that fails brings the others with it."""
    text = (
        START
        + """
[areas.ward]
file = "wards.geojson"
name = "WARD_NAME"

[nearby]
file = "pubs.geojson"
kind = "amenity"
"""
    )
    said = said_by(tmp_path, text, capsys)
    assert "WARD_NAME" in said
    assert "amenity" in said
    assert said.count("WARD_NAME") == 1


def test_columns_of_the_records_are_named_with_what_else_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = '[sources.asb]\nfiles = "cases.csv"\nlayout = "council-asb-cases"\nsource = "council"\n'
    text = "as_of = 2018-07-31\nsed = 3\n" + other
    (tmp_path / "cases.csv").write_text("Opened,East,North\n2018-07-01,430000,433000\n")
    said = said_by(tmp_path, text, capsys)
    assert "sed" in said
    assert "cases.csv lacks the column" in said

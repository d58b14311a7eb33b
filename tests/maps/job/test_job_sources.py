"""Police and council records in one job: apart in every table, never added without saying so."""

from __future__ import annotations

import json
import zipfile
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"

CONFIG = """
as_of = 2018-08-31
plans = "plans"
[sources.police]
files = "police.csv"
[sources.council]
files = "council.csv"
layout = { base = "police.uk", name = "council", source = "council ASB", unit = "case" }
[hotspots]
count = 10
resamples = 0
[output]
drafts = 1
profile = "internal"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        head, *rows = archive.read("2018-07/2018-07-leeds-street.csv").decode().splitlines()
    (tmp_path / "police.csv").write_text("\n".join([head, *rows[:2000]]) + "\n", encoding="utf-8")
    (tmp_path / "council.csv").write_text("\n".join([head, *rows[2000:2500]]) + "\n", encoding="utf-8")
    (tmp_path / "team.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_two_sources_are_read_each_by_its_layout_and_stay_apart(folder):
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "out")]) == 0
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["rows_in"] == 2_500
    cover = pd.read_excel(folder / "out" / "tables.xlsx", sheet_name="Coverage", header=None)
    assert {"police.uk", "council ASB"} <= set(cover.to_numpy().ravel())
    actions = pd.read_excel(folder / "out" / "tables.xlsx", sheet_name="Open actions", header=None)
    assert len(actions) >= 1


def test_files_in_two_places_and_a_source_without_files_are_named(folder, capsys):
    path = folder / "team.toml"
    path.write_text(
        CONFIG.replace("[sources.police]", '[incidents]\nfiles = "police.csv"\n[sources.police]'), encoding="utf-8"
    )
    assert main(["run", str(path), "--out", str(folder / "out")]) == 2
    assert "both in [incidents] and in [sources]" in capsys.readouterr().err
    path.write_text(CONFIG.replace('files = "council.csv"\n', ""), encoding="utf-8")
    assert main(["run", str(path), "--out", str(folder / "out")]) == 2
    assert "line 6: [sources.council] needs 'files'" in capsys.readouterr().err

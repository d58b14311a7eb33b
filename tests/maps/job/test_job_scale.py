"""A run on a folder of Parquet gives what a run on the same rows as CSV gives, and its sums add up."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from scale_examples import DEMO, spoilt_download

from hotspots.checks import InputError
from hotspots.large.aggregate import collapse_table
from hotspots.large.duckdb_files import count_parquet
from maps.commands.pack import pack_job
from maps.commands.run import run_job

pytest.importorskip("ibis", reason="the extra 'scale' is not installed")
pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
CONFIG = """seed = 3
as_of = 2018-08-31
[incidents]
files = "{files}"
{more}
[areas.ward]
file = "{wards}"
name = "ward"
[hotspots]
count = 8
resamples = 3
[output]
drafts = 1
"""
# what needs the months of every place
OF_MONTHS = ["rank_low", "rank_high", "stability", "found_again"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> pd.DataFrame:
    """A tenth of the demo's rows, and those that are spoilt, as a download holds them."""
    folder = spoilt_download(tmp_path_factory.mktemp("download"))
    tables = [pd.read_csv(path, dtype=str) for path in sorted(folder.rglob("*.csv"))]
    kept = [pd.concat([table[:60], table[60:].sample(frac=0.1, random_state=1)]) for table in tables]
    whole = pd.concat(kept, ignore_index=True)
    return whole[whole["Month"] != "soon"].reset_index(drop=True)  # no partition has such a name


@pytest.fixture(scope="module")
def runs(rows, tmp_path_factory) -> dict[str, Path]:
    """Three runs: CSV row by row, Parquet with its dates, Parquet by periods."""
    home = tmp_path_factory.mktemp("runs")
    rows.to_csv(home / "all.csv", index=False)
    for month, part in rows.groupby("Month"):
        whole = part.drop(columns="Month")
        for column in ("Longitude", "Latitude"):
            whole[column] = whole[column].astype(float)
        year, _, name = str(month).partition("-")
        inside = home / "parted" / f"year={year}" / f"month={name}"
        inside.mkdir(parents=True)
        whole.to_parquet(inside / "part-0.parquet", index=False)
    asked = {"csv": ("all.csv", ""), "dates": ("parted", ""), "periods": ("parted", 'aggregate = "periods"')}
    for name, (files, more) in asked.items():
        wards = (DEMO / "leeds_best_fit_wards.geojson").as_posix()
        text = CONFIG.format(files=files, more=more, wards=wards)
        (home / f"{name}.toml").write_text(text, encoding="utf-8")
        run_job(home / f"{name}.toml", home / name)
    return {name: home / name for name in asked}


@pytest.mark.parametrize("file", ["hotspots.csv", "areas.csv", "cameras.csv", "patrols.csv"])
def test_parquet_with_its_dates_gives_the_same_bytes_as_csv(runs, file):
    assert (runs["dates"] / file).read_bytes() == (runs["csv"] / file).read_bytes()


@pytest.mark.parametrize("file", ["hotspots.csv", "areas.csv", "cameras.csv", "patrols.csv"])
def test_parquet_by_periods_gives_the_same_values(runs, file):
    tables = [pd.read_csv(runs[name] / file).drop(columns=OF_MONTHS, errors="ignore") for name in runs]
    shared = [c for c in tables[0].columns if c in tables[2].columns]
    assert len(shared) >= len(tables[0].columns) - 1
    pd.testing.assert_frame_equal(tables[2][shared], tables[0][shared])


def test_changes_and_months_are_the_same(runs):
    for sheet in ("By month", "Coverage", "Changes by ward", "Records by kind"):
        found = [
            pd.read_excel(runs[name] / "tables.xlsx", sheet_name=sheet, header=None) for name in ("csv", "periods")
        ]
        # counted where they lie, records keep their source, not who published each
        told = [table[table[2].ne("(all of one publisher)")].reset_index(drop=True) for table in found]
        pd.testing.assert_frame_equal(told[0], told[1])


@pytest.mark.parametrize("name", ["dates", "periods"])
def test_the_ledger_adds_up_and_the_sample_names_file_and_row(runs, rows, name):
    ledger = json.loads((runs[name] / "manifest.json").read_text(encoding="utf-8"))["rows"]
    by_row = json.loads((runs["csv"] / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert ledger == by_row
    assert ledger["rows_in"] == len(rows) == ledger["accepted"] + sum(ledger["rejected_by_cause"].values())
    rejects = pd.read_csv(runs[name] / "rejects.csv")
    assert rejects.groupby("cause")["rows"].sum().to_dict() == ledger["rejected_by_cause"]
    shown = rejects[rejects["line"].notna()]
    assert set(shown["cause"]) == set(rejects["cause"])
    assert shown["file"].str.startswith("year=2018/month=07/").any()
    assert not rejects["file"].str.contains("runs").any()  # never where a person keeps their files


def test_nothing_of_the_engine_is_left_and_what_cannot_be_had_is_said(rows, tmp_path, caplog):
    rows.to_parquet(tmp_path / "all.parquet")
    wards = (DEMO / "leeds_best_fit_wards.geojson").as_posix()
    text = CONFIG.format(files="all.parquet", more='aggregate = "periods"', wards=wards)
    (tmp_path / "run.toml").write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING, "safer_hotspots"):
        run_job(tmp_path / "run.toml", tmp_path / "out")
    assert "no months to choose from" in caplog.text
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert not [name for name in names if name.startswith(("safer-hotspots", "."))]
    assert {path.name for path in tmp_path.iterdir()} == {"all.parquet", "run.toml", "out"}


def test_spilt_memory_lies_in_the_folder_that_the_next_run_clears(rows, tmp_path, monkeypatch):
    import hotspots.large.duckdb_files

    rows.to_parquet(tmp_path / "all.parquet")
    seen = []
    real = hotspots.large.duckdb_files.tempfile.TemporaryDirectory

    def look(**options):
        seen.append(options["dir"])
        return real(**options)

    monkeypatch.setattr(hotspots.large.duckdb_files.tempfile, "TemporaryDirectory", look)
    collapse_table(tmp_path / "all.parquet", as_of="2018-08-31", spill=tmp_path)
    assert seen == [tmp_path]
    assert {path.name for path in tmp_path.iterdir()} == {"all.parquet"}


def test_a_file_wrong_as_a_whole_is_refused_by_its_name(rows, tmp_path):
    for month, part in rows.groupby("Month"):
        inside = tmp_path / "parted" / f"Month={month}"
        inside.mkdir(parents=True)
        if month == "2017-07":
            part = part.rename(columns={"Longitude": "Latitude", "Latitude": "Longitude"})
        part.drop(columns="Month").to_parquet(inside / "part-0.parquet", index=False)
    wards = (DEMO / "leeds_best_fit_wards.geojson").as_posix()
    (tmp_path / "run.toml").write_text(CONFIG.format(files="parted", more="", wards=wards), encoding="utf-8")
    with pytest.raises(InputError, match=r"Month=2017-07/part-0.parquet.*latitude and longitude swapped"):
        run_job(tmp_path / "run.toml", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_of_other_files_needs_no_library_for_parquet(tmp_path, monkeypatch):
    (tmp_path / "2024-03").mkdir()
    (tmp_path / "2024-03" / "street.csv").write_text("Month\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)  # as where the extra is not installed
    assert count_parquet([tmp_path]) == (0, 0)
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"pyarrow.*safer-hotspots\[parquet\]"):
        count_parquet([tmp_path])


ORDERS = """
[areas.pspo]
file = "orders.geojson"
name = "order"
overlapping = true
"""


@pytest.mark.parametrize("area", ["ward:Little London & Woodhouse", "pspo:drink and dogs"])
def test_a_pack_counts_the_same_months_however_the_rows_were_read(runs, tmp_path, area):
    home = runs["csv"].parent
    boxes = [shapely.box(429_500, 433_000, 430_500, 434_000), shapely.box(430_000, 433_000, 431_000, 434_000)]
    orders = gpd.GeoDataFrame({"order": ["Drink & dogs", "Busking"]}, geometry=boxes, crs=27700)
    orders.to_file(home / "orders.geojson")
    said = {}
    for name in runs:
        config = home / f"{name}-orders.toml"
        text = (home / f"{name}.toml").read_text(encoding="utf-8").replace("resamples = 3", "resamples = 0")
        config.write_text(text + ORDERS, encoding="utf-8")
        pack_job(config, tmp_path / name, area=area)
        page = (tmp_path / name / "pack.html").read_text(encoding="utf-8")
        said[name] = re.findall(r'alt="(Crimes and ASB incidents by month\.[^"]*)"', page)
        assert "<h2>Indicators" in page
    assert len(said["csv"]) == 1
    assert said["csv"] == said["dates"] == said["periods"]
    (month,) = re.findall(r"Jul\w* 2018: (\d+)", said["csv"][0])
    assert int(month) > 0

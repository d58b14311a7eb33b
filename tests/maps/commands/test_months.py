"""Lists of some dates beside a longer history, and one list a month from one configuration."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.checks import InputError
from maps.commands.months import run_months
from maps.commands.run import stand_for
from maps.config.read import read_config
from maps.job.listed_window import keep_listed, listed_window

HEAD = "Crime ID,Month,Reported by,Longitude,Latitude,Location,Crime type"
CONFIG = """as_of = 2023-12-31
plans = "plans"
[incidents]
files = "r.csv"
{incidents}
[hotspots]
count = 1
resamples = 0
[output]
drafts = 0
profile = "internal"
"""


def _config(folder: Path, incidents: str = 'window = "last 2 months"') -> Path:
    # 3 a month in 2022 and 5 a month in 2023, at one place
    rows = [
        f"{year}{month}{i},{year}-{month:02d},West Yorkshire Police,-1.545,53.796,Boar Lane,Burglary"
        for year, number in ((2022, 3), (2023, 5))
        for month in range(1, 13)
        for i in range(number)
    ]
    (folder / "r.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    (folder / "p.toml").write_text(CONFIG.format(incidents=incidents))
    return folder / "p.toml"


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("months")
    run_months(_config(folder), folder / "out", first="2023-06", last="2023-07")
    return folder


def test_each_month_lists_its_window_and_compares_with_its_history(months: Path):
    for month in ("2023-06", "2023-07"):
        spots = pd.read_csv(months / "out" / month / "hotspots.csv", encoding="utf-8-sig")
        assert spots["incidents"].tolist() == [10]
        assert (spots["before"].item(), spots["after"].item()) == (3, 5)  # the month, and a year before it
    record = json.loads((months / "out" / "2023-06" / "manifest.json").read_text())
    assert record["rows"]["accepted"] == 12 * 3 + 6 * 5  # all that was used, listed or not


def test_references_are_carried_and_open_plans_left_alone(months: Path):
    refs = [
        gpd.read_file(months / "out" / m / "hotspots.gpkg", layer="hotspots")["ref"] for m in ("2023-06", "2023-07")
    ]
    assert refs[0].tolist() == refs[1].tolist()
    record = json.loads((months / "out" / "2023-07" / "manifest.json").read_text())
    assert "2023-06" in json.dumps(record["parameters"]["hotspots"]["previous"])
    assert not (months / "plans").exists()


@pytest.mark.parametrize(
    ("incidents", "first", "last"),
    [
        ('window = "last 12 months"', "2023-01-01", "2023-12-31"),
        ("since = 2023-03-05", "2023-03-05", "2023-12-31"),
        ('since = "2023-03-05"\nuntil = 2023-04-01', "2023-03-05", "2023-04-01"),
    ],
)
def test_dates_of_the_list(tmp_path: Path, incidents: str, first: str, last: str):
    config = read_config(_config(tmp_path, incidents))
    window = listed_window(config, config.as_of)
    assert (f"{window.start:%Y-%m-%d}", f"{window.last_day:%Y-%m-%d}") == (first, last)


def test_another_day_and_window_from_the_command_line(tmp_path: Path):
    config = stand_for(read_config(_config(tmp_path)), as_of="2018-08-31", window="last 12 months")
    window = listed_window(config, config.as_of)
    assert (f"{window.start:%Y-%m-%d}", f"{window.last_day:%Y-%m-%d}") == ("2017-09-01", "2018-08-31")


def test_what_cannot_be_listed_is_said(tmp_path: Path):
    with pytest.raises(InputError, match="twice which dates"):
        read_config(_config(tmp_path, 'since = 2023-01-01\nwindow = "2023"'))
    turned = read_config(_config(tmp_path, "since = 2023-03-01\nuntil = 2023-02-01"))
    with pytest.raises(InputError, match="until is before since"):
        listed_window(turned, turned.as_of)
    config = read_config(_config(tmp_path, 'window = "2019"'))
    with pytest.raises(InputError, match="No record lies in the dates"):
        keep_listed(gpd.GeoDataFrame({"when": pd.to_datetime(["2023-01-01"])}), config, config.as_of)
    with pytest.raises(InputError, match="without its dates"):
        keep_listed(gpd.GeoDataFrame({"incidents": [3]}), config, config.as_of)
    with pytest.raises(InputError, match="--to is before --from"):
        run_months(_config(tmp_path), tmp_path / "out", first="2023-02", last="2023-01")
    with pytest.raises(InputError, match="months cannot be read"):
        run_months(_config(tmp_path), tmp_path / "out", first="soon", last="2023-01")

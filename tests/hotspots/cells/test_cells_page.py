"""The figures on the page about cells come out of the code, on the demonstration data."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest
from where import REPO

from hotspots import count_cells, measure_concentration, read_incidents, score_cells
from hotspots.cells.count_and_score import label_cells
from hotspots.checks import ASB

PAGE = REPO / "docs" / "methods" / "cells.md"
DEMO = REPO / "maps" / "demo"


@pytest.fixture(scope="module")
def cells() -> gpd.GeoDataFrame:
    incidents, _ = read_incidents(DEMO / "leeds_july_2016_2017_2018.zip")
    asb = incidents[(incidents["category"] == ASB) & (incidents["when"].dt.year == 2018)]
    leeds = gpd.read_file(DEMO / "leeds_best_fit_wards.geojson").to_crs(27700)
    return count_cells(asb, size=200, shape="hexagon", study_area=leeds)


@pytest.mark.skipif(not PAGE.is_file(), reason="the pages are not here")
def test_the_page_says_what_the_code_gives(cells: gpd.GeoDataFrame) -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"{cells['incidents'].sum():,} records, {len(cells):,} hexagons" in text
    groups = label_cells(cells, score_cells(cells))
    assert f"In the picture {(groups >= 0).sum()} of {len(cells):,} hexagons are." in text
    found = 100 * measure_concentration(cells)[["observed", "chance"]]
    rows = dict(re.findall(r"\| (top 1%|top 2%|top 5%|hexagons that hold half)[^|]*\|([^|]+\|[^|]+)\|", text))
    page = {row: [float(n) for n in re.findall(r"[\d.]+", cell)] for row, cell in rows.items()}
    names = {f"top {n}%": f"top {n}% of places hold" for n in (1, 2, 5)}
    names["hexagons that hold half"] = "places that hold 50%"
    assert set(page) == set(names)
    for row, name in names.items():
        assert page[row] == pytest.approx(found.loc[name].tolist(), abs=0.51 if "top" in row else 0.06), row


def test_draws_are_more_cautious_than_the_normal_curve_and_999_too_few(
    cells: gpd.GeoDataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    scores = score_cells(cells)
    with caplog.at_level("WARNING"):
        few = score_cells(cells, permutations=999)
    assert (few["q"] >= 0.05).all()
    assert "permutations=999999 would do" in caplog.text
    many = score_cells(cells, permutations=99_999)
    assert 0 < (many["q"] < 0.05).sum() < (scores["q"] < 0.05).sum()
    pd.testing.assert_series_equal(scores["z"], many["z"])
    if PAGE.is_file():
        assert f"{(many['q'] < 0.05).sum()} of the hexagons in the" in PAGE.read_text(encoding="utf-8")

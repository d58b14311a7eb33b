"""Places aggregated by an engine give the same comparison and the same verdict as the records."""

from __future__ import annotations

import logging
import zipfile

import pandas as pd
import pytest

from hotspots import aggregate_incidents, assess_response, compare_periods, find_hotspots, read_incidents


def test_records_and_aggregated_places_give_the_same_words(shared_data, tmp_path, caplog):
    pytest.importorskip("ibis")
    pytest.importorskip("duckdb")
    caplog.set_level(logging.ERROR, logger="safer_hotspots")
    source = shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip"
    zipfile.ZipFile(source).extractall(tmp_path)
    places, _ = aggregate_incidents(tmp_path, windows=["2016-07", "2017-07", "2018-07"])
    records, _ = read_incidents(source)
    expected = compare_periods(records, after="2018-07", by="category")
    found = compare_periods(places, after="2018-07", by="category")
    pd.testing.assert_frame_equal(found, expected)
    spots = find_hotspots(records[records["when"] == "2016-07-01"].reset_index(drop=True), count=40)
    call = {"start": "2018-07-01", "end": "2018-07-31", "selected_on": "2016-07", "others": spots.iloc[10:]}
    told = assess_response(records, spots.iloc[:10], **call).lines()
    assert assess_response(places, spots.iloc[:10], **call).lines() == told

"""Labels and marks as a clusterer returns them: a sequence stands in the order of the records."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots import compare_periods, outline_hotspots, track_indicators
from hotspots.change.indicator_files import Indicator
from hotspots.checks import InputError

LABELS = [7, 7, -1, 3, 3, 3]
XY = [(430_000, 430_000), (430_030, 430_000), (433_000, 430_000)] + [(436_000, 430_000 + 20 * i) for i in range(3)]


def records() -> gpd.GeoDataFrame:
    months = ["2017-07-01", "2018-07-01"] * 3
    return gpd.GeoDataFrame(
        {
            "incident_id": [f"a:{i}" for i in range(6)],
            "source": "police.uk",
            "when": pd.to_datetime(months),
            "precision": "month",
            "category": "Burglary",
        },
        geometry=gpd.points_from_xy(*zip(*XY, strict=True)),
        crs="EPSG:27700",
        index=[10, 11, 12, 20, 21, 22],
    )


@pytest.mark.parametrize(
    "labels",
    [
        LABELS,
        tuple(LABELS),
        np.array(LABELS),
        np.array(LABELS, dtype="float64"),
        np.ma.masked_array([7, 7, 9, 3, 3, 3], mask=[0, 0, 1, 0, 0, 0]),
        pd.Index(LABELS),
        pd.array([7, 7, None, 3, 3, 3], dtype="Int64"),
        pd.Categorical(["a", "a", None, "b", "b", "b"]),
        ["a", "a", None, "b", "b", "b"],
        pd.Series(LABELS, index=records().index),
        pd.Series(LABELS, index=records().index).to_numpy(),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_of_any_make_are_taken_in_the_order_of_the_records(labels: Any) -> None:
    spots = outline_hotspots(records(), labels, radius=50)
    assert spots["incidents"].tolist() == [3, 2]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (LABELS[:5], "5 values for 6 incidents"),
        (np.zeros((6, 2)), "ndarray"),
        (pd.DataFrame({"label": LABELS}), "DataFrame"),
        (pd.Series(LABELS), "6 values for 6 incidents"),
        ("aabbbb", "str"),
        (iter(LABELS), "iterator"),
        (3, "int"),
    ],
)
def test_what_cannot_be_one_for_each_record_is_refused(labels: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        outline_hotspots(records(), labels)


def test_core_points_rows_of_hotspots_and_groups_may_stand_in_order_too() -> None:
    frame = records()
    core = [True, False, False, True, True, True]
    one = outline_hotspots(frame, LABELS, core=core)
    same = outline_hotspots(frame, LABELS, core=pd.Series(core, index=frame.index))
    assert one.geometry.geom_equals(same.geometry).all()
    by = compare_periods(frame, after="2018-07", by=np.array(["x", "x", "y", "y", "y", "y"]))
    assert by[["before", "after"]].sum(axis=1).to_dict() == {"x": 2, "y": 4}
    page = [Indicator("in_hotspots", "In hotspots", kind="in_hotspots")]
    told = track_indicators(frame, after="2018-07", indicators=page, hot=np.array(LABELS) >= 0)
    assert told[["before", "after"]].sum(axis=None) == pytest.approx(
        track_indicators(
            frame, after="2018-07", indicators=page, hot=pd.Series(np.array(LABELS) >= 0, index=frame.index)
        )[["before", "after"]].sum(axis=None)
    )

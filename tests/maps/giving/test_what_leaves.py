"""Every writer x every number that is none: nothing of it is seen in any file that a person opens."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_examples import make_spots, make_wards
from whole_run_checks import check_file, read_csv, read_geopackage, sheet_rows

from maps.common.escape import clean, embed_json, escape
from maps.disclosure.not_finite import known, known_cells, strict_json
from maps.results.manifest import write_manifest
from maps.tables.csv_files import flatten, list_as_text, write_csv, write_rejects
from maps.tables.geopackage import write_geopackage
from maps.tables.workbook import write_tables
from maps.web.area_map import write_area_map
from maps.web.hotspot_map import write_map

NONE = {
    "nan": np.nan,
    "inf": np.inf,
    "-inf": -np.inf,
    "float": float("inf"),
    "float32": np.float32("inf"),
    "float16": np.float16("nan"),
    "None": None,
    "NA": pd.NA,
    "NaT": pd.NaT,
    "datetime": np.datetime64("NaT"),
    "timedelta": np.timedelta64("NaT"),
    "decimal": Decimal("NaN"),
    "beyond Excel": 1e308,
    "beyond any float": 10**400,
    "infinite decimal": Decimal("-Infinity"),
}
SOME = {
    "int": np.int64(3),
    "bool": np.bool_(True),
    "float": np.float32(0.5),
    "great": 1e299,
    "greater": 10**30,
    "day": dt.date(2018, 7, 1),
    "moment": pd.Timestamp("2018-07-01"),
}
NUMBERS = ("harm", "share_of_harm", "stability", "before", "after")


def cells(value: object) -> pd.Series:
    """A column whose last cell holds the value: of objects, where no other kind can."""
    return pd.Series([1.5, 2.5, value], index=[1, 2, 3], dtype=object)


def spots(value: object):
    frame = make_spots(3).assign(before=[1, 2, 3], after=[1, 2, 3])
    column = cells(value).set_axis(frame.index)
    numeric = value is not None and isinstance(value, float | np.floating)
    return frame.assign(**{name: column.astype(float) if numeric else column for name in NUMBERS})


def workbook(frame, folder: Path) -> Path:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    names = list(table.columns)
    sheets = {"Hotspots": frame, "More": table}
    kinds, columns = {"More": "table"}, {"More": names}
    return write_tables(folder / "a.xlsx", sheets, profile="open", kinds=kinds, columns=columns)


WRITERS: dict[str, Callable] = {
    "workbook": workbook,
    "csv": lambda f, d: write_csv(f, d / "a.csv", kind="spots", profile="open"),
    "rejects": lambda f, d: write_rejects(pd.DataFrame(f.drop(columns="geometry")), d / "b.csv"),
    "geopackage": lambda f, d: write_geopackage(d / "a.gpkg", {"hotspots": f}, profile="open"),
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("value", NONE)
def test_no_table_shows_a_number_that_is_none(tmp_path, writer, value):
    path = WRITERS[writer](spots(NONE[value]), tmp_path)
    assert not list(check_file(path))
    if writer == "workbook":
        assert sheet_rows(path, "More")[-1]["Harm score (days)"] in (None, "")
    elif writer == "geopackage":
        assert read_geopackage(path)["hotspots"][-1]["harm"] is None
    else:
        assert read_csv(path)[-1]["harm"] == ""


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("value", SOME)
def test_every_number_that_is_one_is_written(tmp_path, writer, value):
    path = WRITERS[writer](spots(SOME[value]), tmp_path)
    assert not list(check_file(path))
    if writer == "workbook":
        assert sheet_rows(path, "More")[-1]["Harm score (days)"] not in (None, "")
    elif writer != "geopackage":
        assert read_csv(path)[-1]["harm"] != ""


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "float32", "NA", "None"])
def test_no_map_shows_a_number_that_is_none(tmp_path, value):
    frame = make_spots(3)
    last = pd.array([frame["harm"].iloc[0], frame["harm"].iloc[1], pd.NA], dtype="Float64")
    holed = last if NONE[value] is None or NONE[value] is pd.NA else [9.0, 8.0, float(NONE[value])]
    shares = {name: [0.1, 0.1, np.nan if holed is last else holed[2]] for name in ("share_of_harm", "stability")}
    path = write_map(
        frame.assign(harm=holed, **shares), tmp_path / "map.html",
        profile="open", period="July 2018", source="police.uk",
    )  # fmt: skip
    assert not list(check_file(path))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_no_map_of_areas_shows_a_number_that_is_none(tmp_path, value):
    number = float(NONE[value])
    table = pd.DataFrame({"code": ["E2", "E1"], "incidents": [240, 60], "harm": [9000.0, number]})
    table = table.assign(rate=[12.0, number], rate_from=[10.0, number], rate_to=[14.0, number])
    path = write_area_map(
        make_wards(), tmp_path / "areas.html", table=table,
        profile="open", period="July 2018", source="police.uk",
    )  # fmt: skip
    assert not list(check_file(path))


@pytest.mark.parametrize("value", NONE)
def test_no_text_and_no_json_holds_a_number_that_is_none(tmp_path, value):
    here = NONE[value]
    assert clean(here) == escape(here) == ""
    for text in (embed_json({"x": [here, {"y": here}]}), strict_json({"x": [here, {"y": here}]})):
        assert json.loads(text, parse_constant=pytest.fail) == {"x": [None, {"y": None}]}
    assert list_as_text(["Boar Lane", here]) == "Boar Lane"
    path = write_manifest(tmp_path, {"parameters": {"patrols": {"speed": here}}, "sum": here})
    assert not list(check_file(path))
    assert json.loads(path.read_text(encoding="utf-8"))["parameters"]["patrols"]["speed"] is None


ANY = st.one_of(
    st.floats(), st.integers(), st.booleans(), st.text(), st.none(), st.sampled_from(list(NONE.values())),
    st.floats(width=32).map(np.float32), st.decimals(),
)  # fmt: skip


@given(st.lists(ANY, min_size=1, max_size=6))
def test_whatever_a_table_holds_what_leaves_is_finite_or_blank(values):
    column = pd.Series(values, dtype=object)
    floats = [float(v) if isinstance(v, float | np.floating) else np.nan for v in values]
    table = flatten(pd.DataFrame({"a": column, "b": floats}))
    for before, after in zip(values, table["a"], strict=True):
        if known(before) is None or known(after) is None:
            assert (known(before), known(after)) == (None, None)
        else:
            assert after == before or float(after) == float(before)  # beyond 2**53 a column of floats rounds
    assert not any(isinstance(x, float) and np.isinf(x) for x in [*table["a"], *table["b"].astype(float)])


def test_the_table_given_stays_as_it_was():
    given_ = pd.DataFrame({"a": [np.inf, 1.0], "b": pd.array([1.0, None], dtype="Float64"), "c": ["x", None]})
    before = given_.copy(deep=True)
    known_cells(given_.assign(d=np.array([0.5, np.inf], dtype=np.float32)))
    pd.testing.assert_frame_equal(given_, before)

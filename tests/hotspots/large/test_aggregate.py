"""A large table collapsed where it lies gives the very same places, hotspots and sums as a city's rows."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale_examples import DEMO, SPOILT, answers, counted, spoilt_download

from boundaries import read_areas
from hotspots import read_incidents
from hotspots.checks import InputError
from hotspots.large.aggregate import aggregate_incidents

ibis = pytest.importorskip("ibis", reason="the extra 'scale' is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The demo's three months as a download lies on disk, with some rows spoilt."""
    return spoilt_download(tmp_path_factory.mktemp("download"))


@pytest.fixture(scope="module")
def rows(folder) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return read_incidents(folder, as_of="2018-08-31")


@pytest.fixture(scope="module")
def places(folder) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return aggregate_incidents(folder, as_of="2018-08-31")


def test_every_row_is_counted_once_as_pandas_counts_it(rows, places):
    pd.testing.assert_series_equal(counted(places[0]), counted(rows[0]), check_dtype=False)


def test_rejects_have_the_same_causes_and_the_ledger_adds_up(rows, places):
    theirs = rows[1].groupby(["cause", "source", "category"]).size()
    ours = places[1].set_index(["cause", "source", "category"])["rows"]
    assert ours.to_dict() == theirs.to_dict()
    assert set(places[1]["cause"]) >= SPOILT
    assert places[0]["incidents"].sum() + places[1]["rows"].sum() == 29_640


def test_the_sample_of_rejects_names_the_file(places):
    sample = places[1].attrs["sample"]
    assert len(sample) > 0
    assert sample["file"].str.endswith("-street.csv").all()
    assert sample["cause"].ne("").all()


def test_the_same_functions_give_the_same_answers(rows, places):
    assert answers(rows[0]) == answers(places[0])


def test_windows_are_kept_apart_and_nothing_is_lost(folder, rows):
    places, _ = aggregate_incidents(folder, as_of="2018-08-31", windows=["July 2017", "July 2018"])
    by_month = rows[0]["when"].dt.strftime("%B %Y").value_counts()
    by_window = places.groupby("window")["incidents"].sum()
    assert by_window["July 2018"] == by_month["July 2018"]
    assert by_window["July 2017"] == by_month["July 2017"]
    assert by_window[""] == by_month["July 2016"]


def test_windows_that_share_a_month_are_refused_and_one_named_twice_is_one(folder):
    with pytest.raises(InputError, match=r"Two of the windows overlap.*: 2018 and July 2018"):
        aggregate_incidents(folder, as_of="2018-08-31", windows=["July 2018", "2018"])
    twice = aggregate_incidents(folder, as_of="2018-08-31", windows=["July 2018", "2018-07"])[0]
    assert set(twice["window"]) == {"", "July 2018"}


def test_a_partitioned_parquet_folder_gives_the_same(folder, places, tmp_path):
    pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    for path in sorted(folder.rglob("*.csv")):
        table = pd.read_csv(path, dtype=str)
        for column in ("Longitude", "Latitude"):
            table[column] = [float(v) if isinstance(v, str) else None for v in table[column]]
        part = tmp_path / f"extract={path.parent.name}"
        part.mkdir()
        table.to_parquet(part / "part-0.parquet")
    parquet, rejects = aggregate_incidents(tmp_path, as_of="2018-08-31")
    pd.testing.assert_series_equal(counted(parquet), counted(places[0]))
    assert rejects.groupby("cause")["rows"].sum().to_dict() == places[1].groupby("cause")["rows"].sum().to_dict()


def test_a_study_area_rejects_what_lies_outside(folder):
    wards = read_areas(DEMO / "leeds_best_fit_wards.geojson", name="ward")
    armley = wards[wards["name"] == "Armley"]
    inside, _ = read_incidents(folder, as_of="2018-08-31", study_area=armley)
    places, rejects = aggregate_incidents(folder, as_of="2018-08-31", study_area=armley)
    assert places["incidents"].sum() == len(inside)
    assert places["incidents"].sum() + rejects["rows"].sum() == 29_640


def test_the_order_and_chunking_of_the_rows_do_not_matter(folder, places, tmp_path):
    whole = pd.concat([pd.read_csv(p, dtype=str) for p in sorted(folder.rglob("*.csv"))])
    shuffled = whole.sample(frac=1, random_state=5)
    for number, part in enumerate((shuffled[:4000], shuffled[4000:])):
        part.to_csv(tmp_path / f"{number}.csv", index=False)
    again, _ = aggregate_incidents(tmp_path, as_of="2018-08-31")
    pd.testing.assert_series_equal(counted(again), counted(places[0]))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda f: f / "nothing-here", "must be Parquet files or CSV files"),
        (lambda f: ibis.memtable(pd.DataFrame({"a": [1]})), "lacks the columns when, category, x, y"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, make, said):
    with pytest.raises(InputError, match=said):
        aggregate_incidents(make(tmp_path))


cell = st.sampled_from(["", "x", "53.8", "-1.5", "0", "430000", "1e3", " 53.8 "])
record = st.tuples(
    st.sampled_from(["2018-07", "2018-13", "", "Jul-18", "2031-01"]),
    cell,
    cell,
    st.sampled_from(["A", "B"]),
    st.sampled_from(["", "1", "2"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(record, min_size=1, max_size=12))
def test_whatever_the_rows_hold_rows_and_table_agree(tmp_path, records):
    table = pd.DataFrame(records, columns=["Month", "Longitude", "Latitude", "Crime type", "Crime ID"])
    path = tmp_path / "any.csv"
    table.to_csv(path, index=False)
    incidents, rejects = read_incidents(path, as_of="2018-08-31")
    places, refused = aggregate_incidents(ibis.memtable(table), as_of="2018-08-31")
    assert places["incidents"].sum() == len(incidents)
    assert places["incidents"].sum() + refused["rows"].sum() == len(records)
    if not table.loc[table["Crime ID"] != "", "Crime ID"].duplicated().any():
        # of two spoilt rows with one ID, the first in the file keeps its own cause; a table has no first
        assert refused.groupby("cause")["rows"].sum().to_dict() == rejects["cause"].value_counts().to_dict()

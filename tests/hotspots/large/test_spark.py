"""A table on a real Spark cluster gives the very same places and rejects as DuckDB and as a city's rows."""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from scale_examples import DEMO, SPOILT, answers, counted, spoilt_download
from spark_cluster import ADDRESS, count_while_a_worker_dies, running_cluster, same_answer, session, table_of, why_not
from where import REPO

from hotspots import aggregate_incidents, compare_periods, read_incidents
from hotspots.checks import InputError

ibis = pytest.importorskip("ibis", reason="the extra 'scale' is not installed")
MASTER = os.environ.get(ADDRESS, "")
PAGE = REPO / "docs" / "scale.md"
DAY = {"as_of": "2018-08-31"}
pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "nothing is missing"),
    pytest.mark.skipif(not MASTER, reason=f"no Spark cluster: {ADDRESS} has no master's address"),
    # of PySpark itself, and of Ibis to Spark and DuckDB
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The demo's three months as a download lies on disk, with some rows spoilt."""
    return spoilt_download(tmp_path_factory.mktemp("download"))


@pytest.fixture(scope="module")
def in_duckdb(folder):
    return aggregate_incidents(folder, **DAY)


@pytest.fixture(scope="module")
def spark():
    with session(MASTER) as running:
        yield running


@pytest.fixture(scope="module")
def in_spark(spark, folder):
    return aggregate_incidents(table_of(spark, folder), **DAY)


def named(spark, rows, schema: str):
    """Name rows as a table of the cluster's."""
    spark.createDataFrame(rows, schema=schema).createOrReplaceTempView("some_rows")
    return ibis.pyspark.connect(spark).table("some_rows")


def causes(rejects: pd.DataFrame) -> dict[str, int]:
    return rejects.groupby("cause")["rows"].sum().to_dict()


def test_there_are_two_workers_and_casts_are_strict(spark):
    members = spark.sparkContext._jsc.sc().getExecutorMemoryStatus
    end = time.monotonic() + 60  # an executor may come a little after the session
    while members().size() < 3 and time.monotonic() < end:
        time.sleep(0.1)
    assert members().size() == 3  # the driver and two executors
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"


def test_spark_and_duckdb_give_the_same_bytes(in_spark, in_duckdb):
    assert same_answer(in_spark, in_duckdb)
    assert set(in_spark[1]["cause"]) >= SPOILT
    assert in_spark[0]["incidents"].sum() + in_spark[1]["rows"].sum() == 29_640


def test_rows_pandas_duckdb_and_spark_give_the_same_answers(in_spark, in_duckdb, folder):
    rows, rejects = read_incidents(folder, **DAY)
    assert causes(in_spark[1]) == rejects["cause"].value_counts().to_dict()
    keys = ["category", "place", "source"]
    flat = pd.DataFrame(rows.drop(columns="geometry")).assign(x=rows.geometry.x, y=rows.geometry.y)
    collapsed = flat.groupby(["x", "y", *keys], as_index=False).size().rename(columns={"size": "incidents"})
    geometry = gpd.points_from_xy(collapsed.pop("x"), collapsed.pop("y"), crs=rows.crs)
    by_pandas = gpd.GeoDataFrame(collapsed, geometry=geometry)
    expected = answers(rows)
    for places in (by_pandas, in_duckdb[0], in_spark[0]):
        assert answers(places) == expected
    pd.testing.assert_series_equal(counted(in_spark[0]), counted(rows), check_dtype=False)


def test_periods_compared_are_those_of_the_rows(spark, folder):
    windows = ["July 2017", "July 2018"]
    places, _ = aggregate_incidents(table_of(spark, folder), windows=windows, **DAY)
    assert set(places["window"]) == {"", *windows}
    rows, _ = read_incidents(folder, **DAY)
    tables = []
    for frame in (rows, places):
        compared = compare_periods(frame, before=windows[0], after=windows[1], by="category", covered=windows)
        tables.append(compared.sort_index())
    pd.testing.assert_frame_equal(tables[0], tables[1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_how_the_rows_are_dealt_out_does_not_matter(spark, folder, in_spark, seed):
    again = aggregate_incidents(table_of(spark, folder, parts=2 + 3 * seed, seed=seed), **DAY)
    assert same_answer(again, in_spark)
    pd.testing.assert_frame_equal(again[1].attrs["sample"], in_spark[1].attrs["sample"], check_like=True)


def test_rubbish_in_text_columns_is_counted_and_breaks_nothing(spark, tmp_path):
    """Strict casts must never be asked of text: 2,000 rows of whatever a file may hold."""
    draw = random.Random(11)
    cell = ["", "x", "53.8", "-1.5", "0", "430000", "1e3", " 53.8 ", "NaN", "inf", "1,5", "−1.5", "\t", "null"]
    month = ["2018-07", "2018-13", "", "Jul-18", "2031-01", "31/02/2018", "43282", "2018-07-31T23:30:00Z", "–"]
    columns = ["Crime ID", "Month", "Longitude", "Latitude", "Crime type"]
    rows = [
        (str(i), draw.choice(month), draw.choice(cell), draw.choice(cell), draw.choice(["A", "B ", "", "é"]))
        for i in range(2000)
    ]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "rows.csv", index=False)
    table = named(spark, rows, ", ".join(f"`{name}` string" for name in columns))
    ours = aggregate_incidents(table, **DAY)
    assert same_answer(ours, aggregate_incidents(tmp_path, **DAY))
    read, rejects = read_incidents(tmp_path / "rows.csv", **DAY)
    assert ours[0]["incidents"].sum() == len(read)
    assert causes(ours[1]) == rejects["cause"].value_counts().to_dict()


TYPED = """SELECT id AS `Crime ID`, DATE '2018-07-01' AS Month, lon AS Longitude, lat AS Latitude,
'A' AS `Crime type` FROM VALUES (1L, -1.5D, 53.8D), (1L, -1.5D, 53.8D), (NULL, -1.5D, 53.8D),
(NULL, -1.5D, 53.8D), (2L, DOUBLE('NaN'), 53.8D), (3L, NULL, NULL), (4L, DOUBLE('Infinity'), 53.8D),
(5L, -1.5D, DOUBLE('-Infinity')),
(6L, 0.0D, -0.0D), (7L, 53.8D, -1.5D), (8L, 1.0E-5D, 1.0E7D) AS rows(id, lon, lat)"""


@pytest.mark.parametrize("kind", ["double", "float", "decimal(12, 6)"])
def test_numbers_that_are_none_are_named_by_their_cause(spark, kind):
    if kind.startswith("decimal"):  # has no NaN and no infinity
        number = f"try_cast(CASE WHEN isnan({{0}}) OR abs({{0}}) > 1e5 THEN NULL ELSE {{0}} END AS {kind})"
    else:
        number = f"CAST({{0}} AS {kind})"
    spark.sql(TYPED).createOrReplaceTempView("typed")
    of = ", ".join(f"{number.format(name)} AS {name}" for name in ("Longitude", "Latitude"))
    spark.sql(f"SELECT `Crime ID`, Month, `Crime type`, {of} FROM typed").createOrReplaceTempView("cast_rows")
    places, rejects = aggregate_incidents(ibis.pyspark.connect(spark).table("cast_rows"), **DAY)
    assert places["incidents"].tolist() == [3]  # one of the two with ID 1, both that have none
    expected = {
        "duplicate Crime ID": 1,
        "coordinates 0,0": 1,
        "latitude and longitude swapped": 1,
        "no coordinates": 2,  # NaN and NULL
        "unreadable coordinates": 2,  # the two infinities
        "outside Great Britain": 1,
    }
    if kind.startswith("decimal"):
        expected |= {"no coordinates": 5, "unreadable coordinates": 0, "outside Great Britain": 0}
    assert causes(rejects) == {cause: n for cause, n in expected.items() if n}


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Kolkata", "Pacific/Auckland"])
def test_a_moment_is_dated_as_london_had_it_whatever_the_session_shows(spark, zone):
    engine = ibis.pyspark.connect(spark)
    spark.sql(
        """SELECT explode(array(TIMESTAMP '2018-06-30 22:59:59 UTC', TIMESTAMP '2018-06-30 23:00:00 UTC',
        TIMESTAMP '2018-07-31 22:59:59 UTC', TIMESTAMP '2018-07-31 23:00:00 UTC', NULL)) AS Month,
        -1.5D AS Longitude, 53.8D AS Latitude, 'A' AS `Crime type`"""
    ).createOrReplaceTempView("moments")
    spark.conf.set("spark.sql.session.timeZone", zone)
    places, rejects = aggregate_incidents(engine.table("moments"), windows=["July 2018"], **DAY)
    assert dict(zip(places["window"], places["incidents"], strict=True)) == {"": 2, "July 2018": 2}
    assert causes(rejects) == {"unreadable date": 1}
    assert spark.conf.get("spark.sql.session.timeZone") == zone


@pytest.mark.parametrize("kind", ["date", "timestamp_ntz"])
def test_a_date_without_a_zone_stays_as_it_is(spark, kind):
    spark.conf.set("spark.sql.session.timeZone", "Pacific/Auckland")
    rows = [("2018-07-01", -1.5, 53.8, "A"), ("2018-07-31", -1.5, 53.8, "A"), ("2018-08-01", -1.5, 53.8, "A")]
    named(spark, rows, "day string, Longitude double, Latitude double, `Crime type` string")
    late = "' 23:59:59'" if kind == "timestamp_ntz" else "''"
    spark.sql(f"SELECT *, CAST(concat(day, {late}) AS {kind}) AS Month FROM some_rows").createOrReplaceTempView("days")
    table = ibis.pyspark.connect(spark).table("days")
    places, _ = aggregate_incidents(table, windows=["July 2018"], **DAY)
    assert dict(zip(places["window"], places["incidents"], strict=True)) == {"": 1, "July 2018": 2}


def test_an_id_repeated_over_partitions_counts_once(spark):
    """Of one ID the accepted row of the latest month is kept; wherever its rows lie."""
    rows = [(f"id{i % 50}", f"2018-0{1 + i // 50}", "-1.5", "53.8", "A") for i in range(200)]  # four months
    rows += [("id0", "2018-08", "", "", "A"), ("", "2018-01", "-1.5", "53.8", "B")]
    columns = "`Crime ID` string, Month string, Longitude string, Latitude string, `Crime type` string"
    given = spark.createDataFrame(rows, schema=columns)
    for parts in (1, 7):
        given.repartition(parts).createOrReplaceTempView("repeated")
        table = ibis.pyspark.connect(spark).table("repeated")
        windows = ["January 2018", "February 2018", "March 2018", "April 2018"]
        places, rejects = aggregate_incidents(table, windows=windows, **DAY)
        kept = places.groupby(["category", "window"])["incidents"].sum().to_dict()
        assert kept == {("A", "April 2018"): 50, ("B", "January 2018"): 1}
        assert causes(rejects) == {"duplicate Crime ID": 151}


def test_west_yorkshire_is_the_same_on_spark_as_from_its_files(spark, shared_data, tmp_path):
    shutil.unpack_archive(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip", tmp_path)
    ours = aggregate_incidents(table_of(spark, tmp_path), **DAY)
    rows, rejects = read_incidents(tmp_path, **DAY)
    pd.testing.assert_series_equal(counted(ours[0]), counted(rows), check_dtype=False)
    assert causes(ours[1]) == rejects["cause"].value_counts().to_dict()
    assert ours[0]["incidents"].sum() + ours[1]["rows"].sum() == 27_176 + 28_537 + 31_635
    assert same_answer(ours, aggregate_incidents(tmp_path, **DAY))


def test_the_lines_on_the_page_run_as_they_stand(spark, folder, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks[0].strip().splitlines()) <= 14  # "ten lines", imports besides
    spark.read.csv([str(p) for p in folder.rglob("*.csv")], header=True).createOrReplaceTempView("crimes")
    spark.sql(
        """SELECT `Crime type` AS kind, CAST(Month || '-15' AS DATE) AS reported,
        CAST(Longitude AS DOUBLE) AS lon, CAST(Latitude AS DOUBLE) AS lat
        FROM crimes WHERE `Crime type` = 'Anti-social behaviour' AND Month = '2017-07'"""
    ).createOrReplaceTempView("asb_log")
    shutil.copy(DEMO / "leeds_best_fit_wards.geojson", tmp_path / "wards.geojson")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    rows, _ = read_incidents(folder, **DAY)
    assert names["places"]["incidents"].sum() == len(rows)
    july = rows[rows["when"].eq("2017-07-01") & rows["category"].eq("Anti-social behaviour")]
    assert names["asb"]["incidents"].sum() == len(july)
    assert names["spots"]["ward_name"].notna().all()
    assert names["changed"]["after"].sum() == rows["when"].eq("2018-07-01").sum()
    assert names["rejects"].attrs["sample"]["file"].str.endswith("-street.csv").all()
    assert (tmp_path / "map.html").stat().st_size > 100_000


def test_a_table_of_spark_that_is_not_named_is_told_how(spark):
    with pytest.raises(InputError, match="createOrReplaceTempView"):
        aggregate_incidents(spark.range(3))


def test_a_table_that_has_gone_is_one_sentence(spark):
    rows = [("2018-07", "-1.5", "53.8", "A")]
    table = named(spark, rows, "Month string, Longitude string, Latitude string, `Crime type` string")
    spark.catalog.dropTempView("some_rows")
    with pytest.raises(InputError, match=r"could not answer.*`some_rows` cannot be found") as caught:
        aggregate_incidents(table)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_worker_killed_in_mid_query_changes_no_number(spark, folder, in_duckdb):
    spark.stop()  # one session at a time: this test comes last, with a cluster of its own to hurt
    with running_cluster() as cluster:
        outcomes = [count_while_a_worker_dies(cluster, folder, in_duckdb, after=s, **DAY) for s in (0.3, 2)]
    assert {outcome.answer for outcome in outcomes} <= {"same", "refused"}
    assert any(outcome.killed_after is not None for outcome in outcomes)
    assert all("\n" not in outcome.said for outcome in outcomes)

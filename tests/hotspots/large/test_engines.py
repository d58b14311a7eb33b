"""Whichever engine holds the table, and however it is set, the same rows give the same places."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from hotspots import aggregate_incidents, compare_periods, read_incidents
from hotspots.checks import InputError

ibis = pytest.importorskip("ibis", reason="the extra 'scale' is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis to DuckDB
ROWS = pd.DataFrame(
    {
        "Crime ID": ["a", "a", "", "", "2.01E+12", "2.01E+12", "b", "c"],
        "Month": ["2018-07", "2018-07", "2018-06", "soon", "2018-07", "2018-07", "2018-07", "2031-01"],
        "Longitude": ["-1.5", "-1.5", "-1.5", "-1.5", "-1.5", " -1.50 ", "53.8", "-1.5"],
        "Latitude": ["53.8", "53.8", "53.8", "53.8", "53.8", "53.8", "-1.5", "53.8"],
        "Location": "On or near Boar Lane",
        "Crime type": ["Burglary", "Burglary", "Robbery", "Robbery", "Burglary", "Burglary", "Robbery", "Drugs"],
    }
)


def in_duckdb(rows: pd.DataFrame) -> ibis.Table:
    return ibis.memtable(rows)


def in_sqlite(rows: pd.DataFrame) -> ibis.Table:
    engine = ibis.sqlite.connect()
    rows.to_sql("rows", engine.con, index=False)
    return engine.table("rows")


ENGINES = [pytest.param(in_duckdb, id="duckdb"), pytest.param(in_sqlite, id="sqlite")]


@pytest.mark.parametrize("hold", ENGINES)
def test_any_engine_counts_and_rejects_as_rows_are_read(hold, tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    _, rejects = read_incidents(tmp_path / "rows.csv", as_of="2018-08-31")
    places, refused = aggregate_incidents(hold(ROWS), as_of="2018-08-31")
    # one burglary of the two with ID a, and the two whose ID Excel has rewritten; the robbery of June
    assert dict(zip(places["category"], places["incidents"], strict=True)) == {"Burglary": 3, "Robbery": 1}
    assert refused.groupby("cause")["rows"].sum().to_dict() == rejects["cause"].value_counts().to_dict()
    assert set(rejects["cause"]) == {
        "duplicate Crime ID",
        "unreadable date",
        "latitude and longitude swapped",
        "future date",
    }


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_a_moment_falls_in_the_month_that_london_had(zone):
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"SET TimeZone = '{zone}'")
    engine.raw_sql(
        """CREATE TABLE rows AS SELECT moment AS "Month", -1.5 AS "Longitude", 53.8 AS "Latitude",
        'Burglary' AS "Crime type" FROM (VALUES
        (TIMESTAMPTZ '2018-06-30 23:30:00+00'), (TIMESTAMPTZ '2018-06-30 22:30:00+00'),
        (TIMESTAMPTZ '2018-07-31 23:00:00+00'), (NULL)) AS t(moment)"""
    )
    windows = ["June 2018", "July 2018"]
    places, rejects = aggregate_incidents(engine.table("rows"), windows=windows, as_of="2018-08-31")
    # British Summer Time: 23:30 UTC on 30 June is half past midnight on 1 July, 23:00 on 31 July is August
    assert dict(zip(places["window"], places["incidents"], strict=True)) == {"": 1, "June 2018": 1, "July 2018": 1}
    assert rejects["rows"].tolist() == [1]
    assert engine.raw_sql("SELECT current_setting('TimeZone')").fetchone() == (zone,)


@pytest.mark.parametrize("old", [True, False])
def test_a_file_that_spark_wrote_holds_moments(old, tmp_path):
    # Spark writes TIMESTAMP in the old 12-byte form, which does not say that it is a moment
    pa = pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
    month = pd.to_datetime(["2018-06-30 23:00", "2018-07-15 12:00", "2018-06-30 22:59"], utc=True)
    rows = {"Month": month, "Longitude": -1.5, "Latitude": 53.8, "Crime type": "Burglary"}
    table = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
    parquet.write_table(table, tmp_path / "part-0.parquet", use_deprecated_int96_timestamps=old)
    places, _ = aggregate_incidents(tmp_path, windows=["July 2018"], as_of="2018-08-31")
    assert dict(zip(places["window"], places["incidents"], strict=True)) == {"": 1, "July 2018": 2}


def test_the_sample_of_rejects_does_not_depend_on_the_order_of_rows():
    samples = []
    for seed in (1, 2, 3):
        shuffled = pd.concat([ROWS] * 5, ignore_index=True).drop(columns="Crime ID").sample(frac=1, random_state=seed)
        _, rejects = aggregate_incidents(in_sqlite(shuffled), as_of="2018-08-31")
        samples.append(rejects.attrs["sample"])
    assert len(samples[0]) > 0
    pd.testing.assert_frame_equal(samples[0], samples[1])
    pd.testing.assert_frame_equal(samples[0], samples[2])


def test_a_table_that_tells_its_files_has_them_in_the_sample():
    rows = ROWS.assign(filename=["/data/a.csv"] * 4 + ["/data/b.csv"] * 4)
    _, rejects = aggregate_incidents(in_sqlite(rows), as_of="2018-08-31")
    sample = rejects.attrs["sample"].set_index("cause")["file"].to_dict()
    assert sample["unreadable date"] == "a.csv"
    assert sample["latitude and longitude swapped"] == sample["future date"] == "b.csv"


def test_a_table_that_is_gone_is_one_sentence():
    engine = ibis.duckdb.connect()
    engine.raw_sql("CREATE TABLE rows AS SELECT '' AS Month, '' AS Longitude, '' AS Latitude, '' AS \"Crime type\"")
    table = engine.table("rows")
    engine.raw_sql("DROP TABLE rows")
    with pytest.raises(InputError, match=r"could not answer.*rows does not exist"):
        aggregate_incidents(table)


@pytest.mark.parametrize(("thing", "said"), [(ROWS, "read_incidents"), (7, "a table of Ibis")])
def test_what_is_not_a_table_is_said_so(thing, said):
    with pytest.raises(InputError, match=said):
        aggregate_incidents(thing)


def test_records_of_no_window_take_no_part_in_a_comparison():
    # two of July 2017, three of July 2018, and one of June 2018 that is in neither window
    months = ["2017-07"] * 2 + ["2018-07"] * 3 + ["2018-06"]
    rows = ROWS.iloc[[0] * 6].assign(Month=months, **{"Crime ID": ""})
    windows = ["July 2017", "July 2018"]
    places, _ = aggregate_incidents(in_duckdb(rows), windows=windows, as_of="2018-08-31")
    found = compare_periods(places, before=windows[0], after=windows[1])
    assert found[["before", "after"]].to_numpy().tolist() == [[2, 3]]


@cache
def asked(kind: str, *, nan: bool) -> list[ibis.Table]:
    """Everything that an engine, with or without NaN, is asked for a table with dates, IDs and bad rows."""
    engine = ibis.duckdb.connect()
    engine.con.register("given", ROWS)
    engine.raw_sql(
        f"""CREATE TABLE rows AS SELECT * REPLACE (try_cast("Month" || '-01' AS DATE) AS "Month",
        try_cast("Longitude" AS {kind}) AS "Longitude", try_cast("Latitude" AS {kind}) AS "Latitude")
        FROM given"""
    )
    found: list[ibis.Table] = []
    original = ibis.Table.execute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ibis.Table, "execute", lambda self, **how: found.append(self) or original(self, **how))
        patch.setattr(type(engine), "has_operation", lambda *_: nan)
        aggregate_incidents(engine.table("rows"), windows=["June 2018", "July 2018"], as_of="2018-08-31")
    return found


@pytest.mark.parametrize("kind", ["VARCHAR", "DOUBLE"])
@pytest.mark.parametrize("dialect", ["mssql", "snowflake", "bigquery", "databricks", "postgres", "trino"])
def test_every_question_can_be_put_to_a_warehouse(kind, dialect):
    import ibis.backends.sql.compilers as compilers

    compiler = getattr(compilers, dialect).compiler
    expressions = asked(kind, nan=dialect != "mssql")  # SQL Server has no NaN
    texts = [compiler.to_sqlglot(expression).sql(compiler.dialect) for expression in expressions]
    assert len(texts) >= 3
    assert any("GROUP BY" in text for text in texts)

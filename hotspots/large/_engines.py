"""What engines do in ways of their own: the clock they show, how they fail, what they say on the way."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pandas as pd

from hotspots.checks import InputError

LONDON = "Europe/London"
# How an engine tells, and is told, the clock by which it writes moments as text.
_CLOCKS = {
    "duckdb": ("SELECT current_setting('TimeZone')", "SET TimeZone = '{}'"),
    "pyspark": ("SELECT current_timezone()", "SET TIME ZONE '{}'"),
}


def require_table(table: Any) -> Any:
    """Give the table back, or raise `InputError` where it is not one of Ibis."""
    import ibis

    if isinstance(table, ibis.Table):
        return table
    advice = "a path, or a table of Ibis"
    if type(table).__module__.startswith("pyspark."):
        advice = "name it with createOrReplaceTempView('rows'), then ibis.pyspark.connect(spark).table('rows')"
    elif isinstance(table, pd.DataFrame):
        advice = "a frame in memory goes through read_incidents, or ibis.memtable(frame)"
    raise InputError("This is not a table of an engine", given=type(table).__name__, advice=advice)


def fetch(expression: Any) -> pd.DataFrame:
    """Run an expression where its data is; an engine that cannot is one sentence."""
    with plain_errors():
        table: pd.DataFrame = expression.execute()
    return table


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what an engine raises into one sentence, and keep back what it says to Ibis."""
    try:
        with own_warnings_only():
            yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(
            "The engine that holds the table could not answer",
            given=first_line(error),
            advice="see that it is up and that the table can be read there, then run this again",
        ) from error


@contextmanager
def london_clock(table: Any) -> Iterator[None]:
    """Have the table's engine show moments by the clock in London, as files with an offset are read.

    A TIMESTAMP of Spark, like TIMESTAMP WITH TIME ZONE elsewhere, is a moment: the session's time zone
    decides its date. Ibis sets Spark's to UTC, in which the first of July starts on the thirtieth of June.
    """
    import ibis

    backend = ibis.get_backend(table)
    ask, tell = _CLOCKS.get(backend.name, ("", ""))
    if not ask or not any(_is_moment(kind, backend.name) for kind in table.schema().types):
        yield
        return
    with plain_errors():
        said = backend.raw_sql(ask)
        before = str((said.fetchone() if hasattr(said, "fetchone") else said.collect()[0])[0])
        backend.raw_sql(tell.format(LONDON))
    try:
        yield
    finally:
        with suppress(Exception):  # an engine that has gone keeps no clock
            backend.raw_sql(tell.format(before))


def _is_moment(kind: Any, engine: str) -> bool:
    """Whether a column holds moments; Ibis does not tell Spark's two kinds of timestamp apart."""
    return bool(kind.is_timestamp()) and (engine == "pyspark" or kind.timezone is not None)


def with_moments(table: Any, engine: Any, files: list[str]) -> Any:
    """Read timestamps of 12 bytes, as Spark writes them to Parquet, as the moments that Spark meant.

    DuckDB takes them for the clock on the wall, and a month that starts in London for the one before.
    """
    import ibis

    def timezone(zone, clock):  # type: ignore[no-untyped-def]
        """DuckDB's own: a clock in a zone as a moment."""

    kinds = (("string", "timestamp"), "timestamp('UTC')")
    as_moment = ibis.udf.scalar.builtin(timezone, signature=kinds)
    query = "SELECT DISTINCT name FROM parquet_schema(?) WHERE type = 'INT96' ORDER BY name"
    old = [name for (name,) in engine.con.execute(query, [files]).fetchall() if name in table.columns]
    return table.mutate(**{name: as_moment("UTC", table[name]) for name in old}) if old else table


def is_blank(number: Any) -> Any:
    """Which numbers are missing: NULL, or NaN where the engine has it (SQL Server has not)."""
    import ibis

    missing = number.isnull()  # noqa: PD003  of Ibis
    if not number.type().is_floating() or not ibis.get_backend(number).has_operation(ibis.expr.operations.IsNan):
        return missing
    return missing | number.isnan()


def may_be_none(ids: Any) -> Any:
    """Which IDs may be words for nothing or have lost their digits, for `words_for_nothing` to judge.

    Told by letters alone, as SQL Server has no patterns: the few that are fetched hold all that are none.
    """
    import ibis

    digits = [~ids.contains(n) for n in "123456789"]
    exponent = ids.substr(1, 1).isin([".", ","])
    for sign in ("E+", "e+", "10^"):
        exponent = exponent | ids.contains(sign)
    number = ids.substr(0, 1).between("0", "9") & exponent & (ids.length() <= 30)
    return ((ids.length() <= 60) & ibis.and_(*digits)) | number | (ids == "-1")


def first_line(error: Exception) -> str:
    """Give what an engine says first, without the pages that follow."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("An error occurred while calling"):
        lines = lines[1:]
    return (lines or [type(error).__name__])[0].removeprefix(": ")[:300]


@contextmanager
def own_warnings_only() -> Iterator[None]:
    """Keep back what Ibis and an engine say to each other about calls that neither of us makes."""
    log = logging.getLogger("SQLQueryContextLogger")  # Spark's errors in full, which reach the reader in brief
    was, log.disabled = log.disabled, True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        try:
            yield
        finally:
            log.disabled = was

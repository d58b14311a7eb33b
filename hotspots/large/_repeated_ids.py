"""Rows of a large table that share their ID with another: few, found exactly, and settled like a city's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.words_for_nothing import blank_nothing, blank_rounded
from hotspots.large._columns import Rows, hash_of
from hotspots.large._engines import fetch, may_be_none, plain_errors

MOST_REPEATS = 1_000_000
MOST_NONE = 10_000


def find_repeats(rows: Rows) -> pd.DataFrame:
    """Every row whose ID stands more than once, with its keys, date, ID and where it lies."""
    table = rows.table.filter(rows.table["_incident_id"] != "")
    if none := _list_none(table):
        table = table.filter(~table["_incident_id"].isin(none))
    if rows.hashed:
        twice = _hashes_twice(table)
        found = table.limit(0) if not len(twice) else _keep_hashes(table, twice)
    else:
        counts = table.group_by("_incident_id").aggregate(n=table.count())
        often = counts.filter(counts["n"] > 1)
        found = table.semi_join(often.select("_incident_id"), "_incident_id")
    repeats = rows_of(rows, found.limit(MOST_REPEATS + 1))
    if len(repeats) > MOST_REPEATS:
        raise InputError(
            f"Over {MOST_REPEATS:,} rows share their ID with another row",
            given=f"such as {repeats['_incident_id'].iloc[0]}",
            advice="check that no file is there twice, or state unique_ids = false if the IDs are not unique",
        )
    # a hash that comes twice may be of two IDs: the IDs themselves are compared
    return repeats[repeats["_incident_id"].duplicated(keep=False)].reset_index(drop=True)


def _list_none(table: Any) -> list[str]:
    """Words for nothing, and numbers that lost their digits, among the IDs."""
    wanted = table.filter(may_be_none(table["_incident_id"]))
    found = fetch(wanted.select("_incident_id").distinct().limit(MOST_NONE))["_incident_id"].astype("str")
    return found[blank_rounded(blank_nothing(found)).eq("").to_numpy()].sort_values().tolist()


def rows_of(rows: Rows, table: Any) -> pd.DataFrame:
    """Fetch whole rows, with the hashes that groups are known by beside their texts."""
    texts = {f"{name}_text": table[name] for name in rows.hashed}
    return fetch(rows.keyed(table.mutate(**texts)))


def _hashes_twice(table: Any) -> np.ndarray[Any, Any]:
    """Hashes of IDs that come more than once: eight bytes an ID in memory, sorted in place."""
    import ibis

    wanted = table.select(hash=hash_of(table["_incident_id"]))
    with plain_errors():
        backend = ibis.get_backend(table)
        backend._run_pre_execute_hooks(wanted)
        said = backend.con.sql(str(ibis.to_sql(wanted, dialect="duckdb")))
        # batches: Ibis 12 asks DuckDB 2 for them by a name that it no longer has
        read = getattr(said, "to_arrow_reader", None) or said.fetch_arrow_reader
        parts = [batch.column(0).to_numpy() for batch in read(1_000_000)]
    hashes = np.concatenate(parts) if parts else np.empty(0, np.uint64)
    del parts
    _sort(hashes)
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _sort(numbers: np.ndarray[Any, Any]) -> None:
    """Sort in place, the lower half and the upper on a core each."""
    half = len(numbers) // 2
    if half:
        numbers.partition(half)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(np.ndarray.sort, (numbers[:half], numbers[half:])))


def _keep_hashes(table: Any, hashes: np.ndarray[Any, Any]) -> Any:
    import ibis

    if len(hashes) <= 200:
        return table.filter(hash_of(table["_incident_id"]).isin([ibis.literal(int(h), "uint64") for h in hashes]))
    wanted = ibis.memtable(pd.DataFrame({"wanted": hashes}))
    return table.semi_join(wanted, [(hash_of(table["_incident_id"]), wanted["wanted"])])

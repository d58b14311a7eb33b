"""From tens of millions of rows to a city's worth: one aggregation, run wherever the data already is."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, require_installed
from hotspots.common.windows import Window, read_windows
from hotspots.large._columns import Rows, Texts, choose_columns, count_groups, number_texts, read_texts
from hotspots.large._dates import class_dates, count_dates, date_column, read_dates
from hotspots.large._engines import fetch, london_clock, require_table
from hotspots.large._judge_groups import Judged, judge_groups, place_groups
from hotspots.large._rejects import (
    count_files,
    judge_sample,
    keep_ledger,
    label_categories,
    list_rejects,
    subtract,
    take_sample,
)
from hotspots.large._repeated_ids import find_repeats
from hotspots.large.duckdb_files import Embedded
from hotspots.reading.duplicates import REPEATED
from hotspots.reading.layouts import Layout, load_layout
from hotspots.reading.rows import end_of

MOST_DATED = 1_000_000
Windows = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class Collapsed:
    """A large table collapsed."""

    places: gpd.GeoDataFrame  # as `aggregate_incidents` returns
    # as `read_incidents` returns, with ``rows``: how many rows of the table a line stands for
    rejects: pd.DataFrame
    dated: pd.DataFrame  # rows that are used by ``when, precision, category, source``, in ``incidents``
    counted: pd.DataFrame  # rejects by ``cause, source, category``, in ``rows``, with an example's ``value``
    apart: bool = False  # whether ``places`` keep every date apart
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)  # some rejects, row by row
    # for another pass over the rows, as `hotspots.large.times.count_over_time` makes
    judged: Judged | None = None
    dates: pd.DataFrame = field(default_factory=pd.DataFrame)
    layout: Layout | None = None
    reopen: Callable[[], AbstractContextManager[Rows]] | None = None


def aggregate_incidents(
    table: Any,
    *,
    layout: str | Path | Mapping[str, Any] | Layout = "police.uk",
    windows: Any = None,
    study_area: Any = None,
    as_of: Any = None,
    unique_ids: bool = True,
    sample: int = 1000,
    crs: str | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Collapse a large table of incidents to places, counting on the engine that holds it.

    Parameters
    ----------
    table : ibis.Table, path or list of paths
        A table of any Ibis backend (Spark, a warehouse); or Parquet or CSV files, a pattern or a
        partitioned folder, which the embedded DuckDB reads, larger than memory if need be. Partitions
        are columns; ``year=2024/month=03`` is a date.
    layout : str, path or mapping
        Which column means what, as for `read_incidents`.
    windows : str or list of str, optional
        Periods to keep apart in the column ``window``, such as ``["2022/23", "2023/24"]``; other dates
        have the window "". ``"dates"`` keeps every date apart in ``when`` and ``precision``, for a table
        of a city's size. None: one whole, which is far smaller.
    study_area : GeoDataFrame, GeoSeries or geometry, optional
        Rows outside it are rejected.
    as_of : date, optional
        Rows dated later are rejected. None: today.
    unique_ids : bool
        Whether a row whose ID has been seen is rejected, as `read_incidents` does; this takes the
        engine a pass over the IDs.
    sample : int
        How many rejected rows to bring back as examples.
    crs : str, optional
        The grid of the answer, as for `read_incidents`.

    Returns
    -------
    places : GeoDataFrame
        One row per distinct coordinate, category, place text and source (and window or date), with the
        integer column ``incidents``, in metres of the grid. Every function of incidents takes it.
    rejects : DataFrame
        ``cause, source, category, rows`` and an example's ``value``; ``attrs["sample"]`` has the sample,
        with file and row where the engine knows them. Incidents and rows add up to the rows given.

    Raises
    ------
    InputError
        For a missing file or column, a layout of shapes instead of coordinates, a missing library, or an
        engine that is gone or refuses.

    Examples
    --------
    >>> import ibis
    >>> rows = pd.DataFrame({"Month": "2024-03", "Longitude": [-1.5, -1.5, None],
    ...                      "Latitude": [53.8, 53.8, None], "Crime type": "Burglary"})
    >>> places, rejects = aggregate_incidents(ibis.memtable(rows))
    >>> places["incidents"].tolist(), rejects["rows"].tolist()
    ([2], [1])
    """
    found = collapse_table(
        table,
        layout=load_layout(layout, crs=crs),
        windows=windows,
        study_area=study_area,
        as_of=as_of,
        unique_ids=unique_ids,
        sample=sample,
    )
    counted = found.counted
    counted.attrs["sample"] = found.sample
    return found.places, counted


def collapse_table(
    table: Any,
    *,
    layout: str | Path | Mapping[str, Any] | Layout = "police.uk",
    windows: Any = None,
    study_area: Any = None,
    as_of: Any = None,
    unique_ids: bool = True,
    sample: int = 1000,
    spill: Path | None = None,
) -> Collapsed:
    """Do as `aggregate_incidents`, and give the ledger and the dates beside the places."""
    require_installed("ibis", extra="scale")
    settings = load_layout(layout)
    if settings.kind == "geometry":
        raise InputError(
            "A large table needs coordinates in columns", given=f"layout '{settings.name}'", advice="x and y"
        )
    end = end_of(as_of)
    source = _open(table, settings, spill)
    with source as opened, london_clock(opened):
        apart = isinstance(windows, str) and windows == "dates"
        if callable(windows):
            apart = int(fetch(opened.aggregate(n=opened.count()))["n"].iloc[0]) <= MOST_DATED
        rows = choose_columns(opened, settings, clock=apart)
        by_date = count_dates(rows)
        dates = read_dates(by_date, settings, end)
        spans = [] if apart else _spans(windows, dates, as_of)
        dates = class_dates(dates, spans, apart=apart)
        rows, judged = _judge(rows, dates, settings, end, study_area, unique_ids=unique_ids)
        names = source.names if isinstance(source, Embedded) else {}
        ledger = keep_ledger(rows, judged, dates, settings, names=names)
        taken = take_sample(rows, judged, dates, ledger, names=names, size=sample)
        examples = judge_sample(taken, ledger, settings, end, study_area, size=sample)
        dated = _tell_dates(by_date, dates, judged, settings)
        by_file = count_files(rows, names)
    column = "when" if apart else "window" if spans else ""
    rejects = list_rejects(ledger, examples)
    if by_file:
        rejects.attrs["rows_by_file"] = by_file
    return Collapsed(
        places=place_groups(judged, dates, settings, column=column),
        rejects=rejects,
        dated=subtract(dated, ledger),
        counted=_count_causes(judged, dates, settings),
        sample=examples,
        apart=apart,
        judged=judged,
        dates=dates,
        layout=settings,
        reopen=partial(_reopen, table, settings, spill),
    )


@contextmanager
def _reopen(table: Any, layout: Layout, spill: Path | None) -> Iterator[Rows]:
    with _open(table, layout, spill) as opened, london_clock(opened):
        yield choose_columns(opened, layout)


def _open(table: Any, layout: Layout, spill: Path | None) -> AbstractContextManager[Any]:
    """Give the table itself, or the files of paths on an embedded DuckDB."""
    if isinstance(table, str | Path) or (isinstance(table, list | tuple) and table):
        return Embedded(table, skip=layout.skip, spill=spill)
    return nullcontext(require_table(table))


def _spans(windows: Any, dates: pd.DataFrame, as_of: Any) -> list[Window]:
    chosen = windows(dates[dates["cause"].eq("")]) if callable(windows) else windows
    return [] if chosen is None else read_windows(chosen, as_of=as_of)


def _judge(
    rows: Rows, dates: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any, *, unique_ids: bool
) -> tuple[Rows, Judged]:
    """Count the groups of rows and judge them, with the rows that share their ID."""
    texts = Texts()
    if not read_texts(rows, texts, rows.keys):
        rows, texts = rows.plainly(), Texts()  # two texts of one hash: once in a lifetime
    groups = count_groups(rows, [*rows.keys, "_class"], date_column(rows, dates))
    groups = groups.rename(columns={"_class": "class"})
    repeats = None
    if unique_ids and "_incident_id" in rows.table.columns:
        repeats = _order(find_repeats(rows))
        same_class = repeats["_when"].map(dict(zip(dates["text"], dates["class"], strict=True)))
        own = repeats[rows.keys].assign(n=0)
        own["class"] = same_class.astype("int64")
        groups = pd.concat([groups, own], ignore_index=True) if len(own) else groups
    if "_key" in groups.columns:
        groups["_raw_key"] = groups["_key"]
    number_texts(groups, texts, [c for c in rows.keys if c not in ("_x", "_y")])
    return rows, judge_groups(groups, repeats, dates, texts, layout, end, study_area)


def _order(repeats: pd.DataFrame) -> pd.DataFrame:
    """Put rows in an order that the engine's own does not change: that of the files where it knows them."""
    first = [c for c in ("_file", "_line", "_when", "_incident_id") if c in repeats.columns]
    rest = [c for c in sorted(repeats.columns) if c not in first]
    return repeats.sort_values([*first, *rest], kind="stable", ignore_index=True)


def _tell_dates(found: pd.DataFrame, dates: pd.DataFrame, judged: Judged, layout: Layout) -> pd.DataFrame:
    """Rows of each date and category, whatever became of them."""
    number_texts(found, judged.texts, [c for c in ("_category",) if c in found.columns])
    known = dates.set_index("text").loc[found["_when"]]
    labels = np.array(label_categories(judged.texts, layout), dtype=object)
    table = pd.DataFrame(
        {
            "when": known["when"].to_numpy(),
            "precision": known["precision"].astype("str").to_numpy(),
            "category": labels[found["_category"].to_numpy() if "_category" in found else 0],
            "source": layout.source,
            "incidents": found["n"].to_numpy(),
        }
    )
    return table[known["cause"].eq("").to_numpy()].astype({"category": "str", "source": "str"})


def _count_causes(judged: Judged, dates: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Rejects by cause, source and category, with an example's value."""
    bad = judged.groups[judged.groups["cause"].gt(0)]
    labels = np.array(label_categories(judged.texts, layout), dtype=object)
    texts = dates.sort_values("text").drop_duplicates("class").set_index("class")
    of_date = bad["class"].map(texts["text"].where(texts["cause"].ne(""), ""))
    table = pd.DataFrame(
        {
            "cause": np.array(judged.causes, dtype=object)[bad["cause"].to_numpy()],
            "source": layout.source,
            "category": labels[bad["_category"].to_numpy() if "_category" in bad else 0],
            "rows": bad["n"].to_numpy(),
            "value": of_date.where(of_date.ne(""), judged.sites["value"].to_numpy()[bad["site"].to_numpy()]),
        }
    )
    if len(judged.repeated):
        twice = table["cause"].eq(REPEATED)
        table.loc[twice, "value"] = judged.repeated["value"].min()
    counted = table.groupby(["cause", "source", "category"], as_index=False).agg(
        rows=("rows", "sum"), value=("value", "min")
    )
    counted = counted[counted["rows"] > 0].reset_index(drop=True)
    kinds = {"cause": "str", "source": "str", "category": "str", "rows": "int64", "value": "str"}
    return counted.astype(kinds)

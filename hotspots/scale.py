"""From tens of millions of rows to a city's worth: one aggregation, run wherever the data already is."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, announce, require_installed
from hotspots.dates import parse_dates
from hotspots.duplicates import mark_duplicate_ids
from hotspots.engines import fetch, first_line, london_clock, own_warnings_only, require_table, with_moments
from hotspots.fit import match_columns
from hotspots.layout import Layout, load_layout
from hotspots.rows import end_of, judge_rows
from hotspots.windows import Window, read_windows

KEYS = ("x", "y", "when", "category", "place", "key", "area")
MOST_DATES = 100_000
MOST_REPEATS = 100_000


def aggregate_incidents(
    table: Any,
    *,
    layout: str | Path | Mapping[str, Any] = "police.uk",
    windows: Any = None,
    study_area: Any = None,
    as_of: Any = None,
    unique_ids: bool = True,
    sample: int = 1000,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Collapse a large table of incidents to places, counting on the engine that holds it.

    Parameters
    ----------
    table : ibis.Table, or path
        A table of any Ibis backend (Spark, a warehouse); or Parquet or CSV files, a pattern or a
        partitioned folder, which the embedded DuckDB reads, larger than memory if need be.
    layout : str, path or mapping
        Which column means what, as for `read_incidents`.
    windows : str or list of str, optional
        Periods to keep apart in the column ``window``, such as ``["2022/23", "2023/24"]``. None: one
        whole, which is far smaller.
    study_area : GeoDataFrame, GeoSeries or geometry, optional
        Rows outside it are rejected.
    as_of : date, optional
        Rows dated later are rejected. None: today.
    unique_ids : bool
        Whether a row whose ID has been seen is rejected, as `read_incidents` does; this takes the
        engine a pass over the IDs.
    sample : int
        How many rejected rows to bring back as examples.

    Returns
    -------
    places : GeoDataFrame
        One row per distinct coordinate, category, place text and source (and window), with the integer
        column ``incidents``; EPSG:27700. Every function of incidents takes it.
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
    require_installed("ibis", extra="scale")
    settings = load_layout(layout)
    if settings.kind == "geometry":
        raise InputError(
            "A large table needs coordinates in columns", given=f"layout '{settings.name}'", advice="x and y"
        )
    end = end_of(as_of)
    spans = read_windows(windows, as_of=as_of) if windows is not None else []
    with _open(table) as opened, london_clock(opened):
        rows = _as_text(opened, settings)
        dates = _class_dates(rows, settings, spans, end)
        groups = _count(rows, dates, settings, unique_ids=unique_ids)
        judged = judge_rows(groups, settings, end, study_area)
        judged["incidents"], judged["window"] = groups["incidents"], groups["_when"].map(_windows_of(dates))
        mark_duplicate_ids(judged, groups["_incident_id"])
        bad = judged["cause"].ne("")
        examples = _take_sample(rows, groups[bad], settings, end, study_area, sample)
    return _places(judged[~bad], settings, with_window=bool(spans)), _rejects(judged[bad], examples)


def _open(table: Any) -> AbstractContextManager[Any]:
    """Give the table itself, or the files of a path on an embedded DuckDB."""
    if not isinstance(table, str | Path):
        return nullcontext(require_table(table))
    return _Embedded(table)


class _Embedded:
    """Files on a DuckDB of our own, whose spill files are ours alone and go with it."""

    def __init__(self, source: str | Path) -> None:
        self.source = Path(source)

    def __enter__(self) -> Any:
        ibis = require_installed("ibis", extra="scale")
        files, parquet = self._files()
        self.spill = tempfile.TemporaryDirectory(prefix="safer-hotspots-")
        with own_warnings_only():
            self.engine = ibis.duckdb.connect(temp_directory=self.spill.name, preserve_insertion_order=False)
        try:
            with own_warnings_only():
                if parquet:
                    read = self.engine.read_parquet(files, filename=True, file_row_number=True)
                    return with_moments(read, self.engine, files)
                options = {"all_varchar": True, "header": True, "filename": True, "union_by_name": True}
                return self.engine.read_csv(files, **options)
        except Exception as error:
            self.__exit__()
            raise InputError(
                "The files cannot be read as one table",
                given=first_line(error),
                advice="files of the same columns, in UTF-8",
            ) from error

    def __exit__(self, *_: object) -> None:
        self.engine.disconnect()
        self.spill.cleanup()

    def _files(self) -> tuple[list[str], bool]:
        found = sorted(_matches(self.source))
        parquet = [p for p in found if p.suffix.lower() in (".parquet", ".pq")]
        csv = [p for p in found if p.suffix.lower() in (".csv", ".gz")]
        if bool(parquet) == bool(csv):
            raise InputError(
                "There must be Parquet files or CSV files here, and not both",
                given=f"{self.source}: {len(parquet)} Parquet and {len(csv)} CSV files",
                advice="a folder of one kind of file",
            )
        return [str(p) for p in parquet or csv], bool(parquet)


def _matches(source: Path) -> list[Path]:
    if source.is_dir():
        return [p for p in source.rglob("*") if p.is_file() and not p.name.startswith((".", "_"))]
    if source.is_file():
        return [source]
    return list(source.parent.glob(source.name)) if any(c in source.name for c in "*?[") else []


def _as_text(table: Any, layout: Layout) -> Any:
    """Keep the columns that matter, as the text a file would hold, named by their meaning."""
    actual, lacking = match_columns(table.columns, layout)
    if lacking:
        raise InputError(
            f"The table lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}",
            given=f"columns {', '.join(table.columns)}",
            advice="another layout",
        )
    columns = {}
    for meaning in (*KEYS, "incident_id"):
        if meaning in actual:
            column = table[actual[meaning]]
            dated = column.type().is_timestamp() or column.type().is_date()
            text = column.strftime("%Y-%m-%d") if dated else column.cast("string")
            columns[f"_{meaning}"] = text.fill_null("").strip()
    extra = {"_file": "filename", "_line": "file_row_number"}
    columns |= {name: table[c].cast("string") for name, c in extra.items() if c in table.columns}
    return table.select(**columns)


def _class_dates(rows: Any, layout: Layout, windows: list[Window], end: pd.Timestamp) -> pd.DataFrame:
    """Every date text with its window, and the text that stands for all of its class."""
    texts = fetch(rows.select("_when").distinct().limit(MOST_DATES + 1))["_when"].sort_values()
    if len(texts) > MOST_DATES:
        raise InputError(
            f"There are over {MOST_DATES:,} different dates",
            given=f"such as {texts.iloc[0]!r}",
            advice="give the column as a date or a timestamp, not as text",
        )
    texts = texts.reset_index(drop=True)
    read = parse_dates(texts, formats=layout.formats)
    cause = read["cause"].mask(read["when"] >= end, "future date")
    window = pd.Series("", index=texts.index, dtype="object")
    for span in windows:
        window[read["when"].ge(span.start) & read["when"].lt(span.end) & cause.eq("")] = span.name
    table = pd.DataFrame({"text": texts, "cause": cause, "window": window, "precision": read["precision"]})
    table["stands_for"] = table.groupby(["cause", "window", "precision"])["text"].transform("first")
    return table


def _windows_of(dates: pd.DataFrame) -> dict[str, str]:
    return dict(zip(dates["text"], dates["window"], strict=True))


def _count(rows: Any, dates: pd.DataFrame, layout: Layout, *, unique_ids: bool) -> pd.DataFrame:
    """Rows per coordinate text, category, place and class of date: the one aggregation."""
    import ibis

    keys = [f"_{meaning}" for meaning in KEYS if f"_{meaning}" in rows.columns]
    classes = [
        (rows["_when"].isin(texts.tolist()), str(name)) for name, texts in dates.groupby("stands_for")["text"]
    ]
    classed = rows.mutate(_when=ibis.cases(*classes, else_=""))
    repeats = _repeated(rows, keys) if unique_ids and "_incident_id" in rows.columns else None
    if repeats is not None and len(repeats):
        known = repeats["_incident_id"].unique().tolist()
        classed = classed.filter(~classed["_incident_id"].isin(known))
    groups = fetch(classed.group_by(keys).aggregate(incidents=classed.count()))
    groups["_incident_id"] = ""
    both = groups if repeats is None or repeats.empty else pd.concat([groups, repeats], ignore_index=True)
    both = both.sort_values([*keys, "_incident_id"], kind="stable", ignore_index=True)
    return both.assign(_file="", _line=0, _crs=layout.crs)


def _repeated(rows: Any, keys: list[str]) -> pd.DataFrame:
    """Rows whose ID stands more than once, whole: they are few, and settled here as a city's are."""
    named = rows.filter(rows["_incident_id"] != "")
    counts = named.group_by("_incident_id").aggregate(n=named.count())
    excel = counts["_incident_id"].re_search(r"^\d(\.\d+)?E\+\d+$")  # 2.01E+12 is no ID, as in rows.own_ids
    often = counts.filter((counts["n"] > 1) & ~excel).select("_incident_id")
    found = named.semi_join(often, "_incident_id").select([*keys, "_incident_id"]).limit(MOST_REPEATS + 1)
    table = fetch(found)
    if len(table) > MOST_REPEATS:
        raise InputError(
            f"Over {MOST_REPEATS:,} rows share their ID with another row",
            given=f"such as {table['_incident_id'].iloc[0]}",
            advice="check that no file is there twice, or pass unique_ids=False if the IDs are not unique",
        )
    return table.assign(incidents=1)


def _take_sample(
    rows: Any, bad: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any, sample: int
) -> pd.DataFrame:
    """Bring back some of the rejected rows, with file and row where the engine knows them."""
    if bad.empty or sample < 1 or not {"_x", "_y"} <= set(rows.columns):
        return pd.DataFrame()
    few = bad.drop_duplicates(["_x", "_y"]).head(sample)
    wanted = rows["_x"].isin(few["_x"].unique().tolist()) & rows["_y"].isin(few["_y"].unique().tolist())
    taken = fetch(rows.filter(wanted).order_by(rows.columns).limit(sample))
    line = pd.to_numeric(taken["_line"]) if "_line" in taken.columns else 0
    file = taken["_file"].map(lambda name: Path(name).name) if "_file" in taken.columns else ""
    return judge_rows(taken.assign(_file=file, _line=line, _crs=layout.crs), layout, end, study_area).query(
        "cause != ''"
    )


def _places(judged: pd.DataFrame, layout: Layout, *, with_window: bool) -> gpd.GeoDataFrame:
    """Turn accepted groups into places: texts of one coordinate (1.50 and 1.5) come together."""
    points = gpd.GeoSeries(judged["geometry"].to_numpy(), index=judged.index, crs=layout.target)
    table = judged.assign(_x=points.x, _y=points.y)
    keys = ["_x", "_y", "category", "place", "source", *(["window"] if with_window else [])]
    summed = table.groupby(keys, as_index=False, sort=True)["incidents"].sum()
    geometry = gpd.points_from_xy(summed.pop("_x"), summed.pop("_y"), crs=layout.target)
    if summed.empty:
        announce("No row of the table could be used.")
    summed["incidents"] = summed["incidents"].astype("int64")
    return gpd.GeoDataFrame(summed, geometry=geometry)


def _rejects(judged: pd.DataFrame, examples: pd.DataFrame) -> pd.DataFrame:
    keys = ["cause", "source", "category"]
    counted = judged.groupby(keys, as_index=False).agg(rows=("incidents", "sum"), value=("value", "first"))
    counted["rows"] = counted["rows"].astype("int64")
    counted.attrs["sample"] = examples.drop(columns="geometry", errors="ignore").reset_index(drop=True)
    return counted

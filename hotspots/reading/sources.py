"""Several sources as one set of incidents: ``source`` is kept, and nothing is de-duplicated across them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, Problems, announce, closest_name, require_columns, require_metres
from hotspots.common.wording import say_count
from hotspots.reading.incidents import read_incidents
from hotspots.reading.layouts import load_layout
from hotspots.reading.street_spellings import settle_spelling

_KEYS = ("files", "layout", "source", "same_month")
_LIMIT = 100_000


def read_sources(
    sources: Mapping[str, Mapping[str, Any]],
    *,
    folder: str | Path = ".",
    study_area: Any = None,
    as_of: Any = None,
    crs: str | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    r"""Read several sources, each with its files and layout, into one set of incidents.

    Parameters
    ----------
    sources : mapping
        By name: ``files`` (a path or several, from ``folder``), ``layout`` (a name, path or table;
        "police.uk" unless stated), ``same_month``; ``source`` renames the layout's source, which two sources
        of one layout need.
    folder, study_area, as_of, crs
        As for `read_incidents`.

    Returns
    -------
    incidents, rejects
        As `read_incidents` returns, one source after the other.

    Raises
    ------
    InputError
        For every unknown key and every source that cannot be read, all at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     row = "2024-03,-1.5,53.8,On or near Boar Lane,Drugs"
    ...     head = "Month,Longitude,Latitude,Location,Crime type"
    ...     _ = (Path(folder) / "a.csv").write_text(f"{head}\n{row}\n")
    ...     incidents, _ = read_sources({"police": {"files": "a.csv"}}, folder=folder)
    >>> incidents["source"].tolist()
    ['police.uk']
    """
    problems = Problems("The sources cannot be read")
    if not sources:
        problems.add("no source was named", given="an empty table", advice='[sources.police] files = "incidents"')
    read: list[tuple[gpd.GeoDataFrame, pd.DataFrame]] = []
    for name, given in sources.items():
        wrong = [k for k in given if k not in _KEYS]
        for key in wrong:
            problems.add(f"{name}: unknown key {key!r}", advice=closest_name(str(key), _KEYS) or ", ".join(_KEYS))
        if "files" not in given:
            problems.add(
                f"{name}: files is not stated", given=f"[sources.{name}]", advice='files = "incidents/council.csv"'
            )
        if wrong or "files" not in given:
            continue
        try:
            read.append(_read_one(given, Path(folder), study_area, as_of, crs))
        except InputError as error:
            problems.add(f"{name}: {error.problem}", given=error.given, advice=error.advice)
    problems.raise_any()
    return combine_incidents(read)


def _read_one(
    given: Mapping[str, Any], folder: Path, study_area: Any, as_of: Any, crs: str | None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    files = given["files"]
    paths = [folder / f for f in ([files] if isinstance(files, str | Path) else files)]
    layout = load_layout(given.get("layout", "police.uk"), folder=folder, crs=crs)
    incidents, rejects = read_incidents(
        paths if len(paths) > 1 else paths[0], layout=layout, study_area=study_area, as_of=as_of,
        same_month=given.get("same_month", "refuse"),
    )  # fmt: skip
    if "source" in given:
        counts = rejects.attrs
        incidents, rejects = (t.assign(source=str(given["source"])) for t in (incidents, rejects))
        rejects.attrs.update(counts)
    return incidents, rejects


def combine_incidents(read: Iterable[tuple[gpd.GeoDataFrame, pd.DataFrame]]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """One set of incidents, and of rejects, from several readings; rows are never compared across sources.

    Raises
    ------
    InputError
        When two readings share a source (rows could count twice), or their reference systems differ.
    """
    pairs = list(read)
    if not pairs:
        raise InputError("There is nothing to combine", given="no reading", advice="the results of read_incidents")
    names = [set(i["source"].unique()) | set(r["source"].unique()) for i, r in pairs]
    twice = {n for k, some in enumerate(names) for n in some if any(n in other for other in names[:k])}
    if twice:
        raise InputError(
            "Two readings have the same source, so rows could count twice",
            given=", ".join(sorted(twice)),
            advice="read their files in one call; another source name is for another partner's records alone",
        )
    systems = {str(i.crs) for i, _ in pairs}
    if len(systems) > 1:
        raise InputError(
            "The incidents are in different reference systems",
            given=", ".join(sorted(systems)),
            advice="to_crs(...) to one system in metres before they are combined",
        )
    filled = [i for i, _ in pairs if len(i)] or [pairs[0][0]]
    incidents = pd.concat(filled, ignore_index=True)
    if len(filled) > 1 and "place" in incidents.columns:  # each by itself was settled when it was read
        incidents["place"] = settle_spelling(incidents["place"])
    columns = [c for c in incidents.columns if c != "area"]
    rejected = [r for _, r in pairs if len(r)] or [pairs[0][1]]
    rejects = pd.concat([r.copy() for r in rejected], ignore_index=True)
    counts: dict[str, int] = {}
    for _, r in pairs:
        for file, rows in r.attrs.get("rows_by_file", {}).items():
            counts[file] = counts.get(file, 0) + rows
    rejects.attrs = {"rows_by_file": counts}
    if "area" in rejects.columns:
        rejects["area"] = rejects["area"].fillna("")
    crs = pairs[0][0].crs
    return gpd.GeoDataFrame(incidents[columns], geometry="geometry", crs=crs), rejects


def find_possible_duplicates(incidents: gpd.GeoDataFrame, *, distance: float = 100, hours: float = 24) -> pd.DataFrame:
    """List pairs of records of different sources at nearly one place and time, for an analyst to judge.

    Nothing is removed. Records dated to the month cannot be judged and are left out; a day counts as a whole.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents of several sources, in metres.
    distance : float
        Metres between the two, at most.
    hours : float
        Hours between the two, at most.

    Returns
    -------
    DataFrame
        ``first, second`` (index of ``incidents``), ``first_source, second_source, first_id, second_id,
        first_category, second_category, metres, hours``, the nearest first.

    Raises
    ------
    InputError
        If a column is missing, or the distance or the hours cannot be.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame(
    ...     {"source": ["police", "council"], "incident_id": ["1", "2"], "category": "Noise",
    ...      "when": pd.Timestamp("2024-03-01 21:00"), "precision": "minute"},
    ...     geometry=gpd.points_from_xy([0, 30], [0, 40]), crs=27700)
    >>> find_possible_duplicates(rows)["metres"].tolist()
    [50.0]
    """
    require_metres(incidents, what="incidents")
    require_columns(incidents, ["source", "when", "precision", "incident_id", "category"], what="incidents")
    if not distance > 0 or not hours >= 0:
        raise InputError(
            "The distance must be above 0 and the hours not below",
            given=f"{distance}, {hours}",
            advice="distance=100, hours=24",
        )
    month = incidents["precision"].eq("month").to_numpy()
    if month.any():
        dated = say_count(month.sum(), "record is", "records are")
        announce(f"{dated} dated to the month: no duplicate can be told there.")
    usable = np.flatnonzero(~month & incidents["when"].notna().to_numpy())
    rows = incidents.iloc[usable]
    pairs, metres, gap = _near_pairs(rows, distance, hours)
    if len(pairs) > _LIMIT:
        announce(f"{len(pairs):,} possible duplicates: the {_LIMIT:,} nearest are listed.")
    order = np.lexsort((pairs[:, 1], pairs[:, 0], gap, metres))[:_LIMIT]
    pairs, metres, gap = pairs[order], metres[order], gap[order]
    sides = {"first": rows.iloc[pairs[:, 0]], "second": rows.iloc[pairs[:, 1]]}
    table: dict[str, Any] = {side: part.index.to_numpy() for side, part in sides.items()}
    for column, name in (("source", "source"), ("incident_id", "id"), ("category", "category")):
        for side, part in sides.items():
            table[f"{side}_{name}"] = part[column].to_numpy()
    return pd.DataFrame({**table, "metres": metres, "hours": gap})


def _near_pairs(
    rows: gpd.GeoDataFrame, distance: float, hours: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    none = np.empty((0, 2), dtype=int), np.empty(0), np.empty(0)
    if rows["source"].nunique() < 2:
        return none
    start = rows["when"].to_numpy().astype("datetime64[s]").astype(float) / 3600
    length = np.where(rows["precision"].eq("day"), 24.0, 0.0)
    reach = hours + length.max()
    x, y = rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()
    clock = start / reach if reach > 0 else start * 1e6
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([x / distance, y / distance, clock]))
    source = pd.factorize(rows["source"])[0]
    found = tree.query_pairs(1 + 1e-9, p=np.inf, output_type="ndarray")
    found = np.sort(found[source[found[:, 0]] != source[found[:, 1]]], axis=1)
    a, b = found[:, 0], found[:, 1]
    metres = np.hypot(x[a] - x[b], y[a] - y[b])
    gap = np.maximum(0, np.maximum(start[a], start[b]) - np.minimum(start[a] + length[a], start[b] + length[b]))
    near = (metres <= distance) & (gap <= hours)
    return found[near], metres[near], gap[near]

"""What was read, in sentences and in tables: kinds, coverage, unknown categories, weights, repeat places."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import why_no_grid
from hotspots.common.membership import spread_layer
from hotspots.common.places import incidents_per_row
from hotspots.common.wording import say_count, say_runs
from hotspots.reading.covered import list_lacking
from hotspots.reading.crosswalks import count_priorities, list_unmatched
from hotspots.reading.kinds import count_kinds
from hotspots.reading.months_covered import check_coverage, describe_coverage
from hotspots.repeats.repeat_places import rank_places
from hotspots.severity.by_area import tabulate_severity
from hotspots.severity.weigh import explain_weights

_TOP = 100


def describe_records(
    incidents: pd.DataFrame, rejects: pd.DataFrame, *, crosswalks: Mapping[str, Any] | None = None
) -> list[str]:
    """Say what was read: numbers by source and kind, coverage and its gaps, categories that nobody knows.

    Parameters
    ----------
    incidents, rejects : DataFrame
        Of `read_incidents` or `read_sources`.
    crosswalks : mapping, optional
        A source's name and its crosswalk; None: those that come with the package.

    Returns
    -------
    list of str
        The numbers by source and kind, then what is covered, then what nobody knows.

    Examples
    --------
    >>> columns = {"category": ["Drugs", "Witchcraft"], "when": pd.Timestamp("2024-03-01")}
    >>> rows = pd.DataFrame(columns).assign(source="police.uk", precision="month")
    >>> for sentence in describe_records(rows, pd.DataFrame()):
    ...     print(sentence)
    police.uk: 2 crimes.
    police.uk: 2 rows, 1 March 2024 to 31 March 2024, 1 month.
    1 record is of categories that no crosswalk knows: Witchcraft (1 from police.uk).
    """
    sentences = []
    for source, row in count_kinds(incidents).iterrows():
        kinds = ", ".join(say_count(n, str(kind).removesuffix("s")) for kind, n in row.items() if n)
        sentences.append(f"{source}: {kinds}.")
    if "area" in rejects.columns and (own := int(rejects["area"].ne("").sum())):
        sentences.append(f"{say_count(own, 'row')} not used can still be counted by the source's own area.")
    sentences += describe_coverage(check_coverage(incidents, rejects))
    sources = set(incidents["source"].astype("str"))
    sentences += [
        f"{who} has no records in {say_runs(lost)} (look for its files of {', '.join(map(str, lost))})."
        for who, lost in list_lacking(incidents).items()
        if who not in sources
    ]
    unknown = list_unmatched(incidents, crosswalks=crosswalks)
    if len(unknown):
        listed = ", ".join(f"{c} ({n:,} from {s})" for s, c, n in unknown.head(20).to_numpy().tolist())
        total = int(unknown["incidents"].sum())
        are = "record is" if total == 1 else "records are"
        sentences.append(f"{total:,} {are} of categories that no crosswalk knows: {listed}.")
    return sentences


def tabulate_records(
    incidents: gpd.GeoDataFrame,
    rejects: pd.DataFrame,
    *,
    layers: Iterable[str] = (),
    before: gpd.GeoDataFrame | None = None,
    dated: pd.DataFrame | None = None,
    crosswalks: Mapping[str, Any] | None = None,
    **weighing: Any,
) -> dict[str, pd.DataFrame]:
    """Tables for a workbook, by title.

    Parameters
    ----------
    incidents, rejects
        Of `read_incidents` or `read_sources`; severity by area needs ``harm``.
    layers : iterable of str
        Attached layers, such as "ward": their severity tables use ``<layer>_name``, or
        ``<layer>_names`` where areas overlap by nature: a record then counts in each.
    before : GeoDataFrame, optional
        The earlier period's incidents, for the change.
    dated : DataFrame, optional
        What tells of coverage, where ``incidents`` are places without dates.
    crosswalks : mapping, optional
        As for `crosswalk_categories`.
    **weighing
        The options of `weigh_incidents` other than ``level``.

    Returns
    -------
    dict of DataFrame
        "Records by kind", "Coverage", "Priorities", "Unknown categories", "Weights used", "Repeat streets",
        "Repeat points", and "Severity by <layer>" for each layer. They are for the room: what leaves it goes
        through the disclosure profile first.
    """
    weighing.pop("level", None)
    tables = {
        "Records by kind": count_kinds(incidents).reset_index(),
        "Coverage": check_coverage(incidents if dated is None else dated, rejects),
        "Priorities": count_priorities(incidents, crosswalks=crosswalks).reset_index(),
        "Unknown categories": list_unmatched(incidents, crosswalks=crosswalks),
        "Weights used": _weights_used(incidents, crosswalks=crosswalks, **weighing),
    }
    if incidents.crs is not None and not why_no_grid(incidents.crs):
        for by in ("street", "point"):
            ranked = rank_places(incidents, by=by, top=_TOP).reset_index()
            tables[f"Repeat {by}s"] = pd.DataFrame(ranked.drop(columns="geometry"))
    if "harm" in incidents.columns:
        for layer in layers:
            earlier = None if before is None else spread_layer(before, layer)
            table = tabulate_severity(spread_layer(incidents, layer), by=f"{layer}_name", before=earlier)
            tables[f"Severity by {layer.replace('_', ' ')}"] = table.reset_index()
    return tables


def _weights_used(incidents: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Count incidents by source, category and the weight that was used for them."""
    used = explain_weights(incidents, **options)
    counts = incidents_per_row(incidents)
    keys = ["source", "category", "used", "matched", "weight"]
    rows = used.assign(source=incidents["source"], category=incidents["category"], incidents=counts)
    table = rows.groupby(keys, dropna=False)["incidents"].sum().reset_index()
    return table.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)

"""All incidents as cells of ground, never as points, with what the page needs to filter them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import assign_hotspots
from hotspots.cells.grid import draw_cells, key_cells, locate_points, make_grid
from hotspots.checks import announce, require_columns
from hotspots.common.places import Ints, incidents_per_row
from hotspots.common.wording import name_month
from maps.common.escape import clean
from maps.common.small_shapes import encode_shapes
from maps.disclosure.gate import APART, Profile, name_category
from maps.disclosure.suppression import hide_small_table

SIDE = 120.0  # metres: hexagons 208 m from edge to edge, about four hectares
MOST_CELLS = 30_000
_UNDATED = "no date"


@dataclass
class Filters:
    """What the page can filter by, and the counts behind it.

    ``counts`` holds per cell, and per hotspot, pairs of a key and a number of incidents, where the key
    is ``(month × categories + category) × sources + source``. Where small numbers are suppressed there
    are no such cubes: ``cells`` has one total per cell, and ``tables`` one column of counts per choice.
    ``across`` says how wide a cell is, from edge to edge.
    """

    months: list[str]
    categories: list[str]
    sources: list[str]
    groups: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    cells: list[Any] = field(default_factory=list)
    spots: list[Any] = field(default_factory=list)
    tables: dict[str, list[list[int | None]]] = field(default_factory=dict)
    across: str = ""
    single: bool = False
    threshold: int = 0


def filter_incidents(
    incidents: gpd.GeoDataFrame,
    spots: gpd.GeoDataFrame,
    *,
    profile: Profile,
    groups: Mapping[str, Sequence[str]] | None = None,
    told: Any = None,
) -> Filters:
    """Count incidents by cell, and by hotspot, as finely as the profile allows."""
    require_columns(incidents, ["category", "source"], what="The layer of incidents")
    held = incidents[incidents.geometry.notna() & ~incidents.geometry.is_empty]
    names, by_month = _number_months(held)
    number = incidents_per_row(held)
    kinds = name_together(held["category"], number)
    categories, by_category = _number_names(held["category"], lambda kind: kinds[str(kind)])
    sources, by_source = _number_names(held["source"], clean)
    filters = Filters(names, categories, sources, single=profile.threshold > 0, threshold=profile.threshold)
    cell, filters.shapes, side = _locate(held)
    filters.across = f"{round(side * math.sqrt(3), -2):,.0f} m"
    rank = assign_hotspots(held, spots)
    facts = pd.DataFrame(
        {"cell": cell, "month": by_month, "category": by_category, "source": by_source, "n": number, "rank": rank},
        index=held.index,
    )
    if profile.threshold:
        _suppress(facts, filters, spots, profile.threshold, told)
        return filters
    facts["key"] = (facts["month"] * len(categories) + facts["category"]) * len(sources) + facts["source"]
    filters.cells = _pairs(facts, "cell", range(len(filters.shapes)))
    filters.spots = _pairs(facts[facts["rank"].notna()], "rank", spots.index)
    filters.groups = _groups(groups, categories, kinds)
    return filters


def name_together(categories: pd.Series, number: Ints) -> dict[str, str]:
    """Name under which a map offers each category; those kept apart stand among as many of other kinds.

    Else the choice of "Other crimes (not shown separately)" would show where the sensitive ones are. The
    rarest other kinds join them, as many as it takes that they are no more than half.

    Examples
    --------
    >>> kinds = pd.Series(["Rape", "Rape", "Arson", "Drugs", "Theft"])
    >>> sorted(k for k, v in name_together(kinds, np.array([1, 1, 1, 5, 9])).items() if v == APART)
    ['Arson', 'Drugs', 'Rape']
    """
    counts = pd.Series(number).groupby(categories.astype(str).to_numpy()).sum().sort_values(kind="stable")
    named = {kind: name_category(kind) for kind in counts.index}
    left = sum(int(n) for kind, n in counts.items() if named[kind] == APART)
    for kind, n in counts.items():
        if left > 0 and named[kind] != APART:
            named[kind], left = APART, left - int(n)
    return named


def _number_months(held: gpd.GeoDataFrame) -> tuple[list[str], Ints]:
    """Names of the months, and each row's; places of a large table have none, and one name stands for all."""
    if "when" not in held.columns:
        return ["All months"], np.zeros(len(held), dtype=np.int64)
    # by the text of the month, which sorts as months do; records without a date stand last
    months, by_month = _number_names(
        held["when"].dt.to_period("M"), lambda month: _UNDATED if pd.isna(month) else month.strftime("%Y-%m")
    )
    return [m if m == _UNDATED else name_month(pd.Timestamp(f"{m}-01")) for m in months], by_month


def _number_names(values: pd.Series, name: Callable[[Any], Any]) -> tuple[list[Any], Ints]:
    """Sorted names of some values, those kept apart last, and the number of each row's."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    of_value = [name(value) for value in distinct]
    names = sorted(set(of_value), key=lambda n: (n == APART, n))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[n] for n in of_value], dtype=np.int64)[codes]


def _locate(held: gpd.GeoDataFrame) -> tuple[pd.Series, list[Any], float]:
    """Cell of each incident, from the union of all months, the cells' shapes and their side in metres.

    A region or a country gets larger cells: a page with a million of them opens nowhere.
    """
    row_of, distinct = pd.factorize(held.geometry.x.to_numpy() + 1j * held.geometry.y.to_numpy())
    xy, side = np.column_stack([distinct.real, distinct.imag]), SIDE
    while True:
        grid = make_grid("hexagon", side)
        column, row = locate_points(grid, xy)
        keys, first, which = np.unique(key_cells(column, row), return_index=True, return_inverse=True)
        if len(keys) <= MOST_CELLS:
            break
        # twice the side holds at most about four times the ground
        side *= 2 ** max(math.floor(math.log(len(keys) / MOST_CELLS, 4)), 1)
    if side > SIDE:
        said = f"smaller ones would be more than {MOST_CELLS:,}"
        announce(f"The map's cells are hexagons of {side:,.0f} m a side: {said}.")
    shapes = gpd.GeoSeries(draw_cells(grid, column[first], row[first]), crs=held.crs, index=keys)
    return pd.Series(which[row_of], index=held.index), encode_shapes(shapes, tolerance=0), side


def _pairs(facts: pd.DataFrame, by: str, order: Any) -> list[list[int]]:
    """Per cell or hotspot a flat list: key, number, key, number ... with each key a step from the last."""
    sums = facts.groupby([by, "key"], sort=True)["n"].sum()
    lists: dict[Any, list[int]] = {label: [] for label in order}
    last: dict[Any, int] = {}
    for label, key, n in sums.reset_index().itertuples(index=False):
        lists[label] += [int(key) - last.get(label, 0), int(n)]
        last[label] = int(key)
    return [lists[label] for label in order]


def _groups(
    groups: Mapping[str, Sequence[str]] | None, categories: list[str], kinds: Mapping[str, str]
) -> list[dict[str, Any]]:
    found = []
    for name, members in (groups or {}).items():
        hidden = [m for m in members if kinds.get(m, name_category(m)) == APART]
        if hidden:
            why = "it has sensitive categories, or some counted with them"
            announce(f"The profile '{clean(name)}' is not offered on the map: {why}.")
            continue
        listed = [categories.index(m) for m in members if m in categories]
        if listed:
            found.append({"name": clean(name), "members": listed})
    return found


def _suppress(facts: pd.DataFrame, filters: Filters, spots: gpd.GeoDataFrame, threshold: int, told: Any) -> None:
    totals = facts.groupby("cell")["n"].sum().reindex(range(len(filters.shapes)), fill_value=0)
    shown = totals.ge(threshold)
    if told is not None:  # what lies in a place whose number is hidden bounds that number
        shown &= ~totals.index.isin(facts.loc[told.quiet.reindex(facts.index, fill_value=False), "cell"])
        for rooms in told.rooms:
            known = pd.DataFrame(rooms, index=told.quiet.index, columns=["ground", "least", "most"])
            _make_room(shown, facts.join(known, how="inner"))
    # a cell that is hidden looks like an empty one: that there is something, too, is a number
    filters.shapes = [shape for shape, keep in zip(filters.shapes, shown, strict=True) if keep]
    filters.cells = [int(n) for n in totals[shown]]
    inside = facts[facts["rank"].notna()]
    for by, names in (("category", filters.categories), ("month", filters.months)):
        table = inside.pivot_table(index="rank", columns=by, values="n", aggfunc="sum", fill_value=0)
        table = table.reindex(index=spots.index, columns=range(len(names)), fill_value=0).astype(int)
        if told is not None and by in told.tables:
            table = told.tables[by]  # its columns stand in the order of these names
        else:
            table = table.astype(object).mask(hide_small_table(table, threshold=threshold).to_numpy(), None)
        filters.tables[by] = [
            [None if v is None or pd.isna(v) else int(v) for v in row] for row in table.to_numpy(dtype=object)
        ]


def _make_room(shown: pd.Series, facts: pd.DataFrame) -> None:
    """Hide cells until the worlds that prove what is hidden fit: no ground shows more than it may hold.

    Where a ground may hold more than it does, some cell of it is not drawn.
    """
    for _, rows in facts.groupby("ground"):
        cells = rows.groupby("cell")["n"].sum().sort_values()
        least, most = rows[["least", "most"]].iloc[0]
        tight = most > cells.sum() and shown[cells.index].all()
        while len(drawn := cells[shown[cells.index]]) and (tight or drawn.sum() > least):
            enough = drawn[drawn >= drawn.sum() - least]
            shown[enough.index[0] if len(enough) else drawn.index[-1]] = False
            tight = False

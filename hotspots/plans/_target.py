"""What a plan is about: one hotspot, several, a street, or any area, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.checks import InputError, closest_name, require_metres
from hotspots.common.place_names import name_place
from hotspots.common.plan_words import clean_text, strip_near
from hotspots.common.wording import say_count, say_list
from hotspots.plans._facts import count_weights, rows_inside

# A street known only by its incidents is drawn this far around them, in metres.
STREET_BUFFER = 30.0
NEARLY_ALL = 0.9

Shares = list[tuple[str, float]]


@dataclass
class Target:
    """The ground of a plan: parts with reference, name and outline; layers with the share in each area.

    ``layer`` is the one that the parts are areas of: "" for drawn ground, streets and hotspots.
    """

    ref: str
    name: str
    covers: str
    parts: list[dict[str, Any]]
    ranks: list[int] = field(default_factory=list)
    layers: dict[str, Shares] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    layer: str = ""

    @property
    def ground(self) -> BaseGeometry:
        """All parts as one geometry."""
        return shapely.union_all([part["geometry"] for part in self.parts])

    @property
    def title(self) -> str:
        """Name and main area, as on the cover."""
        # an area lies in what holds nearly all of it, or is named by itself: a committee is no part of a ward
        least = NEARLY_ALL if self.covers == "area" else 0.0
        main = next((s[0][0] for s in self.layers.values() if s and s[0][1] >= least), "")
        return f"{self.name}, {main}" if main and main != self.name else self.name


def find_target(given: Any, incidents: gpd.GeoDataFrame, *, title: str | None) -> Target:
    """Take whatever names the ground of a plan: a row, several rows, a street's name, or a polygon."""
    if isinstance(given, str):
        target = _street(given, incidents)
    elif isinstance(given, pd.Series):
        target = _row(given, incidents.crs)
    elif isinstance(given, gpd.GeoDataFrame) and len(given):
        require_metres(given, what="the plan's areas", like=incidents)
        target = _rows(given, incidents.crs)
    elif isinstance(given, BaseGeometry) and not given.is_empty:
        if not title:
            raise InputError("A drawn area needs a name", given=given.geom_type, advice='title="Beeston NIP"')
        target = Target(_grid_ref(given, incidents.crs), title, "area", [{"ref": "", "name": title, "geometry": given}])
    else:
        raise InputError(
            "A plan needs a hotspot, several, a street or an area",
            given=type(given).__name__,
            advice='spots.loc[1], spots.loc[[1, 2]], "Boar Lane", areas.loc[0] or a polygon',
        )
    if title:
        target.name = clean_text(title)
    return target


def _row(row: pd.Series, crs: Any) -> Target:
    geometry = row.get("geometry")
    if not isinstance(geometry, BaseGeometry) or geometry.is_empty:
        raise InputError("The plan's row has no geometry", given=str(row.name), advice="spots.loc[1]")
    spot = "ref" in row.index
    ref = clean_text(row["ref"]) if spot else clean_text(row.get("code")) or _grid_ref(geometry, crs)
    name = _say_place(strip_near(row.get("name")), row.get("streets")) or ref
    ranks = [int(row.name)] if spot and isinstance(row.name, int | np.integer) else []
    part = {"ref": ref, "name": name, "geometry": geometry}
    return Target(
        ref, name, "hotspot" if spot else "area", [part], ranks, _layers(row), {str(k): v for k, v in row.items()}
    )


def _say_place(name: str, streets: Any) -> str:
    """Name of a place; beside a kind of place ("Parking Area") the busiest street that is one."""
    others = [strip_near(street) for street in streets] if isinstance(streets, list) else []
    return name_place([name, *others])


def _rows(rows: gpd.GeoDataFrame, crs: Any) -> Target:
    several = [_row(row, crs) for _, row in rows.iterrows()]
    if len(several) == 1:
        return several[0]
    first = several[0]
    names = list(dict.fromkeys(target.name for target in several))
    name = say_list(names) if len(names) <= 2 else f"{names[0]} and {say_count(len(names) - 1, 'more place')}"
    ranks = [rank for t in several for rank in t.ranks]
    covers = "hotspots" if first.covers == "hotspot" else "area"
    return Target(first.ref, name, covers, [p for t in several for p in t.parts], ranks)


def _street(name: str, incidents: gpd.GeoDataFrame) -> Target:
    streets = incidents["place"].map(strip_near)
    found = incidents[streets.str.casefold() == strip_near(name).casefold()]
    if len(found) == 0:
        near = closest_name(strip_near(name), streets.unique())
        raise InputError(
            "No record is on a street of that name",
            given=repr(name),
            advice=repr(near) if near else "a name as it stands in the column place",
        )
    ground = shapely.union_all(found.geometry.to_numpy()).buffer(STREET_BUFFER)
    written = strip_near(found["place"].iloc[0])
    ref = _grid_ref(ground, incidents.crs)
    return Target(ref, written, "street", [{"ref": ref, "name": written, "geometry": ground}])


def _grid_ref(ground: BaseGeometry, crs: Any) -> str:
    from hotspots.common.gridref import grid_reference

    middle = ground.representative_point()
    return grid_reference(middle.x, middle.y, crs)


def _layers(row: pd.Series) -> dict[str, Shares]:
    """Areas the row is attached to, by layer, with the share of the incidents in each."""
    layers: dict[str, Shares] = {}
    for column in [str(c) for c in row.index if str(c).endswith(("_name", "_names"))]:
        layer = column.removesuffix("s").removesuffix("_name")
        name = clean_text(row[column]) if column.endswith("_name") else ""
        shares = row.get(f"{layer}_shares")
        if isinstance(shares, list) and shares:
            layers[layer] = [(clean_text(n), float(s)) for n, s in shares]
        elif name:
            layers[layer] = [(name, 1.0)]
    return layers


def layer_of(target: Target, layers: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Name the layer that the parts of a plan for an area are areas of; "" for drawn ground."""
    if target.covers != "area":
        return ""
    for layer, areas in layers.items():
        shapes = areas.geometry.to_numpy()
        if all(shapely.equals(shapes, part["geometry"]).any() for part in target.parts):
            return layer
    return ""


def rows_of(incidents: gpd.GeoDataFrame, target: Target) -> pd.Series:
    """Whether each row is a plan's: attached to its areas, as in every table of a run; else on its ground."""
    codes = f"{target.layer}_code"
    if target.layer and codes in incidents:
        refs = [part["ref"] for part in target.parts]
        attached: pd.Series = incidents[codes].astype("str").isin(refs)
        if attached.any():
            return attached
    return rows_inside(incidents, target.ground)


def share_layers(rows: gpd.GeoDataFrame, areas: dict[str, gpd.GeoDataFrame]) -> dict[str, Shares]:
    """Share of the rows' incidents in each area of each layer, largest first."""
    weights = count_weights(rows)
    found: dict[str, Shares] = {}
    for layer, polygons in areas.items():
        require_metres(polygons, what=f"the areas '{layer}'", like=rows)
        if f"{layer}_name" in rows:
            found |= _listed(layer, weights.groupby(rows[f"{layer}_name"]).sum(), float(weights.sum()))
            continue
        at, area = polygons.sindex.query(rows.geometry.to_numpy(), predicate="intersects")
        pairs = pd.Series(area, index=at)
        # where areas overlap by nature a row counts in each, else on a shared edge in the first alone
        first = pairs if polygons.attrs.get("overlapping") else pairs.groupby(level=0).min()
        names = polygons["name"].to_numpy()[first.to_numpy()]
        found |= _listed(layer, weights.iloc[first.index].groupby(names).sum(), float(weights.sum()))
    return found


def _listed(layer: str, counts: pd.Series, whole: float) -> dict[str, Shares]:
    counts = counts.sort_values(ascending=False, kind="stable")
    return {layer: [(clean_text(n), float(c) / whole) for n, c in counts.items()]} if len(counts) else {}

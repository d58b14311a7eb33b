"""One summariser for every method: shapes and who is in them become the table of hotspots."""

import math
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import CRS, count_weighed
from hotspots.common.columns import HARMS, NO_STREET, plain_text
from hotspots.common.gridref import unique_references
from hotspots.common.place_names import name_place, strip_near
from hotspots.common.places import Floats, Ints, Places, exact_units


class Shape(NamedTuple):
    """One hotspot before it is counted."""

    geometry: Any  # the ground it covers, in the places' grid
    kind: str  # ``"single"`` or ``"clustered"``
    # easting, northing and radius in metres of each part; the radius is NaN where it is not a disc
    centres: list[tuple[float, float, float]]
    inside: Ints  # the places it counts, in order: every place belongs to at most one part of one hotspot
    part: Ints  # the part that counts each of them

    @classmethod
    def of(cls, geometry: Any, kind: str, centres: list[tuple[float, float, float]], part_of: Any) -> "Shape":
        """Make a shape from the part that counts each place, or -1."""
        every = np.asarray(part_of, dtype=np.int64)
        inside = np.flatnonzero(every >= 0)
        return cls(geometry, kind, centres, inside, every[inside])


def summarise_spots(incidents: gpd.GeoDataFrame, places: Places, shapes: list[Shape]) -> tuple[gpd.GeoDataFrame, Ints]:
    """Table of hotspots, worst first, with the columns of the contract."""
    spots, label, _ = summarise_in_order(incidents, places, shapes)
    return spots, label


def summarise_in_order(
    incidents: gpd.GeoDataFrame, places: Places, shapes: list[Shape]
) -> tuple[gpd.GeoDataFrame, Ints, Ints]:
    """Do as `summarise_spots`, and say which shape each row was."""
    columns = [c for c in HARMS if c in incidents.columns]
    harms = {c: places.total(incidents[c].to_numpy(dtype=float)) for c in columns}
    whole = {c: float(harms[c].sum()) for c in columns}
    streets = _streets_of_places(incidents, places)
    rows = [_summarise_shape(shape, places, harms, streets) for shape in shapes]
    everyone = int(places.incidents.sum())
    weighed = places.total(count_weighed(incidents, strict=True).astype(float))
    for row in rows:
        row["share_of_incidents"] = row["incidents"] / everyone if everyone else np.nan
        row["share_of_harm"] = row["harm"] / whole["harm"] if whole.get("harm") else np.nan
    for number, row in enumerate(rows):
        row["_shape"] = number
    rows.sort(key=_worst_first)
    for row in rows:
        # where there is no record there is no harm either, and that is known
        if row["incidents"] and not weighed[shapes[row["_shape"]].inside].any():
            _forget_harm(row)
    label = np.full(len(places.xy), -1, dtype=np.int64)
    order = np.array([row.pop("_shape") for row in rows], dtype=np.int64)
    for number, shape in enumerate(order):
        label[shapes[shape].inside] = number
    references = unique_references((r["parts"][0]["_at"] for r in rows), crs=places.crs)
    for row, ref in zip(rows, references, strict=True):
        row["ref"] = ref
        row["name"] = row["name"] or ref
        for part in row["parts"]:
            del part["_at"]
    return frame_of(rows, crs=places.crs), label, order


def frame_of(rows: list[dict[str, Any]], *, crs: Any = CRS) -> gpd.GeoDataFrame:
    """Rows of a table of hotspots, in the columns and types of the contract; right when empty too.

    Examples
    --------
    >>> frame_of([]).index.name, frame_of([])["incidents"].dtype
    ('rank', dtype('int64'))
    """

    def column(name: str, missing: Any) -> list[Any]:
        return [row.get(name, missing) for row in rows]

    table: dict[str, Any] = {}
    for name in ("ref", "name"):
        table[name] = pd.Series(column(name, ""), dtype="str")
    table["incidents"] = np.array(column("incidents", 0), dtype=np.int64)
    for name in (*HARMS, "share_of_incidents", "share_of_harm"):
        table[name] = np.array(column(name, np.nan), dtype=float)
    table["places"] = np.array(column("places", 0), dtype=np.int64)
    table["kind"] = pd.Series(column("kind", "single"), dtype="str")
    table["parts"] = pd.Series(column("parts", None), dtype=object)
    for name in ("rank_low", "rank_high"):
        table[name] = pd.array(column(name, pd.NA), dtype="Int64")
    table["stability"] = np.array(column("stability", np.nan), dtype=float)
    table["trend"] = pd.Series(column("trend", ""), dtype="str")
    table["streets"] = pd.Series(column("streets", None), dtype=object)
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(column("geometry", None), crs=crs), crs=crs)
    frame.index = pd.RangeIndex(1, len(rows) + 1, name="rank")
    return frame


def _forget_harm(row: dict[str, Any]) -> None:
    """Leave harm blank where no record has a weight: what is left is our own weight of ASB."""
    row |= dict.fromkeys((*HARMS, "share_of_harm"), np.nan)
    row["parts"] = [part | {"harm": math.nan} for part in row["parts"]]


def _worst_first(row: dict[str, Any]) -> tuple[float, ...]:
    harm = 0 if np.isnan(row["harm"]) else int(exact_units(row["harm"]))
    return (-harm, -row["incidents"], *row["parts"][0]["_at"])


def _summarise_shape(shape: Shape, places: Places, harms: dict[str, Floats], streets: "_Streets") -> dict[str, Any]:
    inside = shape.inside
    parts: list[dict[str, Any]] = []
    for number, (easting, northing, radius) in enumerate(shape.centres):
        mine = inside[shape.part == number]
        names = _busiest_streets(streets, mine)
        parts.append(
            {
                "easting": float(easting),
                "northing": float(northing),
                "radius": float(radius),
                "incidents": int(places.incidents[mine].sum()),
                "harm": float(harms["harm"][mine].sum()) if "harm" in harms else float("nan"),
                "street": names[0] if names else "",
                "_at": (float(easting), float(northing)),
            }
        )
    parts.sort(key=lambda p: (-round(0.0 if math.isnan(p["harm"]) else p["harm"], 6), -p["incidents"], p["_at"]))
    names = _busiest_streets(streets, inside)
    row = {name: float(harms[name][inside].sum()) if name in harms else float("nan") for name in HARMS}
    return row | {
        "name": name_place(names),
        "incidents": int(places.incidents[inside].sum()),
        "places": len(inside),
        "kind": shape.kind,
        "parts": parts,
        "streets": names,
        "geometry": shape.geometry,
    }


class _Streets(NamedTuple):
    """Incidents by place and street, sorted by place."""

    at: Ints
    names: list[str]
    incidents: list[int]


def _streets_of_places(incidents: gpd.GeoDataFrame, places: Places) -> _Streets:
    if "place" not in incidents.columns:
        return _Streets(np.empty(0, dtype=np.int64), [], [])
    codes, texts = pd.factorize(plain_text(incidents["place"]))
    street = [strip_near(text) for text in texts]
    known = np.array([name not in NO_STREET for name in street], dtype=bool)
    use = known[codes] if len(known) else np.zeros(0, dtype=bool)
    key = places.inverse[use] * max(len(texts), 1) + codes[use]
    keys, inverse = np.unique(key, return_inverse=True)
    count = np.bincount(inverse, places.rows[use], len(keys)).astype(np.int64)
    return _Streets(keys // max(len(texts), 1), [street[k] for k in keys % len(texts)], count.tolist())


def _busiest_streets(streets: _Streets, inside: Ints) -> list[str]:
    """Street names at some places, busiest first, ties by name."""
    low, high = np.searchsorted(streets.at, inside), np.searchsorted(streets.at, inside, side="right")
    tally: dict[str, int] = {}
    for start, end in zip(low.tolist(), high.tolist(), strict=True):
        for row in range(start, end):
            name = streets.names[row]
            tally[name] = tally.get(name, 0) + streets.incidents[row]
    return [name for name, _ in sorted(tally.items(), key=lambda item: (-item[1], item[0]))]

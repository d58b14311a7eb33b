"""Whose columns say what: OpenStreetMap's tags, Ordnance Survey's open products, or the user's layout."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.common.escape import clean

# Roads by how far off they are still drawn: main, middle, local, path.
MAIN, MIDDLE, LOCAL, PATH = range(4)
_CLASSES = (
    (PATH, r"(foot|cycle|bridle|path|steps|track|corridor|alley|service|private|restricted local)"),
    (MAIN, r"(motorway|trunk|primary|a road|national)"),
    (MIDDLE, r"(secondary|tertiary|b road|minor|classified unnumbered|regional)"),
)
_KNOWN = tomllib.loads((files("maps.streets") / "columns.toml").read_text(encoding="utf-8"))
KINDS: dict[str, str] = _KNOWN["kinds"]
_PART_OF = r"\b(?:building|block|wing|unit|department|centre for)\b"  # of a hospital or college: known to few
_LINES, _AREAS = ("LineString", "MultiLineString"), ("Polygon", "MultiPolygon")
OSM_CREDIT = "Streets and places © OpenStreetMap contributors, Open Database Licence."
OS_CREDIT = "Contains OS data © Crown copyright and database right."


def find_kind(layer: str) -> str:
    """Tell what a layer holds by its name, or "".

    Examples
    --------
    >>> find_kind("roads_local"), find_kind("RailwayStation"), find_kind("contours")
    ('road', 'place', '')
    """
    low = layer.casefold()
    return next((kind for word, kind in _KNOWN["layers"].items() if word in low and "parking" not in low), "")


def credit_of(columns: Any) -> str:
    """Licence line of whoever publishes such columns, or ""."""
    held = {str(c).casefold() for c in columns}
    return OSM_CREDIT if held & set(_KNOWN["osm"]) else OS_CREDIT if held & set(_KNOWN["os"]) else ""


def classify(
    frame: gpd.GeoDataFrame, *, layer: str, wanted: str = "", layout: Mapping[str, Any] | None = None
) -> gpd.GeoDataFrame:
    """Rows as ``kind, rank, name, geometry``; of what is not known nothing."""
    data = frame.rename(columns={c: str(c).casefold() for c in frame.columns if c != frame.geometry.name})
    data = data.loc[:, ~data.columns.duplicated()]
    given = {str(k): str(v).casefold() for k, v in (layout or {}).items() if isinstance(v, str)}
    tagged = not given and bool(set(data.columns) & set(_KNOWN["tags"]))
    kinds = _kinds_by_tag(data) if tagged else pd.Series(find_kind(layer) or wanted, index=data.index)
    if tagged and wanted and kinds.eq("").all():  # tags of other things than these: what it was given as
        kinds[:] = find_kind(layer) or wanted
    names = _names(data, given)
    rows = gpd.GeoDataFrame(
        {"kind": kinds, "rank": _ranks(data, given, layout or {}), "name": names}, geometry=data.geometry, crs=data.crs
    )
    rows.loc[rows["kind"] != "road", "rank"] = 0
    fits = {"road": _LINES, "rail": _LINES, "water": _LINES + _AREAS, "green": _AREAS, "building": _AREAS}
    of = rows.geom_type
    kept = pd.Series([kind == "place" or of[i] in fits.get(kind, ()) for i, kind in rows["kind"].items()], rows.index)
    named = _named_places(data, rows, tagged=tagged)
    found = pd.concat([rows[kept & (rows["kind"] != "place")], named])
    found = found[found["kind"].eq(wanted)] if wanted else found
    return gpd.GeoDataFrame(found.reset_index(drop=True), crs=data.crs)


def _tag(data: gpd.GeoDataFrame, key: str) -> pd.Series:
    """Give an OpenStreetMap tag, from its column or from among the other tags."""
    found = data[key].astype("str").where(data[key].notna(), "") if key in data.columns else pd.Series("", data.index)
    if "other_tags" in data.columns:
        other = data["other_tags"].astype("str").str.extract(rf'"{key}"=>"([^"]*)"', expand=False).fillna("")
        found = found.where(found.ne(""), other)
    return found


def _kinds_by_tag(data: gpd.GeoDataFrame) -> pd.Series:
    highway, railway, building = (_tag(data, key) for key in ("highway", "railway", "building"))
    uses = [_tag(data, key) for key in ("leisure", "landuse", "natural")]
    line = data.geom_type.isin(_LINES)
    wet = _tag(data, "waterway").ne("") | uses[2].isin(["water", "bay"]) | uses[1].isin(["reservoir", "basin"])
    green = np.any([use.isin(_KNOWN["green"]) for use in uses], axis=0)
    choices = [
        line & highway.ne("") & ~highway.isin(_KNOWN["no_roads"]),
        line & railway.isin(_KNOWN["rails"]),
        wet,
        building.ne("") & building.ne("no"),
        green,
    ]
    kinds = ["road", "rail", "water", "building", "green"]
    return pd.Series(np.select(choices, kinds, ""), index=data.index)


def _named_places(data: gpd.GeoDataFrame, rows: gpd.GeoDataFrame, *, tagged: bool) -> gpd.GeoDataFrame:
    """Places people name a corner by: points, and the middle of buildings and grounds that have a name.

    Rank 0 are those a driver knows from afar (a station, a hospital), 1 those known nearby (a school), 2 all others.
    """
    if tagged:
        what = np.any(
            [_tag(data, tag).ne("") & ~_tag(data, tag).isin(_KNOWN["no_places"]) for tag in _KNOWN["place_tags"]],
            axis=0,
        )
        is_place = what & ~data.geom_type.isin(_LINES) & _tag(data, "highway").eq("")
    else:
        is_place = rows["kind"].isin(["place", "building"]) & ~data.geom_type.isin(_LINES)
    found = rows[is_place & rows["name"].ne("")]
    of = data.loc[found.index]
    said = pd.DataFrame({key: _tag(of, key).str.casefold() for key in (*_KNOWN["place_tags"], *_KNOWN["classes"])})
    apart = found["name"].str.contains(_PART_OF, case=False, regex=True)
    known = [said.isin(_KNOWN[words]).any(axis=1) & ~apart for words in ("landmarks", "known_nearby")]
    ranks = np.select(known, [0, 1], 2)
    return found.assign(kind="place", rank=ranks).set_geometry(found.geometry.representative_point())


def _names(data: gpd.GeoDataFrame, given: Mapping[str, str]) -> pd.Series:
    """Give the name, or of a road without one its number."""
    columns = [given["name"]] if "name" in given else [c for c in _KNOWN["names"] if c in data.columns][:1]
    columns += [c for c in _KNOWN["numbers"] if c in data.columns][:1]
    names = pd.Series("", index=data.index)
    for column in columns:
        said = data[column].map(clean) if column in data.columns else names
        names = names.where(names.ne(""), said)
    return names.str.split(";").str[0].str.strip()


def _ranks(data: gpd.GeoDataFrame, given: Mapping[str, str], layout: Mapping[str, Any]) -> pd.Series:
    column = given.get("class") or next((c for c in _KNOWN["classes"] if c in data.columns), "")
    if column not in data.columns:
        return pd.Series(LOCAL, index=data.index)
    classes = data[column].map(clean).str.casefold()
    own = {
        str(v).casefold(): r for r, key in enumerate(("main", "middle", "local", "path")) for v in layout.get(key, ())
    }
    ranks: pd.Series = classes.map({one: own.get(one, _rank_of(one)) for one in classes.unique()})
    return ranks.astype(int)


def _rank_of(said: str) -> int:
    return next((rank for rank, words in _CLASSES if re.match(words, said)), LOCAL)

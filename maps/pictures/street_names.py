"""Where the streets named in the incidents lie, for orientation without a background map."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import assign_hotspots
from hotspots.common.place_names import KINDS_OF_PLACE
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_words import strip_near
from maps.common.escape import clean
from maps.common.small_shapes import encode_points
from maps.disclosure.gate import APART, Profile, name_category
from maps.wording import list_streets

_MOST = 12
_STEP = 40.0  # metres


def locate_streets(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame | None, *, profile: Profile) -> pd.DataFrame:
    """Streets in the hotspots: name and position, the busiest first."""
    columns = ["rank", "name", "easting", "northing", "incidents"]
    if incidents is None or "place" not in incidents.columns:
        rows: list[Any] = [(r, *s, 0) for r, spot in spots.iterrows() for s in list_streets(spot)]
        return pd.DataFrame(rows, columns=columns)
    held = incidents[incidents.geometry.notna() & ~incidents.geometry.is_empty]
    if "category" in held.columns:
        apart = [kind for kind in held["category"].unique() if name_category(kind) == APART]
        held = held[~held["category"].isin(apart)]
    rank = assign_hotspots(held, spots)
    held, rank = held[rank.notna()], rank[rank.notna()]
    names = {place: strip_near(clean(place)) for place in held["place"].unique()}
    number = incidents_per_row(held)
    facts = pd.DataFrame(
        {
            "rank": rank,
            "name": held["place"].map(names).astype("str"),
            "easting": held.geometry.x * number,
            "northing": held.geometry.y * number,
            "incidents": number,
        }
    )
    facts = facts[facts["name"].ne("")]
    one = facts.groupby(["rank", "name"], as_index=False).sum()
    one = one[one["incidents"] >= max(profile.threshold, 1)]
    one[["easting", "northing"]] = one[["easting", "northing"]].div(one["incidents"], axis=0)
    # a name needs no exact place, and the exact place may be somebody's home
    one[["easting", "northing"]] = (one[["easting", "northing"]] / _STEP).round() * _STEP
    one = one.sort_values(["incidents", "rank", "name"], ascending=[False, True, True])
    kind = one["name"].str.casefold().isin(KINDS_OF_PLACE)
    one = pd.concat([one[~kind], one[kind]])  # where there is no room for all, streets come before car parks
    return pd.DataFrame(one.groupby("rank").head(_MOST)[columns].reset_index(drop=True))


def place_names(streets: pd.DataFrame, crs: Any) -> list[dict[str, Any]]:
    """Names and positions for the page, five decimals of a degree."""
    points = gpd.GeoSeries(gpd.points_from_xy(streets["easting"], streets["northing"]), crs=crs)
    return [{"name": n, "at": at} for n, at in zip(streets["name"], encode_points(points), strict=True) if n]

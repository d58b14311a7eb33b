"""The two pictures of a plan: the place, drawn from the data and the streets under them, and its months."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.common.outline_text import read_outline
from hotspots.common.plan_words import start_sentence
from hotspots.common.wording import say_list
from hotspots.plans.record import Plan
from maps.common.calendar import say_entry
from maps.disclosure.gate import Profile
from maps.documents.blocks import Picture, Pictures
from maps.pictures.month_chart import MOST_MONTHS, draw_months, label_month, list_marks, marks_in
from maps.pictures.still_map import draw_static_map

MAP_SIZE, CHART_SIZE = (122.0, 58.0), (52.0, 58.0)  # millimetres: side by side on an A4 page


@dataclass(frozen=True)
class Look:
    """What a plan's documents are drawn and marked with, as `maps.write_plan` says; None: as before."""

    spots: gpd.GeoDataFrame | None = None
    layers: Mapping[str, gpd.GeoDataFrame] | None = None
    map_png: bytes | None = None
    profile: str | Profile | None = None
    marking: str | None = None
    attribution: str | None = None


def draw_pictures(plan: Plan, look: Look) -> Pictures | None:
    """Map of the place (where hotspots are given) and chart of its months, side by side."""
    if not plan.frozen.get("areas"):
        return None
    drawn = []
    if look.map_png is not None:
        drawn.append(_show_map(plan, look.map_png))
    elif look.spots is not None:
        frame, rank = place_on_list(plan, look.spots)
        width, height = MAP_SIZE
        near = _near(look.layers or {}, frame.geometry[rank])
        png = draw_static_map(frame, layers=near, focus=rank, profile=look.profile, width=width, height=height)
        drawn.append(_show_map(plan, png))
    months = plan.analysis.get("months", [])
    # bars of nothing would mislead, and one bar says nothing
    if len(months) > 1 and any(int(row["incidents"]) > 0 for row in months):
        said = "; ".join(f"{label_month(row['month'])}: {row['incidents']}" for row in months[-24:])
        caption = f"Right: {plan.frozen.get('counted', 'records')} by month."
        alt = f"Bars of {plan.frozen.get('counted', 'records')} by month. {said}."
        if least := int(plan.scanning.get("threshold", 0)):
            caption += f" Months under {least}, and some beside them, are left out."
        marks = list_marks(plan)
        if shown := marks_in(marks, [str(row["month"]) for row in months[-MOST_MONTHS:]]):
            key = "; ".join(dict.fromkeys(f"{letter} {say_entry(entry)}" for letter, entry in shown))
            caption, alt = f"{caption} {key}.", f"{alt} Marked: {key}."
        drawn.append(Picture(draw_months(months, marks), alt, caption, CHART_SIZE[0] / 10))
    if len(drawn) == 1:  # one alone is neither left nor right
        drawn = [replace(drawn[0], caption=start_sentence(drawn[0].caption.partition(": ")[2]))]
    return Pictures(tuple(drawn)) if drawn else None


def _show_map(plan: Plan, png: bytes) -> Picture:
    streets = [row["street"] for row in plan.analysis.get("repeat_places", ())][:5]
    named = f" Busiest streets: {say_list(streets)}." if streets else ""
    alt = f"Map of {plan.title}: outline of the plan's area with street names and hotspots nearby.{named}"
    return Picture(png, alt, f"Left: the place ({plan.title}).", MAP_SIZE[0] / 10)


def _near(layers: Mapping[str, gpd.GeoDataFrame], ground: Any) -> dict[str, gpd.GeoDataFrame]:
    """Keep what the map can show: simplifying a whole city's outlines for one street is slow."""
    west, south, east, north = ground.bounds
    around = ground.buffer(max(1500.0, 2 * (east - west), 2 * (north - south)))
    return {name: frame[frame.geometry.intersects(around)] for name, frame in layers.items()}


def place_on_list(plan: Plan, spots: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Any]:
    """Give the list with the plan's own area in it, and its rank there."""
    ground = shapely.union_all([read_outline(area["wkt"]) for area in plan.frozen["areas"]])
    refs = spots["ref"].tolist() if "ref" in spots else []
    if plan.ref in refs and plan.covers == "hotspot":
        rank = int(spots.index[refs.index(plan.ref)])
        frame = spots.copy()
        # the list draws one street per part: a plan names the busiest ones
        old = frame.get("parts", pd.Series(index=frame.index, dtype=object))
        frame["parts"] = [_street_parts(plan) if at == rank else parts for at, parts in old.items()]
        frame.loc[[rank], frame.geometry.name] = gpd.GeoSeries([ground], index=[rank], crs=spots.crs)
        return frame, rank
    columns = {"ref": [plan.ref], "name": [plan.title], "incidents": [1], "parts": [_street_parts(plan)]}
    row = gpd.GeoDataFrame(columns, geometry=[ground], crs=spots.crs)
    # a place that is not one of the list's has no number among its neighbours
    row.index = pd.Index(["here"], name="rank", dtype=object)
    return gpd.GeoDataFrame(pd.concat([row, spots]), crs=spots.crs), "here"


def _street_parts(plan: Plan) -> list[dict[str, object]]:
    places = plan.analysis.get("repeat_places", ())
    # a count that may be shown already stands in the plan: the map takes the names only
    return [{name: row[name] for name in ("street", "easting", "northing")} for row in places]

"""What is fixed when a plan is opened, and how later data differ from it."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.assessment.comparison_areas import FEWEST, propose_comparators
from hotspots.change.chosen_by_counts import NOT_KNOWN
from hotspots.checks import CRS, InputError
from hotspots.common.outline_text import read_outline, write_outline
from hotspots.common.place_names import ELSEWHERE, is_kind_of_place, setting_of
from hotspots.common.plan_words import clean_text, strip_near
from hotspots.common.windows import read_windows
from hotspots.common.wording import say_count, say_date, say_list, say_months
from hotspots.plans._facts import Facts
from hotspots.plans._target import Target, rows_of
from hotspots.plans.record import Plan
from hotspots.plans.success import say_visible

# Areas are alike up to this factor in records, and its square in size: a large ward may be an empty one.
ALIKE = 2.0
LISTED = ("hotspot", "hotspots")  # chosen for their counts; wards and streets were asked for by name
HALF = 0.5  # of its records: then a hotspot is the prison or station that they are put down at


def freeze_plan(
    facts: Facts,
    target: Target,
    spots: gpd.GeoDataFrame | None,
    *,
    ring: float,
    selected_on: Any,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    planned: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """Fix areas, ring, measures, windows and comparator, before the response.

    An area is compared with other areas of its own layer (of ``layers``), a drawn one with ground as large;
    none with a place of ``planned``, where a plan of its own is or will be at work.
    """
    if not ring > 0:
        raise InputError("The surrounding area must be wider than 0 metres", given=f"ring={ring}", advice="200")
    unknown = isinstance(selected_on, str) and selected_on == NOT_KNOWN
    selected = _selected_months(facts, None if unknown else selected_on)
    frozen: dict[str, Any] = {
        "name": target.name,
        "ring_metres": float(ring),
        "counted": say_list(facts.kinds),
        "measures": ["incidents", *(["harm"] if facts.has_harm else [])],
        "selected_months": selected,
        "selected_incidents": _count_in(facts, selected),
        **_baseline(facts, selected, covers=target.covers),
    } | ({"layer": target.layer} if target.layer else {})
    if facts.everything.crs != CRS:
        frozen["crs"] = facts.everything.crs.to_string()
    if unknown:
        frozen["choice"] = NOT_KNOWN
    others = _peers(target, layers or {}) if target.covers == "area" else spots
    rows = _propose(facts, target, others, planned, ring=ring, selected=selected)
    kind = facts.setting if facts.setting in ELSEWHERE else "place"
    frozen["comparator"] = _say_comparator(rows, others, kind=kind)
    parts = [(str(part["ref"]), str(part["name"]), write_outline(part["geometry"])) for part in target.parts]
    frozen["areas"] = [{"ref": ref, "name": name, "wkt": outline} for ref, name, outline in parts]
    if len(rows):
        frozen["comparator_areas"] = [{"wkt": write_outline(shape)} for shape in rows.geometry]
    if selected:
        beside = float(rows["selected"].sum()) if len(rows) else None
        wide = 1.0 if spots is None else float(spots.attrs.get("dispersion") or 1.0)
        own = frozen["selected_incidents"]
        if not 0 < own < facts.threshold:
            frozen["visible"] = say_visible(own, beside, len(selected), dispersion=wide)
    near = _neighbours(target, rows, spots, ring=ring)
    if near:
        frozen["other_areas"] = [{"wkt": write_outline(shape)} for shape in near]
    return frozen


def _peers(target: Target, layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame | None:
    """Other areas of the layer that an area is of; None for drawn ground, and the one area of its layer."""
    areas = layers.get(target.layer)
    if areas is None or len(areas) == len(target.parts):
        return None
    shapes = areas.geometry.to_numpy()
    return areas[~np.logical_or.reduce([shapely.equals(shapes, part["geometry"]) for part in target.parts])]


def _neighbours(
    target: Target, compared: gpd.GeoDataFrame, spots: gpd.GeoDataFrame | None, *, ring: float
) -> list[Any]:
    """Find other hotspots in the surrounding areas: they are cut out, for they go up and down themselves."""
    if spots is None:
        return []
    ground = target.ground
    known = shapely.union_all([ground, *compared.geometry])
    shapes = spots.geometry.to_numpy()
    near = shapely.intersects(shapes, shapely.buffer(known, ring)) & ~shapely.intersects(shapes, ground)
    held = shapely.area(shapely.intersection(shapes, known)) > 0.5 * shapely.area(shapes)
    return list(shapes[near & ~held])


def _count_in(facts: Facts, months: list[str]) -> int:
    periods = [pd.Period(month, freq="M") for month in months]
    return int(facts.months.reindex(periods, fill_value=0).sum())


def _baseline(facts: Facts, selected: list[str], *, covers: str) -> dict[str, Any]:
    """Take the baseline from months that did not choose the place: a place chosen for being high falls."""
    if not selected:
        return {"baseline_months": [], "baseline": "to be counted: the records given carry no dates"}
    later = [str(m) for m in facts.all_months.index if str(m) > max(selected)]
    if later:
        count = _count_in(facts, later)
        period = say_months([pd.Period(month, freq="M") for month in later])
        said = f"{facts.say(count)} in {period}, which did not choose the place"
        return {"baseline_months": later, "baseline_incidents": count, "baseline": said}
    first = say_months([pd.Period(max(selected), freq="M") + 1])
    chosen = say_months([pd.Period(month, freq="M") for month in selected])
    held = facts.say(_count_in(facts, selected))
    they, them = ("it", "it") if _count_in(facts, selected) == 1 else ("they", "them")
    why = f"{they} chose the place" if covers in LISTED else f"the plan is made of {them}"
    said = f"Count from {first} until the response starts (not the {held} of {chosen}: {why})"
    return {"baseline_months": [], "baseline": said}


def _selected_months(facts: Facts, selected_on: Any) -> list[str]:
    months = facts.all_months.index
    if selected_on is not None:
        windows = read_windows(selected_on)
        held = [m for m in months if any(w.start <= m.start_time < w.end for w in windows)]
        if not held:
            raise InputError(
                "The data hold no month of the period that chose the place",
                given=str(selected_on),
                advice="selected_on='2018-07', a month that the records cover",
            )
        return [str(m) for m in held]
    return [str(m) for m in months]


def _propose(
    facts: Facts,
    target: Target,
    others: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    *,
    ring: float,
    selected: list[str],
) -> gpd.GeoDataFrame:
    """Ground as large and as busy in the same selection period: places of one kind where there are enough.

    A prison or station is compared with its like or with nothing, and no street with one of them.
    """
    known: dict[str, Any] = {"ring": ring, "selected": selected, "planned": planned}
    if not selected or target.covers == "area":
        fill = others is None and facts.setting not in ELSEWHERE
        return _alike(facts, target, others, fill=fill, **known)
    same, rest = others, others
    if others is not None:
        kinds = others["name"].map(clean_text).map(_kind_of)
        # a police station is one of many points of a busy street
        few = kinds.isin(ELSEWHERE) & (others.get("default_location_share", 1.0) < HALF)
        kinds = kinds.mask(few, "street")
        own = _kind_of(target.name)
        own = facts.setting if facts.setting in ELSEWHERE else "street" if own in ELSEWHERE else own
        same, rest = others[kinds == own], others[~kinds.isin(ELSEWHERE)]
    rows = _alike(facts, target, same, fill=False, **known)
    if facts.setting in ELSEWHERE or len(rows) >= FEWEST:
        return rows
    return _alike(facts, target, rest, fill=True, **known)


def _kind_of(name: str) -> str:
    """Name the kind of place that a hotspot is called after: "street" where it is a street."""
    kind = setting_of(name)
    first = name.partition(" near ")[0]
    return first.casefold() if kind == "street" and is_kind_of_place(first) else kind


def _alike(
    facts: Facts,
    target: Target,
    others: gpd.GeoDataFrame | None,
    *,
    ring: float,
    selected: list[str],
    planned: gpd.GeoDataFrame | None,
    fill: bool,
) -> gpd.GeoDataFrame:
    """Find the nearest in rank of the same selection period, as far as they are as large and as busy."""
    crs = facts.everything.crs
    nothing = gpd.GeoDataFrame({"role": []}, geometry=[], crs=crs)
    if not selected or (others is None and not fill):
        return nothing
    targets = gpd.GeoDataFrame(geometry=[part["geometry"] for part in target.parts], crs=crs)
    windows = [pd.Period(month, freq="M") for month in selected]
    ways: dict[str, Any] = {"others": others, "width": ring, "pool": 10**6, "fill": fill}
    try:
        rows = propose_comparators(facts.everything, targets, selected_on=windows, responses=planned, **ways)
    except InputError:
        return nothing
    held, size = _count_in(facts, selected) / len(target.parts), rows.area / targets.area.mean()
    rows = rows[rows["selected"].between(held / ALIKE, held * ALIKE) & size.between(1 / ALIKE**2, ALIKE**2)]
    return rows.head(max(len(targets), FEWEST))


def _say_comparator(rows: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None, *, kind: str) -> str:
    if rows.empty:
        if kind != "place":
            return f"nothing yet: no other {kind} as large and as busy was at hand, and no street is like one"
        return "the nearest there is when it is assessed (nothing as large and as busy was at hand)"
    shapes = [] if known is None else known.geometry.to_numpy()
    shared = [np.flatnonzero(shapely.equals(shape, shapes)) for shape in rows.geometry]
    names = [strip_near(known["name"].iloc[int(at[0])]) for at in shared if known is not None and len(at)]
    others = say_count(len(rows) - len(names), "square of ground as large", "squares of ground as large")
    said = say_list([*names, *([others] if len(rows) > len(names) else [])])
    them = "it lies" if len(rows) - len(names) == 1 else "they lie"
    where = f" (where {them} stands in the plan's file)" if len(rows) > len(names) else ""
    return f"{said}: as busy in the same period{where}"


def frozen_target(plan: Plan, current: Target | None) -> Target:
    """Give the ground of an open plan: as fixed at opening, whatever the list says now."""
    parts = [{**area, "geometry": read_outline(area["wkt"])} for area in plan.frozen["areas"]]
    target = Target(plan.ref, plan.frozen.get("name", plan.title), plan.covers, parts)
    target.layer = clean_text(plan.frozen.get("layer"))
    if current is not None:
        target.ranks, target.facts, target.layers = current.ranks, current.facts, dict(current.layers)
    return target


def note_changes(
    plan: Plan, facts: Facts, current: Target | None, spots: gpd.GeoDataFrame | None, *, day: str, ring: float
) -> None:
    """Add to the plan's changes what later data would have fixed otherwise; nothing fixed is changed."""
    found = [_outline_change(plan, facts, current), _ring_change(plan, ring), _count_change(plan, facts)]
    if current is None and spots is not None:
        found.append(("list", "The place is no longer in the list of hotspots; the plan keeps its area."))
    last = {row["about"]: row["text"] for row in plan.changes}
    for change in filter(None, found):
        about, text = change
        if last.get(about) != text:
            plan.changes.append({"date": day, "about": about, "text": text})


def _outline_change(plan: Plan, facts: Facts, current: Target | None) -> tuple[str, str] | None:
    """Compare by the incidents both outlines hold: ground without incidents is no change that matters."""
    if current is None:
        return None
    current.layer = plan.frozen.get("layer", "")
    now = rows_of(facts.everything, current)
    both = now & rows_of(facts.everything, frozen_target(plan, None))
    held, new = int(facts.all_weights[both].sum()), int(facts.all_weights[now].sum())
    if held == facts.incidents == new:
        return None
    return (
        "outline",
        f"The list's outline now holds {facts.say(new)}; the plan's area holds {facts.say(facts.incidents)}, "
        f"{facts.say(held)} in both. The plan keeps the area fixed on {say_date(plan.opened)}.",
    )


def _ring_change(plan: Plan, ring: float) -> tuple[str, str] | None:
    frozen = float(plan.frozen["ring_metres"])
    if frozen == ring:
        return None
    return ("ring", f"The surrounding area would now be {ring:g} metres; the plan keeps {frozen:g}.")


def _count_change(plan: Plan, facts: Facts) -> tuple[str, str] | None:
    """Count the baseline again in its own months: records are revised after they are published."""
    months, was = plan.frozen.get("selected_months", []), plan.frozen.get("selected_incidents")
    if not months or not set(months) <= {str(m) for m in facts.all_months.index}:
        return None
    now = _count_in(facts, months)
    if was is None or now == was:
        return None
    which = "chose the place" if plan.covers in LISTED else "the plan is made of"
    return ("revised", f"The months that {which} now hold {facts.say(now)}; at opening, {facts.say(was)}.")

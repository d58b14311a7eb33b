"""Demands on a choice of stops as rules, and the reason each stop is in or out."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, closest_name
from hotspots.common.places import Bools, Floats
from hotspots.common.wording import say_percentage
from hotspots.patrols._exact_choice import Bound
from hotspots.patrols._stops import name_spots
from hotspots.patrols.options import Wishes
from hotspots.reading.crosswalks import fold_label

# Neighbouring discs share a sliver by rounding: below this they only touch.
_TOUCH = 1.0


class Demands(NamedTuple):
    """What the planner asks for, besides the most harm."""

    musts: dict[Any, str]  # rank: why
    dropped: dict[Any, str]
    priority: Collection[str]
    most_outside: float | None
    least: Mapping[str, int]
    area: str
    spacing: float


def demands_of(wishes: Wishes, spots: gpd.GeoDataFrame) -> Demands:
    """Take what the planner asks for from the options; hotspots by their rank."""
    share, least = wishes.max_share_outside_priority, wishes.minimum_per_area or {}
    said = wishes.must_include if isinstance(wishes.must_include, Mapping) else dict.fromkeys(wishes.must_include, "-")
    musts, dropped = ranks_with_reasons(said, spots, "adds"), ranks_with_reasons(wishes.dropped, spots, "drops")
    if both := set(musts) & set(dropped):
        given = ", ".join(map(str, spots.loc[sorted(both), "name"]))
        raise InputError("A hotspot is both added and dropped", given=given, advice="one of the two")
    return Demands(musts, dropped, wishes.priority, share, least, wishes.area, wishes.spacing)


def ranks_with_reasons(given: Mapping[Any, str], spots: gpd.GeoDataFrame, does: str) -> dict[Any, str]:
    """Find the ranks of hotspots named against the list, each with its reason, which must be there."""
    for label, reason in given.items():
        if not str(reason).strip():
            raise InputError(
                f"Whoever {does} a place against the list says why",
                given=f"{label!r} without a reason",
                advice=f'{label} = "asked for by the ward\'s councillors, 3 November"',
            )
    return {name_spots(label, spots): str(reason).strip() for label, reason in given.items()}


def make_rules(stops: gpd.GeoDataFrame, demands: Demands, *, possible: Bools) -> list[Bound]:
    """Rules that a choice of stops keeps: no overlaps, the spacing, and every demand by name."""
    rules = [
        Bound("", np.isin(np.arange(len(stops)), (i, j)).astype(float), -np.inf, 1)
        for i, j in clashes(stops, demands.spacing)
    ]
    if not possible.all():
        rules.append(Bound("", (~possible).astype(float), -np.inf, 0))
    for rank in demands.musts:
        mine = stops["rank"].eq(rank).to_numpy()
        name = stops["name"].to_numpy()[mine][0]
        rules.append(Bound(f"'{name}' (rank {rank}) must be included", mine.astype(float), 1, np.inf))
    for name, least in demands.least.items():
        mine = in_areas(stops, [name], demands.area)
        rules.append(Bound(f"at least {least} in {name}", mine.astype(float), least, np.inf))
    if demands.most_outside is not None:
        share = _check_share(demands.most_outside, demands.priority)
        outside = ~in_areas(stops, demands.priority, demands.area)
        name = f"at most {say_percentage(share)} outside the priority areas"
        rules.append(Bound(name, outside.astype(float) - share, -np.inf, 1e-9))
    return rules


def clashes(stops: gpd.GeoDataFrame, spacing: float) -> list[tuple[int, int]]:
    """Pairs of stops that overlap or, from different hotspots, stand closer than the spacing."""
    import shapely

    if not (np.isfinite(spacing) and spacing >= 0):
        raise InputError("The spacing must be 0 metres or more", given=f"spacing={spacing}", advice="200")
    shapes, rank = stops.geometry.to_numpy(), stops["rank"].to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    # Parts of one hotspot may overlap as found; their incidents are counted once.
    apart = rank[a] != rank[b]
    a, b = a[apart], b[apart]
    over = shapely.area(shapely.intersection(shapes[a], shapes[b])) > _TOUCH
    pairs = set(zip(a[over].tolist(), b[over].tolist(), strict=True))
    if spacing > 0:
        xy = stops[["easting", "northing"]].to_numpy(dtype=float)
        metres = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1))
        near = np.argwhere(np.triu(metres < spacing, 1) & (rank[:, None] != rank[None, :]))
        pairs |= {(int(i), int(j)) for i, j in near}
    return sorted(pairs)


def in_areas(stops: pd.DataFrame, names: Collection[str], area: str, *, aloud: bool = True) -> Bools:
    """Whether each stop lies in one of the areas named ("&" and "and" are the same)."""
    column = f"{area}_name"
    if column not in stops.columns:
        raise InputError(
            f"The hotspots have no column {column}",
            given=f"columns {', '.join(map(str, stops.columns))}",
            advice=f"attach_areas(spots, {{'{area}': areas}}, incidents=incidents)",
        )
    here = stops[column].map(fold_label)
    wanted = {fold_label(name): name for name in ([names] if isinstance(names, str) else names)}
    missing = [name for key, name in wanted.items() if key not in set(here)]
    if missing and len(wanted) == 1:
        near = closest_name(missing[0], {str(n) for n in stops[column].dropna()})
        raise InputError(
            f"No hotspot lies in the {area} {missing[0]}", given=repr(missing[0]), advice=f"'{near}'" if near else ""
        )
    if missing and aloud:
        announce(f"No hotspot lies in {', '.join(missing)}: is the name spelt as in the {area} layer?")
    return np.asarray(here.isin(set(wanted)))


def _check_share(share: float, priority: Collection[str]) -> float:
    if not 0 <= share <= 1:
        raise InputError(
            "The share outside the priority areas is from 0 to 1",
            given=f"max_share_outside_priority={share}",
            advice="0.3",
        )
    if not priority:
        raise InputError(
            "A share outside the priority areas needs their names",
            given=f"max_share_outside_priority={share}, no priority",
            advice="priority=['Armley', 'Gipton & Harehills']",
        )
    return float(share)


def refuse_far(stops: pd.DataFrame, far: Bools, demands: Demands, legs: Floats) -> None:
    """Raise `InputError` where a hotspot that must be visited, or every one, is too far for the shift."""
    for rank in demands.musts:
        mine = stops["rank"].eq(rank).to_numpy()
        if far[mine].all():
            raise InputError(
                f"'{stops['name'].to_numpy()[mine][0]}' (rank {rank}) is farther than the shift allows",
                given=f"{legs[mine].min():.0f} minutes each way from the depot, and a visit",
                advice="a longer shift, a nearer depot, or leave it out",
            )
    if len(far) and far.all():
        raise InputError(
            "Every hotspot is farther than the shift allows",
            given=f"the nearest is {legs.min():.0f} minutes from the depot",
            advice="check the depot and the speed",
        )


def give_reasons(
    stops: gpd.GeoDataFrame, worth: Floats, chosen: Bools, far: Bools, demands: Demands, barred: Bools
) -> list[str]:
    """Say in words why each stop is chosen or left out."""
    clash: dict[int, int] = {}
    for i, j in clashes(stops, demands.spacing):
        for one, other in ((i, j), (j, i)):
            if chosen[other]:
                clash.setdefault(one, other)
    least = worth[chosen].min() if chosen.any() else 0.0
    outside = (
        ~in_areas(stops, demands.priority, demands.area, aloud=False)  # said when the rules were made
        if demands.most_outside is not None
        else np.zeros(len(stops), dtype=bool)
    )
    names, reasons = stops["name"].to_numpy(), []
    for i, taken in enumerate(chosen):
        must = stops["rank"].iloc[i] in demands.musts
        if taken:
            kind = stops["default_location"].iloc[i]
            doubt = f"; check what happened there: records default to a {kind}" if kind else ""
            asked = (
                f"must be included: {demands.musts[stops['rank'].iloc[i]]}".removesuffix(": -") if must else "chosen"
            )
            reasons.append(asked + doubt)
        elif stops["rank"].iloc[i] in demands.dropped:
            reasons.append(f"dropped against the list: {demands.dropped[stops['rank'].iloc[i]]}")
        elif barred[i]:
            kind = stops["default_location"].iloc[i]
            reasons.append(f"left out: records default to a {kind}; a stop there is to be asked for")
        elif far[i]:
            reasons.append("left out: farther than the shift allows")
        elif worth[i] <= 0:
            done = stops["already"].iloc[i] >= 1
            reasons.append("left out: others cover it" if done else "left out: nothing recorded in these hours")
        elif i in clash:
            reasons.append(f"left out: overlaps or stands too near '{names[clash[i]]}', which is chosen")
        elif worth[i] <= least:
            reasons.append("left out: no time left, and each stop chosen covers at least as much")
        elif outside[i]:
            reasons.append("left out: outside the priority areas, whose limit is reached")
        else:
            reasons.append("left out: the time it takes covers more elsewhere, or a stop that was asked for needs it")
    return reasons

"""What was asked of `find_hotspots`, checked once, and what every method is given and gives back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, Problems, closest_name, require_columns
from hotspots.common.columns import HARMS
from hotspots.common.places import Floats, Ints, Places, collapse_incidents, exact_units
from hotspots.finding._summarise import Shape

NUMBERS = ("radius", "max_overlap", "spacing", "cell_size", "max_distance")
NUMBERS_OR_NONE = ("until_share", "min_incidents", "min_harm", "max_diameter")
METHODS = ("discs", "dbscan", "cells", "streets")
MOST_HARM = 9e12  # days: millionths of a day are counted in 64 bits


@dataclass(frozen=True)
class Request:
    """Everything that may be asked, in the words of `find_hotspots`."""

    method: str = "discs"
    radius: float = 150
    count: int | Mapping[str, int] | None = 100
    by: str = "incidents"
    area: str | None = None
    max_overlap: float = 0
    spacing: float = 0
    until_share: float | None = None
    merge: bool = True
    min_incidents: int | None = None
    min_harm: float | None = None
    max_diameter: float | None = None
    cell_size: float = 250
    cell_shape: str = "square"
    study_area: Any = None
    streets: gpd.GeoDataFrame | None = None
    max_distance: float = 30

    def check(self) -> None:
        """Raise one `InputError` for everything that cannot be used."""
        for name, given, known in (("method", self.method, METHODS), ("by", self.by, ("incidents", "harm"))):
            if given not in known:
                nearest = closest_name(str(given), known)
                raise InputError(
                    f"{name} must be one of {', '.join(known)}",
                    given=f"{name}={given!r}",
                    advice=f"{name}={nearest!r}" if nearest else "",
                )
        self._check_numbers()
        problems = Problems("These options cannot be used")
        if not (math.isfinite(self.radius) and self.radius > 0):
            problems.add("the radius must be above 0 metres", given=f"radius={self.radius}", advice="150")
        counts = self.count.values() if isinstance(self.count, Mapping) else [self.count]
        for count in counts:
            if count is not None and not (count >= 0 and float(count).is_integer()):
                problems.add(
                    "count must be a whole number from 0 upwards", given=f"count={count}", advice="100"
                )
        if not 0 <= self.max_overlap <= 1:
            problems.add(
                "max_overlap is a share of a disc's area, 0 to 1", given=f"{self.max_overlap}", advice="0.2"
            )
        if not (math.isfinite(self.spacing) and self.spacing >= 0):
            problems.add("spacing must be 0 metres or more", given=f"spacing={self.spacing}", advice="50")
        if self.until_share is not None and not 0 < self.until_share <= 1:
            problems.add(
                "until_share must be above 0 and at most 1", given=f"{self.until_share}", advice="0.25"
            )
        if self.count is None and self.until_share is None and self.method == "discs":
            problems.add("say when to stop", given="count=None, until_share=None", advice="count=100")
        if isinstance(self.count, Mapping) and (self.area is None or self.method != "discs"):
            problems.add(
                "count by area is for discs, and needs the column of areas", advice="area='zone_name'"
            )
        if self.min_harm is not None and self.method != "dbscan":
            problems.add("min_harm is for DBSCAN", given=f"method={self.method!r}", advice="method='dbscan'")
        if self.max_diameter is not None and not self.max_diameter >= 2 * self.radius:
            problems.add(
                "max_diameter must be two radii or more",
                given=f"max_diameter={self.max_diameter}",
                advice="twice the radius or more",
            )
        if not self.max_distance > 0:
            problems.add(
                "max_distance must be above 0 metres", given=f"max_distance={self.max_distance}", advice="30"
            )
        problems.raise_any()

    def _check_numbers(self) -> None:
        """Raise one `InputError` for everything that should be a number and is none."""
        problems = Problems("These options cannot be used")
        counts = self.count if isinstance(self.count, Mapping) else {"count": self.count}
        given = {name: getattr(self, name) for name in (*NUMBERS, *NUMBERS_OR_NONE)} | dict(counts)
        for name, value in given.items():
            if value is None and name not in NUMBERS:
                continue
            if not isinstance(value, Real) or math.isnan(value):
                problems.add(f"{name} must be a number", given=f"{name}={value!r}", advice="digits, no text")
        problems.raise_any()


class Ground(NamedTuple):
    """What there is: places, their harm in whole units (or None), and their area number (or None)."""

    places: Places
    harm: Ints | None
    area: Ints | None
    area_names: list[str]

    def weight(self, by: str) -> Ints:
        """Return incidents or harm of each place, whichever is asked for."""
        if by == "harm":
            assert self.harm is not None
            return self.harm
        return self.places.incidents


class Change(NamedTuple):
    """Another draw of the same ground: other weights on the same places, another radius, another lattice."""

    ground: Ground
    scale: float = 1.0
    shift: float = 0.0


class Found(NamedTuple):
    """The hotspots of a method, and a way to find who is in them under a change (a label per place)."""

    shapes: list[Shape]
    relabel: Callable[[Change], Ints]
    lattice: bool = True  # whether the method has a lattice or grid that can be moved


def read_ground(incidents: gpd.GeoDataFrame, request: Request) -> Ground:
    """Collapse the incidents, with harm and areas where they are asked for."""
    if "harm" in (request.by, "harm" * (request.min_harm is not None)) and "harm" not in incidents.columns:
        raise InputError(
            "Hotspots by harm need the column harm",
            given=f"columns {', '.join(map(str, incidents.columns))}",
            advice="incidents['harm'] = weigh_incidents(incidents)",
        )
    places = collapse_incidents(incidents)
    for column in (c for c in HARMS if c in incidents.columns):
        check_harm(incidents[column], column)
    harm = None
    if "harm" in incidents.columns:
        harm = exact_units(places.total(incidents["harm"].to_numpy(dtype=float)))
    if request.area is None:
        return Ground(places, harm, None, [])
    require_columns(incidents, [request.area], what="incidents")
    return Ground(places, harm, *_areas_of_places(incidents[request.area], places, request.count))


def check_harm(given: pd.Series, column: str) -> None:
    """Raise `InputError` unless a column of harm holds numbers from 0 up that add up exactly."""
    harm: Floats = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(harm) & (harm >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"{column} must be a number from 0 upwards; {int(wrong.sum()):,} of {len(harm):,} rows have none",
            given=f"row {row}: {given.iloc[row]!r}",
            advice="weigh_incidents(incidents) gives such a column",
        )
    if harm.sum() > MOST_HARM:
        raise InputError(
            f"{column} adds up to more than can be counted exactly",
            given=f"{harm.sum():.3g} days",
            advice="harm in days, as weigh_incidents gives it",
        )


def _areas_of_places(names: pd.Series, places: Places, count: object) -> tuple[Ints, list[str]]:
    """Give each place the number of the area most of its incidents are in, ties by name; -1 for none."""
    codes, known = pd.factorize(names.astype("str").where(names.notna()), sort=True)
    if isinstance(count, Mapping):
        unknown = [name for name in count if name not in set(known)]
        if unknown:
            nearest = closest_name(unknown[0], known)
            raise InputError(
                f"No record is in the area {', '.join(map(repr, unknown))}",
                given=f"areas {', '.join(map(str, known))}",
                advice=f"{nearest!r}" if nearest else "",
            )
    table = pd.DataFrame({"at": places.inverse, "area": codes, "n": places.rows})
    table = table.groupby(["at", "area"])["n"].sum().reset_index()
    table = table.sort_values(["at", "n", "area"], ascending=[True, False, True]).drop_duplicates("at")
    return table["area"].to_numpy(dtype=np.int64), [str(name) for name in known]

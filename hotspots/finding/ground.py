"""The ground that hotspots are found on, and what every method is given and gives back."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, closest_name, require_columns
from hotspots.common.columns import HARMS
from hotspots.common.places import Floats, Ints, Places, collapse_incidents, exact_units
from hotspots.finding._summarise import Shape
from hotspots.finding.methods import Discs, Method

MOST_HARM = 9e12  # days: millionths of a day are counted in 64 bits


class Ground(NamedTuple):
    """What there is: places, their harm in whole units (or None), their area number (or None).

    And what to find by, and the ground around them where it is known.
    """

    places: Places
    harm: Ints | None
    area: Ints | None
    area_names: list[str]
    by: str = "incidents"
    study_area: Any = None
    weighed: Ints | None = None  # records of each place whose kind has a weight of harm

    @property
    def weight(self) -> Ints:
        """Incidents or harm of each place, whichever is asked for."""
        if self.by == "harm":
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


def read_ground(
    incidents: gpd.GeoDataFrame, method: Method, *, by: str = "incidents", study_area: Any = None
) -> Ground:
    """Collapse the incidents, with harm and areas where they are asked for."""
    wanted = by == "harm" or getattr(method, "min_harm", None) is not None
    if wanted and "harm" not in incidents.columns:
        raise InputError(
            "Hotspots by harm need the column harm",
            given=f"columns {', '.join(map(str, incidents.columns))}",
            advice="incidents['harm'] = weigh_incidents(incidents)",
        )
    places = collapse_incidents(incidents)
    for column in (c for c in HARMS if c in incidents.columns):
        check_harm(incidents[column], column)
    harm = weighed = None
    if "harm" in incidents.columns:
        each = incidents["harm"].to_numpy(dtype=float)
        harm = exact_units(places.total(each))
        weighed = places.total(np.where(each > 0, places.rows, 0)).astype(np.int64)
    area: Ints | None = None
    names: list[str] = []
    if isinstance(method, Discs) and method.area is not None:
        require_columns(incidents, [method.area], what="incidents")
        area, names = _areas_of_places(incidents[method.area], places, method.count)
    return Ground(places, harm, area, names, by, study_area, weighed)


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

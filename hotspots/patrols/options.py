"""Options of patrols, gathered by what they are about; each can also be given by its plain name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import geopandas as gpd

from hotspots.checks import closest_name


@dataclass(frozen=True)
class Times:
    """Minutes of a visit, most between visits, longest break, slack of a round; breaks in a shift."""

    visit_minutes: float = 15
    max_gap_minutes: float = 120
    break_minutes: float = 0
    slack_minutes: float = 10
    breaks: int | None = None


@dataclass(frozen=True)
class Travel:
    """How vehicles travel: the same minutes everywhere, or km/h, a detour factor and streets; their depot."""

    travel_minutes: float | None = None
    speed: float = 25
    detour: float = 1.3
    streets: gpd.GeoDataFrame | None = None
    depot: Any = None


@dataclass(frozen=True)
class Wishes:
    """What a planner asks for besides the most harm; what goes against the list with the reason, ``{place: why}``."""

    must_include: Mapping[Any, str] | Iterable[Any] = ()
    dropped: Mapping[Any, str] = field(default_factory=dict)
    priority: Collection[str] = ()
    max_share_outside_priority: float | None = None
    minimum_per_area: Mapping[str, int] | None = None
    area: str = "ward"
    spacing: float = 0
    already: Mapping[Any, float] | Iterable[Any] = ()
    default_locations: bool = False


@dataclass(frozen=True)
class PatrolTeam:
    """A team with its own vehicles, hours, days, areas and depot.

    ``areas`` names the areas it patrols (empty: all); ``briefing_minutes`` and ``writing_minutes`` open and
    close each shift and are no patrol time. ``here`` is where it sets out from, where that is not its depot.
    """

    name: str
    officers: int
    vehicles: int
    shift: str | Mapping[str, str]
    crew: int | None = None
    weekdays: Collection[str] | None = None
    areas: Collection[str] = field(default_factory=tuple)
    depot: Any = None
    here: Any = None
    briefing_minutes: float = 0
    writing_minutes: float = 0
    break_minutes: float = 0


def gather(function: str, plain: dict[str, Any], **groups: Any) -> list[Any]:
    """Put plain options into their groups; an option of none is named with the one it may be.

    Examples
    --------
    >>> gather("choose_patrols", {"visit_minutes": 12}, times=Times())[0].visit_minutes
    12
    """
    left, found = dict(plain), []
    for group in groups.values():
        names = {f.name for f in fields(group)}
        mine = {name: left.pop(name) for name in list(left) if name in names}
        found.append(type(group)(**{**{n: getattr(group, n) for n in names}, **mine}))
    if left:
        known = [f.name for group in groups.values() for f in fields(group)]
        near = closest_name(next(iter(left)), known)
        raise TypeError(
            f"{function}() got an unexpected keyword argument {next(iter(left))!r}"
            + (f": {near!r} is meant?" if near else "")
        )
    return found

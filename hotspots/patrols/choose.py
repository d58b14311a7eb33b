"""Which hotspots a limited number of officers visit: most harm covered, and what is left out and why."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots.checks import InputError, announce, require_columns, require_metres
from hotspots.common.place_names import ELSEWHERE
from hotspots.common.places import Bools, Floats
from hotspots.patrols._duty import Duty, check_duty, duty_of
from hotspots.patrols._exact_choice import Bound, choose_stops
from hotspots.patrols._large_search import Ground, better_rounds
from hotspots.patrols._rounds import split_stops
from hotspots.patrols._rules import demands_of, give_reasons, make_rules, refuse_far
from hotspots.patrols._shifts import parse_pattern
from hotspots.patrols._stops import list_stops
from hotspots.patrols._travel import stop_times
from hotspots.patrols.options import Times, Travel, Wishes, gather
from hotspots.severity.demand import Problem

_FURTHER = 4


class Team(NamedTuple):
    """How many crews there are, each in one vehicle."""

    officers: int
    vehicles: int
    crew: int

    @property
    def crews(self) -> int:
        """Vehicles that have a crew."""
        return min(self.vehicles, self.officers // self.crew)


def choose_patrols(
    spots: gpd.GeoDataFrame,
    *,
    officers: int,
    vehicles: int,
    shift: str | Mapping[str, str],
    crew: int | None = None,
    weekdays: Collection[str] | None = None,
    by: str = "harm",
    incidents: gpd.GeoDataFrame | None = None,
    profile: Problem = None,
    **plain: Any,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Choose the hotspots that cover most harm in the hours and vehicles there are, and say what is left out.

    Parameters
    ----------
    spots : GeoDataFrame
        Hotspots (EPSG:27700), worst first. Each part of a clustered one is a stop of its own.
    officers, vehicles : int
        On duty at one time.
    shift : str or mapping
        Hours such as ``"14:00-22:00"``, or hours by weekday.
    crew : int, optional
        Officers in a vehicle; None shares all officers over the vehicles.
    weekdays : collection of str, optional
        Days worked; None means all.
    by : {"harm", "incidents"}
        What is covered.
    incidents : GeoDataFrame, optional
        Records behind the spots: harm is then counted anew in the hours of the shift (where they have a
        clock) and in the ``profile``. None means the whole day's, as the spots state it.
    profile : str, mapping or collection of str, optional
        A problem profile (see `load_profile`), or the categories that count; None means all.
    **plain
        The fields of `hotspots.patrols.options`, by name: ``visit_minutes, max_gap_minutes, break_minutes,
        slack_minutes`` (`Times`); ``travel_minutes, speed, detour, streets, depot`` (`Travel`);
        ``must_include, dropped, priority, max_share_outside_priority, minimum_per_area, area, spacing, already,
        default_locations`` (`Wishes`).

    Returns
    -------
    choice : GeoDataFrame
        One row per stop, index ``stop``: ``rank, ref, name, part, chosen, why, chosen_otherwise`` (by the
        other measure), ``harm, incidents, share_of_harm, share_of_incidents`` (of all recorded),
        ``already``, ``default_location`` (kind of place that records default to, or ""), ``streets``,
        ``round`` (which stops one vehicle can keep, from 1; 0 with ``travel_minutes`` or left out), the
        attached areas, ``easting, northing, geometry``.
    further : DataFrame
        One row per number of officers, from those given: ``officers, vehicles, crews, stops,
        share_of_harm, share_of_incidents, added`` (what the last officer adds of ``by``).

    Raises
    ------
    InputError
        For a shift shorter than a visit, a gap that no round keeps, an unknown depot, no harm, a spot that
        must be visited but is too far, or demands that cannot all be met (naming those that break it).

    Notes
    -----
    With ``travel_minutes`` every stop costs the same and the choice is proven the best (HiGHS). Without it
    the choice is exact up to 14 stops; of more a large-neighbourhood search takes stops out and puts
    them back thousands of times, and of all rounds met the best set is chosen exactly: good, not proven.
    Stops of 10 to 16 minutes at least
    every two hours: Koper (1995).

    Examples
    --------
    >>> discs = gpd.GeoSeries.from_xy([430000, 431000], [433000] * 2, crs=27700).buffer(150)
    >>> spots = gpd.GeoDataFrame(
    ...     {"ref": ["A", "B"], "name": ["Boar Lane", "Briggate"], "incidents": [9, 5], "harm": [90.0, 50.0],
    ...      "parts": [[], []], "streets": [["Boar Lane"], ["Briggate"]]},
    ...     geometry=discs.to_numpy(), crs=27700, index=pd.RangeIndex(1, 3, name="rank"))
    >>> choice, _ = choose_patrols(spots, officers=2, vehicles=1, shift="14:00-18:00")
    >>> choice[["name", "chosen"]].to_numpy().tolist()
    [['Boar Lane', True], ['Briggate', True]]
    """
    times, travel, wishes = gather("choose_patrols", plain, times=Times(), travel=Travel(), wishes=Wishes())
    pattern = parse_pattern(shift, weekdays)
    duty = duty_of(times)
    check_duty(duty, pattern)
    team = make_team(officers, vehicles, crew)
    require_metres(spots, what="spots")
    require_columns(spots, ["ref", "name"], what="spots")
    if len(spots) == 0:
        return _empty_choice(spots), _further([], by)
    stops = list_stops(spots, by=by, incidents=incidents, profile=profile, pattern=pattern, already=wishes.already)
    demands = demands_of(wishes, spots)
    legs, between = stop_times(stops, travel.depot, travel)
    hours = min(s.minutes for s in pattern.values()) - duty.rest
    far = 2 * legs + duty.visit > hours
    refuse_far(stops, far, demands, legs)
    rules = make_rules(stops, demands, possible=~far & ~stops["rank"].isin(demands.dropped).to_numpy())
    barred = np.zeros(len(stops), dtype=bool)
    if not wishes.default_locations:
        barred = (stops["default_location"].isin(ELSEWHERE) & ~stops["rank"].isin(demands.musts)).to_numpy()
    plan = _Plan(stops, rules, between, duty, hours - 2 * float(legs[~far].max()), barred)
    rounds = np.zeros(len(stops), dtype=np.int64)
    if travel.travel_minutes is None:
        rounds = plan.fill(team.crews, by)
        chosen, otherwise = rounds > 0, plan.fill(team.crews, _other(by), effort=0.2) > 0
    else:
        most = plan.room(travel.travel_minutes) * team.crews
        chosen, otherwise = (choose_stops(plan.worth(m), rules, most=most) for m in (by, _other(by)))
    stops["chosen"], stops["chosen_otherwise"], stops["round"] = chosen, otherwise, rounds
    stops["why"] = give_reasons(stops, plan.worth(by), chosen, far, demands, barred)
    return _tidy(stops), _further(_count_officers(plan, team, chosen, by), by)


def make_team(officers: int, vehicles: int, crew: int | None) -> Team:
    """Check the numbers of officers and vehicles, and share the officers over the vehicles."""
    for name, value in (("officers", officers), ("vehicles", vehicles), ("crew", 1 if crew is None else crew)):
        if not (isinstance(value, int | np.integer) and value >= 1):
            raise InputError(
                f"{name} must be a whole number above 0",
                given=f"{name}={value}",
                advice="officers=4, vehicles=2, crew=2",
            )
    team = Team(officers, vehicles, max(1, officers // vehicles) if crew is None else crew)
    if team.crews == 0:
        raise InputError(
            "There are too few officers for one vehicle",
            given=f"{officers} officers, {team.crew} in a vehicle",
            advice="more officers, or a smaller crew",
        )
    if team.crews < vehicles:
        announce(f"{vehicles - team.crews} of {vehicles} vehicles have no crew of {team.crew} and stay out.")
    return team


class _Plan:
    """One choice problem, solved for any number of crews."""

    def __init__(
        self, stops: gpd.GeoDataFrame, rules: list[Bound], between: Floats, duty: Duty, hours: float, barred: Bools
    ) -> None:
        self.stops, self.rules, self.between, self.duty, self.hours = stops, rules, between, duty, hours
        self.barred = barred

    def worth(self, by: str) -> Floats:
        """Say what covering each stop is worth: its harm or incidents, less what others cover."""
        values = self.stops[by].fillna(0).to_numpy(dtype=float)
        return np.where(self.barred, 0.0, values * (1 - self.stops["already"].to_numpy(dtype=float)))

    def share(self, chosen: Bools, measure: str) -> float:
        """Share of all recorded harm or incidents that a choice covers."""
        shares = self.stops[f"share_of_{measure}"].to_numpy(dtype=float)
        return float((shares * (1 - self.stops["already"].to_numpy(dtype=float)))[chosen].sum())

    def room(self, travel: float) -> int:
        """Count the stops a vehicle can hold when each costs a visit and the same travel."""
        a_stop = self.duty.visit + travel
        in_round = 1 if self.duty.limit < 2 * a_stop else int((self.duty.limit + 1e-9) // a_stop)
        return max(1, min(in_round, int((self.hours + travel + 1e-9) // a_stop)))

    def split(self, chosen: Bools, crews: int) -> list[list[int]] | None:
        """Split the stops chosen into rounds that the crews can keep, or None."""
        at = np.flatnonzero(chosen)
        limit, visit = min(self.duty.limit, self.hours), self.duty.visit
        times = self.between[np.ix_(at, at)]
        found = split_stops(times, visit=visit, limit=limit, vehicles=crews, shortest=False)
        return None if found is None else [at[piece].tolist() for piece in found]

    def fill(self, crews: int, by: str, effort: float = 1.0) -> NDArray[np.int64]:
        """Choose what the crews can really drive: round of each stop from 1, 0 where it is left out."""
        worth = self.worth(by)
        chosen = choose_stops(worth, self.rules, most=crews * self.room(0))
        while (rounds := self.split(chosen, crews)) is None:
            chosen = choose_stops(worth, self.rules, most=int(chosen.sum()) - 1)  # one alone always fits
        limit = min(self.duty.limit, self.hours)
        ground = Ground(self.between, worth, self.rules, visit=self.duty.visit, limit=limit, vehicles=crews)
        number = np.zeros(len(worth), dtype=np.int64)
        for at, tour in enumerate(better_rounds(ground, rounds, effort=effort), 1):
            number[tour] = at
        return number


def _count_officers(plan: _Plan, team: Team, chosen: Bools, by: str) -> list[dict[str, Any]]:
    """Count what is covered with the team, and with each further officer at as many stops a vehicle."""
    rows: list[dict[str, Any]] = []
    crews, now = team.crews, chosen
    for officers in range(team.officers, team.officers + _FURTHER + 1):
        vehicles = max(team.vehicles, officers // team.crew)
        if min(vehicles, officers // team.crew) != crews:
            crews = min(vehicles, officers // team.crew)
            now = choose_stops(plan.worth(by), plan.rules, most=int(chosen.sum() / team.crews * crews))
        covered = {f"share_of_{m}": plan.share(now, m) for m in ("harm", "incidents")}
        row = {"officers": officers, "vehicles": vehicles, "crews": crews, "stops": int(now.sum())}
        rows.append(row | covered)
    return rows


def _other(by: str) -> str:
    return "incidents" if by == "harm" else "harm"


def _tidy(stops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    front = ["rank", "ref", "name", "part", "chosen", "why", "chosen_otherwise", "incidents", "harm"]
    front += ["share_of_incidents", "share_of_harm", "already", "default_location", "streets", "round"]
    rest = [c for c in stops.columns if c not in front]
    return stops[front + rest]


def _empty_choice(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds: dict[str, Any] = {
        "rank": "int64",
        "part": "int64",
        "round": "int64",
        "chosen": bool,
        "chosen_otherwise": bool,
        "streets": object,
    }
    texts = ("ref", "name", "why", "default_location")
    numbers = ("incidents", "harm", "share_of_incidents", "share_of_harm", "already", "easting", "northing")
    kinds |= dict.fromkeys(texts, "str") | dict.fromkeys(numbers, float)
    layers = [c for c in spots.columns if str(c).endswith(("_code", "_name"))]
    columns = {c: pd.Series(dtype=k) for c, k in kinds.items()} | {c: spots[c] for c in layers}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=spots.crs), crs=spots.crs)
    frame.index = pd.RangeIndex(1, 1, name="stop")
    return _tidy(frame)


def _further(rows: list[dict[str, Any]], by: str) -> pd.DataFrame:
    columns = ["officers", "vehicles", "crews", "stops", "share_of_harm", "share_of_incidents"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype({c: float if c.startswith("share") else "int64" for c in columns})
    table["added"] = table[f"share_of_{by}"].diff().fillna(table[f"share_of_{by}"])
    return table

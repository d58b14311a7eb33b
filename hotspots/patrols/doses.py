"""A timetable of doses: every hotspot of a list as often as asked, by several teams, in turn."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots.checks import Problems, announce, require_columns, require_metres
from hotspots.common.place_names import ELSEWHERE
from hotspots.common.places import Floats, Ints
from hotspots.common.wording import say_count
from hotspots.patrols._dose_text import Dose, give_doses
from hotspots.patrols._routes import Day, fill_day
from hotspots.patrols._rules import in_areas, ranks_with_reasons
from hotspots.patrols._safe_orders import Event
from hotspots.patrols._shifts import Shift, parse_pattern
from hotspots.patrols._stops import list_stops
from hotspots.patrols._travel import say_travel, stop_times
from hotspots.patrols.choose import Team, make_team
from hotspots.patrols.options import PatrolTeam, Times, Travel, gather
from hotspots.patrols.timetable import COLUMNS, first_day, frame_rows, row_of

IN_HAND = "time in hand"  # so long no visit is due: the drive back, and what the day brings


class Crew(NamedTuple):
    """A team with its hours by weekday, minutes of travel, and the stops it may serve."""

    team: PatrolTeam
    size: Team
    pattern: dict[int, Shift]
    out: Floats
    legs: Floats
    between: Floats
    mine: NDArray[np.bool_]


def timetable_doses(
    spots: gpd.GeoDataFrame,
    *,
    dose: str | Mapping[str, str],
    teams: Sequence[PatrolTeam],
    start: Any,
    days: int = 28,
    seed: int = 0,
    least_hours: float | None = None,
    added: Mapping[Any, str] | None = None,
    dropped: Mapping[Any, str] | None = None,
    incidents: gpd.GeoDataFrame | None = None,
    by: str = "harm",
    **plain: Any,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Timetable every hotspot of a list as often as its dose says, the worst first where time is short.

    Parameters
    ----------
    spots : GeoDataFrame
        Hotspots (EPSG:27700), worst first. Each part of a clustered one is a stop of its own.
    dose : str or mapping
        Such as ``"2 per week"`` (per shift, day, week or month), ``"every 2 hours"`` or ``"none"``; or by
        class: ``{"worst 5": "1 per day", "clustered": "3 per week", "other": "1 per week"}``. A class is
        "single", "clustered", "worst N", a reference or a name.
    teams : sequence of PatrolTeam
        Each with its own vehicles, hours, days, areas and depot.
    start, days, seed
        First day, how many, and the recorded seed: the same seed gives the same timetable.
    least_hours : float, optional
        Least hours from leaving a hotspot to the next visit; None means half of what its dose spreads evenly.
    added, dropped : mapping, optional
        Hotspots visited or left out against the list, each with the reason, which stands in ``why``. One that
        is added without a dose has one visit a week.
    incidents, by : optional
        As for `choose_patrols`: harm in the hours of the teams' shifts.
    **plain
        ``visit_minutes, speed, detour, streets, travel_minutes``, as for `choose_patrols`; and ``area``, the
        layer that teams' areas belong to.

    Returns
    -------
    timetable : GeoDataFrame
        As of `timetable_patrols`, with ``team``, and rows "briefing", "time in hand" (no visit is due) and
        "writing up" beside visits and breaks. Vehicles are numbered over all teams. ``choices`` is how many
        stops were due.
    doses : GeoDataFrame
        The stops as of `choose_patrols`, with ``dose, visits_asked, visits_planned, short, harm_dose`` (harm
        times the visits planned) and why.

    Raises
    ------
    InputError
        For doses, teams or hotspots that cannot be, all at once where one input holds several.

    Notes
    -----
    Each shift takes first what its dose can wait for least (visits still owed over shifts left that can give
    them), then what fits beside it with little driving; a round is shortened by exchanges. Where not all
    fits, what is short is said. Not proven the best.

    Examples
    --------
    >>> discs = gpd.GeoSeries.from_xy([430000, 431000], [433000] * 2, crs=27700).buffer(150)
    >>> spots = gpd.GeoDataFrame(
    ...     {"ref": ["A", "B"], "name": ["Boar Lane", "Briggate"], "incidents": [9, 5], "harm": [90.0, 50.0],
    ...      "parts": [[], []], "streets": [["Boar Lane"], ["Briggate"]]},
    ...     geometry=discs.to_numpy(), crs=27700, index=pd.RangeIndex(1, 3, name="rank"))
    >>> team = PatrolTeam("North", officers=2, vehicles=1, shift="14:00-18:00")
    >>> _, doses = timetable_doses(spots, dose="2 per week", teams=[team], start="2026-12-01", days=7)
    >>> doses["visits_planned"].tolist()
    [2, 2]
    """
    area = str(plain.pop("area", "ward"))
    times, travel = gather("timetable_doses", plain, times=Times(), travel=Travel())
    require_metres(spots, what="spots")
    require_columns(spots, ["ref", "name"], what="spots")
    first = first_day(start, days)
    patterns = [parse_pattern(team.shift, team.weekdays) for team in teams]
    check_teams(teams, visit_minutes=times.visit_minutes)
    every = {day: shift for pattern in patterns for day, shift in pattern.items()}
    stops = list_stops(spots, by=by, incidents=incidents, profile=None, pattern=every, already={})
    doses, why = _doses_of(stops, spots, dose, added or {}, dropped or {})
    crews = [_make_crew(t, p, stops, travel, area) for t, p in zip(teams, patterns, strict=True)]
    work = _Rota(stops, doses, crews, times.visit_minutes, least_hours, by, np.random.default_rng(seed))
    rows = [row for day in pd.date_range(first, periods=days) for row in work.day(day)]
    table = frame_rows(rows, stops.crs, [*COLUMNS, "team"])
    table.attrs["travel"] = say_travel(travel)
    return table, work.told(table, why, days)


def check_teams(teams: Sequence[PatrolTeam], *, visit_minutes: float) -> None:
    """Raise `InputError` naming every team whose shift has no time for one visit, or that has no vehicle."""
    problems = Problems("The teams cannot patrol")
    if not teams:
        problems.add("no team", given="teams=[]", advice="PatrolTeam('North', 4, 2, '14:00-22:00')")
    if not (np.isfinite(visit_minutes) and visit_minutes > 0):
        problems.add("visit_minutes must be above 0", given=f"{visit_minutes}", advice="15")
    for team in teams:
        make_team(team.officers, team.vehicles, team.crew)
        away = (team.briefing_minutes, team.writing_minutes, team.break_minutes)
        shortest = min((s.minutes for s in parse_pattern(team.shift, team.weekdays).values()), default=0)
        if min(away) < 0 or sum(away) + visit_minutes > shortest:
            problems.add(
                f"the shift of the team {team.name} has no time for one visit",
                given=f"{shortest} minutes, of which {sum(away):g} briefing, writing up and break",
                advice="a longer shift, or less beside the visits",
            )
    problems.raise_any()


def sum_shifts(timetable: pd.DataFrame) -> pd.DataFrame:
    """Sum each team's shifts, visits and places, and its minutes: visits, driving, in hand, all else."""
    visit = timetable["activity"] == "visit"
    rows = timetable.assign(
        shift=timetable["date"].astype(str) + " " + timetable["vehicle"].astype(str),
        place=(timetable["ref"] + " " + timetable["part"].astype(str)).where(visit),
        visits=visit.astype("int64"),
        visit_minutes=timetable["minutes"].where(visit, 0.0),
        in_hand_minutes=timetable["minutes"].where(timetable["activity"] == IN_HAND, 0.0),
        other_minutes=timetable["minutes"].where(~visit & (timetable["activity"] != IN_HAND), 0.0),
    )
    names = {"shift": "nunique", "visits": "sum", "place": "nunique", "visit_minutes": "sum"}
    names |= dict.fromkeys(("travel_minutes", "in_hand_minutes", "other_minutes"), "sum")
    table = rows.groupby("team").agg(names).reset_index()
    return table.rename(columns={"shift": "shifts", "place": "places", "travel_minutes": "driving_minutes"})


def _make_crew(team: PatrolTeam, pattern: dict[int, Shift], stops: gpd.GeoDataFrame, travel: Travel, area: str) -> Crew:
    depot = travel.depot if team.depot is None else team.depot
    legs, between = stop_times(stops, depot, travel)
    out = legs if team.here is None else stop_times(stops, team.here, travel)[0]
    mine = in_areas(stops, team.areas, area) if team.areas else np.ones(len(stops), dtype=bool)
    return Crew(team, make_team(team.officers, team.vehicles, team.crew), pattern, out, legs, between, mine)


def _doses_of(
    stops: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, dose: Any, added: Mapping[Any, str], dropped: Mapping[Any, str]
) -> tuple[list[Dose], list[str]]:
    kinds = stops["rank"].map(spots["kind"]) if "kind" in spots.columns else stops["part"].gt(0).map(_KIND)
    doses = give_doses(stops, dose, kinds)
    why = [f"on the list: {d}" if d.visits else "left out: no dose is asked for" for d in doses]
    kinds_of_place = stops["default_location"].to_numpy()
    for at in np.flatnonzero(stops["default_location"].isin(ELSEWHERE)):
        doses[at] = Dose(0, "week")
        why[at] = f"left out: records default to a {kinds_of_place[at]}; a stop there is to be added"
    for given, does, text in ((added, "adds", "added"), (dropped, "drops", "dropped")):
        for rank, reason in ranks_with_reasons(given, spots, does).items():
            for at in np.flatnonzero(stops["rank"].eq(rank)):
                doses[at] = Dose(0, "week") if text == "dropped" else _at_least_weekly(doses[at])
                why[at] = f"{text} against the list: {reason}"
    return doses, why


_KIND = {True: "clustered", False: "single"}


def _at_least_weekly(dose: Dose) -> Dose:
    return dose if dose.visits else Dose(1, "week")


class _Rota:
    """The state of a rota: what each stop is owed and when it was last seen."""

    def __init__(
        self,
        stops: gpd.GeoDataFrame,
        doses: list[Dose],
        crews: list[Crew],
        visit: float,
        least: float | None,
        by: str,
        rng: np.random.Generator,
    ) -> None:
        self.stops, self.doses, self.crews, self.visit, self.rng = stops, doses, crews, visit, rng
        spread = np.array([0.75 * d.minutes / 60 if d.minutes else d.spacing / 2 for d in doses])
        self.least = np.full(len(doses), least) if least is not None else spread
        worth = stops[by].fillna(0).to_numpy(dtype=float)
        self.worth = worth / max(float(worth.max(initial=0)), 1e-9)
        self.left = np.full(len(doses), -np.inf)  # hour at which each was last left
        self.done = np.zeros(len(doses), dtype=np.int64)
        self.asked = np.zeros(len(doses))
        self.window = [""] * len(doses)
        self.origin: pd.Timestamp | None = None

    def day(self, day: pd.Timestamp) -> list[dict[str, Any]]:
        """Rows of all teams on one day, the earliest shift first."""
        self.origin = self.origin or day
        on = [(c.pattern[day.day_of_week], n) for n, c in enumerate(self.crews) if day.day_of_week in c.pattern]
        rows: list[dict[str, Any]] = []
        for shift, n in sorted(on, key=lambda pair: (pair[0].start, pair[1])):
            rows += self._shift(day, shift, n)
        return rows

    def _owed(self, day: pd.Timestamp, shift: Shift, crew: Crew) -> tuple[Ints, Floats]:
        """Visits this shift may give each stop, and how little each can wait (1 and more: not at all)."""
        away = crew.team.briefing_minutes + crew.team.writing_minutes
        most, press = np.zeros(len(self.doses), dtype=np.int64), np.zeros(len(self.doses))
        for at, dose in enumerate(self.doses):
            if not (dose.visits and crew.mine[at]):
                continue
            window = self._window(day, dose, shift)
            if self.window[at] != window:
                self.window[at], self.done[at] = window, 0
                self.asked[at] += dose.in_shift(shift.minutes - away)
            owed = dose.in_shift(shift.minutes - away) - int(self.done[at])
            chances = 1 if dose.period in ("shift", "day") else self._chances(day, dose, at)
            most[at] = max(0, -(-owed // max(chances, 1)))
            press[at] = owed / max(chances, 1)
        return most, press

    def _window(self, day: pd.Timestamp, dose: Dose, shift: Shift) -> str:
        if dose.period == "week":
            return f"week {(day - (self.origin or day)).days // 7}"
        if dose.period == "month":
            return f"{day:%Y-%m}"
        return f"{day:%Y-%m-%d}" + (f" {shift.start}" if dose.period == "shift" else "")

    def _chances(self, day: pd.Timestamp, dose: Dose, at: int) -> int:
        """Days left in the window, this one too, on which a team that serves the stop works."""
        gone = (day - (self.origin or day)).days % 7 if dose.period == "week" else day.day - 1
        length = 7 if dose.period == "week" else day.days_in_month
        ahead = pd.date_range(day, periods=length - gone)
        return sum(any(d.day_of_week in c.pattern and c.mine[at] for c in self.crews) for d in ahead)

    def _shift(self, day: pd.Timestamp, shift: Shift, number: int) -> list[dict[str, Any]]:
        crew = self.crews[number]
        most, press = self._owed(day, shift, crew)
        begins = (day - (self.origin or day)).days * 24 + shift.start / 60
        team = crew.team
        plan = Day(
            between=crew.between,
            out=crew.out,
            legs=crew.legs,
            visit=self.visit,
            begin=float(team.briefing_minutes),
            end=shift.minutes - float(team.writing_minutes),
            rest=float(team.break_minutes),
            vehicles=crew.size.crews,
            ready=(self.left + self.least - begins) * 60,
            share=max(self._share(day, shift, number, press), int(most.max(initial=1))),
            apart=np.array([max(self.least[i] * 60, self.visit) for i in range(len(most))]),
        )
        value = press**2 + 0.2 * self.worth
        routes = fill_day(plan, most, value, self.rng)
        before, rows = sum(c.size.crews for c in self.crews[:number]), []
        for vehicle, route in enumerate(routes, before + 1):
            rows += self._rows(day, shift, crew, vehicle, route, before, int((most > 0).sum()))
            for event in route:
                if event.stop >= 0:
                    self.done[event.stop] += 1
                    self.left[event.stop] = max(self.left[event.stop], begins + event.leave / 60)
        return rows

    def _share(self, day: pd.Timestamp, shift: Shift, number: int, press: Floats) -> int:
        """Most visits of a vehicle of this shift: its part of what today owes, by the vehicle hours left."""
        later = [
            (c, c.pattern[day.day_of_week].minutes * c.size.crews)
            for n, c in enumerate(self.crews)
            if (hours := c.pattern.get(day.day_of_week)) and (hours.start, n) >= (shift.start, number)
        ]
        room = np.sum([np.where(c.mine, minutes, 0.0) for c, minutes in later], axis=0)
        crews = self.crews[number].size.crews
        mine = float((press * shift.minutes * crews / np.maximum(room, 1.0)).sum())
        return max(1, int(np.ceil(mine / crews - 1e-9)))

    def _rows(
        self, day: pd.Timestamp, shift: Shift, crew: Crew, vehicle: int, route: list[Any], before: int, due: int
    ) -> list[dict[str, Any]]:
        begin, team = day + pd.Timedelta(minutes=shift.start), crew.team
        crews, extra = divmod(crew.size.officers, crew.size.crews)
        officers = crew.size.crew if team.crew else crews + (vehicle - before <= extra)
        spans = [("briefing", Event(-1, 0.0, 0.0, team.briefing_minutes, 0))] if team.briefing_minutes else []
        spans += [("visit", e._replace(choices=due)) if e.stop >= 0 else ("break", e) for e in route]
        patrol = shift.minutes - team.writing_minutes
        if patrol - (now := route[-1].leave if route else team.briefing_minutes) >= self.visit:
            spans.append((IN_HAND, Event(-1, 0.0, now, patrol, 0)))
        if team.writing_minutes:
            spans.append(("writing up", Event(-1, 0.0, patrol, shift.minutes, 0)))
        shared = {"date": day, "vehicle": vehicle, "officers": officers, "team": team.name}
        return [
            row_of(event, begin, self.stops.iloc[event.stop] if event.stop >= 0 else None, what, order=order, **shared)
            for order, (what, event) in enumerate(spans, 1)
        ]

    def told(self, table: pd.DataFrame, why: list[str], days: int) -> gpd.GeoDataFrame:
        """Say of every stop what was asked, what is planned, and why it is short where it is."""
        visits = table[table["activity"] == "visit"]
        planned = visits.groupby(["rank", "part"]).size()
        keys = pd.MultiIndex.from_frame(self.stops[["rank", "part"]])
        got = planned.reindex(keys).fillna(0).to_numpy(dtype=np.int64)
        asked = np.floor(self._asked_in(days) + 0.25).astype(np.int64)  # of part of a week, what is surely owed
        doses = self.stops.assign(chosen=got > 0, dose=[str(d) for d in self.doses])
        doses["visits_asked"], doses["visits_planned"] = asked, got
        doses["short"] = np.maximum(asked - got, 0)
        doses["harm_dose"] = doses["harm"].fillna(0).to_numpy(dtype=float) * got
        served = np.any([c.mine for c in self.crews], axis=0)
        doses["why"] = [
            w if not lacks else f"{w}; short of it: {_SHORT[bool(s)]}"
            for w, lacks, s in zip(why, doses["short"], served, strict=True)
        ]
        doses["chosen_otherwise"], doses["round"] = doses["chosen"], 0
        short = doses[doses["short"] > 0]
        places = say_count(int((asked > 0).sum()), "place")
        said = f"{say_count(len(visits), 'visit')} to {places} in {say_count(days, 'day')}"
        lacking = (
            f"{say_count(int(short['short'].sum()), 'visit')} of {int(asked.sum()):,} asked for did not fit, "
            f"at {say_count(len(short), 'place')}"
            if len(short)
            else "every dose is kept"
        )
        announce(f"{said}: {lacking}.")
        return doses

    def _asked_in(self, days: int) -> Floats:
        """Visits asked for in so many days: whole windows as the dose says, the last one by its share."""
        asked = self.asked.copy()
        for at, dose in enumerate(self.doses):
            if dose.period == "week" and asked[at]:
                asked[at] = dose.visits * days / 7
            elif dose.period == "month" and asked[at]:
                asked[at] = dose.visits * days / 30.4
            elif dose.visits and not asked[at]:
                asked[at] = dose.visits
        return asked


_SHORT = {True: "the shifts have no time left", False: "no team patrols its area"}

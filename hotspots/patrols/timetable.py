"""Rounds of each vehicle and day that keep the gap rule in an order nobody can foretell."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from hotspots.checks import InputError, announce, require_columns, require_metres
from hotspots.common.day_names import WEEKDAYS
from hotspots.common.places import Floats, Ints
from hotspots.common.wording import say_count
from hotspots.patrols._duty import Duty, check_duty, count_any_order, duty_of, list_gaps
from hotspots.patrols._rounds import shortest_round, split_stops
from hotspots.patrols._safe_orders import Event, draw_day, safe_orders
from hotspots.patrols._shifts import Shift, parse_pattern
from hotspots.patrols._travel import say_travel, stop_times
from hotspots.patrols._worst_hours import Rhythm, even_rhythm, lean, measure_rhythm
from hotspots.patrols.choose import Team, make_team
from hotspots.patrols.options import Times, Travel, gather

# As many streets as fifteen minutes on foot allow, and as a line of the card holds.
_STREETS = 4
COLUMNS = [
    *("date", "weekday", "vehicle", "order", "activity", "rank", "ref", "name", "part", "arrive", "leave"),
    *("minutes", "travel_minutes", "officers", "officer_minutes", "walk", "choices", "geometry"),
]


def timetable_patrols(
    choice: gpd.GeoDataFrame,
    *,
    officers: int,
    vehicles: int,
    shift: str | Mapping[str, str],
    start: Any,
    days: int = 7,
    seed: int = 0,
    crew: int | None = None,
    weekdays: Collection[str] | None = None,
    incidents: gpd.GeoDataFrame | None = None,
    delivered: pd.DataFrame | None = None,
    **plain: Any,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Draw the rounds of each vehicle and day: every hotspot again within the gap, in unpredictable order.

    Parameters
    ----------
    choice : GeoDataFrame
        What `choose_patrols` returned; the stops chosen are timetabled.
    officers, vehicles, shift, crew, weekdays
        As for `choose_patrols`.
    start : date or str
        First day.
    days : int
        How many days are drawn.
    seed : int
        Recorded seed: the same seed, stops and day give the same order.
    incidents : GeoDataFrame, optional
        Records behind the hotspots: where they have a clock, a stop is drawn more often at its worse hours.
    delivered : DataFrame, optional
        Visits from `record_visits`: stops that had fewer than their share are drawn more often, so that
        the rest of a week can be redrawn.
    **plain
        The fields of `Times` and `Travel`, as for `choose_patrols`; and ``breaks``, how many in a shift (None
        means one where ``break_minutes`` gives a length).

    Returns
    -------
    timetable : GeoDataFrame
        One row per visit or break: ``date, weekday, vehicle, order, activity`` ("visit" or "break"),
        ``rank, ref, name, part, arrive, leave, minutes, travel_minutes`` (before it), ``officers,
        officer_minutes, walk`` (streets to walk), ``choices`` (how many stops could have come next),
        ``geometry`` (point).
    summary : DataFrame
        One row per round: ``stops, round_minutes, fixed_order_stops`` (as many would fit in a fixed
        order), ``any_order_stops`` (in wholly free order), ``visits, choices`` (mean), ``foreseeable``
        (share of visits with no choice), ``longest_gap``.

    Raises
    ------
    InputError
        As for `choose_patrols`; and where not one stop can be kept.

    Notes
    -----
    At each step the next stop is drawn among those after which some order of all stops still reaches each
    in time and can be kept for ever: so the rule is never broken, and the order is as free as it allows. The
    gap runs from leaving to the next arrival, from the vehicle's first arrival to its last leaving.
    """
    require_metres(choice, what="choice")
    require_columns(choice, ["rank", "ref", "name", "chosen", "easting", "northing"], what="choice")
    pattern = parse_pattern(shift, weekdays)
    times, travel = gather("timetable_patrols", plain, times=Times(), travel=Travel())
    count = (1 if times.break_minutes > 0 else 0) if times.breaks is None else times.breaks
    duty = duty_of(times, count)
    check_duty(duty, pattern)
    team = make_team(officers, vehicles, crew)
    first, stops = first_day(start, days), choice[choice["chosen"].astype(bool)]
    if len(stops) == 0:
        return frame_rows([], choice.crs), _summary_frame([])
    legs, between = stop_times(stops, travel.depot, travel)
    hours = min(s.minutes for s in pattern.values()) - count * times.break_minutes - 2 * float(legs.max())
    rounds = _rounds_chosen(stops, between, min(duty.limit, hours), duty.visit, team.crews)
    rounds = rounds or share_out(stops, between, duty, team.crews, hours)
    rhythm = even_rhythm(len(stops)) if incidents is None else measure_rhythm(stops, incidents)
    work = _Work(stops, legs, between, duty, count, team, lean(rhythm, stops, delivered), seed)
    rows: list[dict[str, Any]] = []
    for day in pd.date_range(first, periods=days):
        if day.day_of_week in pattern:
            rows += _draw_date(day, pattern[day.day_of_week], rounds, work)
    timetable = frame_rows(rows, choice.crs)
    timetable.attrs["travel"] = say_travel(travel)
    summary = _summarise(timetable, rounds, work)
    _announce_cost(summary)
    return timetable, summary


class _Work(NamedTuple):
    """All that a day is drawn from."""

    stops: gpd.GeoDataFrame
    legs: Floats
    between: Floats
    duty: Duty
    breaks: int
    team: Team
    rhythm: Rhythm
    seed: int


def first_day(start: Any, days: int) -> pd.Timestamp:
    """Read the first day of a timetable."""
    try:
        day = pd.Timestamp(start)
    except (ValueError, TypeError) as error:
        raise InputError("The first day is not a date", given=f"start={start!r}", advice="2026-11-23") from error
    if pd.isna(day) or not (isinstance(days, int | np.integer) and days >= 1):
        raise InputError(
            "A first day and a number of days are needed",
            given=f"start={start!r}, days={days!r}",
            advice="start='2026-11-23', days=7",
        )
    return day.normalize()


def _rounds_chosen(stops: pd.DataFrame, between: Floats, limit: float, visit: float, crews: int) -> list[Ints] | None:
    """Take the rounds as they were chosen, where these crews can keep them too."""
    number = stops["round"].to_numpy(dtype=int) if "round" in stops.columns else np.zeros(1, dtype=int)
    rounds = [np.flatnonzero(number == r) for r in np.unique(number)]
    if number.min() < 1 or len(rounds) > crews:
        return None
    lengths = [shortest_round(between[np.ix_(r, r)], visit) for r in rounds]
    return rounds if max(lengths) <= limit + 1e-9 else None


def share_out(stops: pd.DataFrame, between: Floats, duty: Duty, crews: int, hours: float) -> list[Ints]:
    """Split the stops over the crews; those that cannot be kept go, least harm first, and are announced."""
    kept, dropped = np.arange(len(stops)), list[str]()
    worth = stops["share_of_harm"].fillna(0).to_numpy() + 1e-9 * stops["share_of_incidents"].fillna(0).to_numpy()
    while len(kept):
        times = between[np.ix_(kept, kept)]
        pieces = split_stops(times, visit=duty.visit, limit=min(duty.limit, hours), vehicles=crews)
        if pieces is not None:
            if dropped:
                announce(
                    f"Not in the timetable, for want of travel time: {', '.join(dropped)}. "
                    "A choice without travel_minutes takes the real travel into account."
                )
            return [kept[piece] for piece in pieces]
        worst = int(np.argmin(worth[kept]))
        dropped.append(str(stops["name"].iloc[kept[worst]]))
        kept = np.delete(kept, worst)
    raise InputError(
        "Not one stop can be kept",
        given=f"{duty.visit:g} minutes a visit, a gap of {duty.gap:g}, {max(hours, 0):g} beside the drive",
        advice="a longer shift or gap, or a nearer depot",
    )


def _draw_date(day: pd.Timestamp, hours: Shift, rounds: list[Ints], work: _Work) -> list[dict[str, Any]]:
    """Draw one day: who takes which round is drawn too."""
    shuffle = np.random.default_rng([work.seed, day.toordinal()])
    begin = day + pd.Timedelta(minutes=hours.start)
    rows: list[dict[str, Any]] = []
    for vehicle, at in enumerate(shuffle.permutation(len(rounds)), 1):
        mine = rounds[at]
        rng = np.random.default_rng([work.seed, day.toordinal(), vehicle])
        orders = safe_orders(work.between[np.ix_(mine, mine)], work.duty, rng)
        if orders is None:
            raise InputError(
                "No order of the stops keeps the gap",
                given=f"{len(mine)} stops of vehicle {vehicle}",
                advice="fewer stops, or a longer gap",
            )

        def weigh(minute: float, mine: Ints = mine) -> Floats:
            return work.rhythm.at(begin + pd.Timedelta(minutes=minute))[mine]

        rests = _rest_times(hours.minutes, work.breaks, work.duty, rng)
        events = draw_day(orders, work.legs[mine], hours.minutes, rests, weigh, rng)
        rows += _rows(events, mine, begin, vehicle, work)
    return rows


def _rest_times(minutes: float, breaks: int, duty: Duty, rng: np.random.Generator) -> list[float]:
    """Minutes after which breaks are taken: spread over the shift, each a little at random."""
    step = minutes / (breaks + 1)
    wanted = [step * (i + 1) + rng.uniform(-0.15, 0.15) * step for i in range(breaks)]
    # A break may have to wait one round for a moment that fits.
    latest = [minutes - (breaks - i) * (duty.rest + duty.round) for i in range(breaks)]
    return [max(0.0, min(pair)) for pair in zip(wanted, latest, strict=True)]


def _rows(events: list[Event], mine: Ints, begin: pd.Timestamp, vehicle: int, work: _Work) -> list[dict[str, Any]]:
    crews, extra = divmod(work.team.officers, work.team.crews)
    shared: dict[str, Any] = {"date": begin.normalize(), "vehicle": vehicle, "officers": crews + (vehicle <= extra)}
    rows = []
    for order, event in enumerate(events, 1):
        place = work.stops.iloc[mine[event.stop]] if event.stop >= 0 else None
        rows.append(row_of(event, begin, place, "break" if place is None else "visit", order=order, **shared))
    return rows


def row_of(event: Event, begin: pd.Timestamp, place: Any, activity: str, **shared: Any) -> dict[str, Any]:
    """One row of a timetable: a visit to a place, or what else is done between two minutes of a shift."""
    minutes, streets = event.leave - event.arrive, [] if place is None else place["streets"]
    row: dict[str, Any] = {
        **shared,
        "weekday": WEEKDAYS[shared["date"].day_of_week],
        "activity": activity,
        "arrive": begin + pd.Timedelta(minutes=event.arrive),
        "leave": begin + pd.Timedelta(minutes=event.leave),
        "minutes": minutes,
        "travel_minutes": event.travel,
        "officer_minutes": minutes * shared["officers"],
        "choices": event.choices,
    }
    if place is not None:
        row |= {name: place[name] for name in ("rank", "ref", "name", "part")}
        row["walk"] = ", ".join(map(str, streets[:_STREETS])) if isinstance(streets, list) else ""
        row["geometry"] = Point(place["easting"], place["northing"])
    return row


def frame_rows(rows: list[dict[str, Any]], crs: Any, columns: list[str] | None = None) -> gpd.GeoDataFrame:
    """Rows of a timetable as a typed table."""
    table = pd.DataFrame(rows, columns=columns or COLUMNS)
    texts = ["weekday", "activity", "ref", "name", "walk"]
    table[texts] = table[texts].astype(object).fillna("")
    kinds: dict[str, Any] = dict.fromkeys(texts, "str") | dict.fromkeys(("rank", "part"), "Int64")
    kinds |= dict.fromkeys(("vehicle", "order", "officers", "choices"), "int64")
    kinds |= dict.fromkeys(("minutes", "travel_minutes", "officer_minutes"), float)
    kinds |= dict.fromkeys(("date", "arrive", "leave"), "datetime64[ns]")
    points = gpd.array.from_shapely(np.array([row.get("geometry") for row in rows], dtype=object), crs=crs)
    return gpd.GeoDataFrame(table.drop(columns="geometry").astype(kinds), geometry=points)


def _summarise(timetable: gpd.GeoDataFrame, rounds: list[Ints], work: _Work) -> pd.DataFrame:
    visits = timetable[timetable["activity"] == "visit"]
    places = work.stops[["rank", "part"]].apply(tuple, axis=1)
    rows = []
    for number, stops in enumerate(rounds, 1):
        minutes = shortest_round(work.between[np.ix_(stops, stops)], work.duty.visit)
        travel = (minutes / len(stops)) - work.duty.visit
        mine = visits[visits[["rank", "part"]].apply(tuple, axis=1).isin(set(places.iloc[stops]))]
        gaps = list_gaps(mine, arrived="arrive", left="leave")
        rows.append(
            {
                "round": number,
                "stops": len(stops),
                "round_minutes": minutes,
                "fixed_order_stops": int((work.duty.round - work.duty.rest) // (minutes / len(stops))),
                "any_order_stops": count_any_order(work.duty, travel),
                "visits": len(mine),
                "choices": float(mine["choices"].mean()) if len(mine) else np.nan,
                "foreseeable": float(mine["choices"].le(1).mean()) if len(mine) else np.nan,
                "longest_gap": float(gaps.max()) if len(gaps) else np.nan,
            }
        )
    return _summary_frame(rows)


def _summary_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    whole = ["round", "stops", "fixed_order_stops", "any_order_stops", "visits"]
    columns = ["round", "stops", "round_minutes", *whole[2:], "choices", "foreseeable", "longest_gap"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({c: "int64" if c in whole else float for c in columns})


def _announce_cost(summary: pd.DataFrame) -> None:
    stops, fixed = int(summary["stops"].sum()), int(summary["fixed_order_stops"].sum())
    free = int(summary[["any_order_stops", "stops"]].min(axis=1).sum())
    choices = summary["choices"].mean()
    if np.isnan(choices):
        announce("The timetable holds no visit: no shift falls on the days it is asked for.")
        return
    announce(
        f"{say_count(stops, 'stop')} {'is' if stops == 1 else 'are'} kept within the gap, each drawn from "
        f"{choices:.1f} on average. "
        f"A fixed order could hold {fixed}; a wholly free one is sure to hold {free}: "
        "that is what being unpredictable costs."
    )

"""Patrols on paper, in a calendar and on the map: what a crew and a planner take away."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from hotspots.checks import InputError, require_columns
from hotspots.common.day_names import MONTHS, WEEKDAYS
from hotspots.common.wording import name_month, say_count
from hotspots.patrols.doses import IN_HAND
from maps.common.escape import clean
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile, profile_named, release
from maps.documents.blocks import Cell, Document, Field, Grid, Heading, Line, Picture, Pictures, Text
from maps.documents.to_html import render_html
from maps.documents.to_word import render_word
from maps.pictures.stops import SIZE, draw_stops

LONDON = ZoneInfo("Europe/London")
NEEDED = (
    *("date", "weekday", "vehicle", "order", "activity", "ref", "name", "part", "arrive", "leave", "minutes"),
    *("travel_minutes", "officers", "officer_minutes", "walk"),
)
_HEADER = ("No.", "Arrive", "Leave", "Drive", "Hotspot", "Arrived", "Left", "Notes")
_WIDTHS = (0.05, 0.08, 0.08, 0.08, 0.36, 0.09, 0.09, 0.17)


def write_cards(timetable: gpd.GeoDataFrame, folder: str | Path, **words: Any) -> list[Path]:
    """Write a card for each vehicle and shift, one to a page, as one page to print and one Word document.

    Parameters
    ----------
    timetable : GeoDataFrame
        From `hotspots.timetable_patrols`.
    folder : str or Path
        Where ``patrol-cards.html`` and ``patrol-cards.docx`` are written; made when absent.
    title : str
        Name of the operation.
    seed : int, optional
        The seed the order was drawn with, printed so that the week can be drawn again.
    profile : str, optional
        Disclosure profile; None means "partner": where officers will be is not for the public.
    marking : str, optional
        Marking at the head and foot of every page; None means the profile's own.
    ground : GeoDataFrame, optional
        From `maps.read_ground`: each card then has a map of its stops on the streets.
    tasks : mapping, optional
        What officers are told of a hotspot, by ``ref``, as for `write_officer_pages`.
    **words
        Those above, from ``title`` on.

    Returns
    -------
    list of Path
        The page and the document.

    Raises
    ------
    InputError
        For a table that is not a timetable, or the profile "public".
    """
    document = lay_out_cards(timetable, **words)
    page, word = Path(folder) / "patrol-cards.html", Path(folder) / "patrol-cards.docx"
    write_file(page, render_html(document).encode())
    write_file(word, render_word(document))
    return [page, word]


def lay_out_cards(
    timetable: gpd.GeoDataFrame,
    *,
    title: str = "Hotspot patrols",
    seed: int | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
    ground: gpd.GeoDataFrame | None = None,
    tasks: Mapping[str, Sequence[str]] | None = None,
) -> Document:
    """Lay the cards out as one document; parameters as for `write_cards`."""
    require_columns(timetable, NEEDED, what="timetable")
    who = for_planners(profile)
    columns = [*NEEDED, *(["team"] if "team" in timetable.columns else [])]
    rows = release(pd.DataFrame(timetable), kind="table", profile=who, columns=columns)
    blocks: list[Any] = []
    for _, shift in rows.groupby(["date", "vehicle"]):
        drawn = [] if ground is None or ground.empty else [_picture(timetable.loc[shift.index], ground)]
        blocks += _card(shift, seed, drawn, tasks or {}, first=not blocks)
    blocks += [Text(timetable.attrs["travel"], note=True)] if blocks and "travel" in timetable.attrs else []
    if not blocks:
        blocks = [Text("No patrol is timetabled.")]
    day = f"{rows['date'].min():%Y-%m-%d}" if len(rows) else ""
    stamp = who.marking if marking is None else marking
    return Document(clean(title), "Patrol cards", clean(stamp), day, tuple(blocks))


def for_planners(profile: str | Profile | None) -> Profile:
    """Take the profile of those who plan patrols; where officers will be is never public."""
    who = follow_content(profile_named(profile or "partner"), ["timetable"])
    if who.name == "public":
        raise InputError(
            "Where officers will be is not published",
            given="profile='public'",
            advice="profile='partner', for those who plan patrols alone",
        )
    return who


def _picture(shift: gpd.GeoDataFrame, ground: gpd.GeoDataFrame) -> Pictures:
    """Map of a shift's stops, each with the number of its first visit."""
    stops = shift[shift["activity"] == "visit"].sort_values("order").drop_duplicates(["ref", "part"])
    alt = "Map of the stops: " + "; ".join(
        f"{o} {clean(n)}" for o, n in zip(stops["order"], stops["name"], strict=True)
    )
    caption = "The stops, by the number of their first visit. " + str(ground.attrs.get("credit", ""))
    return Pictures((Picture(draw_stops(stops, ground), alt, caption.strip(), SIZE[0] / 10),))


def _card(
    shift: pd.DataFrame, seed: int | None, where: list[Any], tasks: Mapping[str, Sequence[str]], *, first: bool
) -> list[Any]:
    date, vehicle = shift["date"].iloc[0], shift["vehicle"].iloc[0]
    visits = shift[shift["activity"] == "visit"]
    # Each place once, below the visits: so that a long shift stays on one page.
    places = visits.sort_values("order").drop_duplicates(["ref", "part"])
    team = f"{clean(shift['team'].iloc[0])}, " if "team" in shift.columns else ""
    heading = f"{team}{WEEKDAYS[date.day_of_week]} {date.day} {name_month(date)}, vehicle {vehicle}"
    driving = say_count(shift["travel_minutes"].sum(), "minute")
    facts = (
        f"{say_count(shift['officers'].iloc[0], 'officer')}. {say_count(len(visits), 'visit')} to "
        f"{say_count(len(places), 'place')}: {say_count(visits['minutes'].sum(), 'minute')} on foot, "
        f"{driving} driving. "
        f"{_first_and_last(visits)}"
    )
    drawn = "" if seed is None else f" Drawn at random, seed {seed}."
    note = (
        "Be seen, on foot, on the streets named; talk to people. Keep the order: it was drawn so that no "
        f"hotspot is left longer than planned and nobody can foretell the next.{drawn}{explain_time_in_hand(shift)}"
    )
    grid = Grid(f"Visits of {heading}", _HEADER, tuple(_row(r) for _, r in shift.iterrows()), _WIDTHS, (0, 3))
    told: dict[str, str] = {}  # what holds at several places is said once
    walks = []
    for row in places.to_dict("records"):
        name, said = clean(row["name"]), " ".join(map(clean, tasks.get(str(row["ref"]), ())))
        first_at = told.setdefault(said, name)
        walks.append(
            (f"{row['order']}. {name}", clean(row["walk"]), said if first_at == name else f"As at {first_at}.")
        )
    streets = Grid("Where to walk, and what for", ("Hotspot", "Streets", "What for"), tuple(walks), (0.2, 0.3, 0.5))
    blanks = tuple(Field("", label) for label in ("Officers", "Call sign", "Vehicle"))
    top = [Heading(heading, 1, new_page=not first), Text(facts), Line(blanks)]
    return [*top, grid, streets, *where, Text(note, note=True)]


def explain_time_in_hand(shift: pd.DataFrame) -> str:
    """Say what time in hand is, where a shift has some."""
    said = f" {IN_HAND.capitalize()}: no visit is due; whoever leads the shift says what for."
    return said if shift["activity"].eq(IN_HAND).any() else ""


def _first_and_last(visits: pd.DataFrame) -> str:
    if visits.empty:
        return ""
    return f"First arrival {visits['arrive'].iloc[0]:%H:%M}, last leaving {visits['leave'].iloc[-1]:%H:%M}."


def _row(stop: pd.Series) -> tuple[Cell, ...]:
    times = (f"{stop['arrive']:%H:%M}", f"{stop['leave']:%H:%M}")
    if stop["activity"] != "visit":
        return (str(stop["order"]), *times, "", clean(stop["activity"]).capitalize(), "", "", "")
    return (str(stop["order"]), *times, f"{stop['travel_minutes']:.0f} min", clean(stop["name"]), "", "", "")


def write_calendar(
    timetable: gpd.GeoDataFrame,
    path: str | Path,
    *,
    each: str = "shift",
    title: str = "Hotspot patrol",
    profile: str | Profile | None = None,
    marking: str | None = None,
) -> Path:
    """Write the timetable as an iCalendar file, an event a shift or a visit.

    Parameters
    ----------
    timetable : GeoDataFrame
        From `hotspots.timetable_patrols`; its times are British clock times.
    path : str or Path
        File to write, such as ``patrols.ics``.
    each : {"shift", "visit"}
        One event for each vehicle's shift, its visits listed inside; or one for each visit.
    title : str
        Begins the name of every event.
    profile : str, optional
        Disclosure profile; None means "partner": where officers will be is not for the public.
    marking : str, optional
        Marking, in the calendar's name and in the words of every event; None means the profile's own. A
        marked event is of class CONFIDENTIAL.

    Returns
    -------
    Path
        The file. The same timetable gives the same bytes.

    Raises
    ------
    InputError
        For a table that is not a timetable, an ``each`` that is neither, or the profile "public".
    """
    from icalendar import Calendar

    if each not in ("shift", "visit"):
        raise InputError("An event is a shift or a visit", given=f"each={each!r}", advice="each='shift'")
    require_columns(timetable, NEEDED, what="timetable")
    who = for_planners(profile)
    stamp = clean(who.marking if marking is None else marking)
    released = release(pd.DataFrame(timetable), kind="table", profile=who, columns=NEEDED)
    calendar = Calendar()
    calendar.add("prodid", "-//safer-hotspots//patrols//EN")
    calendar.add("version", "2.0")
    if stamp:
        calendar.add("x-wr-calname", f"{stamp}: {clean(title)}")
        calendar.add("x-wr-caldesc", f"{stamp}. {who.audience}")
    for _, shift in released.groupby(["date", "vehicle"]):
        rows = shift[shift["activity"] == "visit"]
        for part in [shift] if each == "shift" else [rows.loc[[i]] for i in rows.index]:
            calendar.add_component(_event(part, each, clean(title), stamp))
    write_file(Path(path), calendar.to_ical())
    return Path(path)


def _event(rows: pd.DataFrame, each: str, title: str, stamp: str) -> Any:
    from icalendar import Event

    vehicle = rows["vehicle"].iloc[0]
    first, last = rows["arrive"].iloc[0], rows["leave"].iloc[-1]
    lines = [f"{r.arrive:%H:%M} to {r.leave:%H:%M} {clean(r.name_)}" for r in _named(rows)]
    what = clean(rows["name"].iloc[0]) if each == "visit" else f"{len(lines)} stops"
    identity = f"{first:%Y%m%dT%H%M}|{vehicle}|{each}|{'|'.join(lines)}"
    event = Event()
    event.add("uid", f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}@safer-hotspots")
    event.add("summary", f"{title}, vehicle {vehicle}: {what}")
    event.add("dtstart", _universal(first))
    event.add("dtend", _universal(last))
    # A stamp of the day planned, not of now: the same timetable gives the same file.
    event.add("dtstamp", _universal(pd.Timestamp(rows["date"].iloc[0])))
    said = lines if each == "shift" else [clean(rows["walk"].iloc[0])]
    event.add("description", "\n".join([stamp, *said, stamp] if stamp else said))
    if stamp:
        event.add("class", "CONFIDENTIAL")
    return event


def _named(rows: pd.DataFrame) -> Sequence[Any]:
    names = rows["name"].where(rows["activity"] == "visit", rows["activity"].str.capitalize())
    return list(pd.DataFrame({"arrive": rows["arrive"], "leave": rows["leave"], "name_": names}).itertuples())


def _universal(clock: pd.Timestamp) -> Any:
    return clock.to_pydatetime().replace(tzinfo=LONDON).astimezone(ZoneInfo("UTC"))


def patrol_layers(timetable: gpd.GeoDataFrame, *, date: Any = None) -> dict[str, gpd.GeoDataFrame]:
    """Make the map layers of one day: each vehicle's stops, numbered in order, and its way between them.

    Parameters
    ----------
    timetable : GeoDataFrame
        From `hotspots.timetable_patrols`.
    date : date or str, optional
        Day to draw; None means the first.

    Returns
    -------
    dict of GeoDataFrame
        By name, for ``layers=`` of `draw_map`: points with ``ref, name, order`` (of the first visit),
        ``vehicle, visits, minutes, start, streets``, and a line a vehicle.

    Raises
    ------
    InputError
        For a table that is not a timetable, or a day on which no patrol works.
    """
    require_columns(timetable, [*NEEDED, "geometry"], what="timetable")
    if len(timetable) == 0:
        return {}
    day = timetable["date"].min() if date is None else pd.Timestamp(date).normalize()
    here = timetable[(timetable["date"] == day) & (timetable["activity"] == "visit")]
    if len(here) == 0:
        worked = f"{timetable['date'].min():%Y-%m-%d} to {timetable['date'].max():%Y-%m-%d}"
        raise InputError("No patrol is timetabled that day", given=f"{day:%Y-%m-%d}", advice=f"a day of {worked}")
    layers = {}
    for vehicle, rows in here.groupby("vehicle"):
        name = f"Patrol {vehicle}, {WEEKDAYS[day.day_of_week]} {day.day} {MONTHS[day.month - 1]}"
        layers[name] = _stops_of(rows)
        points = list(rows.sort_values("arrive").geometry)
        way = LineString(points) if len(set(points)) > 1 else Point(points[0])
        line = gpd.GeoDataFrame({"name": [name], "vehicle": [vehicle]}, geometry=[way], crs=timetable.crs)
        line.attrs["kind"] = "patrols"
        layers[f"{name}: way"] = line
    return layers


def _stops_of(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One point per stop, numbered by its first visit; nothing but what an officer needs."""
    order = rows.sort_values("arrive").groupby(["ref", "part"], sort=False)
    table = order.agg(
        name=("name", "first"),
        vehicle=("vehicle", "first"),
        visits=("minutes", "size"),
        minutes=("minutes", "sum"),
        start=("arrive", "first"),
        streets=("walk", "first"),
        geometry=("geometry", "first"),
    ).reset_index()
    table.insert(0, "order", range(1, len(table) + 1))
    table["start"] = table["start"].dt.strftime("%H:%M")
    stops = gpd.GeoDataFrame(table.drop(columns="part"), geometry="geometry", crs=rows.crs)
    stops.attrs["kind"] = "patrols"
    return stops

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.checks import CRS, InputError
from maps.results.patrol_cards import lay_out_cards, patrol_layers, write_calendar, write_cards

HOSTILE = "Rock`n`Roll ${Bar} <script>alert(1)</script>"


def make_timetable() -> gpd.GeoDataFrame:
    """Two vehicles on a summer Friday and Saturday: three visits and a break each."""
    rows = []
    for date in ("2026-07-03", "2026-07-04"):
        for vehicle in (1, 2):
            for order, (name, time, minutes) in enumerate(
                [("Boar Lane", "14:00", 15), ("", "14:20", 30), (HOSTILE, "15:00", 15), ("Boar Lane", "15:30", 15)], 1
            ):
                at = pd.Timestamp(f"{date} {time}")
                rows.append(
                    {
                        "date": pd.Timestamp(date),
                        "weekday": f"{at:%A}",
                        "vehicle": vehicle,
                        "order": order,
                        "activity": "visit" if name else "break",
                        "rank": 1,
                        "ref": f"SE{len(name)}" if name else "",
                        "name": name,
                        "part": 0,
                        "arrive": at,
                        "leave": at + pd.Timedelta(minutes=minutes),
                        "minutes": float(minutes),
                        "travel_minutes": 5.0 if name else 0.0,
                        "officers": 2,
                        "officer_minutes": 2.0 * minutes,
                        "walk": f"{name} Street, Yard" if name else "",
                        "geometry": Point(430_000 + len(name), 433_000) if name else None,
                        "raw_secret": "not for anyone",
                    }
                )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


TIMETABLE = make_timetable()


def test_what_officers_are_told_of_a_place_stands_on_its_card(tmp_path):
    page, _ = write_cards(TIMETABLE, tmp_path, tasks={"SE9": ["Look for open gates.", "<b>Speak</b> to staff."]})
    text = page.read_text(encoding="utf-8")
    assert text.count("Look for open gates. &lt;b&gt;Speak&lt;/b&gt; to staff.") == 4


def test_each_vehicle_and_shift_has_its_page(tmp_path):
    page, word = write_cards(TIMETABLE, tmp_path / "out", seed=7)
    text = page.read_text(encoding="utf-8")
    assert text.count("<table") == 8
    assert text.count("class=page") == 3
    assert "Friday 3 July 2026, vehicle 1" in text
    assert "3 visits to 2 places: 45 minutes on foot, 15 minutes driving" in text
    assert "First arrival 14:00, last leaving 15:45" in text
    assert "seed 7" in text
    assert text.count("OFFICIAL-SENSITIVE") == 3  # in the file's own words, at its head and at its foot
    import docx

    document = docx.Document(str(word))
    assert len(document.tables) == 8
    assert document.tables[0].rows[2].cells[4].text == "Break"


def test_hostile_names_are_shown_and_do_nothing(tmp_path):
    page, _ = write_cards(TIMETABLE, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_only_the_columns_needed_leave(tmp_path):
    page, word = write_cards(TIMETABLE, tmp_path)
    calendar = write_calendar(TIMETABLE, tmp_path / "patrols.ics")
    for file in (page, word, calendar):
        assert b"not for anyone" not in file.read_bytes()
    for layer in patrol_layers(TIMETABLE).values():
        assert "raw_secret" not in layer.columns


def test_where_officers_will_be_is_never_public(tmp_path):
    with pytest.raises(InputError, match="not published"):
        write_cards(TIMETABLE, tmp_path, profile="public")


def test_the_calendar_reads_back_in_universal_time(tmp_path):
    from icalendar import Calendar

    file = write_calendar(TIMETABLE, tmp_path / "patrols.ics")
    events = list(Calendar.from_ical(file.read_bytes()).walk("VEVENT"))
    assert len(events) == 4
    # 14:00 in a British summer is 13:00 universal time.
    assert events[0].decoded("dtstart").isoformat() == "2026-07-03T13:00:00+00:00"
    assert events[0].decoded("dtend").isoformat() == "2026-07-03T14:45:00+00:00"
    assert "14:20 to 14:50 Break" in str(events[0]["description"])
    assert len({str(e["uid"]) for e in events}) == 4
    visits = write_calendar(TIMETABLE, tmp_path / "visits.ics", each="visit")
    named = [str(e["summary"]) for e in Calendar.from_ical(visits.read_bytes()).walk("VEVENT")]
    assert len(named) == 12
    assert named[0] == "Hotspot patrol, vehicle 1: Boar Lane"
    assert write_calendar(TIMETABLE, tmp_path / "again.ics").read_bytes() == file.read_bytes()


def test_the_map_has_the_order():
    layers = patrol_layers(TIMETABLE, date="2026-07-04")
    assert list(layers) == [f"Patrol {v}, Saturday 4 July{end}" for v in (1, 2) for end in ("", ": way")]
    stops, way = layers["Patrol 1, Saturday 4 July"], layers["Patrol 1, Saturday 4 July: way"]
    assert stops[["order", "name", "visits", "minutes", "start"]].to_numpy().tolist() == [
        [1, "Boar Lane", 2, 30.0, "14:00"],
        [2, HOSTILE, 1, 15.0, "15:00"],
    ]
    assert len(way.geometry.iloc[0].coords) == 3
    assert stops.attrs["kind"] == way.attrs["kind"] == "patrols"


def test_an_empty_timetable_and_a_wrong_one(tmp_path):
    assert "No patrol" in lay_out_cards(TIMETABLE.iloc[:0]).blocks[0].text
    assert patrol_layers(TIMETABLE.iloc[:0]) == {}
    with pytest.raises(InputError, match="timetable lacks"):
        lay_out_cards(TIMETABLE.drop(columns="walk"))
    with pytest.raises(InputError, match="a day of 2026-07-03 to 2026-07-04"):
        patrol_layers(TIMETABLE, date="2026-07-09")
    with pytest.raises(InputError, match="a shift or a visit"):
        write_calendar(TIMETABLE, tmp_path / "x.ics", each="hour")


def test_a_calendar_is_marked_and_never_public(tmp_path):
    from icalendar import Calendar

    with pytest.raises(InputError, match="not published"):
        write_calendar(TIMETABLE, tmp_path / "no.ics", profile="public")
    marked = Calendar.from_ical(write_calendar(TIMETABLE, tmp_path / "a.ics").read_bytes())
    assert str(marked["x-wr-calname"]) == "OFFICIAL-SENSITIVE: Hotspot patrol"
    for event in marked.walk("VEVENT"):
        assert str(event["class"]) == "CONFIDENTIAL"
        lines = str(event["description"]).splitlines()
        assert lines[0] == lines[-1] == "OFFICIAL-SENSITIVE"
    dated = write_calendar(TIMETABLE, tmp_path / "b.ics", profile="open").read_text(encoding="utf-8")
    assert "CLASS:CONFIDENTIAL" in dated  # published records or not: days and places of patrols are no open data
    plain = write_calendar(TIMETABLE, tmp_path / "c.ics", marking="").read_text(encoding="utf-8")
    assert "CLASS" not in plain
    assert "X-WR" not in plain


def test_a_printed_card_is_marked_on_every_page(tmp_path):
    page = write_cards(TIMETABLE, tmp_path, marking="AB")[0].read_text(encoding="utf-8")
    assert '<meta name="protective-marking" content="AB">' in page
    # A and B by their numbers, at the head and the foot of each page
    assert page.count('content: "\\000041\\000042"') == 2
    assert "@top-center" in page
    assert "@bottom-center" in page
    plain = write_cards(TIMETABLE, tmp_path, marking="")[0].read_text(encoding="utf-8")
    assert "protective-marking" not in plain
    assert "@top-center" not in plain

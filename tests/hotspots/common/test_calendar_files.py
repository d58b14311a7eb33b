"""Calendars from iCalendar files, CSV and names in a configuration."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from hotspots.checks import InputError
from hotspots.common.calendar_files import join_calendars, name_entries, read_calendar_file
from hotspots.common.calendars import letter_entries, list_overlapping, name_in_months
from maps.common.calendar import read_events

ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
SUMMARY:Operation Stay Safe\\, phase\r
  two\r
DTSTART;VALUE=DATE:20230601\r
DTEND;VALUE=DATE:20230701\r
CATEGORIES:OPERATIONS,police\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:Match\r
DTSTART:20221003T190000Z\r
DTEND:20221003T230000Z\r
BEGIN:VALARM\r
SUMMARY:Reminder\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:Week of action\r
DTSTART;VALUE=DATE:20220501\r
DURATION:P1W\r
END:VEVENT\r
END:VCALENDAR\r
"""


def days(table: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    rows = table[["name", "kind", "start", "end"]].itertuples(index=False)
    return [(name, kind, str(start.date()), str(end.date())) for name, kind, start, end in rows]


def test_an_icalendar_file_is_read_as_programs_write_it(tmp_path):
    """A whole-day entry ends the day before its DTEND (RFC 5545); folded lines and alarms are no trouble."""
    path = tmp_path / "ops.ics"
    path.write_bytes(ICS.encode())
    assert days(read_calendar_file(path, kind="campaign")) == [
        ("Week of action", "campaign", "2022-05-01", "2022-05-07"),
        ("Match", "campaign", "2022-10-03", "2022-10-03"),
        ("Operation Stay Safe, phase two", "operation", "2023-06-01", "2023-06-30"),
    ]


def test_times_in_utc_are_days_of_london(tmp_path):
    """In August 23:00 UTC is midnight of the next day by British clocks; in January it is not."""
    path = tmp_path / "ops.ics"
    for written, day in (
        ("20180823T230000Z", "2018-08-24"),
        ("20180823T230000", "2018-08-23"),
        ("20180123T230000Z", "2018-01-23"),
    ):
        text = f"BEGIN:VEVENT\nSUMMARY:Festival\nDTSTART:{written}\nEND:VEVENT\n"
        path.write_text(text, encoding="utf-8")
        assert days(read_calendar_file(path)) == [("Festival", "event", day, day)]


def test_a_calendar_that_is_not_there_or_not_utf_8_is_named(tmp_path):
    with pytest.raises(InputError, match="The calendar is not there"):
        read_calendar_file(tmp_path / "none.ics")
    (tmp_path / "old.ics").write_bytes(ICS.replace("Match", "Caf\xe9").encode("cp1252"))
    with pytest.raises(InputError, match="The calendar is not UTF-8 text"):
        read_calendar_file(tmp_path / "old.ics")


def test_an_icalendar_file_without_dates_or_entries_is_refused(tmp_path):
    path = tmp_path / "ops.ics"
    path.write_text(ICS.replace("DTSTART:20221003T190000Z", "DTSTART:soon"), encoding="utf-8")
    with pytest.raises(InputError, match="entry 2 \\('Match'\\) has no dates"):
        read_calendar_file(path)
    path.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")
    with pytest.raises(InputError, match="no entry"):
        read_calendar_file(path)


def test_an_entry_that_repeats_is_marked_once_and_said(tmp_path, caplog):
    path = tmp_path / "ops.ics"
    path.write_text(ICS.replace("SUMMARY:Match", "SUMMARY:Match\r\nRRULE:FREQ=WEEKLY"), encoding="utf-8")
    assert len(read_calendar_file(path)) == 3
    assert "'Match' in ops.ics repeats" in caplog.text


def test_names_with_dates_spans_and_lists_of_them():
    found = name_entries(
        {"Festival": ["2018-08-24..2018-08-27", dt.date(2017, 8, 25)], "Half-term": "2018-10"}, kind="event"
    )
    assert days(found) == [
        ("Festival", "event", "2017-08-25", "2017-08-25"),
        ("Festival", "event", "2018-08-24", "2018-08-27"),
        ("Half-term", "event", "2018-10-01", "2018-10-31"),
    ]
    with pytest.raises(InputError, match="'Fair': This is not the name of a window"):
        name_entries({"Fair": "in spring"}, kind="event")


def test_files_and_entries_of_a_configuration_become_one_calendar(tmp_path):
    (tmp_path / "own.csv").write_text("name,kind,start,end\nOp Sea,operation,2018-07-01,2018-07-02\n")
    both = read_events({"files": [tmp_path / "own.csv"], "operations": {"Op Sea": "2018-07-01..2018-07-02"}})
    assert days(both) == [("Op Sea", "operation", "2018-07-01", "2018-07-02")]
    assert read_events({}).empty
    assert join_calendars([]).columns.tolist() == ["name", "kind", "start", "end"]


def test_entries_are_found_in_the_months_they_touch():
    table = name_entries({"Op Sea": "2018-07-31..2018-08-01"}, kind="operation")
    assert name_in_months(table, ["2018-06", "2018-07", "2018-08", "2018-09"]) == [
        *("", "Op Sea (operation)", "Op Sea (operation)", "")
    ]
    assert len(list_overlapping(table, start="2018-08-01", end="2018-08-31")) == 1
    assert list_overlapping(table, start="2018-08-02", end="2018-08-31").empty


def test_one_name_has_one_letter():
    twice = name_entries({"Fair": ["2017-05", "2018-05"], "Op": "2017-06"}, kind="event")
    assert letter_entries(twice) == {"Fair": "A", "Op": "B"}
    many = name_entries({f"Event {i:02d}": f"2018-01-{i:02d}" for i in range(1, 29)}, kind="event")
    assert list(letter_entries(many).values())[25:] == ["Z", "A2", "B2"]

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.common.when import precision_of, rows_in, spans_of
from hotspots.common.windows import make_window, name_windows, read_day, read_window, read_windows, whole_months
from hotspots.reading.covered import find_covered


@pytest.mark.parametrize(
    ("name", "start", "end", "written"),
    [
        ("2018-07", "2018-07-01", "2018-08-01", "July 2018"),
        ("July 2018", "2018-07-01", "2018-08-01", "July 2018"),
        ("2018", "2018-01-01", "2019-01-01", "2018"),
        ("Q3 2018", "2018-07-01", "2018-10-01", "July to September 2018"),
        ("2018-Q1", "2018-01-01", "2018-04-01", "January to March 2018"),
        ("2023/24", "2023-04-01", "2024-04-01", "2023/24"),
        ("2023/2024", "2023-04-01", "2024-04-01", "2023/24"),
        ("Q1 2023/24", "2023-04-01", "2023-07-01", "April to June 2023"),
        ("q4 2023/24", "2024-01-01", "2024-04-01", "January to March 2024"),
        ("Sept 2018", "2018-09-01", "2018-10-01", "September 2018"),
        ("1999/00", "1999-04-01", "2000-04-01", "1999/00"),
        ("2018-11..2019-02", "2018-11-01", "2019-03-01", "November 2018 to February 2019"),
        ("October to November 2018", "2018-10-01", "2018-12-01", "October to November 2018"),
        ("2018-10-31..2018-11-05", "2018-10-31", "2018-11-06", "31 October 2018 to 5 November 2018"),
        ("2018-10-31", "2018-10-31", "2018-11-01", "31 October 2018"),
        (("2018-04-01", "2018-04-30"), "2018-04-01", "2018-05-01", "April 2018"),
        (pd.Period("2018-07", freq="M"), "2018-07-01", "2018-08-01", "July 2018"),
    ],
)
def test_names_become_dates_and_names_again(name, start, end, written):
    window = read_window(name)
    assert (window.start, window.end, str(window)) == (pd.Timestamp(start), pd.Timestamp(end), written)
    assert read_window(window) is window
    assert read_window(written) == window


@pytest.mark.parametrize(
    ("name", "as_of", "written"),
    [
        ("year to date", "2024-01-31", "April 2023 to January 2024"),
        ("year to date", "2024-03-31", "2023/24"),
        ("calendar year to date", "2024-03-31", "January to March 2024"),
        ("last 16 months", "2024-03-31", "December 2022 to March 2024"),
        ("the last 1 month", "2024-03-15", "February 2024"),
        ("last month", "2024-03-31", "March 2024"),
    ],
)
def test_windows_up_to_the_last_whole_month(name, as_of, written):
    assert str(read_window(name, as_of=as_of)) == written


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("last summer", "not the name of a window"),
        ("2018-13", "not the name of a window"),
        ("2023/25", "not the name of a window"),
        ("last 0 months", "not the name of a window"),
        ("Q1 2023/25", "not the name of a window"),
        ("year to date", "needs the last day"),
        (("2018-05-01", "2018-04-01"), "must end after it starts"),
        (("yesterday-ish", "2018-04-01"), "not a date"),
        (5, "a name or a pair of dates"),
    ],
)
def test_unreadable_windows_are_refused(name, message):
    with pytest.raises(InputError, match=message):
        read_window(name)


def test_several_windows_come_in_order_of_time():
    windows = read_windows(["2018-07", "2016-07"])
    assert name_windows(windows) == "July 2016 and July 2018"
    assert read_windows(("2016-07-01", "2016-07-31")) == [read_window("2016-07")]


@given(st.dates(date(2001, 1, 1), date(2030, 1, 1)), st.integers(1, 900))
@settings(max_examples=60, deadline=None)
def test_a_window_holds_its_whole_months_and_overlaps_itself(first, days):
    window = make_window(pd.Timestamp(first), pd.Timestamp(first) + pd.Timedelta(days=days))
    assert window.days == days
    assert window.holds(window)
    assert window.overlaps(window)
    months = whole_months(window)
    assert months is None or (window.holds(months) and months.start.day == months.end.day == 1)
    assert read_window(str(window)) == window


def test_the_same_dates_a_year_before():
    assert str(read_window("2016-02").earlier(1)) == "February 2015"
    assert str(read_window("2017-02").earlier(1)) == "February 2016"
    assert str(read_window("2024-02-28").earlier(1)) == "28 February 2023"
    assert str(read_window("2024-02-29").earlier(1)) == "28 February 2023"
    assert str(read_window("2024-02-10..2024-02-28").earlier(1)) == "10 February 2023 to 28 February 2023"
    assert str(read_window("2025-02-10..2025-02-27").earlier(1)) == "10 February 2024 to 27 February 2024"
    assert read_window("2018-11..2019-01").calendar_months() == [1, 11, 12]


def monthly(months: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"when": pd.to_datetime(months), "precision": "month", "source": "police.uk"})


def test_rows_of_a_month_lie_wholly_in_or_out():
    frame = monthly(["2018-06-01", "2018-07-01", "2018-08-01"])
    assert rows_in(frame, read_window("2018-07")).tolist() == [False, True, False]
    assert spans_of(frame)["end"].tolist() == list(pd.to_datetime(["2018-07-01", "2018-08-01", "2018-09-01"]))
    with pytest.raises(InputError, match="only partly in the window"):
        rows_in(frame, read_window("2018-07-01..2018-07-15"))


def test_rows_with_a_clock_are_counted_to_the_day():
    frame = pd.DataFrame({"when": pd.to_datetime(["2018-07-14 23:59", "2018-07-15 00:00"])})
    assert precision_of(frame).tolist() == ["minute", "minute"]
    assert rows_in(frame, read_window("2018-07-01..2018-07-14")).tolist() == [True, False]
    assert precision_of(pd.DataFrame({"when": pd.to_datetime(["2018-07-14"])})).tolist() == ["day"]


def test_places_may_carry_the_name_of_their_window():
    places = pd.DataFrame({"window": ["2018-07", "July 2017", None]})
    assert rows_in(places, read_window("2018-07")).tolist() == [True, False, False]
    dated = pd.DataFrame({"window": pd.to_datetime(["2018-07-01", "2018-08-01"])})
    assert rows_in(dated, read_window("2018-07")).tolist() == [True, False]
    with pytest.raises(InputError, match="say no time"):
        rows_in(pd.DataFrame({"category": ["Drugs"]}), read_window("2018-07"))


def test_no_window_that_a_source_does_not_wholly_cover():
    frame = monthly(["2016-07-01"] * 20 + ["2017-07-01"] * 20)
    assert not find_covered(frame, [read_window("2016-07"), read_window("2017-07")]).gaps
    with pytest.raises(InputError, match="no records in August 2016 to June 2017"):
        find_covered(frame, [read_window("2016-07..2017-07")])
    with pytest.raises(InputError, match=r"police\.uk does not wholly cover the window 2018"):
        find_covered(frame, [read_window("2018")])
    assert not find_covered(frame, [read_window("2016-07..2017-07")], covered="2016..2018").gaps
    with pytest.raises(InputError, match="do not wholly cover July 2017"):
        find_covered(frame, [read_window("2017-07")], covered="2016")


def test_an_export_that_ends_on_the_28th_does_not_cover_its_month():
    days = pd.date_range("2018-07-01", "2018-07-28", freq="D").repeat(2)
    frame = pd.DataFrame({"when": days, "precision": "day", "source": "council"})
    with pytest.raises(InputError, match="council does not wholly cover the window July 2018"):
        find_covered(frame, [read_window("2018-07")])
    assert not find_covered(frame.iloc[:0], [read_window("2018-07")]).gaps


def test_places_of_whole_years_cover_their_years():
    places = pd.DataFrame({"window": ["2022/23", "2023/24"], "incidents": [9000, 8000], "source": "police.uk"})
    assert not find_covered(places, [read_window("2022/23"), read_window("2023/24")]).gaps
    assert rows_in(places, read_window("2023/24")).tolist() == [False, True]
    with pytest.raises(InputError, match="does not wholly cover"):
        find_covered(places, [read_window("2024/25")])
    with pytest.raises(InputError, match="only partly in the window"):
        rows_in(places, read_window("2023"))


def test_places_and_rows_are_covered_alike():
    frame = monthly(["2016-07-01"] * 20 + ["2017-07-01"] * 20)
    places = frame.groupby(["when", "precision", "source"]).size().reset_index(name="incidents")
    for records in (frame, places):
        with pytest.raises(InputError, match="no records in August 2016 to June 2017"):
            find_covered(records, [read_window("2016-07..2017-07")])
        assert not find_covered(records, [read_window("2017-07")]).gaps
    nothing = places.assign(incidents=0)
    assert not find_covered(nothing, [read_window("2019-07")]).gaps


@pytest.mark.parametrize("name", ["0000", "0000-01", "9999", "Q1 0000", "last 99999 months"])
def test_windows_beyond_every_calendar_are_refused(name):
    with pytest.raises(InputError, match=r"year must be between 1 and 9998|not the name of a window"):
        read_window(name, as_of="2024-03-31")


@pytest.mark.parametrize("value", ["", "soon", None, 5, 2.5, pd.NaT, "2018-02-30"])
def test_what_is_no_day_is_named(value):
    with pytest.raises(InputError, match=r"^as_of is not a date\. Given: .* Try: write it as 2018-07-31\.$"):
        read_day(value, "as_of")


def test_a_day_is_midnight_without_a_zone():
    for value in ("2018-07-31", date(2018, 7, 31), pd.Timestamp("2018-07-31 22:15", tz="Europe/London")):
        assert read_day(value, "as_of") == pd.Timestamp("2018-07-31")

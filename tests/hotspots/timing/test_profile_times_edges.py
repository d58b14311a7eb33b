"""What a time profile says where it has least to go by: words, own calendars, ends of years, empty bins."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from hotspots.checks import InputError
from hotspots.common.calendars import read_calendar
from hotspots.timing.profile_times import profile_times


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def dated(*moments: str, precision: str = "minute", **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"when": pd.to_datetime(list(moments)), "precision": precision, **columns})


@pytest.mark.parametrize(
    ("by", "missing"),
    [("hour", "hour"), ("weekday_hour", "hour"), ("weekday", "weekday"), ("holidays", "day"), ("peaks", "day")],
)
def test_the_refusal_names_what_months_do_not_hold(by, missing):
    with pytest.raises(InputError) as refused:
        profile_times(dated("2018-07-01", precision="month"), by=by)
    text = str(refused.value)
    assert f"these are dated to the month: they hold no {missing}" in text
    assert "police.uk publishes the month only" in text
    assert "by='month', 'calendar month' or 'season', or an export with times" in text


def test_the_refusal_names_every_precision_there_is():
    mixed = pd.concat([dated("2018-07-01", precision="month"), dated("2018-07-02", precision="day")])
    with pytest.raises(InputError, match="dated to the day and month: they hold no hour") as refused:
        profile_times(mixed.reset_index(drop=True), by="hour")
    assert "precision day and month" in str(refused.value)
    with pytest.raises(InputError, match="by weekday and hour needs records dated to the minute"):
        profile_times(dated("2018-07-01", precision="month"), by="weekday_hour")
    with pytest.raises(InputError, match="There is no such time profile"):
        profile_times(dated("2018-07-01"), by="xyzzy")


def test_every_profile_is_named_where_none_is_near():
    with pytest.raises(InputError, match="month, calendar month, season, weekday, holidays, peaks, hour"):
        profile_times(dated("2018-07-01"), by="xyzzy")


def test_records_left_out_are_counted_in_words_and_undated_ones_too():
    frame = pd.concat([dated("2018-07-02 09:00"), dated("2018-07-03", precision="day")], ignore_index=True)
    frame.loc[2] = [pd.NaT, "minute"]
    found = profile_times(frame, by="hour").attrs
    said = "2 records are not dated to the minute and are left out of the profile by hour."
    assert (found["by"], found["left_out"], found["swapped"], found["warnings"]) == ("hour", 2, 0, [said])
    assert profile_times(frame.iloc[:1], by="hour").attrs["warnings"] == []


def test_warnings_are_also_announced(caplog):
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        profile_times(dated("2018-07-02 00:00"), by="hour")
    assert "100% of the records say exactly midnight: probably hours nobody knew" in caplog.text


@pytest.mark.parametrize(("at_midnight", "said"), [(1, False), (2, True)])
def test_one_in_twenty_may_be_at_midnight(at_midnight, said):
    clock = ["2018-07-02 00:00"] * at_midnight + ["2018-07-02 13:30"] * (20 - at_midnight)
    found = profile_times(dated(*clock), by="hour").attrs["warnings"]
    told = "10% of the records say exactly midnight: probably hours nobody knew, so do not read midnight as a peak."
    assert found == ([told] if said else [])


def test_midnight_is_weighed_by_incidents_and_no_matter_where_spans_or_days_are_asked_for():
    frame = dated("2018-07-02 00:00", "2018-07-02 13:30", incidents=[1, 19])
    assert profile_times(frame, by="hour").attrs["warnings"] == []
    assert len(profile_times(frame.assign(incidents=[19, 1]), by="hour").attrs["warnings"]) == 1
    assert len(profile_times(frame.assign(incidents=[19, 1]), by="weekday_hour").attrs["warnings"]) == 1
    assert profile_times(frame.assign(incidents=[19, 1]), by="weekday").attrs["warnings"] == []
    spans = frame.assign(incidents=[19, 1], until=frame["when"] + pd.Timedelta(hours=1))
    assert profile_times(spans, by="hour", ends="until").attrs["warnings"] == []
    assert profile_times(frame.assign(incidents=[0, 0]), by="hour").attrs["warnings"] == []


def test_swapped_ends_are_counted_in_words():
    frame = dated("2018-07-02 09:00", "2018-07-02 11:00")
    ends = pd.Series(pd.to_datetime(["2018-07-02 10:00", "2018-07-02 10:00"]), index=frame.index)
    found = profile_times(frame, by="hour", ends=ends)
    assert found.attrs["swapped"] == 1
    assert found.attrs["warnings"] == ["1 records end before they start: the two times were exchanged."]
    assert found["incidents"][lambda s: s > 0].to_dict() == {9: 1.0, 10: 1.0}


def test_an_end_dated_to_the_day_does_not_lengthen_a_span_with_a_clock():
    """Only records dated to the day reach to the end of it, whichever of their two days is the later."""
    frame = pd.concat([dated("2018-07-02 22:00"), dated("2018-07-04", precision="day")], ignore_index=True).assign(
        until=pd.to_datetime(["2018-07-03 02:00", "2018-07-02 00:00"])
    )
    table = profile_times(frame, by="weekday", ends="until")
    # two of four hours each on Monday and Tuesday; and a third of Monday to Wednesday
    want = [1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3, 0, 0, 0, 0]
    assert table["incidents"].tolist() == pytest.approx(want)


def test_harm_is_summed_beside_incidents():
    frame = dated("2018-07-02 09:00", "2018-07-02 09:30", "2018-07-03 10:00", harm=[1.0, 2.0, 365.0])
    table = profile_times(frame, by="weekday")
    assert table["harm"].tolist() == [3, 365, 0, 0, 0, 0, 0]
    assert profile_times(frame, by="month")["harm"].tolist() == [368]
    assert list(profile_times(frame.drop(columns="harm"), by="month").columns) == [
        *("incidents", "days", "per_day", "share", "expected", "chance_low", "chance_high")
    ]


def test_bins_days_and_chance_by_hand():
    """A fortnight from Monday 2 July: two of every weekday, two records in ten on a Monday."""
    moments = [f"2018-07-{day:02d} 12:00" for day in (2, 2, 3, 4, 5, 6, 7, 8, 9, 15)]
    table = profile_times(dated(*moments), by="weekday")
    days = table["days"]
    assert table.index.name == "weekday"
    assert table.index.tolist()[::6] == ["Monday", "Sunday"]
    assert table["incidents"].tolist() == [3, 1, 1, 1, 1, 1, 2]
    assert table["per_day"].tolist() == pytest.approx((table["incidents"] / days).tolist())
    assert table["share"].tolist() == pytest.approx([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2])
    many = profile_times(dated(*moments, incidents=[70] * 10), by="weekday")
    assert many["chance_low"].min() > 0
    assert many["chance_low"].tolist() == poisson.ppf(0.025, many["expected"]).tolist()
    assert table["expected"].tolist() == pytest.approx((10 * days / days.sum()).tolist())
    assert table["chance_low"].tolist() == poisson.ppf(0.025, table["expected"]).tolist()
    assert table["chance_high"].tolist() == poisson.ppf(0.975, table["expected"]).tolist()


def test_the_week_by_hours_has_the_days_of_each_weekday():
    moments = ["2018-07-02 09:10", "2018-07-10 23:50"]
    week = profile_times(dated(*moments), by="weekday_hour")
    days = profile_times(dated(*moments), by="weekday")["days"]
    assert week.index.names == ["weekday", "hour"]
    assert len(week) == 168
    assert week["incidents"][lambda s: s > 0].to_dict() == {("Monday", 9): 1.0, ("Tuesday", 23): 1.0}
    assert all(week.loc[(day, hour), "days"] == days[day] for day in days.index for hour in (0, 23))
    hours = profile_times(dated(*moments), by="hour")
    assert (hours["days"] == days.sum()).all()
    assert hours.index.tolist() == list(range(24))
    days = profile_times(dated("2018-07-02 09:10"), by="weekday")["days"]
    week = profile_times(dated("2018-07-02 09:10"), by="weekday_hour")
    assert all(week.loc[(day, 9), "days"] == days[day] for day in days.index)


def test_months_and_seasons_are_named_in_order():
    frame = dated("2018-01-05", "2018-04-05", "2018-08-05", "2018-11-05", "2018-12-05", precision="day")
    by_month = profile_times(frame, by="calendar month")
    assert by_month["incidents"][lambda s: s > 0].to_dict() == dict.fromkeys(
        ["January", "April", "August", "November", "December"], 1.0
    )
    assert profile_times(frame, by="season")["incidents"].to_dict() == {
        "winter": 2,
        "spring": 1,
        "summer": 1,
        "autumn": 1,
    }
    single = profile_times(frame, by="month")
    assert single["incidents"][lambda s: s > 0].index.tolist() == [
        *("2018-01", "2018-04", "2018-08", "2018-11", "2018-12")
    ]
    assert single.index.name == "month"
    assert single.attrs["swapped"] == 0
    assert single.attrs["warnings"] == []


def test_school_holidays_come_unasked_also_those_that_began_last_year():
    table = profile_times(dated("2024-01-02 10:00", "2024-08-01 10:00", "2024-09-10 10:00"), by="holidays")
    found = table["incidents"][lambda s: s > 0].to_dict()
    assert found == {"Christmas holiday": 1, "Summer holiday": 1, "term": 1}
    assert table.index[-1] == "term"
    assert "Easter weekend" not in table.index
    peaks = profile_times(dated("2024-01-01 10:00", "2024-08-01 10:00"), by="peaks")
    assert peaks["incidents"][lambda s: s > 0].to_dict() == {"Christmas and New Year": 1, "any other day": 1}
    assert "Summer holiday" not in peaks.index
    assert (table.index.name, peaks.index.name) == ("holidays", "peaks")


def test_an_own_calendar_gives_peaks_of_every_kind_and_holidays_of_one():
    own = read_calendar(
        pd.DataFrame(
            {
                "name": ["Op X", "Half-term"],
                "kind": ["operation", "holiday"],
                "start": ["2018-07-02", "2018-07-03"],
                "end": "",
            }
        )
    )
    frame = dated("2018-07-02 10:00", "2018-07-03 10:00", "2018-07-04 10:00")
    peaks = profile_times(frame, by="peaks", calendar=own)
    assert peaks["incidents"].to_dict() == {"Op X": 1, "Half-term": 1, "any other day": 1}
    assert peaks["days"].to_dict() == {"Op X": 1, "Half-term": 1, "any other day": peaks["days"].sum() - 2}
    holidays = profile_times(frame, by="holidays", calendar=own)
    assert holidays["days"].to_dict() == {"Half-term": 1, "term": holidays["days"].sum() - 1}
    assert holidays["incidents"].to_dict() == {"Half-term": 1, "term": 2}


@pytest.mark.parametrize(
    ("by", "bins"),
    [
        ("peaks", ["any other day"]),
        ("holidays", ["term"]),
        ("month", []),
        ("season", ["winter", "spring", "summer", "autumn"]),
    ],
)
def test_nothing_has_bins_and_nothing_in_them(by, bins):
    table = profile_times(dated("2018-07-02").iloc[:0], by=by)
    assert table.index.tolist() == bins
    assert (table[["incidents", "days", "expected", "chance_low", "chance_high"]] == 0).all(axis=None)
    assert table[["per_day", "share"]].isna().all(axis=None)
    assert np.issubdtype(table["chance_low"].dtype, np.floating)


def test_ends_belong_to_their_records_where_others_are_left_out():
    frame = pd.concat([dated("2018-07-03", precision="day"), dated("2018-07-02 22:00")], ignore_index=True)
    ends = pd.Series(pd.to_datetime(["2018-07-05 12:00", "2018-07-03 00:00"]), index=frame.index)
    found = profile_times(frame, by="hour", ends=ends)["incidents"]
    assert found[found > 0].to_dict() == {22: 0.5, 23: 0.5}
    # ends come in any order, on the index of the records
    again = profile_times(frame, by="hour", ends=ends.iloc[::-1])["incidents"]
    assert again.tolist() == found.tolist()


def test_a_column_of_ends_that_is_not_there_and_like_none_has_no_advice():
    with pytest.raises(InputError) as refused:
        profile_times(dated("2018-07-02 22:00"), by="hour", ends="zzzz")
    assert str(refused.value) == "The records have no such column of end times. Given: zzzz."


def test_a_span_that_reaches_a_day_nobody_recorded_has_no_number_a_day():
    frame = dated("2018-07-02", precision="day", until=pd.to_datetime(["2018-07-04"]))
    table = profile_times(frame, by="weekday", ends="until")
    assert table["days"].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert table["incidents"].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0])
    assert table["per_day"].iloc[0] == pytest.approx(1 / 3)
    assert table["per_day"].iloc[1:].isna().all()

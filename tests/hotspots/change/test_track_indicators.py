from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots import assign_hotspots, find_hotspots, read_incidents
from hotspots.change.indicator_files import Indicator, list_indicators, read_indicators
from hotspots.change.track_indicators import track_indicators, write_page
from hotspots.checks import InputError
from hotspots.statistics.two_shares import compare_shares


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def make(counts: dict[str, tuple[int, int]], months=("2017-07", "2018-07")) -> gpd.GeoDataFrame:
    rows = [
        {
            "source": "police.uk",
            "when": pd.Timestamp(f"{month}-01"),
            "precision": "month",
            "category": name,
            "incidents": n,
        }
        for name, pair in counts.items()
        for month, n in zip(months, pair, strict=True)
    ]
    return gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0] * len(rows), [0] * len(rows)), crs=27700)


TOWN = {
    "Anti-social behaviour": (400, 380),
    "Violence and sexual offences": (300, 200),
    "Robbery": (20, 10),
    "Burglary": (500, 510),
    "Drugs": (40, 80),
}


def test_the_board_page_by_hand():
    table = track_indicators(make(TOWN), after="2018-07")
    assert table.attrs["before"] == "July 2017"
    assert table.loc["crime", ["before", "after"]].tolist() == [860, 800]
    assert table.loc["violence", ["before", "after", "arrow"]].tolist() == [320, 210, "down"]
    assert table.loc["violence", "words"].startswith("from 320 to 210 (110 fewer) between July 2017 and July 2018")
    assert ": no clear change (a true fall of " in table.loc["asb", "words"]
    assert table.loc["drugs-alcohol", "words"].endswith("a clear rise, neither called better nor worse")
    assert table.loc["hate", "words"] == "not in this source"
    assert table.loc["hotspot-crime", "words"] == "not counted: no hotspots were given"
    assert table.loc["feeling-safe", "words"] == "no figures given"
    # July 2017, eleven months without records, July 2018
    assert table.loc["violence", "sparkline"] == "█" + "·" * 11 + "▆"


def test_shares_are_in_percentage_points():
    frame = make(TOWN)
    hot = pd.Series(True, index=frame.index)
    row = track_indicators(frame, after="2018-07", hot=hot).loc["hotspot-serious-violence"]
    assert row["before"] == pytest.approx(100 * 320 / 1260)
    assert row["points"] == pytest.approx(100 * (210 / 1180 - 320 / 1260))
    assert np.isnan(row["percent"])
    assert "from 25.4% of 1,260 to 17.8% of 1,180, down 7.6 percentage points" in row["words"]
    assert row["note"].startswith("Serious violence by our default proxy")


def test_hotspots_chosen_on_one_window_show_no_change():
    frame = make(TOWN)
    hot = pd.Series(True, index=frame.index)
    table = track_indicators(frame, after="2018-07", hot=hot, selected_on="2018-07")
    assert table.loc["hotspot-crime", "arrow"] == ""
    assert table.loc["hotspot-crime", ["before", "after"]].tolist() == [1260, 1180]
    assert table.loc[["hotspot-crime", "hotspot-serious-violence"], ["percent", "points", "p"]].isna().all(axis=None)
    assert "not compared: these places were chosen on July 2018" in table.loc["hotspot-crime", "words"]
    assert table.loc["violence", "arrow"] == "down"
    assert table.loc[["hotspot-crime", "hotspot-serious-violence"], "sparkline"].tolist() == ["", ""]
    # all 320 of violence and robbery are serious by our proxy, of 1,260; then 210 of 1,180
    share = table.loc["hotspot-serious-violence", "words"]
    assert share.startswith("25.4% of 1,260 in July 2017, 17.8% of 1,180 in July 2018; not compared: ")


def test_a_page_of_windows_of_different_length_speaks_by_the_day():
    """31 crimes in January and 28 in February 2018, here and twice as many in the force."""
    here, force = (make({"Burglary": pair}, ("2018-01", "2018-02")) for pair in ((31, 28), (62, 56)))
    table = track_indicators(here, before="2018-01", after="2018-02", beside=force)
    assert table.loc["crime", "words"] == (
        "from 31 to 28 (windows of different length: 1.00 to 1.00 a day, no change) between January 2018 and "
        "February 2018: no clear change (a true fall of 61% would be called a fall four times in five, one "
        "of 45% half the time); "
        "beside it from 62 to 56 (windows of different length: 2.00 to 2.00 a day, no change)"
    )


def test_a_survey_is_the_users_own_table():
    survey = pd.DataFrame(
        {
            "indicator": ["feeling-safe"] * 3 + ["satisfaction"] * 2 + ["re-offending"],
            "period": ["2016-07", "2018-07", "2017-07", "2017-07", "2018-07", "2018-07"],
            "value": [50, 70, 60, 61.5, 62.5, 30],
            "base": [1000, 1000, 1000, np.nan, np.nan, 100],
        }
    )
    table = track_indicators(make(TOWN), after="2018-07", survey=survey)
    safe = table.loc["feeling-safe"]
    assert (safe["points"], safe["arrow"], safe["sparkline"]) == (pytest.approx(10), "up", "▆▇█")
    assert safe["words"].endswith("a clear rise, as was aimed for")
    assert table.loc["satisfaction", "words"].startswith("from 61.5 to 62.5; without the numbers asked")
    assert table.loc["re-offending", "words"] == "no figures given for both windows"
    twice = pd.concat([survey, survey.iloc[[1]]], ignore_index=True)
    with pytest.raises(InputError, match="a figure twice"):
        track_indicators(make(TOWN), after="2018-07", survey=twice)


def test_one_row_per_measure_beside_the_force():
    force = make({name: (10 * a, 9 * b) for name, (a, b) in TOWN.items()})
    table = track_indicators(make(TOWN), after="2018-07", indicators="clear-hold-build", beside=force)
    row = table.loc["burglary"]
    assert row[["beside_before", "beside_after"]].tolist() == [5000, 4590]
    assert row["beside_percent"] == pytest.approx(-8.2)
    assert row["points_beside"] == pytest.approx(2 + 8.2)
    assert row["ratio_beside"] == pytest.approx(1.02 / 0.918)
    assert "beside it from 5,000 to 4,590 (down 8%)" in row["words"]
    page = write_page(table, title="Clear, Hold, Build: Seacroft, July 2018")
    assert page.count("\n| ") == 1 + len(table)
    assert "| Robbery | 20 | 10 |" in page
    assert "nan" not in page


def test_many_indicators_are_adjusted_together():
    table = track_indicators(make(TOWN), after="2018-07")
    assert (table["q"].dropna() >= table["p"].dropna()).all()
    assert table["q"].notna().sum() == table["p"].notna().sum() == 4


def test_recording_changes_stand_below_the_page():
    frame = make({"Anti-social behaviour": (270, 60), "Burglary": (730, 940)})
    table = track_indicators(frame, after="2018-07")
    assert "Anti-social behaviour was 27%" in write_page(table, title="x").splitlines()[-1]


def test_row_order_and_chunks_change_nothing():
    frame = make(TOWN)
    expected = track_indicators(frame, after="2018-07")
    rows = frame.loc[frame.index.repeat(frame["incidents"])].drop(columns="incidents")
    shuffled = rows.iloc[np.random.default_rng(0).permutation(len(rows))].reset_index(drop=True)
    pd.testing.assert_frame_equal(track_indicators(shuffled, after="2018-07"), expected)
    halves = pd.concat([frame.assign(incidents=frame["incidents"] // 2)] * 2, ignore_index=True)
    pd.testing.assert_frame_equal(track_indicators(halves, after="2018-07"), expected)


def test_a_page_of_ones_own_names_all_its_mistakes(tmp_path):
    assert list_indicators() == ["board", "clear-hold-build"]
    path = tmp_path / "own.toml"
    path.write_text(
        '[[indicator]]\nkey = "a"\nname = "A"\nkind = "counts"\n'
        '[[indicator]]\nkey = "a"\nname = "B"\ndirecton = "fewer"\n'
        '[[indicator]]\nkey = "c"\nname = "C"\nkind = "share"\nof = "x"\n'
    )
    with pytest.raises(InputError) as error:
        read_indicators(path)
    for part in ("'kind'", "'counts'", "comes more than once", "try: 'direction'", "share of an unknown indicator"):
        assert part in str(error.value)
    path.write_text('[[indicator]]\nkey = "a"\n')
    with pytest.raises(InputError, match=r"\[indicator.1\] needs 'name'"):
        read_indicators(path)
    path.write_text("")
    with pytest.raises(InputError, match=r"it needs 'indicator' .try: \[\[indicator\]\]"):
        read_indicators(path)
    path.write_text("[[indicator")
    with pytest.raises(InputError, match="not valid TOML"):
        read_indicators(path)
    with pytest.raises(InputError, match="Try: board"):
        read_indicators("bord")
    path.write_text('[indicator]\nkey = "a"\nname = "A"\n')
    with pytest.raises(InputError, match=r"must be a list of tables .*try: \[\[indicator\]\]"):
        read_indicators(path)
    path.write_bytes('[[indicator]]\nkey = "a"\nname = "Caf\xe9"\n'.encode("cp1252"))
    with pytest.raises(InputError, match="file of indicators is not UTF-8 text"):
        read_indicators(path)
    path.write_text(
        '[[indicator]]\nkey = "a"\nname = "A"\nkind = "survey"\n'
        '[[indicator]]\nkey = "b"\nname = "B"\nkind = "share"\nof = "a"\n'
    )
    with pytest.raises(InputError, match=r"'b' is a share of a survey.*of = 'a'"):
        read_indicators(path)
    path.write_text('[[indicator]]\nkey = "a"\nname = "Mine"\n', encoding="utf-8-sig")
    assert [i.name for i in read_indicators(path)] == ["Mine"]


def test_a_share_of_what_lies_in_hotspots_needs_hotspots():
    page = [Indicator("hot", "Hot", hot=True), Indicator("share", "Share", kind="share", of="hot")]
    table = track_indicators(make(TOWN), after="2018-07", indicators=page)
    assert table["words"].tolist() == ["not counted: no hotspots were given"] * 2


@pytest.mark.parametrize("selected_on", [None, "2018-07"])
def test_a_share_of_nothing_is_said_in_words(selected_on):
    frame = make({"Burglary": (5, 5), "Robbery": (0, 3)})
    page = [Indicator("hot", "Hot", hot=True), Indicator("share", "Share", kind="share", of="hot", hot=True)]
    options = {"hot": frame["category"] == "Robbery", "selected_on": selected_on}
    row = track_indicators(frame, after="2018-07", indicators=page, **options).loc["share"]
    assert row["words"] == "no record to take a share of in July 2017"
    assert row["arrow"] == ""


def test_a_page_of_ones_own_is_counted(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('[[indicator]]\nkey = "a"\nname = "Mine"\nfilter = { categories = ["Robbery"] }\n')
    assert track_indicators(make(TOWN), after="2018-07", indicators=path)["after"].tolist() == [10]


def test_percentage_points_of_the_report():
    found = compare_shares((2747, 2487), (10000, 10000))
    assert round(found["points"], 2) == -2.60
    assert found["low"] < -2.60 < found["high"] < 0
    assert np.isnan(compare_shares((0, 1), (0, 10))["points"])


@pytest.mark.parametrize(
    ("hits", "bases", "level", "words"),
    [
        ((12, 5), (10, 10), 0.95, "hits from 0 up to its base.*12 of 10"),
        ((5, -1), (10, 10), 0.95, "hits from 0 up to its base.*-1 of 10"),
        ((5, 5), (10, 0), 0.95, "hits from 0 up to its base.*5 of 0"),
        ((5, 5), (10, 10), 95, "between 0 and 1.*level=95"),
        ((5, 5), (10, 10), 0, "between 0 and 1"),
    ],
)
def test_no_share_is_above_its_base(hits, bases, level, words):
    with pytest.raises(InputError, match=words):
        compare_shares(hits, bases, level=level)


def test_the_page_of_leeds(shared_data):
    incidents, _ = read_incidents(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    leeds = incidents[incidents["raw_LSOA name"].str.startswith("Leeds")].reset_index(drop=True)
    spots = find_hotspots(leeds[leeds["when"] == "2016-07-01"].reset_index(drop=True), count=92)
    table = track_indicators(
        leeds, after="2018-07", hot=assign_hotspots(leeds, spots).notna(), selected_on="2016-07", beside=incidents
    )
    july = leeds[leeds["when"] == "2018-07-01"]
    assert table.loc["asb", "after"] == (july["category"] == "Anti-social behaviour").sum()
    assert table.loc["hotspot-crime", "arrow"] != ""
    assert table["words"].str.len().min() > 10


def test_places_of_a_year_have_no_trace_by_month():
    frame = make(TOWN).drop(columns=["when", "precision"])
    frame["window"] = ["2017", "2018"] * (len(frame) // 2)
    with pytest.raises(InputError, match=r"spans? more than one month"):
        track_indicators(frame, after="2018", before="2017")


def test_hot_on_another_index_is_refused():
    frame = make(TOWN)
    hot = pd.Series(True, index=frame.index + 1)
    with pytest.raises(InputError, match="must be one for each incident"):
        track_indicators(frame, after="2018-07", hot=hot)

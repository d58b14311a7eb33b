"""Like with like: each month of each force, source and kind taken away in turn is named and left out."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import compare_periods, profile_times, read_incidents, track_indicators
from hotspots.change.trends import classify_trends
from hotspots.checks import InputError
from hotspots.common.windows import read_window
from hotspots.reading.covered import find_covered, keep_whole, list_gaps
from hotspots.reading.publishers import publishers_of
from maps.cli import main
from maps.job.unknown_areas import mark_unknown, say_unknown

FORCES = ("Kent Police", "Surrey Police")
MONTHS = ("2018-06", "2018-07", "2019-06", "2019-07")
NAMED = dict(zip(MONTHS, ("June 2018", "July 2018", "June 2019", "July 2019"), strict=True))
KINDS = ("Burglary", "Drugs")
EACH = 12
WINDOWS = [read_window("2018-06..2018-07"), read_window("2019-06..2019-07")]
HEAD = "Crime ID,Month,Reported by,Longitude,Latitude,Location,Crime type\n"


def make(without=lambda force, month, kind: False, column="raw_force", each=EACH):
    rows = [
        {"when": pd.Timestamp(month), column: force, "category": kind, "precision": "month", "incidents": each}
        for force, month, kind in itertools.product(FORCES, MONTHS, KINDS)
        if not without(force, month, kind)
    ]
    points = gpd.points_from_xy([430000] * len(rows), [433000] * len(rows))
    return gpd.GeoDataFrame(rows, geometry=points, crs=27700).assign(source="police.uk")


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("force", FORCES)
def test_a_force_without_a_month_is_left_out_of_both_periods_and_named(force, month):
    frame = make(lambda f, m, _: (f, m) == (force, month))
    found = find_covered(frame, WINDOWS)
    assert set(frame["raw_force"][found.rows]) == set(FORCES) - {force}
    assert [gap.partition(":")[0] for gap in found.gaps] == [f"{force} has no records in {NAMED[month]}"]
    table = compare_periods(frame, before="2018-06..2018-07", after="2019-06..2019-07")
    assert table[["before", "after"]].iloc[0].tolist() == [4 * EACH, 4 * EACH]
    assert table.attrs["warnings"][0] == found.gaps[0]
    page = track_indicators(frame, before="2018-06..2018-07", after="2019-06..2019-07")
    assert page.loc["crime", ["before", "after"]].tolist() == [4 * EACH, 4 * EACH]
    assert page.attrs["warnings"][0] == found.gaps[0]


@pytest.mark.parametrize("month", MONTHS)
def test_sources_are_left_out_as_forces_are(month):
    frame = make(lambda f, m, _: (f, m) == ("Surrey Police", month)).rename(columns={"raw_force": "office"})
    frame["source"] = frame["office"].map({"Kent Police": "police.uk", "Surrey Police": "council"})
    found = find_covered(frame, WINDOWS)
    assert set(frame["source"][found.rows]) == {"police.uk"}
    assert found.gaps[0].startswith(f"council has no records in {NAMED[month]}: ")


@pytest.mark.parametrize(("force", "month", "kind"), [*itertools.product(FORCES, MONTHS, KINDS)])
def test_a_kind_that_a_force_lacks_in_a_month_is_left_out_for_that_force_alone(force, month, kind):
    frame = make(lambda *cell: cell == (force, month, kind))
    found = find_covered(frame, WINDOWS)
    lost = frame[~found.rows]
    assert set(zip(lost["raw_force"], lost["category"], strict=True)) == {(force, kind)}
    assert found.gaps[0].startswith(f"{force} has no {kind} in {NAMED[month]}: ")


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(0, 2**32 - 1))
def test_what_is_compared_is_always_like_with_like(counts, seed):
    """Whoever is left has records in every month that chance would not leave empty; order changes nothing."""
    frame = make(each=10)
    mine = frame["raw_force"].eq("Kent Police").to_numpy()
    frame.loc[mine, "incidents"] = np.repeat(counts, 2)
    found = find_covered(frame, WINDOWS)
    kept = frame[found.rows & mine]
    by_month = kept.groupby("when")["incidents"].sum()
    if len(by_month) and by_month.max() >= 28:  # seven a month over four months
        assert by_month.gt(0).all()
    assert set(frame["raw_force"][found.rows]) >= {"Surrey Police"}
    shuffled = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    assert find_covered(shuffled, WINDOWS).gaps == found.gaps
    assert list(frame.index[found.rows]) == sorted(shuffled.index[find_covered(shuffled, WINDOWS).rows])


def test_where_each_lacks_a_month_nothing_is_compared():
    frame = make(lambda f, m, _: (f, m) in {("Kent Police", "2018-06"), ("Surrey Police", "2019-07")})
    with pytest.raises(InputError, match="does not wholly cover the window"):
        find_covered(frame, WINDOWS)
    with pytest.raises(InputError, match="lacks a month"):
        keep_whole(frame)


def test_who_knows_that_the_data_are_complete_says_so():
    frame = make(lambda f, m, _: (f, m) == ("Kent Police", "2019-07"))
    assert find_covered(frame, WINDOWS, covered="2018..2019").gaps == []


def test_chance_may_leave_a_month_of_few_records_empty():
    frame = make(lambda f, m, k: f == "Kent Police" and (m == "2018-07" or k == "Drugs"))
    frame.loc[frame["raw_force"].eq("Kent Police"), "incidents"] = 1
    assert find_covered(frame, WINDOWS).gaps == []


def test_a_force_of_one_name_in_two_spellings_is_one_and_a_blank_is_its_source():
    frame = make()
    frame["raw_force"] = np.where(frame["when"] < "2019", frame["raw_force"], frame["raw_force"].str.upper() + " ")
    assert find_covered(frame, WINDOWS).gaps == []
    assert set(publishers_of(frame.assign(raw_force=None))) == {"police.uk"}


def test_months_are_told_of_those_that_hold_them_all():
    frame = make(lambda f, m, _: (f, m) == ("Surrey Police", "2019-07"))
    assert list_gaps(frame) == {"Surrey Police": "July 2019"}
    table = profile_times(frame, by="month")
    assert table["incidents"].tolist() == [2 * EACH] * 4
    assert table.attrs["warnings"][0].startswith("Surrey Police has no records in July 2019")


def test_no_trend_is_classed_where_one_of_several_forces_lacks_a_month():
    months = pd.date_range("2018-01-01", periods=12, freq="MS")
    pairs = [(m, f) for m in months for f in FORCES if (m, f) != (months[5], "Kent Police")]
    frame = pd.DataFrame(pairs, columns=["when", "raw_force"]).assign(
        precision="month", source="police.uk", incidents=20
    )
    with pytest.raises(InputError, match="a force lacks a month"):
        classify_trends(frame, by=frame["raw_force"])


def test_an_area_of_a_force_without_a_month_is_not_drawn_as_quiet():
    frame = make(lambda f, m, _: (f, m) == ("Surrey Police", "2019-07"))
    frame["ward_code"] = frame["raw_force"].map({"Kent Police": "K", "Surrey Police": "S"})
    table = pd.DataFrame({"code": ["K", "S", "E"], "incidents": [8, 6, 0]})
    said = [say_unknown(row) for _, row in mark_unknown(table, frame, "ward").iterrows()]
    assert said[0] == ""
    assert said[1].startswith("Surrey Police has no records in July 2019")
    assert "not in these data" in said[2]


def write(folder, force, month, rows):
    path = folder / month / f"{month}-{force.split()[0].lower()}-street.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{force[0]}{month}{i:04d},{month},{force},{-1.5 - i % 5 / 100:.4f},53.8,Boar Lane,{KINDS[i % 2]}\n"
        for i in range(rows)
    ]
    path.write_text(HEAD + "".join(lines), encoding="utf-8")


@pytest.mark.parametrize("rows", [None, 0], ids=["no file", "a file of its heading alone"])
def test_a_whole_run_names_the_force_and_month_and_claims_nothing_of_it(tmp_path, capsys, rows):
    """Both forces hold 60 a month: the sum halves where one lacks the last, and nothing changed."""
    for month, force in itertools.product(("2018-07", "2019-07"), FORCES):
        wanted = rows if (month, force) == ("2019-07", "Surrey Police") else 60
        if wanted is not None:
            write(tmp_path / "in", force, month, wanted)
    (tmp_path / "team.toml").write_text(
        'as_of = 2019-08-31\n[incidents]\nfiles = "in"\n[hotspots]\ncount = 2\nresamples = 0\n[output]\ndrafts = 1\n',
        encoding="utf-8",
    )
    assert main(["run", str(tmp_path / "team.toml"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "Surrey Police has no records in July 2019" in said.err
    pages = [*(tmp_path / "out").rglob("*.html")]
    told = {page.name: page.read_text(encoding="utf-8") for page in pages}
    assert not [name for name, text in told.items() if "a clear fall" in text]
    for name in ("map.html", "board.html"):
        assert "Surrey Police has no records in July 2019" in told[name]


def test_the_layout_says_who_publishes(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("Date,Kind,E,N,Office\n2018-07-01,Noise,430000,433000,North\n", encoding="utf-8")
    layout = {
        "source": "council",
        "columns": {"when": "Date", "category": "Kind", "x": "E", "y": "N", "force": "Office"},
        "coordinates": {"kind": "metres"},
    }
    incidents, _ = read_incidents(path, layout=layout)
    assert publishers_of(incidents).tolist() == ["North"]

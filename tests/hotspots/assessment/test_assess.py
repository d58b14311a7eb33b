from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.assessment._rings import draw_ring
from hotspots.assessment.assess import Judging, assess_response
from hotspots.assessment.comparison_areas import propose_comparators
from hotspots.checks import InputError
from hotspots.common.change_words import write_change

MONTHS = {"selection": "2016-07-01", "baseline": "2017-07-01", "after": "2018-07-01"}


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def make(counts: list[tuple[float, float, tuple[int, int, int]]], category: str = "Robbery") -> gpd.GeoDataFrame:
    """Places at x, y with counts in the selection, baseline and response month."""
    rows = [
        {"when": pd.Timestamp(month), "precision": "month", "category": category, "incidents": n, "x": x, "y": y}
        for x, y, numbers in counts
        for month, n in zip(MONTHS.values(), numbers, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(source="police.uk")
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=points, crs=27700)


def squares(*centres: tuple[float, float], half: float = 50) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=[shapely.box(x - half, y - half, x + half, y + half) for x, y in centres], crs=27700
    )


def even_town(response: int = 100, calm: int = 100) -> gpd.GeoDataFrame:
    """One target at the origin and 24 like it, far apart."""
    rest = [(1050.0 + 1000 * (i % 5), 50.0 + 1000 * (i // 5), (100, 100, calm)) for i in range(24)]
    return make([(50, 50, (100, 100, response)), *rest])


WHEN = {"start": "2018-07-01", "end": "2018-07-31", "selected_on": "2016-07"}


def test_half_gone_while_the_rest_stood_still():
    result = assess_response(even_town(response=50), squares((50, 50)), **WHEN)
    found = result.findings["all records"]
    assert (found.treated, found.control) == ((100, 50), (500, 500))
    assert found.judged.expected == 100
    assert found.judged.ratio == 0.5
    assert found.judged.direction == "fall"
    assert found.spread.dispersion == 1
    # (50 − 100) − (500 − 500)/5, and 100 + 50 + 1000/25 = 190
    assert found.wdd_plain.estimate == -50
    assert found.wdd_plain.se == pytest.approx(190**0.5)
    assert (str(result.baseline), str(result.after)) == ("July 2017", "July 2018")
    assert "so 100 were to be expected: 50 fewer than that" in result.verdict
    assert ", or −50% (interval −6" in result.verdict
    assert "as was aimed for" in result.verdict


def test_a_fall_that_the_whole_city_had_is_no_success():
    result = assess_response(even_town(response=50, calm=50), squares((50, 50)), **WHEN)
    assert result.verdict.startswith("No clear change beyond the comparison areas")
    assert result.table.loc["all records", "ratio"] == 1


def test_the_verdict_never_claims_a_cause_and_gives_all_counts_with_every_percentage():
    for response in (20, 50, 100, 200):
        verdict = assess_response(even_town(response=response), squares((50, 50)), **WHEN).verdict
        assert "cannot say why" in verdict
        for needed in ("from 100", f"to {response}", "from 500 to 500", "July 2017", "July 2018"):
            assert needed in verdict
        for claim in ("because of", "due to", "worked", "caused", "thanks"):
            assert claim not in verdict


def test_what_could_be_seen_comes_before_the_result():
    lines = assess_response(even_town(response=50), squares((50, 50)), **WHEN).lines()
    assert lines[0].startswith("Baseline July 2017; response July 2018. Places chosen on ")
    assert lines[0].endswith(" comparison areas.")
    assert lines[1].startswith("What could be seen at all")
    assert lines[2].startswith("Fewer than expected")


def test_more_reports_after_a_campaign_are_not_called_worse():
    town, target = even_town(response=200), squares((50, 50))
    more = assess_response(town, target, direction="more", **WHEN).verdict
    either = assess_response(town, target, direction={"all records": "either"}, **WHEN).verdict
    fewer = assess_response(town, target, **WHEN).verdict
    assert more.startswith("More than expected, as was aimed for")
    assert "neither called better nor worse" in either
    assert fewer.startswith("More than expected, against the aim")
    with pytest.raises(InputError, match="direction"):
        assess_response(town, target, direction="down", **WHEN)


def test_a_baseline_from_the_selection_period_is_refused_unless_told():
    call = {"start": "2018-07-01", "end": "2018-07-31", "selected_on": ["2016-07", "2017-07"]}
    with pytest.raises(InputError, match="overlaps the period that selected the areas"):
        assess_response(even_town(response=50), squares((50, 50)), **call)
    told = assess_response(even_town(response=50), squares((50, 50)), judging=Judging(allow_overlap=True), **call)
    assert told.verdict.startswith("Not to be trusted, because the baseline July 2017 overlaps")
    assert "come down by themselves" in told.verdict
    assert told.cautions[0].startswith("Not to be trusted: the baseline July 2017 overlaps")
    assert sum("Not to be trusted" in line for line in told.lines()) == 1
    assert told.verdict.count(". ") == 0  # one sentence


def test_areas_chosen_after_the_baseline_are_refused_too():
    with pytest.raises(InputError, match="comes before the period that selected"):
        assess_response(even_town(), squares((50, 50)), start="2018-07-01", end="2018-07-31", selected_on="2018-07")


def test_no_selection_period_is_said_aloud():
    result = assess_response(even_town(), squares((50, 50)), start="2018-07-01", end="2018-07-31", selected_on=None)
    assert any("No selection period was stated" in line for line in result.cautions)


def test_other_months_than_the_baseline_are_said_aloud():
    town = even_town()
    june = town[town["when"] == "2017-07-01"].assign(when=pd.Timestamp("2017-06-01"))
    both = gpd.GeoDataFrame(pd.concat([town, june], ignore_index=True), crs=27700)
    result = assess_response(both, squares((50, 50)), baseline="2017-06", covered="2016..2018", **WHEN)
    assert any("not the same calendar months" in line for line in result.cautions)


def test_ring_is_cut_and_its_rise_is_reported():
    target = squares((50, 50))
    ring = draw_ring(target, width=200, without=[squares((250, 50))])
    assert not ring.geometry.iloc[0].contains(shapely.Point(250, 50))
    assert ring.geometry.iloc[0].contains(shapely.Point(-100, 50))
    town = even_town(response=50)
    moved = make([(-100, 50, (40, 40, 95)), (250, 50, (70, 70, 5))])
    both = gpd.GeoDataFrame(pd.concat([town, moved], ignore_index=True), crs=27700)
    calm_ring = make([(1050.0 + 1000 * i + 150, 50.0, (40, 40, 40)) for i in range(5)])
    both = gpd.GeoDataFrame(pd.concat([both, calm_ring], ignore_index=True), crs=27700)
    result = assess_response(both, target, others=squares((250, 50)), **WHEN)
    found = result.findings["all records"]
    assert found.ring == (40, 95)
    assert any("some crime may have moved there" in line for line in result.lines())
    # target −50 and ring +55 beside comparisons that stood still
    assert found.wdd.estimate == pytest.approx(5)
    assert found.quotient.quotient == pytest.approx((95 / 500 - 40 / 500) / (50 / 500 - 100 / 500))


def test_measures_are_judged_one_by_one():
    town = pd.concat([even_town(response=50), even_town(response=150).assign(category="Burglary")])
    town = gpd.GeoDataFrame(town.reset_index(drop=True), crs=27700)
    measures = {"robbery": ["Robbery"], "burglary": ["Burglary"], "everything": None}
    table = assess_response(town, squares((50, 50)), measures=measures, **WHEN).table
    assert table["treated_after"].to_dict() == {"robbery": 50, "burglary": 150, "everything": 200}
    with pytest.raises(InputError, match="Try: Robbery"):
        assess_response(town, squares((50, 50)), measures={"robbery": ["Roberry"]}, **WHEN)


def test_other_hotspots_in_degrees_are_refused():
    degrees = squares((250, 50)).to_crs(4326)
    with pytest.raises(InputError, match="others must be in a grid of metres"):
        assess_response(even_town(), squares((50, 50)), others=degrees, **WHEN)
    with pytest.raises(InputError, match="areas must be in a grid of metres"):
        draw_ring(squares((50, 50)), without=[degrees])
    with pytest.raises(InputError, match="others must be in a grid of metres"):
        propose_comparators(even_town(), squares((50, 50)), selected_on="2017-07", others=degrees)


def test_measures_that_name_nothing_are_refused_and_a_misspelt_category_is_said(caplog):
    town, target = even_town(response=50), squares((50, 50))
    town.loc[0, "category"] = None
    with pytest.raises(InputError, match=r"No record has a category of the measure 'm'.*Robery.*Robbery"):
        assess_response(town, target, measures={"m": ["Robery"]}, **WHEN)
    with pytest.raises(InputError, match="The measure 'm' names no category"):
        assess_response(town, target, measures={"m": []}, **WHEN)
    with pytest.raises(InputError, match=r"between 0 and 1.*level=95"):
        assess_response(town, target, judging=Judging(level=95), **WHEN)
    town = pd.concat([town, town.iloc[1:].assign(category="Burglary")], ignore_index=True)
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        found = assess_response(town, target, measures={"both": ["Robbery", "Burglry"]}, **WHEN)
    assert found.findings["both"].treated == (100, 50)
    assert "No record has the category Burglry of the measure 'both'" in caplog.text
    assert "did you mean Burglary?" in caplog.text


def test_times_with_an_offset_are_assessed_by_the_clock_in_london():
    # noon in Greenwich is the same month in London
    town, target = even_town(response=50), squares((50, 50))
    zoned = town.assign(when=(town["when"] + pd.Timedelta(hours=12)).dt.tz_localize("UTC"))
    result = assess_response(zoned, target, **WHEN)
    assert result.findings["all records"].treated == (100, 50)
    assert result.verdict == assess_response(town, target, **WHEN).verdict


def test_harm_is_the_weighted_sum_of_differences():
    town = pd.concat([even_town(response=50), even_town(response=150).assign(category="Theft")])
    town = gpd.GeoDataFrame(town.reset_index(drop=True), crs=27700)
    town["harm"] = town["incidents"] * town["category"].map({"Robbery": 365.0, "Theft": 2.0})
    found = assess_response(town, squares((50, 50)), **WHEN).findings["all records"]
    assert found.harm.estimate == 365 * -50 + 2 * 50
    variance = 365**2 * (150 + 1000 / 25) + 2**2 * (250 + 1000 / 25)
    assert found.harm.se == pytest.approx((variance * found.dispersion) ** 0.5)


def test_comparators_have_the_same_rank_in_the_same_earlier_period():
    ranks = [(1050.0 + 1000 * i, 50.0, (200 - 10 * i, 1, 1)) for i in range(20)]
    town = make([(50, 50, (115, 1, 1)), *ranks])
    found = propose_comparators(town, squares((50, 50)), selected_on="2016-07", count=4)
    assert sorted(found.loc[found["role"] == "comparator", "selected"]) == [100, 110, 120, 130]
    assert len(found) == 20
    near = make([(50, 50, (115, 1, 1)), (190, 50, (115, 1, 1)), (5050, 50, (9, 1, 1))])
    assert propose_comparators(near, squares((50, 50)), selected_on="2016-07")["selected"].tolist() == [9]
    with pytest.raises(InputError, match="No ground outside"):
        propose_comparators(near.iloc[:6], squares((50, 50)), selected_on="2016-07")
    with pytest.raises(InputError, match="hold nothing in the selection period"):
        propose_comparators(near, squares((50, 50)), selected_on="2015-07")


def test_quieter_comparators_are_pointed_out():
    town = make([(50, 50, (900, 100, 90)), *[(1050.0 + 1000 * i, 50.0, (20, 20, 20)) for i in range(12)]])
    result = assess_response(town, squares((50, 50)), **WHEN)
    assert any("were quieter in July 2016" in line for line in result.cautions)


def test_a_given_comparator_is_used_and_must_stand_apart():
    town = even_town(response=50)
    own = squares((1050, 50), (2050, 50))
    found = assess_response(town, squares((50, 50)), comparator=own, **WHEN).findings["all records"]
    assert found.control == (200, 200)
    assert not found.spread.estimated
    with pytest.raises(InputError, match="overlap the target areas"):
        assess_response(town, squares((50, 50)), comparator=squares((60, 50)), **WHEN)


def test_windows_that_cannot_be_counted_are_refused():
    town = even_town()
    with pytest.raises(InputError, match="holds no whole month"):
        assess_response(town, squares((50, 50)), start="2018-07-05", end="2018-07-20", selected_on="2016-07")
    with pytest.raises(InputError, match="must end before the response starts"):
        assess_response(town, squares((50, 50)), baseline="2018-07", **WHEN)
    with pytest.raises(InputError, match="does not wholly cover"):
        assess_response(town, squares((50, 50)), start="2018-08-01", end="2018-08-31", selected_on="2016-07")
    with pytest.raises(InputError, match="no target areas"):
        assess_response(town, squares(), **WHEN)


def test_an_empty_comparison_is_said_not_judged():
    town = make([(50, 50, (100, 100, 50)), *[(1050.0 + 1000 * i, 50.0, (9, 0, 0)) for i in range(9)]])
    verdict = assess_response(town, squares((50, 50)), **WHEN).verdict
    assert verdict.startswith("No comparison is possible")


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_row_order_and_collapsing_change_nothing(seed):
    town = even_town(response=70)
    rng = np.random.default_rng(2)
    town["incidents"] = rng.poisson(town["incidents"])
    rows = town.loc[town.index.repeat(town["incidents"])].drop(columns="incidents").reset_index(drop=True)
    shuffled = rows.iloc[np.random.default_rng(seed).permutation(len(rows))].reset_index(drop=True)
    expected = assess_response(town, squares((50, 50)), **WHEN)
    for other in (rows, shuffled):
        found = assess_response(other, squares((50, 50)), **WHEN)
        pd.testing.assert_frame_equal(found.table, expected.table)
        assert found.lines() == expected.lines()


def test_small_numbers_are_told_without_percentages():
    town = make([(50, 50, (12, 12, 3)), *[(1050.0 + 1000 * i, 50.0, (12, 12, 12)) for i in range(12)]])
    verdict = assess_response(town, squares((50, 50)), **WHEN).verdict
    assert "12 were to be expected: 9 fewer than that" in verdict
    assert "from 12 to 3 between" in verdict
    assert verdict.count("%") == 1  # that of the interval


def test_percentages_need_a_base():
    assert write_change(19, 10) == "from 19 to 10"
    assert write_change(20, 10) == "from 20 to 10 (down 50%)"
    assert write_change(1000, 1001) == "from 1,000 to 1,001 (up 0.1%)"
    assert write_change(1000, 1000) == "from 1,000 to 1,000 (no change)"


def test_a_given_ring_and_a_response_of_more_than_a_year():
    town = even_town(response=50)
    ring = gpd.GeoDataFrame(geometry=[shapely.box(-300, -300, -100, 300)], crs=27700)
    moved = make([(-200, 50, (30, 30, 90))])
    both = gpd.GeoDataFrame(pd.concat([town, moved], ignore_index=True), crs=27700)
    found = assess_response(both, squares((50, 50)), judging=Judging(ring=ring), **WHEN).findings["all records"]
    assert found.ring == (30, 90)
    long = assess_response(
        both,
        squares((50, 50)),
        start="2018-01-01",
        end="2019-06-30",
        selected_on="2015",
        comparator=squares((1050, 50), (2050, 50)),
        covered="2014..2019",
    )
    # eighteen months: two years back is the first that does not overlap
    assert str(long.baseline) == "January 2016 to June 2017"
    assert long.cautions == []


def test_percentages_go_by_the_day_where_the_windows_differ_in_length():
    whole = assess_response(
        even_town(response=50), squares((50, 50)), baseline="2017-06..2017-07", covered="2016..2018", **WHEN
    )
    # 100 in 61 days are 1.64 a day, 50 in 31 days 1.61
    assert "went from 100 to 50 (windows of different length: 1.64 to 1.61 a day, down 1.6%)" in whole.verdict
    # 500 in 61 days are 8.20 a day, 500 in 31 days 16.13
    assert "from 500 to 500 (windows of different length: 8.20 to 16.13 a day, up 97%)" in whole.verdict
    ring = next(line for line in whole.lines() if line.startswith("The surrounding area"))
    assert "from 0 to 0 (windows of different length: 0.00 to 0.00 a day)" in ring


def test_a_ring_that_fell_is_no_sign_of_displacement():
    town = even_town(response=50)
    calm = make([(-100, 50, (90, 90, 20)), *[(1050.0 + 1000 * i + 150, 50.0, (40, 40, 40)) for i in range(5)]])
    both = gpd.GeoDataFrame(pd.concat([town, calm], ignore_index=True), crs=27700)
    lines = assess_response(both, squares((50, 50)), **WHEN).lines()
    assert any("shows no sign of crime moving there" in line for line in lines)
    assert any("a spread of benefit is possible" in line for line in lines)


def test_harm_is_told_in_days():
    town = even_town(response=50)
    town["harm"] = 365.0 * town["incidents"]
    lines = assess_response(town, squares((50, 50)), **WHEN).lines()
    assert any(line.startswith("Harm: −18,250 days beside the comparison") for line in lines)


def test_without_a_selection_period_an_earlier_year_is_matched_on_where_there_is_one():
    town = even_town()
    call = {"start": "2018-07-01", "end": "2018-07-31", "selected_on": None}
    matched = propose_comparators(town, squares((50, 50)), selected_on="2016-07")
    found = assess_response(town, squares((50, 50)), **call)
    assert found.areas["role"].value_counts()["comparator"] == (matched["role"] == "comparator").sum()


def test_a_ring_needs_width_and_areas_a_comparator():
    with pytest.raises(InputError, match="wider than 0"):
        draw_ring(squares((0, 0)), width=0)
    with pytest.raises(InputError, match="no areas to compare with"):
        assess_response(even_town(), squares((50, 50)), comparator=squares((1050, 50)).assign(role="placebo"), **WHEN)
    points = gpd.GeoDataFrame(geometry=[shapely.Point(50, 50)], crs=27700)
    with pytest.raises(InputError, match="cover no ground"):
        propose_comparators(even_town(), points, selected_on="2016-07")


def test_days_are_counted_where_records_have_them():
    days = pd.date_range("2016-01-01", "2018-12-31", freq="D")
    rng = np.random.default_rng(0)
    spots = [(50.0, 50.0), *[(1050.0 + 1000 * i, 50.0) for i in range(12)]]
    rows = [(d, x, y) for x, y in spots for d in rng.choice(days, 600)]
    frame = gpd.GeoDataFrame(
        {"when": [r[0] for r in rows], "precision": "day", "category": "x", "source": "force"},
        geometry=gpd.points_from_xy([r[1] for r in rows], [r[2] for r in rows]),
        crs=27700,
    )
    result = assess_response(
        frame, squares((50, 50)), start="2018-03-05", end="2018-03-25", selected_on="2016", covered="2016..2018"
    )
    assert str(result.after) == "5 March 2018 to 25 March 2018"
    inside = frame[(frame.geometry.x == 50) & frame["when"].between("2018-03-05", "2018-03-25")]
    assert result.findings["all records"].treated[1] == len(inside)


def test_the_top_places_beside_quieter_ones_are_not_called_a_fall_without_a_drift_estimate():
    top = [(50.0 + 1000 * i, 50.0, (200, 190, 60)) for i in range(5)]
    rest = [(50.0 + 1000 * i, 50.0, (90, 90, 90)) for i in range(5, 30)]
    result = assess_response(make([*top, *rest]), squares(*[(x, y) for x, y, _ in top]), **WHEN)
    found = result.findings["all records"]
    assert found.judged.high < 1
    assert found.judged.direction == "none"
    assert found.likeness == pytest.approx(90 / 200)
    assert result.verdict.startswith("No clear change")
    assert "no fall is called, because the comparison areas had 45% of the targets' records" in result.verdict
    assert "no drift estimate to say how far (no earlier times in the records, 4 are" in result.verdict
    assert not result.cautions  # the verdict has said it
    rise = make([*[(x, y, (200, 190, 400)) for x, y, _ in top], *rest])
    more = assess_response(rise, squares(*[(x, y) for x, y, _ in top]), **WHEN)
    assert more.findings["all records"].judged.direction == "rise"


def test_a_response_elsewhere_in_the_windows_is_left_out_and_named():
    town, target = even_town(response=50), squares((50, 50))
    given = squares((1050, 50), (2050, 50), (3050, 50))
    there = squares((1050, 50), (2050, 50)).assign(
        name=["Boar Lane", "Long over"], start=["2018-06-01", "2010-01-01"], end=[None, "2011-01-01"]
    )
    result = assess_response(town, target, comparator=given, judging=Judging(responses=there), **WHEN)
    assert result.findings["all records"].control == (200, 200)
    assert any("1 comparison area was left out" in line and "Boar Lane" in line for line in result.lines())
    assert not any("Long over" in line for line in result.lines())
    alone = assess_response(town, target, comparator=given.iloc[:1], judging=Judging(responses=there), **WHEN)
    areas = alone.areas[alone.areas["role"] != "target"].geometry
    assert len(areas)
    assert not areas[alone.areas["role"] == "comparator"].intersects(there.geometry.iloc[0]).any()
    assert (
        propose_comparators(town, target, selected_on="2016-07", responses=squares((1050, 50)))
        .geometry.disjoint(squares((1050, 50)).union_all())
        .all()
    )


def test_a_ward_stays_a_comparison_area_beside_a_street_that_had_a_response():
    from hotspots.assessment.comparison_areas import share_ground

    ward, street, beside = squares((0, 0), half=1000), squares((900, 0), half=30), squares((930, 0), half=30)
    assert share_ground(ward, street).tolist() == [False]
    assert share_ground(beside, street).tolist() == [True]
    assert share_ground(ward, squares((0, 0), half=300)).tolist() == [True]
    assert share_ground(street, ward).tolist() == [True]


def test_only_areas_compared_with_are_counted_as_left_out():
    given = squares((1050, 50), (2050, 50), (3050, 50)).assign(role=["comparator", "comparator", "placebo"])
    town, there = even_town(response=50), Judging(responses=squares((2050, 50), (3050, 50)))
    told = assess_response(town, squares((50, 50)), comparator=given, judging=there, **WHEN)
    assert [line for line in told.cautions if "left out" in line] == [
        "1 comparison area was left out, because a response was made there in the same time: not named."
    ]
    assert (told.areas["role"] == "placebo").sum() == 0

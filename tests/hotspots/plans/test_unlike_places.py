"""Plans of unlike places say unlike things: what is recorded there, beside its like, as the tables do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point

from hotspots import draft_plan
from hotspots.common.place_names import setting_of, setting_of_layer, strip_near
from hotspots.common.plan_words import start_small
from hotspots.plans._analysis import AT_HOME, QUESTIONS_BY_FAMILY, near_licensed, when_text
from hotspots.plans._response_menu import problem_families, suggest_responses
from hotspots.plans.scanning import certainty_text
from maps.job.compare import compare_groups
from maps.plans._patrols_and_cameras import say_cameras, say_patrols

MONTHS = ("2016-07-01", "2017-07-01", "2018-07-01")


def records(*groups: tuple[str, int, float], category: str = "Violence and sexual offences") -> gpd.GeoDataFrame:
    """So many records of each place at so many metres east, their months in turn."""
    rows = [(place, east) for place, count, east in groups for _ in range(count)]
    columns = {
        "place": [f"On or near {place}" for place, _ in rows],
        "category": category,
        "source": "police.uk",
        "precision": "month",
        "when": pd.to_datetime([MONTHS[i % 3] for i in range(len(rows))]),
    }
    points = [Point(430_000 + east, 433_000) for _, east in rows]
    return gpd.GeoDataFrame(columns, geometry=points, crs=27700)


def listed(*names: tuple[str, float]) -> gpd.GeoDataFrame:
    table = {"ref": [f"R{i}" for i in range(len(names))], "name": [n for n, _ in names]}
    table |= {"streets": [[n] for n, _ in names]}
    discs = [Point(430_000 + east, 433_000).buffer(150) for _, east in names]
    return gpd.GeoDataFrame(table, geometry=discs, crs=27700, index=pd.RangeIndex(1, len(names) + 1))


def draft(rows: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, **options: Any) -> Any:
    return draft_plan(spots.loc[1], rows, spots=spots, as_of="2018-08-31", **options)


def wards() -> gpd.GeoDataFrame:
    """Two wards 4 m apart, the eastern one overlapping a third."""
    boxes = [(429_000, 430_000), (430_004, 431_000), (430_900, 432_000)]
    shapes = [shapely.box(west, 432_000, east, 434_000) for west, east in boxes]
    names = ["Armley", "Bramley", "Calverley"]
    return gpd.GeoDataFrame({"code": list("ABC"), "name": names}, geometry=shapes, crs=27700)


def attached() -> gpd.GeoDataFrame:
    """30 records well inside Bramley, 2 in the gap, 4 in the overlap that fell to Calverley, 9 of no ward."""
    rows = records(("High Street", 30, 500.0), ("Gap", 2, 2.0), ("Both", 4, 950.0), ("Far", 9, 9_000.0))
    codes = np.repeat(["B", "B", "C", None], [30, 2, 4, 9])
    names = np.repeat(["Bramley", "Bramley", "Calverley", None], [30, 2, 4, 9])
    inner = np.repeat(["Core", None], [20, 25])
    return rows.assign(ward_code=codes, ward_name=names, lap_code=inner, lap_name=inner)


def test_a_plan_of_a_ward_counts_what_every_table_of_the_run_counts() -> None:
    layers = {"ward": wards(), "lap": wards().iloc[:1].assign(code="Core", name="Core")}
    plan = draft_plan(layers["ward"].loc[1], attached(), layers, as_of="2018-08-31")
    assert plan.scanning["problem"].startswith("32 recorded crimes in Bramley")
    assert sum(row["incidents"] for row in plan.analysis["months"]) == 32
    where = plan.analysis["where"]
    assert "Ward" not in where  # its own layer tells a ward nothing
    assert where.endswith("LAP, by number: Core 20; the rest in none.")
    again = draft_plan(None, attached(), layers, plan=plan, as_of="2018-09-30")
    assert again.changes == []
    assert again.scanning["problem"] == plan.scanning["problem"]


def test_records_that_nobody_attached_are_counted_on_the_ground() -> None:
    rows = attached().drop(columns=["ward_code", "ward_name", "lap_code", "lap_name"])
    plan = draft_plan(wards().loc[1], rows, {"ward": wards()}, as_of="2018-08-31")
    assert plan.scanning["problem"].startswith("34 recorded crimes in Bramley")


def test_what_is_not_as_busy_is_never_called_so() -> None:
    rows = records(("Big Street", 300, 0.0), *((f"Street {k}", 30, 1_000.0 * k) for k in range(1, 8)))
    spots = listed(("Big Street", 0.0), *((f"Street {k}", 1_000.0 * k) for k in range(1, 8)))
    plan = draft(rows, spots)
    assert "nothing as large and as busy" in plan.frozen["comparator"]
    assert "comparator_areas" not in plan.frozen


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        ("Prison", ["Boar Lane"] * 7, "no other prison as large and as busy"),
        ("Prison near Hall Lane", ["Boar Lane"] * 6 + ["Prison near A660"], "Prison near A660: as busy"),
        ("Leeds (Station)", ["Hull (Station)", *["Boar Lane"] * 5], "Hull (Station): as busy"),
        ("Shopping Area", ["Shopping Area"] * 5 + ["Low Lane"] * 3, "Shopping Area, Shopping Area"),
    ],
)  # fmt: skip
def test_like_is_compared_with_like(own: str, others: list[str], said: str) -> None:
    names = [own, *others]
    rows = records(*((name.partition(" near ")[0], 30, 1_000.0 * k) for k, name in enumerate(names)))
    plan = draft(rows, listed(*((name, 1_000.0 * k) for k, name in enumerate(names))))
    assert said in plan.frozen["comparator"]
    assert not {"Boar Lane", "Low Lane"} & set(plan.frozen["comparator"].replace(":", ",").split(", "))


def test_no_street_is_compared_with_a_prison() -> None:
    names = ["Boar Lane", "Prison", "Low Lane"]
    rows = records(*((name, 30, 1_000.0 * k) for k, name in enumerate(names)))
    plan = draft(rows, listed(*((name, 1_000.0 * k) for k, name in enumerate(names))))
    assert "Low Lane" in plan.frozen["comparator"]
    assert "Prison" not in plan.frozen["comparator"]


def test_one_grave_record_is_no_recurring_problem() -> None:
    types = pd.DataFrame({"type": ["Anti-social behaviour", "Robbery"], "incidents": [105, 1], "harm": [0.0, 365.0]})
    assert list(problem_families(types)) == ["asb"]
    assert list(problem_families(types.assign(incidents=[105, 3]))) == ["robbery", "asb"]


def test_theft_from_shops_is_told_from_other_theft() -> None:
    for category, shops in (("Shoplifting", True), ("Other theft", False), ("Bicycle theft", False)):
        families = problem_families(pd.DataFrame({"type": [category], "incidents": [40]}))
        asked = [QUESTIONS_BY_FAMILY[family] for family in families]
        actions = [row["action"] for row in suggest_responses(pd.DataFrame({"type": [category], "incidents": [40]}))]
        assert any("racks" in text for text in asked) == shops
        assert any("stock" in text or "shop thieves" in text for text in actions) == shops


def test_licensees_are_met_where_the_records_lie_by_their_doors() -> None:
    rows = records(("High Street", 40, 0.0), ("Pub Street", 8, 1_500.0))
    ground = shapely.box(429_000, 432_000, 432_000, 434_000)
    pubs = gpd.GeoDataFrame({"kind": ["pub"]}, geometry=[Point(431_520, 433_000)], crs=27700)
    facts = SimpleNamespace(inside=rows, weights=pd.Series(1, rows.index), incidents=48)
    assert near_licensed(facts, pubs) is False  # 8 of 48
    assert near_licensed(facts, pubs.set_geometry(pubs.translate(-1_500))) is True
    assert near_licensed(facts, None) is None
    assert near_licensed(facts, pubs.assign(kind="school")) is None
    plan = draft_plan(ground, rows, title="Estate", nearby=pubs, as_of="2018-08-31")
    assert AT_HOME in plan.analysis["hypotheses"]
    assert not any("icens" in row["action"] or "front-line staff" in row["action"] for row in plan.options)
    assert "door staff" not in plan.analysis["when"]


def test_a_layer_of_parks_says_what_its_areas_are() -> None:
    rows = records(("Royal Park Terrace", 30, 0.0), category="Anti-social behaviour")
    moor = {"code": ["W"], "name": ["Woodhouse Moor"], "geometry": [Point(430_000, 433_000).buffer(300)]}
    park = gpd.GeoDataFrame(moor, crs=27700)
    plan = draft_plan(park.loc[0], rows, {"parks": park}, as_of="2018-08-31")
    actions = [row["action"] for row in plan.options]
    assert any("friends' group" in action for action in actions)
    assert not any("Mediation" in action for action in actions)
    assert [setting_of_layer(k) for k in ("car_parks", "retail park", "stations", "police stations")] == [
        *("parking", "shops", "railway station"),
        "",
    ]


def test_what_stands_about_a_prison_explains_nothing_recorded_there() -> None:
    rows = records(("Prison", 30, 0.0))
    schools = gpd.GeoDataFrame({"kind": ["school"] * 3}, geometry=[Point(430_050, 433_000)] * 3, crs=27700)
    plan = draft(rows, listed(("Prison", 0.0)), nearby=schools)
    assert "school" not in plan.analysis["nearby"]
    assert plan.analysis["when"].endswith("Ask those who work at the prison.")


@pytest.mark.parametrize("name", ["Leicester Royal Infirmiry", "Leeds General Infirmary"])
def test_a_hospital_is_one_however_its_name_is_spelt(name: str) -> None:
    assert setting_of(name) == "hospital"


def test_groups_too_few_to_show_their_own_spread_take_the_lists() -> None:
    """From 4 to 0 is a clear fall of Poisson counts; where hotspots vary twice as much it is none."""
    east = np.repeat(["Park", None], [4, 100])
    rows = records(("A", 104, 0.0)).assign(park_name=east)
    rows["when"] = pd.to_datetime(["2017-07-01"] * 54 + ["2018-07-01"] * 50)
    told = [
        compare_groups(rows, "park_name", given={"after": "2018-07"}, spread=spread)["words"].iloc[0]
        for spread in (1.0, 2.0)
    ]
    assert "a clear fall" in told[0]
    assert "no clear change" in told[1]
    spots = listed(("Far", 90_000.0))
    spots.attrs["dispersion"] = 2.0
    ground = Point(430_000, 433_000).buffer(60)
    here = rows.set_geometry([Point(430_000 + 500 * (name is None), 433_000) for name in east], crs=27700)
    options = {"title": "Park", "as_of": "2018-08-31"}
    plan = draft_plan(ground, here, spots=spots, **options)
    assert "Here: from 4 to 0 between July 2017 and July 2018: no clear change" in plan.analysis["compare"]


def facts_of(months: list[str], **given: Any) -> SimpleNamespace:
    index = pd.PeriodIndex(months, freq="M")
    counts = pd.Series(range(1, len(months) + 1), index=index)
    inside = pd.DataFrame({"precision": ["month"]})
    return SimpleNamespace(
        **{"months": counts, "all_months": counts, "inside": inside, "threshold": 0, "licensed": None}
        | {"incidents": int(counts.sum()), "setting": "street"}
        | given
    )


def test_the_busiest_of_many_months_stands_beside_an_average_one() -> None:
    months = [str(month) for month in pd.period_range("2018-10", periods=5, freq="M")]
    said = when_text(facts_of(months))
    assert "An average month has 3." in said
    assert "The data hold 5 of the twelve months, so nothing is known of the others." in said
    year = [str(month) for month in pd.period_range("2018-01", periods=12, freq="M")]
    assert "twelve months" not in when_text(facts_of(year))
    assert "average" not in when_text(facts_of(months[:3]))


def test_a_rank_below_the_end_of_the_list_is_its_end() -> None:
    facts, target = SimpleNamespace(incidents=57), SimpleNamespace(facts={"rank_low": 47, "rank_high": 94})
    assert "between 47 and the end in nine" in certainty_text(facts, target, of=85)
    assert "between 47 and 94 in nine" in certainty_text(facts, target)
    target.facts = {"rank_low": 1, "rank_high": 1}
    assert "Its place in the list is 1 in nine of ten" in certainty_text(facts, target, of=85)


def test_months_that_tie_are_all_the_busiest_and_a_place_that_holds_all_differs_from_none() -> None:
    plan = draft(records(("Boar Lane", 30, 0.0)), listed(("Boar Lane", 0.0)))
    assert "Most in July 2016, July 2017 and July 2018: 10 of 30 (33%) each." in plan.analysis["when"]
    rows = records(("Shopping Area", 29, 0.0), ("Millshaw Road", 1, 20.0))
    asked = draft(rows, listed(("Shopping Area", 0.0))).analysis["hypotheses"]
    assert not any("different about" in question for question in asked)
    rows = records(("Shopping Area", 15, 0.0), ("Millshaw Road", 15, 20.0))
    asked = draft(rows, listed(("Shopping Area", 0.0))).analysis["hypotheses"]
    assert any("different about" in question for question in asked)


def test_small_words_are_right() -> None:
    assert start_small("Anti-social behaviour") == "anti-social behaviour"
    assert start_small("Bus/coach station") == "bus/coach station"
    assert strip_near("On or near Bank (Lu Station)") == "Bank (LU Station)"
    left = pd.DataFrame({"ref": ["R1"], "chosen": [False], "why": ["left out: no time left"]})
    assert say_patrols("R1", left) == "Patrols: left out of the patrol plan: no time left."
    site = gpd.GeoDataFrame({"name": ["Boar Lane"]}, index=[1], geometry=[Point(5, 5)], crs=27700)
    assert say_cameras(Point(900, 0).buffer(20), site) == "Cameras: the one site proposed does not stand here."


def test_few_records_and_one_month_are_called_so() -> None:
    plan = draft(records(("Boar Lane", 5, 0.0)), listed(("Boar Lane", 0.0)))
    assert "So few records make no pattern" in plan.scanning["problem"]
    rows = records(("Boar Lane", 40, 0.0)).assign(when=pd.Timestamp("2018-07-01"))
    plan = draft(rows, listed(("Boar Lane", 0.0)))
    assert plan.scanning["cheers"]["recurring"] == "The data hold one month, which cannot tell."
    assert "no pattern" not in plan.scanning["problem"]


def test_car_parks_of_a_ward_are_no_likeness_and_no_place_between_them() -> None:
    rows = records(("Parking Area", 3, 0.0), ("Parking Area", 2, 800.0), *((f"S{k}", 2, 50.0 * k) for k in range(30)))
    ground = shapely.box(429_000, 432_000, 432_000, 434_000)
    plan = draft_plan(ground, rows, title="Ward", as_of="2018-08-31")
    assert "“Parking Area” 5 (on 2 points)" in plan.analysis["where"]
    assert "on or near" not in plan.scanning["cheers"]["similarity"]
    parking = next(row for row in plan.analysis["repeat_places"] if row["street"] == "Parking Area")
    assert (parking["easting"], parking["northing"]) == (430_000.0, 433_000.0)

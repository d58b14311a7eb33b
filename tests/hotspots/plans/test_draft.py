"""Plans: what the data says, in words a careful analyst would use."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from hotspots.checks import InputError
from hotspots.common.place_names import ELSEWHERE, SETTINGS
from hotspots.common.wording import say_count, say_share
from hotspots.plans._facts import fold_small
from hotspots.plans._response_menu import THREE_E, read_menu, suggest_responses
from hotspots.plans._target import share_layers
from hotspots.plans.draft import draft_plan
from hotspots.plans.record import Plan

Make = Callable[..., gpd.GeoDataFrame]


def words_of(plan: Plan) -> str:
    """Every sentence that data wrote into a plan."""
    parts = [plan.scanning["problem"], plan.scanning["sources"], *plan.scanning["limits"]]
    parts += plan.scanning["cheers"].values()
    parts += [v for v in plan.analysis.values() if isinstance(v, str)] + plan.analysis["hypotheses"]
    return "\n".join([*parts, plan.frozen["baseline"], plan.frozen["comparator"]])


def test_counts_of_a_draft_are_those_of_the_rows_inside(plan: Plan) -> None:
    assert plan.scanning["problem"] == (
        "30 recorded crimes and 5 ASB incidents at Boar Lane in July 2017 and July 2018. Most common: "
        "violence and sexual offences, 30 of 35 (86%). Hotspot 1 of 2 by number of records."
    )
    assert plan.title == "Boar Lane, Little London & Woodhouse"
    assert plan.analysis["months"] == [{"month": "2017-07", "incidents": 18}, {"month": "2018-07", "incidents": 17}]


def test_harm_has_its_range_and_its_part_of_the_whole(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    weighed = incidents.assign(harm=10.0, harm_low=5.0, harm_high=20.0)
    said = draft_plan(spots.loc[1], weighed, study_area="Leeds").scanning["problem"]
    assert (
        "Harm score: 350 sentence days (175 to 700 with the low and high weights), 35% of the 1,000 in Leeds." in said
    )


def test_places_give_the_same_draft_as_rows(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    keys = ["source", "when", "precision", "category", "place"]
    places = incidents.groupby(keys).agg(incidents=("incident_id", "size"), geometry=("geometry", "first"))
    frame = gpd.GeoDataFrame(places.reset_index(), geometry="geometry", crs="EPSG:27700")
    collapsed, rows = (draft_plan(spots.loc[1], data, spots=spots) for data in (frame, incidents))
    assert (collapsed.scanning, collapsed.analysis, collapsed.frozen) == (rows.scanning, rows.analysis, rows.frozen)


def test_rows_may_stand_in_any_order(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    shuffled = incidents.sample(frac=1, random_state=1).reset_index(drop=True)
    assert draft_plan(spots.loc[1], shuffled, spots=spots) == draft_plan(spots.loc[1], incidents, spots=spots)


def test_nothing_given_is_changed(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    before, listed = incidents.copy(), spots.copy()
    plan = draft_plan(spots.loc[1], incidents, spots=spots)
    opened = copy.deepcopy(plan)
    draft_plan(spots.loc[1], incidents.head(30), plan=plan, spots=spots)
    assert plan == opened
    pd.testing.assert_frame_equal(incidents, before)
    pd.testing.assert_frame_equal(spots, listed)


def test_a_hotspot_that_comes_apart_in_re_runs_is_not_said_to_vanish(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    def said(**columns: float) -> str:
        return str(draft_plan(spots.assign(**columns).loc[1], incidents).analysis["certainty"])

    assert "Found again in about 4 of 10 re-runs" in said(stability=0.4)
    assert "Found again in about 4 of 10 re-runs" in said(stability=0.4, found_again=0.45)
    parted = said(stability=0.4, found_again=0.95)
    assert "One hotspot in about 4 of 10 re-runs" in parted
    assert "95% of its records lie in hotspots again" in parted


def test_a_default_location_is_flagged(plan: Plan) -> None:
    assert any(
        "“Hospital” holds 5 of 35 (14%); records default to a hospital" in text for text in plan.scanning["limits"]
    )


def test_an_area_without_incidents_is_refused(incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="holds no records"):
        draft_plan(Point(0, 0).buffer(10), incidents, title="Nowhere")


@pytest.mark.parametrize(
    ("given", "problem"), [(3, "needs a hotspot"), ("Boar Lain", "'Boar Lane'"), (box(0, 0, 1, 1), "needs a name")]
)
def test_what_a_plan_cannot_be_about_is_said(given: object, problem: str, incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match=problem):
        draft_plan(given, incidents)


def test_a_plan_may_cover_several_hotspots_a_street_or_an_area(
    spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    several = draft_plan(spots, incidents, {"ward": wards}, spots=spots)
    street = draft_plan("boar lane", incidents, {"ward": wards})
    ward = draft_plan(wards.loc[0], incidents, {"ward": wards})
    drawn = draft_plan(box(429_900, 432_900, 430_100, 433_100), incidents, title="The yard")
    assert [p.covers for p in (several, street, ward, drawn)] == ["hotspots", "street", "area", "area"]
    assert several.scanning["problem"].startswith("95 recorded crimes and 5 ASB incidents at Boar Lane and Far Street")
    assert "Hotspots 1 and 2 of 2" in several.scanning["problem"]
    assert "Ward, by number: Hunslet & Riverside 65 and Little London & Woodhouse 35." in several.analysis["where"]
    # only the crimes are on the street; the ASB of that point is at the hospital, yet on the same ground
    assert street.scanning["problem"].startswith("30 recorded crimes and 5 ASB incidents on Boar Lane")
    assert ward.title == "Little London & Woodhouse"
    assert drawn.title == "The yard"


def test_two_whole_years_are_compared_whole(spots: gpd.GeoDataFrame, make: Make) -> None:
    months = [str(day.date()) for day in pd.date_range("2016-08-01", "2018-07-01", freq="MS")]
    said = draft_plan(spots.loc[1], make(crimes=48, asb=0, far=24, months=months)).analysis["compare"]
    windows = "August 2016 to July 2017 beside August 2017 to July 2018"
    # by the score test: 36 (24) x² + k² x - 2 k² = 0, k = 1.96 for half the time, 2.80 for four in five
    assert said == (
        f"All the data: from 36 to 36, {windows}: no clear change (a true fall of 56% would be called a "
        "fall four times in five, one of 41% half the time). "
        f"Here: from 24 to 24 (no change), {windows}: no clear change (a true fall of 66% would be "
        "called a fall four times in five, one of 49% half the time)."
    )


def test_collisions_and_calls_are_not_called_crimes(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    calls = incidents.assign(source="Ambulance", category="Assault", raw_unit="call")
    plan = draft_plan(spots.loc[1], calls)
    assert plan.scanning["problem"].startswith("35 calls at Boar Lane")
    assert plan.frozen["counted"] == "calls"
    both = pd.concat([incidents.assign(raw_unit=""), calls.head(1)], ignore_index=True)
    assert (
        draft_plan(spots.loc[1], both)
        .scanning["problem"]
        .startswith("30 recorded crimes, 5 ASB incidents and 1 call at Boar Lane")
    )


def test_no_change_is_shown_where_the_place_was_chosen_on_one_month_only(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    fair = draft_plan(spots.loc[1], incidents)
    unfair = draft_plan(spots.loc[1], incidents, selected_on="2018-07")
    here = "Here: from 18 to 17 between July 2017 and July 2018: no clear change (a true fall of "
    assert here in fair.analysis["compare"]
    assert "Here: 18 in July 2017, 17 in July 2018; not compared: " in unfair.analysis["compare"]
    assert "only one of the two windows" in unfair.analysis["compare"]
    for plan in (fair, unfair):  # the whole is said first, and may be compared whatever chose the place
        assert plan.analysis["compare"].startswith("All the data: from ")


def test_a_plan_says_of_its_place_what_the_list_says(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    said = "from 18 to 17 between July 2017 and July 2018: no clear change, as one of 85"
    plan = draft_plan(spots.assign(words=said).loc[1], incidents)
    assert f"Here: {said}." in plan.analysis["compare"]
    table = draft_plan(spots.loc[1], incidents, told="from 9 to 8").analysis["compare"]
    assert table.endswith("Here: from 9 to 8.")


def test_baseline_comes_from_months_that_did_not_choose_the_place(spots: gpd.GeoDataFrame, make: Make) -> None:
    data = make(months=["2018-05-01", "2018-06-01", "2018-07-01"])
    later = draft_plan(spots.loc[1], data, selected_on="2018-05").frozen
    assert later["baseline_months"] == ["2018-06", "2018-07"]
    assert later["baseline_incidents"] == 23
    none = draft_plan(spots.loc[1], data).frozen
    assert none["baseline_months"] == []
    assert none["baseline"].startswith("Count from August 2018 until the response starts")


def test_a_redraft_keeps_people_and_what_is_fixed_and_shows_changes(
    plan: Plan, spots: gpd.GeoDataFrame, make: Make
) -> None:
    plan.set_field("analysis.why", "The yard behind the bars")
    plan.set_field("actions.1.action", "Light the yard")
    moved = spots.copy()
    moved.loc[[1], "geometry"] = gpd.GeoSeries([Point(430_120, 433_000).buffer(100)], index=[1], crs=27700)
    later = make(crimes=60, months=["2017-07-01", "2018-07-01", "2018-10-01"])
    again = draft_plan(moved.loc[1], later, plan=plan, spots=moved, as_of="2018-11-30", ring=300)
    assert again.people == plan.people
    assert again.frozen == plan.frozen
    assert (again.opened, again.drafted) == ("2018-08-31", "2018-11-30")
    assert again.scanning["problem"].startswith("60 recorded crimes")
    assert {row["about"] for row in again.changes} == {"outline", "ring", "revised"}
    assert all(row["date"] == "2018-11-30" for row in again.changes)
    twice = draft_plan(moved.loc[1], later, plan=again, spots=moved, as_of="2018-12-31", ring=300)
    assert twice.changes == again.changes
    # months put together with their own row numbers: each record still counts once
    stacked = later.set_axis(later.index % 30)
    assert (
        draft_plan(moved.loc[1], stacked, plan=plan, spots=moved, ring=300).changes[0]["text"]
        == (again.changes[0]["text"])
    )


def test_a_day_of_the_draft_that_is_none_is_named(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="as_of is not a date"):
        draft_plan(spots.loc[1], incidents, as_of="soon")


def test_a_place_gone_from_the_list_keeps_its_plan(
    plan: Plan, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    again = draft_plan(None, incidents, plan=plan, spots=spots.loc[[2]], as_of="2018-11-30")
    assert "no longer in the list" in again.changes[-1]["text"]
    assert again.scanning["problem"].startswith("30 recorded crimes")


def test_nearby_places_are_counted_beside_the_average_and_asked_about(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    pubs = [Point(430_100 + i, 433_000) for i in range(4)] + [Point(431_900, 433_000)]
    layer = gpd.GeoDataFrame({"kind": "pub"}, index=range(5), geometry=pubs, crs="EPSG:27700")
    said = draft_plan(spots.loc[1], incidents, nearby=layer).analysis["nearby"]
    # two recorded points in the data: four pubs near one, one near the other (399 m away or less)
    assert "Within 400 m: 4 pubs (average 2.5)." in said
    assert said.endswith("Do any of these bring people here at the times that matter? Being near is not a cause.")


def test_small_counts_are_shown_nowhere_under_a_threshold(spots: gpd.GeoDataFrame, make: Make) -> None:
    data = make(crimes=30, asb=3, months=["2018-07-01"])
    said = words_of(draft_plan(spots.loc[1], data, threshold=5))
    assert "33 recorded crimes and ASB incidents" in said
    assert not re.search(r"\b3 (ASB|of)\b|\b30\b|Hospital 3", said)
    with pytest.raises(InputError, match="too few records"):
        draft_plan(spots.loc[1], make(crimes=3, asb=1), threshold=5)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(2, 10))
@settings(max_examples=60, deadline=None)
def test_folding_leaves_no_small_count_and_no_total_that_gives_one_back(counts: list[int], threshold: int) -> None:
    table = pd.DataFrame({"type": [f"t{i}" for i in range(len(counts))], "incidents": counts})
    folded = fold_small(table, threshold, name="type")
    assert folded["incidents"].sum() == sum(counts)
    shown = folded[folded["type"] != "other types"]
    assert (shown["incidents"] >= threshold).all()
    hidden = len(counts) - len(shown)
    assert hidden != 1 or len(counts) == 1
    rest = sum(counts) - int(shown["incidents"].sum())
    assert hidden == 0 or len(shown) == 0 or rest >= threshold


def test_the_menu_has_each_e_and_knows_its_powers(plan: Plan) -> None:
    assert {row["three_e"] for row in plan.options} == set(THREE_E)
    assert "not legal advice" in plan.analysis["menu_note"]
    assert "1 October 2025" in plan.analysis["menu_note"]
    used = {row["technique"] for row in plan.options}
    assert used <= set(read_menu()["techniques"].values())
    assert len(read_menu()["techniques"]) == 25


@pytest.mark.parametrize(
    ("power", "condition"),
    [
        ("civil_injunction", "10 or over"),
        ("criminal_behaviour_order", "on conviction"),
        ("dispersal", "48 hours"),
        ("community_protection_notice", "16 or over, or a body"),
        ("public_spaces_protection_order", "3 years"),
        ("closure", "3 months, 6 in total"),
    ],
)
def test_powers_state_their_conditions(power: str, condition: str) -> None:
    assert condition in read_menu()["powers"][power]["conditions"]


def test_every_family_of_problem_has_suggestions_of_each_e() -> None:
    menu = read_menu()
    kinds = {"street", "default", *ELSEWHERE, *SETTINGS}
    for row in menu["responses"]:
        assert row["technique"] in menu["techniques"], row
        assert row["three_e"] in THREE_E, row
        assert set(row["suits"]) <= {*menu["families"], "any"}, row
        assert {*row.get("not_at", ()), *row.get("only_at", ())} <= kinds, row
        assert row.get("power", "dispersal") in menu["powers"], row
    for words in read_menu()["families"].values():
        found = suggest_responses(pd.DataFrame({"type": [words[0]], "incidents": [50]}))
        assert {row["three_e"] for row in found} == set(THREE_E)
        assert any(row["why"] == words[0] for row in found)


BAD = re.compile(r"\bnan\b|\bNone\b|<NA>|\bNaT\b|(?<![,.\d])[01] (incidents|crimes|records|months|ASB incidents)\b")
CAUSE = re.compile(r"\b(because of|caused by|due to|leads to|as a result of|thanks to)\b", re.IGNORECASE)


@given(
    crimes=st.integers(0, 40),
    asb=st.integers(0, 3),
    months=st.lists(st.sampled_from(["2017-07-01", "2018-06-01", "2018-07-01"]), min_size=1, max_size=3, unique=True),
    harm=st.sampled_from([None, 0.0, 12.5]),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_draft_reads_well_whatever_the_counts(
    crimes: int, asb: int, months: list[str], harm: float | None, make: Make, spots: gpd.GeoDataFrame
) -> None:
    if crimes + asb == 0:
        return
    data = make(crimes=crimes, asb=asb, months=months)
    if harm is not None:
        data = data.assign(harm=harm)
    said = words_of(draft_plan(spots.loc[1], data, spots=spots))
    assert not BAD.search(said), BAD.search(said)
    assert not CAUSE.search(said), CAUSE.search(said)
    for line in said.splitlines():
        line = re.sub(r"\(a true (fall|rise) of [^)]*\)", "", line)  # what could be seen is no share of anything
        for match in re.finditer(r"\d%", line):
            assert re.search(r"\d of [\d,]+|of the [\d,]+", line[: match.end()] + line[match.end() :]), line


def test_the_worst_leeds_hotspots_read_as_an_analyst_would_write(shared_data: object) -> None:
    from pathlib import Path

    from hotspots import find_hotspots, read_incidents, weigh_incidents

    source = Path(str(shared_data)) / "police_uk" / "west_yorkshire_2016_2018_july.zip"
    found, _ = read_incidents(source)
    leeds = found[found["raw_LSOA name"].str.startswith("Leeds", na=False)].reset_index(drop=True)
    for level, column in (("middle", "harm"), ("low", "harm_low"), ("high", "harm_high")):
        leeds[column] = weigh_incidents(leeds, scheme="cchi-2026-west-yorkshire", level=level)
    spots = find_hotspots(leeds, count=30, by="harm")
    for rank in range(1, 11):
        plan = draft_plan(spots.loc[rank], leeds, spots=spots, study_area="Leeds")
        said = words_of(plan)
        assert not BAD.search(said), BAD.search(said)
        assert not CAUSE.search(said), CAUSE.search(said)
        total = int(spots.loc[rank, "incidents"])
        crimes, asb = (int(n.replace(",", "")) for n in re.findall(r"^([\d,]+) recorded .* and ([\d,]+) ASB", said)[0])
        assert crimes + asb == total
        assert plan.options
        # nothing is as busy as the busiest, no other prison is near; the rest hold from half to twice as many
        beside = [shapely.from_wkt(area["wkt"]) for area in plan.frozen.get("comparator_areas", [])]
        assert len(beside) == 5 or total > 400 or "Prison" in spots.loc[rank, "name"]
        for shape in beside:
            assert total / 2 <= leeds.intersects(shape).sum() <= 2 * total


def test_words_agree_with_numbers() -> None:
    assert say_count(1, "crime") == "1 crime"
    assert say_count(2, "crime") == "2 crimes"
    assert say_share(5, 19) == "5 of 19"
    assert say_share(5, 20) == "5 of 20 (25%)"


def test_a_place_chosen_on_nobody_knows_what_shows_no_change(incidents, spots):
    plan = draft_plan(spots.loc[1], incidents, spots=spots, selected_on="not known", as_of="2018-08-01")
    said = plan.analysis["compare"]
    assert said.endswith("; not compared: it is not known which period's counts chose these places.")
    assert plan.frozen["selected_months"] == ["2017-07", "2018-07"]
    assert draft_plan(None, incidents, plan=plan, as_of="2018-08-01").analysis["compare"] == said


def test_a_row_in_two_areas_that_overlap_by_nature_counts_in_both() -> None:
    rows = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5, 5, 15, 15], [5] * 4), crs=27700)
    orders = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[box(0, 0, 20, 10), box(10, 0, 20, 10)], crs=27700)
    assert share_layers(rows, {"pspo": orders}) == {"pspo": [("A", 1.0)]}
    orders.attrs["overlapping"] = True
    assert share_layers(rows, {"pspo": orders}) == {"pspo": [("A", 1.0), ("B", 0.5)]}

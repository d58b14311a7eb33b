"""The meeting pack: what was promised first, overdue on top; what changed; the map, the tables, the plans."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from hotspots.checks import InputError
from hotspots.plans.draft import draft_plan
from hotspots.plans.person_names import draft_person_plan
from hotspots.plans.record import Plan
from maps.commands.pack import changed_here
from maps.disclosure.gate import profile_named
from maps.job.compare import say_places
from maps.plans._patrols_and_cameras import say_cameras, say_patrols
from maps.plans.actions import list_reviews, tabulate_actions
from maps.results._meeting_sections import say_changes
from maps.results.meeting_pack import is_inside, write_pack


def with_actions(plan: Plan, *rows: tuple[str, str, str]) -> Plan:
    for number, (action, due, status) in enumerate(rows, len(plan.people["actions"]) + 1):
        plan.set_field(f"actions.{number}.action", action)
        plan.set_field(f"actions.{number}.due", due)
        plan.set_field(f"actions.{number}.status", status)
    return plan


def test_open_actions_stand_overdue_first_then_by_date(plan: Plan) -> None:
    with_actions(
        plan,
        ("No date", "", "started"),
        ("Later", "1 December 2018", ""),
        ("Odd date", "before winter", ""),
        ("Done", "1/1/2018", "Done, 3 January"),
        ("Late", "14/10/2018", "in progress"),
        ("Very late", "2018-09-15", ""),
    )
    table = tabulate_actions([plan], as_of="2018-10-15")
    assert table["action"].tolist() == ["Very late", "Late", "Later", "No date", "Odd date"]
    assert table["overdue"].tolist() == [True, True, False, False, False]
    assert table["note"].tolist() == [
        "overdue by 30 days",
        "overdue by 1 day",
        "",
        "no due date",
        "due date cannot be read",
    ]


def test_no_plans_give_an_empty_table_of_the_right_types() -> None:
    table = tabulate_actions([], as_of="2018-10-15")
    assert table.empty
    assert table["overdue"].dtype == bool


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12)), max_size=6))
@settings(max_examples=50, deadline=None)
def test_every_action_that_is_not_done_is_in_the_table(rows: list[tuple[str, str, str]]) -> None:
    plan = with_actions(Plan(ref="SE1", title="Boar Lane"), *rows)
    table = tabulate_actions([plan], as_of="2018-10-15")
    assert len(table) <= len(rows)
    assert table["overdue"].is_monotonic_decreasing


def test_reviews_are_due_by_date_or_for_want_of_one() -> None:
    plans = [Plan(ref=f"SE{n}", title=f"P{n}", opened="2018-08-31") for n in range(4)]
    for plan, written in zip(plans, ["1/10/2018", "10 November 2018", "1/3/2019", "soon"], strict=True):
        plan.set_field("heading.review_date", written)
    assert list_reviews(plans, as_of="2018-10-15") == [
        "P0 (SE0): was due for review on 1 October 2018.",
        "P1 (SE1): is due for review on 10 November 2018.",
    ]
    assert "“soon” cannot be read" in list_reviews(plans, as_of="2018-12-15")[0]


@pytest.fixture
def pack(plan: Plan, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    with_actions(plan, ("=HYPERLINK(1)", "14/10/2018", "late <b>"))
    plan.set_field("heading.review_date", "1 November 2018")
    person = draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31")
    person.set_field("actions.1.action", "Ring weekly")
    before = spots.loc[[2]].assign(ref="SE9999999999", name="Gone Street")
    before.geometry = [Point(430_200, 433_200).buffer(150)]
    arrows = spots.assign(arrow=["up", "down"], words=["from 10 to 40: a clear rise", "a fall"])
    return write_pack(
        tmp_path / "pack",
        area=wards.loc[0],
        spots=arrows,
        plans=[plan, person],
        before=before,
        as_of="2018-10-15",
        source="police.uk",
        profile="open",
        marking="OFFICIAL",
    )


def test_a_pack_opens_with_actions_and_holds_map_tables_and_plans(pack: Path) -> None:
    text = pack.read_text(encoding="utf-8")
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", text)
    first = ["Register of plans", "Open actions", "Plans due for review", "What changed", "Map", "Plans"]
    assert headings[:6] == first
    assert headings[6].startswith("Plan SE3000033000: Boar Lane")
    assert "1 open action, 1 overdue." in text
    assert "is due for review on 1 November 2018" in text
    assert "New since the last list: Boar Lane (from 10 to 40: a clear rise)." in text
    assert "Gone since the last list: Gone Street" in text
    assert "Growing: Boar Lane (from 10 to 40: a clear rise)." in text
    assert "Falling: none." in text
    assert "Far Street" not in re.sub(r'alt="[^"]*"', "", text).split("<h2>Plans")[0]
    assert "Ring weekly" not in text
    assert "V1234" not in text
    assert text.count("OFFICIAL<") >= 2
    assert not re.search(r'(src|href)="(?!data:)|<script|late <b>', text)
    names = sorted(p.name for p in pack.parent.rglob("*") if p.is_file())
    assert names == ["SE3000033000-boar-lane.docx", "SE3000033000-boar-lane.html", "pack.html", "tables.xlsx"]


def test_a_pack_lists_the_cameras_of_its_area_their_reviews_and_whether_they_helped(
    spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    inside, far = wards.geometry.iloc[0].representative_point(), Point(100_000, 100_000)
    rows = {"kind": "camera", "name": ["Boar Lane", "Far"], "did_it_help": ["", "no"], "standing": True}
    dates = {"installed": pd.Timestamp("2026-01-10"), "review": pd.Timestamp("2026-07-10"), "due": "review"}
    assets = gpd.GeoDataFrame({**rows, **dates}, geometry=[inside, far], crs=27700)
    given = {"area": wards.loc[0], "spots": spots, "as_of": "2026-08-01", "assets": assets, "source": "police.uk"}
    text = write_pack(tmp_path / "open", profile="open", **given).read_text(encoding="utf-8")
    table = re.search(r"Cameras and other assets.*?</table>", text, flags=re.DOTALL)[0]
    cells = re.findall(r"<t[dh][^>]*>([^<]*)", table)
    assert cells[-5:] == ["camera", "Boar Lane", "10/01/2026", "10/07/2026 (due)", "not said yet"]
    assert "Far" not in table
    assert "OFFICIAL-SENSITIVE" in text  # where cameras stand is never open
    text = write_pack(tmp_path / "public", profile="public", **given).read_text(encoding="utf-8")
    assert "Cameras and other assets" not in text


def test_growth_that_was_not_compared_is_not_called_none(spots: gpd.GeoDataFrame) -> None:
    why = "these places were chosen on July 2018, which is in only one of the two windows compared"
    shown = spots.assign(arrow="", no_arrow=f"not compared: {why}", words="10 and 40")
    _, found = say_changes(shown, spots, None, None)
    assert found.items == (
        "New and gone: not known, as no earlier list was given.",
        "Growing and falling: not compared in this run.",
        f"Not compared: {why}.",
    )


def test_the_workbook_of_a_pack_has_the_actions_and_runs_nothing(pack: Path) -> None:
    book = openpyxl.load_workbook(pack.parent / "tables.xlsx")
    assert {"Actions", "Hotspots"} <= set(book.sheetnames)
    cells = [cell for row in book["Actions"].iter_rows() for cell in row]
    assert any(str(cell.value).endswith("=HYPERLINK(1)") for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_a_pack_is_the_same_bytes_again_and_changes_no_plan(
    plan: Plan, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    import copy

    held = copy.deepcopy(plan)
    pages = [
        write_pack(tmp_path / name, area=wards.loc[0], spots=spots, plans=[plan], as_of="2018-10-15", profile="open")
        for name in "ab"
    ]
    files = [sorted(p for p in page.parent.rglob("*") if p.is_file()) for page in pages]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]
    assert plan == held


def test_an_area_without_hotspots_or_plans_says_so(
    spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    text = write_pack(tmp_path, area=wards.loc[0], spots=spots.loc[[2]], as_of="2018-10-15", profile="open").read_text(
        encoding="utf-8"
    )
    for said in ("No open actions.", "No hotspot lies in this area.", "No open plan lies in this area."):
        assert said in text


def test_a_committee_is_several_wards_taken_together(
    plan: Plan, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    wards.attrs["name"] = "Inner committee"
    text = write_pack(tmp_path, area=wards, spots=spots, plans=[plan], as_of="2018-10-15", profile="open").read_text(
        encoding="utf-8"
    )
    assert "Meeting pack: Inner committee, 15 October 2018" in text
    assert "Far Street" in text


def test_counts_under_the_profile_are_not_in_a_pack(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    small = spots.assign(incidents=[3, 65])
    text = write_pack(tmp_path, area=wards.loc[0], spots=small, as_of="2018-10-15", profile="partner").read_text()
    row = re.search(r"<tr><td class=number>1</td>.*?</tr>", text)
    assert row is not None
    assert ">3<" not in row[0]
    assert "not shown" in row[0]
    exact = draft_plan(spots.loc[1], incidents)
    with pytest.raises(InputError, match="counts under 5"):
        write_pack(tmp_path, area=wards.loc[0], spots=spots, plans=[exact], as_of="2018-10-15", profile="partner")


def test_what_is_no_area_is_said(spots: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs one area"):
        write_pack(tmp_path, area="Armley", spots=spots, as_of="2018-10-15", profile="open")


def test_a_tenth_of_the_ground_counts_as_inside(spots: gpd.GeoDataFrame) -> None:
    centre = spots.geometry[1].centroid
    for share, inside in ((-0.5, True), (0.95, False)):
        edge = centre.x + share * 150
        ground = Point(edge + 10_000, centre.y).buffer(10_000, quad_segs=512)
        assert bool(is_inside(spots, ground)[1]) is inside


def test_patrols_and_cameras_are_said_in_a_sentence(spots: gpd.GeoDataFrame) -> None:
    sites = gpd.GeoDataFrame(
        {"name": ["Boar Lane", "Far Street", "Briggate"]},
        index=[1, 2, 3],
        geometry=[Point(430_010, 433_000), Point(431_500, 433_000), Point(430_050, 433_000)],
        crs="EPSG:27700",
    )
    assert say_cameras(spots.geometry[1], sites) == (
        "Cameras: 2 of the 3 sites proposed stand here: number 1, Boar Lane; number 3, Briggate."
    )
    assert say_cameras(Point(0, 0).buffer(1), sites) == "Cameras: none of the 3 sites proposed stands here."
    stops = pd.DataFrame({"ref": ["SE1", "SE1", "SE2"], "chosen": [True, True, False], "why": ["", "", "too far"]})
    assert say_patrols("SE1", stops) == "Patrols: in the patrol plan with 2 stops."
    assert say_patrols("SE2", stops) == "Patrols: left out of the patrol plan: too far."
    assert say_patrols("SE3", stops) == ""


def test_who_does_what_is_not_in_a_pack_for_the_public(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    plan = draft_plan(spots.iloc[0], incidents, spots=spots, as_of="2018-08-31", threshold=10)
    plan.people["actions"] = [{"action": "Light the yard", "owner": "Lighting manager"}]
    options = {"area": wards.loc[0], "spots": spots, "plans": [plan], "as_of": "2018-10-15"}
    page = write_pack(tmp_path / "public", profile="public", **options).read_text(encoding="utf-8")
    assert "Open actions" not in page
    assert "Actions" not in openpyxl.load_workbook(tmp_path / "public" / "tables.xlsx").sheetnames
    page = write_pack(tmp_path / "partner", profile="partner", **options).read_text(encoding="utf-8")
    assert "Open actions" in page
    assert "Actions" in openpyxl.load_workbook(tmp_path / "partner" / "tables.xlsx").sheetnames


@pytest.mark.parametrize("name", ["SE3000033000-boar-lane.toml", "SE3000033000-boar-lane.docx", "notes.txt"])
def test_a_pack_never_replaces_the_folder_of_open_plans(
    name: str, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / name).write_text("people's words", encoding="utf-8")
    with pytest.raises(InputError, match=f"folder of plans that is not a pack's.*{re.escape(name)}"):
        write_pack(tmp_path, area=wards.loc[0], spots=spots, as_of="2018-10-15", profile="open")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [name]


def test_a_pack_replaces_the_documents_of_the_pack_before(
    plan: Plan, spots: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    for plans in ([plan], []):
        write_pack(tmp_path, area=wards.loc[0], spots=spots, plans=plans, as_of="2018-10-15", profile="open")
        assert len(list((tmp_path / "plans").glob("*"))) == 2 * len(plans)


def test_a_pack_tells_of_its_own_area_and_hotspots_and_not_of_the_first_of_the_city(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    words = ["from 568 to 680 between July 2017 and July 2018: no clear change", "from 9 to 8: no clear change"]
    spots = spots.assign(arrow="level", no_arrow="", words=words)
    table = pd.DataFrame(
        {"before": [44, 90], "after": [51, 99], "words": ["from 44 to 51: no clear change; beside it 9", "x"]},
        index=["Armley", "Bramley"],
    ).assign(arrow="level")
    whole = "All the records: from 100 to 160: a clear rise."
    job = SimpleNamespace(
        spots=spots,
        changed=[whole, say_places(spots)],
        incidents=incidents,
        periods=SimpleNamespace(changes={"Changes by ward": table}),
    )
    area = pd.Series({"code": "A", "name": "Armley", "geometry": spots.geometry[2].buffer(10)})
    said = changed_here(job, "ward", area, profile_named("open"))
    assert said[:2] == [whole, "Armley: from 44 to 51: no clear change."]
    assert "568" not in said[2]
    assert "from 9 to 8" in said[2]
    assert "none of the 1 compared" in said[2]
    table.loc["Armley", ["before", "after"]] = [2, 3]
    assert "from" not in changed_here(job, "ward", area, profile_named("partner"))[1]
    job.changed, job.spots = [whole], spots.drop(columns=["arrow", "no_arrow", "words"])
    assert changed_here(job, "lap", area, profile_named("open")) == [whole]

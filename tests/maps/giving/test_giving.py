"""For whom each file is: the most sensitive thing in it decides, and nothing is added behind the gate."""

from __future__ import annotations

import csv
import logging
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from map_examples import make_incidents, make_layers, make_spots, make_wards

from hotspots.checks import InputError
from hotspots.plans.record import Plan
from maps.cli import main
from maps.disclosure.follow import follow_content, kinds_in_plan
from maps.disclosure.gate import APART, PROFILES, release
from maps.giving.shading import choose_shading
from maps.tables.csv_files import write_csv
from maps.web._incident_cells import filter_incidents
from maps.web.hotspot_map import draw_map, write_map

LAYOUT = """
name = "ours"
source = "SOURCE"
[columns]
when = "Date"
category = "Type"
place = "Street"
x = "X"
y = "Y"
[coordinates]
kind = "metres"
[dates]
formats = ["%Y-%m-%d"]
"""
TEXT = """
as_of = 2024-08-31
[incidents]
files = "rows.csv"
layout = "layout.toml"
[hotspots]
count = 3
resamples = 0
[patrols]
officers = 4
vehicles = 2
start = 2024-09-02
days = 2
[cameras]
count = 2
[output]
drafts = 1
"""


def make_team(folder: Path, *, source: str) -> Path:
    """120 records of July 2024 at six places, a third at the first."""
    rng = np.random.default_rng(3)
    at = rng.choice(6, 120, p=[0.35, 0.2, 0.15, 0.1, 0.1, 0.1])
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream)
        write.writerow(["Date", "Type", "Street", "X", "Y"])
        for one in at:
            kind = ["Anti-social behaviour", "Burglary"][one % 2]
            x, y = 430000 + 400 * one + rng.integers(0, 40), 433000 + rng.integers(0, 40)
            write.writerow([f"2024-07-{rng.integers(1, 29):02d}", kind, f"Street {one}", x, y])
    (folder / "layout.toml").write_text(LAYOUT.replace("SOURCE", source), encoding="utf-8")
    (folder / "team.toml").write_text(TEXT, encoding="utf-8")
    return folder / "team.toml"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """Results of a run over published records with a dated timetable, no profile given."""
    folder = tmp_path_factory.mktemp("published")
    assert main(["run", str(make_team(folder, source="police.uk")), "--out", str(folder / "out")]) == 0
    return folder / "out"


def test_a_map_for_anyone_holds_no_patrol_of_a_date_and_no_camera(published):
    page = (published / "map.html").read_text(encoding="utf-8")
    assert "may be shared with anyone" in page
    assert "Patrol 1" not in page
    assert "Cameras" not in page
    marked = (published / "patrols.html").read_text(encoding="utf-8")
    assert "may be shared with anyone" not in marked
    assert '<meta name="protective-marking" content="OFFICIAL-SENSITIVE">' in marked
    assert "Patrol 1" in marked
    assert "Cameras" in marked


def test_whatever_says_where_officers_or_cameras_will_be_is_marked(published):
    for name in ("patrol-cards.html", "patrols.ics"):
        assert "OFFICIAL-SENSITIVE" in (published / "patrols" / name).read_text(encoding="utf-8")
    book = openpyxl.load_workbook(published / "tables.xlsx")
    assert book["About"]["B3"].value == "OFFICIAL-SENSITIVE"
    assert b"OFFICIAL-SENSITIVE" in (published / "hotspots.gpkg").read_bytes()


def test_the_list_says_of_every_file_for_whom_it_is_and_why(published):
    table = pd.read_csv(published / "release.csv", keep_default_na=False).set_index("file")
    files = {p.relative_to(published).as_posix() for p in published.rglob("*") if p.is_file()}
    assert set(table.index) == files
    assert table["for_whom"].ne("").all()
    assert table["why"].ne("").all()
    strict = table.index[table["marking"].eq("OFFICIAL-SENSITIVE")]
    assert {n for n in strict if not n.startswith(("plans/", "patrols/"))} == {
        *("cameras.csv", "tables.xlsx", "hotspots.gpkg", "patrols.html", "plans.html")
    }
    assert table.loc[["map.html", "hotspots.csv"], "profile"].eq("open").all()
    assert table.loc["rejects.csv", ["profile", "for_whom"]].tolist() == ["", "The analyst only."]


@pytest.mark.parametrize("name", ["open", "internal", "partner", "public"])
def test_only_open_moves_and_only_its_marking(name):
    who = PROFILES[name]
    strict = follow_content(who, ["spots", "visits"])
    assert (strict is who) == (name != "open")
    assert strict.threshold == who.threshold


def test_what_people_wrote_is_never_open():
    plan = Plan(ref="SE1", title="Boar Lane")
    assert kinds_in_plan(plan) == []
    plan.set_field("actions.1.lead", "Council")
    assert kinds_in_plan(plan) == ["plan"]


def test_a_map_with_cameras_that_is_drawn_as_open_is_marked_and_said(caplog, tmp_path):
    spots = make_spots(2)
    layers = {"CCTV": make_layers(spots)["cameras"]}
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        page = write_map(spots, tmp_path / "m.html", layers=layers, profile="open").read_text()
    assert "may be shared with anyone" not in page
    assert "OFFICIAL-SENSITIVE" in page
    assert "'CCTV'" in caplog.text


def add_marker(drawn):
    folium.Marker([53.8, -1.5]).add_to(drawn)


def add_group(drawn):
    group = folium.FeatureGroup()
    folium.CircleMarker([53.8, -1.5]).add_to(group)
    group.add_to(drawn)


def add_to_page(drawn):
    drawn.get_root().html.add_child(folium.Element("<p>Boar Lane: 3</p>"))


@pytest.mark.parametrize("add", [add_marker, add_group, add_to_page])
@pytest.mark.parametrize("profile", ["partner", "public"])
def test_nothing_can_be_added_to_a_map_that_hides_numbers(add, profile, tmp_path):
    drawn = draw_map(make_spots(2, incidents=[40, 30]), profile=profile)
    add(drawn)
    for write in (lambda: write_map(drawn, tmp_path / "m.html"), drawn._repr_html_, drawn.get_root().render):
        with pytest.raises(InputError, match="added to the map after it was drawn"):
            write()
    assert not (tmp_path / "m.html").exists()


def test_a_map_may_be_written_twice_and_additions_elsewhere_are_said(tmp_path, caplog):
    drawn = draw_map(make_spots(2, incidents=[40, 30]), profile="public")
    drawn._repr_html_()
    first = write_map(drawn, tmp_path / "a.html").read_bytes()
    assert write_map(drawn, tmp_path / "b.html").read_bytes() == first
    exact = draw_map(make_spots(2), profile="internal")
    add_marker(exact)
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        write_map(exact, tmp_path / "c.html")
    assert "1 Marker" in caplog.text


def test_the_share_that_a_site_adds_is_a_count():
    # of 200 records: 40, 12, 3 and 2
    sites = pd.DataFrame({"marginal_share_of_incidents": [0.2, 0.06, 0.015, 0.01]})
    sites = sites.assign(marginal_share_of_harm=0.1234, gain=0.1, cumulative_share_of_harm=0.5, name="Lane")
    sites.attrs["records"] = 200
    shown = release(sites, kind="cameras", profile="partner")
    assert shown["marginal_share_of_incidents"].isna().tolist() == [False, False, True, True]
    for column in ("marginal_share_of_harm", "gain"):
        assert shown[column].isna().tolist() == [False, False, True, True]
    assert shown["marginal_share_of_harm"].iloc[0] == 0.12
    assert shown["cumulative_share_of_harm"].isna().all()
    sites.attrs.clear()  # of how many records nobody knows
    assert release(sites, kind="cameras", profile="partner")["gain"].isna().all()
    assert release(sites, kind="cameras", profile="open")["gain"].notna().all()


@pytest.mark.parametrize("profile", ["internal", "partner"])
def test_no_choice_of_the_map_picks_out_the_sensitive_kinds(profile):
    spots = make_spots(1, incidents=[60])
    rows = make_incidents(spots).iloc[[0] * 60].reset_index(drop=True)
    kinds = ["Rape"] * 6 + ["Drugs"] * 4 + ["Arson"] * 10 + ["Burglary"] * 40
    found = filter_incidents(
        rows.assign(category=kinds), spots, profile=PROFILES[profile],
        groups={"Break-ins": ["Burglary"], "Fire": ["Arson"]},
    )  # fmt: skip
    # six rapes, with the four of drugs and then the ten of arson: at most half
    assert found.categories == ["Burglary", APART]
    assert [group["name"] for group in found.groups] == (["Break-ins"] if profile == "internal" else [])


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", " =1", "\n=1", "\t＝1"])
def test_no_cell_of_a_csv_is_a_formula(text, tmp_path):
    frame = pd.DataFrame({"name": [text]})
    path = write_csv(frame, tmp_path / "a.csv", kind="table", profile="open", columns=["name"])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1] == [f"'{text}"]


def shade(caplog, sums, profile="public", whole=100):
    wards = make_wards()
    sums = {layer: pd.DataFrame({"code": wards["code"], "incidents": of}) for layer, of in sums.items()}
    shown = {k: release(v, kind="areas", profile=profile, columns=["code"]) for k, v in sums.items()}
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        return choose_shading(
            dict.fromkeys(sums, wards), shown, sums, whole=whole, who=PROFILES[profile]
        )  # fmt: skip


def test_a_layer_with_nothing_to_show_gives_way_to_one_that_has(caplog):
    layer, _, table = shade(caplog, {"beat": [4, 6], "ward": [50, 40]})
    assert (layer, table["incidents"].tolist()) == ("ward", [50, 40])
    assert "'beat'" in caplog.text


def test_where_no_layer_has_all_areas_are_shown_as_one_unless_few_lie_outside(caplog):
    layer, areas, table = shade(caplog, {"beat": [6, 94]})
    assert (layer, len(areas), table["incidents"].tolist()) == ("beat", 1, [100])
    assert isinstance(areas, gpd.GeoDataFrame)
    assert shade(caplog, {"beat": [6, 90]}) is None  # 4 outside: all less these
    assert "there is no areas.html" in caplog.text

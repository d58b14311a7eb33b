"""The gate: what each profile lets out, and that no writer has another door."""

from __future__ import annotations

import ast
import logging
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from map_examples import make_incidents, make_layers, make_spots, make_wards

import maps
from hotspots.checks import InputError
from maps.disclosure.gate import APART, COLUMNS, MERGED, PROFILES, is_sensitive, name_category, profile_named, release
from maps.results._release_sheets import LISTS, release_sheets
from maps.tables.geopackage import write_geopackage
from maps.tables.workbook import write_tables
from maps.web.area_map import write_area_map
from maps.web.hotspot_map import draw_map, write_map

FORBIDDEN = ("CRIMEID-SECRET", "VICTIM-SECRET", "OFFENDER-SECRET", "ADDRESS-SECRET", "ID-1-0", "raw_")


def laden(frame):
    """The same frame with what must never leave in columns of many names."""
    secrets = {
        "raw_Crime ID": "CRIMEID-SECRET",
        "raw_Victim": "VICTIM-SECRET",
        "victim_name": "VICTIM-SECRET",
        "offender_name": "OFFENDER-SECRET",
        "offender_code": "OFFENDER-SECRET",
        "address": "ADDRESS-SECRET",
        "notes": "ADDRESS-SECRET",
        "uprn": "ADDRESS-SECRET",
    }
    return frame.assign(**secrets)


def as_map(spots, layers, profile, tmp_path):
    return write_map(spots, tmp_path / "o.html", layers=layers, profile=profile, period="July 2018").read_bytes()


def as_area_map(spots, layers, profile, tmp_path):
    areas = laden(make_wards().assign(incidents=[40, 60]))
    return write_area_map(areas, tmp_path / "o.html", profile=profile).read_bytes()


def as_tables(spots, layers, profile, tmp_path):
    sheets = {"Hotspots": spots, **{n: f for n, f in layers.items() if n != "incidents"}}
    path = write_tables(tmp_path / "o.xlsx", sheets, profile=profile)
    with zipfile.ZipFile(path) as parts:
        return b"".join(parts.read(name) for name in parts.namelist())


def as_geopackage(spots, layers, profile, tmp_path):
    frames = {"hotspots": spots, **{n: f for n, f in layers.items() if n != "incidents"}}
    return write_geopackage(tmp_path / "o.gpkg", frames, profile=profile).read_bytes()


def as_notebook(spots, layers, profile, tmp_path):
    return draw_map(spots, layers=layers, profile=profile)._repr_html_().encode()


WRITERS = [as_map, as_area_map, as_tables, as_geopackage, as_notebook]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("writer", WRITERS)
def test_no_written_byte_holds_what_must_not_leave(writer, profile, tmp_path):
    spots = laden(make_spots(3))
    layers = {name: laden(frame) for name, frame in make_layers(make_spots(3)).items()}
    data = writer(spots, layers, profile, tmp_path)
    for word in FORBIDDEN:
        assert word.encode() not in data
        assert word.encode("utf-16-le") not in data


@pytest.mark.parametrize("profile", ["partner", "public"])
@pytest.mark.parametrize("writer", [as_map, as_tables, as_geopackage, as_notebook])
def test_no_written_byte_holds_a_small_count(writer, profile, tmp_path):
    small = PROFILES[profile].threshold - 1
    harm = 76543.0 + small
    spots = make_spots(4, incidents=[400, 300, small, 200], harm=[9e5, 8e5, harm, 6e5])
    pairs = [(400, 500), (300, 500), (2, 71234), (200, 500)]
    spots["words"] = [f"from {a} to {b} between July 2017 and July 2018" for a, b in pairs]
    spots = spots.assign(before=[400, 300, 2, 200], after=[500, 500, 71234, 500], arrow="up")
    data = writer(spots, {}, profile, tmp_path).decode("utf-8", "ignore").replace(",", "")
    for told in (f"{harm:.0f}", "71234", "from 2 to"):
        assert told not in data


def test_in_open_and_internal_everything_counted_is_exact():
    spots = make_spots(3, incidents=[9, 2, 1])
    for profile in ("open", "internal"):
        assert release(spots, kind="spots", profile=profile)["incidents"].tolist() == [9, 2, 1]


def test_a_small_count_goes_with_its_harm_shares_and_a_neighbour():
    found = release(make_spots(3, incidents=[40, 6, 3]), kind="spots", profile="partner")
    assert found["incidents"].isna().tolist() == [False, True, True]
    for column in ("harm", "harm_low", "share_of_incidents", "share_of_harm", "places"):
        assert found[column].isna().tolist() == [False, True, True]
    assert found["name"].tolist() == ["Street 1", "Street 2", "Street 3"]


def test_shares_and_parts_that_are_small_counts_are_hidden_too():
    parts = [{"easting": 1.0, "northing": 1.0, "radius": 150.0, "incidents": n, "street": "S"} for n in (90, 8, 2)]
    spots = make_spots(1, parts=[parts], ward_shares=[[("A", 0.9), ("B", 0.08), ("C", 0.02)]])
    found = release(spots, kind="spots", profile="partner").iloc[0]
    assert [p.get("incidents") for p in found["parts"]] == [90, None, None]
    assert [pd.isna(share) for _, share in found["ward_shares"]] == [False, True, True]
    assert parts[2]["incidents"] == 2


@pytest.mark.parametrize("category", ["Domestic abuse", "Rape", "HATE crime", "Child sexual exploitation", "Stalking"])
def test_sensitive_categories_are_counted_only_with_others(category):
    assert is_sensitive(category)
    assert name_category(category) == APART


def test_the_merged_category_is_counted_whole_but_never_drawn_as_points():
    assert name_category(MERGED) == MERGED
    points = make_incidents(make_spots(2))
    kept = release(points, kind="incidents", profile="internal")
    assert MERGED not in set(kept["category"])
    assert len(kept) == 10
    for profile in ("partner", "public"):
        with pytest.raises(InputError, match="may not leave as points"):
            release(points, kind="incidents", profile=profile)


def test_no_incident_is_ever_a_point_on_the_map_and_no_sensitive_category_is_named(tmp_path):
    spots = make_spots(2)
    layers = make_layers(spots)
    layers["incidents"].loc[:, "category"] = "Domestic abuse"
    page = write_map(
        spots, tmp_path / "m.html", layers={"incidents": layers["incidents"]}, profile="internal"
    ).read_text()
    assert "Domestic" not in page
    assert APART in page.replace("&#40;", "(").replace("&#41;", ")")
    _x, y = layers["incidents"].to_crs("EPSG:4326").geometry.iloc[0].coords[0]
    assert f"{y:.5f}" not in page


def test_only_layers_with_code_name_and_shares_count_as_attached():
    spots = make_spots(1).assign(victim_name="X", suspect_code="1", suspect_name="Y")
    kept = set(release(spots, kind="spots", profile="open").columns)
    assert {"ward_code", "ward_name", "ward_shares"} <= kept
    assert not {"victim_name", "suspect_code", "suspect_name"} & kept


@pytest.mark.parametrize("kind", [k for k in COLUMNS if k not in ("spots", "incidents", "table")])
def test_each_kind_keeps_only_its_own_columns(kind):
    frame = laden(gpd.GeoDataFrame({key: [1] for key in COLUMNS[kind]}, geometry=[shapely.Point(0, 0)], crs=27700))
    kept = release(frame, kind=kind, profile="open")
    assert set(kept.columns) == {*COLUMNS[kind], "geometry"}


def test_input_is_never_changed():
    spots = laden(make_spots(3, incidents=[40, 6, 3]))
    before = spots.copy()
    release(spots, kind="spots", profile="public")
    pd.testing.assert_frame_equal(spots, before)


def test_the_profile_is_open_for_published_data_and_partner_for_anything_else(caplog):
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        assert profile_named(None, sources=["police.uk"]).name == "open"
        assert profile_named(None, sources=["police.uk", "council cases"]).name == "partner"
        assert profile_named(None).name == "partner"
    assert len(caplog.records) == 3


def test_unknown_profiles_and_kinds_are_named():
    with pytest.raises(InputError, match="'public'"):
        profile_named("pubic")
    with pytest.raises(InputError, match="Nothing of this kind"):
        release(make_spots(), kind="victims", profile="open")


def test_every_module_that_writes_frames_knows_the_gate():
    room = Path(maps.__file__).parent
    writers = {"to_csv", "to_excel", "to_file", "to_parquet", "write_dataframe", "Workbook", "write_csv"}
    streets = room / "commands" / "download.py"  # open streets: no record of anybody's
    for path in (p for p in room.rglob("*.py") if p != streets):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
                 for n in ast.walk(tree) if isinstance(n, ast.Call)}  # fmt: skip
        if calls & (writers - {"write_csv"}):  # write_csv is the gate's own
            assert "release" in calls, path.name


def test_beside_one_hidden_row_no_running_total_is_told():
    stops = pd.DataFrame({"incidents": [40, 30, 6, 3], "cumulative_share": [0.5, 0.9, 0.97, 1.0]})
    shown = release(stops, kind="patrols", profile="partner")
    assert shown["incidents"].isna().tolist() == [False, False, True, True]
    assert shown["cumulative_share"].isna().all()
    every = release(stops.head(2), kind="patrols", profile="partner")
    assert every["cumulative_share"].tolist() == [0.5, 0.9]


def test_what_a_list_gives_up_is_not_told_where_one_beside_it_is_hidden():
    # of the 50 thefts the ASB list holds 3: 40/50 - 3/50 would give them back
    table = pd.DataFrame(
        {
            "list": ["theft", "ASB", "theft", "ASB"],
            "profile": ["theft", "theft", "ASB", "ASB"],
            "incidents": [40, 3, 20, 60],
            "share_of_incidents": [0.8, 0.06, 0.2, 0.6],
            "gives_up_incidents": [0.0, 0.74, 0.4, 0.0],
        }
    )
    sheets, left = release_sheets({LISTS: table}, PROFILES["partner"])
    shown = sheets[LISTS]
    assert left == []
    assert shown["incidents"].isna().tolist() == [True, True, False, False]
    assert shown["share_of_incidents"].isna().tolist() == [True, True, False, False]
    assert shown["gives_up_incidents"].isna().tolist() == [True, True, False, False]


def test_what_lies_in_the_centre_is_a_count_of_its_own():
    # A: 37 outside, so 3 in the centre; D is the next smallest that hides it; C has nothing there
    areas = pd.DataFrame(
        {
            "code": list("ABCD"),
            "incidents": [40, 90, 80, 50],
            "incidents_without_centre": [37, 50, 80, 35],
            "harm_without_centre": [1.0, 2.0, 3.0, 4.0],
            "rank_by_incidents_without_centre": [3, 2, 1, 4],
        }
    )
    shown = release(areas, kind="areas", profile="partner")
    assert shown["incidents"].tolist() == [40, 90, 80, 50]
    for column in ("incidents_without_centre", "harm_without_centre", "rank_by_incidents_without_centre"):
        assert shown[column].isna().tolist() == [True, False, False, True]
    alone = release(areas.iloc[[0, 2]], kind="areas", profile="partner")
    assert alone["incidents_without_centre"].isna().all()
    assert release(areas, kind="areas", profile="open")["incidents_without_centre"].tolist() == [37, 50, 80, 35]

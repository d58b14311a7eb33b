"""Area maps: shaded by number, harm or rate, with intervals, through the same gate."""

from __future__ import annotations

import json
import re
from html import unescape

import geopandas as gpd
import pandas as pd
import pytest
from browser_help import INK, open_page, run_axe
from map_examples import HOSTILE, make_wards
from shapely.geometry import LineString

from hotspots.checks import InputError
from maps.web.area_map import write_area_map

TABLE = pd.DataFrame(
    {
        "code": ["E2", "E1"],
        "incidents": [240, 60],
        "incidents_from": [210.2, 45.8],
        "incidents_to": [272.4, 77.2],
        "harm": [9000.0, 12000.0],
        "rate": [12.0, 6.0],
        "rate_from": [10.0, 4.6],
        "rate_to": [14.0, 7.7],
        "raw_note": "SECRET-NOTE",
    }
)
OPTIONS = {"profile": "open", "period": "July 2018", "source": "police.uk"}


def write(tmp_path, areas=None, **options):
    areas = make_wards() if areas is None else areas
    return write_area_map(areas, tmp_path / "areas.html", **({"table": TABLE} | OPTIONS | options))


def test_areas_are_ranked_by_rate_with_the_range_that_belongs_to_it(tmp_path):
    page = write(tmp_path).read_text()
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))
    assert [s["title"] for s in data["spots"]] == ["East", "West & Woodhouse"]
    assert dict(data["spots"][0]["lines"])["Rate"] == "12 per 1,000 residents (between 10 and 14)."
    assert dict(data["spots"][0]["lines"])["Number"] == "240 crimes and ASB incidents (between 210 and 272)."
    assert "SECRET" not in page


def test_another_measure_gives_another_order(tmp_path):
    page = write(tmp_path, by="harm").read_text()
    assert page.index('<button type="button" class="sh-go">West') < page.index('class="sh-go">East')


def test_a_small_number_takes_its_range_rate_and_neighbour_with_it(tmp_path):
    table = TABLE.assign(incidents=[240, 3], incidents_from=[210.2, 0.6], incidents_to=[272.4, 8.8])
    with pytest.raises(InputError, match="No number of these areas may be shown"):
        write(tmp_path, table=table, profile="partner")  # of two areas, one small: the total gives both


def test_what_cannot_be_shaded_by_is_named(tmp_path):
    with pytest.raises(InputError, match="'incidents'"):
        write(tmp_path, by="incident")
    with pytest.raises(InputError, match="more than one row"):
        write(tmp_path, table=pd.concat([TABLE, TABLE]))


def test_the_same_input_gives_the_same_bytes(tmp_path):
    assert write(tmp_path).read_bytes() == write(tmp_path).read_bytes()


@pytest.mark.browser
def test_every_area_is_reached_by_keyboard_and_hostile_names_are_inert(browser, tmp_path):
    path = write(tmp_path, areas=make_wards().assign(name=[HOSTILE, "East"]))
    with open_page(browser, path) as page:
        assert page.locator("path.sh-spot").count() == 2
        assert page.locator("tr.sh-row").count() == 2
        page.locator("path.sh-spot").nth(1).focus()
        page.keyboard.press("Enter")
        page.locator(".sh-pop").wait_for()
        assert HOSTILE in page.locator(".sh-pop h2").inner_text()
        assert run_axe(page) == []
        assert page.seen.requests == [path.as_uri()]
        assert page.seen.complaints == page.seen.dialogs == []


def test_a_rate_says_per_what_and_of_what(tmp_path):
    page = write(tmp_path).read_text()
    assert "Crimes and ASB incidents per 1,000 residents" in page
    assert "Rate per resident" not in page
    steady = TABLE.assign(rate_shrunk=[11.0, 7.0])
    assert "Crimes and ASB incidents per 1,000 residents, steadied" in write(tmp_path, table=steady).read_text()
    hardly = TABLE.assign(rate_shrunk=[11.99, 6.01])
    assert "steadied" not in write(tmp_path, table=hardly).read_text()


def test_what_comes_first_is_said_with_its_range_its_place_and_the_centre(tmp_path):
    places = {"rank_by_harm_from": [1, 1], "rank_by_harm_to": [2, 2]}
    places |= {"rank_by_rate_from": [1, 2], "rank_by_rate_to": [1, 2]}
    table = TABLE.assign(harm_from=[8000.0, 8500.0], harm_to=[10100.0, 16000.0], **places)
    page = unescape(write(tmp_path, table=table, headline="All the records: from 9 to 8.").read_text())
    assert "Most harm: West & Woodhouse, 12,000 (likely 8,500 to 16,000); its true place could be 1 to 2." in page
    assert "Most per 1,000 residents: East, 12 (likely 10 to 14). Busy centres rank high" in page
    flat = table.assign(rate_shrunk=table["rate"] - 0.1, rate_shrunk_from=9.4, rate_shrunk_to=13.2)
    both = unescape(write(tmp_path, table=flat).read_text())  # hardly steadied: the list shows the rate, so do words
    assert "East, 12 (likely 10 to 14)." in both
    assert "All the records: from 9 to 8." in page
    centre = table.assign(harm_without_centre=[9000.0, 100.0], incidents_without_centre=[240, 5])
    page = write(tmp_path, table=centre).read_text()
    assert "Without the city centre: East." in page
    assert "Most per 1,000 residents, city centre left out: East" in page


def test_of_one_area_none_is_first_and_where_some_are_hidden_it_is_the_first_of_those_shown(tmp_path):
    one = write(tmp_path, areas=make_wards().iloc[:1]).read_text()
    assert "Most harm" not in one
    hidden = TABLE.assign(harm=[9000.0, None])
    assert "Most harm of those shown: East" in write(tmp_path, table=hidden).read_text()


@pytest.mark.browser
def test_three_areas_are_seen_on_opening_and_their_ground_lies_under_them(browser, tmp_path):
    many = pd.concat([make_wards()] * 4, ignore_index=True)
    many = many.assign(code=[f"E{i}" for i in range(8)], name=[f"Burmantofts & Richmond Hill {i}" for i in range(8)])
    columns = ["incidents", "incidents_from", "incidents_to", "harm", "rate", "rate_from", "rate_to"]
    table = pd.DataFrame({c: [TABLE[c][0] + i for i in range(8)] for c in columns}).assign(code=many["code"])
    table = table.assign(
        harm=142_628.0, harm_from=132_537.0, harm_to=153_474.0, before=596, after=676, arrow="up", words="w"
    )
    roads = gpd.GeoDataFrame(
        {"name": ["York Road"], "highway": ["primary"]},
        geometry=[LineString([(428000, 434000), (433000, 434000)])],
        crs=27700,
    )
    roads.to_file(tmp_path / "roads.gpkg")
    path = write(
        tmp_path, areas=many, table=table, headline="All the records: from 9 to 8.", ground=tmp_path / "roads.gpkg"
    )
    with open_page(browser, path) as page:
        page.evaluate("document.querySelectorAll('.sh-fold').forEach((fold) => { fold.open = false; })")
        panel = page.locator(".sh-panel").bounding_box()
        ends = [sum(map(r.bounding_box().get, ("y", "height"))) for r in page.locator("tr.sh-row").all()]
        assert sum(end <= panel["y"] + panel["height"] for end in ends) >= 3
        wide = "(e) => e.scrollWidth > e.clientWidth"
        assert not page.locator(".sh-panel").evaluate(wide)
        assert page.evaluate(INK, "ground") > 0
        with page.expect_download() as kept:
            page.click("#sh-csv")
        head = kept.value.path().read_text(encoding="utf-8-sig").splitlines()[0]
        ranged = [
            f'"{c}","{c}, likely range"' if "," in c else f'{c},"{c}, likely range"'
            for c in ("Per 1,000", "Number", "Harm")
        ]
        assert head == ",".join(["No.", "Area", *ranged, "Before", "After", "Change"])
        assert run_axe(page) == []


def test_figures_of_the_table_go_before_older_ones_of_the_areas(tmp_path):
    old = make_wards().assign(incidents=[1, 2], rate=[0.1, 0.2], note="old")
    page = write(tmp_path, areas=old).read_text()
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))
    assert dict(data["spots"][0]["lines"])["Rate"].startswith("12 per 1,000")
    assert dict(data["spots"][1]["lines"])["Number"].startswith("60 crimes")


def test_areas_show_both_counts_and_what_changed(tmp_path):
    table = TABLE.assign(before=[100, 40], after=[140, 20], arrow=["level", "down"], words=["a", "from 40 to 20"])
    page = write(tmp_path, table=table).read_text()
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))
    assert dict(data["spots"][1]["lines"])["Changed or not"] == "From 40 to 20."
    for words in ("Before → after", "100 → 140", "40 → 20", "▼ down"):
        assert words in page
    assert "Before → after" not in write(tmp_path).read_text()


def test_changes_join_areas_by_a_name_that_only_one_has():
    from maps.results.write_job import join_changes

    table = pd.DataFrame({"code": ["1", "2", "3"], "name": ["A", "B", "B"], "incidents": [9, 8, 7]}, index=[4, 5, 6])
    columns = {"before": [1, 2], "after": [3, 4], "arrow": ["", "up"], "words": ["w", "v"]}
    joined = join_changes(table, pd.DataFrame(columns, index=["B", "A"]))
    assert joined["before"].tolist()[0] == 2
    assert joined["before"].isna().tolist() == [False, True, True]
    assert join_changes(table, None) is table


@pytest.mark.browser
def test_ranges_in_the_table_do_not_widen_a_phone_s_page(browser, tmp_path):
    path = write(tmp_path)
    with open_page(browser, path, width=320, height=740) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_page_names_the_one_that_lies_beside_it(tmp_path):
    link = '<a href="map.html">The hotspots</a> (map.html, in the same folder)'
    assert link in write(tmp_path, beside=("map.html", "The hotspots")).read_text()
    assert "in the same folder" not in write(tmp_path).read_text()

"""Area maps: shaded by number, harm or rate, with intervals, through the same gate."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from browser_help import open_browser, open_page, run_axe
from map_examples import HOSTILE, make_wards

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
def test_every_area_is_reached_by_keyboard_and_hostile_names_are_inert(tmp_path):
    path = write(tmp_path, areas=make_wards().assign(name=[HOSTILE, "East"]))
    with open_browser() as browser, open_page(browser, path) as page:
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
    assert "Crimes and ASB incidents per 1,000 residents, July 2018" in page
    assert "Rate per resident" not in page
    steady = TABLE.assign(rate_shrunk=[11.0, 7.0])
    assert (
        "Crimes and ASB incidents per 1,000 residents, steadied" in write(tmp_path, table=steady).read_text()
    )


def test_figures_of_the_table_go_before_older_ones_of_the_areas(tmp_path):
    old = make_wards().assign(incidents=[1, 2], rate=[0.1, 0.2], note="old")
    page = write(tmp_path, areas=old).read_text()
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))
    assert dict(data["spots"][0]["lines"])["Rate"].startswith("12 per 1,000")
    assert dict(data["spots"][1]["lines"])["Number"].startswith("60 crimes")


def test_areas_show_both_counts_and_what_changed(tmp_path):
    table = TABLE.assign(
        before=[100, 40], after=[140, 20], arrow=["level", "down"], words=["a", "from 40 to 20"]
    )
    page = write(tmp_path, table=table).read_text()
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))
    assert dict(data["spots"][1]["lines"])["Changed or not"] == "From 40 to 20."
    for words in ("Before → after", "100 → 140", "40 → 20", "▼ down"):
        assert words in page
    assert "Before → after" not in write(tmp_path).read_text()


def test_changes_join_areas_by_a_name_that_only_one_has():
    from maps.results.write_job import join_changes

    table = pd.DataFrame(
        {"code": ["1", "2", "3"], "name": ["A", "B", "B"], "incidents": [9, 8, 7]}, index=[4, 5, 6]
    )
    columns = {"before": [1, 2], "after": [3, 4], "arrow": ["", "up"], "words": ["w", "v"]}
    joined = join_changes(table, pd.DataFrame(columns, index=["B", "A"]))
    assert joined["before"].tolist()[0] == 2
    assert joined["before"].isna().tolist() == [False, True, True]
    assert join_changes(table, None) is table


@pytest.mark.browser
def test_ranges_in_the_table_do_not_widen_a_phone_s_page(tmp_path):
    path = write(tmp_path)
    with open_browser() as browser, open_page(browser, path, width=320, height=740) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

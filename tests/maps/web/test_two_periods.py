"""Two periods side by side: two maps that move as one, one scale, both numbers in the list."""

from __future__ import annotations

import pandas as pd
import pytest
from browser_help import open_page, run_axe
from map_examples import make_incidents, make_spots, make_wards
from PIL import Image

from maps.disclosure.gate import PROFILES, release
from maps.web._incident_cells import Filters
from maps.web._spot_table import list_periods
from maps.web.hotspot_map import write_map

COUNT = 3
MOVE = "(to) => window[Object.keys(window).find(k => k.startsWith('map_'))].setView(to, 15, {animate: false})"
CORNER = """() => [...document.querySelectorAll('.leaflet-container')].map((el) => {
  const box = el.getBoundingClientRect();
  const path = el.querySelector('.leaflet-sh-spots-pane path').getBoundingClientRect();
  return [path.left - box.left - el.clientLeft, path.top - box.top - el.clientTop]; })"""


def example(folder, profile, **columns):
    spots = make_spots(COUNT, **columns)
    spots.attrs["periods"] = ("July 2016", "July 2018")
    layers = {"ward": make_wards(), "incidents": make_incidents(spots)}
    return write_map(spots, folder / "map.html", layers=layers, profile=profile, period="July 2017 and July 2018")


def fills(page, at):
    paths = page.locator(".leaflet-container").nth(at).locator(".leaflet-sh-spots-pane path")
    return paths.evaluate_all("(all) => all.map((e) => e.getAttribute('fill'))")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 740)])
def test_two_maps_move_as_one_with_one_scale_and_the_list_has_both_numbers(browser, tmp_path, width, height):
    path = example(tmp_path, "open", before=[400, 12, 0], after=[12, 400, 0])
    with open_page(browser, path, width=width, height=height) as page:
        plain, column = fills(page, 0), page.locator("tr.sh-row [data-column=incidents]")
        numbers = column.all_inner_texts()
        assert page.locator("#sh-left option:checked").inner_text() == "July 2016"
        page.get_by_label("Side by side").check()
        left, right = fills(page, 0), fills(page, 1)
        assert left[0] == right[1] != left[1] == right[0]  # the same number, the same colour
        assert column.all_inner_texts() == ["400 → 12", "12 → 400", "0 → 0"]
        assert page.locator(".sh-when").all_inner_texts() == [
            "July 2016: 412 in the hotspots",
            "July 2018: 412 in the hotspots",
        ]
        assert "Left July 2016: 412" in page.locator("#sh-say").text_content()
        page.evaluate(MOVE, [53.797, -1.543])
        one, two = page.evaluate(CORNER)
        assert max(abs(a - b) for a, b in zip(one, two, strict=True)) <= 1.5
        page.select_option("#sh-left", label="July 2017")
        page.select_option("#sh-category", label="Burglary")  # three in each in July 2017, none in July 2018
        assert column.all_inner_texts() == ["3 → 0"] * COUNT
        assert page.locator(".sh-when").first.inner_text() == "July 2017, Burglary: 9 in the hotspots"
        page.select_option("#sh-left", label="July 2016")
        assert page.locator(".sh-when").first.inner_text() == "July 2016, all kinds: 412 in the hotspots"
        assert page.locator("#sh-month").is_disabled()
        with page.expect_download() as kept:
            page.click("#sh-shoot")
        sides = page.evaluate("[...document.querySelectorAll('.leaflet-container')].map((e) => e.clientWidth)")
        with Image.open(kept.value.path()) as picture:
            assert picture.width == 2 * (sum(sides) + 4)
        assert run_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.select_option("#sh-category", value="")
        page.get_by_label("Side by side").uncheck()
        assert page.locator(".leaflet-container").count() == 1
        assert (fills(page, 0), column.all_inner_texts()) == (plain, numbers)
        assert page.seen.complaints == []


@pytest.mark.browser
def test_what_is_hidden_is_hidden_side_by_side_too(browser, tmp_path):
    path = example(tmp_path, "partner", before=[40, 30, None], after=[50, 60, None])
    with open_page(browser, path) as page:
        page.get_by_label("Side by side").check()
        texts = page.locator("tr.sh-row [data-column=incidents]").all_inner_texts()
        assert texts == ["40 → 50", "30 → 60", "not shown → not shown"]
        assert page.locator(".sh-when").first.inner_text() == "July 2016"  # no sum gives the hidden one back
        page.select_option("#sh-left", label="July 2017")
        assert page.locator("tr.sh-row [data-column=incidents]").first.inner_text() == "not shown → 50"
        assert page.seen.complaints == []


def test_the_two_that_were_compared_come_first_and_one_period_is_none():
    spots = release(make_spots(2, before=[4, 5], after=[6, 7]), kind="spots", profile=PROFILES["open"])
    months = Filters(["June 2018", "July 2018"], [], [])
    found = list_periods(spots, months, named=("June 2017", "June 2018"))
    assert [(o["name"], o["value"], o["side"]) for o in found] == [
        ("June 2017", "p0:", "left"),
        ("June 2018", "p1:0", "right"),
        ("July 2018", ":1", ""),
    ]
    plain = release(make_spots(2), kind="spots", profile=PROFILES["open"])
    assert [o["side"] for o in list_periods(plain, months)] == ["left", "right"]
    assert list_periods(plain, Filters(["July 2018"], [], [])) == []
    hidden = spots.assign(before=pd.NA, after=pd.NA)
    assert list_periods(hidden, None) == []

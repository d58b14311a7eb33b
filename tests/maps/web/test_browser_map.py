"""The written map in a real browser, with the network cut."""

from __future__ import annotations

import io
import re

import folium
import pytest
from browser_help import open_page, run_axe
from map_examples import HOSTILE, make_layers, make_spots

from maps.web.hotspot_map import draw_map, write_map

pytestmark = pytest.mark.browser
COUNT = 6
TITLE = "Hotspots of the test"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    spots = make_spots(
        COUNT,
        before=[120] * COUNT,
        after=[100] * COUNT,
        arrow=["up", "down", "level", "", "up", "down"],
        words=["from 120 to 100 between July 2017 and July 2018: no clear change"] * COUNT,
        expected=[12.0] * COUNT,
        default_location=["Hospital"] + [""] * (COUNT - 1),
    )
    options = {"profile": "open", "period": "July 2018", "source": "police.uk", "title": TITLE}
    options |= {"groups": {"Home": ["Burglary"]}, "note": "12 rows had no coordinates."}
    path = tmp_path_factory.mktemp("map") / "map.html"
    return write_map(spots, path, layers=make_layers(spots), **options)


@pytest.fixture
def page(browser, example):
    with open_page(browser, example) as opened:
        yield opened


def shown(page):
    return page.locator("path.sh-spot")


def test_it_asks_for_nothing_and_complains_of_nothing(page, example):
    page.wait_for_timeout(200)
    assert page.seen.requests == [example.as_uri()]
    assert page.seen.complaints == []


def test_focusable_shapes_hotspots_and_rows_are_as_many_each_with_a_name(page):
    names = [s.get_attribute("aria-label") for s in shown(page).all()]
    assert [n.split(":")[0] for n in names] == [f"Hotspot {i}" for i in range(1, COUNT + 1)]
    assert page.locator(".leaflet-container path[tabindex='0']").count() == COUNT
    assert page.locator("tr.sh-row").count() == COUNT
    assert page.locator(".leaflet-container [tabindex='0']:not(path)").count() == 0


def test_every_layer_comes_and_goes(page):
    for box in page.locator("input[data-layer]").all():
        before = page.locator(".leaflet-pane path, .leaflet-marker-icon").count()
        was = box.is_checked()
        box.set_checked(not was)
        if box.get_attribute("data-layer") != "cells":  # cells are drawn on a canvas
            after = page.locator(".leaflet-pane path, .leaflet-marker-icon").count()
            assert (after > before) != was, box.get_attribute("data-word")
        assert box.get_attribute("data-word") in page.locator("#sh-say").text_content()
        box.set_checked(was)
    assert page.locator(".leaflet-container path[tabindex='0']").count() == COUNT
    assert page.seen.complaints == []


def test_colours_follow_the_choice_and_so_does_the_key(page):
    def fills():
        return [s.get_attribute("fill") for s in shown(page).all()]

    harm = fills()
    page.get_by_label("Change", exact=True).check()
    assert fills() != harm
    assert fills()[0] == fills()[4] != fills()[1]
    assert page.locator(".sh-legend:visible").inner_text().count("▲ up") == 1
    page.get_by_label("Harm", exact=True).check()
    assert fills() == harm


def test_a_row_opens_its_hotspot_marks_itself_and_is_announced(page):
    page.locator("tr.sh-row").nth(2).click()
    page.locator(".sh-pop").wait_for()
    assert page.locator(".sh-pop h2").inner_text().startswith("3. Street 3")
    assert page.locator("tr.sh-row[aria-current=true]").get_attribute("data-n") == "3"
    assert "Showing hotspot 3" in page.locator("#sh-say").text_content()
    assert page.evaluate("document.activeElement.tagName") == "H2"


def test_by_keyboard_alone_a_hotspot_opens_and_closes_and_focus_comes_back(page):
    shown(page).nth(1).focus()
    page.keyboard.press("Enter")
    page.locator(".sh-pop").wait_for()
    assert page.locator("tr.sh-row[aria-current=true]").get_attribute("data-n") == "2"
    page.keyboard.press("Escape")
    page.locator(".sh-pop").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Hotspot 2")


def test_the_tab_key_reaches_every_hotspot_in_order(page):
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate("document.activeElement.textContent")
    reached = []
    for _ in range(COUNT + 6):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
        if label.startswith("Hotspot "):
            reached.append(int(re.match(r"Hotspot (\d+)", label).group(1)))
    assert reached == list(range(1, COUNT + 1))


def test_the_focus_ring_is_three_pixels_or_more_and_changes_colour(page):
    shown(page).nth(0).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    style = "(e) => [getComputedStyle(e).stroke, parseFloat(getComputedStyle(e).strokeWidth)]"
    colour, width = shown(page).nth(0).evaluate(style)
    assert width >= 3
    assert colour != shown(page).nth(1).evaluate(style)[0]


def test_the_details_are_five_plain_lines_and_how_sure(page):
    page.locator("tr.sh-row").nth(0).click()
    page.locator(".sh-pop").wait_for()
    heads = page.locator(".sh-pop dt").all_inner_texts()
    assert heads == ["Where", "How many", "How bad", "Which streets", "Changed or not"]
    text = page.locator(".sh-pop dl").inner_text()
    assert "100 crimes and ASB incidents in July 2018" in text
    assert "from 120 to 100" in text.replace("From", "from")
    page.locator(".sh-pop summary").press("Enter")  # the popup may still be moving under the mouse
    sure = page.locator(".sh-pop ul").inner_text()
    for words in ("Chance alone", "anywhere from 1 to 3", "90%", "Hospital"):
        assert words in sure
    assert not re.search(r"\b(PAI|Gini|q-value|Gi\*)\b", page.inner_text("body"))


def test_filters_count_only_what_is_chosen(page):
    def column():
        return page.locator("tr.sh-row [data-column=incidents]").all_inner_texts()

    assert column()[0] == "100"
    page.select_option("#sh-category", label="Burglary")
    assert column() == ["3"] * COUNT
    assert "Burglary only" in page.locator("caption").inner_text()
    assert f"{3 * COUNT} crimes and ASB incidents" in page.locator("#sh-say").text_content()
    page.select_option("#sh-month", label="July 2018")
    assert column() == ["0"] * COUNT
    page.select_option("#sh-category", label="Anti-social behaviour")
    assert column() == ["1"] * COUNT
    page.select_option("#sh-category", label="Home")
    page.select_option("#sh-month", label="July 2017")
    assert column() == ["3"] * COUNT
    page.select_option("#sh-category", value="")
    page.select_option("#sh-month", value="")
    assert column()[0] == "100"


def test_cells_show_a_key_and_answer_a_click(page):
    page.get_by_label("All records").check()
    assert "in each cell" in page.locator("#sh-under").inner_text()
    page.get_by_label("Hotspots", exact=True).uncheck()
    box = page.locator(".leaflet-container").bounding_box()
    centre = page.evaluate(
        """() => { const m = window[Object.keys(window).find(k => k.startsWith('map_'))];
        const s = JSON.parse(document.getElementById('sh-data').textContent).spots[0].at;
        const p = m.latLngToContainerPoint(s); return [p.x, p.y]; }"""
    )
    page.mouse.click(box["x"] + centre[0], box["y"] + centre[1])
    page.locator(".leaflet-popup-content").wait_for()
    assert re.search(r"\d+ crimes? (and|or) ASB incidents?", page.locator(".leaflet-popup-content").inner_text())


def test_street_names_come_from_the_data_when_near(page):
    page.locator("tr.sh-row").nth(0).click()
    page.wait_for_timeout(300)
    assert {"Row 1", "Lane 1"} & set(page.locator(".sh-street").all_inner_texts())


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 740), (320, 256)])
def test_axe_finds_nothing_with_and_without_a_popup_and_nothing_scrolls_sideways(browser, example, width, height):
    with open_page(browser, example, width=width, height=height) as page:
        assert run_axe(page) == []
        page.get_by_label("All records").check()
        page.locator("tr.sh-row button").nth(1).click()
        page.locator(".sh-pop").wait_for()
        assert run_axe(page) == []
        page.locator(".sh-pop summary").press("Enter")  # the popup may still be moving under the mouse
        page.wait_for_timeout(100)
        assert run_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_picture_and_the_whole_table_are_there(browser, example):
    with open_page(browser, example, java_script_enabled=False) as page:
        assert page.locator("img.sh-picture").is_visible()
        assert page.locator("tr.sh-row:visible").count() == COUNT
        assert page.locator(".sh-js:visible").count() == 0
        assert "12 rows had no coordinates." in page.inner_text("header")


def test_print_holds_the_picture_the_marking_and_every_hotspot(browser, tmp_path):
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    spots = make_spots(60)
    path = write_map(spots, tmp_path / "map.html", profile="partner", period="July 2018", title=TITLE)
    with open_page(browser, path) as page:
        pdf = page.pdf(format="A4")
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets)
    for i in range(1, 61):
        assert f"Street {i} " in text
    assert len(sheets) > 1
    for sheet in sheets:
        assert sheet.extract_text().count("OFFICIAL-SENSITIVE") >= 2
    assert sum(len(sheet.images) for sheet in sheets) == 1


def test_hostile_text_in_every_field_is_inert_and_verbatim(browser, tmp_path):
    spots = make_spots(
        2,
        name=[HOSTILE] * 2,
        ref=[HOSTILE, HOSTILE + "2"],
        streets=[[HOSTILE, "x"]] * 2,
        ward_name=[HOSTILE] * 2,
        ward_shares=[[(HOSTILE, 1.0)]] * 2,
        words=[HOSTILE] * 2,
        arrow=["up", HOSTILE],
        default_location=["Hospital near " + HOSTILE] * 2,
    )
    layers = make_layers(spots)
    layers = {f"{n} {HOSTILE}" if n != "incidents" else n: f for n, f in layers.items()}
    layers = {n: f.assign(name=HOSTILE) if "name" in f.columns else f for n, f in layers.items()}
    layers["incidents"] = layers["incidents"].assign(category=HOSTILE, place="On or near " + HOSTILE)
    words = dict.fromkeys(("title", "period", "source", "note", "attribution", "marking"), HOSTILE)
    path = write_map(spots, tmp_path / "map.html", layers=layers, profile="open", groups={HOSTILE: [HOSTILE]}, **words)
    with open_page(browser, path) as page:
        for box in page.locator("input[data-layer]").all():
            box.check()
        page.locator("tr.sh-row").nth(0).click()
        page.locator(".sh-pop").wait_for()
        page.locator(".sh-pop summary").press("Enter")  # the popup may still be moving under the mouse
        page.locator(".sh-pop ul").wait_for()
        assert page.seen.dialogs == []
        assert page.seen.complaints == []
        assert page.seen.requests == [path.as_uri()]
        assert page.evaluate("document.querySelectorAll('img').length") == 1  # the still picture
        for place in ("h1", ".sh-head p", ".sh-about p", ".sh-pop h2", ".sh-pop dl", ".sh-foot", "tr.sh-row th"):
            assert HOSTILE in page.locator(place).first.inner_text(), place
        assert HOSTILE in page.title()
        assert HOSTILE in page.locator("#sh-category option").last.text_content()
        assert HOSTILE in page.locator(".sh-street, .sh-area").first.text_content()


def test_the_policy_stops_whatever_would_load_or_run(page):
    blocked = page.evaluate(
        """async () => {
          const seen = [];
          document.addEventListener('securitypolicyviolation', e => seen.push(e.effectiveDirective));
          const image = new Image(); image.src = 'https://example.org/x.png'; document.body.append(image);
          const script = document.createElement('script'); script.textContent = 'window.ran = 1';
          document.body.append(script);
          await fetch('https://example.org/').catch(() => 0);
          await new Promise(r => setTimeout(r, 200));
          return [seen.sort(), window.ran];
        }"""
    )
    assert blocked[0] == ["connect-src", "img-src", "script-src-elem"]
    assert blocked[1] is None


@pytest.mark.parametrize("profile", ["partner", "public"])
def test_where_numbers_are_hidden_the_page_says_so_and_offers_one_choice_at_a_time(browser, tmp_path, profile):
    spots = make_spots(COUNT)
    path = write_map(spots, tmp_path / "map.html", layers=make_layers(spots), profile=profile)
    with open_page(browser, path) as page:
        page.select_option("#sh-category", label="Burglary")
        assert set(page.locator("tr.sh-row [data-column=incidents]").all_inner_texts()) == {"not shown"}
        page.select_option("#sh-month", label="July 2018")
        assert page.locator("#sh-category").input_value() == ""
        page.get_by_label("All records").check()
        assert "whole period" in page.locator("#sh-under-title").inner_text()
        lowest = {"partner": "5 to", "public": "10 to"}[profile]
        assert page.locator("#sh-under-key li").first.inner_text().startswith(lowest)
        assert run_axe(page) == []
        assert page.seen.complaints == []


def test_a_map_shows_in_a_notebook_without_a_request(browser, tmp_path):
    spots = make_spots(COUNT)
    cell = draw_map(spots, layers=make_layers(spots), profile="open")._repr_html_()
    path = tmp_path / "cell.html"
    path.write_text(f"<!doctype html><title>cell</title>{cell}", encoding="utf-8")
    with open_page(browser, path) as page:
        frame = page.frame_locator("iframe")
        frame.locator("path.sh-spot").first.wait_for()
        assert frame.locator("path.sh-spot").count() == COUNT
        assert [r for r in page.seen.requests if r.startswith("http")] == []
        assert page.seen.complaints == []


def test_an_analyst_can_go_on_with_the_map_and_write_it(browser, tmp_path):
    m = draw_map(make_spots(COUNT), profile="open")
    folium.Marker([53.797, -1.545], popup="Added <b>by hand</b>", tooltip="Here").add_to(m)
    with open_page(browser, write_map(m, tmp_path / "map.html")) as page:
        page.locator("img.leaflet-marker-icon").click()
        assert page.locator(".leaflet-popup-content b").inner_text() == "by hand"
        assert page.locator("path.sh-spot").count() == COUNT
        assert page.seen.complaints == []

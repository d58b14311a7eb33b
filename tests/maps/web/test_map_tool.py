"""The map as a tool of work: the list first, details beside the map, search, sort, copy, save, one link."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
import shapely
from browser_help import open_page, run_axe
from map_examples import make_incidents, make_layers, make_spots, make_wards
from PIL import Image

from maps.common.palette import choose_classes
from maps.disclosure.gate import PROFILES
from maps.web._layers import prepare_layers
from maps.web._panel import measure_spots
from maps.web._spot_table import table_of
from maps.web.area_map import write_area_map
from maps.web.hotspot_map import write_map

COUNT = 12
browser_only = pytest.mark.browser


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    spots = make_spots(
        COUNT,
        before=[120 - i for i in range(COUNT)],
        after=[100 + i for i in range(COUNT)],
        arrow=["level"] * COUNT,
        words=["from 120 to 100: no clear change"] * COUNT,
        name=["=2+5", *[f"Street {i}" for i in range(2, COUNT + 1)]],
        streets=[["Bóar Lane"], *[[f"Street {i}", "Kirkgate"] for i in range(2, COUNT + 1)]],
    )
    apart = [spots.geometry.iloc[0], shapely.Point(429000, 435000).buffer(150)]
    spots.geometry = [shapely.union_all(apart), *spots.geometry.iloc[1:]]
    path = tmp_path_factory.mktemp("tool") / "map.html"
    facts = [f"Fact {i} of the whole list, long enough to fill a line of the panel." for i in range(6)]
    options = {"headline": "All the records: from 1,000 to 900: a clear fall.", "facts": facts}
    return write_map(spots, path, layers=make_layers(spots), profile="partner", period="July 2018", **options)


@pytest.fixture
def page(browser, example):
    with open_page(browser, example) as opened:
        opened.evaluate("document.querySelectorAll('.sh-fold').forEach((fold) => { fold.open = false; })")
        yield opened


def box(page, what):
    return page.locator(what).first.bounding_box()


@browser_only
def test_on_opening_rows_are_seen_the_change_is_said_and_the_statistics_fold(page):
    bottom = box(page, ".sh-panel")["y"] + box(page, ".sh-panel")["height"]
    seen = [r for r in page.locator("tr.sh-row").all() if sum(map(r.bounding_box().get, ("y", "height"))) <= bottom]
    assert len(seen) >= 3
    assert page.get_by_text("a clear fall").is_visible()
    assert not page.get_by_text("Fact 1 of the whole").is_visible()
    page.locator(".sh-facts summary").click()
    assert page.get_by_text("Fact 1 of the whole").is_visible()


@browser_only
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 740)])
def test_a_row_shows_its_whole_hotspot_and_nothing_covers_the_map(browser, example, width, height):
    with open_page(browser, example, width=width, height=height) as page:
        for at in (0, 4, COUNT - 1):
            page.locator("tr.sh-row button").nth(at).click()
            page.wait_for_timeout(150)
            outer = box(page, ".leaflet-container")
            shape = page.locator("path.sh-spot").evaluate_all(
                """(all, start) => { const of = all.find((e) => e.ariaLabel.startsWith(start));
                const b = of.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; }""",
                f"Hotspot {at + 1}:",
            )
            assert shape[0] >= outer["x"]
            assert shape[1] >= max(outer["y"], 0)
            assert shape[2] <= outer["x"] + outer["width"]
            assert shape[3] <= min(outer["y"] + outer["height"], height)
            assert page.locator(".leaflet-popup").count() == 0
            detail = box(page, ".sh-detail")
            beside = detail["x"] >= outer["x"] + outer["width"] - 1
            assert beside or detail["y"] >= outer["y"] + outer["height"] - 1


@browser_only
def test_search_finds_a_street_a_ward_a_reference_and_a_number(page):
    def found(asked):
        page.fill("#sh-find", asked)
        return [int(r.get_attribute("data-n")) for r in page.locator("tr.sh-row:visible").all()]

    assert found("boar lane") == [1]
    assert found("KIRKGATE") == list(range(2, COUNT + 1))
    assert found("hunslet") == list(range(1, COUNT + 1))
    assert found("7") == [7]
    assert found("SE30003") == [4]
    assert found("nowhere") == []
    assert page.get_by_text("No hotspot in the list has that in it.").is_visible()
    assert page.locator("#sh-say").text_content() == f"0 of {COUNT} hotspots shown."
    assert run_axe(page) == []


@browser_only
def test_the_list_is_sorted_by_a_head_and_back(page):
    def order():
        return [int(r.get_attribute("data-n")) for r in page.locator("tr.sh-row").all()]

    page.get_by_role("button", name="Before → after").click()
    assert order() == list(range(COUNT, 0, -1))  # the greatest rise first: 100 + i less 120 - i
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Before → after")
    page.get_by_role("button", name="Harm").click()
    assert order() == list(range(1, COUNT + 1))
    page.get_by_role("button", name="Harm").click()
    assert order() == list(range(COUNT, 0, -1))
    page.get_by_role("button", name="No.").click()
    assert order() == list(range(1, COUNT + 1))


@browser_only
def test_what_is_saved_is_what_is_shown_with_its_marking_and_no_formula(page):
    page.fill("#sh-find", "boar")
    with page.expect_download() as kept:
        page.click("#sh-csv")
    text = kept.value.path().read_bytes().decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["No.", "Reference", "Where", "Area", "Number", "Harm", "Before", "After", "Change", "Marking"]
    assert rows == [
        ["1", "SE30000", "'=2+5", "Hunslet & Riverside", "100", "5,000", "120", "100", "", "OFFICIAL-SENSITIVE"]
    ]


@browser_only
def test_a_picture_for_a_slide_shows_what_the_map_shows_and_bears_the_marking(page):
    page.locator("tr.sh-row button").nth(2).click()
    page.wait_for_timeout(200)
    with page.expect_download() as kept:
        page.click("#sh-shoot")
    picture = Image.open(kept.value.path()).convert("RGB")
    size = page.evaluate("[document.querySelector('.leaflet-container').clientWidth * 2]")[0]
    assert picture.width == size
    assert picture.getpixel((4, 4)) == picture.getpixel((4, picture.height - 4)) == (11, 31, 51)  # the bands
    assert len(picture.getcolors(10**6)) > 50
    assert kept.value.suggested_filename.startswith("OFFICIAL-SENSITIVE")


@browser_only
def test_one_hotspot_is_printed_on_one_page_with_its_map(browser, example):
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    with open_page(browser, example) as page:
        page.evaluate("window.print = () => { window.asked = true; }")
        page.locator("tr.sh-row button").nth(2).click()
        page.wait_for_timeout(200)
        page.get_by_role("button", name="Print this").click()
        page.wait_for_function("window.asked")
        sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
        text = sheets[0].extract_text()
        assert len(sheets) == 1
        assert sum(len(sheet.images) for sheet in sheets) == 1
        assert "3. Street 3" in text
        assert "Street 5" not in text
        assert "OFFICIAL-SENSITIVE" in text
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".sh-shot").count() == 0
        assert page.seen.complaints == []


@browser_only
def test_a_short_move_of_the_map_makes_nothing_anew(page):
    page.evaluate("document.querySelectorAll('.sh-badge').forEach((el) => { el.dataset.old = '1'; })")
    moving = "(d) => window[Object.keys(window).find(k => k.startsWith('map_'))].panBy([d, 0], {animate: false})"
    page.evaluate(moving, 60)
    assert page.locator(".sh-badge:not([data-old])").count() == 0
    page.evaluate(moving, 700)
    assert page.locator(".sh-badge").count() < COUNT + 1


@browser_only
def test_slider_and_list_of_months_are_one_choice_and_hotspots_show_what_is_counted(browser, tmp_path):
    spots = make_spots(3)
    counts = {1: 40, 2: 12, 3: 0}  # burglaries of July 2017; one a hotspot in July 2018
    rows = make_incidents(spots)
    rank = rows["incident_id"].str.split("-").str[1].astype(int)
    burglary = rows["category"] == "Burglary"
    many = rows[burglary].groupby(rank[burglary]).head(1)
    old = many.loc[many.index.repeat([counts[r] for r in rank[many.index]])]
    new = many.assign(when=pd.Timestamp("2018-07-01"))
    data = pd.concat([old, new], ignore_index=True)
    data["incident_id"] = [f"X{i}" for i in range(len(data))]
    path = write_map(spots, tmp_path / "map.html", layers={"incidents": data}, profile="open")
    with open_page(browser, path) as page:
        plain = [s.get_attribute("fill") for s in page.locator("path.sh-spot").all()]
        slider = page.locator("#sh-months")
        assert "From 3 in July 2018 to 52 in July 2017." in page.inner_text(".sh-months")
        slider.focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#sh-month").input_value() == "0"
        assert slider.get_attribute("aria-valuetext") == "July 2017"
        assert page.locator("tr.sh-row [data-column=incidents]").all_inner_texts() == ["40", "12", "0"]
        assert "Counting only July 2017: 52" in page.locator("#sh-say").text_content()
        first = [s.get_attribute("fill") for s in page.locator("path.sh-spot").all()]
        key = page.inner_text("#sh-counted")
        assert len(set(first)) == 3
        page.select_option("#sh-month", label="July 2018")
        assert slider.input_value() == "2"
        second = [s.get_attribute("fill") for s in page.locator("path.sh-spot").all()]
        assert len(set(second)) == 1
        assert second[0] == first[2]  # one and none are of the lowest class of one and the same scale
        assert page.inner_text("#sh-counted").split("\n")[1:] == key.split("\n")[1:]
        page.select_option("#sh-month", value="")
        assert [s.get_attribute("fill") for s in page.locator("path.sh-spot").all()] == plain
        assert run_axe(page) == []
        assert page.seen.complaints == []


@browser_only
def test_copy_says_that_it_copied(page):
    page.click("#sh-copy")
    page.wait_for_function("document.getElementById('sh-copy').textContent !== 'Copy'")
    assert page.locator("#sh-copy").inner_text() == "Copied"


@browser_only
def test_a_link_opens_one_hotspot_and_the_address_follows_the_choice(browser, example):
    with open_page(browser, example) as page:
        page.goto(example.as_uri() + "#SE30004")
        page.locator(".sh-pop h2").wait_for()
        assert page.locator(".sh-pop h2").inner_text().startswith("5. Street 5")
        page.get_by_role("button", name="Next").click()
        assert page.url.endswith("#SE30005")
        page.keyboard.press("Escape")
        assert "#" not in page.url
        page.evaluate("location.hash = '#not-there'")
        assert page.locator(".sh-pop").count() == 0
        assert page.seen.complaints == []


@browser_only
def test_a_hotspot_in_two_parts_bears_its_number_on_both(page):
    page.locator("tr.sh-row button").first.click()
    page.wait_for_timeout(150)
    assert page.locator(".sh-badge").all_inner_texts().count("1") == 2


@browser_only
def test_areas_are_named_on_their_map(browser, tmp_path):
    path = write_area_map(make_wards().assign(incidents=[30, 20]), tmp_path / "areas.html", profile="open")
    with open_page(browser, path) as page:
        assert set(page.locator(".sh-badge").all_inner_texts()) == {"West &\nWoodhouse", "East"}


@browser_only
@pytest.mark.parametrize("width", [320, 360])
def test_no_word_of_the_list_is_broken_on_a_phone(browser, tmp_path, width):
    spots = make_spots(3, name=["Bartholomew Close", "Leatherhead Passage", "Harehills Road"])
    path = write_map(spots, tmp_path / "map.html", profile="open")
    words = """() => [...document.querySelectorAll('.sh-go')].flatMap((b) => {
      const t = b.firstChild, out = [];
      for (const m of t.data.matchAll(/\\S+/g)) { const r = document.createRange();
        r.setStart(t, m.index); r.setEnd(t, m.index + m[0].length);
        if (r.getClientRects().length > 1) out.push(m[0]); } return out; })"""
    with open_page(browser, path, width=width, height=740) as page:
        assert page.evaluate(words) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@browser_only
def test_no_hotspots_read_well_and_break_nothing(browser, tmp_path):
    path = write_map(make_spots(0), tmp_path / "map.html", layers={"ward": make_wards()}, profile="open")
    with open_page(browser, path) as page:
        assert "There is no place to list" in page.inner_text(".sh-panel")
        assert page.seen.complaints == []
        assert run_axe(page) == []


def test_one_class_of_change_is_no_way_to_colour_but_both_counts_are_told():
    spots = make_spots(3, before=[9, 8, 7], after=[5, 6, 7], arrow=["up"] * 3)
    assert [m["key"] for m in measure_spots(spots)] == ["harm", "incidents"]
    table = table_of(spots, profile=PROFILES["open"])
    assert [row["cells"][-1]["text"] for row in table["rows"]] == ["9 → 5", "8 → 6", "7 → 7"]
    assert [row["cells"][-1]["sign"] for row in table["rows"]] == ["▲ up"] * 3
    assert table["rows"][0]["cells"][-1]["bars"] == [46, 26]  # of 46 pixels: 5 of 9


def test_a_hidden_count_of_a_period_is_not_shown_and_has_no_bar():
    spots = make_spots(2, before=[30, None], after=[50, None], arrow=["up", ""], words=["w", ""])
    cells = [row["cells"][-1] for row in table_of(spots, profile=PROFILES["partner"])["rows"]]
    assert [cell["text"] for cell in cells] == ["30 → 50", "not shown"]
    assert "bars" not in cells[1]


def test_layers_of_one_kind_differ_in_colour_and_dashes():
    spots = make_spots(2)
    rings = {f"{name} comparison": spots.assign(role=name) for name in "abcde"}
    styles = [layer["style"] for layer in prepare_layers(rings, spots=spots, profile=PROFILES["open"])]
    assert len({(s["color"], s["dashArray"]) for s in styles}) == len({s["color"] for s in styles}) == 5


def test_one_place_far_above_the_others_has_a_class_of_its_own():
    values = pd.Series([88135, 7500, 7300, 7000, 5200, 5100, 4000, 3900, 2500, 2400])
    classes = choose_classes(values)
    assert classes.of(values)[0] == 4
    assert classes.of(values).count(4) == 1


def test_there_are_no_more_classes_than_places_to_fill_them():
    classes = choose_classes(pd.Series([900, 300, 20]))
    assert len(classes.words) == 3
    assert len(set(classes.colours)) == 3


@browser_only
def test_a_press_on_a_number_of_the_map_goes_to_its_streets_and_the_caption_says_the_order(page):
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_timeout(400)
    page.evaluate("[...document.querySelectorAll('.sh-badge')].find((e) => e.textContent === '5').click()")
    page.wait_for_timeout(900)
    assert page.locator("#sh-detail h2").inner_text().startswith("5.")
    inside = page.locator("path.sh-spot").evaluate_all(
        """(all) => { const b = all.find((e) => e.ariaLabel.startsWith("Hotspot 5:")).getBoundingClientRect();
        return b.width; }"""
    )
    assert inside > 30, "drawn large enough for what stands in it"
    page.locator("#sh-detail button", has_text="Close").click()
    caption = page.locator("#sh-list caption")
    assert caption.inner_text() == "12 hotspots, most harmful first"
    page.get_by_role("button", name="Number", exact=True).click()
    assert caption.inner_text() == "12 hotspots by number, highest first"
    page.get_by_role("button", name="No.", exact=True).click()
    assert caption.inner_text() == "12 hotspots, most harmful first"


@browser_only
def test_a_search_says_how_many_of_the_list_fit_and_enter_opens_the_first(page):
    page.fill("#sh-find", "kirkgate")
    assert page.locator("#sh-list caption").inner_text() == "11 of 12 hotspots, most harmful first"
    page.press("#sh-find", "Enter")
    assert page.locator("#sh-detail h2").inner_text().startswith("2.")
    page.fill("#sh-find", "no such street")
    assert page.get_by_text("No hotspot in the list has that in it.").is_visible()
    page.fill("#sh-find", "")
    assert page.locator("#sh-list caption").inner_text() == "12 hotspots, most harmful first"


@browser_only
def test_one_press_goes_back_to_the_whole_and_a_thumb_scrolls_the_page(browser, example):
    with open_page(browser, example, width=390, height=844) as page:
        box_of = """() => [...document.querySelectorAll('path.sh-spot')]
            .find((e) => e.ariaLabel.startsWith("Hotspot 2:")).getBoundingClientRect().width"""
        before = page.evaluate(box_of)
        page.locator("tr.sh-row button").first.click()
        page.wait_for_timeout(900)
        assert page.evaluate(box_of) != before
        page.get_by_role("button", name="Show the whole map").click()
        page.wait_for_timeout(900)
        assert page.evaluate(box_of) == pytest.approx(before, abs=1)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, offline=True)
    touch = context.new_page()
    touch.goto(example.as_uri())
    assert touch.get_by_text("Two fingers move the map").is_visible()
    # one finger is the page's: the map asks the browser for no more than its pinch
    assert "none" not in touch.evaluate("getComputedStyle(document.querySelector('.leaflet-container')).touchAction")
    context.close()


@browser_only
def test_a_ward_has_an_address_its_caution_and_the_order_of_its_colour(browser, tmp_path):
    ranks = {"rank_by_rate_from": [1, 1], "rank_by_rate_to": [2, 2], "harm": [5.0, 90.0], "rate": [30.0, 20.0]}
    wards = make_wards().iloc[:2].assign(incidents=[60, 40], **ranks)
    path = write_area_map(wards, tmp_path / "areas.html", profile="open")
    with open_page(browser, path) as page:
        page.locator("tr.sh-row button").first.click()
        said = page.locator("#sh-detail").inner_text()
        assert "Its true place by rate could be 1 to 2. Busy centres rank high" in said
        assert page.evaluate("location.hash") == f"#{wards['code'].iloc[0]}"
        page.locator("#sh-detail button", has_text="Close").click()
        page.get_by_label("Harm").check()
        assert page.locator("tr.sh-row .sh-go").first.inner_text() == wards["name"].iloc[1]
        assert page.locator("#sh-list caption").inner_text() == "2 areas by harm, highest first"

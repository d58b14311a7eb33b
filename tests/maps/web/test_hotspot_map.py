"""The written map: one file that needs nothing, the same bytes each time, every text inert."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re

import folium
import pytest
from map_examples import HOSTILE, make_spots, make_wards

from hotspots.checks import InputError
from maps.web.hotspot_map import draw_map, write_map

OPTIONS = {"profile": "open", "period": "July 2018", "source": "police.uk"}


def data_of(page: str) -> dict:
    return json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))


def test_nothing_in_the_page_loads_from_another_host(tmp_path):
    page = write_map(make_spots(), tmp_path / "map.html", layers={"ward": make_wards()}, **OPTIONS).read_text()
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?!data:|#)[^\"'>\s]", markup)
    assert not re.search(r"url\((?!data:|#)", page.split("</head>")[0].split("<script>")[0])
    assert "sourceMappingURL" not in page
    assert "@import" not in page


def test_policy_names_the_hash_of_every_script(tmp_path):
    page = write_map(make_spots(), tmp_path / "map.html", **OPTIONS).read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    assert len(scripts) >= 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "img-src data:;" in policy
    assert not re.search(r"\son\w+\s*=", re.sub(r"<script.*?</script>", "", page, flags=re.S))


def test_the_same_input_gives_the_same_bytes(tmp_path):
    written = [
        write_map(make_spots(), tmp_path / f"{i}.html", layers={"ward": make_wards()}, **OPTIONS) for i in (1, 2)
    ]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_hostile_text_is_shown_and_never_runs(tmp_path):
    spots = make_spots(name=[HOSTILE] * 3, ref=[HOSTILE + str(i) for i in range(3)], streets=[[HOSTILE]] * 3)
    wards = make_wards().assign(name=HOSTILE)
    options = {"title": HOSTILE, "period": HOSTILE, "source": HOSTILE, "note": HOSTILE, "marking": HOSTILE}
    page = write_map(
        spots, tmp_path / "map.html", layers={HOSTILE: wards}, profile="open", attribution=HOSTILE, **options
    ).read_text()
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert "<img src=x" not in page
    assert "{{7*7}}" in html.unescape(markup)
    assert HOSTILE in html.unescape(markup)
    assert data_of(page)["spots"][0]["title"].startswith(f"1. {HOSTILE}")
    assert data_of(page)["layers"][0]["items"][0]["name"] == HOSTILE


def test_hotspots_and_rows_are_the_same_worst_first(tmp_path):
    page = write_map(make_spots(5), tmp_path / "map.html", **OPTIONS).read_text()
    rows = [int(n) for n in re.findall(r'<tr class="sh-row" data-n="(\d+)"', page)]
    assert rows == [s["n"] for s in data_of(page)["spots"]] == [1, 2, 3, 4, 5]


def test_an_outline_comes_back_to_a_metre_or_two(tmp_path):
    spots = make_spots(1)
    page = write_map(spots, tmp_path / "map.html", **OPTIONS).read_text()
    [[flat]] = data_of(page)["spots"][0]["shape"]
    xs, ys = [], []
    x = y = 0
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        xs.append(x / 1e5)
        ys.append(y / 1e5)
    west, south, east, north = spots.to_crs("EPSG:4326").total_bounds
    assert [min(xs), min(ys), max(xs), max(ys)] == pytest.approx([west, south, east, north], abs=4e-5)


def test_only_needed_columns_reach_the_file(tmp_path):
    spots = make_spots(3, raw_Victim=["SECRET-NAME"] * 3, suspect_name=["SECRET-OTHER"] * 3)
    page = write_map(spots, tmp_path / "map.html", layers={"ward": make_wards()}, **OPTIONS).read_text()
    assert "SECRET" not in page


def test_no_hotspots_is_a_map_that_says_so(tmp_path):
    page = write_map(make_spots(3).iloc[:0], tmp_path / "map.html", **OPTIONS).read_text()
    assert "No hotspots" in page


def test_a_plain_folium_map_becomes_one_file_too(tmp_path):
    m = folium.Map(location=[53.8, -1.55], tiles=None)
    folium.Marker([53.8, -1.55], popup="here").add_to(m)
    page = write_map(m, tmp_path / "map.html").read_text()
    assert "<script src" not in page
    assert "<link" not in page
    assert page == write_map(m, tmp_path / "again.html").read_text()


def test_an_address_without_a_local_copy_is_an_error(tmp_path):
    m = draw_map(make_spots(), **OPTIONS)
    m.add_js_link("charts", "https://example.org/charts.js")
    with pytest.raises(InputError, match=r"no local copy.*example\.org/charts\.js"):
        write_map(m, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_a_map_from_the_notebook_makes_no_request_either():
    page = draw_map(make_spots(), **OPTIONS).get_root().render()
    assert not re.search(r"<(script|link)[^>]*(src|href)=", page)


def test_input_is_never_changed(tmp_path):
    spots, wards = make_spots(), make_wards()
    before = spots.copy(), wards.copy()
    write_map(spots, tmp_path / "map.html", layers={"ward": wards}, profile="partner")
    assert spots.equals(before[0])
    assert wards.equals(before[1])


def test_marking_stands_on_screen_twice_and_in_the_metadata(tmp_path):
    page = write_map(make_spots(), tmp_path / "map.html", profile="partner").read_text()
    assert page.count('<p class="sh-marking">OFFICIAL-SENSITIVE</p>') == 2
    assert '<meta name="protective-marking" content="OFFICIAL-SENSITIVE">' in page
    assert "<title>OFFICIAL-SENSITIVE: " in page


def test_spots_in_degrees_are_refused(tmp_path):
    with pytest.raises(InputError, match="EPSG:27700"):
        write_map(make_spots().to_crs("EPSG:4326"), tmp_path / "map.html", **OPTIONS)


def test_a_drawn_map_is_written_with_its_picture_and_stays_as_it_was(tmp_path):
    m = draw_map(make_spots(), layers={"ward": make_wards()}, **OPTIONS)
    page = write_map(m, tmp_path / "a.html").read_text()
    assert "data:image/png;base64," in page.split("</header>")[1].split("</section>")[0]
    assert write_map(m, tmp_path / "b.html").read_text() == page
    direct = write_map(make_spots(), tmp_path / "c.html", layers={"ward": make_wards()}, **OPTIONS).read_text()
    assert direct == page
    assert 'sh-picture"' not in m.get_root().render()

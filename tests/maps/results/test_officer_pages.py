"""The officer's page in a browser without a network: taps become a log that is read whole."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browser_help import open_browser, open_page, run_axe
from map_examples import make_spots

from hotspots.checks import InputError
from hotspots.patrols.doses import timetable_doses
from hotspots.patrols.options import PatrolTeam
from hotspots.patrols.visits import record_visits
from maps.results.officer_pages import write_officer_pages

TAPS = """moments => moments.forEach((both, stop) => both.forEach(ms => {
  Date.now = () => ms;
  document.querySelectorAll("section")[stop].querySelector("button.main").click();
}))"""
HOSTILE = '</script><img src=x onerror=alert(1)> "Rock`n`Roll", Lane'


@pytest.fixture(scope="module")
def rota():
    dice = np.random.default_rng(3)
    at = gpd.GeoSeries.from_xy(*dice.uniform(430_000, 434_000, (2, 12)), crs=27700)
    spots = make_spots(12)
    spots = spots.assign(parts=[[] for _ in range(12)], kind="single").set_geometry(
        at.buffer(150).set_axis(spots.index)
    )
    spots.loc[spots.index[0], "name"] = HOSTILE
    teams = [PatrolTeam("Guardians", 4, 2, "14:00-19:00", briefing_minutes=15, break_minutes=15)]
    return timetable_doses(spots, dose="1 per day", teams=teams, start="2026-12-01", days=10, seed=1)


@pytest.fixture(scope="module")
def pages(rota, tmp_path_factory):
    table, stops = rota
    tasks = {str(stops["ref"].iloc[1]): ["Ask the shop about the alley.", "Look at the broken gate."]}
    return write_officer_pages(table, tmp_path_factory.mktemp("phone"), stops=stops, tasks=tasks)


def log_of(page) -> str:
    page.click("#show")
    return page.input_value("#text")


def test_every_shift_has_a_small_marked_page_without_names_of_officers(pages, rota):
    table, _ = rota
    assert len(pages) == table.groupby(["date", "vehicle"]).ngroups == 20
    for path in pages:
        text = path.read_text("utf-8")
        assert len(text.encode()) < 500_000
        assert text.count('<p class="mark">') == 2
        assert "Delete this page and its log by" in text
        assert "http://" not in text
        assert "https://" not in text
        assert "@@" not in text


def test_taps_of_twenty_shifts_are_read_back_with_no_row_refused(pages, rota, tmp_path):
    table, stops = rota
    visits = table[table["activity"] == "visit"]
    with open_browser() as browser:
        for path in pages:
            with open_page(
                browser, path, width=390, height=800, geolocation={"latitude": 53.8, "longitude": -1.55},
                permissions=["geolocation"], timezone_id="Europe/London",
            ) as page:  # fmt: skip
                day = path.stem.split("-vehicle-")[0].removeprefix("shift-")
                mine = visits[(visits["date"] == day) & (visits["vehicle"] == int(path.stem[-1]))]
                moments = [
                    [int(at.tz_localize("Europe/London").timestamp() * 1000) for at in (row.arrive, row.leave)]
                    for row in mine.itertuples()
                ]
                page.evaluate(TAPS, moments)
                log = tmp_path / f"{path.stem}.csv"
                log.write_text(log_of(page), encoding="utf-8-sig", newline="")
                found, rejects = record_visits(log, table, stops=stops)
                assert len(rejects) == 0
                assert found["planned_start"].notna().all()
                assert found["arrived"].tolist() == mine["arrive"].tolist()
                assert found["left"].tolist() == mine["leave"].tolist()
                assert found["ref"].tolist() == mine["ref"].tolist()
                assert found["measured"].unique().tolist() == ["times"]
                page.click("#where")
                page.wait_for_function("document.getElementById('far').textContent")
                assert "Your position is not kept." in page.inner_text("#far")
                assert page.seen.dialogs == []
                assert [u for u in page.seen.requests if not u.startswith("file:")] == []


def test_the_rest_of_a_shift_is_planned_anew_from_where_the_phone_is(pages, rota, tmp_path):
    table, stops = rota
    day, vehicle = pages[0].stem.split("-vehicle-")[0].removeprefix("shift-"), int(pages[0].stem[-1])
    mine = table[(table["date"] == day) & (table["vehicle"] == vehicle)]
    mine = mine[mine["activity"] == "visit"].to_crs(4326)
    far = mine.iloc[-1].geometry  # the vehicle was called to where its last stop is
    ms = [int(pd.Timestamp(f"{day} {t}", tz="Europe/London").timestamp() * 1000) for t in ("16:00", "18:50")]
    where = {"geolocation": {"latitude": far.y, "longitude": far.x}, "permissions": ["geolocation"]}
    with (
        open_browser() as browser,
        open_page(browser, pages[0], width=390, height=800, timezone_id="Europe/London", **where) as page,
    ):
        page.evaluate(f"Date.now = () => {ms[0]}; document.querySelector('#rest').click()")
        page.wait_for_function("document.getElementById('far').textContent")
        assert page.inner_text("#far").startswith(f"{len(mine)} visits left.")
        names = [text.split(". ", 1)[1] for text in page.locator("section h2").all_inner_texts()]
        assert names[0] == mine["name"].iloc[-1]
        assert sorted(names) == sorted(mine["name"])
        times = [text.split(" (")[0].split(" to ") for text in page.locator("section .when").all_inner_texts()]
        assert times[0][0] == "16:00"
        assert all(left <= arrive for (_, left), (arrive, _) in itertools.pairwise(times))
        assert times[-1][1] <= "19:00"
        page.locator("section button.main").first.click()
        page.evaluate(f"Date.now = () => {ms[0]} + 15 * 60000")
        page.locator("section button.main").first.click()
        page.evaluate(f"Date.now = () => {ms[1]}; document.querySelector('#rest').click()")
        page.wait_for_function("document.getElementById('far').textContent.startsWith('0 visits')")
        assert page.locator("section .when").all_inner_texts()[1] == "No time is left for this visit."
        (tmp_path / "log.csv").write_text(log_of(page), encoding="utf-8-sig", newline="")
        found, rejects = record_visits(tmp_path / "log.csv", table, stops=stops)
        assert (len(found), len(rejects)) == (1, 0)
        assert found["ref"].iloc[0] == mine["ref"].iloc[-1]
        assert page.seen.complaints == []


def test_one_shift_by_hand(pages):
    with open_browser() as browser, open_page(browser, pages[0], width=390, height=800) as page:
        assert run_axe(page) == []
        first, second = page.locator("section").nth(0), page.locator("section").nth(1)
        first.locator("button.main").click()
        second.locator("button.main").click()
        assert page.inner_text("#told") == "Tap Leaving at stop 1 first."
        first.get_by_label("Searches").fill("2")
        first.get_by_label("Searches").blur()
        first.get_by_label("Lighting").check()
        first.get_by_label("Waste").check()
        assert len(log_of(page).splitlines()) == 1  # not left yet
        first.locator("button.main").click()
        page.reload()
        row = pd.Series(log_of(page).splitlines()[1].split(","))
        assert row.iloc[9] == "2"
        assert row.tolist()[-2:] == ["2", "Lighting; Waste"]
        with page.expect_download() as saved:
            page.click("#save")
        assert saved.value.suggested_filename == f"{pages[0].stem}.csv"
        page.click("#wipe")
        page.click("#wipe")
        assert len(log_of(page).splitlines()) == 1
        assert page.seen.complaints == []


def test_where_officers_will_be_is_not_published(rota, tmp_path):
    with pytest.raises(InputError, match="not published"):
        write_officer_pages(rota[0], tmp_path, profile="public")

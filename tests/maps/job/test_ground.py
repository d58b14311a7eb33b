"""The ground that chance is measured on where nobody says what it is: a few strays do not move it."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import find_hotspots, read_incidents
from hotspots.checks import InputError, require_metres
from hotspots.common.places import collapse_incidents
from hotspots.common.sentence_rules import list_sentences, note_sentences
from hotspots.common.settled_ground import settle_ground
from maps.job._ground import Ground, choose_ground
from maps.job.chance import say_chance, say_cover, tabulate_chance

DISC = np.pi * 150**2


def frame(xy: np.ndarray, crs: int | str = 27700) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=crs)


def town(seed: int, records: int, across: float) -> np.ndarray:
    return np.random.default_rng(seed).uniform(430_000, 430_000 + across, (records, 2))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from([1000, 2000, 4000]))
def test_a_handful_of_strays_moves_neither_ground_nor_chance(seed: int, strays: int, across: int) -> None:
    """Up to a twentieth of the records, each alone in a square far away."""
    xy = town(seed, 1000, across)
    far = 440_000 + 3000.0 * np.arange(strays)[:, None] + [[500.0, 20_000.0]]
    alone, with_strays = (settle_ground(some, np.ones(len(some), int)) for some in (xy, np.vstack([xy, far])))
    assert with_strays.area == pytest.approx(alone.area)
    assert with_strays.empty == strays
    assert not with_strays.on[len(xy) :].any()
    assert shapely.equals(with_strays.shape().normalize(), alone.shape().normalize())


def test_squares_by_hand() -> None:
    """60, 40, 3 and 2 records in four squares: half of 105 lie in squares of 60, and its twentieth is 3."""
    xy = np.array([[500.0, 500], [1500, 500], [2500, 500], [9500, 500]])
    known = settle_ground(xy, np.array([60, 40, 3, 2]))
    assert (known.on.tolist(), known.empty, known.area) == ([True, True, True, False], 1, 3e6)
    assert known.say() == (
        "No study area was given: chance is measured on the 3.0 km² where records lie "
        "(3 kilometre squares, 1 that holds hardly any left out)."
    )


def test_thin_data_keep_all_their_squares() -> None:
    """60 records in one square and 4 alone: 4 of 64 are more than a twentieth, so they are no strays."""
    xy = np.array([[500.0, 500], *([2500.0 + 2000 * i, 500] for i in range(4))])
    known = settle_ground(xy, np.array([60, 1, 1, 1, 1]))
    assert (known.area, known.empty) == (5e6, 0)
    one = settle_ground(np.array([[-500.0, -1500.0]]), np.array([1]))
    assert one.shape().bounds == (-1000, -2000, 0, -1000)
    none = settle_ground(np.empty((0, 2)), np.empty(0, dtype=int))
    assert (none.area, none.shape().is_empty) == (0, True)


def test_the_outline_is_that_of_the_records_and_every_place_kept_lies_on_it() -> None:
    """A round town of 600 m radius reaches into four squares; the ground is the town and not 4 km²."""
    rng = np.random.default_rng(3)
    angle, far = rng.uniform(0, 2 * np.pi, 4000), 600 * np.sqrt(rng.uniform(0, 1, 4000))
    xy = np.column_stack([431_000 + far * np.cos(angle), 432_000 + far * np.sin(angle)])
    known = settle_ground(xy, np.ones(4000, dtype=int))
    assert len(known.squares) == 4
    assert known.area == pytest.approx(np.pi * 600**2, rel=0.03)
    assert known.on.all()
    line = np.column_stack([np.linspace(430_010, 430_900, 200), np.full(200, 432_500.0)])
    assert settle_ground(line, np.ones(200, dtype=int)).area == 1e6  # no outline in a line


def test_the_ground_of_real_forces(shared_data: Path) -> None:
    """The City of London is 3.1 km²; forces of a country, thin everywhere, lose no square."""
    folder = shared_data / "police_uk"
    city, _ = read_incidents(folder / "city_of_london_2014_2017.zip")
    ground = choose_ground(city, {})
    expected = len(city) * ground.held * DISC / ground.shape.area
    assert expected == pytest.approx(405, rel=0.15)  # METHODS: where its own ground gives 405
    assert ground.held > 0.97
    assert "14 that hold hardly any left out" in ground.said
    for name in ("psni_2022_02.zip", "btp_2020_01.zip"):
        places = collapse_incidents(read_incidents(folder / name)[0])
        known = settle_ground(places.xy, places.incidents)
        assert known.empty == 0
        assert known.on.all()
    leeds = collapse_incidents(read_incidents(folder / "leeds_2024_03.zip")[0])
    known = settle_ground(leeds.xy, leeds.incidents)
    assert leeds.incidents[known.on].sum() > 0.95 * leeds.incidents.sum()
    assert 110e6 < known.area < 552e6  # more than the built-up city, less than the district


def test_a_choice_of_ground_is_said_once_and_none_where_it_is_given(caplog: pytest.LogCaptureFixture) -> None:
    xy = np.vstack([town(1, 300, 900), [[500_000.0, 300_000]]])
    with caplog.at_level(logging.WARNING):
        find_hotspots(frame(xy), count=2, resamples=0)
        assert caplog.text.count("Set study_area to") == 1
        caplog.clear()
        find_hotspots(frame(xy), count=2, resamples=0, study_area=shapely.box(430_000, 430_000, 432_000, 432_000))
        assert "study_area" not in caplog.text
        wards = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
        known = {"ward": {"file": "w"}}
        off = choose_ground(frame(xy).assign(ward_code=None), {"ward": wards}, known=known)
    assert off.said.startswith("No study area was given and no layer of areas holds over half of the records:")
    assert off.said in caplog.text


def test_no_sentence_where_the_ground_means_nothing() -> None:
    some = frame(town(5, 400, 900)).assign(harm=1.0)
    spots = find_hotspots(some, count=3, resamples=0)
    with note_sentences():
        small = Ground(shapely.box(430_000, 430_000, 430_900, 430_900), "the estate")
        assert say_chance(tabulate_chance({"all": some}, small), "all", small) == ""  # under 20 hexagons
        assert say_cover(find_hotspots(some, count=50, resamples=0), small) == ""  # the list is the ground
        wide = Ground(shapely.box(0, 0, 700_000, 1_000_000), "the country")
        assert say_cover(spots, wide).startswith("The 3 hotspots cover under 0.1% of the country")
        elsewhere = Ground(shapely.box(0, 0, 9000, 9000), "another town")
        assert say_cover(spots, elsewhere) == ""
        mostly_off = Ground(shapely.box(429_000, 429_000, 440_000, 440_000), "the wards", held=0.6)
        assert say_cover(spots, mostly_off) == ""
        told = list_sentences()
    assert told["share of the ground covered"]["said"]
    assert told["share of the ground covered"]["left_out_because"]
    assert not told["share held by chance"]["said"]


def test_a_share_that_chance_holds_too_is_no_sentence() -> None:
    """20 records on 20 of 10,000 places: the busiest 2% hold all of them however they fall."""
    some = frame(town(2, 20, 30_000)).assign(harm=1.0)
    wide = Ground(shapely.box(430_000, 430_000, 460_000, 460_000), "the county")
    assert say_chance(tabulate_chance({"all": some}, wide), "all", wide) == ""


@pytest.mark.parametrize(
    ("crs", "xy", "advised"),
    [
        ("EPSG:2913", [7_650_000, 680_000], False),  # Portland, Oregon, feet
        ("EPSG:4326", [-122.7, 45.5], False),
        ("EPSG:3857", [-170_000, 7_130_000], True),  # Leeds, a web map's metres
        ("EPSG:4326", [-1.5, 53.8], True),
        ("EPSG:32630", [7e9, 7e9], False),
    ],
)
def test_the_british_grid_is_advised_to_british_data_alone(crs: str, xy: list[float], advised: bool) -> None:
    with pytest.raises(InputError, match=r"must be in a grid of metres|this grid is not for this place") as caught:
        find_hotspots(frame(np.array([xy], dtype=float), crs), resamples=0)
    assert ("27700" in str(caught.value)) == advised


@pytest.mark.parametrize(("crs", "xy"), [("EPSG:26971", [358_000, 579_000]), ("EPSG:2157", [733_000, 874_000])])
def test_chicago_and_belfast_are_answered_in_their_own_grids(crs: str, xy: list[float]) -> None:
    assert str(find_hotspots(frame(np.array([xy], dtype=float), crs), count=1, resamples=0).crs) == crs


@pytest.mark.parametrize("xy", [[7_650_000, 680_000], [-170_000, 7_130_000], [600_000, 5_900_000], [4e5, -4e5]])
def test_coordinates_far_off_the_grid_are_refused_whatever_the_label_says(xy: list[float]) -> None:
    points = frame(np.array([xy], dtype=float))
    with pytest.raises(InputError, match="far outside the British National Grid"):
        find_hotspots(points, resamples=0)
    with pytest.raises(InputError, match="far outside the British National Grid"):
        require_metres(points.set_geometry(points.buffer(10)), what="the wards")


WRITTEN = {  # Belfast and Leeds as other systems write them
    "EPSG:2157": ["733600,874400", "metres"],
    "EPSG:29902": ["333700,374400", "metres"],
    "EPSG:4326": ["-5.930,54.597", "degrees"],
    "EPSG:3857": ["-171590,7130600", "metres"],
    "EPSG:4277": ["-1.5476,53.7993", "degrees"],
}


@pytest.mark.parametrize(("crs", "written"), list(WRITTEN.items()))
def test_limits_are_those_of_the_grid_after_the_move(tmp_path: Path, crs: str, written: list[str]) -> None:
    """Numbers of another system are no numbers of the British grid: moved first, judged after."""
    xy, kind = written
    odd = {"metres": ["-7000000,500000", "1e9,1e9"], "degrees": ["-90,35", "12.5,41.9"]}[kind]
    file = tmp_path / "cases.csv"
    file.write_text("\n".join(["when,kind,x,y", *(f"2024-03-01,Noise,{at}" for at in [xy, *odd])]) + "\n")
    layout = {
        "source": "ours",
        "columns": {"when": "when", "category": "kind", "x": "x", "y": "y"},
        "coordinates": {"kind": kind, "crs": crs},
    }
    used, left = read_incidents(file, layout=layout, as_of="2024-12-31")
    assert left["cause"].tolist() == ["outside Great Britain"] * 2
    place = used.to_crs(4326).geometry.iloc[0]
    there = (-5.93, 54.597) if crs in ("EPSG:2157", "EPSG:29902", "EPSG:4326") else (-1.548, 53.799)
    assert (place.x, place.y) == pytest.approx(there, abs=0.01)


def test_what_lies_off_the_grid_that_the_points_will_be_in_is_refused(tmp_path: Path) -> None:
    """Dublin and Madrid for Irish Transverse Mercator, in its own metres and from a web map's."""
    own, web = tmp_path / "own.csv", tmp_path / "web.csv"
    own.write_text("when,kind,x,y\n2024-03-01,Noise,715800,734700\n2024-03-01,Noise,900000,-900000\n")
    web.write_text("when,kind,x,y\n2024-03-01,Noise,-697000,7047000\n2024-03-01,Noise,-412000,4926000\n")
    for file, crs in ((own, "EPSG:2157"), (web, "EPSG:3857")):
        layout = {
            "source": "ours",
            "target": "EPSG:2157",
            "columns": {"when": "when", "category": "kind", "x": "x", "y": "y"},
            "coordinates": {"kind": "metres", "crs": crs},
        }
        used, left = read_incidents(file, layout=layout, as_of="2024-12-31")
        assert len(used) == 1
        assert left["cause"].tolist() == ["outside the area of EPSG:2157"]

"""Records and areas that do not belong together, for whatever reason, are said to be so."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries import attach_areas
from maps.cli import main


def wards(x: float = 440_000, y: float = 430_000) -> gpd.GeoDataFrame:
    """Four wards of a kilometre each."""
    shapes = [shapely.box(x + e, y + n, x + e + 1000, y + n + 1000) for e in (0, 1000) for n in (0, 1000)]
    names = ["Ash", "Beech", "Cedar", "Dean"]
    return gpd.GeoDataFrame({"code": names, "name": names}, geometry=shapes, crs=27700)


def records(inside: int, outside: int = 0) -> gpd.GeoDataFrame:
    xy = np.vstack(
        [
            np.column_stack([440_100 + 17.0 * np.arange(inside), 430_100 + 23.0 * np.arange(inside)]),
            np.column_stack([500_000 + 17.0 * np.arange(outside), np.full(outside, 300_000.0)]),
        ]
    )
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=27700)


def told(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, **options: object) -> list[str]:
    _, sums = attach_areas(points, {"ward": areas}, **options)  # type: ignore[arg-type]
    found: list[str] = sums.attrs["outside"]
    return found


def test_exchanged_axes_are_tried_and_named() -> None:
    points = records(40)
    swapped = gpd.GeoDataFrame(geometry=gpd.points_from_xy(points.geometry.y, points.geometry.x), crs=27700)
    assert told(swapped, wards()) == [
        "ward: all 40 records lie outside every area; with easting and northing exchanged 40 of 40 would lie inside."
    ]
    assert told(swapped, wards().iloc[:1])  # one area, where another reading fits


@pytest.mark.parametrize("crs", ["EPSG:2157", "EPSG:29902"])
def test_numbers_of_another_grid_are_tried_and_named(crs: str) -> None:
    """Derry, whose numbers in the Irish grids are places in Britain."""
    derry = gpd.GeoSeries(gpd.points_from_xy([-7.32], [55.0]), crs=4326).to_crs(27700).iloc[0]
    east, north = derry.x, derry.y
    xs, ys = east + 17.0 * np.arange(30), np.full(30, north)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xs, ys), crs=27700)
    theirs = points.to_crs(crs).set_crs(27700, allow_override=True)
    [said] = told(theirs, wards(east - 100, north - 100))
    assert f"({crs}) 30 of 30 would lie inside" in said


def test_areas_of_another_town_are_asked_about() -> None:
    [said] = told(records(40), wards(330_000, 390_000))
    assert said == (
        "ward: all 40 records lie outside every area; "
        "are these areas of another place, or the coordinates of another system?"
    )


@pytest.mark.parametrize(
    ("inside", "outside", "said"), [(40, 0, False), (16, 24, False), (5, 44, False), (4, 36, True), (0, 1, True)]
)
def test_nine_in_ten_is_the_line(inside: int, outside: int, said: bool) -> None:
    assert bool(told(records(inside, outside), wards())) == said


def test_places_count_as_their_records_and_few_in_one_area_are_no_alarm() -> None:
    points = records(2, 1).assign(incidents=[1, 1, 98])
    assert told(points, wards())[0].startswith("ward: 98 of 100 records lie outside")
    assert told(points, wards().iloc[:1]) == []  # a centre, say
    assert told(points, wards(), overlapping=["ward"]) == []  # orders, say
    assert told(points.iloc[2:], wards().iloc[:1])  # but none at all is said
    assert told(points.iloc[:0], wards()) == []


def test_a_run_says_it_beside_the_sum_and_on_the_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wards().to_file(tmp_path / "wards.gpkg")
    rows = pd.DataFrame({"when": "2024-03-01", "kind": "Noise", "x": 430_100 + np.arange(40), "y": 440_900})
    rows.to_csv(tmp_path / "cases.csv", index=False)
    (tmp_path / "layout.toml").write_text(
        'source = "ours"\n[columns]\nwhen = "when"\ncategory = "kind"\nx = "x"\ny = "y"\n'
        '[coordinates]\nkind = "metres"\n'
    )
    (tmp_path / "partnership.toml").write_text(
        'title = "T"\nas_of = "2024-12-31"\n[incidents]\nfiles = ["cases.csv"]\nlayout = "layout.toml"\n'
        '[areas.ward]\nfile = "wards.gpkg"\nname = "name"\ncode = "code"\n[hotspots]\nresamples = 0\n'
    )
    assert main(["run", str(tmp_path / "partnership.toml"), "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out.splitlines()
    line = next(i for i, text in enumerate(out) if text.startswith("ward: 40 = "))
    assert "exchanged 40 of 40 would lie inside" in out[line + 1]
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf8")
    assert "Nearly all records lie outside the areas of: ward; sums" in page

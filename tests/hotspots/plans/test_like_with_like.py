"""A plan is compared with what is as large and as busy: a ward with wards, drawn ground with its like."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import draft_plan, find_hotspots
from hotspots.plans.assess import frozen_areas

SIDE = 2000.0


def city(*counts: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Wards 4 km apart with so many records each, the first third of them on one spot."""
    rng = np.random.default_rng(1)
    boxes = [shapely.box(x, 0, x + SIDE, SIDE) for x in 2 * SIDE * np.arange(len(counts))]
    names = [f"Ward {k}" for k in range(len(counts))]
    wards = gpd.GeoDataFrame({"code": names, "name": names}, geometry=boxes, crs=27700)
    shift = [np.array([2 * SIDE * k, 0]) for k in range(len(counts))]
    xy = [
        np.vstack([np.full((n // 3, 2), 500.0), rng.uniform(10, SIDE - 10, (n - n // 3, 2))]) + shift[k]
        for k, n in enumerate(counts)
    ]
    points = gpd.points_from_xy(*np.vstack(xy).T)
    rows = {"category": "Drugs", "place": "On or near Boar Lane", "source": "police.uk", "precision": "month"}
    frame = gpd.GeoDataFrame(
        rows | {"when": pd.Timestamp("2024-03-01")}, geometry=points, crs=27700, index=range(len(points))
    )
    return frame, wards


def draft(counts: tuple[int, ...], target: object = None):
    incidents, wards = city(*counts)
    spots = find_hotspots(incidents, count=8, resamples=0, merge=False)
    given = wards.loc[0] if target is None else target
    plan = draft_plan(
        given, incidents, {"ward": wards}, spots=spots, as_of="2024-04-30", title=None if target is None else "Drawn"
    )
    areas = plan.frozen.get("comparator_areas")
    return plan, None if not areas else frozen_areas(plan, "comparator_areas"), wards


def test_a_ward_is_compared_with_wards_as_busy() -> None:
    plan, areas, wards = draft((300, 250, 310, 900, 40, 200))
    assert sorted(round(a.centroid.x / (2 * SIDE)) for a in areas.geometry) == [1, 2, 5]
    assert np.allclose(areas.area, wards.area[0])
    assert "Ward 1" in plan.frozen["comparator"]


def test_a_ward_unlike_every_other_is_compared_with_none_and_says_so() -> None:
    plan, areas, _ = draft((900, 40, 50, 30))
    assert areas is None
    assert "nothing as large and as busy" in plan.frozen["comparator"]


def test_drawn_ground_is_compared_with_ground_of_its_size() -> None:
    _, areas, _ = draft((300, 250, 310), shapely.box(0, 0, 1500, 1500))
    assert areas is None or (areas.area / 1500**2).between(0.25, 4).all()


@pytest.mark.parametrize("share", [0.35, 0.95])
def test_an_area_is_titled_by_what_holds_it_and_not_by_its_first_part(share: float) -> None:
    incidents, wards = city(300, 250)
    cut = shapely.box(0, 0, SIDE, SIDE) if share > 0.9 else shapely.box(0, 0, 3 * SIDE, SIDE)
    plan = draft_plan(cut, incidents, {"ward": wards}, title="Inner East", as_of="2024-04-30")
    assert plan.title == ("Inner East, Ward 0" if share > 0.9 else "Inner East")

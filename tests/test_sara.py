"""Plans: what the data says, in words a careful analyst would use."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.checks import ASB, InputError
from hotspots.sara import draft_plan

CENTRE = (430_000.0, 433_000.0)


def make_incidents(*, crimes: int = 30, asb: int = 5, far: int = 65) -> gpd.GeoDataFrame:
    """Incidents at one point (crimes on Boar Lane, ASB at a hospital) and far ones, in two Julys."""
    rows = [("Violence and sexual offences", "On or near Boar Lane", CENTRE)] * crimes
    rows += [(ASB, "On or near Hospital", CENTRE)] * asb
    rows += [("Burglary", "On or near Far Street", (440_000.0, 440_000.0))] * far
    return gpd.GeoDataFrame(
        {
            "incident_id": [f"f:{i}" for i in range(len(rows))],
            "source": "police.uk",
            "when": pd.to_datetime(["2017-07-01" if i % 2 else "2018-07-01" for i in range(len(rows))]),
            "precision": "month",
            "category": [r[0] for r in rows],
            "place": [r[1] for r in rows],
        },
        geometry=[Point(r[2]) for r in rows],
        crs="EPSG:27700",
    )


def make_spots() -> gpd.GeoDataFrame:
    spots = gpd.GeoDataFrame(
        {
            "ref": ["SE3000033000"],
            "name": ["Boar Lane"],
            "incidents": [35],
            "kind": ["single"],
            "ward_code": ["E1"],
            "ward_name": ["Little London & Woodhouse"],
            "ward_shares": [[("Little London & Woodhouse", 1.0)]],
        },
        geometry=[Point(CENTRE).buffer(150)],
        crs="EPSG:27700",
    )
    spots.index = pd.RangeIndex(1, 2, name="rank")
    return spots


def test_counts_of_a_draft_are_those_of_the_rows_inside() -> None:
    plan = draft_plan(make_spots().loc[1], make_incidents(), study_area="Leeds")
    assert plan.scanning["problem"].startswith("30 recorded crimes and 5 ASB incidents at Boar Lane in July")
    assert "violence and sexual offences, 30 of 35 (86%)" in plan.scanning["problem"]
    assert plan.title == "Boar Lane, Little London & Woodhouse"


def test_places_give_the_same_draft_as_rows() -> None:
    rows = make_incidents()
    keys = ["source", "when", "precision", "category", "place"]
    places = rows.dissolve(by=keys, aggfunc={"incident_id": "count"}).reset_index()
    places = places.rename(columns={"incident_id": "incidents"}).set_geometry("geometry")
    places["geometry"] = places.geometry.apply(lambda g: g if g.geom_type == "Point" else g.geoms[0])
    spot = make_spots().loc[1]
    assert draft_plan(spot, places).scanning == draft_plan(spot, rows).scanning


def test_a_default_location_is_flagged() -> None:
    plan = draft_plan(make_spots().loc[1], make_incidents())
    assert any("5 of 35 records (14%) are placed at “Hospital”" in text for text in plan.scanning["limits"])


def test_an_area_without_incidents_is_refused() -> None:
    spot = make_spots().loc[1].copy()
    spot["geometry"] = Point(0, 0).buffer(10)
    with pytest.raises(InputError, match="holds no incidents"):
        draft_plan(spot, make_incidents())

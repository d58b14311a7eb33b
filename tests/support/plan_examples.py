"""A small made place that every test of plans can count by hand."""

from __future__ import annotations

import copy
import hashlib
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.checks import ASB
from hotspots.plans import toml_file
from hotspots.plans.draft import draft_plan
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import dump_plan
from maps.plans import open_folder, store, write_plan
from maps.plans.pictures import draw_pictures
from maps.plans.write_plan import render_plan

CENTRE, FAR = (430_000.0, 433_000.0), (431_500.0, 433_000.0)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def make_incidents(*, crimes: int = 30, asb: int = 5, far: int = 65, months: Any = None) -> gpd.GeoDataFrame:
    """Crimes on Boar Lane and ASB at a hospital, both at one point, and burglaries far away."""
    months = months or ["2017-07-01", "2018-07-01"]
    rows = [("Violence and sexual offences", "On or near Boar Lane", CENTRE)] * crimes
    rows += [(ASB, "On or near Hospital", CENTRE)] * asb
    rows += [("Burglary", "On or near Far Street", FAR)] * far
    columns = {
        "incident_id": [f"f:{i}" for i in range(len(rows))],
        "source": "police.uk",
        "when": pd.to_datetime([months[i % len(months)] for i in range(len(rows))]),
        "precision": "month",
        "category": [r[0] for r in rows],
        "place": [r[1] for r in rows],
    }
    return gpd.GeoDataFrame(columns, geometry=[Point(r[2]) for r in rows], crs="EPSG:27700")


def make_spots() -> gpd.GeoDataFrame:
    spots = gpd.GeoDataFrame(
        {
            "ref": ["SE3000033000", "SE3150033000"],
            "name": ["Boar Lane", "Far Street"],
            "incidents": [35, 65],
            "kind": ["single", "single"],
            "streets": [["Boar Lane", "Hospital"], ["Far Street"]],
            "ward_code": ["E1", "E2"],
            "ward_name": ["Little London & Woodhouse", "Hunslet & Riverside"],
            "ward_shares": [[("Little London & Woodhouse", 1.0)], [("Hunslet & Riverside", 1.0)]],
        },
        geometry=[Point(CENTRE).buffer(150), Point(FAR).buffer(150)],
        crs="EPSG:27700",
    )
    spots.index = pd.RangeIndex(1, 3, name="rank")
    return spots


def make_wards() -> gpd.GeoDataFrame:
    names = ["Little London & Woodhouse", "Hunslet & Riverside"]
    shapes = [box(429_000, 432_000, 430_800, 434_000), box(430_800, 432_000, 433_000, 434_000)]
    return gpd.GeoDataFrame({"code": ["E1", "E2"], "name": names}, geometry=shapes, crs="EPSG:27700")


@pytest.fixture
def incidents() -> gpd.GeoDataFrame:
    return make_incidents()


@pytest.fixture
def spots() -> gpd.GeoDataFrame:
    return make_spots()


@pytest.fixture
def wards() -> gpd.GeoDataFrame:
    return make_wards()


def remember(function: Callable[..., Any], known: dict[bytes, Any]) -> Callable[..., Any]:
    """The same function; what it did for an input, and had nothing to say of, it does not do again."""

    def answer(*args: Any, **options: Any) -> Any:
        key = hashlib.sha256(pickle.dumps((args, options))).digest()
        if key in known:
            return copy.deepcopy(known[key])
        said: list[logging.LogRecord] = []
        ear = logging.Handler()
        ear.emit = said.append  # type: ignore[method-assign]
        log = logging.getLogger("safer_hotspots")
        log.addHandler(ear)
        try:
            found = function(*args, **options)
        finally:
            log.removeHandler(ear)
        if not said:
            known[key] = copy.deepcopy(found)
        return found

    return answer


@pytest.fixture(scope="session")
def drafted() -> dict[str, dict[bytes, Any]]:
    return {"drafts": {}, "pictures": {}, "documents": {}, "records": {}}


@pytest.fixture(autouse=True)
def the_same_place_is_drafted_and_drawn_once(
    monkeypatch: pytest.MonkeyPatch, drafted: dict[str, dict[bytes, Any]]
) -> None:
    """Nearly all the time of these tests went into drafting, drawing and laying out the same two places."""
    monkeypatch.setattr(open_folder, "draft_plan", remember(draft_plan, drafted["drafts"]))
    monkeypatch.setattr(write_plan, "draw_pictures", remember(draw_pictures, drafted["pictures"]))
    monkeypatch.setattr(store, "render_plan", remember(render_plan, drafted["documents"]))
    monkeypatch.setattr(toml_file, "dump_plan", remember(dump_plan, drafted["records"]))


@pytest.fixture
def make() -> Callable[..., gpd.GeoDataFrame]:
    return make_incidents


@pytest.fixture
def plan(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Plan:
    return draft_plan(spots.loc[1], incidents, spots=spots, study_area="Leeds", as_of="2018-08-31")


@pytest.fixture
def type_into() -> Callable[[Path, dict[str, str]], None]:
    """Type words into a document's fields as Word does: the hint goes, the words stay in the control."""

    def type_words(path: Path, words: dict[str, str]) -> None:
        document = docx.Document(str(path))
        left = dict(words)
        for control in document.element.body.iter(f"{W}sdt"):
            properties = control.find(f"{W}sdtPr")
            tag = properties.find(f"{W}tag").get(f"{W}val").split("#")[0]
            if tag not in left:
                continue
            hint = properties.find(f"{W}showingPlcHdr")
            if hint is not None:
                properties.remove(hint)
            texts = list(control.iter(f"{W}t"))
            texts[0].text = left.pop(tag)
            for rest in texts[1:]:
                rest.text = ""
        assert not left, f"no such field: {left}"
        document.save(str(path))

    return type_words

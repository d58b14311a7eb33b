"""Short forms, and what lies ahead, in documents and in the register."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from hotspots.common.packaged import list_packaged, packaged_toml
from hotspots.plans.draft import draft_plan
from hotspots.plans.record import FORMS, known_tag
from hotspots.plans.toml_file import read_plan
from maps import update_plans
from maps.documents.blocks import Heading
from maps.plans.content import fields_in, lay_out_plan
from maps.plans.register import make_register


@pytest.mark.parametrize("form", FORMS)
def test_a_form_has_its_own_order_and_loses_no_word(
    form: str, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    plan = draft_plan(spots.loc[1], incidents, spots=spots, as_of="2018-08-31", form=form)
    plan.set_field("scanning.problem", "Fights at closing time")
    plan.set_field("cheers.similarity", "Said nowhere in the form")
    document = lay_out_plan(plan)
    heads = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    outline = packaged_toml("plans", "forms", form)
    assert heads == [*(section["heading"] for section in outline["section"]), "Also written in this plan"]
    held = {field.tag: field.value for block in document.blocks for field in fields_in(block)}
    assert held["scanning.problem"] == "Fights at closing time"
    assert held["cheers.similarity"] == "Said nowhere in the form"
    assert all(known_tag(tag) for section in outline["section"] for tag in section.get("fields", {}))


def test_every_outline_is_offered() -> None:
    assert {*FORMS, "person"} == set(list_packaged("plans", "forms", ending=".toml"))


def test_events_and_orders_stand_in_the_plans_they_touch(
    tmp_path: Path,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ahead = [
        {"name": "Student run", "start": "2 September", "place": "ward:Hunslet & Riverside"},
        {"name": "PSPO", "ends": "2018-11-20", "place": "SE3000033000"},
        {"name": "A fair", "start": "1 October", "place": "ward:Atlantis"},
    ]
    given = {"areas": {"ward": wards}, "as_of": "2018-08-31", "ahead": ahead, "marking": ""}
    update_plans(tmp_path, spots, incidents, asked=2, **given)
    first, second = (read_plan(path) for path in sorted(tmp_path.glob("*.toml")))
    assert [row["name"] for row in first.analysis["ahead"]] == ["PSPO"]
    assert [row["name"] for row in second.analysis["ahead"]] == ["Student run"]
    assert "A fair" in caplog.text
    register = make_register(tmp_path, as_of="2018-08-31")
    told = "The order “PSPO” ends on 20 November 2018, in 81 days: renew it now, or let it end."
    assert dict(zip(register.rows["ref"], register.rows["orders"], strict=True)) == {first.ref: told, second.ref: ""}
    assert any(told.rstrip(".") in line for line in register.settle)
    update_plans(tmp_path, spots, incidents, asked=0, **given | {"ahead": []})
    assert "PSPO" not in sorted(tmp_path.glob("*.html"))[0].read_text(encoding="utf-8")

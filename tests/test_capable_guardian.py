"""The Leeds example, run as a planner would: a week that can be handed out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "leeds" / "capable_guardian.py"


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """Folder that the example wrote."""
    if not EXAMPLE.is_file():
        pytest.skip(f"the examples are not at hand (looked for {EXAMPLE})")
    spec = importlib.util.spec_from_file_location("capable_guardian", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    folder = tmp_path_factory.mktemp("week")
    example.main(folder)
    return folder


def test_the_week_can_be_handed_out(week):
    table = pd.read_csv(week / "timetable.csv", parse_dates=["date", "arrive", "leave"])
    assert table.groupby(["date", "vehicle"]).ngroups == 14
    visits = table[table["activity"] == "visit"]
    assert table.groupby(["date", "vehicle"])["activity"].apply(lambda a: (a == "break").sum()).eq(1).all()
    assert visits["walk"].str.len().gt(0).all()
    assert visits.groupby(["ref", "part"])["name"].first().is_unique
    ordered = visits.sort_values("arrive")
    before = ordered.groupby(["date", "ref", "part"])["leave"].shift()
    assert (ordered["arrive"] - before).max() <= pd.Timedelta(minutes=120)
    assert table["arrive"].dt.hour.ge(14).all()
    assert (table["leave"] <= table["date"] + pd.Timedelta(hours=22)).all()


def test_what_is_left_out_is_said_and_the_demands_are_met(week):
    choice = pd.read_csv(week / "patrols.csv")
    chosen = choice[choice["chosen"]]
    assert choice["why"].str.len().gt(0).all()
    assert chosen["ward_name"].eq("Armley").any()
    cameras = pd.read_csv(week / "cameras.csv")
    assert len(cameras) == 10
    assert cameras["cumulative_share_of_harm"].is_monotonic_increasing


def test_cards_calendar_and_map_are_there(week):
    assert "OFFICIAL-SENSITIVE" in (week / "patrol-cards.html").read_text(encoding="utf-8")
    assert (week / "patrols.ics").read_bytes().count(b"BEGIN:VEVENT") == 14
    assert "Patrol 1, Mon 23 Nov" in (week / "patrols.html").read_text(encoding="utf-8")

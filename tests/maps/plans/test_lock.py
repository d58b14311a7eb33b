"""One writer at a time in a folder of plans."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import filelock
import geopandas as gpd
import pytest

from hotspots.checks import InputError
from hotspots.plans.record import Plan
from maps.plans import lock as plan_lock
from maps.plans.lock import only_writer
from maps.plans.open_folder import update_plans
from maps.plans.store import open_plan, save_plan

HOLD = """
import sys, time
from pathlib import Path
from maps.plans.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    """Start another program that writes in a folder."""
    words = [sys.executable, "-c", HOLD, str(folder)]
    other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_a_second_writer_waits_and_then_says_so_and_a_killed_one_is_no_obstacle(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_lock, "WAIT", 0.3)
    with hold(tmp_path) as other:
        with pytest.raises(InputError, match="Another run is writing the plans of this folder"):
            save_plan(plan, tmp_path / "plan.toml", profile="open")
        assert [path.name for path in tmp_path.iterdir()] == [".plans.lock"]
        other.kill()
        other.communicate()
    assert (tmp_path / ".plans.lock").exists()
    save_plan(plan, tmp_path / "plan.toml", profile="open")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.docx", "plan.html", "plan.toml"]
    assert open_plan(tmp_path / "plan.toml").ref == plan.ref


def test_one_function_that_writes_may_lean_on_another(tmp_path: Path) -> None:
    with only_writer(tmp_path / "new"), only_writer(tmp_path / "new"):
        assert [path.name for path in (tmp_path / "new").iterdir()] == [".plans.lock"]
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_that_may_not_be_written_is_said_and_its_plans_are_given_as_they_are(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = update_plans(tmp_path, spots, incidents, as_of="2018-08-31", asked=1, profile="open")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def deny(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "acquire", deny)
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        again = update_plans(tmp_path, spots, incidents, as_of="2018-09-30", asked=2, profile="open")
    assert again == first
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert "The folder of plans cannot be written, so its plans stay as they are" in caplog.text

"""What is purged of a closed plan, what is kept, and that nothing goes by itself."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from hotspots.plans.toml_file import read_plan
from maps import close_record, reopen_record, update_plans
from maps.cli import main
from maps.plans.register import make_register


def test_a_closed_plan_is_purged_only_when_it_is_told_to(
    tmp_path: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, given = tmp_path / "plans", {"marking": "", "profile": "open"}
    update_plans(folder, spots, incidents, asked=1, as_of="2018-08-31", **given)
    (record,) = folder.glob("*.toml")
    words = {
        "verdict": "Stop",
        "lessons": "Lighting helped. John Smith moved away. Ask the school first.",
        "reason": "Quiet",
    }
    closed = close_record(record, as_of="2018-09-30", signed_off="Inspector", reviewed_by="Superintendent", **words)
    assert read_plan(closed).stages[-1]["keep_until"] == "2021-09-30"
    assert "30 September 2021" in closed.with_suffix(".html").read_text(encoding="utf-8")
    edited = folder / f"{closed.stem} edited 2018-08-31.docx"
    edited.write_bytes(closed.with_suffix(".docx").read_bytes())
    before = sorted(path for path in folder.rglob("*") if path.is_file())

    assert main(["plans", str(folder), "--purge", "--really", "--as-of", "2021-09-30"]) == 0
    assert "No closed plan is past" in capsys.readouterr().out
    assert main(["plans", str(folder), "--purge", "--as-of", "2021-10-01"]) == 0
    assert "purged only with --really" in capsys.readouterr().out
    update_plans(folder, spots, incidents, asked=0, as_of="2021-10-01", **given)
    assert set(before) <= set(folder.rglob("*"))
    register = make_register(folder, as_of="2021-10-01")
    assert any("--purge" in line for line in register.settle)

    assert main(["plans", str(folder), "--purge", "--really", "--as-of", "2021-10-01"]) == 0
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [closed.name]
    kept = read_plan(closed)
    assert kept.people["assessment"] == {
        "community": "", "verdict": "Stop", "lessons": "Lighting helped. Ask the school first.",
    }  # fmt: skip
    assert "Inspector" not in closed.read_text(encoding="utf-8")
    assert [row["stage"] for row in kept.stages] == ["scanning", "closed"]
    after = make_register(folder, as_of="2021-10-02")
    assert (list(after.rows["verdict"]), after.settle) == (["Stop"], [])
    update_plans(folder, spots, incidents, asked=0, as_of="2021-10-02", **given)
    assert "drafted" in read_plan(reopen_record(closed, folder, as_of="2021-11-01")).source

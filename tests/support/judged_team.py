"""A folder with one open plan, and records of two years later."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"


_MADE: dict[str, Path] = {}


def make_team(folder: Path, output: str = "") -> Path:
    """A folder with one open plan, drafted from July 2016 alone: run once for each output, then copied."""
    if output in _MADE:
        return Path(shutil.copytree(_MADE[output], folder, dirs_exist_ok=True))
    _MADE[output] = Path(tempfile.mkdtemp()) / "team"
    _MADE[output].mkdir()
    _run_team(_MADE[output], output)
    return make_team(folder, output)


def _run_team(folder: Path, output: str) -> None:
    with (
        zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as demo,
        zipfile.ZipFile(folder / "first.zip", "w") as first,
        zipfile.ZipFile(folder / "all.zip", "w") as whole,
    ):
        for name in demo.namelist():
            whole.writestr(name, demo.read(name))
            if name.startswith("2016-07"):
                first.writestr(name, demo.read(name))
    (folder / "team.toml").write_text(
        'as_of = 2016-07-31\nplans = "plans"\n[incidents]\nfiles = "first.zip"\n'
        f"[hotspots]\ncount = 12\nresamples = 0\n[output]\ndrafts = 1\n{output}",
        encoding="utf-8",
    )
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "results")]) == 0


def record_of(team: Path) -> Path:
    (record,) = (team / "plans").glob("*.toml")
    return record

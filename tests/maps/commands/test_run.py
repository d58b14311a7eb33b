"""The one-command job, end to end, on real incidents; and what it says when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from what_people_read import badly_written, outputs
from where import REPO

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
OUTPUTS = {
    *("map.html", "hotspots.gpkg", "tables.xlsx", "manifest.json"),
    *("hotspots.csv", "areas.csv", "patrols.csv", "cameras.csv", "rejects.csv"),
}


def small_config(folder: Path, **changes: str) -> Path:
    """A configuration over one small real month, with parts replaced."""
    parts = {
        "top": "seed = 1\nas_of = 2018-08-31",
        "files": '"july.csv"',
        "area": '[areas.ward]\nfile = "wards.geojson"\nname = "ward"',
        "hotspots": "[hotspots]\nradius = 150\ncount = 10",
        "output": "[output]\ndrafts = 1",
    } | changes
    path = folder / "team.toml"
    path.write_text(
        "\n".join(
            [
                parts["top"],
                "[incidents]",
                f"files = {parts['files']}",
                parts["area"],
                parts["hotspots"],
                parts["output"],
            ]
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def july(tmp_path_factory) -> str:
    """The first 1,500 rows of the demo's July 2018, as text."""
    import zipfile

    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        text = archive.read("2018-07/2018-07-leeds-street.csv").decode()
    return "".join(text.splitlines(keepends=True)[:1501])


@pytest.fixture
def folder(tmp_path: Path, july: str) -> Path:
    return team_folder(tmp_path, july)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, july: str) -> tuple[Path, Path]:
    """One whole run, for all that only look at it: its configuration, and its results."""
    home = tmp_path_factory.mktemp("whole")
    config, out = small_config(team_folder(home, july)), home / "out"
    assert main(["run", str(config), "--out", str(out)]) == 0
    return config, out


def team_folder(home: Path, july: str) -> Path:
    team = home / "a team's folder"
    team.mkdir()
    (team / "july.csv").write_text(july, encoding="utf-8")
    (team / "wards.geojson").write_bytes((DEMO / "leeds_best_fit_wards.geojson").read_bytes())
    return team


def fails(capsys, *arguments: str) -> str:
    """Run a command that must end with exit 2 and one paragraph, and give that paragraph."""
    assert main(list(arguments)) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    last = said.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return last


def test_the_demo_gives_everything_and_its_ledger_adds_up(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "out")]) == 0
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} >= OUTPUTS
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    # the committed cut holds 9,243 + 9,671 + 10,726 rows
    assert manifest["rows"]["rows_in"] == 29_640
    assert manifest["rows"]["accepted"] + manifest["rows"]["rejected"] == 29_640
    spots = pd.read_csv(out / "hotspots.csv")
    areas = pd.read_csv(out / "areas.csv")
    ward = manifest["reconciliation"]["best_fit_ward"]
    assert areas["incidents"].sum() == ward["accepted"] - ward["outside"]
    assert spots["harm"].is_monotonic_decreasing
    assert (spots["harm_low"] <= spots["harm_high"]).all()
    assert len(list((out / "plans").glob("*.docx"))) == 5
    said = capsys.readouterr()
    assert "29,640 rows read = 29,640 used + 0 not used" in said.out
    told = {"the console": said.out + said.err, **dict(outputs(out))}
    assert {name: found for name, text in told.items() if (found := list(badly_written(text, name)))} == {}


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_running_again_into_its_own_result_replaces_it_by_the_same_bytes(whole):
    config, out = whole
    before = bytes_of(out)
    assert main(["run", str(config), "--out", str(out)]) == 0
    assert not (out / "kept").exists()
    assert bytes_of(out) == before


def test_no_path_of_this_machine_leaves(whole):
    config, out = whole
    for path in out.rglob("*"):
        if path.suffix in {".json", ".csv", ".html"}:
            assert str(config.parent.parent) not in path.read_text(encoding="utf-8"), path.name


def test_a_typo_is_named_with_its_line(folder, tmp_path, capsys):
    config = small_config(folder, hotspots="[hotspots]\nraduis = 150")
    said = fails(capsys, "run", str(config), "--out", str(tmp_path / "out"))
    assert "unknown key 'raduis'" in said
    assert "try: 'radius'" in said
    assert not (tmp_path / "out").exists()


def swap_coordinates(text: str) -> str:
    head, *rows = text.splitlines()
    names = head.split(",")
    x, y = names.index("Longitude"), names.index("Latitude")
    swapped = []
    for row in rows:
        cells = row.split(",")
        cells[x], cells[y] = cells[y], cells[x]
        swapped.append(",".join(cells))
    return "\n".join([head, *swapped]) + "\n"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (
            lambda f: (f / "july.csv").write_text(swap_coordinates((f / "july.csv").read_text()), encoding="utf-8"),
            "latitude and longitude swapped",
        ),
        (lambda f: (f / "july.csv").write_bytes(b""), "july.csv"),
        (lambda f: (f / "july.csv").unlink(), "july.csv"),
        (lambda f: (f / "july.csv").write_text("a,b\n1,2\n", encoding="utf-8"), "lacks the columns"),
        (
            lambda f: (f / "july.csv").write_text(
                (f / "july.csv").read_text().splitlines()[0] + "\n", encoding="utf-8"
            ),
            "No row",
        ),
        (lambda f: (f / "wards.geojson").unlink(), "wards.geojson"),
        (lambda f: (f / "team.toml").unlink(), "not there"),
    ],
    ids=["swapped", "empty", "missing", "other columns", "header only", "no wards", "no config"],
)
def test_each_broken_input_ends_with_one_paragraph_and_nothing_written(folder, tmp_path, capsys, break_it, said):
    config = small_config(folder)
    break_it(folder)
    assert said in fails(capsys, "run", str(config), "--out", str(tmp_path / "out"))
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_wards_without_a_reference_system_are_refused(folder, tmp_path, capsys):
    wards = gpd.read_file(folder / "wards.geojson").to_crs(27700)
    with pytest.warns(UserWarning, match="crs"):
        wards.set_crs(None, allow_override=True).to_file(folder / "wards.gpkg")
    config = small_config(folder, area='[areas.ward]\nfile = "wards.gpkg"\nname = "ward"')
    assert "coordinate reference system" in fails(capsys, "run", str(config), "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a file-size limit is a POSIX way to fill a disk")
@pytest.mark.parametrize("limit", [200, 60_000, 300_000])
def test_a_full_disk_leaves_nothing_half_written(folder, tmp_path, limit):
    code = (
        "import resource, sys; from maps.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "run", str(small_config(folder)), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("Error: ")
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_a_source_that_changes_during_the_run_is_noticed(folder, tmp_path, capsys, monkeypatch):
    import maps.commands.run

    real = maps.commands.run.do_job

    def change_then_do(config, steps, **options):
        job = real(config, steps, **options)
        with (folder / "july.csv").open("a", encoding="utf-8") as stream:
            stream.write("\n")
        return job

    monkeypatch.setattr(maps.commands.run, "do_job", change_then_do)
    said = fails(capsys, "run", str(small_config(folder)), "--out", str(tmp_path / "out"))
    assert "changed while they were being read" in said
    assert not (tmp_path / "out").exists()


def test_check_says_what_would_not_be_used_and_writes_nothing(folder, capsys):
    path = folder / "july.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    cells = rows[1].split(",")
    cells[rows[0].split(",").index("Month")] = "soon"
    path.write_text("\n".join([rows[0], ",".join(cells), *rows[2:101]]) + "\n", encoding="utf-8")
    before = sorted(folder.iterdir())
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "100 rows, 99 usable" in said
    assert "1 unreadable date (for example line 2: soon)" in said
    assert sorted(folder.iterdir()) == before


def test_check_says_what_is_wrong_with_a_file_as_a_whole(folder, capsys):
    path = folder / "july.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(swap_coordinates("".join(text.splitlines(keepends=True)[:101])), encoding="utf-8")
    assert main(["check", str(path)]) == 2  # nothing is usable: a script stops
    told = capsys.readouterr()
    assert "100 rows, 0 usable" in told.out
    assert told.err.count("cannot be used: ") == 1
    assert "100 latitude and longitude swapped (for example line 2: " in told.out
    assert "Wrong as a whole: " in told.err
    assert "swapped" in told.err


def test_the_readme_configuration_is_valid_toml_with_known_keys():
    from maps.config.settings import Area, Incidents

    readme = REPO / "README.md"
    block = readme.read_text(encoding="utf-8").split("```toml")[1].split("```")[0]
    raw = tomllib.loads(block)
    assert set(raw["incidents"]) <= set(Incidents.names())
    assert set(raw["areas"]["ward"]) <= set(Area.names())


def test_the_readme_notebook_runs(tmp_path):
    readme = REPO / "README.md"
    block = readme.read_text(encoding="utf-8").split("```python")[1].split("```")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "ward_name" in done.stdout


def test_west_yorkshire_runs_whole_and_every_row_is_accounted_for(shared_data, tmp_path):
    config = tmp_path / "wy.toml"
    config.write_text(
        "as_of = 2018-08-31\n[incidents]\n"
        f"files = '{shared_data / 'police_uk' / 'west_yorkshire_2016_2018_july.zip'}'\n"
        f"[areas.ward]\nfile = '{shared_data / 'areas' / 'leeds_wards.geojson'}'\nname = 'WARD_NAME'\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    assert main(["run", str(config), "--out", str(out)]) == 0
    rejects = pd.read_csv(out / "rejects.csv")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["rows_in"] == 87_348
    assert manifest["rows"]["accepted"] + len(rejects) == 87_348
    assert rejects["cause"].eq("no coordinates").sum() == 3_771
    assert rejects[["when", "category", "source"]].notna().all(axis=None)
    ward = manifest["reconciliation"]["ward"]
    assert ward["accepted"] == ward["inside"] + ward["tie"] + ward["nearest"] + ward["outside"]
    areas = pd.read_csv(out / "areas.csv")
    assert len(areas) == 33
    assert areas["incidents"].sum() == ward["accepted"] - ward["outside"]

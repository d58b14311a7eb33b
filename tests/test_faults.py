"""A handful of each fault on every run of the suite; `benchmarks/faults.py` has the full set."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from fault_help import make_team, snapshot, write_config
from fault_rows import check_rows, check_torn, make_rows, tear, write_rows

import maps.run
from maps.cli import main


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Run a command that must end with exit 2, and give its paragraph."""
    assert main([str(word) for word in words]) == 2
    return capsys.readouterr().err.strip().splitlines()[-1]


def write_all_kinds(team: Path) -> Path:
    """A configuration that names a file of every kind."""
    wards = gpd.read_file(team / "wards.geojson")
    for name in ("study", "agreed"):
        wards.to_file(team / f"{name}.geojson")
    here = gpd.GeoDataFrame({"kind": ["pub"]}, geometry=[shapely.Point(-1.55, 53.8)], crs=4326)
    for name in ("pubs", "nearby"):
        here.to_file(team / f"{name}.geojson")
    (team / "groups.csv").write_text(
        "ward,group\n" + "".join(f'"{n}",All\n' for n in wards["ward"]), encoding="utf-8"
    )
    (team / "own.toml").write_text('base = "police.uk"\nname = "own"\n', encoding="utf-8")
    main(["run", str(write_config(team)), "--out", str(team.parent / "before")])
    return write_config(
        team,
        incidents='files = "july.csv"\nlayout = "own.toml"\nstudy_area = "study.geojson"',
        hotspots='[hotspots]\ncount = 3\nprevious = "../before"\nagreed = "agreed.geojson"\n'
        'agreed_name = "ward"',
        rest='[premises.pubs]\nfile = "pubs.geojson"\ndistance = 50\n'
        '[nearby]\nfile = "nearby.geojson"\n[output]\ndrafts = 0',
    )


CHANGING = {
    "july.csv": "july.csv",
    "wards.geojson": "wards.geojson",
    "team.toml": "team.toml",
    "own.toml": "own.toml",
    "study.geojson": "study.geojson",
    "agreed.geojson": "agreed.geojson",
    "pubs.geojson": "pubs.geojson",
    "nearby.geojson": "nearby.geojson",
    "../before/hotspots.gpkg": "hotspots.gpkg",
}


def test_every_kind_of_source_that_changes_during_a_run_is_named(tmp_path, capsys, monkeypatch):
    team = make_team(tmp_path / "team", rows=300)
    config = write_all_kinds(team)
    real = maps.run.write_job

    def change_all(*given: object, **more: object) -> None:
        real(*given, **more)  # type: ignore[arg-type]
        for name in CHANGING:
            with (team / name).open("ab") as stream:
                stream.write(b"\n")

    monkeypatch.setattr(maps.run, "write_job", change_all)
    said = refused(capsys, "run", config, "--out", tmp_path / "out")
    assert "changed while they were being read" in said
    for shown in CHANGING.values():
        assert shown in said
    assert not (tmp_path / "out").exists()


def test_a_source_that_goes_during_a_run_is_named(tmp_path, capsys, monkeypatch):
    team = make_team(tmp_path / "team", rows=300)
    monkeypatch.setattr(maps.run, "write_job", lambda *_: (team / "wards.geojson").unlink())
    said = refused(capsys, "run", team / "team.toml", "--out", tmp_path / "out")
    assert "wards.geojson" in said
    assert "july.csv" not in said


@pytest.mark.parametrize(
    ("out", "parts", "said"),
    [
        ("team/out", {"top": 'as_of = 2018-08-31\nplans = "out/plans"'}, "the open plans would go with it"),
        ("team/data/out", {"incidents": 'files = "data"'}, "read its results as incidents"),
        ("team", {}, "team.toml would go with it"),
        ("team/data", {"incidents": 'files = "data/july.csv"'}, "july.csv would go with it"),
    ],
    ids=[
        "plans in the results",
        "results in the incidents",
        "beside the configuration",
        "beside the data",
    ],
)
def test_results_never_go_where_they_would_take_a_runs_own_files(tmp_path, capsys, out, parts, said):
    team = make_team(tmp_path / "team", rows=10)
    (team / "data").mkdir()
    (team / "data" / "july.csv").write_bytes((team / "july.csv").read_bytes())
    before = snapshot(team)
    write_config(team, **parts)
    before = snapshot(team)
    assert said in refused(capsys, "run", team / "team.toml", "--out", tmp_path / out)
    assert snapshot(team) == before


@pytest.mark.parametrize("metres", [False, True])
def test_three_hundred_bad_rows_are_used_or_listed_with_file_line_and_cause(tmp_path, metres):
    placed = write_rows(tmp_path / "rows", make_rows(300, seed=11, metres=metres), per_file=100)
    assert check_rows(tmp_path / "rows", placed, metres=metres) == []


def test_damaged_files_keep_every_row_that_the_damage_left_whole(tmp_path):
    write_rows(tmp_path / "rows", make_rows(300, seed=12), per_file=60)
    assert tear(tmp_path / "rows", seed=13, wounds=6) == 5
    assert check_torn(tmp_path / "rows") == []

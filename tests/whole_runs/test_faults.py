"""A handful of each fault on every run of the suite; `benchmarks/faults.py` has the full set."""

from __future__ import annotations

import errno
import json
import shutil
import sys
import warnings
from pathlib import Path

import pytest
from fault_damage import make_good
from fault_files import make_cases, try_case, warned
from fault_help import environment, make_team, not_plain, prepare_killing, run, snapshot, write_config
from fault_rows import check_rows, check_torn, make_rows, tear, write_rows
from fault_shapes import OTHERS

import maps.commands.run
from hotspots.checks import InputError
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import write_record
from maps.cli import main
from maps.job.job import Job
from maps.plans.write_plan import write_file
from maps.results.manifest import count_rows


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Run a command that must end with exit 2, and give its paragraph."""
    assert main([str(word) for word in words]) == 2
    return capsys.readouterr().err.strip().splitlines()[-1]


CHANGING = (
    *("july.csv", "wards.geojson", "team.toml", "own.toml", "study.geojson", "agreed.geojson"),
    *("pubs.geojson", "nearby.geojson", "scheme.csv", "categories.csv", "before/hotspots.gpkg"),
)


@pytest.mark.parametrize("name", CHANGING)
def test_every_kind_of_source_that_changes_during_a_run_is_named(tmp_path, capsys, monkeypatch, name):
    team = make_team(tmp_path / "team", rows=5)
    (team / "before").mkdir()
    for other in set(CHANGING) - {"july.csv", "wards.geojson", "team.toml"}:
        (team / other).write_bytes(b"as it was")
    config = write_config(
        team,
        incidents='files = "july.csv"\nlayout = "own.toml"\nstudy_area = "study.geojson"',
        hotspots='[hotspots]\nprevious = "before"\nagreed = "agreed.geojson"',
        rest='[premises.pubs]\nfile = "pubs.geojson"\ndistance = 50\n[nearby]\nfile = "nearby.geojson"\n'
        '[harm]\nscheme = "scheme.csv"\n[crosswalks]\n"police.uk" = "categories.csv"',
    )
    # what the job makes of its files does not matter here: only that each is watched from start to end
    monkeypatch.setattr(maps.commands.run, "do_job", lambda *_, **__: None)
    monkeypatch.setattr(maps.commands.run, "write_job", lambda *_, **__: (team / name).write_bytes(b"changed"))
    said = refused(capsys, "run", config, "--out", tmp_path / "out")
    assert f"changed while they were being read. Given: {name}. Try" in said
    assert [p.name for p in tmp_path.iterdir()] == ["team"]


def test_a_source_that_goes_during_a_run_is_named(tmp_path, capsys, monkeypatch):
    team = make_team(tmp_path / "team", rows=300)
    monkeypatch.setattr(maps.commands.run, "do_job", lambda *_, **__: None)
    monkeypatch.setattr(maps.commands.run, "write_job", lambda *_, **__: (team / "wards.geojson").unlink())
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
    ids=["plans in the results", "results in the incidents", "beside the configuration", "beside the data"],
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


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole files of every format, to be broken."""
    folder = tmp_path_factory.mktemp("files") / "good"
    make_good(folder)
    return folder


@pytest.mark.parametrize("slot", OTHERS)
def test_whatever_file_a_configuration_names_is_refused_in_plain_words(good, tmp_path, capsys, slot):
    team = Path(shutil.copytree(good, tmp_path / "team"))
    source, parts = OTHERS[slot]
    (team / f"other{Path(source).suffix}").write_bytes(b"\xff\x8f\x81 no text")
    code, said = (
        main(["run", str(write_config(team, **parts)), "--out", str(tmp_path / "out")]),
        capsys.readouterr().err,
    )
    if slot in ("premises", "nearby"):  # no number hangs on them: the month is done without
        assert code == 0
        assert said.count("is left out, and the rest is done: The file of") == 1
        return
    assert not_plain(code, said) == ""
    assert [p.name for p in tmp_path.iterdir()] == ["team"]


def test_what_a_library_says_of_a_file_is_a_note_in_one_line(good, tmp_path, capsys):
    team = Path(shutil.copytree(good, tmp_path / "team"))
    wards = json.loads((team / "wards.geojson").read_text(encoding="utf-8"))
    wards["features"][0]["geometry"] = {"type": "Polygon", "coordinates": []}
    (team / "wards.geojson").write_text(json.dumps(wards), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(["run", str(team / "team.toml"), "--out", str(tmp_path / "out")]) == 2
    assert "Warning" not in capsys.readouterr().err
    assert warned("x.py:1: RuntimeWarning: lost")


def test_a_disk_that_fills_while_a_plan_is_written_is_said_and_leaves_no_part_of_it(tmp_path, monkeypatch):
    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(data[:3])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="The disk is full"):
        write_file(tmp_path / "plan.docx", b"whole")
    with pytest.raises(InputError, match="No space left on device"):
        write_record(Plan(ref="SE30213345", title="Boar Lane"), tmp_path / "plan.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX way to end a program")
@pytest.mark.parametrize("over_a_result", [False, True], ids=["over nothing", "over a result"])
def test_a_killed_run_leaves_the_old_result_or_the_new_and_the_next_run_completes(tmp_path, over_a_result):
    killing = prepare_killing(tmp_path, over_a_result=over_a_result)
    step = "rename .out.new" if not over_a_result else "remove map.html"
    assert killing.kill_before(killing.steps.index(step) + 1) == ""
    if over_a_result:
        assert killing.kill_after(0.6 * killing.seconds) == ""
    assert sum(killing.states.values()) == 1 + over_a_result


@pytest.fixture(scope="module")
def bad_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


# of forty cases those that end before anything is drawn: the full set is in benchmarks/faults.py
@pytest.mark.parametrize("case", make_cases(40, seed=5), ids=lambda case: f"{case.name} {case.seed % 100}")
def test_bad_files_end_in_a_ledger_that_adds_up_or_in_one_paragraph(good, bad_base, monkeypatch, case):
    if sys.platform == "win32" and case.name in ("odd path", "broken configuration"):
        pytest.skip("links need rights on Windows")
    monkeypatch.setattr(maps.commands.run, "write_job", _stop_here)
    assert try_case(case, good, bad_base) == ""


def _stop_here(job: Job, *_: object, **__: object) -> None:
    """Drawing takes longest and is no reader of files: a run that came so far only checks its ledger."""
    rows = count_rows(len(job.incidents), job.rejects)
    assert rows["rows_in"] == sum(job.rejects.attrs["rows_by_file"].values())
    raise InputError("The files can be read", given=f"{rows['rows_in']} rows", advice="nothing")


@pytest.mark.skipif(sys.platform == "win32", reason="a time zone by its variable is a POSIX way")
def test_the_same_bytes_in_other_surroundings(tmp_path):
    odd = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    odd |= {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "2"}
    results = []
    for name, more in {"here": {"TZ": "Europe/London", "PYTHONHASHSEED": "0"}, "there": odd}.items():
        team = make_team(tmp_path / name / "team", rows=300)
        write_config(team, title="Dŵr Street – £5")
        env = environment(tmp_path / "home", **more)
        done = run("run", team / "team.toml", "--out", tmp_path / name / "out", env=env, cwd=team)
        assert done.returncode == 0, done.stderr
        results.append(snapshot(tmp_path / name / "out"))
    assert results[0] == results[1]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("target", ["round", "not there"])
def test_a_link_to_nowhere_is_no_folder_for_results(tmp_path, capsys, target):
    team = make_team(tmp_path / "team", rows=5)
    (tmp_path / "round").symlink_to(target)
    assert "a link to nowhere" in refused(capsys, "run", team / "team.toml", "--out", tmp_path / "round")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["round", "team"]


def test_a_table_of_places_nearby_without_its_file_is_named(tmp_path, capsys):
    team = make_team(tmp_path / "team", rows=5)
    config = write_config(team, rest='[nearby]\nkind = "type"')
    assert "[nearby] needs 'file'" in refused(capsys, "run", config, "--out", tmp_path / "out")

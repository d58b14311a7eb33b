"""All or nothing, under every fault we can inject: killed half-way, disk full, file open, two runs."""

from __future__ import annotations

import errno
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest
from filelock import FileLock

import maps.common.exchange
import maps.common.swap_folder
from hotspots.checks import InputError
from maps.common.swap_folder import MANIFEST, finish_swap, replace_folder, sha256_of
from maps.results.manifest import write_manifest


def write_result(folder: Path, text: str = "one") -> None:
    (folder / "plans").mkdir()
    (folder / "map.html").write_text(text, encoding="utf-8")
    (folder / "plans" / "1.docx").write_text(text, encoding="utf-8")
    write_manifest(folder, {})


def read_result(folder: Path) -> str:
    assert (folder / MANIFEST).is_file()
    return (folder / "map.html").read_text(encoding="utf-8")


def make(out: Path, text: str = "one") -> None:
    with replace_folder(out) as folder:
        write_result(folder, text)


def test_a_result_appears_whole_and_leaves_nothing_beside_it(tmp_path):
    out = tmp_path / "deep" / "my results"
    make(out)
    assert read_result(out) == "one"
    assert [p.name for p in out.parent.iterdir()] == ["my results"]
    listed = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["outputs"]
    assert listed == {"map.html": sha256_of(out / "map.html"), "plans/1.docx": sha256_of(out / "plans/1.docx")}


def test_a_second_result_replaces_the_first(tmp_path):
    make(tmp_path / "out", "one")
    make(tmp_path / "out", "two")
    assert read_result(tmp_path / "out") == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("before", ["nothing", "a result"])
def test_a_failure_leaves_what_was_there(tmp_path, before):
    out = tmp_path / "out"
    if before == "a result":
        make(out, "old")

    def fail(folder: Path) -> None:
        write_result(folder, "half")
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"), replace_folder(out) as folder:
        fail(folder)
    if before == "a result":
        assert read_result(out) == "old"
    else:
        assert not out.exists()
    assert [p.name for p in tmp_path.iterdir()] == (["out"] if before == "a result" else [])


def test_somebody_elses_folder_is_refused(tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match=r"did not write.*chapter\.docx"):
        make(out)
    assert (out / "chapter.docx").read_text(encoding="utf-8") == "years of work"


def test_an_empty_folder_is_used_and_a_file_refused(tmp_path):
    (tmp_path / "out").mkdir()
    make(tmp_path / "out")
    assert read_result(tmp_path / "out") == "one"
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="must be a folder"):
        make(tmp_path / "file")


def test_what_people_added_or_changed_is_kept(tmp_path):
    out = tmp_path / "out"
    make(out, "one")
    (out / "notes.txt").write_text("ours", encoding="utf-8")
    (out / "plans" / "1.docx").write_text("the manager's words", encoding="utf-8")
    make(out, "two")
    make(out, "three")
    assert (out / "kept" / "notes.txt").read_text(encoding="utf-8") == "ours"
    assert (out / "kept" / "plans" / "1.docx").read_text(encoding="utf-8") == "the manager's words"
    assert (out / "plans" / "1.docx").read_text(encoding="utf-8") == "three"


@pytest.mark.parametrize("stage", ["old moved away, new not in", "new in, old not gone", "still writing"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_run_killed_at_any_step_is_completed_or_undone(tmp_path, stage, whole):
    out, new, old = tmp_path / "out", tmp_path / ".out.new", tmp_path / ".out.old"
    make(out, "old")
    new.mkdir()
    write_result(new, "new")
    if not whole:
        (new / "map.html").write_text("cut sho", encoding="utf-8")
    if stage != "still writing":
        out.rename(old)
    if stage == "new in, old not gone":
        new.rename(out)
    finish_swap(out)
    expected = {
        "old moved away, new not in": "new" if whole else "old",
        "new in, old not gone": "new" if whole else "cut sho",
        "still writing": "old",
    }[stage]
    assert (out / "map.html").read_text(encoding="utf-8") == expected
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_swap_that_the_system_refuses_is_undone_and_explained(tmp_path, monkeypatch):
    out = tmp_path / "out"
    make(out, "old")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == ".out.new":
            raise PermissionError(errno.EACCES, "in use", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(maps.common.swap_folder, "exchange_folders", lambda *_: False)  # as on Windows
    with pytest.raises(InputError, match="does not allow"):
        make(out, "new")
    monkeypatch.undo()
    assert read_result(out) == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_workbook_left_open_is_named(tmp_path):
    out = tmp_path / "out"
    make(out)
    (out / "tables.xlsx").write_text("x", encoding="utf-8")
    (out / "~$tables.xlsx").write_text("me", encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.xlsx is open"):
        make(out, "two")
    assert read_result(out) == "one"


def test_a_file_the_system_locks_is_named(tmp_path, monkeypatch):
    out = tmp_path / "out"
    make(out)
    real = Path.open

    def locked(self: Path, mode: str = "r", *args: object, **more: object) -> object:
        if self.name == "map.html" and "+" in mode:
            raise PermissionError(errno.EACCES, "locked", str(self))
        return real(self, mode, *args, **more)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(InputError, match=r"map\.html is open"):
        make(out, "two")


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    make(tmp_path / "out", "old")
    monkeypatch.setattr(shutil, "copy2", full)
    (tmp_path / "out" / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="disk is full"):
        make(tmp_path / "out", "new")
    assert read_result(tmp_path / "out") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_run_takes_the_parent_folders_it_made_with_it(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(ValueError, match="failed"), replace_folder(tmp_path / "there" / "deep" / "er" / "out"):
        raise ValueError("failed")
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]
    make(tmp_path / "there" / "deep" / "er" / "out")
    assert read_result(tmp_path / "there" / "deep" / "er" / "out") == "one"


def test_two_runs_into_one_folder_the_second_is_told(tmp_path):
    with FileLock(tmp_path / ".out.lock"), pytest.raises(InputError, match="Another run"):
        make(tmp_path / "out")
    make(tmp_path / "out")
    assert read_result(tmp_path / "out") == "one"


@pytest.mark.parametrize("at_once", [True, False])
def test_folders_are_exchanged_at_once_where_the_system_can_and_in_two_steps_elsewhere(tmp_path, monkeypatch, at_once):
    if at_once and sys.platform != "linux":
        pytest.skip("only Linux is sure to exchange folders on its own disks")
    make(tmp_path / "out", "one")
    seen = []
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, to: (seen.append(self.name), rename(self, to))[1])
    if not at_once:
        monkeypatch.setattr(maps.common.swap_folder, "exchange_folders", lambda *_: False)
    make(tmp_path / "out", "two")
    assert seen == ([] if at_once else ["out", ".out.new"])
    assert read_result(tmp_path / "out") == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_is_put_aside_lies_beside_the_results_and_the_next_run_clears_what_a_killed_one_left(tmp_path):
    before = tempfile.gettempdir()
    out = tmp_path / "out"
    with replace_folder(out) as folder:
        aside = Path(tempfile.mkdtemp())
        (aside / "drafts.docx").write_text("a person's name", encoding="utf-8")
        assert aside.parent == tmp_path / ".out.aside"
        write_result(folder)
    assert tempfile.gettempdir() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    (tmp_path / ".out.aside").mkdir()
    (tmp_path / ".out.aside" / "drafts.docx").write_text("a person's name", encoding="utf-8")
    make(out, "two")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_result_without_its_manifest_is_never_swapped_in(tmp_path):
    make(tmp_path / "out", "old")
    with pytest.raises(RuntimeError, match="without its manifest"), replace_folder(tmp_path / "out") as folder:
        (folder / "map.html").write_text("half", encoding="utf-8")
    assert read_result(tmp_path / "out") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("text", ['{"tool": "another", "outputs": {}}', '["map.html"]', "{"])
def test_a_manifest_of_another_tool_is_not_ours(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="files that this tool did not write"):
        make(tmp_path)


def test_a_clock_from_before_1980_is_said_to_be_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(86_400))
    with pytest.raises(InputError, match=r"clock is wrong.*it says 1970-01-02"):
        make(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_no_folders_are_exchanged_where_the_system_cannot(tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "a.txt").write_text("a", encoding="utf-8")
    monkeypatch.setattr(maps.common.exchange.sys, "platform", "win32")
    assert not maps.common.exchange.exchange_folders(tmp_path / "one", tmp_path / "two")
    monkeypatch.setattr(maps.common.exchange.sys, "platform", "darwin")
    monkeypatch.setattr(maps.common.exchange.ctypes, "CDLL", lambda _: object())
    assert not maps.common.exchange.exchange_folders(tmp_path / "one", tmp_path / "two")
    assert [p.name for p in (tmp_path / "one").iterdir()] == ["a.txt"]


def test_a_mac_exchanges_folders_by_its_own_call(tmp_path, monkeypatch):
    class Mac:
        def renamex_np(self, one: bytes, other: bytes, how: int) -> int:
            asked.append((Path(one.decode()).name, Path(other.decode()).name, how))
            return 0

    asked: list[tuple[str, str, int]] = []
    monkeypatch.setattr(maps.common.exchange.sys, "platform", "darwin")
    monkeypatch.setattr(maps.common.exchange.ctypes, "CDLL", lambda _: Mac())
    assert maps.common.exchange.exchange_folders(tmp_path / "one", tmp_path / "two")
    assert asked == [("one", "two", 2)]  # RENAME_SWAP of macOS

"""What the command line says when a run is stopped, and where somebody watches it."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys

import pytest
from rich.console import Console
from xlsxwriter.exceptions import FileCreateError

import maps.cli
import maps.folder
import maps.progress
from hotspots.checks import InputError
from maps.cli import main
from maps.document import write_file
from maps.folder import clear_errors
from maps.progress import show_steps


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (OSError(errno.ENODEV, "No such device", "X:/out"), 2, "Error: The system refused. Given: X:/out"),
        (MemoryError(), 2, "Error: There is not enough memory for this. Try: fewer months at once"),
        (KeyboardInterrupt(), 130, "Stopped: nothing was written."),
        (InputError("No", advice="yes"), 2, "Error: No. Try: yes."),
    ],
)
def test_whatever_ends_a_command_is_one_sentence_and_a_code(monkeypatch, capsys, problem, code, said):
    def fail(_):
        raise problem

    monkeypatch.setattr(maps.cli, "_check", fail)
    assert main(["check", "a.csv"]) == code
    assert capsys.readouterr().err.startswith(said)


def test_the_module_is_a_command_too():
    ran = subprocess.run(
        [sys.executable, "-m", "maps.cli", "check", "no.csv"], capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert "no such file" in ran.stderr


def test_a_terminal_gets_a_bar_and_a_file_one_line_a_step(monkeypatch, capsys):
    with show_steps(2) as steps:
        steps.say("Reading")
        steps.say("Counting")
    assert capsys.readouterr().err == "Reading ...\nCounting ...\n"
    forced = lambda **options: Console(**options, force_terminal=True, width=80)  # noqa: E731
    monkeypatch.setattr(maps.progress, "Console", forced)
    with show_steps(2) as steps:
        steps.say("Reading")
        steps.say("Counting")
        steps.bar.refresh()
    shown = capsys.readouterr().err
    assert "Counting" in shown
    assert "1/2" in shown
    assert "Counting ..." not in shown


@pytest.mark.parametrize(
    ("problem", "free", "said"),
    [
        (FileCreateError("No space left"), 0, "disk is full"),
        (sqlite3.OperationalError("database or disk is full"), 10**12, "disk is full"),
        (sqlite3.DatabaseError("malformed"), 10**12, "could not be read or written. Given: malformed"),
    ],
)
def test_what_a_library_cannot_write_is_said_in_our_words(tmp_path, monkeypatch, problem, free, said):
    class Usage:
        def __init__(self, *_):
            self.free = free

    monkeypatch.setattr(maps.folder.shutil, "disk_usage", Usage)
    with pytest.raises(InputError, match=said), clear_errors(tmp_path / "not" / "yet"):
        raise problem


def test_a_document_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "plan.docx").mkdir()  # a folder stands where the file should
    with pytest.raises(InputError, match=r"plan\.docx cannot be written"):
        write_file(tmp_path / "plan.docx", b"words")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.docx"]

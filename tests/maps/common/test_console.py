"""What the command line says when a run is stopped, and where somebody watches it."""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console
from xlsxwriter.exceptions import FileCreateError

import maps.cli
import maps.commands.run
import maps.common.progress
import maps.common.swap_folder
from hotspots.checks import InputError
from maps.cli import main
from maps.common.console import safe_console
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors
from maps.plans.write_plan import write_file


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
    def fail(**_):
        raise problem

    monkeypatch.setattr(maps.commands.run, "check_inputs", fail)
    assert main(["check", "a.csv"]) == code
    assert capsys.readouterr().err.startswith(said)


def test_the_module_is_a_command_too():
    ran = subprocess.run([sys.executable, "-m", "maps.cli", "check", "no.csv"], capture_output=True, text=True)
    assert ran.returncode == 2
    assert "no such file" in ran.stderr


def test_a_terminal_gets_a_bar_and_a_file_one_line_a_step(monkeypatch, capsys):
    with show_steps(2) as steps:
        steps.say("Reading")
        steps.say("Counting")
    assert capsys.readouterr().err == "Reading ...\nCounting ...\n"
    forced = lambda **options: Console(**options, force_terminal=True, width=80)  # noqa: E731
    monkeypatch.setattr(maps.common.progress, "Console", forced)
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

    monkeypatch.setattr(maps.common.swap_folder.shutil, "disk_usage", Usage)
    with pytest.raises(InputError, match=said), clear_errors(tmp_path / "not" / "yet"):
        raise problem


def test_a_document_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "plan.docx").mkdir()  # a folder stands where the file should
    with pytest.raises(InputError, match=r"plan\.docx cannot be written"):
        write_file(tmp_path / "plan.docx", b"words")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.docx"]


@pytest.fixture
def stop_reading(monkeypatch) -> Iterator[Callable[..., None]]:
    """Let nobody read what is printed, as when `| head` has seen enough."""
    streams = []

    def stop(*names: str) -> None:
        for name in names:
            reader, writer = os.pipe()
            os.close(reader)
            streams.append(os.fdopen(writer, "w", encoding="utf-8"))
            monkeypatch.setattr(sys, name, streams[-1])

    yield stop
    for stream in streams:
        stream.close()  # as at the end of a program: what is still held must not be refused now


@pytest.mark.parametrize("unread", [("stdout",), ("stderr",), ("stdout", "stderr")])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 0),
        (["check", "some.csv"], 0),
        (["check", "no.csv"], 2),
        (["run", "no.toml", "--out", "out"], 2),
        (["pack", "no.toml", "--area", "ward:A", "--out", "out"], 2),
        (["assess", "no.toml", "--incidents", "some.csv", "--out", "out"], 2),
        (["init", "team"], 0),
    ],
)
def test_a_reader_that_stops_stops_nothing_and_hears_nothing(tmp_path, monkeypatch, stop_reading, unread, words, code):
    rows = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,Crime type\n"
    rows += "".join(f"{n:064x},2024-07,A,A,-1.55,53.80,On or near Street {n},Drugs\n" for n in range(1, 40))
    (tmp_path / "some.csv").write_text(rows, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    stop_reading(*unread)
    assert main(words) == code


def test_a_full_disk_behind_the_console_is_no_reader_that_stops(monkeypatch):
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OSError, match="No space"), safe_console():
        print("words")
    assert isinstance(sys.stdout, Full)


def test_a_progress_that_nobody_reads_goes_on(stop_reading):
    stop_reading("stderr")
    with safe_console(), show_steps(1) as steps:
        for _ in range(3):
            steps.say("Reading")

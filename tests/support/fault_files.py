"""Bad files by the hundred, in every place where a configuration names one; what must be said of each."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fault_damage import (
    AREAS,
    INCIDENTS,
    areas_of,
    damaged,
    incidents_of,
    mislabelled,
    odd_header,
    odd_json,
    odd_path,
    odd_zip,
    recoded,
    squeezed,
)
from fault_help import beside, ledger_wrong, not_plain, run, snapshot
from fault_shapes import broken_config, lost_part, odd_areas, odd_config, odd_numbers, other_file

from maps.cli import main

PATIENCE = 60  # seconds that one bad file may take


@dataclass(frozen=True)
class BadFile:
    """One case: its name, and what it does to a team's folder; the configuration to run comes back."""

    name: str
    make: Callable[[Path, random.Random], Path]
    seed: int


KINDS: list[tuple[int, str, Callable[[Path, random.Random], Path]]] = [
    (22, "damaged file of incidents", damaged(INCIDENTS, incidents_of)),
    (8, "file of incidents under a wrong ending", mislabelled(INCIDENTS, incidents_of)),
    (3, "other encoding", recoded),
    (4, "other packing", squeezed),
    (6, "odd zip", odd_zip),
    (5, "odd header", odd_header),
    (5, "odd JSON", odd_json),
    (5, "odd path", odd_path),
    (10, "damaged file of areas", damaged(AREAS, areas_of)),
    (2, "file of areas under a wrong ending", mislabelled([*AREAS, "july.csv", "july.xlsx"], areas_of)),
    (8, "odd areas", odd_areas),
    (6, "odd numbers in areas", odd_numbers),
    (2, "shapefile that lacks a part", lost_part),
    (14, "other file of the configuration", other_file),
    (12, "odd value in the configuration", odd_config),
    (4, "broken configuration", broken_config),
]


def make_cases(count: int, *, seed: int) -> list[BadFile]:
    """Bad files in fixed shares of every kind, by a seed."""
    dice = random.Random(seed)
    weights = [weight for weight, *_ in KINDS]
    first = [KINDS[n % len(KINDS)] for n in range(min(count, len(KINDS)))]
    kinds = first + dice.choices(KINDS, weights, k=count - len(first))
    return [BadFile(name, make, seed * 1_000_000 + n) for n, (_, name, make) in enumerate(kinds)]


def try_case(case: BadFile, good: Path, base: Path, *, apart: bool = False) -> str:
    """Run a configuration over one bad file and say what does not hold; nothing when all does.

    In this process, or ``apart`` in one of its own, where what libraries written in C say is seen as well.
    """
    team, out = base / "team", base / "results" / "out"
    for folder in (team, out.parent):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, team)
    out.parent.mkdir()
    config = case.make(team, random.Random(case.seed))
    before = snapshot(team)
    words = ("run", str(config), "--out", str(out))
    if apart:
        done = run(*words, timeout=5 * PATIENCE)
        code, said = done.returncode, done.stderr
    else:
        code, said = _run_here(*words)
    wrong = _judge(code, said, out)
    if not wrong and snapshot(team) != before:
        wrong = "the team's own files were changed"
    return f"{case.name} (seed {case.seed}): {wrong}" if wrong else ""


def _judge(code: int, said: str, out: Path) -> str:
    if beside(out):
        return f"left beside the results: {beside(out)}"
    if code == 0:
        return ledger_wrong(out) or warned(said)
    return not_plain(code, said) or ("a result was left" if out.exists() else "")


def warned(said: str) -> str:
    """What a library said past us: nobody can act on it."""
    lines = [line for line in said.splitlines() if "Warning:" in line]
    return f"a library's warning: {lines[0][:200]}" if lines else ""


def _run_here(*words: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.ExitStack() as around:
        around.enter_context(contextlib.redirect_stderr(said))
        around.enter_context(contextlib.redirect_stdout(io.StringIO()))
        raised = around.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        around.enter_context(_in_time())
        try:
            code = main(list(words))
        except SystemExit as error:
            code = int(error.code or 0)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return 1, f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}"
    told = "".join(f"Warning: {w.message} ({Path(w.filename).name}:{w.lineno})\n" for w in raised)
    return code, told + said.getvalue()


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """Stop a run that a bad file sends round in circles."""
    if sys.platform == "win32":
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done within {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

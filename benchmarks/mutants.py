"""Break the arithmetic on purpose, one small change at a time, and list the changes that no test notices.

    python benchmarks/mutants.py [--listed] [--children N] [MODULE ...]

mutmut (in the extra ``dev``) makes the changes and runs the tests that reach them; its settings, with the
modules and the tests, are in pyproject.toml. Each survivor is looked up in ``surviving_mutants.toml``, which
says why it does not matter; one that is not there is printed, and the command ends with 1. ``--listed``
leaves out the run and reads the last one; with modules ("hotspots.cells.gistar") only those are run and read.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
EXCUSED = Path(__file__).with_name("surviving_mutants.toml")
# a change that never ends, or brings Python down, is noticed
KILLED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")
NEVER_RUN = "not checked"
MEMORY = 8 * 2**30  # a change that asks for all there is must not take the computer down
Change = tuple[str, str, str]


def run_mutmut(*words: str, show: bool = False) -> str:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))  # for all that is started from here
    # real files are left out: slow, and the arithmetic must be held by small cases
    env = os.environ | {"SAFER_HOTSPOTS_DATA": str(TOP / "mutants" / "none")}
    pipe = None if show else subprocess.PIPE
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words], cwd=TOP, env=env, stdout=pipe, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"mutmut {words[0]} failed:\n{(done.stdout or '')[-3000:]}")
    return done.stdout or ""


def read_results(modules: list[str]) -> dict[str, str]:
    """Read what became of every mutant: its name, and killed, survived, timeout, no tests or not checked."""
    lines = [line.strip() for line in run_mutmut("results", "--all", "true").splitlines()]
    found = dict(line.split(": ", 1) for line in lines if "__mutmut_" in line)
    # pictures are looked at, not counted
    found = {name: fate for name, fate in found.items() if ".x_draw_" not in name}
    return {name: fate for name, fate in found.items() if not modules or module_of(name) in modules}


def module_of(name: str) -> str:
    return re.split(r"\.x(?=_|ǁ)", name)[0]


def read_change(name: str) -> Change:
    """Read one mutant: its module, the lines as they were and the lines as they became."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # the command takes a second for each

    text = get_diff_for_mutant(name).splitlines()
    was = [line[1:].strip() for line in text if line.startswith("-") and not line.startswith("---")]
    now = [line[1:].strip() for line in text if line.startswith("+") and not line.startswith("+++")]
    return module_of(name), " ".join(was), " ".join(now)


def excuse(change: Change, rules: dict[str, list[dict[str, Any]]]) -> str:
    """Say why a survivor does not matter, or nothing.

    A rule ``one`` names module and change; a rule ``kind`` any change of one match of ``part`` to ``into``.
    """
    _, was, now = change
    for rule in rules.get("one", []):
        if (rule["module"], rule["was"], rule["now"]) == change:
            return str(rule["why"])
    for rule in rules.get("kind", []):
        for match in re.finditer(rule["part"], was):
            if was[: match.start()] + match.expand(rule["into"]) + was[match.end() :] == now:
                return str(rule["why"])
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", help="only these, as hotspots.cells.gistar")
    parser.add_argument("--listed", action="store_true", help="read the last run, make none")
    parser.add_argument("--children", default="2", help="tests side by side")
    given = parser.parse_args()
    os.chdir(TOP)
    if not given.listed:
        run_mutmut("run", "--max-children", given.children, *(f"{m}.x*" for m in given.modules), show=True)
    sys.exit(bool(report(read_results(given.modules))))


def report(results: dict[str, str]) -> int:
    """Print a table by module, the excused by reason, and the rest one by one; return how many are left."""
    rules = tomllib.loads(EXCUSED.read_text(encoding="utf-8"))
    alive = [name for name, fate in results.items() if fate not in KILLED]
    changes = {name: read_change(name) for name in alive if results[name] != NEVER_RUN}
    reasons = {name: excuse(change, rules) for name, change in changes.items()}
    left = [name for name in alive if not reasons.get(name)]
    print(f"\n{'module':26} {'mutants':>8} {'killed':>8} {'excused':>8} {'left':>8}")
    for module in [*sorted({module_of(name) for name in results}), ""]:
        here = [name for name in results if module in ("", module_of(name))]
        excused = sum(bool(reasons.get(name)) for name in here)
        open_ = sum(name in left for name in here)
        killed = len(here) - excused - open_
        print(f"{module or 'in all':26} {len(here):8} {killed:8} {excused:8} {open_:8}")
    print("\nSurvivors that do not matter, and why:")
    for why, count in Counter(filter(None, reasons.values())).most_common():
        print(f"{count:6}  {why}")
    for name in left:
        _, was, now = changes.get(name, ("", "", ""))
        print(f"\n{name} ({results[name]})\n  - {was}\n  + {now}")
    print(f"\n{len(left)} mutants that no test noticed and nothing excuses")
    return len(left)


if __name__ == "__main__":
    main()

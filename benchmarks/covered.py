"""Run every test, and say whether at least 95% of lines and 95% of branches of the three packages ran.

    python benchmarks/covered.py [PYTEST OPTION ...]

Takes any option of pytest ("-n 2"). Prints both shares and the files with most left over, and ends with 1
where either share is under its goal or a test failed. ``--read FILE`` reads a report that is there instead.
What only runs in a process of its own is not counted: tests that fill its disk or kill it could not be run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
GOAL = 95.0
LISTED = 15
KINDS = {"lines": ("covered_lines", "num_statements"), "branches": ("covered_branches", "num_branches")}


def run_tests(options: list[str]) -> tuple[int, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        words = ["--cov", f"--cov-report=json:{report}", *options]
        code = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=TOP, check=False).returncode
        return code, json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {}


def show(report: dict[str, Any]) -> bool:
    """Print both shares and what is left over; say whether both reach the goal."""
    shares = {kind: 100 * report["totals"][a] / report["totals"][b] for kind, (a, b) in KINDS.items()}
    left = {name: file["summary"] for name, file in report["files"].items()}
    worst = sorted(left, key=lambda name: -left[name]["missing_branches"] - left[name]["missing_lines"])
    for name in worst[:LISTED]:
        file = left[name]
        print(f"{name:<36} {file['missing_lines']:4} lines {file['missing_branches']:4} branches not run")
    for kind, share in shares.items():
        print(f"{share:6.2f}% of {kind} (goal {GOAL:g}%)")
    return all(share >= GOAL for share in shares.values())


def main(words: list[str]) -> int:
    if words[:1] == ["--read"]:
        code, report = 0, json.loads(Path(words[1]).read_text(encoding="utf-8"))
    else:
        code, report = run_tests(words)
    return int(not (report and show(report)) or code != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

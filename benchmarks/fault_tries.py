"""What the tries of all faults share: results to start from, and what a refusal must be."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fault_help import beside, environment, make_team, not_plain, run, snapshot, write_config

SEED = 20180731
Tries = Iterator[tuple[str, str]]  # each try: what was done, and what did not hold ("" when all did)


class CannotMakeError(Exception):
    """This computer cannot make the fault."""


def some(count: int, scale: float) -> int:
    return max(round(count * scale), 1)


def old_and_new(base: Path) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """A team's folder, and the results of two configurations in it."""
    team = make_team(base / "team", rows=600)
    results = []
    for name in ("old", "new"):
        config = write_config(team, f"{name}.toml", title=f"The {name} result")
        out = base / f"{name} result"
        must(run("run", config, "--out", out, env=environment(base / "home")))
        results.append(snapshot(out) or {})
    return team, *results


def must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise RuntimeError(f"a run without any fault failed: {done.stderr[-2000:]}")


def refusal(done: Any, out: Path, old: dict[str, bytes] | None, said: str = "") -> str:
    """What does not hold of a run that must refuse: one paragraph, the old result kept, no remains."""
    if wrong := not_plain(done.returncode, done.stderr):
        return wrong
    if said not in done.stderr.strip().splitlines()[-1]:
        return f"does not say {said!r}: {done.stderr.strip().splitlines()[-1][:200]}"
    if snapshot(out) != old:
        return "the old result is not as it was"
    remains = beside(out) if out.parent.is_dir() else []
    return f"left beside the results: {remains}" if remains else ""

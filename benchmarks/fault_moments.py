"""Faults that strike during a run: killed, another run, a source that changes."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fault_help import (
    beside,
    environment,
    not_plain,
    pick,
    prepare_killing,
    restore,
    snapshot,
    start,
    steps_of_the_plans,
    steps_of_the_swap,
)
from fault_tries import SEED, Tries, old_and_new, refusal, some


def killed(base: Path, scale: float) -> Tries:
    """Kill -9 at random moments: over the whole run, and in the instants in which results go in."""
    dice = random.Random(SEED)
    over = prepare_killing(base / "over", over_a_result=True)
    for moment in sorted(dice.uniform(0, over.seconds) for _ in range(some(25, scale))):
        yield f"over a result, {moment:.2f} s", over.kill_after(moment)
    for moment in sorted(dice.expovariate(1 / 0.01) for _ in range(some(15, scale))):
        yield f"at the end, {moment * 1000:.1f} ms", over.kill_at_the_end(moment)
    fresh = prepare_killing(base / "fresh", over_a_result=False)
    for moment in sorted(dice.uniform(0, fresh.seconds) for _ in range(some(10, scale))):
        yield f"over nothing, {moment:.2f} s", fresh.kill_after(moment)
    say_states(over.states + fresh.states)


def killed_at_each_step(base: Path, scale: float) -> Tries:
    """Kill -9 just before changes to files: every one of the swap and of the plans, a share of the others."""
    states: Counter[str] = Counter()
    for kind in ("over a result", "over nothing", "over a result, in two renames"):
        killing = prepare_killing(base / kind, over_a_result="result" in kind, two_renames="renames" in kind)
        swap = steps_of_the_swap(killing.steps)
        before = [n for n in range(1, len(killing.steps) + 1) if n not in swap]
        chosen = pick(swap, some(20, scale), seed=SEED)
        if "renames" not in kind:
            plans = steps_of_the_plans(killing.steps)
            chosen += pick(before, some(15, scale), seed=SEED) + pick(plans, some(len(plans), scale), seed=SEED)
        for step in sorted(set(chosen)):
            yield f"{kind}, before {killing.steps[step - 1]}", killing.kill_before(step)
        states += killing.states
    say_states(states)


def say_states(states: Counter[str]) -> None:
    print(f"    found after the kills: {', '.join(f'{k} result {n}x' for k, n in sorted(states.items()))}")


def two_runs(base: Path, scale: float) -> Tries:
    """Start two runs into one folder, with little or much between them."""
    team, old, new = old_and_new(base)
    dice = random.Random(SEED)
    out = base / "results" / "out"
    for number in range(some(10, scale)):
        shutil.rmtree(out.parent, ignore_errors=True)
        out.parent.mkdir()
        if number % 2:
            restore(out, old)
        gap = dice.choice([0, 0, 0.05, 0.5, 1, 2, 4])
        runs = []
        for name in ("old", "new"):
            runs.append(start("run", team / f"{name}.toml", "--out", out, env=environment(base / "home")))
            time.sleep(gap if name == "old" else 0)
        ends = [(one.communicate()[1], one.returncode) for one in runs]
        refused = [said for said, code in ends if code]
        wrong = "; ".join(filter(None, (not_plain(2, said) for said in refused)))
        if len(refused) > 1 or any(code not in (0, 2) for _, code in ends):
            wrong = f"ended with {[code for _, code in ends]}: {ends[0][0][-200:]} {ends[1][0][-200:]}"
        if any("Another run is writing" not in said for said in refused):
            wrong = wrong or "the other did not say why it was refused"
        last = new if ends[1][1] == 0 else old
        if snapshot(out) != last:
            wrong = wrong or "the result is not the whole result of the run that won"
        yield f"{gap} s apart: {len(refused)} refused", wrong or ", ".join(beside(out))


def changing_sources(base: Path, scale: float) -> Tries:
    """Change, empty, replace or take away a source while a run reads or after it has."""
    team, old, _ = old_and_new(base)
    out = base / "results" / "out"
    whole = snapshot(team) or {}
    ways: dict[str, Callable[[Path], object]] = {
        "a line more": lambda p: p.open("ab").write(b"\n"),
        "one byte other": lambda p: p.write_bytes(p.read_bytes()[:-2] + b"0\n"),
        "cut": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
        "replaced": lambda p: (p.with_name("b").write_bytes(b"other"), p.with_name("b").replace(p)),
        "gone": lambda p: p.unlink(),
    }
    tries = [(file, way) for file in ("july.csv", "wards.geojson", "new.toml") for way in ways]
    for file, way in pick_tries(tries, some(len(tries), scale)):
        restore(team, whole)
        restore(out, old)
        run_ = start("run", team / "new.toml", "--out", out, env=environment(base / "home"))
        assert run_.stderr is not None
        said = ""
        for line in run_.stderr:
            said += line
            if line.startswith("Finding hotspots"):
                break
        ways[way](team / file)
        said += run_.communicate()[1]
        done = subprocess.CompletedProcess([], run_.returncode, "", said)
        yield f"{file}: {way}", refusal(done, out, old, "changed while they were being read. Given: " + file)


def pick_tries(tries: list[Any], count: int) -> list[Any]:
    return [tries[n] for n in pick(range(len(tries)), count, seed=SEED)]

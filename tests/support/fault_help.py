"""A small team folder, runs of the command in it under every kind of fault, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

DEMO = Path(str(files("maps"))) / "demo"
RUN = "import sys; from maps.cli import main; sys.exit(main(sys.argv[1:]))"
# as on systems that cannot exchange two folders at once
TWO_RENAMES = "import maps.common.swap_folder; maps.common.swap_folder.exchange_folders = lambda *_: False\n"
# kills itself just before its n-th change to a file or folder; counts them where n is 0
KILL_AT = """
import json, os, signal, sys
done, at = [], int(os.environ["FAULT_AT"])
def watch(event, args):
    if event == "open":
        path, _, flags = args
        if not isinstance(path, str) or not flags & (os.O_WRONLY | os.O_RDWR) or "/dev/" in path:
            return
        what = "write " + os.path.basename(path)
    elif event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir"):
        what = event[3:] + " " + os.path.basename(str(args[0]))
    else:
        return
    if ".pyc" in what or "__pycache__" in what:
        return
    done.append(what)
    if len(done) == at:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
from maps.cli import main
code = main(sys.argv[1:])
if at == 0:
    steps = list(done)
    open(os.environ["FAULT_STEPS"], "w").write(json.dumps(steps))
sys.exit(code)
"""


def make_team(folder: Path, *, rows: int = 1500) -> Path:
    """Lay out a team's folder: the first rows of a real month, and the wards."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        text = archive.read("2018-07/2018-07-leeds-street.csv").decode()
    (folder / "july.csv").write_text("".join(text.splitlines(keepends=True)[: rows + 1]), encoding="utf-8")
    shutil.copyfile(DEMO / "leeds_best_fit_wards.geojson", folder / "wards.geojson")
    write_config(folder)
    return folder


def write_config(folder: Path, name: str = "team.toml", *, title: str = "A month", **parts: str) -> Path:
    """Write a configuration, with parts of it replaced."""
    given = {
        "top": "seed = 1\nas_of = 2018-08-31",
        "incidents": 'files = "july.csv"',
        "areas": '[areas.ward]\nfile = "wards.geojson"\nname = "ward"',
        "hotspots": "[hotspots]\nradius = 150\ncount = 5\nresamples = 10",
        "rest": "[output]\ndrafts = 1",
    } | parts
    lines = [f'title = "{title}"', given["top"], "[incidents]", given["incidents"]]
    path = folder / name
    path.write_text("\n".join([*lines, given["areas"], given["hotspots"], given["rest"]]), encoding="utf-8")
    return path


def snapshot(folder: Path) -> dict[str, bytes] | None:
    """Every file of a folder with its bytes; None when it is not there."""
    if not folder.is_dir():
        return None
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def restore(folder: Path, content: dict[str, bytes] | None) -> None:
    """Put a folder back to what it held."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in (content or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Surroundings of a run whose temporary and cached files can be looked at afterwards."""
    for name in ("tmp", "home"):
        (home / name).mkdir(parents=True, exist_ok=True)
    fonts = Path(os.environ.get("MPLCONFIGDIR", Path.home() / ".cache" / "matplotlib"))
    own = {"TMPDIR": str(home / "tmp"), "HOME": str(home / "home"), "MPLCONFIGDIR": str(fonts)}
    own |= {"XDG_CACHE_HOME": str(home / "home")}
    # where the project is tested from its folder, a run in another folder finds it too
    path = [os.environ.get("PYTHONPATH", ""), str(DEMO.parent.parent)]
    return os.environ | own | {"PYTHONPATH": os.pathsep.join(filter(None, path))} | more


def start(*words: str | Path, code: str = RUN, **options: object) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(  # type: ignore[call-overload]
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **options
    )


def run(
    *words: str | Path, code: str = RUN, before: Sequence[str] = (), **options: object
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; ``before`` are words put before it, such as ``setpriv``."""
    command = [*before, sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(  # type: ignore[call-overload]
        command, capture_output=True, text=True, errors="replace", check=False, **options
    )


def not_plain(code: int, said: str) -> str:
    """What is wrong with how a command refused; nothing when it was exit 2 and one plain paragraph."""
    lines = said.strip().splitlines() or [""]
    errors = [line for line in lines if line.startswith("Error: ")]
    if code != 2:
        return f"exit {code}, not 2: {lines[-1][:200]}"
    if "Traceback" in said:
        return f"a traceback: {lines[-1][:200]}"
    if warnings := [line for line in lines if "Warning:" in line]:
        return f"a library's warning: {warnings[0][:200]}"
    if len(errors) != 1 or lines[-1] != errors[0]:
        return f"not one paragraph at the end: {lines[-1][:200]}"
    if any(mark in lines[-1] for mark in ("<class", "object at 0x", "Error(", "Errno")):
        return f"not plain words: {lines[-1][:200]}"
    return ""


def ledger_wrong(out: Path) -> str:
    """What is wrong with the ledger of a result; nothing when rows in = used + not used, in every file."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    rows = manifest["rows"]
    causes = sum(rows["rejected_by_cause"].values())
    if rows["rows_in"] != rows["accepted"] + rows["rejected"] or causes != rows["rejected"]:
        return f"the ledger does not add up: {rows}"
    import pandas as pd

    listed = len(pd.read_csv(out / "rejects.csv"))
    return "" if listed == rows["rejected"] else f"rejects.csv lists {listed} of {rows['rejected']} rows"


def beside(out: Path) -> list[str]:
    """What a run has left beside its folder."""
    return sorted(p.name for p in out.parent.iterdir() if p.name != out.name)


def left_in(home: Path) -> list[str]:
    """What is left in the temporary and cache folders of a run."""
    return sorted(p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file())


@dataclass
class Killing:
    """Runs to be killed: the folder they start from, and the results that may be there afterwards."""

    base: Path
    old: dict[str, bytes] | None
    plans: dict[str, bytes]
    new: dict[str, bytes] = field(default_factory=dict)
    new_plans: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0
    steps: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    code: str = RUN

    @property
    def team(self) -> Path:
        return self.base / "team"

    @property
    def out(self) -> Path:
        return self.base / "results" / "out"

    @property
    def home(self) -> Path:
        return self.base / "home"

    def words(self) -> tuple[str, str, str, str]:
        return "run", str(self.team / "new.toml"), "--out", str(self.out)

    def reset(self) -> dict[str, str]:
        """Put everything back to before the run, and give the surroundings to run it in."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.out.parent, ignore_errors=True)
        self.out.parent.mkdir()
        if self.old is not None:
            restore(self.out, self.old)
        restore(self.team / "plans", self.plans)
        return environment(self.home, FAULT_AT="0", FAULT_STEPS=str(self.base / "steps.json"))

    def check(self, env: dict[str, str], moment: str) -> str:
        """What does not hold after a kill and after the run that follows; nothing when all does."""
        now = snapshot(self.out)
        state = "old" if now == self.old else "new" if now == self.new else "torn"
        state = "no (both beside)" if state == "torn" and now is None and self._both_beside() else state
        self.states[state] += 1
        if state == "torn":
            return f"{moment}: the folder is neither the old result nor the new one"
        if left := left_in(self.home):
            return f"{moment}: left in temporary or cache folders: {left}"
        again = run(*self.words(), env=env)
        if again.returncode:
            return f"{moment}: the next run ended with {again.returncode}: {again.stderr.strip()[-300:]}"
        if snapshot(self.out) != self.new:
            return f"{moment}: the next run's result is not the same bytes"
        if extra := beside(self.out) + left_in(self.home):
            return f"{moment}: the next run left behind {extra}"
        if (plans := snapshot(self.team / "plans")) != self.new_plans:
            changed = sorted(
                set(plans or {}) ^ set(self.new_plans)
                or {k for k, v in (plans or {}).items() if v != self.new_plans[k]}
            )
            return f"{moment}: the next run left other plans: {changed}"
        return ""

    def _both_beside(self) -> bool:
        """Where folders cannot be exchanged at once, the old one is for an instant beside the new one."""
        if TWO_RENAMES not in self.code:
            return False
        there = [snapshot(self.out.with_name(f".{self.out.name}.{what}")) for what in ("old", "new")]
        return there == [self.old, self.new]

    def kill_after(self, seconds: float) -> str:
        """Kill a run after some seconds."""
        env = self.reset()
        process = start(*self.words(), env=env, code=self.code)
        time.sleep(seconds)
        process.kill()
        process.communicate()
        return self.check(env, f"after {seconds:.2f} s")

    def kill_at_the_end(self, seconds: float) -> str:
        """Kill a run some seconds after its last file stands in the folder beside, or it has gone in."""
        env = self.reset()
        process = start(*self.words(), env=env)
        last = self.out.with_name(f".{self.out.name}.new") / "manifest.json"
        while not last.exists() and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(seconds)
        process.kill()
        process.communicate()
        return self.check(env, f"{1000 * seconds:.1f} ms after the last file")

    def kill_before(self, step: int) -> str:
        """Kill a run just before its n-th change to a file or folder."""
        env = self.reset() | {"FAULT_AT": str(step)}
        done = run(*self.words(), env=env, code=self.code.replace(RUN, KILL_AT))
        moment = f"before step {step}, {self.steps[step - 1]}"
        if done.returncode != -9:
            return f"{moment}: was not killed: {done.stderr[-300:]}"
        return self.check(env, moment)


def prepare_killing(base: Path, *, over_a_result: bool, two_renames: bool = False) -> Killing:
    """Make what a killed run may leave: the old result, the new one, and the open plans of each."""
    team = make_team(base / "team", rows=600)
    top = 'seed = 1\nas_of = 2018-08-31\nplans = "plans"'
    rest = "[output]\ndrafts = 1\nredraft = true"
    old = write_config(team, "old.toml", title="The old result", top=top, rest=rest)
    later = top.replace("08-31", "09-15")  # so that redrafted plans are other bytes
    write_config(team, "new.toml", title="The new result", top=later, rest=rest)
    killing = Killing(base, None, {}, code=TWO_RENAMES + RUN if two_renames else RUN)
    env = killing.reset()
    if over_a_result:
        _must(run("run", old, "--out", killing.out, env=env))
        type_words(team / "plans")
        killing.old, killing.plans = snapshot(killing.out), snapshot(team / "plans") or {}
        env = killing.reset()
    begun = time.perf_counter()
    _must(run(*killing.words(), env=env, code=killing.code.replace(RUN, KILL_AT)))
    killing.seconds = time.perf_counter() - begun
    killing.steps = json.loads((base / "steps.json").read_text())
    killing.new, killing.new_plans = snapshot(killing.out) or {}, snapshot(team / "plans") or {}
    return killing


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise RuntimeError(f"a run without any fault failed: {done.stderr[-2000:]}")


TYPED = "Ask the shops on the corner first."


def type_words(plans: Path) -> None:
    """Type into the record of the first open plan, as its manager would."""
    from hotspots.plans.toml_file import read_plan, write_record

    record = sorted(plans.glob("*.toml"))[0]
    plan = read_plan(record)
    plan.set_field("analysis.what", TYPED)
    write_record(plan, record)


def steps_of_the_swap(steps: Sequence[str]) -> list[int]:
    """Numbers (from 1) of the changes from the manifest on: what makes the new result the one there."""
    last = max(n for n, what in enumerate(steps, 1) if what == "write manifest.json")
    return list(range(last, len(steps) + 1))


def steps_of_the_plans(steps: Sequence[str]) -> list[int]:
    """Numbers (from 1) of the changes to the files of open plans: document, page and record must agree."""
    plans = {what.split(" ", 1)[1].removesuffix(".toml.new") for what in steps if what.endswith(".toml.new")}
    return [n for n, what in enumerate(steps, 1) if any(f" {plan}." in what for plan in plans)]


def pick(numbers: Sequence[int], count: int, *, seed: int) -> list[int]:
    """Some of these numbers, by a seed, in order."""
    return sorted(random.Random(seed).sample(list(numbers), min(count, len(numbers))))

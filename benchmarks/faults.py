"""Every fault on purpose: nothing lost, nothing half-written, the same bytes for the same input.

    python benchmarks/faults.py [--only NAME ...] [--scale SHARE] [--json FILE]

Prints one line a fault: how many tries, what must hold, whether it held, and every try that did not. The
exit code is 1 when any did not. Faults that this computer cannot make are skipped, with the reason. All
moments, rows and files are drawn by fixed seeds. ``--scale 0.1`` does a tenth of the tries. As root (in a
container), full and read-only disks are real ones; otherwise a limit on the size of files stands for them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "tests"))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPO), os.environ.get("PYTHONPATH", "")]))

from fault_help import (  # noqa: E402
    RUN,
    beside,
    environment,
    make_team,
    not_plain,
    pick,
    prepare_killing,
    restore,
    run,
    snapshot,
    start,
    steps_of_the_swap,
    write_config,
)

SEED = 20180731
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
LIMITED = (
    "import resource, sys; from maps.cli import main; limit = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); sys.exit(main(sys.argv[1:]))"
)
SHIFTED = """
import datetime, sys, time
shift, real = float(sys.argv.pop(1)) - time.time(), time.time
time.time = lambda: real() + shift
class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
datetime.datetime = Shifted
from maps.cli import main
sys.exit(main(sys.argv[1:]))
"""


class CannotMakeError(Exception):
    """This computer cannot make the fault."""


Tries = Iterator[tuple[str, str]]  # each try: what was done, and what did not hold ("" when all did)


def some(count: int, scale: float) -> int:
    return max(round(count * scale), 1)


# -- killed ----------------------------------------------------------------------------------------------


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
    """Kill -9 just before changes to files: every one of the swap, and a share of those before."""
    states: Counter[str] = Counter()
    for kind in ("over a result", "over nothing", "over a result, in two renames"):
        killing = prepare_killing(base / kind, over_a_result="result" in kind, two_renames="renames" in kind)
        swap = steps_of_the_swap(killing.steps)
        before = [n for n in range(1, len(killing.steps) + 1) if n not in swap]
        chosen = pick(swap, some(20, scale), seed=SEED)
        chosen += pick(before, some(0 if "renames" in kind else 15, scale), seed=SEED)
        for step in chosen:
            yield f"{kind}, before {killing.steps[step - 1]}", killing.kill_before(step)
        states += killing.states
    say_states(states)


def say_states(states: Counter[str]) -> None:
    print(f"    found after the kill: {', '.join(f'{k} result {n}x' for k, n in sorted(states.items()))}")


# -- disks -----------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk in memory of so many bytes, where the system lets us make one."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        raise CannotMakeError("no disk in memory can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


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


def disk_full(base: Path, scale: float) -> Tries:
    """Fill the disk at different points of a run."""
    team, old, new = old_and_new(base)
    size, need = (sum(len(data) + 4096 for data in one.values()) for one in (old, new))
    env = environment(base / "home")
    shares = [n / some(12, scale) for n in range(some(12, scale))]
    for share in shares if ROOT else ():
        with small_disk(base / "disk", int(size + 16_384 + 0.9 * share * need)) as disk:
            out = disk / "out"
            restore(out, old)
            done = run("run", team / "new.toml", "--out", out, env=env)
            yield f"disk with room for {share:.0%} of a result", refusal(done, out, old, "disk is full")
    out = base / "limited" / "out"
    out.parent.mkdir()
    for limit in [0, 100, 5_000, 50_000, 200_000, 400_000, 900_000][: some(7, scale)]:
        restore(out, old)
        done = run(str(limit), "run", team / "new.toml", "--out", out, code=LIMITED, env=env)
        yield f"no file over {limit:,} bytes", refusal(done, out, old, "disk is full")
    if ROOT:
        yield from plans_on_a_full_disk(base / "plans", env, scale)


def plans_on_a_full_disk(base: Path, env: dict[str, str], scale: float) -> Tries:
    """Fill the disk of the open plans: each of their files stays whole, as it was or as it shall be."""
    with small_disk(base, 30_000_000) as disk:
        team = make_team(disk / "team", rows=600)
        top = 'seed = 1\nas_of = 2018-08-31\nplans = "plans"'
        config = write_config(team, top=top, rest="[output]\ndrafts = 2")
        whole = run("run", config, "--out", base.with_name("plans result"), env=env)
        must(whole)
        plans = snapshot(team / "plans") or {}
        for kept in range(some(5, scale)):
            shutil.rmtree(team / "plans")
            room = sum(len(data) for data in plans.values()) * kept // 5
            filler = disk / "filler"
            filler.write_bytes(b"\0" * max(shutil.disk_usage(disk).free - room - 8192, 0))
            out = base.with_name("plans out")
            done = run("run", config, "--out", out, env=env)
            filler.unlink()
            torn = [k for k, v in (snapshot(team / "plans") or {}).items() if plans.get(k) != v]
            wrong = not_plain(done.returncode, done.stderr) or (f"plans not whole: {torn}" if torn else "")
            again = "" if wrong else run("run", config, "--out", out, env=env)
            if again and (again.returncode or snapshot(team / "plans") != plans):
                wrong = f"the next run does not mend it: {again.stderr.strip()[-200:]}"
            shutil.rmtree(out, ignore_errors=True)
            yield f"plans' disk with {room:,} bytes free", wrong


# -- folders that cannot be written ----------------------------------------------------------------------


def bad_folders(base: Path, scale: float) -> Tries:
    """Give folders that cannot be written, are none, or are somebody's."""
    team, old, new = old_and_new(base)
    env = environment(base / "home")
    config = team / "new.toml"
    place = base / "places"
    place.mkdir()
    deep = place / "no" / "such" / "parent" / "out"
    must(run("run", config, "--out", deep, env=env))
    yield "the parent is missing: made", "" if snapshot(deep) == new else "not the same bytes"
    shutil.rmtree(place / "no")
    (place / "file").write_bytes(b"mine")
    (place / "full").mkdir()
    (place / "full" / "theirs.txt").write_bytes(b"theirs")
    (place / "round").symlink_to("round")
    (place / "gone").symlink_to("not there")
    before, links = snapshot(place), sorted(p.name for p in place.iterdir())
    names = [
        "file",
        "file/out",
        "full",
        "x" * 300,
        "round",
        "round/out",
        "a\0b",
        "/",
        "/dev/null",
        "/proc/x/out",
    ]
    for name in names[: some(len(names), scale)]:
        done = run(
            "run",
            config,
            "--out",
            *([place / name] if "\0" not in name else [f"{place}/a\x01/b" * 900]),
            env=env,
        )
        wrong = not_plain(done.returncode, done.stderr)
        if snapshot(place) != before or sorted(p.name for p in place.iterdir()) != links:
            wrong = wrong or "something was changed or left there"
        yield f"--out {name[:12]!r}", wrong
    if not ROOT:
        raise CannotMakeError("read-only folders are made by root here")
    with small_disk(base / "disk", 30_000_000) as disk:
        out = disk / "out"
        restore(out, old)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        yield "a read-only disk", refusal(run("run", config, "--out", out, env=env), out, old)
        fresh = disk / "fresh"
        wrong = not_plain(*(lambda d: (d.returncode, d.stderr))(run("run", config, "--out", fresh, env=env)))
        yield "a read-only disk, a new folder", wrong
    out = base / "fixed" / "out"
    for what in ("out", "out/map.html", "."):
        restore(out, old)
        target = out.parent / what
        if subprocess.run(["chattr", "+i", str(target)], capture_output=True, check=False).returncode:
            continue
        try:
            done = run("run", config, "--out", out, env=env)
            yield f"{what} fixed with chattr +i", refusal(done, out, old)
        finally:
            subprocess.run(["chattr", "-i", str(target)], check=True)
    if shutil.which("setpriv"):
        restore(out, old)
        for folder in (base, *base.parents[:1], base / "home", base / "home" / "tmp", base / "home" / "home"):
            folder.chmod(0o755 if "home" not in folder.name and folder.name != "tmp" else 0o777)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if run(code="import maps", before=nobody, env=env).returncode == 0:
            yield (
                "as somebody without rights there",
                refusal(run("run", config, "--out", out, before=nobody, env=env), out, old),
            )


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
        "cut": lambda p: p.write_bytes(p.read_bytes()[:1000]),
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


# -- the same bytes --------------------------------------------------------------------------------------


def same_bytes(base: Path, variants: Iterator[tuple[str, dict[str, Any]]]) -> Tries:
    """Run again in other surroundings, and compare every byte."""
    team = make_team(base / "team", rows=600)
    write_config(team, title="Dŵr Street – £5 “quoted”")
    plain = environment(base / "home", TZ="Europe/London", PYTHONHASHSEED="0")
    must(run("run", team / "team.toml", "--out", base / "first", env=plain))
    first = snapshot(base / "first")
    for number, (name, how) in enumerate(variants):
        out = base / f"out{number}"
        env = environment(base / "home") | how.get("env", {})
        done = run(
            *how.get("words", ()), "run", how.get("team", team) / "team.toml", "--out", out,
            env=env, before=how.get("before", ()), code=how.get("code", RUN), cwd=how.get("cwd", REPO),
        )  # fmt: skip
        now = snapshot(out)
        other = [k for k in first or {} if (now or {}).get(k) != (first or {})[k]]
        wrong = f"other bytes in {other}" if other else ""
        yield name, f"exit {done.returncode}: {done.stderr[-300:]}" if done.returncode else wrong
        shutil.rmtree(out, ignore_errors=True)


def clocks(base: Path, scale: float) -> Tries:
    """Set the clock to other years; what the configuration's as_of says is all that counts."""
    when = ["1970-01-02", "1979-12-31", "1999-12-31 23:59:55", "2016-02-29", "2037-12-31", "2099-06-30"]
    faketime = shutil.which("faketime")

    def variants() -> Iterator[tuple[str, dict[str, Any]]]:
        for moment in when[: some(len(when), scale)]:
            if faketime:
                yield moment, {"before": [faketime, moment]}
            else:
                seconds = time.mktime(time.strptime(moment[:10], "%Y-%m-%d"))
                yield f"{moment} (Python's clock only)", {"code": SHIFTED, "words": [str(seconds)]}

    yield from same_bytes(base, variants())
    write_config(base / "team", top="seed = 1")
    how = {"before": [faketime, "2001-01-01"]} if faketime else {"code": SHIFTED}
    words = [] if faketime else ["978307200"]
    done = run(
        *words,
        "run",
        base / "team" / "team.toml",
        "--out",
        base / "past",
        env=environment(base / "home"),
        **how,
    )
    wrong = not_plain(done.returncode, done.stderr)
    yield (
        "2001, no as_of: rows of the future are refused",
        wrong or ("" if "future date" in done.stderr else "does not say that rows lie in the future"),
    )


def surroundings(base: Path, scale: float) -> Tries:
    """Vary language, time zone, hash seed, threads, working folder and where the files lie."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    languages = ["C", "POSIX", *(x for x in known if x[:2] in ("tr", "de", "ar", "cy"))]
    env: list[dict[str, str]] = [
        *({"LC_ALL": x, "LANG": x, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} for x in languages),
        *({"TZ": z} for z in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "nonsense", "")),
        *({"PYTHONHASHSEED": str(n)} for n in (1, 42, 4_294_967_295)),
        *({"OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "GDAL_NUM_THREADS": n} for n in ("1", "2", "7")),
        {"PYTHONOPTIMIZE": "1"},
        {"PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "20", "TERM": "dumb", "NO_COLOR": "1"},
        {"LANGUAGE": "tr", "PYTHONDEVMODE": "0", "PYTHONMALLOC": "debug"},
    ]
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def variants() -> Iterator[tuple[str, dict[str, Any]]]:
        for given in env[: some(len(env), scale)]:
            yield " ".join(f"{k}={v}" for k, v in list(given.items())[:1]), {"env": given}
        for folder in (base, Path("/"), base / "team"):
            yield f"from another working folder ({folder.name or '/'})", {"cwd": folder}
        for name in ("a", "très loin/ünder/a folder with spaces & 'quotes'"):
            there = base / name / "the team"
            shutil.copytree(base / "team", there)
            yield f"files in {name[:9]}...", {"team": there, "cwd": there}
        if len(cpus) > 1 and shutil.which("taskset"):
            yield "on one processor", {"before": ["taskset", "-c", str(cpus[0])]}

    yield from same_bytes(base, variants())


# -- the cluster -----------------------------------------------------------------------------------------


def worker_killed(base: Path, scale: float) -> Tries:
    """Kill -9 a worker of a real Spark cluster while it counts."""
    import spark_cluster

    if why := spark_cluster.why_not():
        raise CannotMakeError(why)
    import pandas as pd

    from hotspots import aggregate_incidents

    dice = random.Random(SEED)
    month = make_team(base / "team", rows=10_000) / "july.csv"
    rows = pd.read_csv(month, dtype=str, keep_default_na=False).drop(columns="Crime ID")
    source = base / "rows"
    source.mkdir()
    for number in range(20):
        rows.sample(frac=1, random_state=number).to_parquet(source / f"{number:02d}.parquet")
    expected = aggregate_incidents(source, as_of="2018-08-31")
    with spark_cluster.running_cluster() as cluster:
        for after in sorted(dice.uniform(0, 8) for _ in range(some(6, scale))):
            came = spark_cluster.count_while_a_worker_dies(
                cluster, source, expected, after=after, as_of="2018-08-31"
            )
            late = "" if came.killed_after is not None else " (it was over before)"
            yield f"after {after:.1f} s: {came.answer}{late}", came.said if came.answer == "WRONG" else ""


# -- bad rows and bad files ------------------------------------------------------------------------------


def bad_rows(base: Path, scale: float) -> Tries:
    """Write bad rows of every cause, and damage files at random."""
    from fault_rows import check_rows, check_torn, make_rows, tear, write_rows

    for name, count, metres in (("degrees", 6_500, False), ("metres", 2_000, True)):
        rows = make_rows(some(count, scale), seed=SEED + metres, metres=metres)
        placed = write_rows(base / name, rows)
        wrong = check_rows(base / name, placed, metres=metres)
        yield from ((f"{name}", "") for _ in range(len(placed) - len(wrong)))
        yield from ((name, text) for text in wrong)
    rows = make_rows(some(1_500, scale), seed=SEED + 2)
    write_rows(base / "torn", rows, per_file=50)
    tear(base / "torn", seed=SEED, wounds=10)
    wrong = check_torn(base / "torn")
    yield from (("damaged", "") for _ in range(len(rows) - len(wrong)))
    yield from (("damaged", text) for text in wrong)


def bad_files(base: Path, scale: float) -> Tries:
    """Break every file that a configuration names; one in ten in a process of its own."""
    from fault_files import make_cases, make_good, try_case

    make_good(base / "good")
    for number, case in enumerate(make_cases(some(500, scale), seed=SEED % 1000)):
        yield case.name, try_case(case, base / "good", base / "case", apart=number % 10 == 0)


WHOLE = "the whole old result or the whole new one; the next run completes; nothing left anywhere"
REFUSED = "exit 2, one plain paragraph, the old result kept, nothing left"
FAULTS: dict[str, tuple[str, Callable[[Path, float], Tries]]] = {
    "killed": (WHOLE, killed),
    "killed at each step": (WHOLE, killed_at_each_step),
    "disk full": (REFUSED, disk_full),
    "bad folders": (REFUSED, bad_folders),
    "two runs at once": ("one whole result; the other says why it did not run", two_runs),
    "changing sources": (REFUSED + ", the file named", changing_sources),
    "clocks": ("the same bytes", clocks),
    "surroundings": ("the same bytes", surroundings),
    "worker killed": ("the same counts, or exit 2's paragraph", worker_killed),
    "bad rows": ("each used, or listed with file, line and cause; used + not used = rows", bad_rows),
    "bad files": ("a ledger that adds up, or exit 2 and one plain paragraph; nothing left", bad_files),
}


def try_fault(name: str, scale: float, folder: Path) -> dict[str, Any]:
    """Make one fault as often as asked; the line for the table."""
    must_hold, tries = FAULTS[name]
    done, wrong, skipped, begun = 0, [], "", time.perf_counter()
    try:
        for what, complaint in tries(folder, scale):
            done += 1
            if complaint:
                wrong.append(f"{what}: {complaint}")
    except CannotMakeError as reason:
        skipped = str(reason)
    took = time.perf_counter() - begun
    return {
        "fault": name, "tries": done, "must_hold": must_hold, "wrong": wrong, "skipped": skipped,
        "seconds": round(took, 1),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Every fault on purpose.")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(FAULTS), default=list(FAULTS))
    parser.add_argument("--scale", type=float, default=1.0, metavar="SHARE", help="share of the tries")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    lines = []
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as base:
        for name in options.only:
            line = try_fault(name, options.scale, Path(base) / name.replace(" ", "-"))
            lines.append(line)
            held = "NO" if line["wrong"] else "skipped" if line["skipped"] and not line["tries"] else "yes"
            counted = f"{line['tries']:>6,} tries {line['seconds']:>6.0f} s"
            print(f"{name:<20} {counted}  {held:<8} {line['must_hold']}")
            print("".join(f"    not: {text}\n" for text in line["wrong"][:20]), end="", flush=True)
            if line["skipped"]:
                print(f"    {'skipped' if not line['tries'] else 'the rest skipped'}: {line['skipped']}")
    if options.json:
        options.json.write_text(json.dumps(lines, indent=2), encoding="utf-8")
    return 1 if any(line["wrong"] for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())

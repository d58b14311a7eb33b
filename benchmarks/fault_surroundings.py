"""The same bytes whatever the clock, the language, the zone, the processor or the place."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fault_help import environment, make_team, not_plain, run, snapshot, write_config
from fault_tries import CannotMakeError, Tries, must, some

REPO = Path(__file__).resolve().parent.parent


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
            "run", how.get("team", team) / "team.toml", "--out", out,
            env=env, before=how.get("before", ()), cwd=how.get("cwd", REPO),
        )  # fmt: skip
        now = snapshot(out)
        other = [k for k in first or {} if (now or {}).get(k) != (first or {})[k]]
        wrong = f"other bytes in {other}" if other else ""
        yield name, f"exit {done.returncode}: {done.stderr[-300:]}" if done.returncode else wrong
        shutil.rmtree(out, ignore_errors=True)


def clocks(base: Path, scale: float) -> Tries:
    """Set the clock to other years; what the configuration's as_of says is all that counts."""
    when = ["1980-01-02", "1999-12-31 23:59:55", "2016-02-29", "2037-12-31", "2099-06-30"]
    faketime = shutil.which("faketime")
    if faketime is None:  # a clock changed within Python would miss what libraries ask of the system
        raise CannotMakeError("faketime (Debian: apt install faketime) is not installed")
    moments = when[: some(len(when), scale)]
    yield from same_bytes(base, ((moment, {"before": [faketime, moment]}) for moment in moments))
    for moment, top, said in (
        ("1970-01-02", "as_of = 2018-08-31", "clock is wrong"),  # before Word's and Excel's dates begin
        ("2001-01-01", "seed = 1", "future date"),  # no as_of: every row lies in the future
    ):
        config = write_config(base / "team", top=top)
        env, before = environment(base / "home"), [faketime, moment]
        done = run("run", config, "--out", base / "past", env=env, before=before)
        wrong = not_plain(done.returncode, done.stderr)
        yield f"{moment}: refused", wrong or ("" if said in done.stderr else f"does not say {said!r}")


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
        alone = ["unshare", "--net"]
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0:
            yield "in a world without any network", {"before": alone}
        if len(cpus) > 1 and shutil.which("taskset"):
            yield "on one processor", {"before": ["taskset", "-c", str(cpus[0])]}

    yield from same_bytes(base, variants())

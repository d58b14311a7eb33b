"""Faults of disks and folders: full, read-only, none, somebody else's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fault_help import environment, make_team, not_plain, restore, run, snapshot, write_config
from fault_tries import CannotMakeError, Tries, must, old_and_new, refusal, some

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
LIMITED = (
    "import resource, sys; from maps.cli import main; limit = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); sys.exit(main(sys.argv[1:]))"
)


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
    largest = max(len(data) for data in new.values())
    for limit in [int(largest * n / some(7, scale)) for n in range(some(7, scale))]:
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
        "gone",
        "round/out",
        "a\0b",
        "/",
        "/dev/null",
        "/proc/x/out",
    ]
    for name in names[: some(len(names), scale)]:
        done = run(
            "run", config, "--out", *([place / name] if "\0" not in name else [f"{place}/a\x01/b" * 900]), env=env
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

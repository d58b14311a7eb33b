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
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "tests" / "support"), str(REPO)]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPO), os.environ.get("PYTHONPATH", "")]))

from fault_disks import bad_folders, disk_full  # noqa: E402
from fault_help import make_team  # noqa: E402
from fault_moments import changing_sources, killed, killed_at_each_step, two_runs  # noqa: E402
from fault_surroundings import clocks, surroundings  # noqa: E402
from fault_tries import SEED, CannotMakeError, Tries, some  # noqa: E402


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
            came = spark_cluster.count_while_a_worker_dies(cluster, source, expected, after=after, as_of="2018-08-31")
            late = "" if came.killed_after is not None else " (it was over before)"
            yield f"after {after:.1f} s: {came.answer}{late}", came.said if came.answer == "WRONG" else ""


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
    from fault_damage import make_good
    from fault_files import make_cases, try_case

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
            print(f"{name:<20} {counted}  {held:<8} {line['must_hold']}", flush=True)
            print("".join(f"    not: {text}\n" for text in line["wrong"][:20]), end="", flush=True)
            if line["skipped"]:
                print(f"    {'skipped' if not line['tries'] else 'the rest skipped'}: {line['skipped']}")
    if options.json:
        options.json.write_text(json.dumps(lines, indent=2), encoding="utf-8")
    return 1 if any(line["wrong"] for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())

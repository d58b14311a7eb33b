"""What it costs to go from a city to a country: every goal in one table, met or not.

    python benchmarks/goals.py [--work FOLDER] [--times N] [--write]

Runs `scale.py` (100,000 to 65 million rows) and `notebook.py` (a Leeds year beside the notebook that a user
writes today), which print their own tables, and then this one. About 20 minutes and 6 GB of disk; seconds by
the clock mean nothing on a computer with other work. ``--write`` puts the table and the picture into
docs/scale.md. Ends with 1 where a goal is not met.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parent.parent
PAGE, PICTURE = TOP / "docs" / "scale.md", TOP / "docs" / "images" / "scale.png"
BLOCK = re.compile(r"(<!-- measured: benchmarks/goals.py -->\n).*?(<!-- end of measured -->)", re.DOTALL)


class Line(NamedTuple):
    """One goal: what, the goal in words, what was measured, and whether it is met."""

    what: str
    goal: str
    measured: str
    met: bool


def judge_scale(found: dict[str, Any]) -> list[Line]:
    """Judge the whole run, the decade and the growth of every stage."""
    done = {(row["stage"], row["rows"]): row for row in found["results"] if "error" not in row}
    lines = []
    for what, key, seconds, megabytes in (
        ("6.5 million rows, Parquet to the whole folder of results", ("run", 6_500_000), 60, 3000),
        ("65 million rows to 500 hotspots", ("to hotspots", 65_000_000), 60, 2000),
    ):
        row = done.get(key)
        met = row is not None and row["wall"] < seconds and row["megabytes"] < megabytes
        told = f"{row['wall']:.0f} s, {row['megabytes'] / 1000:.2f} GB" if row else "it failed"
        lines.append(Line(what, f"< {seconds} s, < {megabytes / 1000:g} GB", told, met))
    steepest = max(found["growth"], key=lambda stage: found["growth"][stage]["whole"])
    power = found["growth"][steepest]["whole"]
    told = f"{power:.2f} at most ({steepest})"
    return [*lines, Line("growth of time with rows, to the power of", "≤ 1.05", told, power <= 1.05)]


def judge_notebook(found: dict[str, Any]) -> list[Line]:
    """Judge the ratios to the notebook, and the time that an import takes."""
    lines = []
    for kind, words, goal in (("warm", "in a warm process", 8), ("whole", "as a whole process", 4)):
        side = found[kind]
        times, quick = (side[other]["cpu"] / side["ours"]["cpu"] for other in ("notebook", "quick"))
        told = f"{times:.1f} times ({quick:.1f} times with a map of bare points)"
        what = f"a Leeds year, CSV to map, {words}: quicker than the notebook"
        lines.append(Line(what, f"≥ {goal} times", told, times >= goal and found["identical"]))
    share = found["warm"]["ours"]["megabytes"] / found["warm"]["notebook"]["megabytes"]
    lines.append(Line("memory of the same, of the notebook's", "≤ 1/3", f"1/{1 / share:.1f}", share <= 1 / 3))
    more = found["import"]["hotspots"] - found["import"]["geopandas"]
    return [*lines, Line("import hotspots, beyond import geopandas", "≤ 0.1 s", f"{more:+.2f} s", more <= 0.1)]


def measure(script: str, *options: str) -> dict[str, Any]:
    """Run one of the two benchmarks, and read what it found."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        asked = [sys.executable, str(Path(__file__).with_name(script)), *options, "--json", str(told)]
        subprocess.run(asked, check=True)
        found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return found


def as_table(lines: list[Line]) -> str:
    """Give the goals as a table of Markdown."""
    rows = [f"| {line.what} | {line.goal} | {line.measured}{'' if line.met else ' (not met)'} |" for line in lines]
    return "\n".join(["| on two cores | goal | measured |", "|---|---|---|", *rows, ""])


def write_page(table: str) -> None:
    """Put the table into the page for those with a warehouse."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, help="folder for the records made; kept for the next time")
    parser.add_argument("--times", default="3", help="each side of the notebook so many times")
    parser.add_argument("--write", action="store_true", help="put table and picture into docs/scale.md")
    given = parser.parse_args()
    kept = ["--work", str(given.work)] if given.work else []
    drawn = ["--picture", str(PICTURE)] if given.write else []
    lines = judge_scale(measure("scale.py", *kept, *drawn))
    lines += judge_notebook(measure("notebook.py", "--times", given.times))
    table = as_table(lines)
    print(f"\n{table}")
    if given.write:
        write_page(table)
    return int(not all(line.met for line in lines))


if __name__ == "__main__":
    sys.exit(main())

"""Write the figures of the pages from the run of the Start page, between marks that say which they are.

Usage: python docs/fill_figures.py [FOLDER OF THAT RUN]

A mark is ``<!-- figures: NAME -->``; all up to ``<!-- end of figures -->`` is replaced. Nothing between
marks is typed by hand: a test does this again and fails where a page says something else.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

DOCS = Path(__file__).resolve().parent
PAGES = (
    DOCS.parent / "README.md",
    DOCS / "index.md",
    DOCS / "guides" / "which-hotspots.md",
    DOCS / "governance" / "method-statement.md",
)
MARKED = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)
SHOWN = 8


def read_run(folder: Path) -> dict[str, str]:
    """Return the text of each set of figures, from the folder of a run."""
    spots = pd.read_csv(folder / "hotspots.csv")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {
        "summary": _say_summary(spots, manifest),
        "chance": _say_chance(folder),
        "worst": _list_worst(spots),
        "rows": _say_rows(manifest),
    }


def _say_summary(spots: pd.DataFrame, manifest: dict) -> str:
    count, harm = spots["share_of_incidents"].sum(), spots["share_of_harm"].sum()
    rows, scheme = manifest["rows"], manifest["parameters"]["harm"].get("scheme", "cchi-2026")
    return (
        f"On the example data, {rows['rows_in']:,} rows become {len(spots)} hotspots, which hold "
        f"{100 * count:.0f}% of the records and {100 * harm:.0f}% of the harm (by {scheme})."
    )


def _say_chance(folder: Path) -> str:
    sheet = pd.read_excel(folder / "tables.xlsx", sheet_name="Chance", header=2)
    row = sheet[sheet["Measure"].eq("top 2% of places hold") & sheet["Problem"].eq("Everything")].iloc[0]
    held, chance = row["As recorded (share, or Gini)"], row["By chance (mean)"]
    return (
        f"In the example, the busiest 2% of {row['Cells']:,} equal pieces of ground hold "
        f"{100 * held:.0f}% of the records. If as many records fell at random, they would hold "
        f"{100 * chance:.0f}%."
    )


def _list_worst(spots: pd.DataFrame) -> str:
    head = [
        "| rank | place | records | harm score | rank range | found again as one place | by chance |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = [
        f"| {row.rank} | {row.name} | {row.incidents:,} | {row.harm:,.0f} "
        f"| {row.rank_low} to {row.rank_high} | {100 * row.stability:.0f}% | {row.expected:.0f} |"
        for row in spots.head(SHOWN).itertuples()
    ]
    return "\n".join([*head, *rows])


def _say_rows(manifest: dict) -> str:
    (layer,) = manifest["reconciliation"].values()
    rows = manifest["rows"]
    return (
        f"{rows['rows_in']:,} rows read = {rows['accepted']:,} used + {rows['rejected']:,} not used; "
        f"{layer['accepted']:,} records = {layer['inside']:,} inside a ward + "
        f"{layer['tie']:,} on a shared edge "
        f"+ {layer['nearest']:,} in a gap, put to the nearest ward + {layer['outside']:,} in none."
    )


def fill(text: str, figures: dict[str, str]) -> str:
    """Put the figures into a page's text."""
    return MARKED.sub(lambda found: f"{found[1]}\n{figures[found[2]]}\n\n{found[3]}", text)


def main() -> None:
    """Do as the Start page says where no folder is given, and write the pages."""
    with tempfile.TemporaryDirectory() as temporary:
        team = Path(temporary) / "our-team"
        run = Path(sys.argv[1]) if len(sys.argv) > 1 else team / "results"
        if len(sys.argv) < 2:
            tool = [sys.executable, "-m", "maps.cli"]
            subprocess.run([*tool, "init", str(team)], check=True)
            subprocess.run([*tool, "run", str(team / "partnership.toml"), "--out", str(run)], check=True)
        figures = read_run(run)
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = fill(before, figures)
        if after != before:
            page.write_text(after, encoding="utf-8", newline="\n")
            print(f"{page.relative_to(DOCS.parent)}: written")


if __name__ == "__main__":
    main()

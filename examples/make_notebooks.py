"""Make the notebooks (.ipynb) from the scripts of the same name; the scripts are what people edit.

    python examples/make_notebooks.py            # writes every notebook
    python examples/make_notebooks.py --check    # says which are not what the scripts would make

A script is cells: "# %%" begins code, "# %% [markdown]" begins prose whose lines start with "# ". Notebooks
are kept without outputs, so that a change in one is a change of words or code.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NAMES = ("first_map", "a_month", "did_it_work", "patrols_and_cameras", "your_own_city")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def split_cells(script: str) -> list[tuple[str, str]]:
    """Cells of a script, as pairs of kind ("markdown" or "code") and text."""
    cells: list[tuple[str, list[str]]] = []
    for line in script.splitlines():
        if line.startswith("# %%"):
            cells.append(("markdown" if "[markdown]" in line else "code", []))
        elif cells:
            cells[-1][1].append(line.removeprefix("#").removeprefix(" ") if cells[-1][0] == "markdown" else line)
        elif line.strip():
            raise ValueError(f"A script must begin with a cell, not with: {line}")
    return [(kind, "\n".join(lines).strip("\n")) for kind, lines in cells]


def make_notebook(script: str) -> str:
    """Text of the notebook (nbformat 4.5) of a script."""
    cells: list[dict[str, Any]] = []
    for number, (kind, text) in enumerate(split_cells(script), 1):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(dict(sorted({**cell, "source": text.splitlines(keepends=True)}.items())))
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the notebooks, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where one is stale")
    check = parser.parse_args().check
    stale = []
    for name in NAMES:
        text = make_notebook((HERE / f"{name}.py").read_text(encoding="utf-8"))
        file = HERE / f"{name}.ipynb"
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                file.write_text(text, encoding="utf-8", newline="\n")
    print("\n".join(f"{name}.ipynb {'is stale' if check else 'written'}" for name in stale) or "All up to date.")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())

"""The files of a finished run read again: what nobody may find in a file that a person opens."""

from __future__ import annotations

import json
import re
from pathlib import Path

try:
    from whole_run_checks import check_results
except ImportError:
    NOT_FINITE = re.compile(r"(?<![\\w.])(nan|inf|NaN|Infinity|NaT|None)(?![\\w.])")

    def check_results(folder: Path, said: str = "") -> list[str]:
        """Give what does not hold of the tables and the manifest of a run."""
        found = []
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.csv")):
            if path.name != "rejects.csv" and (
                not_finite := NOT_FINITE.search(path.read_text(encoding="utf-8"))
            ):
                found.append(f"{path.name} says {not_finite[0]}")
        return found

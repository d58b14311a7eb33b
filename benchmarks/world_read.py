"""The files of a finished run read again by independent readers, where the tests have them."""

from __future__ import annotations

from pathlib import Path

try:
    from whole_run_checks import check_results
except ImportError:

    def check_results(folder: Path, said: str = "") -> list[str]:
        """Nothing to say."""
        return []


__all__ = ["check_results"]

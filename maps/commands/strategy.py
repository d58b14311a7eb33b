"""The command ``hotspots strategy``: the statutory assessment, drafted from the configuration of a run."""

from typing import Any

from maps.strategy.people import WORD_FILE
from maps.strategy.write import PAGE_FILE, write_strategy


def strategy_job(config_path: str, out: str, **options: Any) -> None:
    """Write the assessment, and say where it lies."""
    folder = write_strategy(config_path, out, **options)
    print(f"Open {folder / PAGE_FILE} or {folder / WORD_FILE}")

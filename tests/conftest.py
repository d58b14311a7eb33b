"""Fixtures that several test modules share; real open data is used where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", REPO.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real open data for tests; whoever asks is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"real open data not at hand (looked in {DATA}; set SAFER_HOTSPOTS_DATA)")
    return DATA

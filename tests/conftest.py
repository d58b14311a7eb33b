"""Fixtures that several test modules share; real open data is used where it is at hand."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parent.parent
# speed is measured in benchmarks/: a busy machine is no fault of a test
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
DATA = Path(os.environ.get("SAFER_HOTSPOTS_DATA", REPO.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real open data for tests; whoever asks is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"real open data not at hand (looked in {DATA}; set SAFER_HOTSPOTS_DATA)")
    return DATA


@pytest.fixture(scope="module")
def browser() -> Generator:
    """A browser for the pages of one module: to start one takes longer than to open a page."""
    from browser_help import open_browser

    with open_browser() as opened:
        yield opened


# what an environment that installs everything may still lack, by the words of the skip
MAY_LACK = re.compile(r"at hand|installed package|[Ss]park|Windows|Linux|POSIX")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator:
    """Where all that tests drive was installed, a test that is skipped for want of it has failed."""
    report = yield
    strict = os.environ.get("SAFER_HOTSPOTS_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail")
    if strict and call.excinfo is not None and not MAY_LACK.search(str(call.excinfo.value)):
        report.outcome, report.longrepr = "failed", f"skipped: {call.excinfo.value}"
    return report

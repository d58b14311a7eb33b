"""Published figures come out again, and the page shows the table."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest
from where import REPO

SCRIPT = REPO / "benchmarks" / "published.py"


@pytest.fixture(scope="module")
def published() -> ModuleType:
    if not SCRIPT.is_file():
        pytest.skip(f"the benchmark is not at hand (looked in {SCRIPT})")
    spec = importlib.util.spec_from_file_location("published", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["published"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("part", ["displacement", "two_counts", "aoristic"])
def test_figures_come_out_as_published(published, part):
    lines = list(getattr(published, part)())
    assert lines
    assert [line.what for line in lines if not line.met] == []


def test_simulated_figures_come_out_from_few_draws(published):
    lines = [*published.concentration(draws=30), *published.as_you_go(draws=4000)]
    assert [line.what for line in lines if not line.met] == []


def test_knox_counts_the_pairs_of_the_burkitt_cases(published):
    pytest.importorskip("libpysal")
    pairs, p = published.knox()
    assert (pairs.met, p.met) == (True, True)


def test_every_line_stands_on_the_page_and_none_is_missed(published):
    page = (REPO / "docs" / "methods" / "published.md").read_text(encoding="utf-8")
    for line in published.displacement():
        assert f"| {line.source} | {line.what} |" in page
    assert "(not met)" not in page
    assert not published.Line("x", "y", (1.0,), (1.2,), 0.1).met

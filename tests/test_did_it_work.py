"""The guide to a board paper prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "did-it-work.md"


@pytest.fixture
def guide() -> str:
    if not GUIDE.is_file():
        pytest.skip(f"the guide is not at hand (looked in {GUIDE})")
    return GUIDE.read_text(encoding="utf-8")


def test_the_example_prints_what_the_guide_quotes(guide, shared_data, caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")
    first, second = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    file = shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip"
    scope: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(first.replace('"west-yorkshire.zip"', repr(str(file))), scope)
    quoted = guide[guide.index("> Baseline July 2017") : guide.index("### 4. Read it line by line")]
    told = " ".join(re.sub(r"^> ?", "", quoted, flags=re.MULTILINE).split())
    assert " ".join(printed.getvalue().split()) == told
    page = io.StringIO()
    with contextlib.redirect_stdout(page):
        exec(second, scope)
    assert page.getvalue().startswith("# Leeds, July 2018")
    assert "| Anti-social behaviour | 2,007 | 1,861 |" in page.getvalue()


def test_every_blank_of_the_board_paper_has_its_line(guide):
    paper = guide[guide.index("## A board paper to fill in") : guide.index("Filled in, for the exercise")]
    for part in (
        "What could have been seen",
        "What was seen",
        "In one sentence",
        "Did it move",
        "How far to trust",
    ):
        assert part in paper

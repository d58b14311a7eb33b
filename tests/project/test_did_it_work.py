"""The guide to a board paper prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import logging
import re

import pytest
from where import REPO

from maps.cli import main

GUIDE = REPO / "docs" / "guides" / "did-it-work.md"


@pytest.fixture
def guide() -> str:
    if not GUIDE.is_file():
        pytest.skip(f"the guide is not at hand (looked in {GUIDE})")
    return GUIDE.read_text(encoding="utf-8")


def test_the_example_prints_what_the_guide_quotes(guide, caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")
    first, second = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    scope: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(first, scope)
    quoted = guide[guide.index("> Baseline July 2017") : guide.index("### 4. Read it line by line")]
    told = " ".join(re.sub(r"^> ?", "", quoted, flags=re.MULTILINE).split())
    assert " ".join(printed.getvalue().split()) == told
    page = io.StringIO()
    with contextlib.redirect_stdout(page):
        exec(second, scope)
    assert page.getvalue().startswith("# Leeds, July 2018")
    assert "| Anti-social behaviour | 2,007 | 1,861 |" in page.getvalue()


def test_every_way_an_answer_can_begin_is_in_the_table(guide):
    from types import SimpleNamespace

    from hotspots.assessment._findings import AIMS
    from hotspots.assessment._verdict_words import _outcome

    seen = ("unknown", "none", "rise", "fall")
    asked = [SimpleNamespace(aim=a, judged=SimpleNamespace(direction=d)) for a in AIMS for d in seen]
    table = guide[guide.index("| the sentence begins |") : guide.index("If it begins **Not to be trusted**")]
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", table, flags=re.MULTILINE)
    assert sorted(rows) == sorted({_outcome(finding) for finding in asked})


def test_every_option_of_assess_is_in_the_guide(guide, capsys):
    with pytest.raises(SystemExit):
        main(["assess", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert len(options) >= 11
    for option in options:
        assert re.search(rf"{option}\b(?!-)", guide), option


def test_the_sum_of_the_example_adds_up(guide):
    """No quoted count is off by more than the rounding: 439 x 278 / 270 = 452, and 429 is 23 fewer."""
    before, after, other_before, other_after = 439, 429, 270, 278
    for count in (before, after, other_before, other_after):
        assert str(count) in guide
    expected = before * other_after / other_before
    assert f"{expected:.0f} = {before} × {other_after} ÷ {other_before}" in guide
    assert f"{expected - after:.0f} fewer than that" in guide
    scaled = (other_after - other_before) * before / other_before
    around, theirs = 330 - 320, (281 - 228) * 320 / 228
    assert f"−10 (target) − {scaled:.0f} (comparison: 8 × 439 ÷ 270) + {around} (surroundings)" in " ".join(
        guide.split()
    )
    assert f"− {theirs:.0f} (theirs: 53 × 320 ÷ 228)" in guide
    assert f"−{-(after - before - scaled + around - theirs):.0f} records" in guide


def test_every_blank_of_the_board_paper_has_its_line(guide):
    paper = guide[guide.index("## A board paper to fill in") : guide.index("Filled in, for the exercise")]
    for part in ("What could have been seen", "What was seen", "In one sentence", "Did it move", "How far to trust"):
        assert part in paper

"""Every message, read as a set: it says the problem, and what was given or what to try."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys

import pytest
from where import REPO

SCRIPT = REPO / "docs" / "make_errors.py"
pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="the pages are not here")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_errors", SCRIPT)
    module = sys.modules["make_errors"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_the_messages_of_the_code_as_they_are_today(script):
    assert script.PAGE.read_text(encoding="utf-8") == script.write_page(), "run python docs/make_errors.py"


def test_every_message_says_what_was_given_or_what_to_try(script):
    messages = [m for m in script.read_messages() if m.kind in ("error", "problem")]
    assert len(messages) > 350
    bare = [f"{m.module}:{m.line} {m.problem}" for m in messages if not m.states & {"given", "advice"}]
    assert bare == []


def test_every_message_is_a_sentence_that_the_paragraph_can_end(script):
    for message in script.read_messages():
        where = f"{message.module}:{message.line} {message.problem}"
        assert message.problem == message.problem.strip(), where
        if message.kind == "error":
            assert re.match(r"[A-Z…'\[]|--\w|data\.police\.uk|\w+ (must|has|names|is) ", message.problem), where
        if message.kind in ("error", "problem"):
            assert not message.problem.endswith("."), where


def test_messages_keep_to_the_vocabulary(script):
    """Code names (columns, options) may stand; words of ours may not."""
    ours = "rejected|dosage|displacement ring|centroid|dissolve|color|neighborhood|analyze|license|center"
    wrong = re.compile(rf"\b({ours})\b", re.IGNORECASE)
    found = [m for m in script.read_messages() if wrong.search(f"{m.problem} {m.given} {m.advice}")]
    assert [f"{m.module}:{m.line} {m.problem}" for m in found] == []


def test_what_heads_a_list_of_problems_is_on_the_page(script):
    page = script.PAGE.read_text(encoding="utf-8").split("## Headings of several")[1].split("## Notes")[0]
    titles = [m.problem for m in script.read_messages() if m.kind == "title"]
    assert len(titles) > 25
    assert "- The configuration … has problems" in page
    assert "- There is not enough memory for this" in page
    code = 'problems = Problems(f"The {what} cannot be used")\nreturn _fail("No. Try: yes")\n_fail(str(error))'
    assert [m.kind for m in script._messages_of(ast.parse(code), "maps.new")] == ["title", "title"]


def test_each_module_of_a_group_exists(script):
    for title, (_, modules) in script.GROUPS.items():
        for part in filter(str.strip, modules.split(";")):
            room, _, names = part.partition(":")
            missing = [n for n in names.split() if not (REPO / room.strip() / f"{n}.py").is_file()]
            assert missing == [], title


def test_a_bare_message_would_be_seen(script):
    code = 'raise InputError(f"{name} is wrong")\nproblems.add("it is late", given=when)\nseen.add("a word")'
    (error, problem) = script._messages_of(ast.parse(code), "hotspots.new")
    assert (error.kind, error.problem, error.states) == ("error", "… is wrong", frozenset())
    assert (problem.kind, problem.given, script.group_of("hotspots.common.when")) == (
        "problem",
        "…",
        "Time, change and trends",
    )

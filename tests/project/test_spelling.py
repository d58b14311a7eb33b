"""No known typing error and no American spelling in pages, messages, notebooks, docstrings and comments."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from where import REPO

codespell_lib = pytest.importorskip("codespell_lib")
if not (REPO / "docs").is_dir():
    pytest.skip("docs/ is not part of the installed package", allow_module_level=True)
PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md"), *(REPO / "maps").rglob("*.txt")])
CODE = sorted(f for room in ("hotspots", "boundaries", "maps", "examples") for f in (REPO / room).rglob("*.py"))
DATA = Path(codespell_lib.__file__).parent / "data"
# Ours on purpose: names, file and column names, and words that the lists take for another one.
OURS = {w for w in (REPO / "tests" / "words.txt").read_text("utf-8").splitlines() if not w.startswith("#")}


@cache
def wrong_words() -> dict[str, str]:
    """Every word that is wrong here, and what to write: known typing errors, and American for British."""
    wrong = {}
    for line in (DATA / "dictionary.txt").read_text(encoding="utf-8").splitlines():
        word, _, right = line.partition("->")
        wrong[word.lower()] = right.strip(", ")
    for line in (DATA / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8").splitlines():
        british, _, american = line.partition("->")
        for word in american.strip(", ").split(", "):
            wrong.setdefault(word.lower(), british.lower())
    for word in OURS:
        wrong.pop(word, None)
    return wrong


def misspelt(text: str) -> list[str]:
    """Each wrong word of a text and what to write instead."""
    plain = re.sub(r"https?://\S+|`[^`]*`|\S*[_/\\.]\w\S*|\w+\([^)]*\)", " ", text)
    words = re.findall(r"(?<![\w#&-])[A-Za-z]+(?:'[a-z]+)?(?![\w-])", plain)
    return sorted({f"{word} -> {wrong_words()[word.lower()]}" for word in words if word.lower() in wrong_words()})


def prose_of(file: Path) -> str:
    """What a Python file says to people: docstrings, sentences in strings, and comments."""
    source = file.read_text(encoding="utf-8")
    said = re.findall(r"(?:^|\s)# (.+)$", source, flags=re.MULTILINE)
    for node in ast.walk(ast.parse(source)):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if " " in text and not re.search(r"<\w|</|;.*}|: ?[#\w]+;|url\(", text):  # style sheets and markup are no prose
            said.append(re.sub(r"^ *(>>>|\.\.\.) .*$", "", text, flags=re.MULTILINE))
    return "\n".join(said)


def test_the_checker_finds_what_it_should():
    wrong = misspelt("The colour of teh color, analyzed")
    assert wrong == ["analyzed -> analysed", "color -> colour", "teh -> the"]
    assert misspelt("`color=` in matplotlib's set_color, and https://example.org/color") == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO).as_posix())
def test_a_page_is_spelt_as_in_britain(page):
    text = re.sub(r"^( *)```.*?^\1```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert misspelt(text) == []


def test_code_speaks_to_people_as_in_britain():
    found = {file.relative_to(REPO).as_posix(): misspelt(prose_of(file)) for file in CODE}
    assert {file: words for file, words in found.items() if words} == {}

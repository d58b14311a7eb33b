"""The pages say what is so: the Start page is followed to the letter, and no link leads nowhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from maps.cli import main

REPO = Path(__file__).resolve().parent.parent
PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])


def commands_of(page: Path) -> list[list[str]]:
    """Every ``hotspots`` command that stands in a code block of a page."""
    blocks = re.findall(r"^```\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("hotspots ")]


def test_the_start_page_is_followed_to_the_letter(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    commands = commands_of(REPO / "docs" / "index.md")
    assert [command[0] for command in commands] == ["init", "check", "run"]
    for command in commands:
        assert main(command) == 0, capsys.readouterr().err
    page = (REPO / "docs" / "index.md").read_text(encoding="utf-8")
    table = page.split("| file | for whom |")[1].split("\n\n")[0]
    promised = re.findall(r"`([^`]+)`", table)
    assert len(promised) >= 9
    for name in promised:
        assert list((tmp_path / "our-team" / "results").glob(name)), name


def anchors_of(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors_of(found), f"{page.name}: {target}"

"""The assessment as blocks: its template names every sentence, its figures fill them in."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from hotspots.common.judgement_words import FALL, LEVEL, RISE
from hotspots.common.wording import say_list, say_number, say_percentage, say_signed
from maps.documents.blocks import Block, Bullets, Field, Grid, Heading, Line, Notes, Picture, Pictures, Text
from maps.strategy.facts import FACTS, cut_short
from maps.strategy.figures import CELL, Figures
from maps.strategy.outline import WORDS, Outline, fields_of
from maps.strategy.people import GROUP

OUTCOME = {"up": RISE, "down": FALL, "level": LEVEL}
_ALT = "Map of the district with its hotspots; the table after it lists the first of them."


def lay_out(
    figures: Figures, outline: Outline, words: Mapping[str, str], png: bytes | None, **told: Any
) -> list[Block]:
    """Fill in the template, and read its lines as blocks; the list of sources stands last."""
    pages = Environment(trim_blocks=False, undefined=StrictUndefined, keep_trailing_newline=True)
    given = _say_with(figures) | {"words": WORDS, "parts": outline.parts, "fields_of": fields_of}
    pages.tests |= {"held": given["is_held"], "moved": given["is_moved"]}
    template = (files("maps.strategy") / "assessment.jinja").read_text(encoding="utf-8").replace("\r\n", "\n")
    made: list[Block] = []
    for line in pages.from_string(template).render(given).split("\n"):
        _add(made, *line.strip().partition(" ")[::2], words=words, png=png)
    return [*made, Notes(tuple(map(_say_source, figures.sources())))]


def _add(made: list[Block], mark: str, text: str, *, words: Mapping[str, str], png: bytes | None) -> None:
    text = text.strip()
    last = made[-1] if made else None
    if mark in ("#", "#!", "##"):
        made.append(Heading(text, len(mark.rstrip("!")), new_page=mark == "#!"))
    elif mark in ("=", "~") and text:
        made.append(Text(text, note=mark == "~"))
    elif mark == "-" and isinstance(last, Bullets):
        made[-1] = Bullets((*last.items, text))
    elif mark == "-":
        made.append(Bullets((text,)))
    elif mark == "?":
        tag, label = text.split(CELL)
        made.append(Line((Field(f"{GROUP}.{tag}", label, words.get(f"{GROUP}.{tag}", "")),)))
    elif mark == "!" and png is not None:
        made.append(Pictures((Picture(png, _ALT, text, 17.0),)))
    elif mark == "|:":
        caption, widths, right = text.split(CELL)
        shares = tuple(int(width) / 100 for width in widths.split())
        made.append(Grid(caption, (), (), shares, tuple(map(int, right.split()))))
    elif mark == "|" and isinstance(last, Grid):
        cells, (caption, shares, numbers) = tuple(text.split(CELL)), (last.caption, last.widths, last.numbers)
        rows = (*last.rows, cells) if last.header else last.rows
        made[-1] = Grid(caption, last.header or cells, rows, shares, numbers)


def _say_source(entry: Mapping[str, Any]) -> str:
    chosen = f" Counted: {entry['filter']}" if entry["filter"] else ""
    return f"Sheet “{entry['sheet']}”, row {entry['row']}. {entry['counts']}{chosen}"


def _say_with(figures: Figures) -> dict[str, Any]:
    """Give what the template may call; no number of the text comes from anywhere else."""
    known, value = figures.known, figures.value

    def rows(sheet: str, part: str = "") -> list[Any]:
        if sheet not in figures.sheets:
            return []
        table = figures.sheets[sheet].table
        return list(table.index[table["part"].eq(part)] if part else table.index)

    def matching(sheet: str, column: str, text: Any) -> list[Any]:
        return [row for row in rows(sheet) if known(sheet, row, column) and value(sheet, row, column) == text]

    def starting(text: str) -> list[str]:
        return [row for row in rows(FACTS) if str(row).startswith(text)]

    def each(*names: str, most: int = 99) -> list[str]:
        there = [row for row in names if known(FACTS, row, "said")]
        return [
            figures.quote(FACTS, row, "said", t) for row in there for t in cut_short(value(FACTS, row, "said"))[:most]
        ]

    def is_moved(row: str, sheet: str, *arrows: str) -> bool:
        return known(sheet, row, "arrow") and value(sheet, row, "arrow") in arrows

    def is_held(row: str) -> bool:
        numbers = [value("Priorities", row, c) for c in ("incidents", "before", "after") if known("Priorities", row, c)]
        return any(number > 0 for number in numbers)

    def seen(sheet: str, row: str) -> list[str]:
        starts = ("A true", "By itself", "Counts as small")
        return [text for text in cut_short(str(value(sheet, row, "words"))) if text.startswith(starts)]

    def plans_of(part: str) -> list[Any]:
        table = figures.sheets["Priorities by hotspot"].table.sort_values("incidents", ascending=False, kind="stable")
        first = table.drop_duplicates("ref")
        return [r for ref in first.loc[first["part"].eq(part), "ref"] for r in matching("Plans", "ref", ref)]

    def first(sheet: str, row: Any) -> str:
        there = str(value(sheet, row, "words")).partition("; beside it")[0] if known(sheet, row, "words") else ""
        return [*cut_short(there), ""][0]

    named = (figures.say, figures.hush, figures.quote, known, value, rows, matching, starting, each, seen)
    return {one.__name__: one for one in (*named, is_held, is_moved, plans_of, first)} | {
        "list": say_list,
        "said": lambda *names: " ".join(each(*names)),
        "once": lambda *names: " ".join(each(*names, most=1)),
        "outcome": lambda sheet, row: OUTCOME.get(value(sheet, row, "arrow"), "") if known(sheet, row, "arrow") else "",
        "share": lambda number: say_percentage(float(number), decimals=1),
        "change": lambda number: say_signed(float(number), unit="%"),
        "whole": lambda number: say_number(round(float(number))),
    }

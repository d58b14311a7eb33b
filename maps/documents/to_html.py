"""A document as one HTML page, ready to print: the same content as in Word, by templates/document.html."""

import base64
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup

from hotspots.common.plan_words import clean_text
from maps.common.escape import mark_pages
from maps.documents.blocks import Document, Grid
from maps.documents.marks import Piece, split_marks


def render_html(document: Document) -> str:
    """One HTML page that asks nothing of any other host."""
    kinds = list(dict.fromkeys(block.header for block in document.blocks if isinstance(block, Grid)))
    pages = Markup(mark_pages(clean_text(document.marking)))
    return _template().render(document=document, kinds=kinds, narrow=Markup(_narrow(kinds)), pages=pages)


@cache
def _template() -> Template:
    pages = Environment(autoescape=True, finalize=_text, keep_trailing_newline=True)
    pages.filters |= {
        "lines": lambda text: clean_text(text).split("\n"),
        "base64": lambda png: base64.b64encode(png).decode(),
        "kind": lambda block: type(block).__name__,
        "short": lambda number: f"{number:g}",
        "whole": lambda number: f"{number:.0f}",
    }
    text = (files("maps.documents") / "templates" / "document.html").read_text(encoding="utf-8")
    return pages.from_string(text.replace("\r\n", "\n"))


def _text(value: Any) -> Any:
    """Whatever is text, as markup that shows just that."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return Markup("".join(map(_piece, split_marks(clean_text(value)))))


def _piece(piece: Piece) -> str:
    text = escape(piece.text, quote=True)
    if not piece.note:
        return text
    mark = f'<sup><a href="#note-{piece.note}" title="Where this comes from">[{piece.note}]</a></sup>'
    return f'<span class="figure" data-note="{piece.note}">{text}</span>{mark if piece.shown else ""}'


def _narrow(kinds: list[tuple[str, ...]]) -> str:
    """Headings of each kind of table, said before each cell where rows are blocks."""
    rules = []
    for kind, header in enumerate(kinds):
        for i, name in enumerate(map(clean_text, header), 1):
            # every character as its number: nothing in it can end the string or the style
            said = "".join(f"\\{ord(letter):06x}" for letter in f"{name}: ")
            rules += [f".t{kind} td:nth-child({i})::before {{ content: '{said}' }}"] if name else []
    return "@media screen and (max-width: 40em) {\n" + "\n".join(rules) + "\n}\n"

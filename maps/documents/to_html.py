"""The plan as one HTML file, ready to print: the same content as the Word document."""

from __future__ import annotations

import base64
from html import escape

from hotspots.common.plan_words import clean_text
from maps.common.escape import mark_pages
from maps.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Field,
    Grid,
    Heading,
    Line,
    Picture,
    Pictures,
    Text,
)

STYLE = """
@page { size: A4; margin: 18mm }
body { font: 10.5pt/1.4 Arial, sans-serif; color: #000; max-width: 50rem; margin: 1rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; border-bottom: 2px solid #357; padding-bottom: .2rem }
h2 { font-size: 1.15rem; margin: 1.2rem 0 .3rem; break-after: avoid }
h3, h4 { font-size: 1rem; margin: .8rem 0 .2rem; break-after: avoid }
caption { break-after: avoid }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem } tr { break-inside: avoid }
caption { text-align: left; font-weight: bold; padding: .2rem 0 }
th, td { border: 1px solid #555; padding: .25rem .4rem; text-align: left; vertical-align: top }
th { background: #e6e6e6 } .number { text-align: right } .note, figcaption { font-size: .85rem }
figure { margin: .6rem 0; break-inside: avoid } img { max-width: 100%; height: auto }
.pictures { display: flex; gap: 1rem; align-items: end }
.page { break-before: page } .pictures, figure { break-inside: avoid }
@media print {
  body { font-size: 9pt; line-height: 1.25; max-width: none; margin: 0; padding: 0 }
  th, td { padding: .08rem .3rem } h1 { font-size: 1.4rem }
  p, ul, table { margin-top: .2rem; margin-bottom: .35rem }
}
@media screen and (max-width: 40em) { /* a phone, or 400 %: each row a block, each cell under its heading */
  table, caption, tbody, tr, td { display: block } thead, colgroup { display: none }
  tr { border: 1px solid #555; margin: 0 0 .5rem } td { border: 0; overflow-wrap: break-word }
  td:empty { display: none } td.number { text-align: left } td::before { font-weight: bold }
  .pictures { display: block }
}
.marking { text-align: center; font-weight: bold } .blank { color: #595959 } .field { white-space: pre-wrap }
"""


def render_html(document: Document) -> str:
    """One HTML page that asks nothing of any other host."""
    marking = f'<p class="marking">{_text(document.marking)}</p>' if document.marking else ""
    kinds = list(dict.fromkeys(block.header for block in document.blocks if isinstance(block, Grid)))
    body = "\n".join(_block(block, kinds) for block in document.blocks)
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"{_mark_file(document.marking)}<title>{_text(document.title)}</title>\n"
        f"<style>{STYLE}{_narrow(kinds)}{mark_pages(clean_text(document.marking))}</style>\n</head>\n<body>\n{marking}\n<main>\n"
        f"<h1>{_text(document.title)}</h1>\n{body}\n</main>\n{marking}\n</body>\n</html>\n"
    )


def _mark_file(marking: str) -> str:
    """Put the marking in the page's own metadata, where it has one."""
    return f'<meta name="protective-marking" content="{_text(marking)}">\n' if marking else ""


def _text(text: str) -> str:
    return escape(clean_text(text), quote=True)


def _narrow(kinds: list[tuple[str, ...]]) -> str:
    """Headings of each kind of table, said before each cell where rows are blocks."""
    rules = []
    for kind, header in enumerate(kinds):
        for i, name in enumerate(map(clean_text, header), 1):
            # every character as its number: nothing in it can end the string or the style
            said = "".join(f"\\{ord(letter):06x}" for letter in f"{name}: ")
            rules += [f".t{kind} td:nth-child({i})::before {{ content: '{said}' }}"] if name else []
    return "@media screen and (max-width: 40em) {\n" + "\n".join(rules) + "\n}\n"


def _block(block: Block, kinds: list[tuple[str, ...]]) -> str:
    if isinstance(block, Heading):
        page = " class=page" if block.new_page else ""
        return f"<h{block.level + 1}{page}>{_text(block.text)}</h{block.level + 1}>"
    if isinstance(block, Text):
        return f"<p{' class=note' * block.note}>{_text(block.text)}</p>"
    if isinstance(block, Bullets):
        return (
            "<ul>" + "".join(f"<li>{_text(item)}</li>" for item in block.items) + "</ul>"
            if block.items
            else ""
        )
    if isinstance(block, Line):
        return "<p>" + " &nbsp; ".join(f"<b>{_text(f.label)}:</b> {_field(f)}" for f in block.fields) + "</p>"
    if isinstance(block, Pictures):
        return f'<div class="pictures">{"".join(_picture(picture) for picture in block.pictures)}</div>'
    return _grid(block, kinds.index(block.header))


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode()
    return (
        f'<figure style="flex: {picture.width:g}"><img alt="{_text(picture.alt)}" '
        f'src="data:image/png;base64,{data}"><figcaption>{_text(picture.caption)}</figcaption></figure>'
    )


def _field(entry: Field) -> str:
    if entry.value:
        return f'<span class="field">{_text(entry.value)}</span>'
    return '<span class="blank">________</span>'


def _fields(content: Field | tuple[Field, ...]) -> str:
    if isinstance(content, Field):
        return _field(content)
    # each under the other, with its name while it is blank: several blanks in a cell say nothing
    return "<br>".join(
        _field(f) if f.value else f'<span class="blank">{_text(f.label)}: ____</span>' for f in content
    )


def _grid(grid: Grid, kind: int) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in grid.header)
    rows = "".join(f"<tr>{_row(grid, row)}</tr>" for row in grid.rows)
    caption = f"<caption>{_text(grid.caption)}</caption>"
    columns = "".join(f'<col style="width: {100 * share:.0f}%">' for share in grid.widths)
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f"<table class=t{kind}>{caption}<colgroup>{columns}</colgroup>{body}</table>"


def _row(grid: Grid, row: tuple[Cell, ...]) -> str:
    cells = []
    for i, content in enumerate(row):
        shown = _text(content).replace("\n", "<br>") if isinstance(content, str) else _fields(content)
        cells.append(f"<td{' class=number' * (i in grid.numbers)}>{shown}</td>")
    return "".join(cells)

"""The plan as a real Word document: styles, table headers, alt text, page numbers, marking, properties."""

import io
import zipfile
from datetime import datetime
from typing import Any

from hotspots.common.plan_words import clean_text
from maps.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Field,
    Grid,
    Heading,
    Line,
    Notes,
    Picture,
    Pictures,
    Text,
)
from maps.documents.marks import split_marks
from maps.documents.word_fields import add_control, seal_document
from maps.documents.word_files import element

FONT = "Arial"
CELL = "Cell"  # the id of our style for tables, set as it is: looking styles up by name is slow
PAGE_WIDTH = 18.0  # centimetres between the margins of an A4 page
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def render_word(document: Document) -> bytes:
    """Bytes of a ``.docx``: the same for the same document."""
    import docx

    word = docx.Document()
    _set_page(word, document)
    _set_styles(word)
    _set_properties(word, document)
    word.add_paragraph(clean_text(document.title), style="Title")
    for block in document.blocks:
        _add(word, block)
    seal_document(word)
    stream = io.BytesIO()
    word.save(stream)
    return repack(stream.getvalue())


def repack(data: bytes) -> bytes:
    """Pack a zip again in name order with fixed dates, so that equal content is equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        # Word wants the list of content types first
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.compress_type, entry.external_attr, entry.create_system = (zipfile.ZIP_DEFLATED, 0o600 << 16, 0)
            new.writestr(entry, old.read(name))
    return packed.getvalue()


def _set_page(word: Any, document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    section.header_distance = section.footer_distance = Cm(0.8)
    marking = clean_text(document.marking)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run(marking).bold = True
    foot.add_run(f"{marking}   Page " if marking else "Page ")
    _add_number(foot, "PAGE")
    foot.add_run(" of ")
    _add_number(foot, "NUMPAGES")


def _add_number(paragraph: Any, code: str) -> None:
    """Add a page number that Word works out itself."""
    number = element("fldSimple", instr=code)
    number.append(paragraph.add_run("1")._r)
    paragraph._p.append(number)


def _set_styles(word: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = word.styles
    for name, size in (("Title", 16), ("Heading 1", 12), ("Heading 2", 10), ("Normal", 9), ("Caption", 8)):
        _set_font(styles[name], size)
    for name, before, after in (
        *(("Title", 0, 4), ("Heading 1", 6, 2), ("Heading 2", 6, 2)),
        *(("Normal", 0, 3), ("Caption", 0, 3)),
    ):
        form = styles[name].paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
    for name in ("Heading 1", "Heading 2", "Title", "Caption"):
        styles[name].font.color.rgb = RGBColor(0, 0, 0)
    styles["Caption"].font.bold = False
    cells = styles.add_style(CELL, WD_STYLE_TYPE.PARAGRAPH)
    cells.base_style, cells.font.size = styles["Normal"], Pt(8.5)
    cells.paragraph_format.space_after = Pt(0)
    styles.add_style("Figure", WD_STYLE_TYPE.CHARACTER)
    styles.add_style("Placeholder", WD_STYLE_TYPE.CHARACTER).font.color.rgb = RGBColor(0x59, 0x59, 0x59)


def _set_font(style: Any, size: float) -> None:
    """One plain font: theme fonts would win over the name, so they go."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = FONT, Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)
    for key in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{key}"), FONT)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(element("lang", val="en-GB"))


def _set_properties(word: Any, document: Document) -> None:
    properties = word.core_properties
    properties.title, properties.subject = (clean_text(document.title)[:255], clean_text(document.subject)[:255])
    properties.author = properties.last_modified_by = "safer-hotspots"
    properties.comments, properties.keywords = "", document.keywords
    properties.category, properties.language = clean_text(document.marking)[:255], "en-GB"
    properties.revision = 1
    properties.created = properties.modified = datetime.fromisoformat(document.day or "1980-01-01")


def _add(word: Any, block: Block) -> None:
    if isinstance(block, Heading):
        heading = word.add_heading(level=block.level)
        _add_text(heading, block.text)
        heading.paragraph_format.page_break_before = block.new_page or None
    elif isinstance(block, Text):
        _add_text(word.add_paragraph(style="Caption" if block.note else "Normal"), block.text)
    elif isinstance(block, Bullets):
        for item in block.items:
            _add_text(word.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, Notes):
        for number, item in enumerate(block.items, 1):
            word.add_paragraph(f"{number}. {clean_text(item)}", style="Caption")
    elif isinstance(block, Line):
        _add_line(word.add_paragraph(), block)
    elif isinstance(block, Pictures):
        _add_pictures(word, block)
    else:
        _add_grid(word, block)


def _add_text(paragraph: Any, text: str, *, bold: bool | None = None) -> None:
    """Add text as runs: a figure in a style of its own, and its mark."""
    for piece in split_marks(clean_text(text)):
        run = paragraph.add_run(piece.text)
        run.bold = bold
        if piece.note:
            run._r.style = "Figure"
        if piece.shown:
            paragraph.add_run(f"[{piece.note}]").font.superscript = True


def _add_line(paragraph: Any, line: Line) -> None:
    for i, entry in enumerate(line.fields):
        paragraph.add_run(f"{'    ' if i else ''}{entry.label}: ").bold = True
        add_control(paragraph, entry)


def _add_pictures(word: Any, pictures: Pictures) -> None:
    """Pictures side by side in a row without lines, their captions under it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    row = word.add_table(rows=1, cols=len(pictures.pictures))
    row.autofit = False
    for column, cell, picture in zip(row.columns, row.rows[0].cells, pictures.pictures, strict=True):
        column.width = cell.width = Cm(picture.width + 0.4)
        cell.paragraphs[0]._p.style = CELL
        cell.paragraphs[0].paragraph_format.keep_with_next = True
        _add_picture(cell.paragraphs[0], picture)
    captions = word.add_paragraph(style="Caption")
    _add_text(captions, " ".join(picture.caption for picture in pictures.pictures))
    captions.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _add_picture(paragraph: Any, picture: Picture) -> None:
    from docx.shared import Cm

    shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=Cm(picture.width))
    described = shape._inline.docPr
    described.set("descr", clean_text(picture.alt))
    described.set("title", "".join(piece.text for piece in split_marks(clean_text(picture.caption))))


def _add_grid(word: Any, grid: Grid) -> None:
    from docx.shared import Cm, Pt

    caption = word.add_paragraph()
    caption._p.style = CELL
    caption.add_run(clean_text(grid.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    table = word.add_table(rows=1 + len(grid.rows), cols=len(grid.header), style="Table Grid")
    table.autofit = False
    _describe_table(table, grid)
    for i, share in enumerate(grid.widths):
        table.columns[i].width = Cm(PAGE_WIDTH * share)
    for r, row in enumerate((grid.header, *grid.rows)):
        for i, (cell, content) in enumerate(zip(table.rows[r].cells, row, strict=True)):
            cell.width = Cm(PAGE_WIDTH * grid.widths[i])
            _fill_cell(cell, content, header=r == 0, right=i in grid.numbers)
    spacer = word.add_paragraph()
    spacer.paragraph_format.space_after, spacer.paragraph_format.line_spacing = Pt(0), Pt(5)


def _fill_cell(cell: Any, content: Cell, *, header: bool, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    paragraph._p.style = CELL
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if isinstance(content, Field):
        add_control(paragraph, content)
    elif isinstance(content, tuple):
        for i, entry in enumerate(content):
            line = cell.add_paragraph() if i else paragraph
            line._p.style = CELL
            add_control(line, entry)
    else:
        _add_text(paragraph, content, bold=header)
    if header:
        cell._tc.get_or_add_tcPr().append(element("shd", val="clear", color="auto", fill="E6E6E6"))


def _describe_table(table: Any, grid: Grid) -> None:
    """Caption for screen readers, header row repeated on each page, no row torn in two."""
    table._tbl.tblPr.append(element("tblCaption", val=clean_text(grid.caption)))
    for i, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(element("cantSplit"))
        if i == 0:
            properties.append(element("tblHeader"))

"""A plan as a row of plain blocks, so that Word and HTML show the same content."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """One of people's fields: its tag (where its words live in the record), label, words and hint."""

    tag: str
    label: str
    value: str = ""
    hint: str = "Type here"


# Text, one field, or several fields under each other.
Cell = str | Field | tuple[Field, ...]


@dataclass(frozen=True)
class Heading:
    """Heading of level 1 or 2; ``new_page`` starts a page in print."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True)
class Text:
    """One paragraph; ``note`` sets it small."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Bullets:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """Labels and fields on one line."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Picture:
    """A PNG with its alternative text and caption; width in centimetres."""

    png: bytes
    alt: str
    caption: str
    width: float = 15.0


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Grid:
    """A table: caption, header, rows; ``widths`` are shares of the page; ``name`` where rows are people's."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Notes:
    """A numbered list, to whose entries the marks of figures lead."""

    items: tuple[str, ...]


Block = Heading | Text | Bullets | Line | Pictures | Grid | Notes


@dataclass(frozen=True)
class Document:
    """Everything a renderer needs: title, subject, marking, day for the properties, and the blocks."""

    title: str
    subject: str
    marking: str
    day: str
    blocks: tuple[Block, ...] = field(default=())
    keywords: str = "problem-solving plan, SARA"

"""Figures inside text: each carries the number of the note that says where it comes from."""

import re
from typing import NamedTuple

# characters that nobody types: Unicode keeps them for private use
OPEN, NOTE, SHUT = "\ue000", "\ue001", "\ue002"


class Piece(NamedTuple):
    """A stretch of text; ``note`` is 0 outside figures; ``shown`` where the mark itself is to stand after it."""

    text: str
    note: int = 0
    shown: bool = False


def mark_figure(text: str, note: int, *, quiet: bool = False) -> str:
    """Wrap a figure; a ``quiet`` one stands in a row that has its mark elsewhere."""
    return f"{OPEN}{-note if quiet else note}{NOTE}{text}{SHUT}"


def strip_marks(text: str) -> str:
    """Text as typed, without characters that would be taken for marks."""
    return text.translate(dict.fromkeys(map(ord, OPEN + NOTE + SHUT)))


def split_marks(text: str) -> list[Piece]:
    """Cut text into pieces; of figures in a row from one place only the last shows its mark.

    Examples
    --------
    >>> [tuple(p) for p in split_marks(f"from {mark_figure('3', 7)} to {mark_figure('5', 7)}.")]
    [('from ', 0, False), ('3', 7, False), (' to ', 0, False), ('5', 7, True), ('.', 0, False)]
    """
    cut = re.split(f"{OPEN}(-?\\d+){NOTE}([^{SHUT}]*){SHUT}", text)
    found = [Piece(cut[0])]
    for head, figure, after in zip(cut[1::3], cut[2::3], cut[3::3], strict=True):
        found += [Piece(figure, abs(int(head)), not head.startswith("-")), Piece(after)]
    pieces, following = [], 0
    for piece in reversed(found):
        pieces.append(piece._replace(shown=piece.shown and piece.note != following))
        following = piece.note or following
    return [piece for piece in reversed(pieces) if piece.text]

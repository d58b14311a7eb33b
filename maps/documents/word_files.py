"""A Word document in whatever state it is found: read, or refused in one sentence that says what to do."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from hotspots.files.unpacking import Allowance, count_zip

MOST_XML = 30_000_000  # of one part of text, which takes many times its size in memory; ours are some kilobytes
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


def element(name: str, **attributes: str) -> Any:
    """Make an element of Word's own markup."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


@contextmanager
def refuse_damage(path: Path) -> Iterator[None]:
    """Turn whatever a damaged document brings up in the libraries that read it into one sentence."""
    try:
        yield
    except InputError:
        raise
    except PermissionError as error:
        raise _open_elsewhere(path, "close it and run again") from error
    except Exception as error:  # what damage does to a reader is not known beforehand
        raise InputError(
            "The plan's document is not a Word document that can be read",
            given=f"{path.name}, {_say_state(path, error)}",
            advice="go back to an earlier version, or save it in Word as .docx without a password; else "
            "rename it: the next run writes a fresh one from the record, to copy your words into",
        ) from error


def open_word(source: Path | io.BytesIO) -> Any:
    """Open a Word document, unless it would unpack to more than any file may, or a plan's text."""
    import docx

    name = source.name if isinstance(source, Path) else "the document"
    size = source.stat().st_size if isinstance(source, Path) else len(source.getbuffer())
    count_zip(source, name, Allowance(packed=size))
    with zipfile.ZipFile(source) as packed:
        text = [item.file_size for item in packed.infolist() if item.filename.endswith((".xml", ".rels"))]
    if max(text, default=0) > MOST_XML:
        raise InputError(
            "The document is far too large for a plan",
            given=name,
            advice="keep pictures and annexes in another document",
        )
    word = docx.Document(source if isinstance(source, io.BytesIO) else str(source))
    if word.element.body is None:
        raise ValueError("it has no text")
    return word


def _say_state(path: Path, error: Exception) -> str:
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as refused:
        return f"which the system does not give: {refused.strerror}"
    if not start:
        return "which is empty"
    if start == OLD_OFFICE:
        return "which has a password or is an old .doc"
    return f"which is damaged or of another kind ({' '.join(str(error).split())[:100] or 'no more is known'})"


def refuse_open(word: Path) -> None:
    """Refuse, by name, a document that Word or LibreOffice has open: it would write over ours."""
    # Word leaves out none, one or two of the first letters, by the length of the name
    marks = [word.with_name(f"~${word.name[cut:]}") for cut in range(3)]
    if any(mark.exists() for mark in (*marks, word.with_name(f".~lock.{word.name}#"))):
        advice = "close it (or delete its lock file, if nobody has it open) and run again"
        raise _open_elsewhere(word, advice)
    try:
        if word.exists():
            word.open("r+b").close()
    except OSError as error:
        advice = "close it and run again, and see that it may be written"
        raise _open_elsewhere(word, advice) from error


def _open_elsewhere(path: Path, advice: str) -> InputError:
    return InputError(f"{path.name} is open in another program or cannot be written", given=str(path), advice=advice)


def opens(word: Path) -> bool:
    """Whether a document can be read as Word's at all."""
    try:
        with refuse_damage(word):
            open_word(word)
    except InputError:
        return False
    return True

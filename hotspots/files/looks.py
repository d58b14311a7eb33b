"""What bytes look like, whatever a file's name says: so that no message is full of binary."""

import io
import re
import zipfile

_SIGNS = {
    b"\x1f\x8b": "a gz file", b"7z\xbc\xaf\x27\x1c": "a 7z archive", b"Rar!": "a rar archive",
    b"BZh": "a bz2 file", b"\xfd7zXZ\x00": "an xz file", b"\x28\xb5\x2f\xfd": "a zst file",
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"II*\x00": "a picture", b"MM\x00*": "a picture", b"RIFF": "a picture or sound", b"BM": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Office document (.xls, .doc)", b"PAR1": "Parquet",
    b"ARROW1": "an Arrow file", b"SQLite format 3": "a GeoPackage or another SQLite database",
    b"\x00\x00\x27\x0a": "a shapefile", b"{\\rtf": "a document in RTF", b"fgb": "FlatGeobuf",
    b"\x7fELF": "a program", b"MZ": "a program", b"\x00\x01\x00\x00Standard": "an Access database",
}  # fmt: skip
_INSIDE = {"xl/": "an Excel workbook (.xlsx)", "word/": "a Word document", "ppt/": "a presentation",
           "content.xml": "an OpenDocument file (.ods, .odt)"}  # fmt: skip
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1b\x1d-\x1f\x7f\ufffd]")
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)


def name_look(data: bytes) -> str:
    """Say what bytes look like by their first ones, "" where nothing is known of them.

    Examples
    --------
    >>> name_look(b"%PDF-1.7"), name_look(b"Month,Location")
    ('a PDF', '')
    """
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            names = []
        found = (what for start, what in _INSIDE.items() if any(n.startswith(start) for n in names))
        return next(found, "a zip file")
    if _PAGE.match(data.removeprefix(b"\xef\xbb\xbf")[:200]):
        return "a web page"
    for sign, what in _SIGNS.items():
        # two letters may begin a heading too: then what follows is no text
        if data.startswith(sign) and (len(sign) > 2 or _CONTROL.search(data[:64].decode("latin-1"))):
            return what
    return ""


def is_no_text(text: str) -> bool:
    r"""Whether the first line of a text, where the column names stand, holds what no name does.

    Examples
    --------
    >>> is_no_text("Month,Caf\xe9"), is_no_text("\x03\x7fWD24NM")
    (False, True)
    """
    return bool(_CONTROL.search(text.lstrip().split("\n", 1)[0][:4000]))

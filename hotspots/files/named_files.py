"""Names and patterns to files: a name that exists is that file, and each file is found once."""

import fnmatch
import os
import re
from collections.abc import Iterable
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")


def has_magic(name: str | Path) -> bool:
    """Whether a name may be a pattern.

    Examples
    --------
    >>> has_magic("*.csv"), has_magic("rows.csv")
    (True, False)
    """
    return bool(_MAGIC.search(str(name)))


def expand(pattern: str | Path) -> list[Path]:
    """Files and folders that a name or pattern stands for, in a fixed order.

    In each part of the path a name that exists is meant, whatever its signs; else brackets are letters;
    else the part is a pattern. ``**`` is any depth.
    """
    path = Path(pattern)
    if path.exists():
        return [path]
    bases = [Path(path.anchor)]
    for part in path.parts[bool(path.anchor) :]:
        bases = [hit for base in bases for hit in _hits(base, part)]
    return _once(bases)


def walk(folder: Path) -> list[Path]:
    """Every file below a folder, sorted; links are followed, each folder and file once."""
    return _once(sorted(p for inside in _folders(folder) for p in _entries(inside) if p.is_file()))


def plain_name(path: Path | str) -> str:
    """Name of a file as text that can be written: bytes that are no letters become a mark."""
    return os.fsencode(path).decode("utf-8", "replace").replace(os.sep, "/")


def fixed_part(pattern: Path) -> Path:
    """Folder above the first part that is a pattern."""
    here = Path(pattern.anchor)
    for part in pattern.parts[bool(pattern.anchor) :]:
        if has_magic(part) and not (here / part).exists():
            break
        here /= part
    return here


def _hits(base: Path, part: str) -> list[Path]:
    if part == "**":
        return _folders(base)
    if (base / part).exists():
        return [base / part]
    names = [p for p in _entries(base) if part.startswith(".") or not p.name.startswith(".")]
    letters = [p for p in names if fnmatch.fnmatch(p.name, part.replace("[", "[[]"))]
    return letters or [p for p in names if fnmatch.fnmatch(p.name, part)]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # no folder, or one that may not be looked into
        return []


def _folders(top: Path) -> list[Path]:
    seen: dict[str, Path] = {}
    ahead = [top]
    while ahead:
        here = ahead.pop()
        real = os.path.realpath(here)
        if real not in seen and here.is_dir():  # a link may lead back up
            seen[real] = here
            ahead += [p for p in reversed(_entries(here)) if not p.name.startswith(".")]
    return list(seen.values())


def _once(paths: Iterable[Path]) -> list[Path]:
    """Leave out what is there already by another name."""
    seen: dict[str, Path] = {}
    for path in paths:
        seen.setdefault(os.path.realpath(path), path)
    return list(seen.values())

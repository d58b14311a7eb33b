"""Which files a source names: files, several, patterns, folders and zips, each with its name and bytes."""

import fnmatch
import gzip
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from hotspots.checks import InputError, Problems, announce
from hotspots.common.wording import say_count
from hotspots.files.named_files import expand, fixed_part, has_magic, plain_name, walk
from hotspots.files.unpacking import DEPTH, Allowance, refuse_large, unpack

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".xlsx", ".xlsm", ".parquet", ".gpkg", ".geojson", ".json")
_WHOLE = "download it again: it may be cut off"
_BROKEN = (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class SourceFile:
    """One file to read: its name relative to the source, how to get its bytes, what it may unpack to."""

    name: str
    read: Callable[[], bytes]
    allowance: Allowance = field(default_factory=Allowance)


@dataclass
class _Search:
    """What is found in one call, what is wrong, and what was passed over."""

    skip: Sequence[str]
    problems: Problems
    passed: list[str] = field(default_factory=list)
    whole: Allowance = field(default_factory=Allowance)


def find_files(source: Any, *, skip: Sequence[str] = ()) -> list[SourceFile]:
    """Every file that ``source`` (a file, several, a pattern, a folder or a zip) names, in a stable order.

    A zip inside a zip is opened, three deep. Whatever is not read is named aloud.
    """
    search = _Search(skip, Problems("The files of records cannot be read"))
    found: list[SourceFile] = []
    for path, name in _named_paths(source, search):
        if _matches(name, skip):
            found.append(SourceFile(name, bytes))
            continue
        try:
            found += _open_path(path, name, search)
        except InputError as error:
            search.problems.note(error)
    kept = [f for f in found if not _matches(f.name, skip)]
    if not kept and not search.problems.found:
        _nothing_left(source, [f.name for f in found], search)
    search.problems.raise_any()
    if len(kept) < len(found):
        left = say_count(len(found) - len(kept), "file")
        announce(f"{left} left out as not holding records ({', '.join(skip)}).")
    if search.passed:
        announce(f"Not read, as records are not kept in such files: {_some(search.passed)}.")
    return kept


def _nothing_left(source: Any, skipped: list[str], search: _Search) -> None:
    if skipped:
        search.problems.add(
            "the layout leaves these files out, as not holding records",
            given=_some(skipped),
            advice="the file of the records themselves",
        )
        return
    given = str(source) + (f": {_some(search.passed)}" if search.passed else "")
    search.problems.add("nothing to read", given=given, advice=f"files ending in {', '.join(SUFFIXES)}")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _open_path(path: Path, name: str, search: _Search) -> list[SourceFile]:
    if not path.is_file():
        raise InputError("No such file", given=str(path), advice="check the name and the folder")
    size = path.stat().st_size
    if size == 0:
        raise InputError("The file is empty (0 bytes)", given=name, advice="export or download it again")
    allowance = Allowance(size, search.whole)
    search.whole.packed += size
    if path.suffix.lower() == ".zip":
        return _inside_zip(path, name, search, allowance, depth=1)
    refuse_large(name, size)
    return [SourceFile(name, partial(_read_file, path, name, allowance), allowance)]


def _named_paths(source: Any, search: _Search) -> list[tuple[Path, str]]:
    items = [source] if isinstance(source, str | Path) else list(source)
    if not items:
        search.problems.add("no file was named", given="an empty list", advice="the path of a file, a folder or a zip")
    named: list[tuple[Path, str]] = []
    for item in items:
        path = Path(item)
        if path.is_dir():
            named += _in_folder(path, search)
        elif not path.exists() and has_magic(item):
            root = fixed_part(path)
            hits = [p for p in expand(path) if p.is_file()]
            named += [(p, plain_name(p.relative_to(root))) for p in hits]
            if not hits:
                search.problems.add(
                    "no file matches the pattern", given=str(item), advice="check the folder and the pattern"
                )
        else:
            named.append((path, plain_name(path.name)))
    return _distinct_names(named)


def _in_folder(folder: Path, search: _Search) -> list[tuple[Path, str]]:
    inside = [(p, plain_name(p.relative_to(folder))) for p in walk(folder)]
    shown = [(p, name) for p, name in inside if not _hidden(name.split("/"))]
    search.passed += [name for _, name in shown if not _readable(name, (*SUFFIXES, ".zip"))]
    return [(p, name) for p, name in shown if _readable(name, (*SUFFIXES, ".zip"))]


def _readable(name: str, suffixes: Sequence[str]) -> bool:
    return name.lower().endswith(tuple(suffixes))


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith((".", "__MACOSX", "~$")) for part in parts if part not in (".", ".."))


def _distinct_names(named: Iterable[tuple[Path, str]]) -> list[tuple[Path, str]]:
    named = list(dict.fromkeys(named))
    while True:  # two files of one name would pass for one, and hide that they hold the same month
        times = Counter(name for _, name in named)
        longer = [(path, _longer(path, name) if times[name] > 1 else name) for path, name in named]
        if longer == named:
            return named
        named = longer


def _longer(path: Path, name: str) -> str:
    return plain_name(Path(*path.parts[-(name.count("/") + 2) :]))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns)


def _inside_zip(source: Any, name: str, search: _Search, allowance: Allowance, *, depth: int) -> list[SourceFile]:
    try:
        archive = zipfile.ZipFile(source)  # stays open for its members: a list of thousands is read once
        members = sorted(archive.infolist(), key=lambda m: m.filename)
    except _BROKEN as error:
        raise InputError("Not a zip file that can be opened", given=name, advice=_WHOLE) from error
    found: list[SourceFile] = []
    if not members:
        search.passed.append(f"{name}, which is empty")
    for member in members:
        inner = _member_name(member)
        if member.is_dir() or _hidden(inner.split("/")):
            continue
        full = f"{name}/{inner}"
        nested = inner.lower().endswith(".zip")
        if not _readable(inner, SUFFIXES) and not (nested and depth < DEPTH):
            search.passed.append(full)
            continue
        if _matches(inner, search.skip):
            found.append(SourceFile(full, bytes))
            continue
        allowance.count(full, member.file_size)  # as it says, until it is read
        try:
            _check_member(member, full)
            read = partial(_read_member, archive, member, full, allowance)
            if nested:
                found += _inside_zip(io.BytesIO(read()), full, search, allowance, depth=depth + 1)
            else:
                found.append(SourceFile(full, read, allowance))
        except InputError as error:
            search.problems.note(error)
    return found


def _member_name(member: zipfile.ZipInfo) -> str:
    """Name of a member; programs that do not say that they write UTF-8 often do."""
    name = member.filename.replace("\\", "/")
    try:
        return name if member.flag_bits & 0x800 else name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if ".." in path.parts or path.is_absolute() or PureWindowsPath(path).drive:
        raise InputError(
            "A file inside the zip has a path that leaves the zip",
            given=name,
            advice="do not trust this file; ask whoever made it",
        )
    if member.flag_bits & 1:
        raise InputError("A file inside the zip has a password", given=name, advice="unzip it first")
    if member.file_size == 0:
        raise InputError("The file is empty (0 bytes)", given=name, advice="export or download it again")


def _read_file(path: Path, name: str, allowance: Allowance) -> bytes:
    try:
        if path.suffix.lower() != ".gz":
            return path.read_bytes()
        with gzip.open(path) as handle:
            return unpack(handle, name, allowance)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            "The file cannot be read",
            given=f"{name}: {error}",
            advice="close it if it is open in another program, and check that it is whole",
        ) from error


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, allowance: Allowance) -> bytes:
    try:
        with archive.open(member) as handle:
            if not name.lower().endswith(".gz"):
                return unpack(handle, name, allowance)
            with gzip.open(handle) as inner:
                return unpack(inner, name, allowance)
    except InputError:
        raise
    except _BROKEN as error:
        raise InputError("A file inside the zip cannot be read", given=f"{name}: {error}", advice=_WHOLE) from error

"""Which files a source names: files, several, globs, folders and zips, each with its name and its bytes."""

from __future__ import annotations

import fnmatch
import glob
import gzip
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from hotspots.checks import InputError, Problems, announce

MAX_BYTES = 1024**3
MAX_RATIO = 400
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".xlsx", ".xlsm", ".parquet", ".gpkg", ".geojson", ".json")
_TOO_BIG = "use aggregate_incidents, or read one month at a time"


@dataclass(frozen=True)
class SourceFile:
    """One file to read: its name relative to the source, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]


def find_files(source: Any, *, skip: Sequence[str] = ()) -> list[SourceFile]:
    """Every file that ``source`` (a file, several, a glob, a folder or a zip) names, in a stable order.

    Raises
    ------
    InputError
        For all missing, empty and dangerous files of the call at once.
    """
    problems = Problems("The files of records cannot be read")
    found: list[SourceFile] = []
    for path, name in _named_paths(source, problems):
        if _matches(name, skip):
            found.append(SourceFile(name, bytes))
        elif not path.is_file():
            problems.add("no such file", given=str(path), advice="check the name and the folder")
        elif path.stat().st_size == 0:
            problems.add("the file is empty (0 bytes)", given=name, advice="export or download it again")
        elif path.suffix.lower() == ".zip":
            found.extend(_inside_zip(path, name, skip, problems))
        elif path.stat().st_size > MAX_BYTES:
            problems.add("the file is larger than 1 GB", given=name, advice=_TOO_BIG)
        else:
            found.append(SourceFile(name, _file_reader(path, name)))
    kept = [f for f in found if not _matches(f.name, skip)]
    if not kept and not problems.found:
        problems.add("nothing to read", given=str(source), advice=f"files ending in {', '.join(SUFFIXES)}")
    problems.raise_any()
    if len(kept) < len(found):
        announce(f"{len(found) - len(kept)} file(s) left out as not holding records ({', '.join(skip)}).")
    return kept


def _named_paths(source: Any, problems: Problems) -> list[tuple[Path, str]]:
    items = [source] if isinstance(source, str | Path) else list(source)
    if not items:
        problems.add(
            "no file was named", given="an empty list", advice="the path of a file, a folder or a zip"
        )
    named: list[tuple[Path, str]] = []
    for item in items:
        path = Path(item)
        if path.is_dir():
            named += _in_folder(path)
        elif not path.exists() and glob.has_magic(str(item)):
            hits = sorted(Path(p) for p in glob.glob(str(item), recursive=True))  # noqa: PTH207
            root = _fixed_part(path)
            named += [(p, p.relative_to(root).as_posix()) for p in hits if p.is_file()]
            if not hits:
                problems.add(
                    "no file matches the pattern", given=str(item), advice="check the folder and the pattern"
                )
        else:
            named.append((path, path.name))
    return _distinct_names(named)


def _in_folder(folder: Path) -> list[tuple[Path, str]]:
    inside = sorted(p for p in folder.rglob("*") if _readable(p.name, (*SUFFIXES, ".zip")) and p.is_file())
    return [(p, p.relative_to(folder).as_posix()) for p in inside if not _hidden(p.relative_to(folder).parts)]


def _readable(name: str, suffixes: Sequence[str]) -> bool:
    return name.lower().endswith(tuple(suffixes))


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith((".", "__MACOSX", "~$")) for part in parts if part not in (".", ".."))


def _fixed_part(pattern: Path) -> Path:
    parts = pattern.parts
    first = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first]) if first else Path()


def _distinct_names(named: Iterable[tuple[Path, str]]) -> list[tuple[Path, str]]:
    named = list(dict.fromkeys(named))
    while True:  # two files of one name would pass for one, and hide that they hold the same month
        times = Counter(name for _, name in named)
        longer = [(path, _longer(path, name) if times[name] > 1 else name) for path, name in named]
        if longer == named:
            return named
        named = longer


def _longer(path: Path, name: str) -> str:
    return Path(*path.parts[-(name.count("/") + 2) :]).as_posix()


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns)


def _inside_zip(path: Path, name: str, skip: Sequence[str], problems: Problems) -> list[SourceFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda m: m.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        problems.add(
            "not a zip file that can be opened", given=name, advice="download it again: it may be cut off"
        )
        return []
    shown = [m for m in members if not _hidden(m.filename.replace("\\", "/").split("/"))]
    wanted = [m for m in shown if _readable(m.filename, SUFFIXES)]
    if not wanted:
        problems.add(
            f"the zip holds no file ending in {', '.join(SUFFIXES)}",
            given=name,
            advice="unzip it and look what is in it",
        )
    for member in wanted:
        if not _matches(member.filename, skip):
            _check_member(member, f"{name}/{member.filename}", problems)
    if sum(m.file_size for m in wanted) > MAX_BYTES:
        problems.add("the zip unpacks to more than 1 GB", given=name, advice=_TOO_BIG)
    return [SourceFile(f"{name}/{m.filename}", _member_reader(path, name, m)) for m in wanted]


def _check_member(member: zipfile.ZipInfo, name: str, problems: Problems) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if ".." in path.parts or path.is_absolute() or PureWindowsPath(path).drive:
        problems.add(
            "a file inside the zip has a path that leaves the zip",
            given=name,
            advice="do not trust this file; ask whoever made it",
        )
    elif member.flag_bits & 1:
        problems.add("a file inside the zip has a password", given=name, advice="unzip it first")
    elif member.file_size == 0:
        problems.add("the file is empty (0 bytes)", given=name, advice="export or download it again")
    elif member.file_size > 50_000_000 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        problems.add(
            "a file inside the zip unpacks to a suspicious size",
            given=f"{member.file_size:,} bytes",
            advice="do not trust this file; ask whoever made it",
        )


def _file_reader(path: Path, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            if path.suffix.lower() != ".gz":
                return path.read_bytes()
            with gzip.open(path) as handle:
                data = handle.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(
                "The file cannot be read",
                given=f"{name}: {error}",
                advice="close it if it is open in another program, and check that it is whole",
            ) from error
        if len(data) > MAX_BYTES:
            raise InputError("The file unpacks to more than 1 GB", given=name, advice=_TOO_BIG)
        return data

    return read


def _member_reader(path: Path, name: str, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as handle:
                data = handle.read(member.file_size + 1)
                return gzip.decompress(data) if member.filename.lower().endswith(".gz") else data
        except (
            zipfile.BadZipFile,
            OSError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            zlib.error,
        ) as error:
            given = f"{name}/{member.filename}: {error}"
            raise InputError(
                "A file inside the zip cannot be read",
                given=given,
                advice="download it again: it may be cut off",
            ) from error

    return read

"""All or nothing: results are written beside their folder, then swapped in; nobody's own file is lost."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyogrio.errors
from filelock import FileLock, Timeout

from hotspots.checks import InputError, announce
from maps.common.exchange import exchange_folders

MANIFEST = "manifest.json"
KEPT = "kept"
TOOL = "safer-hotspots"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LEAST_FREE = 8_000_000  # bytes under which a library that fails to write has most likely filled the disk


@contextmanager
def replace_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder to write into; swap it in for ``out`` when the block ends well.

    Whatever is put aside meanwhile, as drafts or by libraries, lies beside ``out`` too: a run that was killed
    leaves nothing anywhere else, and the next run clears it away.

    Yields
    ------
    Path
        The folder to write into, beside ``out``; gone, with all in it, when the block fails.
    """
    _check_clock()
    out = Path(os.path.abspath(out))  # noqa: PTH100  (resolve() would follow a link given as the folder)
    new, old, aside = (_beside(out, what) for what in ("new", "old", "aside"))
    with _only_writer(out):
        with clear_errors(out):
            finish_swap(out)
            refuse_foreign(out)
            refuse_open(out)
            new.mkdir()
            aside.mkdir()
        before, tempfile.tempdir = tempfile.tempdir, str(aside)
        try:
            yield new
            with clear_errors(out):
                if not (new / MANIFEST).is_file():
                    raise RuntimeError("a result without its manifest is never swapped in")
                _carry_over(out, new)
                _swap(new, out, old)
        finally:
            tempfile.tempdir = before
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(new, ignore_errors=True)


def _check_clock() -> None:
    """Refuse a clock from before 1980, where the dates inside Word documents and workbooks begin."""
    now = time.localtime()
    if now.tm_year < 1980:
        raise InputError(
            "This computer's clock is wrong",
            given=f"it says {now.tm_year}-{now.tm_mon:02d}-{now.tm_mday:02d}",
            advice="set its date, and have its battery looked at",
        )


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")


@contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    """Hold the folder's lock: the system frees it even when a run is killed."""
    with clear_errors(out):
        if out.is_symlink() and not out.exists():
            raise InputError("The output folder is a link to nowhere", given=str(out), advice="another --out")
        if out.exists() and not out.is_dir():
            raise InputError("The output must be a folder", given=f"{out} is a file", advice="another --out")
        made = [folder for folder in out.parents if not folder.exists()]
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_beside(out, "lock"))
        try:
            lock.acquire(timeout=0)
            if not _beside(out, "lock").exists():  # its last holder has just cleared it away
                raise Timeout(str(out))
        except Timeout as error:
            lock.release()
            raise InputError(
                "Another run is writing into this folder",
                given=str(out),
                advice="wait until it has ended, or give another --out",
            ) from error
    try:
        yield
    finally:
        # cleared away while still held, so that a folder listing stays tidy (Windows: only once released)
        with suppress(PermissionError):
            _beside(out, "lock").unlink(missing_ok=True)
        lock.release()
        with suppress(PermissionError):
            if os.name == "nt":
                _beside(out, "lock").unlink(missing_ok=True)
        with suppress(OSError):  # stays when anything is in it: the results
            for folder in made:
                folder.rmdir()


def finish_swap(out: Path) -> None:
    """Complete or undo a swap that was killed half-way: the folder is the old result or the new one."""
    new, old = _beside(out, "new"), _beside(out, "old")
    if old.exists() and not out.exists():
        if is_complete(new):
            new.rename(out)
        else:
            old.rename(out)
    if old.exists():
        shutil.rmtree(old)
    for left in (new, _beside(out, "aside")):
        if left.exists():
            shutil.rmtree(left)


def is_complete(folder: Path) -> bool:
    """Whether a folder holds a manifest of ours and every file it lists, whole."""
    manifest = read_manifest(folder)
    return manifest is not None and all(
        (folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in manifest["outputs"].items()
    )


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Manifest of a result folder, or None when there is none of ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("tool") != TOOL:
        return None
    return manifest if isinstance(manifest.get("outputs"), dict) else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds somebody's files and no manifest of ours."""
    if out.is_dir() and any(out.iterdir()) and read_manifest(out) is None:
        first = sorted(p.name for p in out.iterdir())[:3]
        raise InputError(
            "The output folder holds files that this tool did not write",
            given=f"{out} with {', '.join(first)}",
            advice="give an empty or a new folder to --out",
        )


def refuse_open(out: Path) -> None:
    """Refuse, by name, when a result of the last run is open in a program that locks it."""
    for path in sorted(out.rglob("*")) if out.is_dir() else ():
        # Office and LibreOffice put these beside a document while it is open, on every system
        for mark, owner in (("~$", path.name[2:]), (".~lock.", path.name[7:].rstrip("#"))):
            if path.name.startswith(mark):
                raise _open_elsewhere(path.with_name(_whole_name(path, owner)))
        if path.is_file():
            try:
                path.open("r+b").close()
            except PermissionError as error:
                raise _open_elsewhere(path) from error


def _whole_name(lock: Path, tail: str) -> str:
    """Word drops the first letters of a long name from its lock file: find the document itself."""
    names = [p.name for p in lock.parent.iterdir() if p.name.endswith(tail) and p.name != lock.name]
    return min(names, key=len, default=tail)


def _open_elsewhere(path: Path) -> InputError:
    return InputError(
        f"{path.name} is open in another program or cannot be written",
        given=str(path),
        advice="close it (or delete its ~$ file, if nobody has it open) and run again",
    )


def _carry_over(out: Path, new: Path) -> None:
    """Keep what people added to, or changed in, the last result: in the folder 'kept', never lost."""
    manifest = read_manifest(out) if out.is_dir() else None
    if manifest is None:
        return
    ours = {**manifest["outputs"], MANIFEST: ""}
    kept = []
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        name = path.relative_to(out).as_posix()
        if name == MANIFEST or (name in ours and sha256_of(path) == ours[name]):
            continue
        inside = name if name.startswith(f"{KEPT}/") else f"{KEPT}/{name}"
        (new / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, new / inside)
        if not name.startswith(f"{KEPT}/"):
            kept.append(name)
    if kept:
        announce(f"Added or changed by somebody since the last run, and kept in {KEPT}/: {', '.join(kept)}.")


def _swap(new: Path, out: Path, old: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    if exchange_folders(new, out):  # the old result, now in the other's place, is cleared away with it
        return
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def clear_errors(out: Path) -> Iterator[None]:
    """Turn the refusals of the system, and of the libraries that write for us, into one sentence each."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, out) from error
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, sqlite3.Error) as error:
        raise _explain_library(error, out) from error
    except Exception as error:
        if type(error).__module__.startswith("xlsxwriter."):
            raise _explain_library(error, out) from error
        raise


def explain_os_error(error: OSError, out: Path) -> InputError:
    """Say what the system refused: full disk, no rights, a file in use."""
    where = str(error.filename or out)
    if error.errno in FULL:
        return _full(out)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputError(
            "The system does not allow writing here",
            given=f"{where}: {error.strerror}",
            advice="close the file if it is open elsewhere, or give another --out",
        )
    return InputError(
        "The system refused",
        given=f"{where}: {error.strerror or error}",
        advice="another --out, on a disk of this computer",
    )


def _explain_library(error: Exception, out: Path) -> InputError:
    """Say what a library could not read or write; most often the disk is full."""
    here = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    text = " ".join(str(error).split())
    if shutil.disk_usage(here).free < LEAST_FREE or "full" in text or "transaction" in text:
        return _full(out)
    return InputError(
        "A file could not be read or written", given=text[:300], advice="is it whole, and may it be opened?"
    )


def _full(out: Path) -> InputError:
    return InputError(
        "The disk is full: nothing was written", given=str(out), advice="free some space, or another --out"
    )

"""One writer at a time in a folder of open plans; the system frees the lock even when a run is killed."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from hotspots.checks import InputError
from maps.common.swap_folder import FULL, explain_os_error

WAIT = 60.0  # seconds: longer than the plans of a month take to write
_mine = threading.local()


class NotWritableError(InputError):
    """A folder of plans that may be read, and not written."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a folder of plans for as long as its plans are read back and written; others wait a little."""
    folder = Path(os.path.realpath(folder))
    held: set[Path] = _mine.__dict__.setdefault("folders", set())
    if folder in held:  # by ourselves: one function that writes leans on another
        yield
        return
    lock = _acquire(folder)
    held.add(folder)
    try:
        yield
    finally:
        held.discard(folder)
        # cleared away while still held, so that the folder stays tidy (Windows: only once released)
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
        if os.name == "nt":
            with suppress(OSError):
                Path(lock.lock_file).unlink(missing_ok=True)


def _acquire(folder: Path) -> FileLock:
    there, path = folder.exists(), folder / ".plans.lock"
    lock, until = FileLock(path), time.monotonic() + WAIT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=WAIT)
        while not path.exists():  # its last holder has just cleared it away
            lock.release()
            lock.acquire(timeout=max(0.1, until - time.monotonic()))
        return lock
    except Timeout as error:
        raise InputError(
            "Another run is writing the plans of this folder",
            given=f"{folder}, for more than {WAIT:g} seconds",
            advice="run again when it has ended",
        ) from error
    except OSError as error:
        if error.errno in FULL:
            raise explain_os_error(error, folder) from error
        refusal: type[InputError] = NotWritableError if there else InputError
        raise refusal(
            "The folder of plans cannot be written",
            given=f"{folder}: {error.strerror or error}",
            advice="see that it is a folder in which you may write",
        ) from error

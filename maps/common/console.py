"""The console: letters that it cannot show become '?', and a reader that stops (`| head`) stops nothing."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CLOSED = (errno.EPIPE, errno.EINVAL)  # the second is how Windows calls it


@contextmanager
def safe_console() -> Iterator[None]:
    """Let nothing that is printed while the block runs fail for want of letters or of a reader."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # of Windows cp1252, say
    sys.stdout, sys.stderr = (s if s is None else _Heard(s) for s in before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Heard):
                stream.flush()
        sys.stdout, sys.stderr = before


class _Heard:
    """A stream that leads nowhere once its reader has stopped."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        self._try("write", text)
        return len(text)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, what: str, *given: str) -> None:
        try:
            getattr(self.stream, what)(*given)
        except OSError as error:
            if error.errno not in CLOSED:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())  # what is still held goes there too, at the very end
            os.close(nowhere)

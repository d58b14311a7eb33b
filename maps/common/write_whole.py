"""Files written whole or not at all: beside the old one first, then in its place."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotspots.checks import InputError
from hotspots.plans.toml_file import settle_file
from maps.common.swap_folder import FULL, explain_os_error


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as beside:
        beside.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, beside a file that it replaces once written; without it when that fails."""
    beside = path.with_name(f".{path.stem}.new{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        settle_file(beside)
        beside.replace(path)
    except OSError as error:
        if error.errno in FULL:
            raise explain_os_error(error, path.parent) from error
        raise InputError(
            f"{path.name} cannot be written",
            given=f"{path}: {error.strerror or error}",
            advice="close it if it is open in another program",
        ) from error
    finally:
        with suppress(OSError):  # what stood in the way of writing may stand here too
            beside.unlink(missing_ok=True)

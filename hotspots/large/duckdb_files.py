"""Files on an embedded DuckDB: Parquet, CSV and partitioned folders as one table, larger than memory."""

import fnmatch
import glob
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hotspots.checks import InputError, require_installed
from hotspots.files.named_files import expand, fixed_part, plain_name, walk
from hotspots.large._engines import first_line, own_warnings_only, with_moments

MEMORY = "1GB"  # of DuckDB's own; what does not fit goes to the spill folder
_PARQUET, _CSV = (".parquet", ".pq"), (".csv", ".csv.gz", ".tsv")
_PARTS = ("year", "month", "day")


class Embedded:
    """Files on a DuckDB of our own, whose spill files are ours alone, unreadable to others and go with it."""

    def __init__(self, source: Any, *, skip: Sequence[str] = (), spill: Path | None = None) -> None:
        self.source = [Path(source)] if isinstance(source, str | Path) else [Path(s) for s in source]
        self.skip, self.parent = skip, spill
        self.names: dict[str, str] = {}

    def __enter__(self) -> Any:
        ibis = require_installed("ibis", extra="scale")
        found, parquet = self._files()
        files = [glob.escape(path) for path in found]  # a name that looks like a pattern is a name
        self.spill = tempfile.TemporaryDirectory(prefix="safer-hotspots-", dir=self.parent)
        settings = {"temp_directory": self.spill.name, "memory_limit": MEMORY, "temp_file_encryption": True}
        with own_warnings_only():
            self.engine = ibis.duckdb.connect(preserve_insertion_order=False, **settings)
        try:
            with own_warnings_only():
                if parquet:
                    options = {"hive_types_autocast": False, "union_by_name": True}
                    read = self.engine.read_parquet(files, filename=True, file_row_number=True, **options)
                    return with_moments(read, self.engine, files)
                options = {"all_varchar": True, "header": True, "filename": True, "union_by_name": True}
                return self.engine.read_csv(files, hive_types_autocast=False, **options)
        except InputError:
            self.__exit__()
            raise
        except Exception as error:
            self.__exit__()
            raise InputError(
                "The files cannot be read as one table",
                given=first_line(error),
                advice="files of the same columns, in UTF-8",
            ) from error

    def __exit__(self, *_: object) -> None:
        self.engine.disconnect()
        self.spill.cleanup()

    def _files(self) -> tuple[list[str], bool]:
        found = dict(list_files(self.source, skip=self.skip))
        parquet = {path: name for path, name in found.items() if name.lower().endswith(_PARQUET)}
        csv = {path: name for path, name in found.items() if name.lower().endswith(_CSV)}
        if bool(parquet) == bool(csv):
            raise InputError(
                "There must be Parquet files or CSV files here, and not both",
                given=f"{', '.join(map(str, self.source))}: {len(parquet)} Parquet and {len(csv)} CSV files",
                advice="a folder of one kind of file",
            )
        self.names = parquet or csv
        return list(self.names), bool(parquet)


def list_files(source: Iterable[Path], *, skip: Sequence[str] = ()) -> list[tuple[str, str]]:
    """List the Parquet and CSV files of files, folders and patterns: path, and name within what was given."""
    found: dict[str, str] = {}
    for given in source:
        root, paths = _search(given)
        for path in paths:
            parts = path.relative_to(root).parts
            name = plain_name(Path(*parts))
            held = name.lower().endswith((*_PARQUET, *_CSV))
            hidden = any(part.startswith((".", "_")) for part in parts)
            left_out = any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in skip)
            if held and path.is_file() and not hidden and not left_out:
                found.setdefault(str(path), name)
    return sorted(found.items())


def _search(given: Path) -> tuple[Path, list[Path]]:
    if given.is_dir():
        return given, walk(given)
    return (given.parent, [given]) if given.is_file() else (fixed_part(given), expand(given))


def count_parquet(source: Iterable[Path], *, skip: Sequence[str] = ()) -> tuple[int, int]:
    """Count the Parquet files, and by their own record the rows in them."""
    files = [path for path, name in list_files(source, skip=skip) if name.lower().endswith(_PARQUET)]
    if not files:
        return 0, 0
    parquet = require_installed("pyarrow.parquet", extra="parquet")
    try:
        return len(files), sum(parquet.read_metadata(path).num_rows for path in files)
    except Exception as error:
        raise InputError(
            "A Parquet file cannot be read",
            given=first_line(error),
            advice="write it again; with skip its records are left out",
        ) from error


def join_date(table: Any) -> Any:
    """Give a table that keeps year and month (and day) apart one column of dates, ``year_month``.

    A 3 in one column, or partition, and its year in another is no date to anybody else.
    """
    import ibis

    by_fold = {column.casefold(): column for column in table.columns}
    year, month, day = (by_fold.get(name) for name in _PARTS)
    if year is None or month is None:
        return table
    text = {name: table[name].cast("string") for name in (year, month, *([day] if day else []))}
    joined = text[year] + "-" + text[month].lpad(2, "0")
    joined = joined + "-" + text[day].lpad(2, "0") if day else joined
    return table.mutate(year_month=ibis.cases((text[month].length() <= 2, joined), else_=text[month]))

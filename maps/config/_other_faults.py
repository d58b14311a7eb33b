"""What else is wrong, once something is: each file of a configuration, opened as the job would open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from boundaries.areas import read_areas
from boundaries.lookups import read_lookup
from hotspots.change.indicator_files import read_indicators
from hotspots.checks import InputError, Problems, require_columns
from hotspots.files.input_files import find_files
from hotspots.files.named_files import expand
from hotspots.reading.layout_fit import explain_missing, match_columns, read_layout_rows
from hotspots.reading.layouts import load_layout
from hotspots.reading.own_shapes import read_shapes

Table = Mapping[str, Any]
_AREAS = ("name", "code", "layer", "vintage", "aliases")


def list_faults(raw: Table, folder: Path) -> list[str]:
    """Say what the reader of each file that is there would refuse; what is not there is said elsewhere."""
    return list(_faults(raw, folder))


def _faults(raw: Table, folder: Path) -> dict[str, InputError]:
    found: dict[str, InputError] = {}
    for read in _readers(raw, folder):
        try:
            read()
        except InputError as error:
            found[str(error)] = error
        except Exception:  # a key of the wrong kind, which is noted already
            continue
    return found


def join_faults(first: InputError, raw: Table, path: Path) -> InputError:
    """Join an error of the first file that failed with those of the others."""
    said = str(first)  # where it may stand in brackets, among the others of one source
    faults = _faults(raw, path.parent).items()
    others = [text for text, error in faults if error.problem not in said or error.given not in said]
    if not others:
        return first
    return InputError(
        f"Several files that {path.name} names cannot be used", given="; ".join([str(first), *others])
    )


def _readers(raw: Table, folder: Path) -> Iterator[Callable[[], object]]:
    for _, table in _tables(raw, "areas"):
        if "name" in table and _there(folder, table.get("file")):
            options = {key: table[key] for key in _AREAS if key in table}
            yield partial(read_areas, folder / table["file"], **options)
        if "lookup" in table:
            own = str(table["lookup"])
            yield partial(read_lookup, folder / own if own.endswith(".csv") else own)
    one = raw.get("incidents")
    sources = [one] if isinstance(one, Mapping) else []
    for source in [*sources, *(table for _, table in _tables(raw, "sources"))]:
        yield partial(_read_first, source.get("files"), source.get("layout", "police.uk"), folder)
    for file, what, column in _shapes(raw):
        if _there(folder, file):
            yield partial(_read_shapes, folder / str(file), what, column)
    for _, table in _tables(raw, "boards"):
        if str(table.get("indicators", "")).endswith(".toml") and _there(folder, table["indicators"]):
            yield partial(read_indicators, folder / table["indicators"])


def _read_first(files: Any, layout: Any, folder: Path) -> None:
    """Read the first file of a source, and miss the columns that the layout must have."""
    settings = load_layout(layout, folder=folder)
    names = [files] if isinstance(files, str) else files
    file = find_files(expand(folder / str(names[0])), skip=settings.skip)[0]
    columns = [str(name) for name in read_layout_rows(file, settings).rows.columns]
    problems = Problems("The files cannot be read")
    if lacking := match_columns(columns, settings)[1]:
        explain_missing(problems, file.name, lacking, columns, settings)
    problems.raise_any()


def _shapes(raw: Table) -> Iterator[tuple[Any, str, str]]:
    """Each file of shapes that is read for its geometry: file, what it is called, the column it must have."""
    one = {name: table for name, table in raw.items() if isinstance(table, Mapping)}
    yield one.get("incidents", {}).get("study_area"), "The study area", ""
    for name in ("hotspots", "patrols"):
        yield one.get(name, {}).get("streets"), "The file of streets", ""
    nearby = one.get("nearby", {})
    yield nearby.get("file"), "The file of [nearby]", str(nearby.get("kind", "kind"))
    for name, table in _tables(raw, "premises"):
        yield table.get("file"), f"The file of [premises.{name}]", ""


def _read_shapes(path: Path, what: str, column: str) -> None:
    shapes = read_shapes(path, what=what)
    if column:
        require_columns(shapes, [column], what=f"[nearby] {path.name}")


def _tables(raw: Table, parent: str) -> list[tuple[str, Table]]:
    tables = raw.get(parent)
    found = tables.items() if isinstance(tables, Mapping) else ()
    return [(name, table) for name, table in found if isinstance(table, Mapping)]


def _there(folder: Path, file: Any) -> bool:
    return isinstance(file, str) and (folder / file).exists()

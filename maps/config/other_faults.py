"""What else is wrong, once something is: each file of a configuration, opened as the job would open it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from boundaries.areas import read_areas
from boundaries.lookups import read_lookup
from hotspots.change.indicator_files import read_indicators
from hotspots.checks import InputError, Problems, require_columns
from hotspots.files.input_files import find_files
from hotspots.reading.layout_fit import explain_missing, match_columns, read_layout_rows
from hotspots.reading.layouts import load_layout
from hotspots.reading.own_shapes import read_shapes
from maps.config.kinds import expand_names
from maps.config.settings import Config

_AREAS = ("name", "code", "layer", "vintage", "aliases")


def list_faults(config: Config) -> list[str]:
    """Say what the reader of each file that is there would refuse; what is not there is said elsewhere."""
    return list(_faults(config))


def join_faults(first: InputError, config: Config) -> InputError:
    """Join an error of the first file that failed with those of the others."""
    said = str(first)  # where it may stand in brackets, among the others of one source
    others = [t for t, e in _faults(config).items() if e.problem not in said or e.given not in said]
    if not others:
        return first
    return InputError(f"Several files that {config.path.name} names cannot be used", given="; ".join([said, *others]))


def _faults(config: Config) -> dict[str, InputError]:
    found: dict[str, InputError] = {}
    for read in _readers(config):
        try:
            read()
        except InputError as error:
            found[str(error)] = error
    return found


def _readers(config: Config) -> Iterator[Callable[[], object]]:
    for area in config.areas.values():
        if area.file and area.name:
            yield partial(read_areas, area.file, **{key: area[key] for key in _AREAS if key in area})
        if area.lookup:
            yield partial(read_lookup, area.lookup)
    folder = config.path.parent
    for source in config.sources.values() or [config.incidents]:
        if source.files:
            yield partial(_read_first, expand_names(source.files, folder), source.layout, folder)
    for file, what, column in _shapes(config):
        if file:
            yield partial(_read_shapes, file, what, column)
    for board in config.boards.values():
        if isinstance(board.indicators, Path):
            yield partial(read_indicators, board.indicators)


def _read_first(files: list[Path], layout: Any, folder: Path) -> None:
    """Read the first file of a source, and miss the columns that the layout must have."""
    settings = load_layout(layout, folder=folder)
    file = find_files(files, skip=settings.skip)[0]
    columns = [str(name) for name in read_layout_rows(file, settings).rows.columns]
    problems = Problems("The files cannot be read")
    if lacking := match_columns(columns, settings)[1]:
        explain_missing(problems, file.name, lacking, columns, settings)
    problems.raise_any()


def _shapes(config: Config) -> Iterator[tuple[Path | None, str, str]]:
    """Each file of shapes that is read for its geometry: file, what it is called, the column it must have."""
    yield config.incidents.study_area, "The study area", ""
    for table in (config.hotspots, config.patrols):
        yield table.streets, "The file of streets", ""
    yield config.nearby.file, "The file of [nearby]", config.nearby.kind
    for name, premises in config.premises.items():
        yield premises.file, f"The file of [premises.{name}]", ""


def _read_shapes(path: Path, what: str, column: str) -> None:
    shapes = read_shapes(path, what=what)
    if column:
        require_columns(shapes, [column], what=f"[nearby] {path.name}")

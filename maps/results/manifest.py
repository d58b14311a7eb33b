"""The record of a run: what went in, what was decided, what came out, to the byte."""

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import CRS, InputError, Problems
from hotspots.common.sentence_rules import list_sentences
from hotspots.files.named_files import plain_name
from hotspots.reading.coordinates import describe_operation
from hotspots.reading.layouts import load_layout
from hotspots.reading.rejects import sum_causes
from maps.common.swap_folder import MANIFEST, TOOL, sha256_of
from maps.config.settings import Config
from maps.disclosure.not_finite import strict_json

PACKAGES = ("geopandas", "pandas", "numpy", "scipy", "shapely", "pyproj", "pyogrio", "folium", "matplotlib")


def list_inputs_of(config: Config) -> list[dict[str, Any]]:
    """Name, size and sha256 of a configuration and of every file that it names; open plans are no input."""
    base = config.path.parent
    layouts = [config.incidents.layout, *(given.get("layout") for given in config.sources.values())]
    named = [path for layout in layouts if layout for path in files_of_layout(layout, base)]
    settings = [value for key, value in vars(config).items() if key not in ("path", "files", "plans")]
    results = [path / "hotspots.gpkg" if path.is_dir() else path for path in paths_in(settings)]
    return list_inputs(list(dict.fromkeys([config.path, *config.files, *results, *named])), base)


def files_of_layout(layout: Any, base: Path) -> list[Path]:
    """Give the user's own files that a layout is made of: its TOML, and the look-up of its keys."""
    own = [base / layout] if isinstance(layout, str) and layout.endswith(".toml") else []
    with suppress(InputError):  # who reads with it says what is wrong
        read = load_layout(layout, folder=base)
        own += [read.folder / read.lookup["file"]] if read.lookup else []
    return own


def paths_in(value: Any) -> list[Path]:
    """Every path in nested settings, in their order."""
    if isinstance(value, Path):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [path for one in inner for path in paths_in(one)]


def list_inputs(files: list[Path], base: Path) -> list[dict[str, Any]]:
    """Name, size and sha256 of each input file, named from the configuration's folder."""
    paths = [p for given in files for p in (sorted(given.rglob("*")) if given.is_dir() else [given])]
    return [
        {"file": _name(path, base), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in paths
        if path.is_file()
    ]


def refuse_changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Refuse a source that changed while we read it: the result would belong to no file."""
    changed = [row["file"] for row in before if row not in after]
    changed += [row["file"] for row in after if row not in before and row["file"] not in changed]
    if changed:
        raise InputError(
            "Source files changed while they were being read",
            given=", ".join(changed),
            advice="run again when nobody is writing to them",
        )


def refuse_overlap(config: Config, out: Path) -> None:
    """Refuse results that would replace a run's own files, or be read as incidents by the next run."""
    problems, inner = Problems("The results cannot go there"), Path(os.path.realpath(out))
    for path in (config.path, *config.files, *filter(None, [config.plans])):
        if path.resolve().is_relative_to(inner):
            what = "the open plans" if path == config.plans else path.name
            problems.add(f"each run replaces that folder, and {what} would go with it", given=str(path))
        elif path.is_dir() and path != config.plans and inner.is_relative_to(path):
            problems.add("the next run would read its results as incidents", given=f"{out} in {path}")
    problems.raise_any()


def refuse_within(out: Path, paths: Iterable[Path]) -> None:
    """Refuse results that would replace a folder in which something stands that is read or kept."""
    inner = Path(os.path.realpath(out))
    inside = [path for path in paths if Path(os.path.realpath(path)).is_relative_to(inner)]
    if inside:
        raise InputError(
            f"The results cannot go there: that folder is replaced, and {inside[0].name} would go with it",
            given=str(out),
            advice="a new folder",
        )


def _name(path: Path, base: Path) -> str:
    """Path from the configuration's folder, or the bare name: never where a person keeps their files."""
    try:
        return plain_name(path.relative_to(base))
    except ValueError:
        return plain_name(path.name)


def count_rows(accepted: int, rejects: pd.DataFrame) -> dict[str, Any]:
    """Ledger of a run: rows in = accepted + rejected, by cause."""
    causes = sum_causes(rejects).sort_index()
    return {
        "rows_in": accepted + int(causes.sum()),
        "accepted": accepted,
        "rejected": int(causes.sum()),
        "rejected_by_cause": {str(cause): int(count) for cause, count in causes.items()},
    }


def package_versions() -> dict[str, str]:
    """Versions of Python, this tool and the libraries that touch a number."""
    versions = {"python": platform.python_version(), TOOL: importlib.metadata.version(TOOL)}
    return versions | {name: importlib.metadata.version(name) for name in PACKAGES}


def write_manifest(folder: Path, record: Mapping[str, Any], *, grid: str = CRS) -> Path:
    """Write manifest.json into a finished folder, with the sha256 of every file that is there."""
    outputs = {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    whole = {
        "tool": TOOL,
        **record,
        "sentences": list_sentences(),
        "versions": package_versions(),
        "crs": {"from": "EPSG:4326", "to": grid, "operation": describe_operation(target=grid)},
        "outputs": outputs,
    }
    path = folder / MANIFEST
    text = strict_json(whole, indent=2, default=str)
    path.write_bytes((text + "\n").encode())
    return path

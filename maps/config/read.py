"""The configuration: one documented TOML file, every mistake in it named at once."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspots.checks import InputError, Problems, read_text
from hotspots.files.own_toml import parse_toml
from maps.config._files import check_files, find_files
from maps.config._other_faults import join_faults, list_faults
from maps.config._schema import HOTSPOT_FILES, check_config
from maps.config.times import check_times


@dataclass(frozen=True)
class Config:
    """A checked configuration; files are absolute paths, found from the folder of the TOML file."""

    path: Path
    files: list[Path]
    seed: int = 0
    as_of: dt.date | None = None
    plans: Path | None = None
    place: str = "all the data"
    title: str = "Crime and anti-social behaviour hotspots"
    layout: str | dict[str, Any] = "police.uk"
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    study_area: Path | None = None
    harm: dict[str, Any] = field(default_factory=dict)
    hotspots: dict[str, Any] = field(default_factory=dict)
    areas: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    crosswalks: dict[str, Any] = field(default_factory=dict)
    premises: dict[str, dict[str, Any]] = field(default_factory=dict)
    nearby: dict[str, Any] = field(default_factory=dict)
    same_month: str = "refuse"
    scale: dict[str, Any] = field(default_factory=dict)
    output: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    cameras: dict[str, Any] = field(default_factory=dict)
    patrols: dict[str, Any] = field(default_factory=dict)
    calendar: dict[str, Any] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)
    trends: dict[str, Any] = field(default_factory=dict)
    near_repeats: dict[str, Any] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    map: dict[str, Any] = field(default_factory=dict)


def read_config(path: str | Path) -> Config:
    """Read and check a configuration file.

    Parameters
    ----------
    path : str or Path
        A TOML file; the files it names are looked for beside it.

    Returns
    -------
    Config
        With every path made absolute.

    Raises
    ------
    InputError
        Naming the file, line and value of every problem at once: TOML that cannot be read, unknown keys
        (with the nearest known one), values of the wrong kind, files that are not there.
    """
    path = Path(path)
    if path.is_dir():
        inside = [*path.glob("partnership.toml"), *sorted(path.glob("*.toml")), path / "NAME.toml"]
        raise InputError(
            "The configuration is a file, and this is a folder", given=str(path), advice=str(inside[0])
        )
    text = read_text(path, what="The configuration")
    advice = "compare that line with the example that `hotspots demo` uses"
    raw = parse_toml(text, name=path.name, what="The configuration", advice=advice)
    problems = Problems(f"The configuration {path.name} has problems")
    check_config(raw, text, problems)
    check_times(raw, text, problems)
    files = find_files(raw, path, problems)
    check_files(raw, path, text, problems)
    if problems.found:  # then all at once, those of the files too
        for fault in list_faults(raw, path.parent):
            problems.add(fault)
    problems.raise_any()
    return _build(raw, path, files)


def join_others(first: InputError, path: str | Path) -> InputError:
    """Join what stopped a run at one file with what would stop it at another."""
    path = Path(path)
    return join_faults(first, tomllib.loads(read_text(path, what="The configuration")), path)


def _locate(table: dict[str, Any], base: Path) -> dict[str, Any]:
    """Make the files of a layer absolute."""
    files = {key: base / table[key] for key in ("file",) if key in table}
    if "lookup" in table:
        files["lookup"] = _own_file(table["lookup"], base)
    return {**table, **files}


def _own_file(value: Any, base: Path) -> Any:
    """Path of a file of the user's, or the name of something that comes with the tool."""
    return base / value if str(value).endswith((".csv", ".toml")) else value


def _locate_calendar(table: dict[str, Any], base: Path) -> dict[str, Any]:
    """Make the calendar's files absolute."""
    files = table.get("files", [])
    named = [files] if isinstance(files, str) else files
    return {**table, "files": [base / str(name) for name in named]} if table else {}


def _locate_board(table: dict[str, Any], base: Path) -> dict[str, Any]:
    """Make a board page's files absolute."""
    files: dict[str, Any] = {k: _own_file(table[k], base) for k in ("survey", "indicators") if k in table}
    return {**table, **files}


def _build(raw: dict[str, Any], path: Path, files: list[Path]) -> Config:
    base = path.parent.resolve()
    as_of = raw.get("as_of")
    if isinstance(as_of, str):
        as_of = dt.date.fromisoformat(as_of)
    elif isinstance(as_of, dt.datetime):
        as_of = as_of.date()
    incidents = raw.get("incidents", {})
    return Config(
        path=path.resolve(),
        files=files,
        seed=raw.get("seed", 0),
        as_of=as_of,
        plans=(base / raw["plans"]) if "plans" in raw else None,
        title=raw.get("title", Config.title),
        layout=incidents.get("layout", "police.uk"),
        sources=dict(raw.get("sources", {})),
        study_area=(base / incidents["study_area"]) if "study_area" in incidents else None,
        harm={k: _own_file(v, base) if k == "scheme" else v for k, v in raw.get("harm", {}).items()},
        crosswalks={k: _own_file(v, base) for k, v in raw.get("crosswalks", {}).items()},
        place=raw.get("place", Config.place),
        nearby=_locate(raw.get("nearby", {}), base),
        premises={k: _locate(v, base) for k, v in raw.get("premises", {}).items()},
        same_month=incidents.get("same_month", "refuse"),
        scale={k: incidents[k] for k in ("aggregate", "unique_ids") if k in incidents},
        hotspots={k: base / v if k in HOTSPOT_FILES else v for k, v in raw.get("hotspots", {}).items()},
        areas={layer: _locate(table, base) for layer, table in raw.get("areas", {}).items()},
        profiles=dict(raw.get("profiles", {})),
        output=dict(raw.get("output", {})),
        changes=dict(raw.get("changes", {})),
        cameras=dict(raw.get("cameras", {})),
        patrols={k: base / v if k == "streets" else v for k, v in raw.get("patrols", {}).items()},
        calendar=_locate_calendar(raw.get("calendar", {}), base),
        times=dict(raw.get("times", {})),
        trends=dict(raw.get("trends", {})),
        near_repeats=dict(raw.get("near_repeats", {})),
        map={k: v if k == "layout" else base / v for k, v in raw.get("map", {}).items()},
        boards={name: _locate_board(table, base) for name, table in raw.get("boards", {}).items()},
    )

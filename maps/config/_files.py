"""The files that a configuration names, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hotspots.checks import Problems
from hotspots.files.named_files import expand, has_magic
from maps.config._schema import HOTSPOT_FILES, MAP_FILES, line_of

_START = "paths start at the configuration's folder"


def find_files(raw: Mapping[str, Any], path: Path, problems: Problems) -> list[Path]:
    """Every file of records that is named, in a fixed order."""
    sources, single = raw.get("sources"), raw.get("incidents")
    tables = list(sources.values()) if isinstance(sources, dict) else [single]
    if isinstance(sources, dict) and isinstance(single, dict) and "files" in single:
        problems.add("files stand both in [incidents] and in [sources]", advice="only [sources.<name>]")
    named = [table.get("files") if isinstance(table, dict) else None for table in tables]
    lists = [[files] if isinstance(files, str) else files for files in named]
    if not all(isinstance(files, list) and files for files in lists):
        where = "each of [sources]" if isinstance(sources, dict) else "[incidents]"
        problems.add(f"{where} must name its files", advice='files = ["2018-07-west-yorkshire-street.csv"]')
        return []
    found: dict[Path, None] = {}  # in order, each once
    for name in (name for files in lists for name in files or ()):
        matches = _match(str(name), path.parent)
        if not matches:
            problems.add("no such file or folder", given=str(name), advice=_START)
        found |= dict.fromkeys(matches)
    return list(found)


def _match(name: str, folder: Path) -> list[Path]:
    """Files that a name or pattern stands for, in a fixed order."""
    target = folder / name
    return [p.resolve() for p in expand(target)] if has_magic(name) or target.exists() else []


def check_files(raw: Mapping[str, Any], path: Path, text: str, problems: Problems) -> None:
    """Note layers and premises that do not say where they are, and files that are not there."""
    _check_layers(raw, text, problems)
    _check_premises(raw, text, problems)
    nearby = raw.get("nearby")
    if isinstance(nearby, dict) and nearby and "file" not in nearby:
        where = f"line {line_of(text, 'nearby')}"
        problems.add(f"{where}: [nearby] needs 'file'", given="[nearby]", advice='file = "places.geojson"')
    for table, key, name in _named(raw):
        if not (path.parent / name).exists():
            problems.add(
                f"line {line_of(text, table, key)}: no such file or folder", given=name, advice=_START
            )


def _check_layers(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    for name, table in _tables(raw, "areas"):
        where = f"line {line_of(text, name)}"
        if not set(table) & {"file", "nest", "groups", "easting"}:
            problems.add(
                f"{where}: [{name}] does not say where its areas are or what they are made of",
                advice="'file' and 'name', or 'nest', 'groups' or 'easting'",
            )
        if "file" in table and "name" not in table:
            advice = "name = the column that holds the areas' names"
            problems.add(f"{where}: [{name}] must have 'name'", given=f"[{name}]", advice=advice)


def _check_premises(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    for name, table in _tables(raw, "premises"):
        if not {"file", "distance"} <= set(table):
            problems.add(
                f"line {line_of(text, name)}: [{name}] needs 'file' and 'distance'",
                given=f"[{name}]",
                advice='file = "premises.csv" and distance = 50',
            )


def _tables(raw: Mapping[str, Any], parent: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each table below another by its whole name, such as "areas.ward"."""
    tables = raw.get(parent)
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if isinstance(table, dict):
            yield f"{parent}.{name}", table


def _named(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Table, key and name of every single file that a configuration asks for."""
    keys = {"hotspots": HOTSPOT_FILES, "patrols": ("streets",), "nearby": ("file",)}
    keys |= {"incidents": ("study_area",), "calendar": ("files",), "map": MAP_FILES}
    tables = [(name, raw.get(name), mine) for name, mine in keys.items()]
    for parent in ("areas", "premises"):
        tables += [(name, table, ("file",)) for name, table in _tables(raw, parent)]
    tables += [(name, table, ("survey", "indicators")) for name, table in _tables(raw, "boards")]
    for name, table, mine in tables:
        for key in mine if isinstance(table, dict) else ():
            given = table.get(key, ())  # type: ignore[union-attr]
            for one in [given] if isinstance(given, str) else given if isinstance(given, list) else ():
                if key != "indicators" or str(one).endswith(".toml"):  # else a page that comes with the tool
                    yield name, key, str(one)

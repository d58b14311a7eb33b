"""Layouts: which column of a source's file means what, kept as TOML data files or written by the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hotspots.checks import CRS, InputError, Problems, advise_grid_of, closest_name, find_crs, why_no_grid
from hotspots.common.packaged import list_packaged, packaged_toml
from hotspots.files.own_toml import parse_toml
from hotspots.reading.written_numbers import DECIMALS, THOUSANDS

MEANINGS = (
    "incident_id", "event_id", "when", "time", "category", "offence", "place", "x", "y", "key", "area",
    "force",
)  # fmt: skip
KINDS = ("degrees", "metres", "geometry", "key")
UNITS = ("crime", "incident", "case", "request", "call", "collision")
PRECISIONS = ("minute", "day", "month")
_KEYS = {
    "": {
        "name", "source", "unit", "description", "base", "skip", "delimiter", "header", "sheet", "layer",
        "target", "columns", "coordinates", "dates", "category", "lookup",
    },
    "columns": set(MEANINGS),
    "coordinates": {"kind", "crs", "decimal", "thousands"},
    "dates": {"formats", "precision"},
    "category": {"fixed", "labels"},
    "lookup": {"file", "key", "x", "y", "kind", "type"},
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Where each meaning stands in a source's file; made by `load_layout`."""

    name: str
    source: str
    unit: str
    columns: Mapping[str, tuple[str, ...]]
    kind: str
    crs: str
    formats: tuple[str, ...]
    precision: str | None = None
    decimal: str = ""
    thousands: str = ""
    description: str = ""
    skip: tuple[str, ...] = ()
    delimiter: str | None = None
    header: int = 1
    sheet: str | None = None
    layer: str | None = None
    target: str = CRS
    crs_stated: bool = True
    fixed_category: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    lookup: Mapping[str, Any] | None = None
    folder: Path = field(default_factory=Path)

    @property
    def required(self) -> tuple[str, ...]:
        """Meanings that a file must hold to be read at all."""
        place = {"geometry": (), "key": ("key",)}.get(self.kind, ("x", "y"))
        return ("when", *(() if self.fixed_category else ("category",)), *place)


def list_layouts() -> list[str]:
    """Names of the layouts that come with the package.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> "police.uk" in list_layouts()
    True
    """
    return list_packaged("layouts", ending=".toml")


def load_layout(
    layout: str | Path | Mapping[str, Any] | Layout, *, folder: str | Path = ".", crs: str | None = None
) -> Layout:
    """Layout by the name of a packaged one, from a TOML file, or from a table of the configuration.

    Parameters
    ----------
    layout : str, path or mapping
        A table may build on a packaged layout by ``base = "council-asb-cases"`` and state only what differs.
    folder : path
        Where relative paths in the layout (its look-up file) start.
    crs : str, optional
        The grid of the points: any in metres. Metres whose system the layout does not state are in it too.
        None: the layout's ``target``, EPSG:27700 unless stated.

    Raises
    ------
    InputError
        For an unknown layout, key, meaning, coordinate kind or unit, all at once, naming the nearest known.

    Examples
    --------
    >>> mine = load_layout({"base": "police.uk", "name": "ours", "columns": {"when": "Month recorded"}})
    >>> mine.columns["when"], mine.columns["category"]
    (('Month recorded',), ('Crime type',))
    """
    found = _find_layout(layout, folder)
    if crs is not None:
        own = crs if found.kind == "metres" and not found.crs_stated else found.crs
        found = replace(found, target=crs, crs=own)
    if wrong := why_no_grid(find_crs(found.target)):
        raise InputError("Incidents need a grid in metres", given=wrong, advice=advise_grid_of(found.target))
    return found


def _find_layout(layout: str | Path | Mapping[str, Any] | Layout, folder: str | Path) -> Layout:
    if isinstance(layout, Layout):
        return layout
    if isinstance(layout, Mapping):
        return _build(_on_base(dict(layout)), Path(folder))
    if str(layout) in list_layouts():
        return _build(_packaged(str(layout)), Path(folder))
    path = Path(folder) / layout
    if path.suffix.lower() == ".toml" and path.is_file():
        return _build(_on_base(_parse(path.read_bytes(), str(layout))), path.parent)
    known = list_layouts()
    near = closest_name(str(layout), known)
    raise InputError(
        "There is no such layout",
        given=str(layout),
        advice=near or f"one of {', '.join(known)}, or the path of a .toml file",
    )


def _packaged(name: str) -> dict[str, Any]:
    return packaged_toml("layouts", name)


def _parse(data: bytes, name: str) -> dict[str, Any]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "The layout is not UTF-8 text", given=name, advice="save it as UTF-8 in your editor"
        ) from error
    return parse_toml(text, name=name, what="The layout", advice="mend that line: text stands in quotes")


def _on_base(table: dict[str, Any]) -> dict[str, Any]:
    base = table.get("base")
    if base is None:
        return table
    if base not in list_layouts():
        near = closest_name(str(base), list_layouts())
        raise InputError("The layout builds on one that does not exist", given=str(base), advice=near or "")
    merged = _packaged(base)
    for key, value in table.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = {**merged[key], **value}
        else:
            merged[key] = value
    return merged


def _build(table: dict[str, Any], folder: Path) -> Layout:
    _check(table)
    place, category = table.get("coordinates", {}), table.get("category", {})
    kind = place.get("kind", "degrees")
    columns = {
        k: (v,) if isinstance(v, str) else tuple(str(n) for n in v) for k, v in table["columns"].items() if v
    }
    return Layout(
        name=str(table.get("name", table.get("source", "own layout"))),
        source=str(table.get("source", table.get("name", "own source"))),
        unit=table.get("unit", "incident"),
        columns=columns,
        kind=kind,
        crs=str(place.get("crs", table.get("target", CRS) if kind == "metres" else "EPSG:4326")),
        crs_stated="crs" in place,
        formats=tuple(table.get("dates", {}).get("formats", ())),
        precision=table.get("dates", {}).get("precision"),
        decimal=str(place.get("decimal", "")),
        thousands=str(place.get("thousands", "")),
        description=str(table.get("description", "")),
        skip=tuple(table.get("skip", ())),
        delimiter=table.get("delimiter"),
        header=table.get("header", 1),
        sheet=table.get("sheet"),
        layer=table.get("layer"),
        target=str(table.get("target", CRS)),
        fixed_category=category.get("fixed"),
        labels=dict(category.get("labels", {})),
        lookup=table.get("lookup"),
        folder=folder,
    )


def _check(table: Mapping[str, Any]) -> None:
    problems = Problems(f"The layout {table.get('name', '')!r} has problems")
    _check_keys(problems, table, "")
    for section in ("columns", "coordinates", "dates", "category", "lookup"):
        part = table.get(section, {})
        if isinstance(part, Mapping):
            _check_keys(problems, part, section)
        else:
            problems.add(
                f"[{section}] must be a table",
                given=repr(part),
                advice="a heading in brackets, with its keys below it",
            )
    problems.raise_any()
    _check_values(problems, table)
    problems.raise_any()


def _check_keys(problems: Problems, table: Mapping[str, Any], section: str) -> None:
    for key in table:
        if key not in _KEYS[section]:
            near = closest_name(str(key), _KEYS[section])
            where = f" in [{section}]" if section else ""
            problems.add(f"unknown key {key!r}{where}", advice=near or ", ".join(sorted(_KEYS[section])))


def _check_values(problems: Problems, table: Mapping[str, Any]) -> None:
    columns, kind = table.get("columns", {}), table.get("coordinates", {}).get("kind", "degrees")
    header = table.get("header", 1)
    if not isinstance(header, int) or header < 1:
        problems.add(
            "header must be the number of the header's line", given=repr(header), advice="header = 1"
        )
    for meaning, names in columns.items():
        if names and not isinstance(names, str | list | tuple):
            problems.add(
                f"the column of {meaning!r} must be a name, or a list of names",
                given=repr(names),
                advice=f'{meaning} = "Date"',
            )
    formats, skip = table.get("dates", {}).get("formats", []), table.get("skip", [])
    for what, texts, example in (("formats", formats, '["%d/%m/%Y"]'), ("skip", skip, '["*.txt"]')):
        if not _are_texts(texts):
            problems.add(f"{what} must be a list of texts", given=repr(texts), advice=f"{what} = {example}")
    _one_of(problems, "kind of coordinates", kind, KINDS)
    signs = {key: table.get("coordinates", {}).get(key, "") for key in ("decimal", "thousands")}
    _one_of(problems, "decimal sign", signs["decimal"], ("", *DECIMALS))
    _one_of(problems, "separator of thousands", signs["thousands"], ("", *THOUSANDS))
    if signs["decimal"] and signs["decimal"] == signs["thousands"]:
        problems.add(
            "decimal and thousands are the same sign",
            given=signs["decimal"],
            advice='each as the file has it, such as decimal = "," and thousands = "."',
        )
    _one_of(problems, "unit", table.get("unit", "incident"), UNITS)
    needed = {"when"} | ({"x", "y"} if kind in ("degrees", "metres") else {"key"} if kind == "key" else set())
    if not table.get("category", {}).get("fixed"):
        needed.add("category")
    _one_of(problems, "precision", table.get("dates", {}).get("precision", "minute"), PRECISIONS)
    for meaning in sorted(needed - set(columns)):
        problems.add(
            f"[columns] does not say which column is {meaning!r}",
            advice="that meaning = the column's name in the file",
        )
    if (kind == "key" or "key" in columns) and "lookup" not in table:
        problems.add(
            "a key needs a [lookup] with file, key, x and y",
            advice='[lookup] file = "streets.csv", key = "USRN", x = "easting", y = "northing"',
        )
    if "lookup" in table and (lacking := {"file", "key", "x", "y"} - set(table["lookup"])):
        problems.add(
            f"[lookup] does not state {', '.join(sorted(lacking))}",
            advice="the column's name in the look-up file",
        )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)


def _one_of(problems: Problems, what: str, value: Any, known: Iterable[str]) -> None:
    if value not in known:
        problems.add(f"unknown {what} {value!r}", advice=", ".join(known))

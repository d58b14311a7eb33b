"""Layouts: which column of a source's file means what, kept as TOML data files or written by the user."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from hotspots.checks import CRS, InputError, Problems, advise_grid_of, closest_name, find_crs, read_text, why_no_grid
from hotspots.common.packaged import list_packaged, packaged_toml
from hotspots.files.own_toml import parse_toml
from hotspots.files.typed_tables import OneOf, Table, needed, read_table
from hotspots.reading.written_numbers import DECIMALS, THOUSANDS

MEANINGS = (
    "incident_id", "event_id", "when", "time", "category", "offence", "place", "x", "y", "key", "area",
    "force",
)  # fmt: skip


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
        return _build(packaged_toml("layouts", str(layout)), Path(folder))
    path = Path(folder) / layout
    if path.suffix.lower() == ".toml" and path.is_file():
        return _build(_on_base(_parse(path)), path.parent)
    known = list_layouts()
    near = closest_name(str(layout), known)
    raise InputError(
        "There is no such layout",
        given=str(layout),
        advice=near or f"one of {', '.join(known)}, or the path of a .toml file",
    )


def _parse(path: Path) -> dict[str, Any]:
    text, advice = read_text(path, what="The layout"), "mend that line: text stands in quotes"
    return parse_toml(text, name=path.name, what="The layout", advice=advice)


def _on_base(table: dict[str, Any]) -> dict[str, Any]:
    base = table.get("base")
    if base is None:
        return table
    if base not in list_layouts():
        near = closest_name(str(base), list_layouts())
        raise InputError("The layout builds on one that does not exist", given=str(base), advice=near or "")
    merged = packaged_toml("layouts", base)
    for key, value in table.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = {**merged[key], **value}
        else:
            merged[key] = value
    return merged


def _texts(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise InputError("{key} must be a list of texts", given=repr(value), advice='["%d/%m/%Y"], ["*.txt"]')
    return tuple(value)


def _names(names: Any) -> Any:
    if names and not isinstance(names, str | list | tuple):
        advice = 'its name in the file in quotes, such as "Date"'
        raise InputError("the column of {key} must be a name, or a list of names", given=repr(names), advice=advice)
    return names


def _header(line: Any) -> Any:
    if not isinstance(line, int) or line < 1:
        raise InputError("{key} must be the number of the header's line", given=repr(line), advice="header = 1")
    return line


Texts = Annotated[Any, AfterValidator(_texts)]
Names = Annotated[Any, AfterValidator(_names)]


Columns: Any = create_model("Columns", __base__=Table, **dict.fromkeys(MEANINGS, (Names, None)))  # type: ignore[call-overload]


class Coordinates(Table):
    """How places are written."""

    kind: Literal["degrees", "metres", "geometry", "key"] = "degrees"
    crs: Any = None
    decimal: Annotated[str, OneOf(("", *DECIMALS))] = ""
    thousands: Annotated[str, OneOf(("", *THOUSANDS))] = ""

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether the two signs can be told apart."""
        if self.decimal and self.decimal == self.thousands:
            advice = 'each as the file has it, such as decimal = "," and thousands = "."'
            yield InputError("decimal and thousands are the same sign", given=self.decimal, advice=advice)


class Dates(Table):
    """How dates are written."""

    formats: Texts = ()
    precision: Literal["minute", "day", "month"] | None = None


class Category(Table):
    """What the records are of."""

    fixed: Any = None
    labels: dict[str, Any] = Field({})


class Lookup(Table):
    """Where the keys of places stand."""

    file: Any = needed('file = "streets.csv"', empty=True)
    key: Any = needed("key = the column's name in the look-up file")
    x: Any = needed("x = the column's name there")
    y: Any = needed("y = the column's name there")
    kind: Any = None
    type: Any = None


class Written(Table):
    """A layout as it is written."""

    name: Any = None
    source: Any = None
    unit: Literal["crime", "incident", "case", "request", "call", "collision"] = "incident"
    description: Any = ""
    base: Any = None
    skip: Texts = ()
    delimiter: Any = None
    header: Annotated[Any, AfterValidator(_header)] = 1
    sheet: Any = None
    layer: Any = None
    target: Any = CRS
    columns: Columns = Columns.holding()
    coordinates: Coordinates = Coordinates.holding()
    dates: Dates = Dates.holding()
    category: Category = Category.holding()
    lookup: Lookup | None = None

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say which meanings have no column, and whether the keys of places can be looked up."""
        kind = self.coordinates.kind
        place = {"geometry": set(), "key": {"key"}}.get(kind, {"x", "y"})
        wanted = {"when", *place, *([] if self.category.fixed else ["category"])}
        for meaning in sorted(wanted - set(self.columns)):
            advice = "that meaning = the column's name in the file"
            yield InputError(f"[columns] does not say which column is {meaning!r}", advice=advice)
        if (kind == "key" or "key" in self.columns) and "lookup" not in stated:
            advice = '[lookup] file = "streets.csv", key = "USRN", x = "easting", y = "northing"'
            yield InputError("a key needs a [lookup] with file, key, x and y", advice=advice)


def _build(table: dict[str, Any], folder: Path) -> Layout:
    problems = Problems(f"The layout {table.get('name', '')!r} has problems")
    written = read_table(Written, table, problems)
    problems.raise_any()
    place, kind = written.coordinates, written.coordinates.kind
    columns = {k: (v,) if isinstance(v, str) else tuple(map(str, v)) for k, v in written.columns.items() if v}
    return Layout(
        name=str(table.get("name", table.get("source", "own layout"))),
        source=str(table.get("source", table.get("name", "own source"))),
        unit=written.unit,
        columns=columns,
        kind=kind,
        crs=str(place.get("crs", written.target if kind == "metres" else "EPSG:4326")),
        crs_stated="crs" in place,
        formats=written.dates.formats,
        precision=written.dates.precision,
        decimal=place.decimal,
        thousands=place.thousands,
        description=str(written.description),
        skip=written.skip,
        delimiter=written.delimiter,
        header=written.header,
        sheet=written.sheet,
        layer=written.layer,
        target=str(written.target),
        fixed_category=written.category.fixed,
        labels=dict(written.category.labels),
        lookup=table.get("lookup"),
        folder=folder,
    )

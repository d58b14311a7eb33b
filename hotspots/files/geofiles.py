"""One layer of a file of shapes: the right one, whole, in its own letters."""

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from hotspots.checks import InputError, UnreadableError, announce, closest_name, require_installed
from hotspots.files.unpacking import Allowance, count_parquet, count_zip

_KINDS = {"areas": re.compile("Polygon|Surface|Unknown|Collection"), "points": re.compile("Point|Unknown")}
_JSON = (".json", ".geojson", ".gml", ".xml")
_COUNT = re.compile(rb"\"?\b(numberMatched|totalFeatures)\"?\s*[:=]\s*\"?(\d+)")
_MORE = re.compile(rb"\"exceededTransferLimit\"\s*:\s*\"?true|\"?rel\"?\s*[:=]\s*\"next\"", re.IGNORECASE)
_STOPS = {1000, 2000, 5000, 10_000, 50_000}  # rows at which services stop


def read_layer(source: Path | bytes, *, name: str, layer: str | None = None, want: str = "shapes") -> Any:
    """Read one layer of a file (or its bytes) as it stands: a GeoDataFrame, or a DataFrame without shapes.

    ``want`` is "areas", "points" or "shapes". Styles, tables, pictures, views and empty layers beside the one
    that is wanted are passed over. Of several, areas are refused; else the first is read, and it is said.
    """
    import pyogrio

    suffix = Path(name).suffix.lower()
    if suffix in (".parquet", ".geoparquet", ".pq") and isinstance(source, Path):
        return _parquet(source, name)
    if suffix == ".zip" and isinstance(source, Path) and zipfile.is_zipfile(source):
        count_zip(source, name, Allowance(source.stat().st_size))
    # by number: GDAL names a layer that has no name after the passing place in memory it is read from
    number = _choose(source, [(str(n), str(kind)) for n, kind in pyogrio.list_layers(source)], layer, want, name)
    frame = _in_own_letters(source, number, suffix)
    _refuse_cut(source, suffix, len(frame), name)
    if want == "areas" and len(frame) in _STOPS:
        announce(f"{name} holds {len(frame):,} areas, a number at which services stop: see that none is missing.")
    return frame


def _parquet(path: Path, name: str) -> Any:
    require_installed("pyarrow.parquet", extra="parquet")
    import geopandas as gpd

    count_parquet(path.read_bytes(), name, Allowance(path.stat().st_size))
    return gpd.read_parquet(path)


def _choose(source: Any, layers: list[tuple[str, str]], layer: str | None, want: str, name: str) -> int:
    names = [n for n, _ in layers]
    if layer is not None:
        if layer in names:
            return names.index(layer)
        near = closest_name(layer, names)
        raise InputError(
            f"This file has no layer '{layer}'",
            given=f"{name}: {', '.join(names) or '(none)'}",
            advice=f"'{near}'" if near else f"one of {', '.join(names)}" if names else "another file",
        )
    if not layers:
        raise UnreadableError("The file has no layer", given=name, advice="export it again")
    left = list(range(len(layers)))
    if len(left) > 1:
        views = _views(source)
        tests: tuple[Callable[[int], bool], ...] = (
            lambda i: layers[i][1] not in ("None", "nan"),
            lambda i: want not in _KINDS or bool(_KINDS[want].search(layers[i][1])),
            lambda i: _number_of_rows(source, i) > 0,
            lambda i: names[i] not in views,
        )
        for test in tests:
            left = [i for i in left if test(i)] or left
    if len(left) > 1 and want == "areas":
        raise InputError(
            "This file has more than one layer of areas",
            given=f"{name}: {', '.join(names[i] for i in left)}",
            advice=f"layer='{names[left[0]]}'",
        )
    if len(left) > 1:
        announce(f"{name} has {len(left)} layers; the first, {names[left[0]]}, is read.")
    return left[0]


def _number_of_rows(source: Any, number: int) -> int:
    import pyogrio

    return int(pyogrio.read_info(source, layer=number, force_feature_count=True)["features"])


def _views(source: Any) -> set[str]:
    """Layers of a GeoPackage that only show what another holds."""
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            data = source if isinstance(source, bytes) else source.read_bytes()
            base.deserialize(data[:18] + b"\1\1" + data[20:])  # in memory there is no log beside it
            return {n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    except (sqlite3.Error, OSError, MemoryError, OverflowError):  # no database
        return set()


def _in_own_letters(source: Any, number: int, suffix: str) -> Any:
    """Read a shapefile in UTF-8 where that fits, whatever it says or fails to say; else as it says."""
    import pyogrio

    if suffix not in (".shp", ".zip", ".dbf", ".shz"):
        return pyogrio.read_dataframe(source, layer=number)
    try:
        return pyogrio.read_dataframe(source, layer=number, encoding="UTF-8")
    except UnicodeDecodeError:
        said = str(pyogrio.read_info(source, layer=number).get("encoding") or "").upper()
        if said in ("", "UTF-8", "ISO-8859-1"):  # the last is what stands for nothing said
            said = "cp1252"
        try:
            return pyogrio.read_dataframe(source, layer=number, encoding=said)
        except (UnicodeDecodeError, LookupError):
            return pyogrio.read_dataframe(source, layer=number, encoding="ISO-8859-1")


def _refuse_cut(source: Any, suffix: str, rows: int, name: str) -> None:
    """Refuse an answer of a web service that says itself that more is to come."""
    for text in _texts(source, suffix):
        matched = {int(found[2]) for found in _COUNT.finditer(text)}
        if _MORE.search(text) or any(n > rows for n in matched):
            raise InputError(
                "The file is not whole: the service stopped at its limit, and says so in it",
                given=f"{name}: {rows:,} rows" + "".join(f" of {n:,}" for n in matched if n > rows),
                advice="ask the service for the rest page by page, or download the whole file from its page",
            )


def _texts(source: Any, suffix: str) -> Iterator[bytes]:
    """Stretches of a file's text that overlap; of each such file in a zip."""
    if suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            for member in archive.namelist():
                if member.lower().endswith(_JSON):
                    with archive.open(member) as handle:
                        yield from _stretches(handle)
    elif suffix in _JSON and isinstance(source, Path):
        with source.open("rb") as handle:
            yield from _stretches(handle)
    elif suffix in _JSON:
        yield source


def _stretches(handle: Any) -> Iterator[bytes]:
    before = b""
    while chunk := handle.read(1_000_000):
        yield before + chunk
        before = chunk[-200:]

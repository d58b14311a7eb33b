"""File formats to one kind of table: CSV, Excel, Parquet, GeoPackage, GeoJSON and JSON, all as text."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import CRS, InputError, announce, require_installed
from hotspots.readers import MAX_BYTES, MAX_RATIO, SourceFile
from hotspots.tables import Table, decode_text, read_table, unique_names

X, Y = "geometry.x", "geometry.y"


def read_rows(
    file: SourceFile,
    *,
    delimiter: str | None = None,
    header: int = 1,
    sheet: str | None = None,
    layer: str | None = None,
) -> Table:
    """Rows of one file as text, by the ending of its name.

    ``header`` is the line of the column names, in text and workbooks.
    Files with a geometry gain the columns ``geometry.x`` and ``geometry.y``: metres where the file is in
    EPSG:27700, else degrees; ``Table.crs`` says which. In files without lines, a row's line is its number
    plus one, as if a header stood above.

    Raises
    ------
    InputError
        When the file is not what its name says.
    """
    name = file.name.lower()
    if name.endswith((".xlsx", ".xlsm")):
        return _read_excel(file.read(), file.name, sheet, header)
    if name.endswith(".parquet"):
        return _guarded(_read_parquet, file)
    if name.endswith((".gpkg", ".geojson")):
        return _guarded(lambda data: _read_spatial(data, layer), file)
    if name.endswith(".json"):
        return _read_json(file.read(), file.name)
    if name.endswith(".xls"):
        raise InputError("Excel's old .xls cannot be read", given=file.name, advice="save it as .xlsx")
    data = file.read()
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"SQLi"):
        raise InputError(
            "The file is not text, whatever its name says", given=file.name, advice="its true ending"
        )
    return read_table(decode_text(data), delimiter=delimiter, header=header)


def _guarded(read: Callable[[bytes], Table], file: SourceFile) -> Table:
    data = file.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(data)
    except InputError as error:
        raise InputError(error.problem, given=f"{file.name} {error.given}", advice=error.advice) from error
    except Exception as error:  # the libraries below raise whatever their C code meets
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            "The file cannot be read as its name says",
            given=f"{file.name}: {reason}",
            advice="open it in the program it came from and save it again",
        ) from error


def _read_parquet(data: bytes) -> Table:
    parquet = require_installed("pyarrow.parquet", extra="parquet")
    if b"geo" in (parquet.read_schema(io.BytesIO(data)).metadata or {}):
        return _from_spatial(gpd.read_parquet(io.BytesIO(data)))
    frame = pd.read_parquet(io.BytesIO(data))
    return Table(as_text(frame), np.arange(2, len(frame) + 2))


def _read_spatial(data: bytes, layer: str | None) -> Table:
    import pyogrio

    layers = [str(n) for n in pyogrio.list_layers(data)[:, 0]]
    if layer is not None and layer not in layers:
        raise InputError("The file has no such layer", given=layer, advice=", ".join(layers))
    if layer is None and len(layers) > 1:
        announce(f"The file has {len(layers)} layers; the first, {layers[0]}, is read.")
    # by number: GDAL names a layer that has no name after the passing place in memory it is read from
    frame = pyogrio.read_dataframe(data, layer=0 if layer is None else layer)
    if not isinstance(frame, gpd.GeoDataFrame):
        return Table(as_text(frame), np.arange(2, len(frame) + 2))
    return _from_spatial(frame)


def _from_spatial(frame: gpd.GeoDataFrame) -> Table:
    if frame.crs is None:
        raise InputError(
            "The file has a geometry without a coordinate reference system",
            given="crs=None",
            advice="set it in GIS",
        )
    crs = CRS if frame.crs == CRS else "EPSG:4326"
    geometry = frame.geometry.to_crs(crs)
    kinds = shapely.get_type_id(geometry.to_numpy())
    single = np.where((kinds == 4) & (shapely.get_num_geometries(geometry.to_numpy()) == 1), 0, kinds)
    points = gpd.GeoSeries(np.where(single == 0, shapely.centroid(geometry.to_numpy()), None), crs=crs)
    rows = as_text(pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True))
    empty = geometry.isna().to_numpy() | geometry.is_empty.to_numpy()
    for name, values in ((X, points.x), (Y, points.y)):
        text = as_text(pd.DataFrame({name: values.to_numpy()}))[name]
        rows[name] = text.mask(text.eq("") & ~empty, "not a point").to_numpy()
    return Table(rows, np.arange(2, len(rows) + 2), crs=crs)


def _read_json(data: bytes, name: str) -> Table:
    try:
        read = json.loads(decode_text(data))
    except (ValueError, RecursionError) as error:
        raise InputError(
            "The file is not valid JSON",
            given=f"{name}: {str(error)[:200]}",
            advice="save it again from the program it came from",
        ) from error
    if isinstance(read, dict) and read.get("type") == "FeatureCollection":
        return _guarded(lambda d: _read_spatial(d, None), SourceFile(name, lambda: data))
    if not isinstance(read, list) or not all(isinstance(r, dict) for r in read):
        raise InputError(
            "The JSON file is not a list of records",
            given=name,
            advice="save it as a list of records, or as CSV",
        )
    rows = as_text(pd.json_normalize(read)) if read else pd.DataFrame()
    return Table(rows, np.arange(2, len(read) + 2))


def _read_excel(data: bytes, name: str, sheet: str | None, header: int) -> Table:
    openpyxl = require_installed("openpyxl", extra="excel")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(m.file_size for m in archive.infolist())
        if unpacked > MAX_BYTES or unpacked > max(50_000_000, MAX_RATIO * len(data)):
            raise InputError(
                "The workbook unpacks to a suspicious size",
                given=f"{name}: {unpacked:,} bytes",
                advice="save the sheet as CSV",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return _read_sheet(book, name, sheet, header)
    except InputError:
        raise
    except Exception as error:  # a damaged workbook fails anywhere in the library
        given = f"{name}: {str(error)[:200] or type(error).__name__}"
        raise InputError(
            "The workbook cannot be read", given=given, advice="save it again from Excel"
        ) from error


def _read_sheet(book: Any, name: str, sheet: str | None, header: int) -> Table:
    names = [s.title for s in book.worksheets]
    if sheet is not None and sheet not in names:
        raise InputError("The workbook has no such sheet", given=f"{name}: {sheet}", advice=", ".join(names))
    if sheet is None and len(names) > 1:
        announce(f"{name} has {len(names)} sheets; the first, {names[0]}, is read.")
    lines, kept = [], []
    for line, row in enumerate(book[sheet or names[0]].iter_rows(values_only=True), start=1):
        if line >= header and any(v is not None for v in row):
            lines.append(line)
            kept.append(list(row))
    if not kept:
        return Table(pd.DataFrame(), np.array([], dtype=int))
    width = max(i for row in kept for i, v in enumerate(row, start=1) if v is not None)
    cut = [(row + [None] * width)[:width] for row in kept]
    frame = pd.DataFrame(cut[1:], columns=pd.Index(unique_names(cut[0])), dtype="object")
    return Table(as_text(frame), np.array(lines[1:], dtype=int))


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value as text: dates year first (with the clock only where the column has one), "" for none.

    Examples
    --------
    >>> as_text(pd.DataFrame({"day": pd.to_datetime(["2024-03-01"]), "n": [1.0]})).iloc[0].tolist()
    ['2024-03-01', '1']
    """
    columns = [_column_text(frame.iloc[:, i]) for i in range(frame.shape[1])]
    names = pd.Index(unique_names([str(c) for c in frame.columns]))
    if not columns:
        return pd.DataFrame(index=range(len(frame)))
    return pd.concat(columns, axis=1, ignore_index=True).set_axis(names, axis=1).reset_index(drop=True)


def _column_text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.map(lambda v: "" if pd.isna(v) else v.isoformat()).astype("str")
    objects = values.astype("object")
    moments = [v for v in objects if isinstance(v, datetime) and not pd.isna(v)]
    whole_days = not any(v.time() != time() for v in moments)
    return pd.Series([_cell_text(v, whole_days) for v in objects], index=values.index, dtype="str")


def _cell_text(value: Any, whole_days: bool) -> str:
    if isinstance(value, str):
        return value
    if value is None or (not isinstance(value, list | dict | np.ndarray) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(value, bytes):
        return decode_text(value)
    return str(value)

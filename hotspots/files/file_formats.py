"""File formats to one kind of table: CSV, Excel, Parquet, GeoPackage, GeoJSON and JSON, all as text."""

import io
import json
import warnings
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import CRS, InputError, require_installed
from hotspots.files.delimited import Table, decode_text, read_table, unique_names, whole_text
from hotspots.files.geofiles import read_layer
from hotspots.files.input_files import SourceFile
from hotspots.files.looks import is_no_text, name_look
from hotspots.files.unpacking import count_parquet, count_zip
from hotspots.files.workbooks import read_sheet

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
    """
    name = file.name.lower()
    if name.endswith((".xlsx", ".xlsm")):
        return _guarded(lambda data: _read_excel(data, file, sheet, header), file)
    if name.endswith(".parquet"):
        return _guarded(lambda data: _read_parquet(data, file), file)
    if name.endswith((".gpkg", ".geojson")):
        return _guarded(lambda data: _read_spatial(data, file, layer), file)
    if name.endswith(".json"):
        return _read_json(file.read(), file.name)
    if name.endswith(".xls"):
        raise InputError("Excel's old .xls cannot be read", given=file.name, advice="save it as .xlsx")
    data = file.read()
    text = "" if (look := name_look(data)) else decode_text(data)
    if look or is_no_text(text):
        raise InputError(
            "The file is not text, whatever its name says",
            given=f"{file.name}: it looks like {look or 'no kind of table'}",
            advice="the ending that it should have, or save it as CSV in the program it came from",
        )
    return read_table(text, delimiter=delimiter, header=header)


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
        look = "" if (seen := name_look(data)) == "a zip file" else seen
        book = file.name.lower().endswith((".xlsx", ".xlsm"))
        raise InputError(
            "The workbook cannot be read" if book else "The file cannot be read as its name says",
            given=f"{file.name}: {f'it looks like {look}; ' if look else ''}{reason}",
            advice="open it in the program it came from and save it again",
        ) from error


def _read_parquet(data: bytes, file: SourceFile) -> Table:
    parquet = require_installed("pyarrow.parquet", extra="parquet")
    count_parquet(data, file.name, file.allowance)
    if b"geo" in (parquet.read_schema(io.BytesIO(data)).metadata or {}):
        return _from_spatial(gpd.read_parquet(io.BytesIO(data)))
    frame = pd.read_parquet(io.BytesIO(data))
    return Table(as_text(frame), np.arange(2, len(frame) + 2))


def _read_excel(data: bytes, file: SourceFile, sheet: str | None, header: int) -> Table:
    count_zip(io.BytesIO(data), file.name, file.allowance)
    names, rows, lines = read_sheet(data, file.name, sheet=sheet, header=header)
    frame = pd.DataFrame(rows, columns=pd.Index(names), dtype="object")
    return Table(as_text(frame), np.array(lines, dtype=int))


def _read_spatial(data: bytes, file: SourceFile, layer: str | None) -> Table:
    frame = read_layer(data, name=file.name, layer=layer, want="points")
    if not isinstance(frame, gpd.GeoDataFrame):
        return Table(as_text(frame), np.arange(2, len(frame) + 2))
    return _from_spatial(frame)


def _from_spatial(frame: gpd.GeoDataFrame) -> Table:
    if frame.crs is None:
        raise InputError(
            "The file has a geometry without a coordinate reference system",
            given="crs=None",
            advice="save it with its own: EPSG:27700 for British metres, EPSG:4326 for degrees",
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
        text = decode_text(data)
        read = json.loads(text)
        read = _mend(read) if "\\ud" in text.lower() else read
    except (ValueError, RecursionError) as error:
        raise InputError(
            "The file is not valid JSON",
            given=f"{name}: {str(error)[:200]}",
            advice="save it again from the program it came from",
        ) from error
    if isinstance(read, dict) and read.get("type") == "FeatureCollection":
        file = SourceFile(name, lambda: data)
        return _guarded(lambda d: _read_spatial(d, file, None), file)
    if not isinstance(read, list) or not all(isinstance(r, dict) for r in read):
        raise InputError(
            "The JSON file is not a list of records", given=name, advice="save it as a list of records, or as CSV"
        )
    rows = as_text(pd.json_normalize(read)) if read else pd.DataFrame()
    return Table(rows, np.arange(2, len(read) + 2))


def _mend(value: Any) -> Any:
    """Values of JSON without halves of characters, which its escapes can bring in and no text can hold."""
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list):
        return [_mend(v) for v in value]
    return {whole_text(k): _mend(v) for k, v in value.items()} if isinstance(value, dict) else value


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value as text: dates year first (with the clock only where the column has one), "" for none."""
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

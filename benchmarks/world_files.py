"""The files of a world's sources as partners hand them out: zips, workbooks, JSON, in every state."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from world_draw import World
from world_rows import MANY, Row, month_name, rows_of

Table = tuple[list[str], list[list[Any]]]
BOMB = 1_500_000_000
# names of the columns by layout: ID, date, time, kind, place, easting, northing
HEADS = {
    "council-asb-cases": (
        "Case Reference",
        "Date Received",
        "Time Received",
        "ASB Type",
        "Street",
        "Easting",
        "Northing",
    ),
    "council-asb-requests": ("Request Ref", "Date Opened", "Time Received", "Request Type", "Street", "X", "Y"),
    "force-asb": ("Log Number", "Incident Date", "Incident Time", "Final Type", "Location", "Easting", "Northing"),
    "force-crime": (
        "Crime Number",
        "Date Committed",
        "Time Committed",
        "Offence Subgroup",
        "Street",
        "Easting",
        "Northing",
    ),
    "noise-calls": ("Call Ref", "Call Date", "Call Time", "Noise Type", "Street", "Easting", "Northing"),
    "ambulance": ("Call ID", "Call Date", "Call Time", "Call Category", "Street", "Longitude", "Latitude"),
}
POLICE = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]


@dataclass
class Ledger:
    """What was written of the sources: where, and how many rows must come out."""

    files: dict[str, list[str]]
    rows: int = 0
    least: int = 0
    most: int = 0


@lru_cache(maxsize=1)
def _transformer() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


@lru_cache(maxsize=4096)
def degrees(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude, as published: six decimals."""
    x, y = _transformer().transform(east, north)
    return round(x, 6), round(y, 6)


def write_sources(team: Path, world: World, months: int) -> Ledger:
    """Write the files of all sources with their first so many months, and count what is in them."""
    ledger = Ledger({})
    for name, source in world["sources"].items():
        by_month = {m: rows_of(world, name, m) for m in range(months) if m not in source["missing"]}
        rows = [row for found in by_month.values() for row in found]
        ledger.rows += len(rows)
        ledger.least += sum(row.fate == "used" for row in rows)
        ledger.most += sum(row.fate in ("used", "either") for row in rows)
        home = team / ("incidents [2024] (1)" if "brackets" in source["mess"] else "incidents") / name
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        files = _write_source(home, world, name, source, by_month)
        ledger.files[name] = [path.relative_to(team).as_posix() for path in files]
    return ledger


def _write_source(home: Path, world: World, name: str, source: Any, by_month: dict[int, list[Row]]) -> list[Path]:
    layout, form = source["layout"], source["form"]
    if layout == "police.uk-api":
        return [path for month, rows in by_month.items() for path in _write_api(home, world, month, rows)]
    if layout != "police.uk" or form in ("xlsx", "parquet"):
        table = make_table([row for rows in by_month.values() for row in rows], source)
        path = home / {"xlsx": "records.xlsx", "parquet": "records.parquet"}.get(form, "records.csv")
        write = {"xlsx": write_workbook, "parquet": write_parquet}.get(form, write_csv)
        if "star" in source["mess"]:
            write(path.with_name(f"neighbour{path.suffix}"), (table[0], table[1][:1]), source)  # nobody named it
            path = path.with_name(f"*{path.suffix}")
        write(path, table, source)
        if "cut" in source["mess"] and form == "xlsx":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return [path]
    members = dict(_police_members(world, source, by_month))
    if form == "folder":
        return [_write_folder(home / "downloads", members, source)]
    return [_write_zip(home / "downloads.zip", members, source)]


def _police_members(world: World, source: Any, by_month: dict[int, list[Row]]) -> Iterator[tuple[str, bytes]]:
    for index, (month, rows) in enumerate(by_month.items()):
        name = month_name(world, month)
        stem = f"{name}/{name}-{source['force']}-street"
        if "many files" in source["mess"] and index == 0 and len(rows) > 1:
            for number, row in enumerate(rows[:MANY]):
                yield f"{stem}-{number:03d}.csv", csv_bytes(make_table([row], source))
            rows = rows[MANY:]
        yield f"{stem}.csv", csv_bytes(make_table(rows, source))
    if "extras" in source["mess"]:
        name = month_name(world, 0)
        text = ",".join([*POLICE[:-3], "Outcome type"]) + "\n"
        row = f"abc,{name},X,X,-1.5,53.8,On or near X,E01,Y,Under investigation\n"
        yield f"{name}/{name}-{source['force']}-outcomes.csv", (text + row).encode()


def make_table(rows: list[Row], source: Any) -> Table:
    """Rows as the columns of a layout have them."""
    if source["layout"] == "police.uk":
        force = source["force"].replace("-", " ").title() + " Police"
        made = []
        for row in rows:
            x, y = _degrees(row)
            place = row.place if row.place in ("", source["word"]) else f"On or near {row.place}"
            made.append([row.id, row.month, force, force, x, y, place, "E01000001", "Town 001A", row.kind, "", ""])
        return POLICE, made
    made = []
    for row in rows:
        x, y = _degrees(row) if source["layout"] == "ambulance" else (_metre(row.east), _metre(row.north))
        if "formula" in row.marks:
            x, y = "=400000+30000", "=400000+33500"
        year, _, month = row.month.partition("-")
        date = f"{row.day:02d}/{month}/{year}" if month else row.month
        made.append([row.id, date, row.clock, row.kind, row.place, x, y])
    return list(HEADS[source["layout"]]), made


def _degrees(row: Row) -> tuple[Any, Any]:
    if "formula" in row.marks:
        return "=1+1", "=50+3"
    if isinstance(row.east, str) or isinstance(row.north, str):
        return row.east, row.north
    if row.fate == "bad" and abs(row.east) > 10_000_000:
        return 151.2, -33.9
    return degrees(row.east, row.north)


def _metre(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def csv_bytes(table: Table, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows([table[0], *table[1]])
    return stream.getvalue().encode(encoding, "replace")


def write_csv(path: Path, table: Table, source: Any) -> None:
    delimiter = ";" if "semicolons" in source["mess"] else ","
    encoding = "utf-16" if "utf-16" in source["mess"] else "cp1252" if "latin" in source["mess"] else "utf-8"
    path.write_bytes(csv_bytes(table, delimiter, encoding))


def write_parquet(path: Path, table: Table, source: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = zip(*table[1], strict=True) if table[1] else [[] for _ in table[0]]
    text = {
        name: pa.array([str(v) for v in values], pa.string()) for name, values in zip(table[0], columns, strict=True)
    }
    pq.write_table(pa.table(text), path)


def write_workbook(path: Path, table: Table, source: Any) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for line in [table[0], *table[1]]:
        sheet.append([None if value == "" else _cell(value) for value in line])
    stream = io.BytesIO()
    book.save(stream)
    if "dimension" not in source["mess"]:
        path.write_bytes(stream.getvalue())
        return
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if "worksheets/sheet1" in item.filename:
                data = re.sub(rb'<dimension ref="[^"]*" ?/>', b'<dimension ref="A1:L3"/>', data)
            new.writestr(item, data)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"[\x00-\x08\x0b-\x1f]", "", value)
    return value


def _write_api(home: Path, world: World, month: int, rows: list[Row]) -> list[Path]:
    parts = {"a": [r for r in rows if "other file" not in r.marks], "b": [r for r in rows if "other file" in r.marks]}
    paths = []
    for part, mine in parts.items():
        if not mine and part == "b":
            continue
        path = home / f"{month_name(world, month)}-{part}.json"
        text = json.dumps([_api_row(row) for row in mine])
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _api_row(row: Row) -> dict[str, Any]:
    slug = {"Violence and sexual offences": "violent-crime", "Criminal damage and arson": "criminal-damage-arson"}
    kind = slug.get(row.kind, row.kind.lower().replace(" ", "-"))
    x, y = _degrees(row)
    street = {"id": 1, "name": f"On or near {row.place}"}
    location = None if "null" in row.marks else {"latitude": str(y), "street": street, "longitude": str(x)}
    return {
        "category": kind,
        "location_type": "Force",
        "location": location,
        "context": "",
        "outcome_status": None,
        "persistent_id": row.id,
        "id": row.number,
        "location_subtype": "",
        "month": row.month,
    }


def _write_folder(folder: Path, members: dict[str, bytes], source: Any) -> Path:
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    if "extras" in source["mess"]:
        (folder / "desktop.ini").write_bytes(b"[x]")
        (folder / "read me.txt").write_text("Downloaded on Monday.")
    if "shapes beside" in source["mess"]:
        for end in ("shp", "shx", "dbf"):
            (folder / f"wards.{end}").write_bytes(b"\x00\x00\x27\x0a" + bytes(96))
    if "loop" in source["mess"]:
        (folder / "loop").symlink_to(folder, target_is_directory=True)
    if "bytes in the name" in source["mess"]:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x")
    if "bomb" in source["mess"]:
        _write_zip(folder / "2021-01-more.zip", {}, source)
    return folder


def _write_zip(path: Path, members: dict[str, bytes], source: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, data) in enumerate(members.items()):
            if source["form"] == "gz in zip" and "outcomes" not in name:
                packed.writestr(f"{name}.gz", gzip.compress(data))
            elif source["form"] == "nested zip" and number % 2:
                inner = io.BytesIO()
                with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as one:
                    one.writestr(name, data)
                packed.writestr(f"{name[:7]} {number}.zip", inner.getvalue())
            else:
                packed.writestr(name, data)
        if "bomb" in source["mess"]:
            packed.writestr("2021-01/2021-01-bomb-street.csv.gz", _bomb())
    if "cut" in source["mess"]:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """A file of police.uk's form, a gigabyte and a half long, packed into some kilobytes."""
    block = b"," * (len(POLICE) - 1) + b"\n"
    block *= 10_000_000 // len(block)
    return gzip.compress((",".join(POLICE) + "\n").encode()) + gzip.compress(block, 9) * (BOMB // len(block))

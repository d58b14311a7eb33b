"""Files of records broken in every way: damaged, mislabelled, recoded, packed oddly, or no files at all."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from fault_help import make_team, write_config


def make_good(folder: Path) -> None:
    """Write one whole file of each format, to be broken."""
    make_team(folder, rows=200)
    text = (folder / "july.csv").read_text(encoding="utf-8")
    with zipfile.ZipFile(folder / "july.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2018-07/july-street.csv", text)
    (folder / "july.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    rows = pd.read_csv(folder / "july.csv", dtype=str, keep_default_na=False)
    rows.to_excel(folder / "july.xlsx", index=False)
    rows.to_json(folder / "july.json", orient="records")
    rows.to_csv(folder / "july.tsv", sep="\t", index=False)
    located = rows[rows["Longitude"].ne("")]
    points = gpd.points_from_xy(located["Longitude"].astype(float), located["Latitude"].astype(float))
    places = gpd.GeoDataFrame(located, geometry=points, crs=4326)
    places.to_file(folder / "july.gpkg")
    places.to_file(folder / "july.geojson")
    with contextlib.suppress(ImportError):
        rows.to_parquet(folder / "july.parquet")
    wards = gpd.read_file(folder / "wards.geojson")
    wards.to_file(folder / "wards.gpkg")
    (folder / "shape").mkdir()
    wards.to_file(folder / "shape" / "wards.shp")
    with zipfile.ZipFile(folder / "wards.zip", "w") as archive:
        for part in sorted((folder / "shape").iterdir()):
            archive.write(part, part.name)
    pubs = places[["Crime type", "geometry"]].head(5).rename(columns={"Crime type": "kind"})
    pubs.to_file(folder / "pubs.geojson")
    (folder / "own.toml").write_text('base = "police.uk"\nname = "own"\n', encoding="utf-8")
    (folder / "lookup.csv").write_text(
        "ward,group\n" + "".join(f'"{name}",All\n' for name in wards["ward"]), encoding="utf-8"
    )
    (folder / "scheme.csv").write_text(
        "category,low,middle,high\nBurglary,1,2,3\nAnti-social behaviour,1,1,1\n", encoding="utf-8"
    )


# -- what is done to bytes -------------------------------------------------------------------------------


def cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(1, len(data))]


def flip(data: bytes, dice: random.Random) -> bytes:
    hurt = bytearray(data)
    for _ in range(dice.choice([1, 5, 50])):
        hurt[dice.randrange(len(hurt))] = dice.randrange(256)
    return bytes(hurt)


def pad(data: bytes, dice: random.Random) -> bytes:
    return cut(data, dice) + b"\0" * dice.choice([1, 512, 4096])


def junk(data: bytes, dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice([1, 10, 1000, 20_000]))


def nothing(data: bytes, dice: random.Random) -> bytes:
    return b""


def twice(data: bytes, dice: random.Random) -> bytes:
    return data + data


def page(data: bytes, dice: random.Random) -> bytes:
    return b"<!DOCTYPE html><html><body>Please sign in to download this file.</body></html>\n"


DAMAGE = [cut, cut, cut, flip, flip, flip, pad, junk, nothing, twice, page]
ENCODINGS = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp037", "utf-7"]
INCIDENTS = ["july.csv", "july.csv", "july.zip", "july.csv.gz", "july.xlsx", "july.json", "july.tsv"]
INCIDENTS += ["july.gpkg", "july.geojson", "july.parquet"]
AREAS = ["wards.geojson", "wards.geojson", "wards.gpkg", "wards.zip"]


def incidents_of(team: Path, name: str) -> Path:
    return write_config(team, incidents=f"files = {json.dumps(name)}")


def areas_of(team: Path, name: str) -> Path:
    return write_config(team, areas=f'[areas.ward]\nfile = {json.dumps(name)}\nname = "ward"')


def damaged(names: list[str], config: Callable[[Path, str], Path]) -> Callable[[Path, random.Random], Path]:
    def make(team: Path, dice: random.Random) -> Path:
        name = dice.choice([n for n in names if (team / n).exists()])
        (team / name).write_bytes(dice.choice(DAMAGE)((team / name).read_bytes(), dice))
        return config(team, name)

    return make


def mislabelled(names: list[str], config: Callable[[Path, str], Path]) -> Callable[[Path, random.Random], Path]:
    """Whole bytes of one format under the ending of another."""

    def make(team: Path, dice: random.Random) -> Path:
        there = [n for n in names if (team / n).exists()]
        one, other = dice.sample(sorted(set(there)), 2)
        target = "wrong." + other.split(".", 1)[1]
        shutil.copyfile(team / one, team / target)
        return config(team, target)

    return make


# -- files of incidents ----------------------------------------------------------------------------------


def recoded(team: Path, dice: random.Random) -> Path:
    text = (team / "july.csv").read_text(encoding="utf-8").replace("Boar Lane", "Bôar Lane £")
    (team / "july.csv").write_bytes(text.encode(dice.choice(ENCODINGS), "replace"))
    return incidents_of(team, "july.csv")


def squeezed(team: Path, dice: random.Random) -> Path:
    data = (team / "july.csv").read_bytes()
    name, packed = dice.choice(
        [
            ("a.csv", gzip.compress(data)),
            ("a.csv.gz", data),
            ("a.csv.gz", gzip.compress(data) + b"junk at the end"),
            ("a.csv.gz", gzip.compress(data)[:-6]),
            ("a.csv.gz", bz2.compress(data)),
            ("a.csv", bz2.compress(data)),
            ("a.csv.gz", gzip.compress(b"")),
            ("a.csv.gz", gzip.compress(b"0" * 30_000_000)),
        ]
    )
    (team / name).write_bytes(packed)
    return incidents_of(team, name)


def odd_zip(team: Path, dice: random.Random) -> Path:
    text = (team / "july.csv").read_bytes()
    members = dice.choice(
        [
            {"../../out.csv": text},
            {"/etc/out.csv": text},
            {"a.csv": b"0" * 60_000_000},
            {"inner.zip": (team / "july.zip").read_bytes()},
            {"a.csv/": b""},
            {"a.csv": text, "b.xlsx": b"PK\x03\x04 not one"},
            {"a.csv": text, "A.csv": text},
            {"a.csv.gz": gzip.compress(text)[:100]},
            {"x" * 200 + ".csv": text},
            {"caf\u00e9/\u202ea.csv": text},
            {"": text},
            {},
        ]
    )
    with zipfile.ZipFile(team / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name or zipfile.ZipInfo(name), data)
    if dice.random() < 0.3:  # a password, or a way of packing that nobody knows
        data = bytearray((team / "a.zip").read_bytes())
        at = data.rfind(b"PK\x01\x02")
        if at >= 0:
            data[at + dice.choice([8, 10])] |= dice.choice([1, 99])
        (team / "a.zip").write_bytes(bytes(data))
    return incidents_of(team, "a.zip")


def odd_header(team: Path, dice: random.Random) -> Path:
    head, *rows = (team / "july.csv").read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    hurt = dice.randrange(11)
    if hurt == 0:
        names.pop(dice.randrange(len(names)))
    elif hurt == 1:
        names[dice.randrange(len(names))] = names[dice.randrange(len(names))]
    elif hurt == 2:
        names = [name.upper() for name in names]
    elif hurt == 3:
        names = [f" {name} " for name in names]
    elif hurt == 4:
        names = ["", *names]
    elif hurt == 5:
        rows = []
    elif hurt == 6:
        names, rows = rows[0].split(","), rows[1:]
    head = ",".join(names)
    if hurt == 7:
        head, rows = head.replace(",", ";"), [row.replace(",", ";") for row in rows]
    if hurt == 8:
        head = f"Exported by A. Person\n\n{head}"
    ends = "\r" if hurt == 9 else "\n\n" if hurt == 10 else "\n"
    (team / "july.csv").write_bytes(ends.join([head, *rows]).encode())
    return incidents_of(team, "july.csv")


def odd_json(team: Path, dice: random.Random) -> Path:
    records = json.loads((team / "july.json").read_text(encoding="utf-8"))
    text = dice.choice(
        [
            "null", "[]", "{}", "3", '"text"', "[1, 2]", "[[]]", "[null]", "[{}]", "NaN", "[" * 50_000,
            json.dumps({"data": records}),
            json.dumps([*records, {"Month": {"deep": [1, {"er": None}]}}]),
            json.dumps([*records, {"Month": 10**400}]),
            json.dumps([*records, {"Longitude": float("nan"), "Latitude": float("inf")}]),
            json.dumps([{**record, "Longitude": [1, 2]} for record in records]),
            "\n".join(json.dumps(record) for record in records),
            json.dumps({"type": "FeatureCollection", "features": []}),
            json.dumps({"type": "FeatureCollection"}),
            json.dumps({"type": "FeatureCollection", "features": "none"}),
        ]
    )  # fmt: skip
    name = dice.choice(["a.json", "a.geojson"])
    (team / name).write_text(text, encoding="utf-8")
    return incidents_of(team, name)


def odd_path(team: Path, dice: random.Random) -> Path:
    """Folders called .csv, links that go nowhere or round, pipes, and names that no system knows."""
    kind = dice.randrange(14)
    name = "a.csv"
    if kind == 0:
        (team / name).mkdir()
    elif kind == 1:
        (team / name).mkdir()
        (team / name / "b.csv").write_bytes(b"junk")
    elif kind == 2:
        (team / name).symlink_to(name)
    elif kind == 3:
        (team / name).symlink_to("b.csv")
        (team / "b.csv").symlink_to(name)
    elif kind == 4:
        (team / name).symlink_to("not there.csv")
    elif kind == 5 and hasattr(os, "mkfifo"):
        os.mkfifo(team / name)
    elif kind == 6:
        (team / name).symlink_to("/dev/zero")
    elif kind == 7:
        (team / "loop").mkdir()
        (team / "loop" / "again").symlink_to("..")
        shutil.copyfile(team / "july.csv", team / "loop" / "july.csv")
        name = "loop"
    else:
        choices = ["", "*.csv[", "x" * 5000, "a\x01.csv", "~/*.csv", "**/none*.csv", "[!a-"]
        name = choices[kind % len(choices)]
    return incidents_of(team, name)

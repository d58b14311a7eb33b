"""Bad files by the hundred, in every place where a configuration names one, and the check of what is said."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import os
import random
import shutil
import signal
import sys
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from fault_help import beside, ledger_wrong, make_team, not_plain, run, snapshot, write_config

from maps.cli import main

PATIENCE = 60  # seconds that one bad file may take
GOOD = "good"  # the folder of whole files that bad ones are made from


@dataclass(frozen=True)
class BadFile:
    """One case: its name, and what it does to a team's folder; the configuration to run comes back."""

    name: str
    make: Callable[[Path, random.Random], Path]
    seed: int


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


def mislabelled(
    names: list[str], config: Callable[[Path, str], Path]
) -> Callable[[Path, random.Random], Path]:
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


# -- files of areas --------------------------------------------------------------------------------------

SHAPES: dict[str, Any] = {
    "bow-tie": shapely.from_wkt("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"),
    "spike": shapely.from_wkt("POLYGON((0 0, 1 0, 1 1, 1 5, 1 1, 0 1, 0 0))"),
    "flat": shapely.from_wkt("POLYGON((0 0, 1 1, 2 2, 0 0))"),
    "hole outside": shapely.from_wkt("POLYGON((0 0,1 0,1 1,0 1,0 0),(5 5,6 5,6 6,5 6,5 5))"),
    "empty": shapely.from_wkt("POLYGON EMPTY"),
    "line": shapely.from_wkt("LINESTRING(0 0, 1 1)"),
    "point": shapely.from_wkt("POINT(0 0)"),
    "mixed": shapely.from_wkt("GEOMETRYCOLLECTION(POINT(0 0), POLYGON((0 0,1 0,1 1,0 0)))"),
    "none": None,
    "high": shapely.from_wkt("POLYGON Z((0 0 5, 1 0 5, 1 1 5, 0 0 5))"),
}


def _place(shape: Any) -> Any:
    """Somewhere in Leeds, in degrees."""
    from shapely.affinity import affine_transform

    return None if shape is None else affine_transform(shape, [0.01, 0, 0, 0.01, -1.55, 53.8])


def odd_areas(team: Path, dice: random.Random) -> Path:
    wards = gpd.read_file(team / "wards.geojson")
    kind = dice.randrange(12)
    if kind < 5:
        shape = _place(SHAPES[dice.choice(list(SHAPES))])
        wards.loc[dice.randrange(len(wards)), "geometry"] = shape
        wards = wards if dice.random() < 0.7 else wards.assign(geometry=[shape] * len(wards)).head(2)
    elif kind == 5:
        wards.loc[:3, "ward"] = dice.choice(["", None, "Armley", "=1+1", "x" * 3000, "<script>"])
    elif kind == 6:
        wards = wards.rename(columns={"ward": "WARD"})
    elif kind == 7:
        wards = wards.head(0)
    elif kind == 8:
        wards = wards.set_crs(dice.choice([27700, 3857, 4979, 32631, 4277]), allow_override=True)
    elif kind == 9:
        by = dice.choice([1e6, 1e300, -400, 180])
        wards = wards.assign(geometry=wards.geometry.translate(by, by))
    elif kind == 10:
        wards = wards.assign(ward=range(len(wards)))
    else:
        wards = pd.concat([wards, wards])
    write = dice.choice(["a.gpkg", "a.geojson"])
    bare = write == "a.gpkg" and dice.random() < 0.2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (wards.set_crs(None, allow_override=True) if bare else wards).to_file(team / write)
    return areas_of(team, write)


def odd_numbers(team: Path, dice: random.Random) -> Path:
    """Coordinates that are no numbers, or of the wrong depth, in an otherwise whole file."""
    read = json.loads((team / "wards.geojson").read_text(encoding="utf-8"))
    feature = dice.choice(read["features"])
    wrong: list[Any] = [
        *([], [[]], [[[]]], [[[0, 0]]], [[[0, 0], [1, 1], [0, 0]]], [[["a", "b"]]], None, "text", {"x": 1}),
        *([[[1e999, 0], [1, 1], [2, 0], [1e999, 0]]], [[[float("nan"), 0], [1, 1], [2, 0], [0, 0]]]),
        *([[[None, None]] * 4], [[[1e18, 1e18], [1, 1], [2, 0], [1e18, 1e18]]], [0, 0]),
    ]
    hurt = dice.randrange(5)
    if hurt < 3:
        feature["geometry"] = {"type": "Polygon", "coordinates": dice.choice(wrong)}
    elif hurt == 3:
        feature["geometry"] = dice.choice([None, {}, [], {"type": "Blob"}, {"type": "Polygon"}])
    else:
        read["crs"] = {"type": "name", "properties": {"name": dice.choice(["nonsense", "EPSG:999999", ""])}}
    (team / "wards.geojson").write_text(json.dumps(read), encoding="utf-8")
    return areas_of(team, "wards.geojson")


def lost_part(team: Path, dice: random.Random) -> Path:
    """Take one of a shapefile's files away, or empty it."""
    part = team / "shape" / f"wards.{dice.choice(['dbf', 'shx', 'prj', 'shp', 'cpg'])}"
    if dice.random() < 0.5:
        part.unlink()
    else:
        part.write_bytes(dice.choice([b"", b"junk" * 10]))
    return areas_of(team, "shape/wards.shp")


# -- every other file a configuration names --------------------------------------------------------------

OTHERS = {
    "study": ("wards.geojson", {"incidents": 'files = "july.csv"\nstudy_area = "other.geojson"'}),
    "premises": ("pubs.geojson", {"rest": '[premises.pubs]\nfile = "other.geojson"\ndistance = 50'}),
    "nearby": ("pubs.geojson", {"rest": '[nearby]\nfile = "other.geojson"'}),
    "agreed": (
        "wards.geojson",
        {"hotspots": '[hotspots]\ncount = 2\nagreed = "other.geojson"\nagreed_name = "ward"'},
    ),
    "previous": ("pubs.geojson", {"hotspots": '[hotspots]\ncount = 2\nprevious = "other.geojson"'}),
    "streets": (
        "wards.geojson",
        {"hotspots": '[hotspots]\nmethod = "streets"\ncount = 2\nstreets = "other.geojson"'},
    ),
    "layout": ("own.toml", {"incidents": 'files = "july.csv"\nlayout = "other.toml"'}),
    "scheme": ("scheme.csv", {"rest": '[harm]\nscheme = "other.csv"'}),
    "lookup": (
        "lookup.csv",
        {"areas": '[areas.ward]\nfile = "wards.geojson"\nname = "ward"\nlookup = "other.csv"'},
    ),
    "crosswalk": ("lookup.csv", {"rest": '[crosswalks]\n"police.uk" = "other.csv"'}),
}


def other_file(team: Path, dice: random.Random) -> Path:
    source, parts = OTHERS[dice.choice(list(OTHERS))]
    data = (team / source).read_bytes()
    target = team / f"other{Path(source).suffix}"
    kind = dice.randrange(6)
    if kind < 4:
        target.write_bytes(dice.choice(DAMAGE)(data, dice))
    elif kind == 4:
        target.write_bytes(
            (team / dice.choice(["july.csv", "july.xlsx", "pubs.geojson", "own.toml"])).read_bytes()
        )
    else:
        target.mkdir()
    return write_config(team, **parts)


# -- the configuration -----------------------------------------------------------------------------------

VALUES = [
    "-1", "0", "1e308", "nan", "inf", "-inf", "true", '""', '"\\u0000"', "[]", "{}", "[[]]", '["a", 1]',
    '"no such"', "1979-05-27", "07:32:00", "99999999999999999999", '{ a = { b = 1 } }', '"/"',
    '"../../../etc/passwd"', '"."', "0.0000001", "[nan]", '"\\u202e"', "1000000", "[-1, -1]",
    '"2018"', '"last 999 months"',
]  # fmt: skip


def odd_config(team: Path, dice: random.Random) -> Path:
    """A key of the schema, or an unknown one, with a value that it cannot have."""
    from maps.config_checks import SCHEMA

    tables: dict[str, dict[str, str]] = {
        "": {"title": '"A month"', "as_of": "2018-08-31"},
        "incidents": {"files": '"july.csv"'},
        "areas.ward": {"file": '"wards.geojson"', "name": '"ward"'},
        "hotspots": {"count": "2"},
        "output": {"drafts": "0"},
    }
    for _ in range(dice.choice([1, 1, 1, 2])):
        table = dice.choice(list(SCHEMA))
        keys = [*SCHEMA[table], "unknown"]
        here = table.replace("*", "ward" if table.startswith("areas") else "x")
        tables.setdefault(here, {})[dice.choice(keys)] = dice.choice(VALUES)
    text = "".join(
        (f"[{table}]\n" if table else "") + "".join(f"{k} = {v}\n" for k, v in keys.items())
        for table, keys in tables.items()
    )
    path = team / "team.toml"
    path.write_text(text, encoding="utf-8")
    return path


def broken_config(team: Path, dice: random.Random) -> Path:
    path = team / "team.toml"
    data = path.read_bytes()
    kind = dice.randrange(8)
    if kind < 4:
        path.write_bytes(dice.choice(DAMAGE)(data, dice))
    elif kind == 4:
        path.write_bytes(data.decode().encode(dice.choice(ENCODINGS)))
    elif kind == 5:
        path.write_bytes(b"a = " + b"[" * 5000)
    elif kind == 6:
        path.unlink()
        if dice.random() < 0.5:
            path.mkdir()
    else:
        path.unlink()
        path.symlink_to("team.toml")
    return path


KINDS: list[tuple[int, str, Callable[[Path, random.Random], Path]]] = [
    (22, "damaged file of incidents", damaged(INCIDENTS, incidents_of)),
    (8, "file of incidents under a wrong ending", mislabelled(INCIDENTS, incidents_of)),
    (3, "other encoding", recoded),
    (4, "other packing", squeezed),
    (6, "odd zip", odd_zip),
    (5, "odd header", odd_header),
    (5, "odd JSON", odd_json),
    (5, "odd path", odd_path),
    (10, "damaged file of areas", damaged(AREAS, areas_of)),
    (2, "file of areas under a wrong ending", mislabelled([*AREAS, "july.csv", "july.xlsx"], areas_of)),
    (8, "odd areas", odd_areas),
    (6, "odd numbers in areas", odd_numbers),
    (2, "shapefile that lacks a part", lost_part),
    (14, "other file of the configuration", other_file),
    (12, "odd value in the configuration", odd_config),
    (4, "broken configuration", broken_config),
]


def make_cases(count: int, *, seed: int) -> list[BadFile]:
    """Bad files in fixed shares of every kind, by a seed."""
    dice = random.Random(seed)
    weights = [weight for weight, *_ in KINDS]
    first = [KINDS[n % len(KINDS)] for n in range(min(count, len(KINDS)))]
    kinds = first + dice.choices(KINDS, weights, k=count - len(first))
    return [BadFile(name, make, seed * 1_000_000 + n) for n, (_, name, make) in enumerate(kinds)]


def try_case(case: BadFile, good: Path, base: Path, *, apart: bool = False) -> str:
    """Run a configuration over one bad file and say what does not hold; nothing when all does.

    In this process, or ``apart`` in one of its own, where what libraries written in C say is seen as well.
    """
    team, out = base / "team", base / "results" / "out"
    for folder in (team, out.parent):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, team)
    out.parent.mkdir()
    config = case.make(team, random.Random(case.seed))
    before = snapshot(team)
    words = ("run", str(config), "--out", str(out))
    if apart:
        done = run(*words, timeout=5 * PATIENCE)
        code, said = done.returncode, done.stderr
    else:
        code, said = _run_here(*words)
    wrong = _judge(code, said, out)
    if not wrong and snapshot(team) != before:
        wrong = "the team's own files were changed"
    return f"{case.name} (seed {case.seed}): {wrong}" if wrong else ""


def _judge(code: int, said: str, out: Path) -> str:
    if beside(out):
        return f"left beside the results: {beside(out)}"
    if code == 0:
        return ledger_wrong(out) or warned(said)
    return not_plain(code, said) or ("a result was left" if out.exists() else "")


def warned(said: str) -> str:
    """What a library said past us: nobody can act on it."""
    lines = [line for line in said.splitlines() if "Warning:" in line]
    return f"a library's warning: {lines[0][:200]}" if lines else ""


def _run_here(*words: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.ExitStack() as around:
        around.enter_context(contextlib.redirect_stderr(said))
        around.enter_context(contextlib.redirect_stdout(io.StringIO()))
        raised = around.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        around.enter_context(_in_time())
        try:
            code = main(list(words))
        except SystemExit as error:
            code = int(error.code or 0)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return 1, f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}"
    told = "".join(f"Warning: {w.message} ({Path(w.filename).name}:{w.lineno})\n" for w in raised)
    return code, told + said.getvalue()


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """Stop a run that a bad file sends round in circles."""
    if sys.platform == "win32":
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done within {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

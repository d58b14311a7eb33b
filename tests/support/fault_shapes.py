"""Files of areas, the other files a configuration names, and the configuration itself, broken."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from fault_damage import DAMAGE, ENCODINGS, areas_of
from fault_help import write_config

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
    "agreed": ("wards.geojson", {"hotspots": '[hotspots]\ncount = 2\nagreed = "other.geojson"\nagreed_name = "ward"'}),
    "previous": ("pubs.geojson", {"hotspots": '[hotspots]\ncount = 2\nprevious = "other.geojson"'}),
    "streets": ("wards.geojson", {"hotspots": '[hotspots]\nmethod = "streets"\ncount = 2\nstreets = "other.geojson"'}),
    "layout": ("own.toml", {"incidents": 'files = "july.csv"\nlayout = "other.toml"'}),
    "scheme": ("scheme.csv", {"rest": '[harm]\nscheme = "other.csv"'}),
    "lookup": ("lookup.csv", {"areas": '[areas.ward]\nfile = "wards.geojson"\nname = "ward"\nlookup = "other.csv"'}),
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
        target.write_bytes((team / dice.choice(["july.csv", "july.xlsx", "pubs.geojson", "own.toml"])).read_bytes())
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
    from hotspots.files.typed_tables import tables_in
    from maps.config.settings import Settings

    kinds = tables_in(Settings)
    tables: dict[str, dict[str, str]] = {
        "": {"title": '"A month"', "as_of": "2018-08-31"},
        "incidents": {"files": '"july.csv"'},
        "areas.ward": {"file": '"wards.geojson"', "name": '"ward"'},
        "hotspots": {"count": "2"},
        "output": {"drafts": "0"},
    }
    for _ in range(dice.choice([1, 1, 1, 2])):
        table = dice.choice(list(kinds))
        keys = [*kinds[table].names(), "unknown"]
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

"""The areas, calendars and other files of a world, and the configuration that names them."""

from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import tomlkit
from world_draw import World
from world_files import degrees
from world_rows import month_name, places_of

Ring = list[tuple[float, float]]
NAMES = ("Abbey", "Bridge & Mill", "Castle", "Dale", "Eastfield", "Fulford", "Gledhow", "Holt", "Ings")
ODD_NAMES = ("Ynys Môn", "St John's", 'Little "London"', "=SUM(A1)", "<i>Ward</i>", "0", "Élan", "NA", "Ward ${9}")


def box_of(world: World) -> tuple[float, float, float, float]:
    """Ground of the town: every place, and a hundred metres more."""
    half = world["spread"] + 250
    east, north = world["centre"]
    return east - half, north - half, east + half, north + half


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> Ring:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]


def areas_of(world: World, layer: dict[str, Any], *, later: bool) -> list[dict[str, Any]]:
    """Draw the areas of a layer: name, code, rings; ``later`` is after the first month that passes."""
    x0, y0, x1, y1 = box_of(world)
    size, mess = layer["size"], layer["mess"]
    shift = (x1 - x0) / size / 2.3 if layer["shape"] == "straddling" else 0
    size += layer["shape"] == "other year"
    names = [*NAMES, *(f"{name} East" for name in NAMES)]
    if "odd names" in mess:
        names[: len(ODD_NAMES)] = ODD_NAMES
    found = []
    for number in range(size * size):
        column, line = number % size, number // size
        wide, high = (x1 - x0) / size, (y1 - y0) / size
        left, low = x0 + column * wide - shift, y0 + line * high - shift
        name = names[number] + (" old" if layer["shape"] == "other year" else "")
        ring = _rectangle(left, low, left + wide, low + high)
        if layer["shape"] == "overlapping":
            ring = _rectangle(left - wide / 3, low - high / 3, left + wide, low + high)
        area = {"name": name, "code": f"E0500{number:04d}", "rings": [ring]}
        if "renamed" in mess and later and number == 0:
            area["name"] = f"{name} and New Town"
        if "same name twice" in mess and number == 1:
            area["name"] = found[0]["name"]
        found.append(area)
        if "holes" in mess and number == 0 and layer["shape"] == "grid":
            hole = _rectangle(left + wide / 3, low + high / 3, left + wide / 2, low + high / 2)
            area["rings"].append(hole[::-1])
            found.append({"name": "Inner", "code": "E05009999", "rings": [hole]})
    if "partial" in mess and len(found) > 1:
        found = found[: len(found) // 2]
    if "elsewhere" in mess:
        for area in found:
            area["rings"] = [[(x - 60_000, y + 40_000) for x, y in ring] for ring in area["rings"]]
    return [] if "empty" in mess else found


def write_areas(team: Path, world: World, *, later: bool) -> None:
    """Write every layer that has a file, as its partner saved it."""
    (team / "areas").mkdir(exist_ok=True)
    for name, layer in world["layers"].items():
        if layer["shape"] in ("nested", "centre"):
            continue
        areas = areas_of(world, layer, later=later)
        path = team / "areas" / file_of(name, layer)
        if path.suffix == ".geojson":
            path.write_text(json.dumps(_geojson(areas, layer)), encoding="utf-8")
        else:
            _write_by_library(path, areas, layer)
        if "gone" in layer["mess"]:
            path.unlink()
        if "damaged" in layer["mess"]:
            data = bytearray(path.read_bytes())
            data[16 : len(data) // 2] = bytes(len(data) // 2 - 16)
            path.write_bytes(data)


def file_of(name: str, layer: dict[str, Any]) -> str:
    return f"{name}.{layer['form'].split()[-1] if 'gpkg' not in layer['form'] else 'gpkg'}"


def _geojson(areas: list[dict[str, Any]], layer: dict[str, Any]) -> dict[str, Any]:
    features = []
    for area in areas:
        rings = [[list(degrees(*point)) for point in ring] for ring in area["rings"]]
        shape = {"type": "Polygon", "coordinates": rings}
        features.append({"type": "Feature", "properties": _columns(area, layer), "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def _columns(area: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    return {"name": area["name"]} | ({"code": area["code"]} if layer["code"] else {})


def _write_by_library(path: Path, areas: list[dict[str, Any]], layer: dict[str, Any]) -> None:
    import geopandas as gpd
    import pandas as pd
    import shapely

    shapes = [shapely.Polygon(area["rings"][0], area["rings"][1:]) for area in areas]
    table = pd.DataFrame(
        [_columns(area, layer) for area in areas], columns=list(_columns({"name": "", "code": ""}, layer))
    )
    for old in path.parent.glob(f"{path.stem}.*"):
        old.unlink()
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs="EPSG:27700"))
    frame.to_file(path, **({"layer": "areas"} if path.suffix == ".gpkg" else {"encoding": "utf-8"}))
    if path.suffix == ".shp":
        path.with_suffix(".cpg").unlink(missing_ok=True)
    if layer["form"] == "styled gpkg":
        import pyogrio

        style = pd.DataFrame({"f_table_name": ["areas"], "styleQML": ["<qgis/>"]})
        pyogrio.write_dataframe(style, path, layer="layer_styles")
    if layer["form"] == "gpkg with more":
        import pyogrio

        pyogrio.write_dataframe(pd.DataFrame({"note": ["checked by Ann"]}), path, layer="notes")
        with sqlite3.connect(path) as base:
            base.execute("CREATE VIEW wards_as_seen AS SELECT * FROM areas")


def write_extras(team: Path, world: World, months: int) -> None:
    """Write the files of premises, streets, agreed places, survey, calendar and study area."""
    x0, y0, x1, y1 = box_of(world)
    points = [
        {
            "type": "Feature",
            "properties": {"name": f"The {street} Arms", "kind": "pub" if n % 2 else "school"},
            "geometry": {"type": "Point", "coordinates": list(degrees(east, north))},
        }
        for n, (east, north, street) in enumerate(places_of(world))
    ]
    busiest = places_of(world)[0][0] + 60
    middle = max((x0 + x1) / 2, busiest) if world["config"].get("study_area") == "half" else x1 + 500
    files: dict[str, list[dict[str, Any]]] = {"places": points}
    files["study"] = [_polygon(_rectangle(x0 - 500, y0 - 500, middle, y1 + 500), name="Study")]
    files["agreed"] = [
        _polygon(_rectangle(e - 100, n - 100, e + 100, n + 100), name=f"Agreed {k}", ref=f"A{k}")
        for k, (e, n, _) in enumerate(places_of(world)[:3])
    ]
    lines = [[(e, y0), (e, y1)] for e in {p[0] for p in places_of(world)[:9]}]
    files["streets"] = [
        {
            "type": "Feature",
            "properties": {"name": f"Street {k}"},
            "geometry": {"type": "LineString", "coordinates": [list(degrees(*p)) for p in line]},
        }
        for k, line in enumerate(lines)
    ]
    (team / "more").mkdir(exist_ok=True)
    for name, features in files.items():
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (team / "more" / f"{name}.geojson").write_text(text, encoding="utf-8")
    last = month_name(world, months - 1)
    (team / "more" / "survey.csv").write_text(f"indicator,period,value,base\nFeeling safe,{last},61.5,200\n")
    (team / "more" / "calendar.csv").write_text(
        f"name,kind,start,end\nOperation Sea,operation,{last}-02,{last}-12\nFair,event,{last}-20,\n"
    )
    many = 3000 if world["config"].get("calendar") == "many" else 1
    entry = f"BEGIN:VEVENT\r\nSUMMARY:Op\r\nDTSTART;VALUE=DATE:{last.replace('-', '')}05\r\n"
    whole = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + entry + "END:VEVENT\r\nEND:VCALENDAR\r\n"
    (team / "more" / "calendar.ics").write_text(whole if many == 1 else whole.replace(entry, entry * many))


def _polygon(ring: Ring, **columns: str) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": [[list(degrees(*p)) for p in ring]]}
    return {"type": "Feature", "properties": columns, "geometry": shape}


def last_day(world: World, months: int) -> dt.date:
    """Last day of the last month that is there."""
    year, month = map(int, month_name(world, months).split("-"))
    return dt.date(year, month, 1) - dt.timedelta(days=1)


def make_config(world: World, files: dict[str, list[str]], months: int, **given: Any) -> dict[str, Any]:
    """Turn what was drawn into the tables of the configuration."""
    later = months > world["months"] - world["passes"]
    drawn, config = world["config"], {"seed": world["config"]["seed"], "plans": "plans"}
    config["as_of"] = str(last_day(world, months))
    config |= {key: drawn[key] for key in ("title", "place") if key in drawn} | _sources(world, files)
    if "study_area" in drawn:
        config.setdefault("incidents", {})["study_area"] = "more/study.geojson"
    if world["layers"]:
        config["areas"] = {name: _layer(world, name, layer, later) for name, layer in world["layers"].items()}
    config["hotspots"] = dict(drawn["hotspots"])
    if drawn["hotspots"]["method"] == "streets":
        config["hotspots"]["streets"] = "more/streets.geojson"
    if "agreed" in drawn:
        config["hotspots"] |= {"agreed": "more/agreed.geojson", "agreed_name": "name", "agreed_on": drawn["agreed"]}
    if given.get("previous"):
        config["hotspots"]["previous"] = given["previous"]
    config["output"] = dict(drawn["output"])
    if isinstance(drawn["output"].get("drafts"), list):
        config["output"]["drafts"] = _asked(world, drawn["output"]["drafts"][0], given.get("refs", []), later)
    for key in ("profiles", "times", "trends", "near_repeats", "cameras", "harm"):
        if key in drawn:
            config[key] = drawn[key]
    _add_tables(config, world, months)
    return config


def _asked(world: World, what: str, refs: list[str], later: bool) -> Any:
    if what == "ward" and "ward" in world["layers"]:
        areas = areas_of(world, world["layers"]["ward"], later=later)
        return [f"ward:{areas[0]['name']}"] if areas else 1
    if what == "street":
        return [f"street:{places_of(world)[0][2]}"]
    return ["+".join(refs[:2])] if what == "two together" and len(refs) > 1 else refs[:1] or 1


def _sources(world: World, files: dict[str, list[str]]) -> dict[str, Any]:
    public = [name for name in files if _layout(world, name) == "police.uk"]
    police = [path for name in public for path in files[name]]
    others = [name for name in files if _layout(world, name) != "police.uk" and files[name]]
    table: dict[str, Any] = {"files": police}
    if any("many files" in world["sources"][name]["mess"] for name in public):
        table["same_month"] = "both"
    if not others:
        return {"incidents": table | ({"files": police[0]} if len(police) == 1 else {})}
    tables: dict[str, Any] = {"police": table} if police else {}
    for name in others:
        table = {"files": files[name], "layout": _layout(world, name)}
        if "overlap" in world["sources"][name]["mess"]:
            table["same_month"] = "both"
        table["source"] = f"{table['layout']} {name[-1]}"
        tables[name] = table
    return {"sources": tables}


def _layout(world: World, name: str) -> str:
    return str(world["sources"][name]["layout"])


def _layer(world: World, name: str, layer: dict[str, Any], later: bool) -> dict[str, Any]:
    east, north = world["centre"]
    if layer["shape"] == "centre":
        return {"easting": east, "northing": north, "radius": 400}
    if layer["shape"] == "nested":
        names = [area["name"] for area in areas_of(world, world["layers"]["ward"], later=later)]
        groups = {"First plan": names[::2], "Second plan": names[1::2]}
        return {"of": "ward", "groups": {group: members for group, members in groups.items() if members}}
    table: dict[str, Any] = {"file": f"areas/{file_of(name, layer)}", "name": "name"}
    table |= {"code": "code"} if layer["code"] else {}
    table |= {"overlapping": True} if layer["shape"] == "overlapping" else {}
    return table | ({"vintage": 2011} if layer["shape"] == "other year" else {})


def _add_tables(config: dict[str, Any], world: World, months: int) -> None:
    drawn, last = world["config"], month_name(world, months - 1)
    later = months > world["months"] - world["passes"]
    if "changes" in drawn:
        after = {"last month": "last month", "year before": last, "not there": "2009-01"}
        config["changes"] = {"after": after.get(drawn["changes"], drawn["changes"])}
    if "calendar" in drawn:
        if drawn["calendar"] == "tables":
            config["calendar"] = {"events": {"Fair": last}, "operations": {"Op Sea": f"{last}-02..{last}-09"}}
        else:
            config["calendar"] = {"files": f"more/calendar.{'csv' if drawn['calendar'] == 'csv' else 'ics'}"}
    if "boards" in drawn:
        board = {"title": "Our board", "indicators": drawn["boards"]["indicators"]}
        areas = areas_of(world, world["layers"]["ward"], later=later) if "ward" in world["layers"] else []
        if drawn["boards"]["area"] and areas:
            board["area"] = f"ward:{areas[0]['code' if world['layers']['ward']['code'] else 'name']}"
        config["boards"] = {"one": board | ({"survey": "more/survey.csv"} if drawn["boards"]["survey"] else {})}
    if "patrols" in drawn:
        config["patrols"] = dict(drawn["patrols"])
        if config["patrols"].get("start"):
            config["patrols"]["start"] = str(last_day(world, months) + dt.timedelta(days=3))
    if "premises" in drawn:
        config["premises"] = {"pubs": {"file": "more/places.geojson", **drawn["premises"]}}
    if "nearby" in drawn:
        config["nearby"] = {"file": "more/places.geojson"}


def write_config(path: Path, config: dict[str, Any], keys: str = "") -> None:
    """Write the configuration as TOML, with the mistake that a person left in it."""
    text = tomlkit.dumps(config)
    if keys == "unknown key":
        text = f'colour = "red"\n{text}'
    elif keys == "windows path":
        text = text.replace('plans = "plans"', 'plans = "C:\\Users\\team\\plans"')
    elif keys == "deep":
        text += "\n[deep]\nby = " + "[" * 3000 + "]" * 3000 + "\n"
    elif keys == "huge":
        text = "".join(f"key{n} = {n}\n" for n in range(5000)) + text
    data = text.encode("utf-8", "surrogatepass")
    path.write_bytes(data + b"\n# caf\xe9\n" if keys == "surrogate" else data)


def dice_of(world: World, what: str) -> random.Random:
    return random.Random(f"{what} {world['seed']}")

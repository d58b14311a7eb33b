"""The ground made small for the page: one line a street, whole hundred-thousandths of a degree, as text."""

import base64
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.checks import announce
from maps.common.small_shapes import SCALE
from maps.streets.clip import fit_ground, lighten
from maps.streets.schemas import MAIN

BUDGET = 400_000  # characters
_TOLERANCE = {"road": 1.5, "rail": 3.0, "water": 3.0, "green": 4.0, "building": 1.0, "place": 0.0}
_LEFT_OUT = ("", "buildings", "buildings and footpaths", "buildings, footpaths and green")
_ORDER = ("green", "water", "building", "rail", "road", "place")


def prepare_ground(
    ground: gpd.GeoDataFrame | None, spots: gpd.GeoDataFrame, *, area: gpd.GeoDataFrame | None = None
) -> list[dict[str, Any]]:
    """Make the ground small enough for the page, and say what had to be left out for that."""
    if ground is None or ground.empty:
        return []
    fitted = fit_ground(ground, spots, area=area)
    packed, step = pack_ground(fitted), 0
    while sum(len(layer["data"]) for layer in packed) > BUDGET and step < len(_LEFT_OUT) - 1:
        step += 1
        packed = pack_ground(lighten(fitted, step))
    if spots.empty and sum(len(layer["data"]) for layer in packed) > BUDGET:
        packed = [layer for layer in packed if layer["kind"] != "road" or layer["rank"] == MAIN]
    if step:
        announce(f"The map would be too large with all of the ground: {_LEFT_OUT[step]} are left out.")
    return packed


def pack_ground(ground: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Layers of one kind and rank, the lowest first, each with its names and its lines as text.

    The text is base64 of varints: for each shape the number of its name (0 for none), of its lines, and for
    each line the number of its points and the steps between them, zigzag, going on from the point before.
    """
    layers = []
    for kind in _ORDER:
        of_kind = ground[ground["kind"] == kind]
        for rank in sorted(of_kind["rank"].unique(), reverse=True):
            rows = _merge(of_kind[of_kind["rank"] == rank], kind)
            names = sorted(set(rows["name"]) - {""})
            numbers = _number(rows, {name: i for i, name in enumerate(names, 1)})
            layers.append({"kind": kind, "rank": int(rank), "names": names, "data": _as_text(numbers)})
    return layers


def _merge(rows: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """One shape for each name, in order of place; simplified."""
    rows = rows.assign(name=rows["name"].where(rows["kind"].isin(["road", "place"]), ""))
    if kind in ("road", "rail"):
        rows = _join_lines(rows)
    rows = rows.set_geometry(shapely.simplify(rows.geometry.to_numpy(), _TOLERANCE[kind]), crs=rows.crs)
    west, south, _, _ = rows.geometry.bounds.to_numpy().T
    return rows.iloc[np.lexsort([west, south // 400])]


def _join_lines(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines of one name as one shape; those without a name end to end, each by itself."""
    order = np.argsort(rows["name"].to_numpy(dtype=str), kind="stable")
    named, shapes = rows["name"].to_numpy(dtype=str)[order], rows.geometry.to_numpy()[order]
    # cut at an edge, a line may have left points and collections behind
    some, of = shapely.get_parts(shapes, return_index=True)
    lines, within = shapely.get_parts(some, return_index=True)
    whole = shapely.get_type_id(lines) == 1
    lines, of = lines[whole], of[within[whole]]
    if not len(lines):
        return rows.iloc[:0]
    names, starts = np.unique(named[of], return_index=True)
    merged = [shapely.line_merge(shapely.multilinestrings(own)) for own in np.split(lines, starts[1:])]
    parts = [
        np.array([one], dtype=object) if name else shapely.get_parts(one)
        for name, one in zip(names, merged, strict=True)
    ]
    names = np.repeat(names, [len(some) for some in parts])
    return gpd.GeoDataFrame({"name": names}, geometry=np.concatenate(parts), crs=rows.crs)


def _number(rows: gpd.GeoDataFrame, names: dict[str, int]) -> list[int]:
    numbers: list[int] = []
    last = np.zeros(2, dtype=np.int64)
    for name, shape in zip(rows["name"], rows.geometry.to_crs("EPSG:4326"), strict=True):
        lines = [whole for line in _lines(shape) if len(whole := _whole(line))]
        if not lines:
            continue
        numbers += [names.get(name, 0), len(lines)]
        for whole in lines:
            steps = np.diff(np.vstack([last, whole]), axis=0)
            last = whole[-1]
            zigzag = np.where(steps < 0, -2 * steps - 1, 2 * steps)
            numbers += [len(whole), *zigzag.ravel().tolist()]
    return numbers


def _lines(shape: Any) -> list[Any]:
    """Lines and rings of a shape, and points as lines of one."""
    flat: list[Any] = []
    for part in getattr(shape, "geoms", [shape]):
        rings = (part.exterior, *part.interiors) if part.geom_type == "Polygon" else (part,)
        flat += (
            [np.asarray(ring.coords)[:, :2] for ring in rings if not ring.is_empty]
            if not hasattr(part, "geoms")
            else _lines(part)
        )
    return flat


def _whole(line: Any) -> Any:
    """Points in whole units, each once in a row; a line that shrinks to a point is none."""
    whole = np.round(line * SCALE).astype(np.int64)
    kept = np.r_[True, (np.diff(whole, axis=0) != 0).any(axis=1)]
    return whole[kept] if len(line) == 1 or kept.sum() > 1 else whole[:0]


def _as_text(numbers: list[int]) -> str:
    """Varints (seven bits a byte, the lowest first) in base64."""
    values = np.array(numbers, dtype=np.uint64)
    size = np.ones(len(values), dtype=np.int64)
    for k in range(1, 6):
        size += values >= np.uint64(1) << np.uint64(7 * k)
    ends = np.cumsum(size)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for k in range(6):
        has = size > k
        low = (values[has] >> np.uint64(7 * k)) & np.uint64(127)
        out[(ends - size)[has] + k] = low + np.where(size[has] > k + 1, 128, 0).astype(np.uint64)
    return base64.b64encode(out.tobytes()).decode()

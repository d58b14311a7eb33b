"""Read the ground from files of streets, places, water, green, rail and buildings, or one file with all."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import CRS, InputError, announce
from maps.streets.schemas import KINDS, classify, credit_of, find_kind

ALL = "ground"  # the key of one file with all
WIDEST = 60_000.0  # metres: of areas farther apart only what is around the hotspots is read
COLUMNS = ["kind", "rank", "name", "geometry"]


def read_ground(
    given: str | Path | Mapping[str, Any], *, around: gpd.GeoDataFrame | gpd.GeoSeries | None = None
) -> gpd.GeoDataFrame:
    """Read the ground of a map.

    Parameters
    ----------
    given : str, Path or mapping
        One file with all; or files by what they hold, ``streets, places, water, green, rail, buildings``
        (and ``ground``, one with all), with ``layout`` where columns have names of their own. GeoPackage,
        shapefile, GeoJSON, or OpenStreetMap's ``.osm.pbf``. The columns of Ordnance Survey's open
        products and of OpenStreetMap are known.
    around : GeoDataFrame or GeoSeries, optional
        What the map shows: of a file of a country only a kilometre around its extent is read.

    Returns
    -------
    GeoDataFrame
        ``kind`` (road, rail, water, green, building, place), ``rank`` (of roads: 0 main to 3 path;
        of places: 0 known from afar, 1 nearby, 2 other), ``name``
        and geometry in the grid of ``around`` (without it EPSG:27700); who is to be named for it stands in
        ``attrs["credit"]``.

    Raises
    ------
    InputError
        If a file cannot be read, says no coordinate system, or holds nothing of what was asked.

    Examples
    --------
    >>> import tempfile
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (-1.545 53.796, -1.541 53.796)"], crs="EPSG:4326")
    >>> roads = gpd.GeoDataFrame({"highway": ["primary"], "name": ["Boar Lane"]}, geometry=line)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     roads.to_file(Path(folder) / "roads.geojson")
    ...     read_ground(Path(folder) / "roads.geojson")[["kind", "rank", "name"]].to_numpy().tolist()
    [['road', 0, 'Boar Lane']]
    """
    files: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {ALL: given}
    layout = files.pop("layout", None)
    crs = CRS if around is None else around.crs
    found, named = [empty_ground(crs)], []
    for key, path in files.items():
        rows, credit = _read_file(Path(path), KINDS.get(key, ""), around=around, layout=layout)
        found.append(rows)
        named += [credit] if credit else []
    ground = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=crs)[COLUMNS]
    ground.attrs = {"kind": "ground", "credit": " ".join(dict.fromkeys(named))}
    return ground


def take_ground(given: Any, spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Take the ground as a map is given it: read already, or files still to be read."""
    if given is None or not isinstance(given, gpd.GeoDataFrame):
        return None if given is None else read_ground(given, around=spots)
    if not set(COLUMNS[:3]) <= set(given.columns) or given.crs != spots.crs:
        raise InputError(
            "The ground is not as read_ground gives it",
            given=f"columns {', '.join(map(str, given.columns[:8]))}",
            advice='ground={"streets": "roads.gpkg"}, or ground=maps.read_ground("roads.gpkg")',
        )
    return given


def read_under(
    given: Mapping[str, Any], spots: gpd.GeoDataFrame, areas: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame | None:
    """Read a run's ground, file by file: one that cannot be read is named, the rest is drawn."""
    first = next(iter(areas.values()), spots)
    extent = np.ptp(first.total_bounds.reshape(2, 2), axis=0).max() if len(first) else np.inf
    around = first if extent < WIDEST or spots.empty else spots
    found = []
    for key in (key for key in given if key != "layout"):
        try:
            found.append(read_ground({key: given[key], "layout": given.get("layout")}, around=around))
        except InputError as error:
            announce(f"The map is drawn without '{key}': {error}")
    if not found:
        return None
    ground = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=around.crs)
    credit = " ".join(dict.fromkeys(one.attrs["credit"] for one in found if one.attrs["credit"]))
    ground.attrs = {"kind": "ground", "credit": credit}
    return ground


def empty_ground(crs: Any = CRS) -> gpd.GeoDataFrame:
    """No ground, with its columns."""
    columns = {"kind": pd.Series(dtype=object), "rank": pd.Series(dtype=int), "name": pd.Series(dtype=object)}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _read_file(
    path: Path, wanted: str, *, around: Any, layout: Mapping[str, Any] | None
) -> tuple[gpd.GeoDataFrame, str]:
    import pyogrio

    what = f"The file of {next((k for k, v in KINDS.items() if v == wanted), 'the ground')}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [(i, str(n)) for i, (n, kind) in enumerate(pyogrio.list_layers(path)) if kind is not None]
            parts = [_read_layer(path, i, n, wanted, around, layout, what, len(layers)) for i, n in layers]
    except (OSError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(f"{what} cannot be read", given=path.name, advice="export it again") from error
    held = [part for part, _ in parts if part is not None]
    crs = CRS if around is None else around.crs
    rows = gpd.GeoDataFrame(pd.concat([empty_ground(crs), *held], ignore_index=True), crs=crs)
    if not any(read for _, read in parts):
        announce(f"{path.name} holds nothing where the map is: its ground is left out.")
    elif rows.empty:
        columns = ", ".join(sorted({c for _, read in parts for c in read})[:20])
        raise InputError(
            f"{what} holds nothing that we know how to draw",
            given=f"{path.name}: {columns}",
            advice='[map.layout] name = "COLUMN" and class = "COLUMN" say which columns hold them',
        )
    elif wanted == "road" and rows["name"].eq("").all():
        announce(f"{path.name}: no column of street names is known. [map.layout] name = ... says which it is.")
    return rows, credit_of({c for _, read in parts for c in read})


def _read_layer(
    path: Path, number: int, layer: str, wanted: str, around: Any, layout: Any, what: str, layers: int
) -> tuple[gpd.GeoDataFrame | None, list[str]]:
    """Rows of one layer, and its columns where anything lies around."""
    import pyogrio

    info = pyogrio.read_info(path, layer=number)
    if layers > 1 and wanted and not layout and find_kind(layer) not in ("", wanted, "building" * (wanted == "place")):
        return None, [str(c) for c in info["fields"]]
    if info["crs"] is None:
        raise InputError(
            f"{what} cannot be used: the file says no coordinate reference system",
            given=path.name,
            advice="save it with one, such as EPSG:27700",
        )
    read = pyogrio.read_dataframe(path, layer=number, bbox=_box(around, info["crs"]))
    read = read[read.geometry.notna() & ~read.geometry.is_empty]
    if read.empty:
        return None, []
    read = read.set_geometry(shapely.force_2d(read.geometry.to_numpy()), crs=read.crs)
    read = read.to_crs(CRS if around is None else around.crs)
    read = read[np.isfinite(shapely.get_coordinates(read.geometry.representative_point())).all(axis=1)]
    return classify(read, layer=layer, wanted=wanted, layout=layout), [str(c) for c in read.columns]


def _box(around: Any, crs: Any) -> tuple[float, float, float, float] | None:
    """Extent to read, in the file's own coordinates."""
    if around is None or not len(around):
        return None
    west, south, east, north = around.total_bounds
    zone = gpd.GeoSeries([shapely.box(west - 1000, south - 1000, east + 1000, north + 1000)], crs=around.crs)
    left, low, right, top = map(float, zone.segmentize(5000).to_crs(crs).total_bounds)
    return left, low, right, top

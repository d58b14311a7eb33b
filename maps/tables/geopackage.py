"""A GeoPackage that opens styled in QGIS, with the same bytes for the same input."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, require_metres
from maps.common.escape import clean
from maps.common.layer_kinds import identify, kind_of, names_spots
from maps.common.write_whole import replacing
from maps.disclosure.follow import follow_content, kind_given
from maps.disclosure.gate import Profile, profile_named, release
from maps.tables._qgis_styles import style_of
from maps.tables.csv_files import list_as_text

_STYLES_TABLE = """CREATE TABLE layer_styles (
id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""


def write_geopackage(
    path: str | Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    profile: str | Profile,
    title: str = "Crime and anti-social behaviour hotspots",
    marking: str | None = None,
    as_of: str | pd.Timestamp = "2000-01-01",
) -> Path:
    """Write layers as one GeoPackage in EPSG:27700, each with its default style for QGIS."""
    who = profile_named(profile)
    target, names = Path(path), [identify(name).replace("-", "_") for name in layers]
    if len(set(names)) < len(names):
        raise InputError(
            "Two layers would have the same name in the GeoPackage",
            given=", ".join(layers),
            advice="other names for the layers",
        )
    released = {}
    for name, (given, frame) in zip(names, layers.items(), strict=True):
        require_metres(frame, what=f"The layer '{clean(given)}'")
        kind = "spots" if names_spots(name) and "kind" not in frame.attrs else kind_of(given, frame)
        released[name] = (kind, release(frame, kind=kind, profile=who))
    held = [kind_given(kind, frame) for kind, frame in released.values() if len(frame)]
    who = follow_content(who, held)
    stamp = clean(who.marking if marking is None else marking)
    moment = f"{pd.Timestamp(as_of):%Y-%m-%dT%H:%M:%S}.000Z"
    styles = [(name, frame.geometry.name, style_of(frame, kind=kind)) for name, (kind, frame) in released.items()]
    with replacing(target) as beside:
        for name, (_, frame) in released.items():
            _write_layer(beside, name, frame, moment=moment, words=f"{stamp}: {title}" if stamp else title)
        _write_styles(beside, styles, moment=moment)
        _settle_counter(beside)
    return target


def _write_layer(target: Path, name: str, frame: gpd.GeoDataFrame, *, moment: str, words: str) -> None:
    import pyogrio

    plain = frame.copy()
    for column in plain.columns.drop(plain.geometry.name):
        if plain[column].dtype == object:
            plain[column] = plain[column].map(list_as_text)
    if plain.index.name and plain.index.name not in plain.columns:
        plain = plain.reset_index()
    plain = plain.rename_geometry("geom")
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        pyogrio.write_dataframe(
            plain,
            target,
            layer=name,
            driver="GPKG",
            append=False,
            geometry_type=_geometry_type(plain),
            promote_to_multi=None,
            layer_options={"DESCRIPTION": clean(words), "GEOMETRY_NAME": "geom"},
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _geometry_type(frame: gpd.GeoDataFrame) -> str:
    kinds = set(frame.geom_type.dropna())
    if not kinds:
        return "Unknown"
    single = {kind.removeprefix("Multi") for kind in kinds}
    if len(single) > 1:
        return "Unknown"
    multi = any(kind.startswith("Multi") for kind in kinds)
    return f"{'Multi' if multi else ''}{single.pop()}"


def _settle_counter(target: Path) -> None:
    """Set SQLite's count of changes to 1: how often GDAL writes depends on the language of the system."""
    with target.open("r+b") as file:
        for at in (24, 92):  # the count, and the count for which the header holds: they must agree
            file.seek(at)
            file.write((1).to_bytes(4, "big"))


def _write_styles(target: Path, styles: list[tuple[str, str, str]], *, moment: str) -> None:
    """QGIS reads a layer's default style from this table."""
    with closing(sqlite3.connect(target)) as file, file:
        file.execute(_STYLES_TABLE)
        file.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
            " VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
            [(name, name[:30], qml, f"Default style of {name}", moment) for name, _, qml in styles],
        )
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
            [moment],
        )

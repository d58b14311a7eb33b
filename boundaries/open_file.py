"""Open a file of areas, whatever its format, or say why it cannot be opened."""

from pathlib import Path

import geopandas as gpd

from hotspots.checks import InputError, UnreadableError, closest_name
from hotspots.common.wording import say_count
from hotspots.files.geofiles import read_layer


def read_source(path: Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer of a GeoPackage, GeoJSON, shapefile, zip or GeoParquet as it stands."""
    _check_file(path)
    try:
        raw = read_layer(path, name=path.name, layer=layer, want="areas")
    except InputError:
        raise
    except Exception as error:  # GDAL and Arrow raise many kinds; the user needs one sentence
        raise UnreadableError(
            "This file cannot be read as areas",
            given=f"{path.name} ({str(error).splitlines()[0][:160]})",
            advice="GeoPackage, GeoJSON, shapefile (zipped with its .dbf, .shx and .prj) or GeoParquet",
        ) from error
    if not isinstance(raw, gpd.GeoDataFrame):
        raise UnreadableError(
            "This file holds a table without areas",
            given=path.name,
            advice="read_lookup(...) for tables; areas need outlines",
        )
    if raw.empty:
        raise UnreadableError("This file holds no areas", given=f"{path.name}: 0 rows", advice="export it again")
    if (raw.geometry.isna() | raw.geometry.is_empty).all():
        given = f"{path.name}: no outline in {say_count(len(raw), 'row')}"
        raise UnreadableError("This file holds no areas", given=given, advice="export it again")
    raw.attrs["format"] = path.suffix.lower()
    return raw


def _check_file(path: Path) -> None:
    if not path.exists():
        near = closest_name(path.name, [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else [])
        raise InputError(
            "No such file of areas", given=str(path), advice=f"'{near}'" if near else "check the name and the folder"
        )
    if path.is_dir():
        raise InputError("This is a folder, not a file of areas", given=str(path), advice="name the file")
    if path.stat().st_size == 0:
        raise UnreadableError(
            "The file of areas is empty", given=f"{path.name}: 0 bytes", advice="download or export it again"
        )

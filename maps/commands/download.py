"""Open streets for a map: the squares it needs, out of Ordnance Survey's one file of the country."""

import datetime as dt
import re
import tempfile
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd

from hotspots.checks import CRS, InputError, require_installed
from hotspots.common.gridref import grid_reference
from hotspots.files.web_session import open_session
from maps.config.read import read_config
from maps.config.settings import Config
from maps.job.read_records import read_records
from maps.job.stages.attach import build_layers, made_of
from maps.job.stages.read import read_study_area
from maps.streets.schemas import OS_CREDIT

SERVICE = "https://api.os.uk"
_PRODUCT = "downloads/v1/products/OpenRoads/downloads"
_AROUND = 1000.0  # metres beyond the area
_PARTS = ("shp", "shx", "dbf", "prj", "cpg")
_LIST = 4_000_000  # bytes to ask for first: the list of a zip with some hundred files
_OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
LICENCE = f"{OS_CREDIT} Open Government Licence v3.0.\n{_OGL}\n"


def download_streets(config: str | Path, *, service: str | None = None, timeout: float = 60.0) -> Path:
    """Download OS Open Roads for the area of a configuration, into ``streets.gpkg`` beside it.

    Only the 100 km squares that the area touches are read out of the national zip, by range.
    """
    read, service = read_config(config), service or SERVICE
    box = _extent(read)
    target = read.path.parent / "streets.gpkg"
    with tempfile.TemporaryDirectory() as folder:
        shapes = _ask(lambda: _take(service, squares_of(box), Path(folder), timeout), service)
        parts = [gpd.read_file(path, bbox=box) for path in shapes]
    streets = pd.concat([part.to_crs(CRS) for part in parts if len(part)]) if any(map(len, parts)) else None
    if streets is None:
        raise InputError(
            "Ordnance Survey's open streets hold none in the area of this configuration",
            given=", ".join(squares_of(box)) or "outside Great Britain",
            advice="is the area in Great Britain? Else name a file of streets yourself: [map] streets",
        )
    whole = target.with_name("streets.part.gpkg")
    whole.unlink(missing_ok=True)
    gpd.GeoDataFrame(streets, crs=CRS).to_file(whole, layer="road_link", driver="GPKG")
    whole.replace(target)
    target.with_name("streets-licence.txt").write_text(LICENCE, encoding="utf-8")
    print(f"Written: {target} ({len(streets):,} street lines)")
    print(f'Now say in {read.path.name}:\n[map]\nstreets = "{target.name}"')
    return target


def squares_of(box: tuple[float, float, float, float]) -> list[str]:
    """List the letters of the 100 km squares that a box of metres touches."""
    west, south, east, north = (int(value // 100_000) for value in box)
    found = [
        grid_reference(100_000 * x + 1, 100_000 * y + 1)[:2]
        for y in range(max(south, 0), min(north, 12) + 1)
        for x in range(max(west, 0), min(east, 6) + 1)
    ]
    return sorted(found)


def _extent(config: Config) -> tuple[float, float, float, float]:
    """Where the configuration looks, with a kilometre around."""
    frame = read_study_area(config)
    if frame is None:
        from_file = {k: v for k, v in made_of(config, hotspots=False).items() if "file" in v}
        first = dict(list(from_file.items())[:1])
        frame = next(iter(build_layers(first).values())) if first else None
    if frame is None:
        today = config.as_of or dt.datetime.now(tz=dt.UTC).date()
        frame = read_records(config, as_of=today, study=None, spill=None).incidents
    west, south, east, north = map(float, frame.total_bounds)
    return west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND


def _take(service: str, squares: list[str], folder: Path, timeout: float) -> list[Path]:
    """Read the shapefiles of the squares out of the national zip, by range; their paths."""
    remotezip = require_installed("remotezip", extra="download")
    session = open_session()
    asked = {"area": "GB", "format": "ESRI® Shapefile"}
    answer = session.get(f"{service}/{_PRODUCT}", params=asked, timeout=timeout)
    answer.raise_for_status()
    held = [one for one in answer.json() if "shapefile" in str(one.get("format", "")).casefold()]
    if not held:
        raise InputError(
            "Ordnance Survey offers no shapefile of its open streets",
            given=answer.url,
            advice="download OS Open Roads by hand and name it: [map] streets",
        )
    archive = remotezip.RemoteZip(held[0]["url"], initial_buffer_size=_LIST, session=session, timeout=timeout)
    found = []
    with closing(archive.fp), archive:
        for name in archive.namelist():
            match = re.search(r"(?:^|/)([A-Z]{2})_RoadLink\.(\w{3})$", name, flags=re.IGNORECASE)
            if match and match[1].upper() in squares and match[2].lower() in _PARTS:
                path = folder / f"{match[1].upper()}.{match[2].lower()}"
                path.write_bytes(archive.read(name))
                found += [path] if path.suffix == ".shp" else []
    return sorted(found)


def _ask(job: Any, service: str) -> Any:
    """Do it, or say what went wrong on the way."""
    requests = require_installed("requests", extra="download")
    remotezip = require_installed("remotezip", extra="download")
    strange = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, AttributeError, ValueError)
    faults = (remotezip.RemoteZipError, *strange)
    advice = "try later, or download OS Open Roads by hand from osdatahub.os.uk and name it: [map] streets"
    host = urlsplit(service).netloc
    try:
        return job()
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        given = f"{host}: {type(error).__name__}"
        raise InputError(f"Cannot reach {host}", given=given, advice=advice) from error
    except (requests.exceptions.RequestException, *faults) as error:
        given = f"{host}: {error}"[:160]
        raise InputError("Ordnance Survey did not give a usable answer", given=given, advice=advice) from error

"""Download official areas from the Open Geography portal of the Office for National Statistics."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from boundaries.areas import read_areas
from boundaries.names import fold_name
from boundaries.web_requests import get_json
from hotspots.checks import InputError, announce, closest_name, require_installed
from hotspots.files.web_session import cache_folder, keep_file, kept_note, open_session

#: The catalogue of the Open Geography portal (an ArcGIS feature service).
SERVICE = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"

# Kind: first words of its services' names, and the stem of its fields (WD24CD, WD24NM).
_KINDS = {
    "wards": (("Wards", "WD"), "WD"),
    "districts": (("Local_Authority_Districts", "LAD"), "LAD"),
    "lsoa": (("Lower_layer_Super_Output_Areas", "Lower_Layer_Super_Output_Areas", "LSOA"), "LSOA"),
    "msoa": (("Middle_layer_Super_Output_Areas", "Middle_Layer_Super_Output_Areas", "MSOA"), "MSOA"),
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def download_areas(
    kind: str,
    *,
    year: int,
    within: str | None = None,
    detail: str = "BFC",
    folder: str | Path | None = None,
    service: str = SERVICE,
    timeout: float = 60.0,
) -> gpd.GeoDataFrame:
    """Download official areas, or take them from the folder where an earlier call kept them.

    Parameters
    ----------
    kind : str
        "wards", "districts", "lsoa" or "msoa".
    year : int
        Year of the boundaries.
    within : str, optional
        Name or code of a district, e.g. "Leeds"; None gets the whole country.
    detail : str
        "BFC" full, "BGC" generalised to 20 m, "BSC" to 200 m, all clipped to the coast; "BFE" full to the
        low-water line. Generalised areas move incidents near a line.
    folder : str or Path, optional
        Where downloads are kept, with a checksum; None takes the user's cache folder.
    service : str
        Address of the catalogue, for a mirror or a proxy of the official one.
    timeout : float
        Seconds to wait for one answer.

    Returns
    -------
    GeoDataFrame
        Areas, as from `read_areas`, with ``vintage``.

    Raises
    ------
    InputError
        Unknown kind, no such year or district, the service cannot be reached or goes on failing, the
        optional libraries of ``safer-hotspots[download]`` are not installed.

    Notes
    -----
    Contains National Statistics and Ordnance Survey data, Open Government Licence v3.0: say so on what you
    publish.
    """
    if kind not in _KINDS:
        near = closest_name(kind, _KINDS)
        raise InputError(f"No such kind of area '{kind}'", advice=f"'{near}'" if near else ", ".join(_KINDS))
    stem = "-".join([kind, *(fold_name(within).split() if within else ["all"]), str(year), detail.lower()])
    path = cache_folder(folder) / "areas" / f"{stem}.geojson"
    note = kept_note(path)
    if note is None:
        with open_session() as session:
            note = _fetch(session, path, kind, year, within, detail, service, timeout)
    return read_areas(path, name=str(note["name"]), code=str(note["code"]), vintage=year)


def _fetch(
    session: Any, path: Path, kind: str, year: int, within: str | None, detail: str, service: str, timeout: float
) -> dict[str, Any]:
    """Download every page of the layer and keep it."""
    address = _find_service(session, kind, year, detail, service, timeout)
    layer = get_json(session, address, timeout=timeout)
    fields = [str(field["name"]) for field in layer.get("fields", [])]
    stem = _KINDS[kind][1]
    code, name = (_field(fields, stem, end, address) for end in ("CD", "NM"))
    where, bounds = _condition(kind, fields, name, within), {}
    district = None
    if where is None:
        district = download_areas(
            "districts", year=year, within=within, folder=path.parents[1], service=service, timeout=timeout
        )
        box = ",".join(f"{edge:.0f}" for edge in district.total_bounds)
        bounds = {"geometry": box, "geometryType": "esriGeometryEnvelope", "inSR": 27700}
    query = {"where": where or "1=1", "outFields": "*", "outSR": 27700, **bounds}
    features = list(_pages(session, f"{address}/query", query, layer, timeout))
    if district is not None:
        ground = shapely.union_all(district.geometry.to_numpy())
        features = [one for one in features if _mostly_in(one, ground)]
    if not features:
        raise InputError(
            f"The service knows no {kind} in '{within}'" if within else f"The service gave no {kind}",
            given=f"{address.rsplit('/', 3)[-3]}: {query['where']}",
            advice="give the district's official name or code, e.g. 'Leeds' or 'E08000035'",
        )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": features}
    note = {"source": address, "where": query["where"], "rows": len(features), "code": code, "name": name}
    keep_file(path, json.dumps(collection).encode("utf-8"), note)
    announce(f"Downloaded {len(features):,} {kind} from {address}, kept as {path}.")
    return note


def _find_service(session: Any, kind: str, year: int, detail: str, service: str, timeout: float) -> str:
    """Address of the layer: the latest month of the year, then the latest version."""
    catalogue = get_json(session, service, timeout=timeout)
    starts = tuple(start.upper() for start in _KINDS[kind][0])
    found: list[tuple[tuple[int, int], str]] = []
    years = set()
    for entry in catalogue.get("services", []):
        name = str(entry.get("name", "")).rsplit("/", 1)[-1]
        words = [word for word in re.split(r"[\W_]+", name.upper()) if word]
        there = {int(word) for word in words if re.fullmatch(r"20\d\d", word)}
        if entry.get("type") != "FeatureServer" or detail.upper() not in words:
            continue
        if not "_".join(words).startswith(tuple(f"{start}_" for start in starts)):
            continue
        years |= there
        if year in there:
            month = max((_MONTHS.index(w[:3]) for w in words if w[:3] in _MONTHS), default=-1)
            version = max((int(w[1:]) for w in words if re.fullmatch(r"V\d+", w)), default=0)
            found.append(((month, version), f"{service}/{entry['name']}/FeatureServer"))
    if not found:
        raise InputError(
            f"The service has no {kind} of {year} with the detail {detail}",
            given=f"years there: {', '.join(map(str, sorted(years))) or 'none'}",
            advice="take one of these years, or another detail (BFC, BGC, BSC, BFE)",
        )
    server = max(found)[1]
    layers = get_json(session, server, timeout=timeout).get("layers") or [{"id": 0}]
    return f"{server}/{layers[0]['id']}"


def _field(fields: list[str], stem: str, end: str, address: str) -> str:
    for field in fields:
        if re.fullmatch(rf"{stem}\d\d{end}", field, flags=re.IGNORECASE):
            return field
    raise InputError(
        f"The downloaded layer has no field like {stem}24{end}",
        given=f"{address}: {', '.join(fields) or '(none)'}",
        advice="download the file by hand and give it to read_areas",
    )


def _condition(kind: str, fields: list[str], name: str, within: str | None) -> str | None:
    """Condition that picks the district; None where the layer cannot tell."""
    if within is None:
        return "1=1"
    wanted = within.replace("'", "''")
    district = [f for f in fields if re.fullmatch(r"LAD\d\d(NM|CD)", f, flags=re.IGNORECASE)]
    if district:
        return " OR ".join(f"{field}='{wanted}'" for field in sorted(district))
    # The name of a super output area begins with that of its district: "Leeds 011A".
    return f"{name} LIKE '{wanted} %'" if kind in {"lsoa", "msoa"} else None


def _pages(
    session: Any, address: str, query: dict[str, Any], layer: dict[str, Any], timeout: float
) -> Iterator[dict[str, Any]]:
    """Every feature of the query, page by page, with a progress bar; fewer than counted is an error."""
    total = int(get_json(session, address, timeout=timeout, **query, returnCountOnly="true").get("count", 0))
    size = max(1, int(layer.get("maxRecordCount") or 1000))
    order = {"orderByFields": layer["objectIdField"]} if layer.get("objectIdField") else {}
    got = 0
    progress = require_installed("rich.progress", extra="download")
    with progress.Progress(transient=True) as bar:
        task = bar.add_task("areas", total=total)
        while got < total:
            page = get_json(
                session,
                address,
                timeout=timeout,
                **{**query, **order, "f": "geojson", "resultOffset": got, "resultRecordCount": size},
            ).get("features", [])
            if not page:
                raise InputError(
                    "The service gave fewer areas than it counted", given=f"{got} of {total}", advice="try later"
                )
            yield from page
            got += len(page)
            bar.update(task, completed=got)


def _mostly_in(feature: dict[str, Any], ground: Any) -> bool:
    shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
    return bool(shape.intersection(ground).area > shape.area / 2)

"""Hotspots that were agreed, not found: a partnership's list, scored like any other."""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.cells.identifiers import read_bits, read_cells
from hotspots.checks import InputError, announce, require_installed
from hotspots.common.columns import plain_text
from hotspots.common.places import Floats, Ints, Places, incidents_per_row
from hotspots.files.geofiles import read_layer
from hotspots.finding._summarise import Shape, summarise_in_order
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.details import add_details
from hotspots.finding.expected import add_expected
from hotspots.finding.ground import Found, read_ground
from hotspots.finding.methods import Discs
from hotspots.finding.outlines import round_buffer
from hotspots.finding.stability import RESAMPLES, add_stability

NOT_LISTED = "not on the list"


def read_hotspots(
    path: Any,
    *,
    incidents: gpd.GeoDataFrame,
    name: str | None = None,
    ref: str | None = None,
    kind: str | None = None,
    radius: float = 150,
    resamples: int = RESAMPLES,
    seed: int = 0,
    study_area: Any = None,
) -> gpd.GeoDataFrame:
    """Read agreed hotspots and score them on incidents, in the columns of `find_hotspots`.

    Parameters
    ----------
    path : str, Path, frame or sequence
        A file of polygons or points with a coordinate reference system (GeoPackage, GeoJSON, Shapefile), or a
        list of cells by their identifiers, as `hotspots.read_cells` takes it: these are then the references.
    incidents : GeoDataFrame
        What to score them on.
    name, ref, kind : str or None
        The columns with the name, the permanent reference, and "single" or "clustered". None means the
        columns of that name if they are there; else the busiest street, the National Grid reference, and
        "clustered" for an area in several pieces.
    radius : float
        Metres: points become discs of this radius.
    resamples : int
        Draws behind the interval of the rank; 0 leaves it out. Agreed areas do not move, so their
        ``stability`` is 1.
    seed : int
        Seed of the draws.
    study_area : GeoDataFrame, geometry or None
        The ground over which ``expected`` spreads the incidents; None means the ground
        where the records lie (see `hotspots.common.settled_ground`), and says so.

    Returns
    -------
    GeoDataFrame
        One row per agreed area, worst first, with empty ones last. Where areas overlap, the worse has
        the incidents, and a message says how many. Other columns of the file follow, prefixed ``raw_``.

    Raises
    ------
    InputError
        When the file cannot be read, has no coordinate reference system, or holds anything but areas and
        points; when a column is missing or a reference occurs twice.

    Examples
    --------
    >>> area = gpd.GeoDataFrame({"name": ["The Square"]}, geometry=[shapely.box(0, 0, 100, 100)], crs=27700)
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([50, 60, 900], [50, 60, 0]), crs=27700)
    >>> read_hotspots(area, incidents=points, resamples=0)[["name", "incidents"]].to_dict("records")
    [{'name': 'The Square', 'incidents': 2}]
    """
    given = _read(path, crs=incidents.crs).to_crs(incidents.crs)
    if ref is None and "ref" not in given and "identifier" in given and read_bits(given["identifier"]) is not None:
        ref = "identifier"
    columns = {key: _column(given, key, asked) for key, asked in (("name", name), ("ref", ref), ("kind", kind))}
    outlines = _outlines(given, radius)
    ground = read_ground(incidents, Discs())
    label = _assign_worst_first(outlines, ground.places, ground.harm)
    shapes = [
        _shape(outlines[i], given, columns["kind"], i, np.where(label == i, 0, -1), radius) for i in range(len(given))
    ]
    spots, number, order = summarise_in_order(incidents, ground.places, shapes)
    _fill(spots, given, columns, order)
    spots = add_details(spots, incidents, number[ground.places.inverse])
    spots = add_expected(spots, ground.places, study_area=study_area)
    found = Found(shapes, lambda change: number)
    spots = add_stability(spots, number, incidents, ground, found, resamples=resamples, seed=seed)
    if resamples:
        spots["stability"] = spots["found_again"] = 1.0
    rest = [c for c in given.columns if c not in {*columns.values(), "geometry"}]
    for column in rest:
        spots[f"raw_{column}"] = given[column].to_numpy()[order]
    return spots


def mark_unlisted(spots: gpd.GeoDataFrame, agreed: gpd.GeoDataFrame, *, incidents: gpd.GeoDataFrame) -> pd.Series:
    """Say for each hotspot that was found which agreed one it is, or "not on the list".

    Parameters
    ----------
    spots : GeoDataFrame
        Hotspots that were found.
    agreed : GeoDataFrame
        Hotspots of `read_hotspots`.
    incidents : GeoDataFrame
        What overlap is counted in.

    Returns
    -------
    Series of str
        On the index of ``spots``: the ``ref`` of the agreed hotspot that holds most of its incidents, at
        least half; else ``"not on the list"``.

    Examples
    --------
    >>> from hotspots import find_hotspots
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 900], [0, 0, 0]), crs=27700)
    >>> spots = find_hotspots(points, count=2, resamples=0)
    >>> mark_unlisted(spots, spots.head(1), incidents=points).tolist()
    ['SV0000000000', 'not on the list']
    """
    rows = incidents_per_row(incidents)
    found = assign_hotspots(incidents, spots)
    listed = assign_hotspots(incidents, agreed)
    table = pd.DataFrame({"found": found, "listed": listed, "n": rows}).dropna()
    table = table.groupby(["found", "listed"])["n"].sum().reset_index()
    total = pd.Series(rows).groupby(found.to_numpy()).sum()
    table = table[2 * table["n"] >= total.reindex(table["found"]).to_numpy()]
    table = table.sort_values(["n", "listed"], ascending=[False, True]).drop_duplicates("found")
    refs = pd.Series(NOT_LISTED, index=spots.index, dtype="str", name="listed")
    for rank, there in zip(table["found"], table["listed"], strict=True):
        refs.loc[rank] = str(agreed.loc[there, "ref"])
    return refs


def _read(path: Any, *, crs: Any) -> gpd.GeoDataFrame:
    given = path
    if isinstance(path, str | Path):
        if not Path(path).exists():
            raise InputError(
                "The file of agreed hotspots is not there",
                given=Path(path).name,
                advice="check the name and the folder",
            )
        try:
            given = _read_file(Path(path), crs)
        except InputError:
            raise
        except Exception as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise InputError(
                "The file of agreed hotspots cannot be read",
                given=f"{Path(path).name}: {reason}",
                advice="a GeoPackage, GeoJSON or Shapefile",
            ) from error
    elif not isinstance(path, gpd.GeoDataFrame):
        given = read_cells(path, crs=crs)
    if not isinstance(given, gpd.GeoDataFrame) or given.crs is None:
        raise InputError(
            "The agreed hotspots have no coordinate reference system",
            given=str(path if not isinstance(path, gpd.GeoDataFrame) else "crs=None"),
            advice="save them with their own: EPSG:27700 for British metres, EPSG:4326 for degrees",
        )
    given = given.reset_index(drop=True)
    if given.geometry.name != "geometry":
        given = given.rename_geometry("geometry")
    bad = given.geometry.isna() | given.geometry.is_empty | given.geometry.geom_type.str.contains("Line")
    if bad.any():
        raise InputError(
            f"{int(bad.sum()):,} of {len(given):,} agreed hotspots are neither areas nor points",
            given=f"row {int(bad.to_numpy().argmax()) + 1}",
            advice="draw them as outlines, discs or points",
        )
    return given


def _read_file(path: Path, crs: Any) -> gpd.GeoDataFrame:
    """Outlines and points of a file of shapes; of a table the cells that it names by their identifiers."""
    ending = path.suffix.lower()
    plain = ending == ".csv"
    if ending == ".parquet":
        read_schema = require_installed("pyarrow.parquet", extra="parquet").read_schema
        plain = b"geo" not in (read_schema(path).metadata or {})
    if not plain:
        return read_layer(path, name=path.name)
    try:
        return read_cells(path, crs=crs)
    except InputError as error:
        if not error.problem.startswith("No column holds identifiers"):  # a list of cells, and its own fault
            raise
        raise InputError(
            "This table of agreed hotspots holds no outlines, and no cells known by an identifier",
            given=f"{path.name}: {error.given}",
            advice="a GeoPackage, GeoJSON or Shapefile of outlines, or a column of cells' identifiers, written as text",
        ) from None


def _column(given: gpd.GeoDataFrame, key: str, asked: str | None) -> str | None:
    column = key if asked is None else asked
    if column in given.columns:
        said = plain_text(given[column])
        if key == "ref" and (again := said.duplicated() & said.ne("")).any():
            twice = said[again].iloc[0]
            raise InputError(
                "A reference occurs twice on the list",
                given=f"{column}={twice!r}",
                advice="one reference for each place",
            )
        return column
    if asked is not None:
        raise InputError(
            f"The agreed hotspots lack the column {asked}",
            given=f"columns {', '.join(map(str, given.columns))}",
            advice="agreed_name or agreed_ref names another column",
        )
    return None


def _outlines(given: gpd.GeoDataFrame, radius: float) -> Any:
    if not radius > 0:
        raise InputError("The radius must be above 0 metres", given=f"radius={radius}", advice="150")
    shapes = given.geometry.to_numpy().copy()
    for i, shape in enumerate(shapes):
        if shape.geom_type in ("Point", "MultiPoint"):
            shapes[i] = shapely.union_all(round_buffer(shapely.get_coordinates(shape), radius))
    return shapely.make_valid(shapes)


def _assign_worst_first(outlines: Any, places: Places, harm: Ints | None) -> Ints:
    """Give each place the area that counts it, or -1; in an overlap the one that is worse by all it holds."""
    label = np.full(len(places.xy), -1, dtype=np.int64)
    if not len(outlines) or not len(label):
        return label
    at, area = shapely.STRtree(outlines).query(shapely.points(places.xy), predicate="intersects")
    weight = places.incidents if harm is None else harm
    whole = np.bincount(area, weight[at], len(outlines))
    incidents = np.bincount(area, places.incidents[at], len(outlines))
    worst_first = np.lexsort((-incidents, -whole))
    place_in_line = np.empty(len(outlines), dtype=np.int64)
    place_in_line[worst_first] = np.arange(len(outlines))
    best = np.full(len(label), len(outlines), dtype=np.int64)
    np.minimum.at(best, at, place_in_line[area])
    held = best < len(outlines)
    label[held] = worst_first[best[held]]
    shared = int(places.incidents[np.bincount(at, minlength=len(label)) > 1].sum())
    if shared:
        announce(f"Agreed hotspots overlap: {shared:,} incidents in more than one are counted in the worst.")
    return label


def _shape(outline: Any, given: gpd.GeoDataFrame, kind: str | None, row: int, part_of: Ints, radius: float) -> Shape:
    """Shape of an agreed area: each piece of it is a part, and counts what is nearest to it."""
    original = given.geometry.iloc[row]
    pieces = shapely.get_parts(original)
    middles: Floats = shapely.get_coordinates(shapely.centroid(pieces))
    disc = original.geom_type in ("Point", "MultiPoint")
    words = str(given[kind].iloc[row]).strip().lower() if kind else ""
    if words not in ("single", "clustered"):
        words = "clustered" if len(pieces) > 1 else "single"
    parts = [(float(x), float(y), float(radius) if disc else math.nan) for x, y in middles]
    return Shape.of(outline, words, parts, part_of)


def _fill(spots: gpd.GeoDataFrame, given: gpd.GeoDataFrame, columns: dict[str, str | None], order: Ints) -> None:
    for key in ("name", "ref"):
        column = columns[key]
        if column is not None:
            said = plain_text(given[column]).to_numpy()[order]
            own = spots[key].to_numpy()
            spots[key] = pd.Series(np.where(said == "", own, said), index=spots.index, dtype="str")

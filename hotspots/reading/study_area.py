"""The ground that is looked at, as one polygon."""

from typing import Any

import geopandas as gpd
import shapely

from hotspots.checks import CRS, InputError


def read_area(study_area: Any, *, target: Any = CRS) -> Any:
    """Study area as one valid polygon.

    Examples
    --------
    >>> read_area(gpd.GeoSeries([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 3, 2)], crs=27700)).area
    6.0
    """
    if isinstance(study_area, gpd.GeoDataFrame | gpd.GeoSeries):
        if study_area.crs is None:
            raise InputError(
                "The study area has no coordinate reference system",
                given="crs=None",
                advice=".set_crs(...) with its own: EPSG:27700 for British metres, EPSG:4326 for degrees",
            )
        shapes = study_area.geometry.dropna().to_crs(target or CRS).to_numpy()
        study_area = shapely.union_all(shapely.make_valid(shapes))
    if not isinstance(study_area, shapely.Geometry):
        raise InputError(
            "The study area must be a GeoDataFrame or a geometry",
            given=type(study_area).__name__,
            advice="geopandas.read_file(...)",
        )
    study_area = shapely.make_valid(study_area)
    if not study_area.area > 0:
        raise InputError(
            "The study area covers no ground", given=study_area.geom_type, advice="an outline, not a point or a line"
        )
    return study_area

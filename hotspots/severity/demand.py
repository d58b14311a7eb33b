"""What guardians are placed for: harm and incidents per distinct place, from records, places or hotspots."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hotspots.checks import InputError, closest_name, require_columns, require_metres
from hotspots.common.place_names import strip_near
from hotspots.common.places import Floats, pick_busiest
from hotspots.common.wording import say_count
from hotspots.reading.problem_profiles import Profile, match_profile

Problem = str | Mapping[str, Any] | Profile | Collection[str] | None
MEASURES = ("harm", "incidents")


class Demand(NamedTuple):
    """Demand at distinct coordinates, west to east: ``xy`` (n × 2 metres), one value per row elsewhere."""

    xy: Floats
    harm: Floats
    incidents: Floats
    place: NDArray[np.object_]

    def measured(self, by: str) -> Floats:
        """Demand by ``"harm"`` or ``"incidents"``."""
        return self.harm if by == "harm" else self.incidents


def collect_demand(frame: Any, *, by: str, profile: Problem = None, what: str) -> Demand:
    """Collapse incidents, places or spots to demand at distinct coordinates.

    A spot with several parts counts at each part's centre. ``profile`` keeps only the categories named.
    """
    check_measure(by)
    require_metres(frame, what=what)
    points = _as_points(keep_profile(frame, profile, what=what))
    if by == "harm" and "harm" not in points.columns:
        raise InputError(
            f"{what} has no harm column to place by",
            given=f"columns {', '.join(map(str, frame.columns))}",
            advice="incidents['harm'] = weigh_incidents(incidents), or by='incidents'",
        )
    harm = _numbers(points, "harm", np.nan if by != "harm" else 0.0, check=by == "harm")
    incidents = _numbers(points, "incidents", 1.0, check=True)
    weight = harm if by == "harm" else incidents
    if len(frame) and not weight.sum() > 0:
        raise InputError(
            f"{what} holds no {by} to cover",
            given=f"{len(frame)} rows whose {by} adds up to 0",
            advice="check the weights and the profile" if by == "harm" else "check the counts",
        )
    return _collapse(points, harm, incidents, weight)


def check_measure(by: str) -> None:
    """Raise `InputError` unless ``by`` is one of the two measures."""
    if by not in MEASURES:
        raise InputError("Places are judged by harm or by incidents", given=f"by={by!r}", advice="by='harm'")


def keep_profile(frame: Any, profile: Problem, *, what: str) -> Any:
    """Rows of a problem profile (see `hotspots.load_profile`) or of the categories named; None keeps all."""
    if profile is None:
        return frame
    require_columns(frame, ["category"], what=f"{what} (to keep one problem profile)")
    known = set(frame["category"].dropna())
    if isinstance(profile, Mapping | Profile) or (isinstance(profile, str) and profile not in known):
        return frame[match_profile(frame, profile)]
    wanted = {profile} if isinstance(profile, str) else set(profile)
    unknown = sorted(wanted - known)
    if unknown and len(frame):
        near = closest_name(unknown[0], known)
        raise InputError(
            f"The profile names a category that {what} does not hold: {', '.join(unknown)}",
            given=f"categories {', '.join(sorted(known))}",
            advice=f"'{near}'" if near else "",
        )
    return frame[frame["category"].isin(wanted)]


def part_rows(spots: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row per part of each spot: its index as ``label``, ``part`` (0: the whole), centre, counts."""
    columns = ["label", "part", "easting", "northing", "radius", "incidents", "harm", "street"]
    rows = []
    centres = spots.geometry.representative_point()
    listed = spots["parts"] if "parts" in spots.columns else [None] * len(spots)
    for label, parts, centre, (_, spot) in zip(spots.index, listed, centres, spots.iterrows(), strict=True):
        if isinstance(parts, list) and len(parts) > 1:
            rows += [{"label": label, "part": i, **part} for i, part in enumerate(parts, 1)]
            continue
        whole = {"easting": centre.x, "northing": centre.y, "radius": np.nan, "street": spot.get("name", "")}
        rows.append(
            {"label": label, "part": 0, "incidents": spot.get("incidents", 1), "harm": spot.get("harm", np.nan)} | whole
        )
    return pd.DataFrame(rows).reindex(columns=columns)


def _as_points(frame: Any) -> pd.DataFrame:
    shapes = frame.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        raise InputError(
            f"{say_count(empty.sum(), 'row has', 'rows have')} no geometry",
            given=f"first at index {frame.index[int(np.argmax(empty))]}",
            advice="rows without coordinates belong in the rejects",
        )
    if (shapely.get_type_id(shapes) == 0).all():
        columns = [c for c in ("incidents", "harm", "place", "name") if c in frame.columns]
        easting, northing = shapely.get_coordinates(shapes).T
        points = pd.DataFrame(frame[columns]).assign(easting=easting, northing=northing)
        return points.rename(columns={"name": "place"}) if "place" not in columns else points
    parts = part_rows(frame).rename(columns={"street": "place"})
    # of a place none of whose records has a weight, harm is blank: nothing to cover
    return parts.fillna({"harm": 0.0}) if "harm" in frame.columns else parts.drop(columns="harm")


def _numbers(points: pd.DataFrame, column: str, default: float, *, check: bool) -> Floats:
    if column not in points.columns:
        return np.full(len(points), default)
    values = points[column].to_numpy(dtype=float)
    bad = ~np.isfinite(values) | (values < 0)
    if check and bad.any():
        raise InputError(
            f"{column} must be a number, 0 or more, in every row",
            given=f"{int(bad.sum()):,} of {len(values):,} rows are missing or negative",
            advice="weigh every category first" if column == "harm" else "",
        )
    return values


def _collapse(points: pd.DataFrame, harm: Floats, incidents: Floats, weight: Floats) -> Demand:
    spot = points["easting"].to_numpy(dtype=float) + 1j * points["northing"].to_numpy(dtype=float)
    distinct, at = np.unique(spot, return_inverse=True)
    n = len(distinct)
    place = np.full(n, "", dtype=object)
    if n and "place" in points.columns:
        code, known = pd.factorize(points["place"].fillna("").astype("str"), sort=True)
        where, name = pick_busiest(at, code, weight)
        place[where] = np.array([strip_near(text) for text in known], dtype=object)[name]
    return Demand(
        np.column_stack([distinct.real, distinct.imag]),
        np.bincount(at, harm, minlength=n).astype(float),
        np.bincount(at, incidents, minlength=n).astype(float),
        place,
    )

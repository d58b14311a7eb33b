"""What a plan counts: the incidents of its area, by type, street, month, and beside the whole."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.checks import ASB, InputError, count_weighed
from hotspots.common.place_names import is_kind_of_place, setting_of, setting_of_layer
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_words import clean_text, strip_near
from hotspots.common.small_counts import hide_small
from hotspots.common.when import london_clock
from hotspots.common.wording import say_count
from hotspots.reading.kinds import KINDS, name_kinds


@dataclass
class Facts:
    """Counts of one plan's area; ``inside`` are its rows, ``weights`` the incidents each row stands for."""

    inside: gpd.GeoDataFrame
    everything: gpd.GeoDataFrame
    weights: pd.Series
    all_weights: pd.Series
    types: pd.DataFrame
    streets: pd.DataFrame
    months: pd.Series
    all_months: pd.Series
    threshold: int = 0
    layer: str = ""  # whose areas the plan covers, as its user calls it
    licensed: bool | None = None  # whether licensed premises stand by its records; None: not known
    about: str = ""  # the one problem of the place that is counted; "": all its records

    @property
    def incidents(self) -> int:
        """Incidents in the area."""
        return int(self.weights.sum())

    @property
    def kinds(self) -> dict[str, int]:
        """Records of each kind in the area: crimes, ASB incidents, cases, calls ...; in a fixed order.

        ASB incidents are there, at nothing, where the data hold some elsewhere.
        """
        counts = self.weights.groupby(name_kinds(self.inside)).sum()
        if (self.everything["category"] == ASB).any():
            counts["ASB incidents"] = counts.get("ASB incidents", 0)
        return {kind: int(counts[kind]) for kind in KINDS if kind in counts}

    @property
    def setting(self) -> str:
        """Kind of ground: the layer's, else that of half of the records by their places, else "street"."""
        if stated := setting_of_layer(self.layer):
            return stated
        names = self.inside["place"].map(clean_text)
        kinds = names.map({name: setting_of(name) for name in names.unique()})
        counts = self.weights.groupby(kinds.to_numpy()).sum()
        top = str(counts.idxmax())
        return top if 2 * counts.max() >= self.incidents else "street"

    @property
    def usual_types(self) -> pd.Series:
        """Records of each type in the whole data."""
        return self.all_weights.groupby(self.everything["category"].map(clean_text).to_numpy()).sum()

    @property
    def total(self) -> int:
        """Incidents in the whole data."""
        return int(self.all_weights.sum())

    @property
    def has_harm(self) -> bool:
        """Whether any record of the area has a weight in a harm index."""
        return self.weighed > 0

    @property
    def weighed(self) -> int:
        """Records of the area whose kind has a weight in a harm index."""
        whole = count_weighed(self.everything, strict=True)
        return int(count_weighed(self.inside).sum()) if whole.any() else 0

    def say(self, count: int) -> str:
        """Count of records in words, or that there are too few to show."""
        if 0 < count < self.threshold:
            return f"fewer than {self.threshold} records"
        return say_count(count, "record")

    def harm(self, column: str = "harm") -> float:
        """Sum of one harm column in the area, in days."""
        return float(self.inside[column].sum())


def count_weights(incidents: pd.DataFrame) -> pd.Series:
    """Count the incidents that each row stands for: the column ``incidents``, or 1."""
    return pd.Series(incidents_per_row(incidents), index=incidents.index)


def rows_inside(incidents: gpd.GeoDataFrame, area: BaseGeometry, parts: Any = None) -> pd.Series:
    """Whether each row lies in the area; in a disc, within its radius of the centre."""
    geometry = incidents.geometry
    if not (isinstance(parts, list) and parts and all("radius" in part for part in parts)):
        shapely.prepare(area)
        return pd.Series(shapely.covers(area, geometry.to_numpy()), index=incidents.index)
    inside = np.zeros(len(incidents), dtype=bool)
    for part in parts:
        distance = np.hypot(geometry.x - part["easting"], geometry.y - part["northing"])
        inside |= (distance <= part["radius"] + 1e-6).to_numpy()
    return pd.Series(inside, index=incidents.index)


def gather_facts(incidents: gpd.GeoDataFrame, inside: pd.Series, *, threshold: int = 0, layer: str = "") -> Facts:
    """Count the rows where ``inside`` is true (a plan's, of an area of ``layer``), beside all rows.

    Counts from 1 up to below ``threshold`` are shown nowhere: types fold into one, streets and months
    are left out, and never one alone, which the total would give back.
    """
    all_weights = count_weights(incidents)
    within = incidents[inside]
    weights = all_weights[inside]
    if len(within) == 0:
        raise InputError(
            "The plan's area holds no records",
            given=f"{len(incidents):,} records, none inside",
            advice="an area of the records' own city and grid, or a longer period",
        )
    if int(weights.sum()) < threshold:
        raise InputError(
            "The plan's area holds too few records to be shown",
            given=f"fewer than {threshold}",
            advice="a larger area or a longer period",
        )
    types = _group(within, weights, within["category"].map(clean_text), name="type")
    streets = _group(within, weights, within["place"].map(strip_near), name="street")
    return Facts(
        inside=within,
        everything=incidents,
        weights=weights,
        all_weights=all_weights,
        types=fold_small(types, threshold, name="type"),
        streets=fold_small(streets, threshold).reset_index(drop=True),
        months=_months(within, weights),
        all_months=_months(incidents, all_weights),
        threshold=threshold,
        layer=layer,
    )


def fold_small(table: pd.DataFrame, threshold: int, *, name: str = "") -> pd.DataFrame:
    """Rows whose counts may be shown; the others left out, or folded into one row where ``name`` is given."""
    small = hide_small(table["incidents"], threshold=threshold)
    kept = table[~small]
    if not name or not small.any():
        return kept
    rest = table[small].drop(columns=name).sum()
    return pd.concat([kept, pd.DataFrame([{name: f"other {name}s", **rest}])[kept.columns]], ignore_index=True).astype(
        {"incidents": "int64"}
    )


def _group(rows: gpd.GeoDataFrame, weights: pd.Series, keys: pd.Series, *, name: str) -> pd.DataFrame:
    table = pd.DataFrame({name: keys, "incidents": weights})
    if "harm" in rows:
        # of what has no weight in the index no kind of record is the most harmful
        table["harm"] = rows["harm"].where(count_weighed(rows) > 0, 0.0)
    grouped = table[table[name] != ""].groupby(name, sort=True).sum().round({"harm": 1})
    return grouped.sort_values("incidents", ascending=False, kind="stable").reset_index()


def _months(rows: gpd.GeoDataFrame, weights: pd.Series) -> pd.Series:
    if "when" not in rows:
        return pd.Series(dtype="int64", index=pd.PeriodIndex([], freq="M"))
    months = london_clock(rows["when"]).dt.to_period("M")
    return weights.groupby(months).sum().sort_index()


def say_street(name: str) -> str:
    """Street as it is; a kind of place in quotation marks.

    Examples
    --------
    >>> say_street("Boar Lane"), say_street("Parking Area")
    ('Boar Lane', '“Parking Area”')
    """
    return f"“{name}”" if is_kind_of_place(name) else name

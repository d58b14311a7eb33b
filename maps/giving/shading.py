"""Areas coarse enough to be shaded: where every number of a layer is hidden, another, or all as one."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from hotspots.checks import announce
from maps.disclosure.gate import Profile

Shaded = tuple[str, gpd.GeoDataFrame, pd.DataFrame]


def choose_shading(
    areas: Mapping[str, gpd.GeoDataFrame],
    sums: Mapping[str, pd.DataFrame],
    exact: Mapping[str, pd.DataFrame],
    *,
    whole: int,
    who: Profile,
) -> Shaded | None:
    """Choose the layer to shade: the first with a number that may be shown, else the first as one area."""
    if not areas:
        return None
    passed = [layer for layer in areas if not sums[layer]["incidents"].notna().any()]
    first = next(iter(areas))
    for layer in areas:
        if layer not in passed:
            if passed and layer != first:
                announce(f"{_none(passed, who)}: areas.html shades '{layer}'.")
            return layer, areas[layer], sums[layer]
    inside = int(exact[first]["incidents"].sum())
    outside = whole - inside
    if inside < max(who.threshold, 1) or 0 < outside < who.threshold or areas[first].attrs.get("overlapping"):
        announce(f"{_none(passed, who)}, nor all of one together: there is no areas.html.")
        return None
    announce(f"{_none(passed, who)}: areas.html shows all of '{first}' as one area.")
    name = f"All areas of '{first.replace('_', ' ')}' together"
    one = gpd.GeoDataFrame({"code": ["all"], "name": [name]}, geometry=[areas[first].union_all()])
    return first, one.set_crs(areas[first].crs), pd.DataFrame({"code": ["all"], "incidents": [inside]})


def _none(passed: list[str], who: Profile) -> str:
    named = ", ".join(f"'{layer}'" for layer in passed)
    return f"No number of {named} may be shown under profile '{who.name}'"

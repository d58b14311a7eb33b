"""Which areas of an attached layer each record is in: one, none, or several where areas overlap by nature."""

from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

F = TypeVar("F", bound=pd.DataFrame)


def spread_layer(incidents: F, layer: str) -> F:
    """Give every record once for each area of a layer that it is in, named in ``<layer>_name``.

    Examples
    --------
    >>> rows = pd.DataFrame({"category": ["a", "b", "c"], "zone_names": [["N", "S"], ["S"], []]})
    >>> spread_layer(rows, "zone")["zone_name"].fillna("-").tolist()
    ['N', 'S', 'S', '-']
    """
    one, several = f"{layer}_name", f"{layer}_names"
    if one in incidents.columns or several not in incidents.columns:
        return incidents
    named = incidents.assign(**{one: incidents[several].to_numpy(dtype=object)})
    return named.drop(columns=several).explode(one, ignore_index=True)


def rows_in(incidents: pd.DataFrame, layer: str, code: str) -> NDArray[np.bool_]:
    """Which records are in one area of an attached layer, by its code."""
    several = f"{layer}_codes"
    if several in incidents.columns and f"{layer}_code" not in incidents.columns:
        lists: Any = incidents[several]
        return np.fromiter((code in some for some in lists), dtype=bool, count=len(incidents))
    return incidents[f"{layer}_code"].eq(code).fillna(False).to_numpy(dtype=bool)

"""Harm in two terms: what an index weighs, and what none does, at a weight of ours."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import count_weighed


def split_harm(incidents: pd.DataFrame) -> dict[str, Any]:
    """Harm of each row in two terms: what an index weighs, and at our own weight what none does (as ASB).

    Examples
    --------
    >>> rows = pd.DataFrame({"harm": [365.0, 1.0], "weighed": [1, 0]})
    >>> {name: harm.tolist() for name, harm in split_harm(rows).items()}
    {'harm': [365.0, 0.0], 'own_harm': [0.0, 1.0]}
    """
    if "harm" not in incidents.columns:
        return {}
    harm, known = incidents["harm"].to_numpy(dtype=float), count_weighed(incidents) > 0
    if known.all() or not known.any():
        return {"harm": harm}
    return {"harm": np.where(known, harm, 0.0), "own_harm": np.where(known, 0.0, harm)}

"""Counts spread over columns: one per source or kind, none lost where a key is missing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def spread_counts(
    rows: pd.DataFrame, *, keys: Sequence[str], column: str, counts: str, names: Sequence[str]
) -> pd.DataFrame:
    """Sum ``counts`` by ``keys`` in one column per value of ``column``; rows without a key keep a line.

    Examples
    --------
    >>> rows = pd.DataFrame({"ward": ["A", "A", None], "source": ["x", "y", "x"], "n": [1, 2, 3]})
    >>> spread_counts(rows, keys=["ward"], column="source", counts="n", names=["x", "y"]).values.tolist()
    [[1, 2], [3, 0]]
    """
    parts = {name: np.where(rows[column].eq(name), rows[counts], 0) for name in names}
    wide = pd.concat([rows[list(keys)], pd.DataFrame(parts, index=rows.index, columns=list(names))], axis=1)
    sums = wide.groupby(list(keys), dropna=False, observed=True, sort=True)[list(names)].sum()
    return sums.astype("int64")

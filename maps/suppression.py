"""Small-number suppression: which counts are left out, so that totals do not give them back."""

from __future__ import annotations

import numpy as np
import pandas as pd


def hide_small(counts: pd.Series, *, threshold: int) -> pd.Series:
    """Which of some counts to leave out when their total is known.

    Counts from 1 to one below the threshold go. If what is hidden adds up to less than the
    threshold, or is one count alone, the total would give it back: the next smallest go too.
    Zeros stay: that nothing was recorded singles nobody out.

    Parameters
    ----------
    counts : pandas.Series
        Whole numbers; missing ones are neither shown nor hidden.
    threshold : int
        Smallest count shown; 0 hides nothing.

    Returns
    -------
    pandas.Series of bool
        On the same index.

    Examples
    --------
    >>> hide_small(pd.Series([3, 8, 20]), threshold=5).tolist()
    [True, True, False]
    """
    numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    hidden = (numbers > 0) & (numbers < threshold)
    rest = [i for i in np.argsort(numbers, kind="stable") if numbers[i] >= threshold and not hidden[i]]
    while hidden.any() and rest and (hidden.sum() < 2 or numbers[hidden].sum() < threshold):
        hidden[rest.pop(0)] = True
    return pd.Series(hidden, index=counts.index)

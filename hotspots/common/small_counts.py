"""Which of some counts are left out where their total is known: small ones, and as few more as it takes."""

import numpy as np
import pandas as pd


def hide_small(counts: pd.Series, *, threshold: int) -> pd.Series:
    """Which of some counts to leave out when their total is known.

    Counts from 1 to one below the threshold go. What is hidden adds up to a number that anybody can work
    out, and each is 1 or more: the next smallest go too, until a small one may be anything from 1 to one
    below the threshold, and any other may be numbers as far apart as the threshold. Zeros stay: that nothing
    was recorded singles nobody out.

    Examples
    --------
    >>> hide_small(pd.Series([2, 5, 20, 0]), threshold=5).tolist()
    [True, True, False, False]
    """
    numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    hidden = (numbers > 0) & (numbers < threshold)
    rest = [i for i in np.argsort(numbers, kind="stable") if numbers[i] >= threshold]
    while hidden.any() and rest and not _are_wide(numbers[hidden], threshold):
        hidden[rest.pop(0)] = True
    return pd.Series(hidden, index=counts.index)


def _are_wide(hidden: np.ndarray, threshold: int) -> bool:
    spare = hidden.sum() - len(hidden)  # each may be 1, and one of them that and all of this
    return len(hidden) > 1 and bool(spare >= (threshold if (hidden >= threshold).any() else threshold - 2))

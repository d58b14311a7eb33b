"""Names of columns that many rooms use, and a column of text without gaps."""

import pandas as pd

HARMS = ("harm", "harm_low", "harm_high")
NO_STREET = ("", "No Location")


def plain_text(values: pd.Series) -> pd.Series:
    """Text of each value, "" where there is none, whatever their type.

    Examples
    --------
    >>> plain_text(pd.Series(pd.Categorical(["Boar Lane", None]))).tolist()
    ['Boar Lane', '']
    """
    return values.astype("str").where(values.notna().to_numpy(), "").astype("str")

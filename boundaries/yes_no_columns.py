"""Read a column that says yes or no, however people write it."""

import pandas as pd

from hotspots.checks import InputError

_YES = frozenset(("true", "yes", "1", "1.0"))
_NO = frozenset(("false", "no", "0", "0.0", "", "nan", "none", "<na>"))


def read_flags(values: pd.Series, *, what: str) -> "pd.Series[bool]":
    """Read yes and no, true and false, 1 and 0; missing is no.

    Examples
    --------
    >>> read_flags(pd.Series(["Yes", "no", 1, 0, True, None]), what="wards.csv").tolist()
    [True, False, True, False, True, False]
    """
    said = values.astype(object).where(values.notna(), "").map(lambda value: str(value).strip().casefold())
    strange = values[~said.isin(_YES | _NO)]
    if len(strange):
        raise InputError(
            f"The column '{values.name}' says neither yes nor no",
            given=f"{what}: {', '.join(map(repr, strange.drop_duplicates().head(3).tolist()))}",
            advice="true or false, yes or no, 1 or 0; or another name for the column",
        )
    return said.isin(_YES)

"""What leaves: what is not known or not finite leaves as a blank, in whatever file it would stand."""

import json
from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

LARGEST = 1e300  # what is reckoned with a greater number is infinite, and Excel takes the file for damaged


def known(value: Any) -> Any:
    """Return a value as it may leave: None for NaN, NaT, pd.NA and what is infinite; numpy's as Python's own.

    A change from nothing is infinite: it is left blank beside the two counts, which say it all. Tables
    pass here in `maps.disclosure.gate.release` and `maps.tables.csv_files.flatten` (`known_cells`), text that
    becomes markup or a document in `maps.common.escape.clean`, JSON in `strict_json`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: known(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(known, value)) if type(value) in (list, tuple) else value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, Real):
        number: Any = value
        return value if abs(number) <= LARGEST else None
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def known_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without a number that is not finite; columns of numbers stay columns of numbers."""
    table = frame.copy()
    for at, kind in enumerate(table.dtypes):
        column: Any = table.iloc[:, at]
        left: Any = column
        if pd.api.types.is_object_dtype(kind):
            left = pd.Series(list(map(known, column)), index=table.index, dtype=object)
        elif pd.api.types.is_float_dtype(kind):
            left = column.where(column.astype("float64").abs() <= LARGEST)
        table.isetitem(at, left)
    return table


def strict_json(data: Any, **how: Any) -> str:
    """Return data as JSON that any program reads: what is not known is null."""
    return json.dumps(known(data), ensure_ascii=False, allow_nan=False, **how)

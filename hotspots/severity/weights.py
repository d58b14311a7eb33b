"""Weights files: days of harm per offence or category; ours, computed or the user's."""

from pathlib import Path

import pandas as pd

from hotspots.checks import Problems, require_columns
from hotspots.common.packaged import list_packaged, read_named

WEIGHT_COLUMNS = ["code", "label", "weight", "low", "high", "scheme", "vintage", "source"]
_ALIASES = {"cchi-2026-police-uk": "cchi-2026", "cchi-2026-police-uk-west-yorkshire": "cchi-2026-west-yorkshire"}
# Where a scheme does not know an offence, its category is weighed by this one.
FALLBACKS = {"cchi-2026-subgroups": "cchi-2026"}
# What a scheme lacks for a reason that its table of weights cannot show.
LACKS = {
    "ons-css-2019-part": "ons-css-2019-part has no weight for 88C (other miscellaneous sexual offences): "
    "its source gives two, 69.0 and 1,026.9."
}


def list_schemes() -> list[str]:
    """Names of the weighing schemes that come with the package.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> list_schemes()
    ['cchi-2026', 'cchi-2026-subgroups', 'cchi-2026-west-yorkshire', 'ons-css-2019-part']
    """
    return list_packaged("weights")


def is_packaged(scheme: str | Path | pd.DataFrame) -> bool:
    """Whether a scheme is one of the package's, not a file or table of the user's."""
    return not isinstance(scheme, pd.DataFrame) and str(scheme) in {*list_schemes(), *_ALIASES}


def read_weights(scheme: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Weights of a scheme: ``code, label, weight, low, high, scheme, vintage, source``.

    Parameters
    ----------
    scheme : str, path or DataFrame
        Name of a packaged scheme, path of a CSV file, or a table (as `mix_weights` returns). Yours needs
        ``weight`` and a ``code`` or a ``label``; ``low`` and ``high`` are the weight where absent.

    Raises
    ------
    InputError
        For an unknown scheme, a missing column, a weight that is not a number of 0 or more, a repeated label.
    """
    if isinstance(scheme, pd.DataFrame):
        return _complete(scheme.copy(), "own table")
    name = _ALIASES.get(str(scheme), str(scheme))
    given = name if name in list_schemes() else scheme
    table = read_named(given, "weights", what="weighing scheme", dtype="str")
    return _complete(table, name if given is name else Path(scheme).name)


def _complete(table: pd.DataFrame, name: str) -> pd.DataFrame:
    require_columns(table, ["weight"], what=f"the weights {name}")
    if not {"code", "label"} & set(table.columns):
        require_columns(table, ["code"], what=f"the weights {name}")
    whole = table.reset_index(drop=True)
    for column, other in (("code", "label"), ("label", "code"), ("low", "weight"), ("high", "weight")):
        if column not in whole.columns:
            whole[column] = whole[other]
    for column, value in (("scheme", name), ("vintage", "not stated"), ("source", "supplied by the user")):
        if column not in whole.columns:
            whole[column] = value
    problems = Problems(f"The weights {name} have problems")
    for column in ("weight", "low", "high"):
        numbers = pd.to_numeric(whole[column], errors="coerce")
        for row in whole.index[numbers.isna() | (numbers < 0)][:5]:
            problems.add(
                f"{column} of '{whole['label'][row]}' is not 0 or more",
                given=str(whole[column][row]),
                advice="days, 0 or more",
            )
        whole[column] = numbers.astype(float)
    for label in whole["label"][whole["label"].astype("str").str.casefold().duplicated()][:5]:
        problems.add(f"'{label}' stands twice", advice="one row for each offence or category")
    problems.raise_any()
    for row in whole.index[(whole["low"] > whole["weight"]) | (whole["weight"] > whole["high"])][:5]:
        problems.add(
            f"low, weight and high of '{whole['label'][row]}' are out of order",
            given=", ".join(map(str, whole.loc[row, ["low", "weight", "high"]])),
            advice="low <= weight <= high",
        )
    problems.raise_any()
    return whole[WEIGHT_COLUMNS].astype(dict.fromkeys(("code", "label", "scheme", "vintage", "source"), "str"))

"""One spelling for each street: "Harehills Rd" and "harehills road" are one place to a reader."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import announce
from hotspots.common.place_names import mend_capitals, strip_near
from hotspots.common.wording import say_count
from hotspots.reading._address_lookup import fold_key


def settle_spelling(places: pd.Series, *, incidents: Any = None) -> pd.Series:
    """Give every street the spelling most of its records have, and say how many were written otherwise."""
    code, texts = pd.factorize(places.fillna("").astype("str"))
    if not len(texts):
        return places.astype("str")
    rows = np.ones(len(code)) if incidents is None else np.asarray(incidents, dtype=float)
    mended = [mend_capitals(str(text)) for text in texts]
    table = pd.DataFrame({"text": mended, "name": [strip_near(text) for text in mended]})
    table["n"] = np.bincount(code, rows, len(texts))
    # a name of signs alone has no key of its own
    table["key"] = [fold_key(name, kind="street") or name for name in table["name"]]
    usual = _most_usual(table)
    table["usual"] = table["key"].map(usual)
    other = table["usual"].ne(table["name"])
    lead = table["text"].str.extract(r"^\s*((?i:on or near) )?", expand=False).fillna("")
    settled = np.where(other, lead + table["usual"], table["text"]).astype(object)
    if other.any():
        streets = table.loc[other, "key"].nunique()
        first = table[other].sort_values(["n", "name"], ascending=[False, True]).iloc[0]
        announce(
            f"{say_count(streets, 'street is', 'streets are')} written in more than one way: read as one, as "
            f"'{first['name']}' as '{first['usual']}'."
        )
    return pd.Series(settled[code], index=places.index, dtype="str")


def _most_usual(table: pd.DataFrame) -> dict[str, str]:
    counts = table.groupby(["key", "name"], sort=False)["n"].sum().reset_index()
    counts["length"] = counts["name"].str.len()
    ordered = counts.sort_values(["n", "length", "name"], ascending=[False, False, True])
    return dict(ordered.drop_duplicates("key")[["key", "name"]].itertuples(index=False, name=None))

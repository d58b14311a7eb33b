"""Names an officer can find: streets rather than kinds of place, no two stops alike."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspots.common.columns import NO_STREET
from hotspots.common.place_names import is_kind_of_place, name_place, strip_near


def list_streets(
    stop: NDArray[np.int64], incidents: pd.DataFrame, stops: int, weight: NDArray[np.float64]
) -> list[list[str]]:
    """Place texts of the incidents in each stop, busiest first, without "On or near"."""
    found: list[list[str]] = [[] for _ in range(stops)]
    if "place" not in incidents.columns:
        return found
    texts = incidents["place"].fillna("").astype("str").to_numpy()
    rows = pd.DataFrame({"stop": stop, "place": texts, "n": weight})[stop >= 0]
    rows["place"] = rows["place"].map({text: strip_near(text) for text in rows["place"].unique()})
    rows = rows[~rows["place"].isin(NO_STREET)]
    counts = rows.groupby(["stop", "place"])["n"].sum().reset_index()
    for row in counts.sort_values(["n", "place"], ascending=[False, True]).to_dict("records"):
        found[int(row["stop"])].append(str(row["place"]))
    return found


def name_stops(table: pd.DataFrame, places: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Name each stop, a kind of place by its busiest street too; and list the streets to walk.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["Parking Area", "Boar Lane"], "ref": ["A", "B"], "part": [0, 0]})
    >>> name_stops(table, [["Parking Area", "Call Lane"], ["Boar Lane"]])
    (['Parking Area near Call Lane', 'Boar Lane'], [['Call Lane'], ['Boar Lane']])
    """
    names: list[str] = []
    walks: list[list[str]] = []
    for name, listed in zip(table["name"], places, strict=True):
        streets = [place for place in listed if not is_kind_of_place(place)]
        names.append(name_place([str(name), *streets]))
        walks.append(streets or listed)
    twice = pd.Series(names).duplicated(keep=False)
    rows = table[["ref", "part"]].to_dict("records")
    unlike = [_apart(n, row) if again else n for n, again, row in zip(names, twice, rows, strict=True)]
    return unlike, walks


def _apart(name: str, row: dict[Any, Any]) -> str:
    return f"{name} ({row['ref']}, part {row['part']})" if row["part"] else f"{name} ({row['ref']})"

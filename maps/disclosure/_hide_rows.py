"""Small counts out of a frame, with whatever else on their rows, or in their lists, would tell them."""

import re
from typing import Any

import numpy as np
import pandas as pd

from maps.disclosure.suppression import hide_small, hide_small_table

_COUNTS = ("incidents", "before", "after")
# What would give a hidden count back, exactly or nearly.
_GOES_WITH = re.compile(
    r"^(incidents[_ ]|harm|rate|share_of|rank_by|marginal|cumulative|gain|gives_up|largest|places$|chance"
    r"|expected|score|root_score|asb$|trend$|hot_|small_numbers)"
)
_RUNNING = "cumulative"  # sums row upon row: beside one hidden row, each tells the rows before it
_WITHOUT = "_without_centre"  # what is left of an area's count outside the city centre: the rest is in it
_CHANGE = ("before", "after", "arrow", "words")


def hide_counts(kept: pd.DataFrame, threshold: int) -> None:
    """Hide small counts, and whatever else on their rows would tell them."""
    hidden = {c: hide_small(kept[c], threshold=threshold) for c in _COUNTS if c in kept.columns}
    centred = _small_centres(kept, hidden.get("incidents"), threshold)
    for column, gone in hidden.items():
        hide_rows(kept, column, gone)
    for column in [c for c in kept.columns if str(c).endswith(_WITHOUT)]:
        kept[column] = kept[column].mask(centred)


def hide_rows(kept: pd.DataFrame, column: str, gone: "pd.Series[bool]") -> None:
    """Hide a count on some rows of a frame, which is changed, and what else would tell it."""
    if column == "incidents":
        others = [c for c in kept.columns if _GOES_WITH.match(str(c))]
        if gone.any():
            kept[[c for c in others if str(c).startswith(_RUNNING)]] = np.nan
    else:
        others = [c for c in _CHANGE if c in kept.columns and c != column]
    kept[column] = pd.to_numeric(kept[column]).round().astype("Int64").mask(gone)
    for other in others:
        kept[other] = kept[other].mask(gone)


def _small_centres(kept: pd.DataFrame, gone: "pd.Series[bool] | None", threshold: int) -> "pd.Series[bool]":
    """Find the rows whose count within a city centre, or without it, is small or protects one that is.

    The two add up to the row's own count, and each adds up over the rows. Where too few rows reach into
    the centre to hide one among them, no row tells.
    """
    none = pd.Series(False, index=kept.index)
    if gone is None or f"incidents{_WITHOUT}" not in kept.columns:
        return none
    without = pd.to_numeric(kept[f"incidents{_WITHOUT}"]).astype("float64")
    centre = pd.to_numeric(kept["incidents"]).astype("float64") - without
    both = pd.DataFrame({"without": without, "centre": centre})[~gone & centre.gt(0) & without.gt(0)]
    small = hide_small_table(both, threshold=threshold).any(axis=1)
    if small.any() and (small.sum() < 2 or both[small].sum().lt(threshold).any()):
        return ~none
    return small.reindex(kept.index, fill_value=False)


def hide_sites(kept: pd.DataFrame, records: int | None, threshold: int) -> None:
    """Hide what sites for cameras add where it is few records: a share of all the records is a count.

    Where nobody knows of how many records it is a share, none is told. What is told is so to the whole per
    cent: a finer share of the harm would tell of which kinds it is.
    """
    told = [c for c in kept.columns if re.match(r"marginal|cumulative|gain", str(c))]
    if not told or kept.empty:
        return
    of_all = kept.get("marginal_share_of_incidents", pd.Series(np.nan, index=kept.index))
    gone = hide_small((of_all * (records or np.nan)).round(), threshold=threshold) | (records is None)
    gone |= of_all.isna()
    kept[told] = kept[told].astype("float64").round(2).mask(gone)
    if gone.any():
        kept[[c for c in told if str(c).startswith(_RUNNING)]] = np.nan


def hide_in_lists(kept: pd.DataFrame, frame: pd.DataFrame, threshold: int) -> None:
    """Hide counts inside lists: a part's own, and shares by area, which times the total are counts."""
    if "parts" in kept.columns:
        kept["parts"] = [_hide_parts(parts, threshold) for parts in kept["parts"]]
    for column in [c for c in kept.columns if str(c).endswith("_shares")]:
        totals = pd.to_numeric(frame["incidents"]).astype("float64")
        pairs = zip(kept[column], totals, strict=True)
        kept[column] = [_hide_shares(shares, total, threshold) for shares, total in pairs]


def _hide_parts(parts: Any, threshold: int) -> Any:
    if not isinstance(parts, list):
        return parts
    counts = pd.Series([part.get("incidents", 0) for part in parts])
    hidden = hide_small(counts, threshold=threshold) if len(parts) > 1 else counts < threshold
    small = ("incidents", "harm")
    return [
        {k: v for k, v in part.items() if not (gone and k in small)} for part, gone in zip(parts, hidden, strict=True)
    ]


def _hide_shares(shares: Any, total: float, threshold: int) -> Any:
    if not isinstance(shares, list):
        return shares
    counts = pd.Series([(np.nan if share is None else share) * total for _, share in shares]).round()
    hidden = hide_small(counts, threshold=threshold)
    return [(name, np.nan if gone else share) for (name, share), gone in zip(shares, hidden, strict=True)]

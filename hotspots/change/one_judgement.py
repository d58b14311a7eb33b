"""One judgement for one comparison: the same records of two windows are judged once, wherever they stand."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.common.places import Floats
from hotspots.common.windows import Window
from hotspots.statistics.many_tests import false_discovery
from hotspots.statistics.two_counts import etest_p, rate_ratio, score_z

COLUMNS = ["p", "q", "low", "high", "dispersion", "together"]
_kept: ContextVar[dict[Any, dict[Any, Any]] | None] = ContextVar("judgements", default=None)


@contextmanager
def one_judgement() -> Iterator[None]:
    """Keep, while open, the judgement of each comparison: who compares the same records again gets it.

    A run opens it, so that its list, tables, board, plans and packs cannot say two things of one change:
    the first table that holds a comparison decides (hotspots, then areas and kinds, then pages).
    """
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def mark_records(incidents: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Mark each record, so that the marks of some, added up, say which they are."""
    return pd.util.hash_array(np.asarray(incidents.index), categorize=False)


def judge_changes(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    windows: tuple[Window, Window],
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
    marks: Iterable[Any] | None = None,
    others: npt.ArrayLike = (),
) -> pd.DataFrame:
    """Judge some counts together; those that were judged before keep what was said of them.

    ``marks`` are the sums of `mark_records` over the records of both windows, ``others`` the p of what else
    stands in the table. Gives ``p``, ``q`` (over the table), ``low`` and ``high`` of the ratio,
    ``dispersion``, and ``together``: how many were judged with it.
    """
    days = {"days_before": windows[0].days, "days_after": windows[1].days}
    one, two = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if dispersion > 1:
        from scipy.stats import norm

        p = np.asarray(2 * norm.sf(np.abs(score_z(one, two, **days) / dispersion**0.5)), dtype=float)
    else:
        p = np.array([etest_p(b, a, **days) for b, a in zip(one, two, strict=True)], dtype=float)
    every = np.concatenate([p, np.asarray(others, dtype=float)])
    _, low, high = rate_ratio(one, two, dispersion=max(dispersion, 1.0), level=level, **days)
    spread = np.full(len(one), max(dispersion, 1.0))
    count = np.full(len(one), float(np.isfinite(every).sum()))
    q: Floats = false_discovery(every)[: len(one)]
    found = pd.DataFrame(dict(zip(COLUMNS, (p, q, low, high, spread, count), strict=True)))
    kept = _kept.get()
    if kept is None or marks is None:
        return found
    named = str(windows[0]), str(windows[1]), level
    keys = [(*named, int(m), *pair) for m, *pair in zip(marks, one, two, strict=True)]
    rows = [kept.setdefault(key, row) for key, row in zip(keys, found.to_dict("records"), strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=float)


def point_arrows(judged: pd.DataFrame, rises: npt.ArrayLike, *, alpha: float) -> npt.NDArray[Any]:
    """Give each comparison its arrow: "up" or "down" where it is clear, "level" where not, "" without a q.

    Clear is a q below alpha, and an interval that leaves out no change: the two never contradict each other.
    """
    apart = (judged["low"] > 1) | (judged["high"] < 1)
    clear = (judged["q"] < alpha) & apart
    signs = np.where(np.asarray(rises, dtype=bool), "up", "down")
    return np.where(judged["q"].isna(), "", np.where(clear, signs, "level"))

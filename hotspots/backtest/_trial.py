"""One test of a backtest: what there was to choose on, what came next, how each method did."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hotspots.backtest._rival_methods import UNITS, Pool, Terms, best_units, choose_units
from hotspots.common.places import Bools, Floats, Places, exact_units
from hotspots.finding.harm_mix import shrink_mix

_DRAWS = 400
_LOW, _HIGH = 0.05, 0.95


class Split(NamedTuple):
    """The rows to choose on, the latest stretch of them, and the rows to score on."""

    name: str
    choose: Bools
    latest: Bools
    score: Bools


class Records(NamedTuple):
    """All incidents collapsed: each row's worth, which places can be chosen, square metres of ground."""

    places: Places
    worth: Floats
    inside: Bools
    ground: float
    by: str = "incidents"

    def choosable(self, rows: Bools) -> Floats:
        """Worth of each place to choose discs by, as `find_hotspots` has it."""
        worth = self.total(self.worth * rows)
        if self.by != "harm":
            return worth
        weighed = self.total(np.where(self.worth > 0, self.places.rows, 0) * rows).astype(np.int64)
        worth = np.where(self.inside, worth, 0)
        mixed = shrink_mix(self.places.xy, np.where(self.inside, weighed, 0), exact_units(worth))
        return mixed / 1e6

    def total(self, worth: Floats) -> Floats:
        """Add up one number per row over the places."""
        return np.bincount(self.places.inverse, worth, minlength=len(self.places.xy)).astype(float)

    def pool(self, weight: Floats, latest: Floats) -> Pool:
        """Gather the places that hold something and can be chosen."""
        some = self.inside & (weight > 0)
        return Pool(self.places.xy[some], weight[some], latest[some])


class Trial:
    """One split, and the units that each method chooses in it."""

    def __init__(self, split: Split, records: Records, terms: Terms) -> None:
        self.split, self.records, self.terms = split, records, terms
        self.before = records.total(records.worth * split.choose)
        self.after = records.total(records.worth * split.score)
        self.pool = records.pool(self.before, records.total(records.worth * split.latest))
        self.mixed = records.pool(records.choosable(split.choose), self.before)
        self.later = records.pool(self.after, self.after)
        self._best: dict[str, float] = {}

    def run(self, methods: Sequence[str], rng: np.random.Generator, *, ceiling_draws: int) -> list[dict[str, Any]]:
        """Score every method; one row of the table each."""
        found, holds = [], []
        for method in methods:
            pool = self.mixed if method == "discs" else self.pool
            units = choose_units(method, pool, self.terms, later=self.later)
            hold = units.hold(self.records.places.xy)
            holds.append(hold)
            found.append(self._row(method, units.number, hold))
        ceiling = self._ceiling(rng, ceiling_draws)
        for row, interval in zip(found, self._intervals(found, holds, rng), strict=True):
            row.update(interval, ceiling=ceiling)
        return found

    def _row(self, method: str, number: int, hold: Bools) -> dict[str, Any]:
        hit, own = _share(self.after, hold), _share(self.before, hold)
        best = self._best_possible(UNITS[method])
        return {
            "split": self.split.name,
            "method": method,
            "unit": UNITS[method],
            "units": number,
            "asked": self.terms.count,
            "captured": float(self.after[hold].sum()),
            "total": float(self.after.sum()),
            "hit_rate": hit,
            "pai": hit / min(self.terms.count * self.terms.unit_area / self.records.ground, 1.0),
            "pei": hit / best if best else np.nan,
            "recapture": hit / own if own else np.nan,
            "best_possible": best,
        }

    def _best_possible(self, unit: str) -> float:
        if unit not in self._best:
            units = best_units(unit, self.later, self.terms)
            self._best[unit] = _share(self.after, units.hold(self.records.places.xy))
        return self._best[unit]

    def _intervals(
        self, found: list[dict[str, Any]], holds: list[Bools], rng: np.random.Generator
    ) -> list[dict[str, float]]:
        """90% intervals: each scored incident is made to count a Poisson number of times."""
        score, places = self.split.score, self.records.places
        rows, at = places.rows[score], places.inverse[score]
        each = _each(self.records.worth[score], rows)
        matrix = np.stack(holds)[:, at].T * each[:, None]
        every, held = np.zeros(_DRAWS), np.zeros((_DRAWS, len(found)))
        for start in range(0, len(each), 5000):
            part = slice(start, start + 5000)
            times = rng.poisson(rows[part], size=(_DRAWS, len(rows[part]))).astype(float)
            every += times @ each[part]
            held += times @ matrix[part]
        rates = held / np.maximum(every, 1e-300)[:, None]
        hits = np.array([row["hit_rate"] for row in found])
        top = int(np.argmax(hits))
        low, high = np.quantile(rates, [_LOW, _HIGH], axis=0)
        behind = np.quantile(rates[:, [top]] - rates, [_LOW, _HIGH], axis=0)
        return [
            {
                "hit_low": low[n],
                "hit_high": high[n],
                "behind": hits[top] - hits[n],
                "behind_low": behind[0, n],
                "behind_high": behind[1, n],
            }
            for n in range(len(found))
        ]

    def _ceiling(self, rng: np.random.Generator, draws: int) -> float:
        """PEI that discs reach where the rates are known: both periods pooled stand in for the rates.

        Periods as large as the scored one are drawn from the pool. Pooled counts are more uneven than
        rates, so this is the most that can be hoped for.
        """
        places, either = self.records.places, self.split.choose | self.split.score
        pooled = self.before + self.after
        if not draws or not pooled.sum() > 0:
            return float("nan")
        known = choose_units("discs", self.records.pool(pooled, pooled), self.terms, later=self.later)
        rows, hold = places.rows[either].astype(float), known.hold(places.xy)
        each, at = _each(self.records.worth[either], rows), places.inverse[either]
        share = places.rows[self.split.score].sum() / rows.sum()
        reached = []
        for _ in range(draws):
            drawn = np.bincount(at, rng.poisson(rows * share) * each, minlength=len(hold)).astype(float)
            best = best_units("disc", self.records.pool(drawn, drawn), self.terms).hold(places.xy)
            reached.append(drawn[hold].sum() / drawn[best].sum() if drawn[best].sum() > 0 else np.nan)
        return float(np.mean(reached))


def _share(weight: Floats, hold: Bools) -> float:
    return float(weight[hold].sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def _each(worth: Floats, rows: Any) -> Floats:
    """Divide what each row is worth among its incidents."""
    return np.asarray(worth / np.maximum(rows, 1), dtype=float)

"""Published figures done again: each with its source, what was published and what this toolkit gives.

    python benchmarks/published.py [--write]

Needs no data but what comes with libpysal (the Burkitt cases, for Knox). ``--write`` puts the table into
docs/methods/published.md. Ends with 1 where a figure is not met.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import norm

from hotspots.repeats.near_repeats import find_near_repeats
from hotspots.statistics.aoristic import spread_over_week
from hotspots.statistics.concentration import gini
from hotspots.statistics.displacement import weighted_displacement_difference, weighted_displacement_quotient
from hotspots.statistics.two_counts import etest_p

PAGE = Path(__file__).resolve().parent.parent / "docs" / "methods" / "published.md"
BLOCK = re.compile(r"(<!-- measured: benchmarks/published.py -->\n).*?(<!-- end of measured -->)", re.DOTALL)


class Line(NamedTuple):
    """One figure: where from, what, as published, as found here, and how far apart they may be."""

    source: str
    what: str
    published: tuple[float, ...]
    found: tuple[float, ...]
    within: float

    @property
    def met(self) -> bool:
        """Whether every number agrees."""
        return bool(np.allclose(self.found, self.published, rtol=0, atol=self.within))


def displacement() -> Iterator[Line]:
    """Yield the weighted displacement difference and quotient."""
    source = "Wheeler and Ratcliffe 2018"
    cases = [
        ({"control": (20, 20), "treated": (20, 10)}, 0.90, (-10, 8.3666, -23.8, 3.8)),
        ({"control": (130, 150), "treated": (120, 100)}, 0.90, (-40, 22.3607, -76.8, -3.2)),
        (
            {
                "control": (308, 318),
                "treated": (207, 110),
                "displacement_control": (150, 140),
                "displacement": (178, 157),
            },
            0.95,
            (-118, math.sqrt(1568), -196, -40),
        ),
    ]
    for zones, level, published in cases:
        found = weighted_displacement_difference(**zones, level=level)
        what = f"WDD of {zones['treated']} beside {zones['control']}: estimate, error, {level:.0%} limits"
        yield Line(source, what, published, (found.estimate, found.se, found.low, found.high), 0.5)
    quotient = weighted_displacement_quotient(treated=(100, 80), displacement=(50, 45), control=(1000, 1000))
    yield Line("Bowers and Johnson 2003", "displacement quotient", (0.25,), (quotient.quotient,), 1e-9)


def two_counts() -> Iterator[Line]:
    """Yield the E-test."""
    source = "Krishnamoorthy and Thomson 2004, as in statsmodels"
    for pair, p in {(3, 0): 0.0884, (6, 2): 0.1749, (10, 5): 0.2062, (15, 5): 0.0250}.items():
        yield Line(source, f"E-test of {pair[0]} and {pair[1]}: p", (p,), (etest_p(*pair),), 5e-5)
    found = etest_p(100, 25, days_before=10, days_after=5)
    yield Line(source, "100 in 10 against 25 in 5: p", (0.00154,), (found,), 5e-6)


def concentration(draws: int = 200) -> Iterator[Line]:
    """Yield Gini by hand and under randomness, and the share of the top 2% of cells by chance."""
    yield Line("by its formula", "Gini of 6, 7, 3, 2, 1, 0", (0.4474,), (gini([6, 7, 3, 2, 1, 0]),), 5e-5)
    yield Line("by its formula", "Gini of 0, 0, 0, 10", (0.75,), (gini([0, 0, 0, 10]),), 1e-9)
    rng = np.random.default_rng(0)
    few = [gini(np.bincount(rng.integers(0, 5310, 92), minlength=5310)) for _ in range(draws)]
    what = "Gini of 92 events scattered over 5,310 cells"
    yield Line("the trap of few events: scattered at random", what, (0.98,), (np.mean(few),), 0.005)
    top = [np.sort(np.bincount(rng.integers(0, 5310, 474), minlength=5310))[-106:].sum() / 474 for _ in range(draws)]
    what = "share of 474 scattered events in the top 2% of 5,310 cells"
    yield Line("the trap of few events: scattered at random", what, (0.27,), (np.mean(top),), 0.01)


def knox() -> Iterator[Line]:
    """Yield the pairs within 20 units and 5 days among the Burkitt cases."""
    from libpysal.examples import get_path

    cases = gpd.read_file(get_path("burkitt.shp"))
    when = pd.Timestamp("1900-01-01") + pd.to_timedelta(cases["T"], unit="D")
    frame = gpd.GeoDataFrame({"when": when, "precision": "day"}, geometry=cases.geometry.to_numpy())
    frame = frame.set_crs(27700, allow_override=True)
    table = find_near_repeats(frame, distances=(20,), days=(5,), permutations=999).table
    source = "Knox 1964 on the Burkitt cases, as in pointpats"
    yield Line(source, "pairs within 20 and 5 days", (13,), (float(table["observed"].iloc[0]),), 0)
    what = "its p (by permutation, so it moves in the second figure)"
    yield Line(source, what, (0.18,), (float(table["p"].iloc[0]),), 0.03)


def aoristic() -> Iterator[Line]:
    """Yield the weights of the hours of a week, beside a count minute by minute."""
    spans = [("2018-07-06 17:40", "2018-07-09 08:05"), ("2018-07-08 23:59", "2018-07-09 00:01")]
    starts, ends = (pd.Series(pd.to_datetime([span[n] for span in spans])) for n in (0, 1))
    found = np.asarray(spread_over_week(starts, ends, np.ones(len(spans)))[0], dtype=float).ravel()
    hours = np.zeros(168)
    for start, end in zip(starts, ends, strict=True):
        minutes = pd.date_range(start, end, freq="min", inclusive="left")
        at = (minutes.day_of_week * 24 + minutes.hour).to_numpy()
        np.add.at(hours, at, 1 / len(minutes))
    apart = float(np.abs(found - hours).max())
    yield Line("Ratcliffe 2002", "weights of 168 hours, farthest from a count by minutes", (0,), (apart,), 1e-9)


def as_you_go(draws: int = 20_000) -> Iterator[Line]:
    """Yield how often a fall of 40% is seen where patrols are drawn by place and day."""
    rng = np.random.default_rng(1)
    designs = {
        "Southend, 20 places × 90 days, 720 of 1,800 place-days on": (720, 1800, (0.83, 0.74)),
        "Bedfordshire, 21 × 90, 7 places on a day": (630, 1890, (0.81, 0.71)),
    }
    for name, (on, days, published) in designs.items():
        with_it = rng.poisson(0.08 * 0.6 * on, draws)
        total = with_it + rng.poisson(0.08 * (days - on), draws)
        share = on / days
        z = (with_it - share * total) / np.sqrt(total * share * (1 - share))
        found = tuple(float(np.mean(z < norm.ppf(tail))) for tail in (0.05, 0.025))
        what = f"{name}: power for 40%, one-sided and two-sided"
        yield Line("designs of test-as-you-go trials", what, published, found, 0.02)


def all_lines() -> list[Line]:
    """Do every figure again."""
    return [line for part in (displacement, two_counts, concentration, knox, aoristic, as_you_go) for line in part()]


def as_table(lines: list[Line]) -> str:
    """Give the figures as a table of Markdown."""
    rows = [
        f"| {line.source} | {line.what} | {_say(line.published)} | {_say(line.found)}"
        f"{'' if line.met else ' (not met)'} |"
        for line in lines
    ]
    return "\n".join(["| source | what | published | here |", "|---|---|---|---|", *rows, ""])


def _say(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.4g}".replace("-", "−") for number in numbers)


def main() -> int:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/methods/published.md")
    given = parser.parse_args()
    lines = all_lines()
    print(as_table(lines))
    if given.write:
        text = PAGE.read_text(encoding="utf-8")
        text = BLOCK.sub(lambda found: f"{found[1]}\n{as_table(lines)}\n{found[2]}", text)
        PAGE.write_text(text, encoding="utf-8")
    return int(not all(line.met for line in lines))


if __name__ == "__main__":
    sys.exit(main())

"""Does the choice of places feed on its own patrols? A made-up city with equal true rates, for 60 months.

python benchmarks/feedback.py [--seed 1] [--cities 5] [--picture docs/methods/feedback.png]

Two halves have the same true rates; in the west twice as much of what happens is recorded, and of what
patrols find too. Each month the busiest discs of the last twelve months are found, VISITS are shared over
them by their records, and each visit adds records of what patrols find (drugs). The plain practice counts all
records; ours leaves out what police activity itself detects (`flag_proactive`). Printed is the share of
visits that go to the west, where the true need is a half.
"""

from __future__ import annotations

import argparse
import logging

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import find_hotspots
from hotspots.reading.crosswalks import flag_proactive

MONTHS, WINDOW, CHOSEN = 60, 12, 120
VISITS = 200  # a month
PLACES = 200  # in each half
RECORDED = {"west": 0.8, "east": 0.4}
MEAN, SPREAD = 2.5, 1.2  # records a month at a place, and the spread of its logarithm
FOUND = 20.0  # drug offences that a visit comes upon, of which the same shares are recorded
PER_MONTH = np.array([0.85, 0.15])  # what victims report, and drugs that were found anyway


def live(rng: np.random.Generator, *, leave_out: bool) -> list[float]:
    """Share of the chosen places that lie in the west, month by month."""
    rate = MEAN * np.exp(rng.normal(0, SPREAD, PLACES) - SPREAD**2 / 2)
    rate = np.concatenate([rate, rng.permutation(rate)])  # equal halves
    west = np.arange(2 * PLACES) < PLACES
    x = np.where(west, 400_000.0, 412_000.0) + 500 * (np.arange(2 * PLACES) % 20)
    y = 300_000.0 + 500 * (np.arange(2 * PLACES) % PLACES // 20)
    seen = rate * np.where(west, RECORDED["west"], RECORDED["east"])
    visits = np.zeros(2 * PLACES)
    months: list[pd.DataFrame] = []
    shares = []
    for month in range(-WINDOW, MONTHS):
        drugs = seen * PER_MONTH[1] + visits * FOUND * seen / rate
        counts = {"Burglary": rng.poisson(seen * PER_MONTH[0]), "Drugs": rng.poisson(drugs)}
        months = [*months, *(_rows(x, y, n, kind) for kind, n in counts.items())][-2 * WINDOW :]
        if month < 0:
            continue
        rows = pd.concat(months, ignore_index=True)
        records = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["x"], rows["y"]), crs=27700)
        kept = records[~flag_proactive(records)] if leave_out else records
        spots = find_hotspots(kept, radius=150, count=CHOSEN, resamples=0)
        at = spots.geometry.representative_point()
        place = [int(np.argmin(np.hypot(x - px, y - py))) for px, py in zip(at.x, at.y, strict=True)]
        dose = VISITS * spots["incidents"].to_numpy(dtype=float) / spots["incidents"].sum()
        visits = np.bincount(place, dose, 2 * PLACES)
        shares.append(100 * float(visits[west].sum() / visits.sum()))
    return shares


def _rows(x: np.ndarray, y: np.ndarray, counts: np.ndarray, kind: str) -> pd.DataFrame:
    return pd.DataFrame({"x": np.repeat(x, counts), "y": np.repeat(y, counts), "category": kind, "source": "police.uk"})


def main() -> None:
    """Print both curves, and what they come to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cities", type=int, default=5)
    parser.add_argument("--picture", help="draw the curves into this file")
    given = parser.parse_args()
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    curves = {}
    for name, leave_out in (("all records", False), ("without what police detect", True)):
        runs = [live(np.random.default_rng([given.seed, c]), leave_out=leave_out) for c in range(given.cities)]
        curves[name] = np.mean(runs, axis=0)
    print(f"Share of patrols in the west (true need 50%), mean of {given.cities} cities, seed {given.seed}")
    print("| chosen on | first month | month 12 | month 24 | last year | grown by | from the true half |")
    print("|---|---|---|---|---|---|---|")
    for name, curve in curves.items():
        start, end = curve[0], curve[-12:].mean()
        print(
            f"| {name} | {start:.0f} | {curve[11]:.0f} | {curve[23]:.0f} | {end:.0f} | {end - start:+.0f} "
            f"| {end - 50:+.0f} |"
        )
    if given.picture:
        draw(curves, given.picture)


def draw(curves: dict[str, np.ndarray], path: str) -> None:
    """Draw both curves."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), dpi=110, layout="constrained")
    ax = figure.subplots()
    for (name, curve), style in zip(curves.items(), ("-", "--"), strict=True):
        ax.plot(np.arange(1, MONTHS + 1), curve, style, color="#12355b", label=f"chosen on {name}")
    ax.axhline(50, color="#777777", linewidth=0.8)
    ax.text(MONTHS, 50.7, "true need", ha="right", color="#555555")
    ax.set(xlabel="month", ylabel="patrols in the west, %", ylim=(40, 100), xlim=(1, MONTHS))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, loc="upper left")
    figure.savefig(path, metadata={"Software": None})


if __name__ == "__main__":
    main()

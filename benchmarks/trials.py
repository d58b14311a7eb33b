"""Simulated trials of three published designs: how often each is wrong, and what it would show.

python benchmarks/trials.py [--trials 2000] [--seed 1]
python benchmarks/trials.py --time      how long a judgement takes, with 2,000 redraws

Designs: 20 places, 90 days, 8 places a day (720 of 1,800 place-days, as in Southend; Basford and others
2021); 21 places, 90 days, 7 a day (Bedfordshire; Bland and others 2021); 15 places, 248 days, with an effect
that lasts until four days after a visit (Perth; Barnes and others 2020: 66% more offences from the fifth day
on). How many places Perth drew a day is not known to us: 5 here.
"""

from __future__ import annotations

import argparse
import time

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.trials.assess import assess_trial
from hotspots.trials.design import Draw, days_since
from hotspots.trials.judge import find_tail, redraw_scores, score_of, tail_shares
from hotspots.trials.power import simulate_counts, trial_power
from hotspots.trials.record import Analysis, draw_trial

DESIGNS = {
    "20 x 90, 8 a day": Draw(20, 90, per_day=8),
    "21 x 90, 7 a day": Draw(21, 90, per_day=7),
    "15 x 248, 5 a day": Draw(15, 248, per_day=5),
}
LEVEL = 0.08  # records a place-day when off: some 140 in the first two designs
FALL = 0.4
TAIL, RISE = 4, 1.66
REDRAWS = 999


def live(draw: Draw, trials: int, seed: int, dispersion: float) -> dict[str, float]:
    """Simulate trials with and without a fall of 40%, judged by the same redraws."""
    rng = np.random.default_rng([seed, draw.places, int(10 * dispersion)])
    places = rng.gamma(4, 0.25, draw.places)  # unlike places
    rate = LEVEL * (places / places.mean())[:, None]
    redrawn, own = draw.again(REDRAWS, seed=seed), draw.again(trials + 1, seed=seed + 1)[1:]
    days = redrawn.sum(axis=2).astype(float)
    redrawn = np.ascontiguousarray(redrawn.transpose(1, 2, 0), dtype=np.float32).transpose(2, 0, 1)
    week = 1 + 0.2 * np.sin(np.arange(draw.days) * 2 * np.pi / 7)  # busier at weekends
    held: dict[str, list[bool]] = {"false": [], "holds": [], "holds none": [], "one": [], "two": []}
    for on in own:
        still = simulate_counts(rng, rate * week * np.ones(on.shape), dispersion=dispersion).astype(float)
        down, up = tail_shares(redraw_scores(still, redrawn, days), score_of(still, on))
        held["false"].append(down <= 0.05)
        held["holds none"].append(min(down, up) > 0.025)
        mean = rate * week * np.where(on, 1 - FALL, 1.0)
        fallen = simulate_counts(rng, mean, dispersion=dispersion).astype(float)
        chance = redraw_scores(fallen, redrawn, days)
        held["holds"].append(min(tail_shares(chance, score_of(fallen, on, 1 - FALL))) > 0.025)
        down, up = tail_shares(chance, score_of(fallen, on))
        held["one"].append(down <= 0.05)
        held["two"].append(2 * min(down, up) <= 0.05)
    return {name: 100 * float(np.mean(values)) for name, values in held.items()}


def carry_over(draw: Draw, trials: int, seed: int, level: float) -> float:
    """Share of trials whose effect is read to end within a day of the fourth after a visit."""
    rng, hits = np.random.default_rng([seed, 9]), 0
    for on in draw.again(trials + 1, seed=seed + 2)[1:]:
        since = days_since(on)
        mean = level * np.where((since >= 0) & (since <= TAIL), 1.0, RISE)
        hits += abs(find_tail(simulate_counts(rng, mean), on).days - TAIL) <= 1
    return 100 * hits / trials


def time_judgements() -> None:
    """Print the processor time of `assess_trial` on trials of twelve weeks, washout and all."""
    rng = np.random.default_rng(1)
    for places, per_day in ((20, 8), (92, 30)):
        x = 420_000 + 400.0 * np.arange(places)
        spots = gpd.GeoDataFrame(
            {"ref": [f"P{i}" for i in range(places)], "name": [f"Street {i}" for i in range(places)]},
            geometry=gpd.points_from_xy(x, 0 * x + 433_000).buffer(150),
            crs=27700,
        )
        trial = draw_trial(spots, start="2027-01-04", days=84, per_day=per_day, analysis=Analysis(washout=1))
        place, day = np.nonzero(rng.random(trial.on.shape) < np.where(trial.on, 0.3, 0.5))
        moments = trial.dates[day] + pd.Timedelta(hours=19)
        kinds = {"when": moments, "precision": "minute", "category": "Robbery", "source": "x"}
        rows = gpd.GeoDataFrame(kinds, geometry=gpd.points_from_xy(x[place], 0 * place + 433_000), crs=27700)
        start = time.process_time()
        assess_trial(rows, trial)
        seconds = time.process_time() - start
        print(f"{places} places, 84 days, {len(rows):,} records, 2,000 redraws: {seconds:.1f} s of processor time")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", action="store_true")
    given = parser.parse_args()
    if given.time:
        time_judgements()
        return
    print(
        f"{given.trials:,} trials a row, {REDRAWS} redraws each, {LEVEL} records a place-day off, "
        f"fall {100 * FALL:.0f}%"
    )
    print(
        "| design | variance/mean | false falls % | 95% interval holds: no effect, the fall "
        "| power %, one side, two | seconds |"
    )
    print("|---|---|---|---|---|---|")
    for name, draw in DESIGNS.items():
        for dispersion in (1.0, 1.3):
            start = time.perf_counter()
            found = live(draw, given.trials, given.seed, dispersion)
            print(
                f"| {name} | {dispersion} | {found['false']:.1f} "
                f"| {found['holds none']:.1f}, {found['holds']:.1f} | {found['one']:.1f}, {found['two']:.1f} "
                f"| {time.perf_counter() - start:.0f} |",
                flush=True,
            )
    print("\nPower as told before the start (`trial_power`), equal places:")
    for name, draw in list(DESIGNS.items())[:2]:
        for dispersion in (1.0, 1.3):
            power = trial_power(draw, LEVEL, fall=FALL, dispersion=dispersion, trials=8000, seed=given.seed)
            print(f"- {name}, variance/mean {dispersion}: {100 * power.one_sided:.0f}%, {100 * power.two_sided:.0f}%")
    print("\nEnd of an effect that lasts four days after a visit, read within a day (15 x 248, 5 a day):")
    for level in (0.08, 0.16, 0.32):
        share = carry_over(DESIGNS["15 x 248, 5 a day"], given.trials, given.seed, level)
        print(f"- {level} records a place-day under patrol: {share:.0f}% of trials", flush=True)


if __name__ == "__main__":
    main()

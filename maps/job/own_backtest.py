"""Was the choice good: the backtest of a run's own records, where the configuration asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import backtest_hotspots
from hotspots.backtest.backtest import summarise_backtest
from hotspots.backtest.scores import draw_backtest
from hotspots.checks import InputError, announce
from hotspots.common.wording import say_percentage
from maps.job._ground import Ground

SHEET, SPLITS, PICTURE = "Backtest", "Backtest by split", "backtest.png"


@dataclass(frozen=True)
class Tested:
    """The backtest: one row per split and method, and the means, the best method first."""

    table: pd.DataFrame
    summary: pd.DataFrame


def try_choice(
    incidents: gpd.GeoDataFrame, given: Mapping[str, Any], ground: Ground, *, seed: int = 0
) -> Tested | None:
    """Choose on each period and score on the next, by discs and by what else there is."""
    asked = given.get("backtest", False)
    if not asked:
        return None
    if given.get("method", "discs") != "discs":
        announce("The backtest compares units of one size, so it tests discs, not this list's own method.")
    count = given.get("count", 100)
    try:
        table = backtest_hotspots(
            incidents,
            radius=given.get("radius", 150),
            count=sum(count.values()) if isinstance(count, Mapping) else count,
            by=given.get("by", "incidents"),
            splits=None if asked is True else [tuple(pair) for pair in asked],
            study_area=ground.shape,
            seed=seed,
            ceiling_draws=2,
        )
    except InputError as error:  # of these records: what the configuration says of it was read before
        announce(f"No backtest: {error}")
        return None
    if table.empty:
        announce("No backtest: there is only one month of records, and nothing later to score on.")
        return None
    return Tested(table, summarise_backtest(table))


def say_tested(tested: Tested) -> str:
    """One sentence on what the choice would have captured, beside the best possible and a grid."""
    means = tested.summary[["hit_rate", "best_possible"]].map(say_percentage, decimals=1).to_dict("index")
    discs, cells, splits = means["discs"], means["hexagons"], int(tested.summary["splits"].max())
    times = "once" if splits == 1 else f"{splits} times"
    rows = tested.table[tested.table["method"].isin(["discs", "hexagons"])]
    fewer = "" if (rows["units"] == rows["asked"]).all() else ", not always as many as were asked for"
    return (
        f"Tested {times}: discs chosen on one period held {discs['hit_rate']} of what came "
        f"in the next, hexagons of the same size {cells['hit_rate']}{fewer}; the most that discs "
        f"could have held was {discs['best_possible']}."
    )


def write_picture(tested: Tested, folder: Path) -> None:
    """Write the figure of a backtest."""
    draw_backtest(tested.table).savefig(folder / PICTURE, dpi=110, metadata={"Software": None})

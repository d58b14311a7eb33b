"""One list a month from one configuration: each run inherits the references of the month before."""

from pathlib import Path

import pandas as pd

from hotspots.checks import InputError, announce
from maps.commands.run import run_config, stand_for
from maps.config.read import read_config


def run_months(config_path: str | Path, out: str | Path, *, first: str, last: str) -> None:
    """Run each month into a folder of its own, ``out/2018-01`` and so on.

    A month lists the configuration's window as of its last day, or itself where that has none. Open plans
    are left alone: they are of today.
    """
    config, out = read_config(config_path), Path(out)
    months = _read_months(first, last)
    if config.plans is not None:
        announce("The open plans are left as they are: lists of past months do not fill them.")
        config = config.changed(without=("plans",))
    for month in months:
        one = stand_for(config, as_of=f"{month.end_time:%Y-%m-%d}", window=config.incidents.window or str(month))
        run_config(one, out / str(month))
        config = config.changed(hotspots=config.hotspots.changed(previous=(out / str(month)).resolve()))


def _read_months(first: str, last: str) -> list[pd.Period]:
    try:
        months = list(pd.period_range(pd.Period(first, "M"), pd.Period(last, "M"), freq="M"))
    except ValueError as error:
        raise InputError(
            "The months cannot be read", given=f"--from {first} --to {last}", advice="--from 2018-01 --to 2018-08"
        ) from error
    if not months:
        raise InputError("--to is before --from", given=f"--from {first} --to {last}", advice="exchange them")
    return months

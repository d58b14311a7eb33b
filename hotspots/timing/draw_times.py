"""A time profile as a picture: bars, or the week as a grid of hours."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError, require_columns
from hotspots.common.calendars import mark_calendar
from hotspots.common.day_names import MONTHS
from hotspots.common.figures import new_figure

INK, BAR = "#0b1f33", "#0f4c81"
_TICKS = 14  # labels beyond this many would run into each other


def draw_times(
    profile: pd.DataFrame, *, title: str, calendar: pd.DataFrame | None = None, letters: Mapping[str, str] | None = None
) -> Any:
    """Draw a time profile: bars with the range chance alone keeps to, or hours by weekdays.

    Parameters
    ----------
    profile : DataFrame
        From `profile_times`; a bin without a number is left blank, as one that may not be shown.
    title : str
        What is shown: measure, place and period.
    calendar : DataFrame, optional
        From `read_calendar`: marks a profile by month with events, operations and campaigns.
    letters : mapping, optional
        Letters in place of the names of its entries.

    Returns
    -------
    matplotlib Figure
        Save it with ``.savefig``.

    Raises
    ------
    InputError
        When a column is missing, or a calendar is laid over a profile that is not by month.

    Examples
    --------
    >>> from hotspots.timing.profile_times import profile_times
    >>> frame = pd.DataFrame({"when": pd.to_datetime(["2018-07-01"]), "precision": "month"})
    >>> draw_times(profile_times(frame), title="Robbery, July 2018").axes[0].get_ylabel()
    'Records a day'
    """
    require_columns(profile, ["incidents", "days", "expected"], what="The profile")
    figure = new_figure(figsize=(8, 3.6), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    if isinstance(profile.index, pd.MultiIndex):
        _draw_week(figure, axes, profile)
    else:
        _draw_bars(axes, profile, calendar, letters)
    axes.tick_params(colors=INK, labelsize=9)
    # above the letters or names that a calendar sets over the axes
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def _draw_week(figure: Any, axes: Any, profile: pd.DataFrame) -> None:
    days = list(dict.fromkeys(profile.index.get_level_values(0)))
    grid = profile["incidents"].to_numpy(dtype=float).reshape(len(days), -1)
    axes.set_facecolor("0.85")  # shows where a number may not be shown
    image = axes.imshow(grid, aspect="auto", cmap="cividis_r", vmin=0)
    axes.set_yticks(range(len(days)), days)
    axes.set_xticks(np.arange(0, 24, 3) - 0.5, [f"{hour:02d}:00" for hour in range(0, 24, 3)])
    figure.colorbar(image, ax=axes, label="Records")


def _draw_bars(
    axes: Any, profile: pd.DataFrame, calendar: pd.DataFrame | None, letters: Mapping[str, str] | None
) -> None:
    by_month = profile.index.name == "month"
    if calendar is not None and not by_month:
        raise InputError(
            "Only a profile by month can be marked with a calendar",
            given=f"a profile by {profile.index.name}",
            advice="by='month'",
        )
    days = profile["days"].where(profile["days"] > 0).to_numpy(dtype=float)
    across: Any = np.arange(len(profile))
    width: Any = 0.8
    if by_month:
        # dates across, so that a calendar can be laid over them
        starts = (pd.DatetimeIndex(profile.index + "-01") - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
        across, width = starts.to_numpy() + days / 2, days * 0.8
    axes.bar(across, profile["incidents"].to_numpy(dtype=float) / days, width=width, color=BAR)
    low, high = ((profile[name] / days).to_numpy(dtype=float) for name in ("chance_low", "chance_high"))
    # from low to high: where little is expected, 95 in 100 even spreads lie below the mean
    axes.errorbar(across, (low + high) / 2, yerr=(high - low) / 2, fmt="none", ecolor="#b35900", capsize=3)
    axes.set_ylabel("Records a day", color=INK)
    axes.set_xlabel("Orange: where 95 in 100 even spreads would lie", color=INK, fontsize=9)
    names = [_name_tick(label, by_month=by_month) for label in profile.index]
    step = max(1, -(-len(names) // _TICKS)) if by_month else 1
    slant = len(names[::step]) * max(map(len, names), default=0) > 90
    how: dict[str, Any] = {"rotation": 40, "ha": "right"} if slant else {}
    axes.set_xticks(across[::step], names[::step], **how)
    axes.spines[["top", "right"]].set_visible(False)
    if calendar is not None:
        mark_calendar(axes, calendar, letters=letters)


def _name_tick(label: Any, *, by_month: bool) -> str:
    if by_month:
        month = pd.Timestamp(f"{label}-01")
        return f"{MONTHS[month.month - 1][:3]} {month.year}"
    return f"{label:02d}" if isinstance(label, int) else str(label)

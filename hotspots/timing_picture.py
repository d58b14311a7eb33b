"""A time profile as a picture: bars, or the week as a grid of hours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hotspots.calendars import mark_calendar
from hotspots.checks import InputError, require_columns


def draw_times(profile: pd.DataFrame, *, title: str, calendar: pd.DataFrame | None = None) -> Any:
    """Draw a time profile: bars with the range chance alone keeps to, or hours by weekdays.

    Parameters
    ----------
    profile : DataFrame
        From `profile_times`.
    title : str
        What is shown: measure, place and period.
    calendar : DataFrame, optional
        From `read_calendar`: marks a profile by month with events, operations and campaigns.

    Returns
    -------
    matplotlib Figure
        Save it with ``.savefig``.

    Examples
    --------
    >>> from hotspots.timing import profile_times
    >>> frame = pd.DataFrame({"when": pd.to_datetime(["2018-07-01"]), "precision": "month"})
    >>> draw_times(profile_times(frame), title="Robbery, July 2018").axes[0].get_ylabel()
    'Records a day'
    """
    from matplotlib.figure import Figure

    require_columns(profile, ["incidents", "days", "expected"], what="The profile")
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    if isinstance(profile.index, pd.MultiIndex):
        _draw_week(figure, axes, profile)
    else:
        _draw_bars(axes, profile, calendar)
    axes.set_title(title, loc="left")
    return figure


def _draw_week(figure: Any, axes: Any, profile: pd.DataFrame) -> None:
    days = list(dict.fromkeys(profile.index.get_level_values(0)))
    grid = profile["incidents"].to_numpy(dtype=float).reshape(len(days), -1)
    image = axes.imshow(grid, aspect="auto", cmap="cividis")
    axes.set_yticks(range(len(days)), days)
    axes.set_xticks(range(0, 24, 3), [f"{hour:02d}:00" for hour in range(0, 24, 3)])
    figure.colorbar(image, ax=axes, label="Records")


def _draw_bars(axes: Any, profile: pd.DataFrame, calendar: pd.DataFrame | None) -> None:
    days = profile["days"].where(profile["days"] > 0).to_numpy(dtype=float)
    by_month = profile.attrs.get("by") == "month"
    across: Any = np.arange(len(profile))
    width: Any = 0.8
    if by_month:
        # dates across, so that a calendar can be laid over them
        across = (pd.DatetimeIndex(profile.index + "-01") - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
        across, width = across.to_numpy() + days / 2, days * 0.8
    axes.bar(across, profile["incidents"] / days, width=width, color="#2a5a8c")
    low, high = ((profile[name] / days).to_numpy() for name in ("chance_low", "chance_high"))
    middle = (profile["expected"] / days).to_numpy()
    axes.errorbar(across, middle, yerr=[middle - low, high - middle], fmt="none", ecolor="0.4", capsize=3)
    axes.set_ylabel("Records a day")
    axes.set_xlabel("Whiskers: where 95 in 100 even spreads would lie")
    axes.set_xticks(across, [str(label) for label in profile.index], rotation=90 if len(profile) > 8 else 0)
    if calendar is None:
        return
    if not by_month:
        raise InputError("Only a profile by month can be marked with a calendar", advice="by='month'")
    mark_calendar(axes, calendar)

"""Draw the idea of seven methods, one small picture each: python docs/methods/draw_ideas.py [FOLDER].

From the demonstration data (severity, change, patrols) or from a toy that can be checked by eye (the others).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from boundaries import attach_areas
from hotspots import assign_hotspots, choose_patrols, find_hotspots, read_incidents, weigh_incidents
from hotspots.checks import CRS
from hotspots.severity.weights import read_weights
from maps.disclosure.suppression import hide_small_table

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "maps" / "demo" / "leeds_july_2016_2017_2018.zip"
BLUE, ORANGE, GREY = "#0b3c5d", "#b35900", "#999999"  # told apart under every colour vision, and in grey
JULYS = ("July 2016", "July 2017", "July 2018")


def plain(axes: Axes, title: str, **limits: tuple[float, float]) -> None:
    """Give an axis its title and nothing else."""
    axes.set(xticks=[], yticks=[], **limits)
    axes.spines[:].set_visible(False)
    axes.set_title(title, size=10, loc="left")


def box(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    """Draw words in a box."""
    edge = {"boxstyle": "round,pad=0.5", "edgecolor": colour, "facecolor": "white", "linewidth": 1.5}
    axes.text(x, y, text, ha="center", va="center", size=9, bbox=edge)


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow."""
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": GREY, "lw": 1.5})


def draw_reading(figure: Figure) -> None:
    """Show the questions that each row is asked, in their order."""
    axes = figure.subplots()
    asked = (
        "As many fields\nas the header?",
        "A date that\ncan be read?",
        "A place in\nGreat Britain?",
        "Not read\nbefore?",
    )
    for i, words in enumerate(asked):
        box(axes, i, 1, words, BLUE)
        box(axes, i, 0, "not used:\nfile, line, cause", ORANGE)
        arrow(axes, (i, 0.72), (i, 0.24))
        axes.text(i + 0.05, 0.48, "no", size=9)
        arrow(axes, (i + 0.36, 1), (i + 0.63, 1))
        axes.text(i + 0.44, 1.08, "yes", size=9)
    box(axes, len(asked), 1, "used", BLUE)
    plain(axes, "Every row ends in one of the two: rows read = used + not used", xlim=(-0.5, 4.4), ylim=(-0.4, 1.5))


def draw_severity(figure: Figure) -> None:
    """Show the weight of each category with its range over the forces."""
    axes = figure.subplots()
    table = read_weights("cchi-2026").sort_values("weight", kind="stable").reset_index(drop=True)
    axes.hlines(table.index, table["low"], table["high"], color=ORANGE, linewidth=5)
    axes.plot(table["weight"], table.index, "o", color=BLUE)
    axes.set(xscale="log", yticks=table.index, yticklabels=table["label"], xlabel="days for one offence")
    axes.set_title("One robbery weighs as much as 365 thefts from a shop", size=10, loc="left")
    for days in (1, 10, 100, 365):
        axes.axvline(days, color="#dddddd", linewidth=0.8, zorder=0)
    axes.set_xticks([1, 10, 100, 365], ["1", "10", "100", "365"])


def draw_boundaries(figure: Figure) -> None:
    """Attach four points to two drawn areas with a gap and an overlap, by the rule itself."""
    axes = figure.subplots()
    west = shapely.Polygon([(0, 0), (52, 0), (52, 30), (48, 30), (48, 60), (0, 60)])
    east = shapely.Polygon([(49, 0), (100, 0), (100, 60), (52, 60), (52, 30), (49, 30)])
    areas = gpd.GeoDataFrame({"code": ["W", "E"], "name": ["West", "East"]}, geometry=[west, east], crs=CRS)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([20, 51.5, 49.5, 115], [45, 15, 45, 30]), crs=CRS)
    attached, sums = attach_areas(points, {"ward": areas})
    for shape, colour in zip(areas.geometry, (BLUE, ORANGE), strict=True):
        axes.fill(*shape.exterior.xy, color=colour, alpha=0.25)
        axes.plot(*shape.exterior.xy, color=colour)
    said = ("inside West", "in both: deepest in", "in a gap: nearest is", "outside")
    for point, name, words in zip(points.geometry, attached["ward_name"], said, strict=True):
        full = f"{words} {name}" if words.endswith(("in", "is")) else words
        axes.plot(point.x, point.y, "ko", markersize=5)
        axes.annotate(full, (point.x, point.y), (point.x + 1.5, point.y + 4), size=9)
    total = sums.iloc[0]
    title = f"{total['accepted']} points = " + " + ".join(
        f"{total[way]} {way}" for way in ("inside", "tie", "nearest", "outside")
    )
    plain(axes, title, xlim=(-2, 130), ylim=(-2, 62))
    axes.text(10, 4, "West", color=BLUE, size=12)
    axes.text(85, 4, "East", color=ORANGE, size=12)


def draw_change(figure: Figure) -> None:
    """Count places in three Julys, chosen on each of them in turn: the chosen month is always high."""
    axes = figure.subplots()
    incidents, _ = read_incidents(DEMO)
    years = incidents["when"].dt.year
    styles = zip((2016, 2017, 2018), (BLUE, GREY, ORANGE), ("o-", "s--", "^:"), strict=True)
    for year, colour, style in styles:
        month = incidents[years == year].reset_index(drop=True)
        spots = find_hotspots(month, count=100, resamples=0)
        own = incidents[assign_hotspots(incidents, spots).notna()]
        counts = own["when"].dt.year.value_counts().reindex([2016, 2017, 2018])
        axes.plot(JULYS, counts, style, color=colour, label=f"chosen on July {year}")
    total = years.value_counts().reindex([2016, 2017, 2018])
    axes.set_ylabel("records in the 100 discs")
    axes.set_ylim(0)
    axes.legend(fontsize=9, frameon=False, loc="lower right")
    whole = " to ".join(f"{n:,}" for n in total)
    axes.set_title(f"The chosen month is always the highest (all of Leeds: {whole})", size=10, loc="left")


def draw_patrols(figure: Figure) -> None:
    """Draw what each further officer adds."""
    axes = figure.subplots()
    incidents, _ = read_incidents(DEMO)
    incidents["harm"] = weigh_incidents(incidents)
    spots = find_hotspots(incidents, resamples=0)
    _, further = choose_patrols(spots, officers=4, vehicles=2, shift="14:00-22:00", break_minutes=30)
    axes.step(further["officers"], 100 * further["share_of_harm"], where="post", color=BLUE, marker="o")
    for row in further.itertuples():
        axes.annotate(
            f"{row.stops}", (row.officers, 100 * row.share_of_harm), (0, 6), size=8, textcoords="offset points"
        )
    axes.set_xticks(further["officers"])
    axes.set(xlabel="officers on duty", ylabel="% of all harm in the stops kept", ylim=(0, None))
    axes.set_title("What more officers add (the number: stops that can be kept)", size=10, loc="left")


def draw_plans(figure: Figure) -> None:
    """Show the periods of a plan on a line of time."""
    axes = figure.subplots()
    parts = (
        (0, 12, "selection\nchooses the place", GREY),
        (12, 12, "baseline\nthe “before”", BLUE),
        (24, 6, "response\nsame months", ORANGE),
    )
    for start, length, words, colour in parts:
        axes.barh(1, length, left=start, height=0.5, color=colour, alpha=0.35, edgecolor=colour)
        axes.text(start + length / 2, 1, words, ha="center", va="center", size=9)
    for month, words in ((12, "plan opened:\nareas, comparison, measures fixed"), (30, "assessed:\nan entry is added")):
        axes.annotate(words, (month, 0.74), (month, 0.2), ha="center", size=9, arrowprops={"arrowstyle": "->"})
    plain(axes, "Three periods kept apart: what chose the place never judges it", xlim=(-1, 36), ylim=(-0.1, 1.5))


def draw_disclosure(figure: Figure) -> None:
    """Hide small counts of a two-way table, and those that would give them back."""
    table = pd.DataFrame(
        [[2, 14, 9], [7, 20, 11], [16, 8, 30]],
        index=["High Street", "Mill Lane", "Station"],
        columns=["Burglary", "ASB", "Other"],
    )
    hidden = hide_small_table(table, threshold=5)
    small = (table > 0) & (table < 5)
    for axes, masked, title in zip(
        figure.subplots(1, 2), (small, hidden), ("The small one alone: 25 − 14 − 9 = 2", "As written"), strict=True
    ):
        shown = table.astype("str").mask(masked, "not shown")
        shown["total"], sums = (
            table.sum(axis=1).astype("str"),
            [*table.sum().astype("str"), str(table.to_numpy().sum())],
        )
        shown.loc["total"] = sums
        colours = np.full(shown.shape, "white", dtype=object)
        colours[: len(table), : len(table.columns)][masked.to_numpy()] = "#f2d5b8"
        plain(axes, title)
        drawn = axes.table(
            shown.to_numpy(),
            rowLabels=list(shown.index),
            colLabels=list(shown.columns),
            cellColours=colours.tolist(),
            bbox=[0.2, 0.1, 0.8, 0.8],
        )
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(8)


PICTURES: dict[str, tuple[Callable[[Figure], None], tuple[float, float]]] = {
    "reading": (draw_reading, (8, 2.4)),
    "severity": (draw_severity, (7, 3.8)),
    "boundaries": (draw_boundaries, (7, 3.4)),
    "change": (draw_change, (7, 3.6)),
    "patrols": (draw_patrols, (7, 3.4)),
    "plans": (draw_plans, (8, 2.4)),
    "disclosure": (draw_disclosure, (8.4, 2.2)),
}


def main(folder: Path = HERE) -> None:
    """Draw them all into a folder."""
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    for name, (draw, size) in PICTURES.items():
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(folder / f"{name}.png", dpi=90, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

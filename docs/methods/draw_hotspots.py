"""Draw the pictures of the page on hotspots: python docs/methods/draw_hotspots.py (demonstration data)."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from small_png import save_small

from hotspots import find_hotspots, read_incidents, weigh_incidents

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "maps" / "demo"
WINDOW = (428_300, 432_300, 432_300, 435_700)  # metres: the centre of Leeds


def show(axes: Axes, incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, title: str, window: tuple[int, ...]) -> None:
    """Draw snap points, sized by incidents, and numbered outlines."""
    stacks = incidents.geometry.value_counts()
    where = gpd.GeoSeries(stacks.index)
    axes.scatter(where.x, where.y, s=1 + stacks.to_numpy() / 3, color="#999999", linewidth=0)
    spots.boundary.plot(ax=axes, color="#b2182b", linewidth=1.2)
    for rank, row in spots.iterrows():
        middle = row.geometry.representative_point()
        if shapely.box(*window).contains(middle):
            axes.text(middle.x, middle.y, str(rank), size=7, ha="center", va="center", weight="bold")
    axes.set(xlim=window[::2], ylim=window[1::2], xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_title(title, size=9, loc="left")
    axes.set_aspect("equal")


def hot_streets(axes: Axes) -> None:
    """Invent exact points along three streets of a small network: no open data has them."""
    lines = [[(x, 0), (x, 600)] for x in range(0, 801, 200)] + [
        [(x, y), (x + 200, y)] for y in (0, 300, 600) for x in range(0, 800, 200)
    ]
    streets = gpd.GeoDataFrame(geometry=[shapely.LineString(line) for line in lines], crs=27700)
    rng = np.random.default_rng(1)
    hot = np.column_stack([rng.uniform(200, 600, 60), rng.normal(300, 4, 60)])
    rest = np.column_stack([rng.uniform(0, 800, 40), rng.choice([0, 600], 40) + rng.normal(0, 4, 40)])
    xy = np.concatenate([hot, rest])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=27700)
    streets.plot(ax=axes, color="#999999", linewidth=0.8)
    spots = find_hotspots(points, method="streets", streets=streets, resamples=0)
    show(axes, points, spots, "Streets (invented points, exact coordinates)", (-60, -60, 860, 660))


def main() -> None:
    """Find by each method and draw."""
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    mpl.rcParams["svg.hashsalt"] = "hotspots"
    incidents, _ = read_incidents(DEMO / "leeds_july_2016_2017_2018.zip")
    incidents["harm"] = weigh_incidents(incidents)
    discs = find_hotspots(incidents)
    figure = Figure(figsize=(11, 12), layout="constrained")
    axes = figure.subplots(3, 2)
    show(axes[0, 0], incidents, discs, "Discs: 100 of radius 150 m, numbered worst first by harm", WINDOW)
    dense = find_hotspots(incidents, method="dbscan", min_incidents=60, resamples=0)
    show(axes[0, 1], incidents, dense, "DBSCAN: 60 incidents within 150 m", WINDOW)
    split = find_hotspots(incidents, method="dbscan", min_incidents=60, max_diameter=600, resamples=0)
    show(axes[1, 0], incidents, split, "The same, split where wider than 600 m", WINDOW)
    cells = find_hotspots(incidents, method="cells", resamples=0)
    show(
        axes[1, 1],
        incidents,
        cells,
        "Cells: touching 250 m squares with a significant Gi*",
        (424_500, 428_500, 436_500, 438_700),
    )
    hot_streets(axes[2, 0])
    worst = discs.head(20)
    ranks = worst.index.to_numpy()
    axes[2, 1].hlines(ranks, worst["rank_low"], worst["rank_high"], color="#b2182b", linewidth=3)
    axes[2, 1].plot(ranks, ranks, "k.")
    axes[2, 1].invert_yaxis()
    axes[2, 1].set(xlabel="rank, 90% of the runs", ylabel="hotspot", yticks=ranks[::2])
    axes[2, 1].set_title("How firm the ranks of the 20 worst discs are", size=9, loc="left")
    save_small(figure, HERE / "hotspots.png", colours=16)


if __name__ == "__main__":
    main()

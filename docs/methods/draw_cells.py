"""Draw the picture of the page on cells from the demonstration data: python docs/methods/draw_cells.py."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from small_png import save_small

from hotspots import count_cells, measure_concentration, read_incidents, score_cells, smooth_density
from hotspots.cells.count_and_score import label_cells
from hotspots.checks import ASB
from hotspots.statistics.concentration import lorenz_curve

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "maps" / "demo"
WINDOW = (425_500, 430_500, 435_500, 437_500)  # metres: the middle of Leeds


def frame(axes: Axes, title: str) -> None:
    """Show the middle of Leeds only, without an axis."""
    axes.set(xlim=WINDOW[::2], ylim=WINDOW[1::2], xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_title(title, size=9, loc="left")
    axes.set_aspect("equal")


def main() -> None:
    """Count, score, smooth and draw."""
    logging.getLogger("safer_hotspots").setLevel("ERROR")
    incidents, _ = read_incidents(DEMO / "leeds_july_2016_2017_2018.zip")
    asb = incidents[(incidents["category"] == ASB) & (incidents["when"].dt.year == 2018)]
    leeds = gpd.read_file(DEMO / "leeds_best_fit_wards.geojson").to_crs(27700)
    cells = count_cells(asb, size=200, shape="hexagon", study_area=leeds)
    groups = label_cells(cells, score_cells(cells))
    surface = smooth_density(asb, cell=100, bandwidth=300, study_area=leeds)
    view = shapely.box(*WINDOW)
    near = cells.intersects(view)

    figure = Figure(figsize=(8.4, 5.6), layout="constrained")
    (count, gi), (density, curve) = figure.subplots(2, 2)
    colours = mpl.colormaps["Blues"]
    cells[near].plot(column="incidents", cmap=colours, vmax=25, ax=count, legend=True, edgecolor="white", linewidth=0.1)
    frame(count, "count_cells: ASB of July 2018 in hexagons of side 200 m")
    cells[near].plot(color="#eeeeee", ax=gi, edgecolor="white", linewidth=0.1)
    cells[near & (groups >= 0)].plot(color="#0b3c5d", ax=gi, edgecolor="white", linewidth=0.1)
    frame(gi, "score_cells: significantly high (Gi*, q < 0.05)")
    part = surface[surface.intersects(view)]
    part.plot(column="density", cmap=colours, ax=density, legend=True, edgecolor="face", linewidth=0.1)
    frame(density, "smooth_density: per km², bandwidth 300 m")

    shares = lorenz_curve(cells["incidents"])
    found = measure_concentration(cells).loc["top 2% of places hold"]
    curve.plot(100 * shares["share_of_places"], 100 * shares["share_held"], color="#0b3c5d", lw=2)
    heights = [100 * found["observed"], 100 * found["chance"]]
    for height, word, colour in zip(heights, ("recorded", "by chance alone"), ("#0b3c5d", "#b35900"), strict=True):
        curve.plot(2, height, "o", color=colour)
        curve.annotate(f"{height:.0f}% {word}", (2, height), (3.2, height - 5), color=colour, size=9)
    curve.set(xlim=(0, 20), ylim=(0, 101), xlabel="% of hexagons, worst first", ylabel="% of ASB")
    curve.set_title("measure_concentration: the top 2% hold", size=9, loc="left")
    save_small(figure, HERE / "cells.png")
    print(f"{len(asb)} ASB records, {len(cells)} hexagons, {(groups >= 0).sum()} significant")
    print(measure_concentration(cells).round(3).to_string())


if __name__ == "__main__":
    main()

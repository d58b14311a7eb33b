"""What streets cost the map of a made city: bytes, the first hotspot, every drawn frame; goals met or not.

    python benchmarks/map_speed.py [--times N]

A city of 25 by 20 km with a street every 80 m, a name for each, and main roads, is laid under 100 and under
300 hotspots; each map is opened in Chromium with its network cut, with streets and without, in turn. What is
counted is processor time, not the clock: another program on the computer changes it little. A frame's time is
that of the page's own thread; what all processes of the browser took is told beside it (without a graphics
card they also paint). Ends with 1 where a goal is not met. Some minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests" / "support"))
WEST, SOUTH, WIDE, TALL = 420_000, 425_000, 25_000, 20_000
MOST_BYTES, MOST_RATIO, MOST_FRAME = 400_000, 1.5, 33.0
FRAMES = 120
SETTLE = 400  # milliseconds after a page is there
PAN = """async ([lat, lng, frames]) => {
  const map = window[Object.keys(window).find((k) => k.startsWith('map_'))];
  map.setView([lat, lng], 15, {animate: false});
  await new Promise((done) => setTimeout(done, 300));
  const frame = () => new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    map.panBy([i % 40 < 20 ? 40 : -40, i % 2 ? 12 : -6], {animate: false});
    await frame();
  }
  await frame();
}"""


def made_city(seed: int = 0) -> gpd.GeoDataFrame:
    """Streets of a bent grid in pieces of 40 m, every tenth a main road, each line with a name."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, str, Any]] = []
    for across in (True, False):
        for at in range(0, TALL if across else WIDE, 80):
            along = np.arange(0, (WIDE if across else TALL) + 1, 40.0)
            bent = at + rng.normal(0, 4, len(along)).cumsum().clip(-60, 60)
            x, y = (along, bent) if across else (bent, along)
            line = np.column_stack([WEST + x, SOUTH + y])
            rank = 0 if at % 2400 == 0 else 1 if at % 1200 == 0 else 2
            for i in range(0, len(line) - 1, 15):
                name = f"{'Street' if across else 'Road'} {at // 80} {chr(65 + i // 15 % 26)}"
                rows.append((rank, name, shapely.LineString(line[i : i + 16])))
    ranks, names, shapes = zip(*rows, strict=True)
    ground = gpd.GeoDataFrame({"kind": "road", "rank": ranks, "name": names}, geometry=list(shapes), crs=27700)
    ground.attrs = {"kind": "ground", "credit": "Made up."}
    return ground


def made_spots(count: int) -> gpd.GeoDataFrame:
    """Hotspots, most of them near the middle as a city's are; none over another."""
    rng = np.random.default_rng(1)
    kept: list[Any] = []
    while len(kept) < count:
        x, y = rng.normal([WEST + WIDE / 2, SOUTH + TALL / 2], [4500, 3600])
        if all((x - a) ** 2 + (y - b) ** 2 > 300**2 for a, b in kept):
            kept.append((x, y))
    index = pd.RangeIndex(1, count + 1, name="rank")
    numbers = np.arange(count, 0, -1)
    columns = {"ref": [f"X{i:05d}" for i in index], "name": [f"Place {i}" for i in index], "incidents": numbers}
    discs = [shapely.Point(at).buffer(150, quad_segs=4) for at in kept]
    return gpd.GeoDataFrame({**columns, "harm": numbers * 31.0}, index=index, geometry=discs, crs=27700)


class Browser:
    """Chromium, and the processor time of all its processes or of a page's own thread."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def measure(self, path: Path, pan_at: list[float]) -> dict[str, float]:
        context = self.browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_offline(True)
        page = context.new_page()
        thread = context.new_cdp_session(page)
        thread.send("Performance.enable", {"timeDomain": "threadTicks"})

        def task() -> float:
            found = {m["name"]: m["value"] for m in thread.send("Performance.getMetrics")["metrics"]}
            return float(found["TaskDuration"]) * 1000

        page.goto(path.as_uri())
        page.locator("path.sh-spot").first.wait_for(state="attached")
        opened = task()
        page.wait_for_timeout(SETTLE)
        before, all_before = task(), _ticks()
        page.evaluate(PAN, [*pan_at, FRAMES])
        found = {"open": opened, "frame": (task() - before) / FRAMES, "all": (_ticks() - all_before) / FRAMES}
        context.close()
        return found


def _ticks() -> float:
    """Milliseconds of processor time of every process below this one (nought where it cannot be read)."""
    if not Path("/proc/self/stat").exists():
        return 0.0
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = sum(map(int, fields[11:13])) * 1000 / os.sysconf("SC_CLK_TCK")
    found, waiting = 0.0, list(children.get(os.getpid(), []))
    while waiting:
        pid = waiting.pop()
        found += spent[pid]
        waiting += children.get(pid, [])
    return found


def main() -> int:
    from browser_help import open_browser

    from maps import write_map

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="how often each map is opened; the middle counts")
    times = parser.parse_args().times
    ground, goals = made_city(), []
    with tempfile.TemporaryDirectory() as folder, open_browser() as opened:
        browser = Browser(opened)
        for count in (100, 300):
            spots = made_spots(count)
            at = spots.geometry.centroid.iloc[[0]].to_crs(4326).iloc[0]
            paths = {
                name: write_map(spots, Path(folder) / f"{count}-{name}.html", profile="open", ground=under)
                for name, under in (("plain", None), ("streets", ground))
            }
            runs: dict[str, list[dict[str, float]]] = {name: [] for name in paths}
            for _ in range(times):
                for name, path in paths.items():  # in turn: a slow minute hits both
                    runs[name].append(browser.measure(path, [at.y, at.x]))
            middle = {n: {k: median(r[k] for r in all_) for k in all_[0]} for n, all_ in runs.items()}
            more = paths["streets"].stat().st_size - paths["plain"].stat().st_size
            ratio = middle["streets"]["open"] / middle["plain"]["open"]
            plain, streets = middle["plain"], middle["streets"]
            for what, told, goal, met in (
                ("bytes more", f"{more / 1e6:.2f} MB", "0.4 MB", more <= MOST_BYTES),
                (
                    "to the first hotspot",
                    f"{ratio:.2f} times ({plain['open']:.0f} ms, then {streets['open']:.0f} ms)",
                    f"{MOST_RATIO:g} times",
                    ratio <= MOST_RATIO,
                ),
                (
                    "a drawn frame",
                    f"{streets['frame']:.1f} ms (without streets {plain['frame']:.1f} ms;"
                    f" of all processes {streets['all']:.1f} ms)",
                    f"{MOST_FRAME:g} ms",
                    streets["frame"] <= MOST_FRAME,
                ),
            ):
                print(f"{'met' if met else 'NOT MET':8}{count} hotspots, {what}: {told}; at most {goal}")
                goals.append(met)
    return int(not all(goals))


if __name__ == "__main__":
    sys.exit(main())

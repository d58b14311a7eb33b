"""A plan of visits and the log of what was done, made by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from hotspots.checks import CRS

STOPS = gpd.GeoDataFrame(
    {
        "rank": [1, 1, 2],
        "ref": ["SE01", "SE01", "SE02"],
        "name": ["Boar Lane", "Call Lane", "Kirkgate & Market"],
        "part": [1, 2, 0],
        "easting": [430_000.0, 430_400.0, 431_000.0],
        "northing": [433_000.0] * 3,
    },
    geometry=[box(e - 100, 432_900, e + 100, 433_100) for e in (430_000, 430_400, 431_000)],
    crs=CRS,
)


def plan(*rows: tuple[int, str]) -> pd.DataFrame:
    """Planned visits of 15 minutes and two officers: row of STOPS, time."""
    arrive = pd.to_datetime([t for _, t in rows])
    frame = STOPS.iloc[[i for i, _ in rows]][["rank", "ref", "name", "part"]].reset_index(drop=True)
    return frame.assign(
        date=arrive.normalize(),
        activity="visit",
        arrive=arrive,
        leave=arrive + pd.Timedelta(minutes=15),
        minutes=15.0,
        officer_minutes=30.0,
    )


PLAN = plan((0, "2026-11-30 14:00"), (2, "2026-11-30 14:30"), (0, "2026-11-30 16:00"), (0, "2026-12-01 14:00"))


LOG = """ref,part,arrived,left,officers,searches,arrests,mode
SE01,1,2026-11-30 14:05,2026-11-30 14:20,2,1,0,foot
SE01,1,2026-11-30 16:20,2026-11-30 16:30,2,0,1,foot
se02,,2026-11-30 18:00,2026-11-30 18:10,3,2,0,vehicle
"""


def write(path, text: str) -> str:
    path.write_text(text, encoding="utf-8-sig")
    return str(path)

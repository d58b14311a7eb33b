# %% [markdown]
# # Your own city
#
# For the analyst with a download from data.police.uk. The example is in the package: three Julys of Leeds.
# Change one line to the path of your own download, or set `MY_DOWNLOAD` before you start.

# %%
import os
from importlib.resources import files
from pathlib import Path

import pandas as pd

from hotspots import (
    assign_hotspots,
    backtest_hotspots,
    classify_trends,
    describe_records,
    draw_times,
    find_hotspots,
    profile_times,
    read_incidents,
    summarise_backtest,
    tabulate_rejects,
    weigh_incidents,
)
from maps import draw_map, write_map

example = files("maps") / "demo" / "leeds_july_2016_2017_2018.zip"
download = Path(os.environ.get("MY_DOWNLOAD", str(example)))
out = Path("out")
out.mkdir(exist_ok=True)

# %% [markdown]
# ## What is in it
#
# Look before you use it. The sentences below say what the file holds, which months are missing, and where a
# category stops: a gap in recording looks just like a fall in crime.

# %%
incidents, rejects = read_incidents(download)
print("\n".join(describe_records(incidents, rejects)))

# %%
tabulate_rejects(incidents, rejects).groupby("cause")["rejected"].sum()

# %% [markdown]
# Rows without coordinates keep their month and category, so totals still count them. They cannot be in a
# hotspot.
#
# ## When

# %%
draw_times(profile_times(incidents), title="Records by month")

# %% [markdown]
# ## Where
#
# Ten discs are enough for a first look, or for a place as small as the City of London; a whole city wants
# a hundred. The harm weights are the national mix; a force with a mix of its own gives it as `scheme`.

# %%
incidents["harm"] = weigh_incidents(incidents)
spots = find_hotspots(incidents, count=10)
spots[["name", "incidents", "harm", "share_of_incidents", "rank_low", "rank_high", "stability", "note"]]

# %% [markdown]
# Which of them are there to stay? A place is "hot" in a month when it has clearly more than its ground
# would explain. That takes ten months or more without a gap, which the example has not.

# %%
months = sorted(incidents["when"].dt.to_period("M").astype(str).unique())
long_enough = len(months) >= 10 and len(pd.period_range(months[0], months[-1], freq="M")) == len(months)
own = assign_hotspots(incidents, spots)
spots[["name"]].join(classify_trends(incidents, by=own)) if long_enough else f"{len(months)} months: too few"

# %% [markdown]
# ## Was the choice good
#
# Choose on the first two thirds of the months, score on the last third, which had no part in the choice.
# Every method gets the same ground. `hit_rate` is the share of the last third's records that the chosen
# places hold.

# %%
last = len(months) // 3
splits = [(months[:-last], months[-last:])]
scores = backtest_hotspots(incidents, count=10, splits=splits)
summarise_backtest(scores)

# %% [markdown]
# ## Take it with you

# %%
period = f"{incidents['when'].min():%B %Y} to {incidents['when'].max():%B %Y}"
path = write_map(draw_map(spots, source="police.uk", period=period), out / "our-city.html")
print(f"Open {path}")

# %% [markdown]
# Next: put the download into a folder made by `hotspots init`, name your wards in its configuration, and
# let `hotspots run` write the whole pack.

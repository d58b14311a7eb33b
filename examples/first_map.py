# %% [markdown]
# # A first map
#
# For the analyst. Three Julys of Leeds, as recorded by the police, come with the toolkit. In a minute you
# have a list of places, know how firm it is, and hold a map that opens anywhere.

# %%
from importlib.resources import files
from pathlib import Path

from boundaries import attach_areas, read_areas, summarise_areas
from hotspots import (
    count_cells,
    draw_concentration,
    find_hotspots,
    measure_concentration,
    read_incidents,
    weigh_incidents,
)
from maps import draw_map, write_map

demo = files("maps") / "demo"
out = Path("out")
out.mkdir(exist_ok=True)

# %% [markdown]
# ## Read
#
# Every row of the file ends in one of two tables: incidents, or rows not used, with the cause. Nothing is
# lost.

# %%
incidents, rejects = read_incidents(demo / "leeds_july_2016_2017_2018.zip")
print(f"{len(incidents):,} rows used, {len(rejects):,} not used")
incidents["category"].value_counts()

# %% [markdown]
# ## Weigh
#
# A robbery is not a stolen bicycle. The Cambridge Crime Harm Index counts the days in prison that a court
# starts from. Anti-social behaviour has no weight in any index. Here it counts 1 day, and that is our
# choice, not a finding.

# %%
incidents["harm"] = weigh_incidents(incidents, scheme="cchi-2026-west-yorkshire")
incidents.groupby("category")["harm"].agg(["count", "sum"]).sort_values("sum", ascending=False)

# %% [markdown]
# ## Whose area is it
#
# Each incident goes to one ward or to none, and the sum is shown. (These are best-fit wards, made of census
# areas; they are not the official ones.)

# %%
wards = read_areas(demo / "leeds_best_fit_wards.geojson", name="ward")
incidents, sums = attach_areas(incidents, {"ward": wards})
sums

# %%
summarise_areas(incidents, wards, layer="ward").head(6)

# %% [markdown]
# ## Where
#
# Discs of 150 metres, placed where each adds most. Discs that touch become one hotspot. Read three columns
# before you read the rank: `rank_low` and `rank_high` say where the place would stand if the counts had
# fallen out a little differently, `stability` says how often it is found again at all.

# %%
spots = find_hotspots(incidents, radius=150, count=50)
spots, _ = attach_areas(spots, {"ward": wards}, incidents=incidents)
columns = ["name", "ward_name", "incidents", "harm", "rank_low", "rank_high", "stability", "note"]
spots[columns].head(10)

# %% [markdown]
# One of them is a prison: what happens inside is recorded at its gate. `note` says so. Ask before you send
# anybody.
#
# ## Is it more than chance
#
# Throw the same number of incidents at random on a map, and some places hold more than others. So a share
# means little without the share that chance alone gives. `chance` stands beside what was `observed`.

# %%
cells = count_cells(incidents, size=200)
measure_concentration(cells)

# %%
draw_concentration(cells)

# %% [markdown]
# ## Show it
#
# In the notebook, and as one file to hand on. The file needs no internet: copy it to a stick, open it by
# double-click.

# %%
words = {"source": "police.uk", "period": "July 2016, 2017 and 2018"}
write_map(draw_map(spots, layers={"Best-fit wards": wards}, **words), out / "first-map.html")
draw_map(spots, layers={"Best-fit wards": wards}, **words)

# %% [markdown]
# **Before you hand it on:** which of these places have a wide rank range or a low stability? Say so aloud.
# The guide "Which hotspots this month?" has the questions to ask.

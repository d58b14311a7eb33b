# %% [markdown]
# # A month in the life of a partnership
#
# From ten systems' exports to the pack for Thursday's meeting, twice: November, and December with
# November's references and plans. The exports are **made up** and say so in every row; the wards are real
# ground. Swap in your own files.

# %%
import shutil
from importlib.resources import files
from pathlib import Path

import pandas as pd
from synthetic_exports import write_exports

from hotspots import list_unmatched, read_sources, suggest_layouts
from maps import open_plan, save_plan
from maps.cli import main as hotspots

team = Path("out") / "a-month"
shutil.rmtree(team, ignore_errors=True)
exports = team / "exports"
write_exports(exports, rows=300, until="2024-11-30")[["file", "layout", "rows"]]

# %% [markdown]
# ## 1. The exports arrive
#
# One system has renamed a column since last month. That happens; here we do it ourselves.

# %%
cases = exports / "synthetic-council-asb-cases.csv"


def rename_a_column():
    cases.write_bytes(cases.read_bytes().replace(b"Date Received", b"Logged on", 1))


rename_a_column()
assert hotspots(["check", str(cases), "--layout", "council-asb-cases"]) == 2  # 2: something to put right

# %% [markdown]
# `check` wrote nothing. It says which columns it looked for, and what the file has. Not sure which layout a
# file wants? Ask:

# %%
suggest_layouts(exports / "synthetic-noise-calls.tsv").head(3)

# %% [markdown]
# ## 2. One configuration
#
# One table for each source, each with its layout. The council's cases get the one line that differs. The
# two police.uk exports are left out: they are the public copy of the force's own records, and reading both
# would count crimes twice.

# %%
configuration = """
title = "An invented partnership"
place = "the district"
seed = 1
as_of = 2024-11-30
plans = "plans"

[sources.police]
files = "exports/synthetic-force-crime.csv"
layout = "force-crime"

[sources.police_asb]
files = "exports/synthetic-force-asb.csv"
layout = "force-asb"

[sources.council_cases]
files = "exports/synthetic-council-asb-cases.csv"
layout = { base = "council-asb-cases", columns = { when = "Logged on" } }

[sources.council_requests]
files = "exports/synthetic-council-asb-requests.xlsx"
layout = "council-asb-requests"

[sources.noise]
files = "exports/synthetic-noise-calls.tsv"
layout = "noise-calls"

[sources.ambulance]
files = "exports/synthetic-ambulance.csv"
layout = "ambulance"

[sources.fire]
files = "exports/synthetic-fire.gpkg"
layout = "fire"

[sources.collisions]
files = "exports/synthetic-stats19.csv"
layout = "stats19"

[areas.ward]
file = "wards.geojson"
name = "ward"

[hotspots]
count = 12
resamples = 10

[output]
drafts = 1
"""
(team / "team.toml").write_text(configuration, encoding="utf-8")
wards = shutil.copyfile(files("maps") / "demo" / "leeds_best_fit_wards.geojson", team / "wards.geojson")

# %% [markdown]
# ## 3. Whose words are whose
#
# Each system has words of its own for the same trouble. A crosswalk, a table that comes with the layout,
# turns them into nine shared priorities. A word that no crosswalk knows is counted and listed, never
# guessed.

# %%
incidents, rejects = read_sources(
    {
        "noise": {"files": exports / "synthetic-noise-calls.tsv", "layout": "noise-calls"},
        "ambulance": {"files": exports / "synthetic-ambulance.csv", "layout": "ambulance"},
    },
    as_of="2024-11-30",
)
list_unmatched(incidents)

# %% [markdown]
# ## 4. November
#
# The whole job is one command. On the console: `hotspots run team.toml --out november`.

# %%
assert hotspots(["run", str(team / "team.toml"), "--out", str(team / "november")]) == 0

# %%
seen = ["rank", "ref", "name", "incidents", "rank_low", "rank_high", "stability"]
pd.read_csv(team / "november" / "hotspots.csv")[seen]

# %% [markdown]
# Look at the last column. Six busy streets were planted in these data, and six places stand firm. The rest
# have a handful of records and are found again in few of the re-runs: that is what chance looks like in a
# list. Count on the first, not on the second.
#
# ## 5. The manager writes
#
# A first plan was drafted for the worst place. In real life somebody types in Word, and the words are read
# back. Here a line does the typing.

# %%
(record,) = (team / "plans").glob("*.toml")
plan = open_plan(record)
plan.set_field("heading.owner", "Neighbourhood sergeant")
plan.set_field("actions.1.action", "Walk the street with the residents' group")
plan.set_field("actions.1.due", "06/12/2024")
save_plan(plan, record)
plan.title

# %% [markdown]
# ## 6. December
#
# New exports, two lines changed: the day it stands for, and where last month's results are. Places keep
# their references, so "SE27..." is the same street in both months. The rank may move; the reference does
# not.

# %%
write_exports(exports, rows=300, until="2024-12-31")
rename_a_column()
december = configuration.replace("2024-11-30", "2024-12-31").replace("count = 12", 'count = 12\nprevious = "november"')
(team / "team.toml").write_text(december, encoding="utf-8")
assert hotspots(["run", str(team / "team.toml"), "--out", str(team / "december")]) == 0

# %%
pd.read_excel(team / "december" / "tables.xlsx", sheet_name="Since the last run", header=2)

# %% [markdown]
# The sergeant's words are still in the plan, and the action is in the workbook as overdue.

# %%
open_plan(record).fields()["actions.1.action"]

# %%
pd.read_excel(team / "december" / "tables.xlsx", sheet_name="Open actions", header=2)

# %% [markdown]
# ## 7. The pack for one ward's meeting
#
# Only that ward's hotspots, plans and open actions.

# %%
pack = team / "armley"
assert hotspots(["pack", str(team / "team.toml"), "--area", "ward:Armley", "--out", str(pack)]) == 0
sorted(path.name for path in pack.rglob("*") if path.is_file())

# %% [markdown]
# **What may go to whom?** These are partners' records, so the tool chose the profile `partner`: marked, and
# counts under 5 not shown. `rejects.csv` stays with the analyst. The guide "What may I send to whom?" has
# the table.

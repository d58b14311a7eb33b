# %% [markdown]
# # Patrols and cameras
#
# For the planner with four officers, two marked vehicles, ten temporary cameras and six priority wards. At
# the end you have a week to hand out: cards, a calendar, a map. The data have months only, no hours; the
# depot and the dates are examples.

# %%
from importlib.resources import files
from pathlib import Path

import pandas as pd

from boundaries import attach_areas, read_areas, read_lookup
from hotspots import (
    choose_patrols,
    find_hotspots,
    place_cameras,
    read_incidents,
    share_patrol_time,
    timetable_patrols,
    weigh_incidents,
)
from maps import draw_map, patrol_layers, write_calendar, write_cards, write_map

demo = files("maps") / "demo"
out = Path("out") / "patrols"
out.mkdir(parents=True, exist_ok=True)

wards = read_areas(demo / "leeds_best_fit_wards.geojson", name="ward")
incidents, _ = read_incidents(demo / "leeds_july_2016_2017_2018.zip")
incidents["harm"] = weigh_incidents(incidents, scheme="cchi-2026-west-yorkshire")
incidents, _ = attach_areas(incidents, {"ward": wards})
spots = find_hotspots(incidents, count=92, by="harm")
spots, _ = attach_areas(spots, {"ward": wards}, incidents=incidents)
print(f"{len(spots)} hotspots")

# %% [markdown]
# ## What can four officers keep
#
# A visit of a quarter of an hour, and again within two hours. That rule, not the software, decides how many
# places one vehicle can hold: about five. So most places are left out, and each row says why.

# %%
facts = read_lookup("leeds-2024").set_index("name")
team = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00", "break_minutes": 30, "depot": (431_500, 433_900)}
choice, further = choose_patrols(
    spots,
    **team,
    incidents=incidents,
    priority=facts.index[facts["priority"]].tolist(),
    max_share_outside_priority=0.4,
    minimum_per_area={"Armley": 1},
)
chosen = choice[choice["chosen"]]
chosen[["rank", "name", "ward_name", "share_of_harm", "why"]]

# %%
covered = chosen["share_of_harm"].sum()
print(f"{len(chosen)} of {len(choice)} places are patrolled: {covered:.1%} of all recorded harm.")
choice.loc[~choice["chosen"], "why"].value_counts()

# %% [markdown]
# What would more officers add? Officers who do not fill a vehicle add nothing.

# %%
further

# %% [markdown]
# ## Harm or ASB: choose with open eyes
#
# Each aim gives up something on the other. Say in the meeting which one you chose.

# %%
asb = ["Anti-social behaviour"]
by_asb, _ = choose_patrols(spots, **team, incidents=incidents, by="incidents", profile=asb)
by_harm, _ = choose_patrols(spots, **team, incidents=incidents)
ways = {"all harm": by_harm, "ASB incidents": by_asb}
rows = {
    name: {
        "share of harm": by_harm.loc[way["chosen"], "share_of_harm"].sum(),
        "share of ASB incidents": by_asb.loc[way["chosen"], "share_of_incidents"].sum(),
    }
    for name, way in ways.items()
}
pd.DataFrame(rows).T.rename_axis("chosen by")

# %% [markdown]
# ## The rounds
#
# A round that always runs A, B, C is soon known. The order is drawn, with a recorded seed, among all orders
# that keep the two hours. `choices` says from how many stops each next one was drawn.

# %%
timetable, rounds = timetable_patrols(choice, **team, start="2026-11-23", seed=2026)
rounds

# %%
day = timetable[timetable["date"] == timetable["date"].min()]
day[["vehicle", "arrive", "leave", "activity", "name", "walk"]].head(8)

# %% [markdown]
# ## Is it fair
#
# Patrols find what they look for. A ward whose share of minutes is far above its share of harm, most of all
# its harm without the offences that police activity itself detects, deserves a question before the next
# choice.

# %%
fair = share_patrol_time(timetable, choice, incidents)
fair[fair["minutes"] > 0]

# %% [markdown]
# The same by deprivation: 1 is the most deprived tenth.

# %%
share_patrol_time(timetable, choice, incidents, deciles=facts["imd_decile"])

# %% [markdown]
# ## Ten cameras
#
# Together these ten reach more harm within 100 metres than any other ten: proven, not guessed. If the last
# three add next to nothing, put up seven.

# %%
cameras = place_cameras(incidents, count=10, radius=100)
cameras[["name", "marginal_share_of_harm", "cumulative_share_of_harm", "cumulative_share_of_incidents"]]

# %%
asb_cameras = place_cameras(incidents, count=10, radius=100, by="incidents", profile=asb)
asb_cameras[["name", "cumulative_share_of_incidents"]]

# %% [markdown]
# ## Hand it out
#
# One card a shift, a calendar, a map that opens anywhere, and the tables. They say where officers will be:
# they are marked, and not for the public.

# %%
choice.drop(columns="geometry").to_csv(out / "patrols.csv")
timetable.drop(columns="geometry").to_csv(out / "timetable.csv", index=False)
cameras.drop(columns="geometry").to_csv(out / "cameras.csv")
write_cards(timetable, out, title="Capable Guardian, Leeds: an example", seed=2026)
write_calendar(timetable, out / "patrols.ics", title="Capable Guardian")
layers = {"Best-fit wards": wards, **patrol_layers(timetable), "Cameras": cameras}
write_map(draw_map(spots, layers=layers, profile="internal"), out / "patrols.html")
sorted(path.name for path in out.iterdir())

# %% [markdown]
# Next week, read the log of visits back (`record_visits`): what was planned is not what was done. And write
# down today what you will compare in six months: see "Did it work?".

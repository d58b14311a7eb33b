# %% [markdown]
# # Did it work?
#
# For whoever has to write a paragraph for a board. First the trap that catches everybody, then the way
# round it. Data: three Julys of Leeds. **Nothing was done in these places.** Whatever looks like a success
# here is none.

# %%
from importlib.resources import files

import pandas as pd

from hotspots import InputError, assess_response, assign_hotspots, find_hotspots, read_incidents

incidents, _ = read_incidents(files("maps") / "demo" / "leeds_july_2016_2017_2018.zip")
month = incidents["when"].dt.year.map("July {}".format)
month.value_counts().sort_index()

# %% [markdown]
# ## The trap
#
# Choose the worst places of July 2017. Come back in July 2018 and count again.

# %%
worst = find_hotspots(incidents[month == "July 2017"], count=100, merge=False, resamples=0)
counts = pd.crosstab(assign_hotspots(incidents, worst), month)
naive = counts[["July 2017", "July 2018"]].sum()
naive

# %% [markdown]
# A clear fall in the chosen places. Yet all Leeds **rose** between the two months, as the first table
# shows, and nobody had done anything. The places were chosen *because* July 2017 was bad there. Part of a
# bad month is bad luck, and luck does not last. Look at the same places a year earlier: July 2016 was lower
# too.

# %%
counts.sum().rename("in the 100 places chosen on July 2017").to_frame().T

# %% [markdown]
# Any training, any leaflet, any operation would have "worked" here. This is how most success stories are
# made, in good faith.
#
# ## The way round it
#
# Keep three periods apart: choose on one, take the "before" from a **later** one, and compare with places
# chosen the same way that had no response. Here: chosen on July 2016, before is July 2017, after is July
# 2018.

# %%
first = incidents[month == "July 2016"].reset_index(drop=True)
spots = find_hotspots(first, count=60, resamples=0)
targets = spots.iloc[10:20]
others = spots.drop(index=targets.index)
when = {"start": "2018-07-01", "end": "2018-07-31"}
result = assess_response(incidents, targets, others=others, selected_on="2016-07", **when)
print("\n\n".join(result.lines()))

# %% [markdown]
# Read it in this order.
#
# 1. **What could be seen at all**: which true fall is called one, and how often.
# 2. **The verdict**, with its four counts. "No clear change" is not "it failed": it is "these figures
#    cannot say".
# 3. **The interval.** When it holds zero, no change can be claimed.
# 4. **How often the test is fooled** in areas where nothing was done. It should be about 5%.
#
# ## The toolkit will not let you fall in
#
# Take the month that chose the places as the "before" month, and it stops and says why.

# %%
trapped = {"start": "2017-07-01", "end": "2017-07-31", "selected_on": "2016-07"}
try:
    assess_response(incidents, targets, others=others, **trapped)
except InputError as error:
    print(error)

# %% [markdown]
# You may force it. The result then opens with a warning that stays in the sentence wherever it is copied.

# %%
forced = assess_response(incidents, targets, others=others, allow_overlap=True, **trapped)
print(forced.verdict)

# %% [markdown]
# The same questions, with a board paper to fill in: the guide "Did it work?". For a plan that was opened
# before the response, one command does it: `hotspots assess`.

"""A time profile with small counts leaves them, and what would tell them, out."""

from __future__ import annotations

import pandas as pd

from hotspots import profile_times
from maps.disclosure.gate import profile_named
from maps.job.time_profiles import hide_times


def test_months_with_small_counts_are_blank_and_others_stay():
    months = {"2018-01-01": 2, "2018-02-01": 3, "2018-03-01": 40, "2018-04-01": 50}
    when = pd.to_datetime([month for month, count in months.items() for _ in range(count)])
    table = profile_times(pd.DataFrame({"when": when, "precision": "month"}))
    shown = hide_times(table, profile_named("partner"))
    assert shown["incidents"].isna().tolist() == [True, True, False, False]
    assert shown["expected"].isna().tolist() == [True, True, False, False]
    assert shown["incidents"].iloc[2:].tolist() == [40, 50]
    assert shown["days"].tolist() == table["days"].tolist()
    assert table["incidents"].notna().all()

"""Which days the records cover, so that bins of time are compared by the day."""

import numpy as np
import pandas as pd

from hotspots.common.when import precision_of, spans_of


def covered_days(incidents: pd.DataFrame) -> pd.DatetimeIndex:
    """Days the records cover: the months that have any, or every day from the first to the last.

    Records dated to the month cover their months, whole, and places their windows; those dated to the day
    cover all days from the first to the last, with or without a record.
    """
    spans = spans_of(incidents)
    monthly = (precision_of(incidents) == "month").to_numpy() & spans["start"].notna().to_numpy()
    parts = []
    for first, end in spans.loc[monthly, ["start", "end"]].drop_duplicates().itertuples(index=False):
        parts.append(pd.date_range(first, end, freq="D", inclusive="left"))
    exact = spans.loc[~monthly, "start"].dropna()
    if len(exact):
        parts.append(pd.date_range(exact.min().normalize(), exact.max().normalize(), freq="D"))
    days = np.concatenate([part.to_numpy() for part in parts]) if parts else np.array([], dtype="datetime64[ns]")
    return pd.DatetimeIndex(np.unique(days))

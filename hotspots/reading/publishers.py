"""Who published each record: the source, or the force, council or office within it that the layout names."""

import pandas as pd

FORCE = "raw_force"  # the layout's column of who publishes, as `read_incidents` keeps it
COLUMNS = (FORCE, "raw_Reported by", "Reported by")  # police.uk's keeps its own name


def publishers_of(incidents: pd.DataFrame) -> pd.Series:
    """Name who published each row: its force, where rows of the source name one, else its source."""
    source = (
        incidents["source"].astype("str")
        if "source" in incidents.columns
        else pd.Series("the data", index=incidents.index, dtype="str")
    )
    known = [incidents[name].astype("object") for name in COLUMNS if name in incidents.columns]
    if not known:
        return source
    force = known[0]
    for other in known[1:]:
        force = force.fillna(other)
    force = force.fillna("").astype("str")
    spelt: dict[str, str] = {}
    for text in force.unique():
        spelt.setdefault(" ".join(text.split()).casefold(), " ".join(text.split()))
    force = force.map({text: spelt[" ".join(text.split()).casefold()] for text in force.unique()})
    pairs = pd.DataFrame({"force": force, "source": source}).drop_duplicates()
    shared = pairs["force"][pairs["force"].duplicated()]
    force = force.where(~force.isin(shared), force + " (" + source + ")")
    return force.where(force.str.strip().ne("") & ~force.str.startswith(" ("), source).astype("str")

"""What people read above the columns of a table, with units."""

import re

import pandas as pd

from hotspots.common.judgement_words import AGAIN
from hotspots.common.plan_words import start_sentence
from maps.common.escape import clean

# Heading with its unit, and the number format, of the columns that our tables have.
HEADS: dict[str, tuple[str, str]] = {
    "rank": ("Rank (1 the worst)", "0"),
    "ref": ("Reference", "@"),
    "code": ("Code", "@"),
    "name": ("Name", "@"),
    "incidents": ("Records (number)", "#,##0"),
    "harm": ("Harm score (days)", "#,##0"),
    "harm_low": ("Harm score, low weights (days)", "#,##0"),
    "harm_high": ("Harm score, high weights (days)", "#,##0"),
    "share_of_incidents": ("Share of records (%)", "0.0%"),
    "share_of_harm": ("Share of harm (%)", "0.0%"),
    "marginal_share_of_harm": ("Share of harm added (%)", "0.0%"),
    "cumulative_share_of_harm": ("Share of harm so far (%)", "0.0%"),
    "marginal_share_of_incidents": ("Share of records added (%)", "0.0%"),
    "cumulative_share_of_incidents": ("Share of records so far (%)", "0.0%"),
    "action": ("What to do", "@"),
    "stability": (f"{start_sentence(AGAIN)} as one place in re-runs (%)", "0%"),
    "found_again": ("Of its records, in hotspots again in re-runs (%)", "0%"),
    "expected": ("By chance, a place this size would hold (number)", "#,##0.0"),
    "expected_nearby": ("At the rate within 500 m, it would hold (number)", "#,##0.0"),
    "observed": ("As recorded (share, or Gini)", "0.000"),
    "chance": ("By chance (mean)", "0.000"),
    "chance_low": ("By chance, low end of 90%", "0.000"),
    "chance_high": ("By chance, high end of 90%", "0.000"),
    "hit_rate": ("Captured (% of the next period)", "0.0%"),
    "hit_low": ("Captured, low end of 90%", "0.0%"),
    "hit_high": ("Captured, high end of 90%", "0.0%"),
    "best_possible": ("Best possible with such units (%)", "0.0%"),
    "asked": ("Units asked for (number)", "0"),
    "pai": ("PAI (predictive accuracy index)", "0.0"),
    "pei": ("PEI (PAI / best possible)", "0.00"),
    "recapture": ("Recapture rate index", "0.00"),
    "ceiling": ("PEI if the true rates were known", "0.00"),
    "behind": ("Behind the best (points)", "0.0%"),
    "behind_low": ("Behind the best, low end of 90%", "0.0%"),
    "behind_high": ("Behind the best, high end of 90%", "0.0%"),
    "wins": ("Captured most (splits)", "0"),
    "near_best": ("Not told from the best (splits)", "0"),
    "default_location": ("Kind of place records default to", "@"),
    "default_location_share": ("Records of that place (%)", "0%"),
    "largest_offence_share": ("Largest single offence (% of harm)", "0%"),
    "one_offence": ("One offence is over half of the harm", "@"),
    "snap_point": ("All at one map point", "@"),
    "harm_rank_low": ("Best rank by harm, low to high weights", "0"),
    "harm_rank_high": ("Worst rank by harm, low to high weights", "0"),
    "places": ("Map points (number)", "#,##0"),
    "kind": ("Kind", "@"),
    "parts": ("Parts", "@"),
    "rank_low": ("Best rank, nine times in ten", "0"),
    "rank_high": ("Worst rank, nine times in ten", "0"),
    "trend": ("Over time", "@"),
    "streets": ("Streets, busiest first", "@"),
    "population": ("Population (people)", "#,##0"),
    "rate": ("Rate (records per 1,000 residents)", "#,##0.0"),
    "rate_from": ("Rate, low end of the range (records per 1,000 residents)", "#,##0.0"),
    "rate_to": ("Rate, high end of the range (records per 1,000 residents)", "#,##0.0"),
    "rate_shrunk": ("Rate, steadied (records per 1,000 residents)", "#,##0.0"),
    "rate_shrunk_from": ("Rate, steadied, low end (records per 1,000 residents)", "#,##0.0"),
    "rate_shrunk_to": ("Rate, steadied, high end (records per 1,000 residents)", "#,##0.0"),
    "easting": ("Easting (m)", "0"),
    "northing": ("Northing (m)", "0"),
    "radius": ("Radius (m)", "0"),
    "minutes": ("Minutes", "#,##0"),
    "visits": ("Visits (number)", "#,##0"),
    "incidents_from": ("Records, low end of the range", "#,##0"),
    "incidents_to": ("Records, high end of the range", "#,##0"),
    "harm_from": ("Harm score, low end of the range", "#,##0"),
    "harm_to": ("Harm score, high end of the range", "#,##0"),
    "rank_by_incidents_from": ("Best rank by records that the ranges allow", "0"),
    "rank_by_incidents_to": ("Worst rank by records that the ranges allow", "0"),
    "rank_by_harm_from": ("Best rank by harm that the ranges allow", "0"),
    "rank_by_harm_to": ("Worst rank by harm that the ranges allow", "0"),
    "small_numbers": ("Numbers too small to rank by", "@"),
    "largest_single_share": ("Largest single offence (% of harm)", "0.0%"),
    "move_metres": ("Move (m)", "0"),
    "before": ("Records before (number)", "#,##0"),
    "after": ("Records after (number)", "#,##0"),
}
_OF_HARM = ("largest_offence_share", "one_offence", "largest_single_share")
# Words of column names that people do not read; what they read instead stands in the glossary.
_SAID = {
    "incidents": "records",
    "rejected": "not used",
    "accepted": "used",
    "comparator": "comparison area",
    "asb": "ASB",
}


def name_head(column: str, *, per: float) -> str:
    """Heading of a column with its unit; ``per`` is how many residents a rate is for."""
    head = HEADS.get(column, (_plain_head(column), ""))[0]
    return head.replace("per 1,000 residents", f"per {per:,g} residents")


def _plain_head(column: str) -> str:
    """Heading of a column that has none of its own: what its name says, in the words that people read."""
    words = clean(column).replace("_", " ")
    for ours, said in _SAID.items():
        words = re.sub(rf"(?<!ASB )\b{ours}\b", said, words)
    return words[:1].upper() + words[1:]


def without_harm(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns that speak of harm where none of them holds anything.

    Examples
    --------
    >>> without_harm(pd.DataFrame({"incidents": [3], "harm": [float("nan")]})).columns.tolist()
    ['incidents']
    """
    spoken = [c for c in table.columns if "harm" in str(c) or c in _OF_HARM]
    return (
        table
        if table[spoken].drop(columns="one_offence", errors="ignore").notna().any(axis=None)
        else (table.drop(columns=spoken))
    )

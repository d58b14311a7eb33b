"""Over what the rates by area are, in words."""

from collections.abc import Mapping

import pandas as pd

from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_months
from maps.config.settings import Config
from maps.job.compare import months_of
from maps.job.job import Job


def say_rates(job: Job) -> str:
    """Say over what the rates by area are, where there are any, and what they leave out."""
    rated = any("rate" in table.columns for table in job.area_sums.values())
    if not may_say("rate per resident", rated, why="no layer has numbers of residents"):
        return ""
    period = say_months(months_of(job.dated))
    said = f"Rates are per 1,000 residents for the whole of the period ({period}), not for a year."
    return " ".join(filter(None, (said, say_centre(job.config, job.area_sums))))


def say_centre(config: Config, sums: Mapping[str, pd.DataFrame]) -> str:
    """Say that rates leave out what lies in the city centre, where there are rates and a centre."""
    named = [layer for layer, given in config.areas.items() if "easting" in given]
    if not named or not any("rate" in table.columns for table in sums.values()):
        return ""
    return f"Rates per resident leave out the records in '{named[0].replace('_', ' ')}', where few people live."

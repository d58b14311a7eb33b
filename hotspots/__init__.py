"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from hotspots.checks import InputError
from hotspots.incidents import read_incidents
from hotspots.rejects import diagnose_rejects, refuse_systematic, tabulate_rejects
from hotspots.sara import draft_plan
from hotspots.severity import list_schemes, read_weights, weigh_incidents

__all__ = [
    "InputError",
    "diagnose_rejects",
    "draft_plan",
    "list_schemes",
    "read_incidents",
    "read_weights",
    "refuse_systematic",
    "tabulate_rejects",
    "weigh_incidents",
]

"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from hotspots.checks import InputError

__all__ = ["InputError"]

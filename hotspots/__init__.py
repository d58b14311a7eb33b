"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

import lazy_loader

import hotspots._moved as _moved  # noqa: F401  (old names of modules)

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

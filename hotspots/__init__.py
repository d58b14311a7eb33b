"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

import lazy_loader

import hotspots._moved as _moved

_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = _moved.find_further(__name__, _find)
__version__ = "0.1.0"

"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

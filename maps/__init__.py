"""What leaves the building: maps, plans, tables and the pack, through one gate."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Places to areas: wards, Local Area Plans and every boundary a partnership uses, each incident once."""

import lazy_loader

import hotspots._moved as _moved

_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = _moved.find_further(__name__, _find)

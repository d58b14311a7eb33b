"""Places to areas: wards, Local Area Plans and every boundary a partnership uses, each incident once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

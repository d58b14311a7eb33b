"""The public names of this room, each said once: read by `lazy_loader`, type checkers and editors."""

from .areas import read_areas as read_areas
from .attach import attach_areas as attach_areas
from .download import download_areas as download_areas
from .layers import read_layers as read_layers
from .nest import centre_area as centre_area
from .nest import nest_areas as nest_areas
from .summarise import summarise_areas as summarise_areas

"""Save a figure as a small PNG of few colours, the same bytes each time: for the scripts beside this one."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image


def save_small(figure: Figure, path: Path, *, colours: int = 64, dpi: int = 90) -> None:
    """Write a figure in so many colours at most, without dithering."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
    reduced = Image.open(drawn).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    reduced.save(path, format="png", optimize=True)

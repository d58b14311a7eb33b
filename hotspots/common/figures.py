"""Figures that a notebook shows by themselves."""

import io
from typing import Any


def new_figure(**options: Any) -> Any:
    r"""Make an empty figure that shows itself as the last line of a notebook's cell.

    A plain ``matplotlib.figure.Figure`` shows there as text, unless pyplot was set up for it first.

    Examples
    --------
    >>> new_figure(figsize=(2, 1))._repr_png_()[:4]
    b'\x89PNG'
    """
    from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        def _repr_png_(self) -> bytes:
            written = io.BytesIO()
            self.savefig(written, format="png", dpi=110)
            return written.getvalue()

    return NotebookFigure(**options)

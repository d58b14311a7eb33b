"""Plans as documents people can open: Word and a page to print."""

from __future__ import annotations

import re
from pathlib import Path

from hotspots.checks import InputError
from hotspots.plan_record import Plan
from maps.plan_blocks import Picture, Pictures
from maps.plan_content import lay_out_plan
from maps.plan_html import render_html
from maps.plan_word import render_word


def write_plan(
    plan: Plan,
    folder: str | Path,
    *,
    map_png: bytes | None = None,
    marking: str = "",
) -> list[Path]:
    """Write a plan as ``.docx`` and ``.html`` into a folder.

    Parameters
    ----------
    plan : Plan
        From `hotspots.draft_plan`.
    folder : str or Path
        Where to write; made when absent.
    map_png : bytes, optional
        A static map of the place. None: no map.
    marking : str
        Protective marking for the head and foot of every page.

    Returns
    -------
    list of Path
        The two files written.

    Raises
    ------
    InputError
        When the document is open in another program or cannot be written.
    """
    stem = Path(folder) / file_stem(plan)
    alt = f"Map of {plan.title}: the hotspot's outline, nearby streets and neighbouring hotspots."
    pictures = Pictures((Picture(map_png, alt, f"Figure 1. {plan.title}."),)) if map_png else None
    document = lay_out_plan(plan, pictures=pictures, marking=marking)
    files = {".docx": render_word(document), ".html": render_html(document).encode()}
    written = []
    for suffix, data in files.items():
        path = stem.with_name(stem.name + suffix)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise InputError(
                "The plan cannot be written",
                given=f"{path}: {error.strerror}",
                advice="close the document if it is open in Word",
            ) from error
        written.append(path)
    return written


def file_stem(plan: Plan) -> str:
    """File name of a plan without its ending: reference and street, safe on every system.

    Examples
    --------
    >>> file_stem(Plan(ref="SE30213345", title="Boar Lane, Little London & Woodhouse"))
    'SE30213345-boar-lane'
    """
    name = re.sub(r"[^a-z0-9]+", "-", plan.title.split(",")[0].lower()).strip("-")[:40].strip("-")
    ref = re.sub(r"[^A-Za-z0-9]+", "-", plan.ref).strip("-")[:40]
    return "-".join(filter(None, (ref, name))) or "plan"

"""Plans as documents people can open: Word and a page to print."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from hotspots.common.option_classes import take_options
from hotspots.plans.person_names import refuse_names
from hotspots.plans.record import Plan
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content, kinds_in_plan
from maps.disclosure.gate import OPEN_SOURCES, Profile, name_category, profile_named
from maps.documents.to_html import render_html
from maps.documents.to_word import render_word
from maps.documents.word_fields import fingerprint, read_fields
from maps.plans.content import lay_out_plan
from maps.plans.pictures import Look, draw_pictures
from maps.plans.read_back import refuse_newer


def write_plan(plan: Plan, folder: str | Path, **look: Any) -> list[Path]:
    """Write a plan as ``.docx`` and ``.html`` into a folder, the same content in both.

    Parameters
    ----------
    plan : Plan
        From `hotspots.draft_plan` or `hotspots.read_plan`.
    folder : str or Path
        Where to write; made when absent. The files are named after the plan's reference and title.
    spots : GeoDataFrame, optional
        The hotspots, for the map of the place and its neighbours. None: no map.
    layers : dict of GeoDataFrame, optional
        Areas and other layers for that map.
    map_png : bytes, optional
        A picture of the place to use instead.
    profile : str, optional
        Disclosure profile. None: the one it was written under before, else "open" for published data and
        "partner" for all other.
    marking : str, optional
        Protective marking for the head and foot of every page. None: as before, else the profile's own.
    attribution : str, optional
        Licence of the data and boundaries. None: as before, else the licence of police.uk data where used.
    **look
        Those above, from ``spots`` on.

    Returns
    -------
    list of Path
        The Word document and the page.

    Raises
    ------
    InputError
        When the document there was changed since it was written (`maps.open_plan` reads it back), is open
        in another program, or the plan shows smaller counts than the profile allows.
    """
    return write_documents(plan, Path(folder) / file_stem(plan), take_options(Look, look, of="write_plan"))


@dataclass(frozen=True)
class Rendered:
    """A plan's documents before they are written, and what its record will say of them."""

    word: bytes
    page: bytes
    document: dict[str, Any]


def write_documents(plan: Plan, stem: Path, look: Look) -> list[Path]:
    """Write a plan's Word document and page under a given name; otherwise as `write_plan`."""
    made = render_plan(plan, look)
    refuse_newer(plan, stem.with_name(f"{stem.name}.docx"))
    written = write_rendered(made, stem)
    plan.document = made.document
    return written


def write_rendered(made: Rendered, stem: Path) -> list[Path]:
    """Write documents over whatever stands under that name: callers have made sure of its words."""
    word, page = (stem.with_name(stem.name + suffix) for suffix in (".docx", ".html"))
    for path, data in ((word, made.word), (page, made.page)):
        write_file(path, data)
    return [word, page]


def render_plan(plan: Plan, look: Look) -> Rendered:
    """Make a plan's Word document and page, and refuse what may not leave under the profile."""
    refuse_names(plan)
    who, given = _profile_of(plan, look.profile), look.marking
    pictures = draw_pictures(plan, replace(look, profile=who))
    shown = plan.document.get("marking") if given is None else given
    # nobody's choice where it is none: words that people wrote since are marked now
    shown = shown or (follow_content(who, kinds_in_plan(plan)).marking if given is None else "")
    named = plan.document.get("attribution", _licence(plan)) if look.attribution is None else look.attribution
    document = lay_out_plan(plan, pictures=pictures, marking=shown, attribution=named)
    word = render_word(document)
    written = read_fields(f"{plan.ref}.docx", data=word)
    said = {"profile": who.name, "marking": shown, "attribution": named}
    said |= {"text": fingerprint(written.fixed), "controls": written.controls}
    return Rendered(word, render_html(document).encode(), said)


def _licence(plan: Plan) -> str:
    used = set(plan.scanning.get("source_names", ())) & OPEN_SOURCES
    return "Contains police.uk data, Open Government Licence v3.0." if used else ""


def _profile_of(plan: Plan, profile: str | Profile | None) -> Profile:
    """Profile to write under; refused where the plan shows smaller counts than it allows."""
    known = profile if profile is not None else plan.document.get("profile")
    who = profile_named(known, sources=plan.scanning.get("source_names", []))
    _refuse_small(plan, who)
    types = [str(row["type"]) for row in plan.scanning.get("types", ())]
    apart = [name for name in types if name_category(name) != name]
    if apart and who.name != "internal":
        raise InputError(
            f"The plan names types of record that have no line of their own under profile '{who.name}'",
            given=", ".join(apart),
            advice="draft it with maps.update_plans: it gives them one name; 'internal' is for signatories",
        )
    return who


def _refuse_small(plan: Plan, who: Profile) -> None:
    drafted = int(plan.scanning.get("threshold", 0))
    if plan.covers != "person" and drafted < who.threshold:
        raise InputError(
            f"The plan shows counts under {who.threshold}: these may not leave under profile '{who.name}'",
            given=f"drafted with threshold={drafted}",
            advice=f"draft_plan(..., threshold={who.threshold}); profile='internal' for its signatories only",
        )
    counts = [n for entry in plan.assessments for row in entry.get("counts", ()) for n in row.values()]
    small = [n for n in counts if isinstance(n, int) and 0 < n < who.threshold]
    if small:
        raise InputError(
            f"The plan's assessment shows counts under {who.threshold}: not under profile '{who.name}'",
            given=f"{len(small)} of them",
            advice="profile='internal' for those who may see them, or a longer period",
        )


def file_stem(plan: Plan) -> str:
    """File name of a plan without its ending: reference and street, safe on every system.

    Examples
    --------
    >>> file_stem(Plan(ref="SE30213345", title="Boar Lane, Little London & Woodhouse"))
    'SE30213345-boar-lane'
    """
    place = str(plan.frozen["name"] if "problem" in plan.frozen else plan.title).split(",")[0]  # whatever it counts
    name = re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-")[:40].strip("-")
    ref = re.sub(r"[^A-Za-z0-9]+", "-", plan.ref).strip("-")[:40]
    return "-".join(filter(None, (ref, name))) or "plan"

"""What somebody added to a map after it was drawn: no gate has seen it."""

import re
from collections import Counter
from typing import Any

from hotspots.checks import InputError, announce
from hotspots.common.wording import say_list
from maps.disclosure.gate import Profile

_UNNAMED = re.compile(r"[a-z_]+_[0-9a-f]{32}")  # the name that Folium gives what is added without one


def list_added(drawn: Any, own: Any) -> list[str]:
    """Name the kinds of element that stand on a Folium map, or on its page, beside our own panel.

    ``drawn`` is the map, ``own`` the panel; whatever is nested is counted with what holds it.
    """
    root, ours = drawn.get_root(), (drawn, own)
    places = [drawn, root, root.header, root.html, root.script]
    found = [
        type(child).__name__
        for place in places
        for name, child in place._children.items()
        if _UNNAMED.fullmatch(name)
        and not any(child is one or name == one.get_name() for one in ours)
        and child not in (root.header, root.html, root.script)
    ]
    return [f"{number:,} {kind}" for kind, number in Counter(found).items()]


def check_added(drawn: Any, own: Any, who: Profile) -> None:
    """Refuse additions to a map on which small numbers are hidden; of any other, say that they are there."""
    added = list_added(drawn, own)
    if added and who.threshold:
        raise InputError(
            f"Something was added to the map after it was drawn: profile '{who.name}' cannot answer for it",
            given=say_list(added),
            advice="give it to draw_map among its layers, where small counts are hidden; or leave it out",
        )
    if added:
        announce(f"Added to the map by hand, and checked by nobody: {say_list(added)}. {who.audience}")

"""Files beside the records that cannot be read: each is named, and the rest of the month is done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hotspots.checks import InputError, UnreadableError, announce
from hotspots.common.wording import say_list
from maps.config.settings import Config, Patrols


@contextmanager
def going_without(what: str) -> Iterator[None]:
    """Name a file that cannot be read, and go on without it.

    Never for what the numbers hang on: records, study area, the polygons or streets that are the list.
    """
    try:
        yield
    except UnreadableError as error:
        announce(f"{what} is left out, and the rest is done: {error}")


def without_layers(config: Config, left: Mapping[str, InputError]) -> Config:
    """Go on without layers that cannot be read, and without what was asked of them; all of it is named."""
    if not left:
        return config

    def gone(area: Any) -> bool:
        return str(area).partition(":")[0].strip() in left

    for error in dict.fromkeys(map(str, left.values())):
        names = [f"[areas.{layer}]" for layer, one in left.items() if str(one) == error]
        verb = "is" if len(names) == 1 else "are"
        announce(f"{say_list(names)} {verb} left out, and the rest is done: {error}")
    drafts = config.output.drafts
    asked = drafts if isinstance(drafts, list) else []
    boards = {name: page for name, page in config.boards.items() if not gone(page.get("area", ""))}
    patrols = Patrols.holding() if gone(config.patrols.get("area", "")) else config.patrols
    lost = [f"the plan for {text}" for text in asked if gone(text)]
    lost += [f"[boards.{name}]" for name in config.boards if name not in boards]
    lost += ["[patrols]"] if patrols != config.patrols else []
    if lost:
        announce(f"So there is nothing of what was asked of them: {say_list(lost)}.")
    return config.changed(
        areas={layer: given for layer, given in config.areas.items() if layer not in left},
        output=config.output.changed(drafts=[t for t in asked if not gone(t)]) if asked else config.output,
        boards=boards,
        patrols=patrols,
    )

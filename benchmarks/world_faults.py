"""Known faults put back into the code, each by name, so that it can be seen that fresh worlds find it.

``python benchmarks/worlds.py --break NAME --within 50``. A patch is made in the child in which a command
runs. It need not be the old code: it does to a user what the old code did.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


def replace(module: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put another function in the place of one, wherever it was imported to."""
    old = getattr(import_module(module), name)
    new = make(old)
    for loaded in list(sys.modules.values()):
        if getattr(loaded, "__name__", "").split(".")[0] in ("hotspots", "boundaries", "maps"):
            for key, value in list(vars(loaded).items()):
                if value is old:
                    setattr(loaded, key, new)


def wrapped(old: Any, new: Any) -> Any:
    return functools.wraps(old)(new)


def count_from_nothing() -> None:
    """What is infinite passes the door, and the workbook refuses it."""

    def known(old: Any) -> Any:
        return wrapped(old, lambda v: v if isinstance(v, float) and math.isinf(v) else old(v))

    def cells(old: Any) -> Any:
        return wrapped(old, lambda frame: frame.copy())

    replace("maps.disclosure.not_finite", "known", known)
    replace("maps.disclosure.not_finite", "known_cells", cells)


def three_vehicles() -> None:
    def split(old: Any) -> Any:
        def fails(*given: Any, vehicles: int, **options: Any) -> Any:
            return [][0] if vehicles > 2 else old(*given, vehicles=vehicles, **options)

        return wrapped(old, fails)

    replace("hotspots.patrols._rounds", "split_stops", split)


def styled_geopackage() -> None:
    def choose(old: Any) -> Any:
        def fails(source: Any, layers: Any, layer: Any, want: str, name: str) -> Any:
            if layer is None and want == "areas" and len(layers) > 1:
                checks = import_module("hotspots.checks")
                given = f"{name}: {', '.join(found for found, _ in layers)}"
                raise checks.InputError("This file has more than one layer of areas", given=given, advice="layer")
            return old(source, layers, layer, want, name)

        return wrapped(old, fails)

    replace("hotspots.files.geofiles", "_choose", choose)


def stated_extent() -> None:
    """A workbook is read as far as it says that it goes."""
    import openpyxl.worksheet._read_only as reader

    reader.ReadOnlyWorksheet.reset_dimensions = lambda self: None


def nested_zip() -> None:
    """A zip in a zip is passed over, and nobody says so."""
    readers = import_module("hotspots.files.input_files")
    readers.DEPTH = 0


def no_limit() -> None:
    """What is packed is unpacked, whatever it comes to."""
    unpacking = import_module("hotspots.files.unpacking")
    unpacking.MAX_BYTES = unpacking.MAX_RATIO = 1 << 60


def name_with_a_star() -> None:
    """A file whose own name is a pattern's brings its neighbours along."""

    def expand(old: Any) -> Any:
        from pathlib import Path

        def neighbours(pattern: Any) -> Any:
            path = Path(pattern)
            return sorted(path.parent.glob(path.name)) if "*" in path.name else old(pattern)

        return wrapped(old, neighbours)

    replace("hotspots.files.named_files", "expand", expand)


def square_brackets() -> None:
    """Brackets in the name of a folder are signs of a pattern."""

    def expand(old: Any) -> Any:
        from pathlib import Path

        def as_pattern(pattern: Any) -> Any:
            return [] if "[2024]" in str(Path(pattern)) else old(pattern)

        return wrapped(old, as_pattern)

    replace("hotspots.files.named_files", "expand", expand)


def agreed_on() -> None:
    """A key of the list's own table goes to the finder, which has no such option."""
    mainlist = import_module("maps.job.main_list")
    mainlist.FINDER = (*mainlist.FINDER, "agreed_on")


def same(value: Any, *_: Any, **__: Any) -> Any:
    return value


def words_as_ids() -> None:
    """A word for nothing is an ID like another, and many rows have it."""
    replace("hotspots.common.words_for_nothing", "is_nothing", lambda old: lambda text, **_: not text.strip())
    replace("hotspots.reading.duplicates", "drop_shared_ids", lambda old: lambda judged, own_id: own_id)


def rounded_ids() -> None:
    replace("hotspots.common.words_for_nothing", "blank_rounded", lambda old: same)
    replace("hotspots.reading.duplicates", "drop_shared_ids", lambda old: lambda judged, own_id: own_id)


def shared_ids() -> None:
    replace("hotspots.reading.duplicates", "drop_shared_ids", lambda old: lambda judged, own_id: own_id)


def api_overlap() -> None:
    replace("hotspots.reading.rows", "event_keys", lambda old: lambda rows, own: own)


def half_a_character() -> None:
    replace("hotspots.files.file_formats", "_mend", lambda old: same)


def small_plan() -> None:
    """One plan that cannot be drafted or saved stops the month, as does one that cannot be read."""
    import contextlib

    shelf = import_module("maps.plans.shelf").Shelf
    shelf.sparing = lambda self, record: contextlib.nullcontext()


def document_before_record() -> None:
    """The first of the two times a record is written is left out: the document goes before it."""

    def write(old: Any) -> Any:
        return wrapped(old, lambda plan, path: None if "unfinished" in plan.document else old(plan, path))

    replace("hotspots.plans.toml_file", "write_record", write)


def record_gone() -> None:
    """A document whose record is gone is nobody's, and a blank draft goes over it."""
    folder = import_module("maps.plans.open_folder")
    folder.adopt = lambda plan, word: None
    replace("maps.plans.read_back", "refuse_newer", lambda old: lambda *_, **__: None)
    replace("maps.plans.read_back", "keep_edited", lambda old: lambda *_, **__: None)
    folder.free_record = lambda home, plan: home / f"{folder.file_stem(plan)}.toml"


def mark_of_an_empty_field() -> None:
    """Words under the mark of an empty field, or in its style with three dots, are a hint."""

    def text(old: Any) -> Any:
        def hinted(control: Any, *tag: Any) -> Any:
            word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
            if control.find(f"{word}sdtPr/{word}showingPlcHdr") is not None:
                return ""
            styles = {style.get(f"{word}val") for style in control.iter(f"{word}rStyle")}
            found = old(control, *tag)
            return "" if styles == {"Placeholder"} and found.endswith("\u2026") else found

        return wrapped(old, hinted)

    replace("maps.documents.word_fields", "_text_of", text)


def same_field_twice() -> None:
    """A field that was changed in the document and in the record stops this run and every later one."""

    def merge(old: Any) -> Any:
        def both(here: str, entry: Any) -> Any:
            found = old(here, entry)
            if entry.text and here and found not in (here.strip(), entry.text):
                raise SystemExit("Error: A field was changed in the document and in the record")
            return found

        return wrapped(old, both)

    replace("maps.plans.read_back", "merge_words", merge)


def copies_ignored() -> None:
    """A copied or renamed document is passed over, and nobody says so."""
    replace("maps.plans.shelf", "say_strays", lambda old: lambda strays: None)


def no_lock() -> None:
    """Two runs write into one folder of plans as if each were alone."""
    import contextlib

    replace("maps.plans.lock", "only_writer", lambda old: lambda folder: contextlib.nullcontext())


def text_outside() -> None:
    """What was typed outside the fields is kept nowhere."""
    replace("maps.plans.read_back", "keep_edited", lambda old: lambda *_, **__: None)


def layer_that_cannot_be_read() -> None:
    """One damaged file of areas ends the month."""

    def read(old: Any) -> Any:
        return wrapped(old, lambda settings, left=None, **given: old(settings, **given))

    replace("boundaries.layers", "read_layers", read)


def calendar_that_never_ends() -> None:
    """One calendar that cannot be used ends the month."""

    def read(old: Any) -> Any:
        def fails(path: Any, **how: Any) -> Any:
            try:
                return old(path, **how)
            except ValueError as error:
                raise SystemExit(str(error)) from error

        return wrapped(old, fails)

    replace("hotspots.common.calendar_files", "read_calendar_file", read)


@dataclass(frozen=True)
class Fault:
    """A fault by what puts it back, and the events one of which a world must have drawn to meet it."""

    put: Callable[[], None]
    needs: tuple[str, ...]


FAULTS: dict[str, Fault] = {
    "count from nothing": Fault(count_from_nothing, ("[changes] of a kind that begins",)),
    "three vehicles": Fault(three_vehicles, ("vehicles: 3 to 5", "vehicles: 8 and more")),
    "styled geopackage": Fault(styled_geopackage, ("areas as styled gpkg", "areas as gpkg with more")),
    "stated extent": Fault(stated_extent, ("records: dimension",)),
    "nested zip": Fault(nested_zip, ("form: nested zip",)),
    "no limit": Fault(no_limit, ("stopped by: bomb",)),
    "name with a star": Fault(name_with_a_star, ("records: star",)),
    "square brackets": Fault(square_brackets, ("records: brackets",)),
    "agreed on": Fault(agreed_on, ("[agreed]",)),
    "words as IDs": Fault(words_as_ids, ("records: id words",)),
    "rounded IDs": Fault(rounded_ids, ("records: id rounded",)),
    "shared IDs": Fault(shared_ids, ("records: id shared",)),
    "overlap of the API": Fault(api_overlap, ("records: overlap",)),
    "half a character": Fault(half_a_character, ("records: surrogate",)),
    "one plan stops all": Fault(
        small_plan, ("step: leave open", "step: damage document", "step: damage record", "step: flatten")
    ),
    "document before record": Fault(document_before_record, ("step: assess struck at the plans",)),
    "record gone": Fault(record_gone, ("step: delete record",)),
    "mark of an empty field": Fault(mark_of_an_empty_field, ("step: type keeps mark", "step: type keeps style")),
    "same field twice": Fault(same_field_twice, ("step: type both",)),
    "copies ignored": Fault(copies_ignored, ("step: copy", "step: rename document")),
    "no lock": Fault(no_lock, ("step: two runs at once",)),
    "text outside": Fault(text_outside, ("step: type outside",)),
    "layer that cannot be read": Fault(
        layer_that_cannot_be_read, ("stopped by: areas damaged", "stopped by: areas empty")
    ),
    "calendar that never ends": Fault(calendar_that_never_ends, ("stopped by: calendar unclosed",)),
}

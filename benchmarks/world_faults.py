"""Known faults put back into the code, each by name, so that it can be seen that fresh worlds find it.

``python benchmarks/worlds.py --break NAME --worlds 50 --until-found``. A patch is made in the child in which
a command runs. It need not be the old code: it does to a user what the old code did.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
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
                raise checks.InputError(
                    "This file has more than one layer of areas", given=given, advice="layer"
                )
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


def refusal(problem: str, given: str) -> Exception:
    error: Exception = import_module("hotspots.checks").InputError(problem, given=given, advice="mend it")
    return error


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
    def merge(old: Any) -> Any:
        def both(here: str, entry: Any) -> Any:
            found = old(here, entry)
            if entry.text and here and found not in (here.strip(), entry.text):
                raise refusal("The plan's document holds words that the plan does not have", "a field")
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


FAULTS: dict[str, Callable[[], None]] = {
    "count from nothing": count_from_nothing,
    "three vehicles": three_vehicles,
    "styled geopackage": styled_geopackage,
    "stated extent": stated_extent,
    "nested zip": nested_zip,
    "no limit": no_limit,
    "name with a star": name_with_a_star,
    "square brackets": square_brackets,
    "agreed on": agreed_on,
    "words as IDs": words_as_ids,
    "rounded IDs": rounded_ids,
    "shared IDs": shared_ids,
    "overlap of the API": api_overlap,
    "half a character": half_a_character,
    "one plan stops all": small_plan,
    "document before record": document_before_record,
    "record gone": record_gone,
    "mark of an empty field": mark_of_an_empty_field,
    "same field twice": same_field_twice,
    "copies ignored": copies_ignored,
    "no lock": no_lock,
    "text outside": text_outside,
}

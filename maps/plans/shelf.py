"""A folder of open plans as it is found: what can be written, what is left and why, what nobody claims."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspots.checks import InputError, Problems, announce
from hotspots.common.wording import say_list
from hotspots.plans.record import Plan, known_tag
from hotspots.plans.toml_file import read_plan
from maps.common.swap_folder import FULL, explain_os_error
from maps.documents.word_fields import W, tag_of
from maps.documents.word_files import open_word, refuse_damage, refuse_open
from maps.plans.read_back import read_back
from maps.plans.write_plan import file_stem

OTHER_KINDS = (".doc", ".docm", ".odt", ".rtf", ".pages")  # what people save a document as, and we do not read
COPY = re.compile(r" edited [\d-]*( \d+)?$")  # our own, which was named when it was made
TITLE = "Problem-solving plan (SARA): "
_REF = re.compile(r"\bPlan (\S+)\. (?:Opened|The blank)")
_CLAIM = re.compile(r"""^\s*(?:ref|asked)\s*=\s*["'](.+?)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Stray:
    """A document of ours that no record claims: whose it is, as far as it says."""

    path: Path
    ref: str = ""
    title: str = ""
    problem: str = ""


@dataclass
class Shelf:
    """Open plans of a folder by record, to be written or left; ``new`` has the fields changed in both."""

    plans: dict[Path, Plan] = field(default_factory=dict)
    shown: dict[Path, Plan] = field(default_factory=dict)  # left as they are, as far as they are known
    left: dict[Path, InputError] = field(default_factory=dict)
    new: dict[Path, list[str]] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)

    @contextmanager
    def sparing(self, record: Path) -> Iterator[None]:
        """Leave one plan as it is where it cannot be read or written, and go on with the others.

        A full disk is no matter of one plan: it ends the run.
        """
        try:
            yield
        except InputError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and cause.errno in FULL:
                raise explain_os_error(cause, record.parent) from cause
            self.left[record] = error
            if record in self.plans:
                self.shown[record] = self.plans.pop(record)

    def known(self) -> list[Plan]:
        """Every plan of which the record can be read."""
        return [*self.plans.values(), *self.shown.values()]

    def may_be(self, request: str) -> bool:
        """Whether a record that cannot be read may be of the plan that was asked for."""
        for record in set(self.left) - set(self.shown):
            with suppress(OSError):
                if request in _CLAIM.findall(record.read_text(encoding="utf-8", errors="ignore")):
                    return True
            if record.stem == request or record.stem.startswith(f"{request}-"):
                return True
        return False

    def stray_of(self, plan: Plan) -> Path | None:
        """Find the one document without a record that is of this plan."""
        others = {other.ref for other in self.known() if other is not plan}
        fit = [s for s in self.strays if s.ref and s.ref == plan.ref and not s.problem]
        fit = [s for s in fit if s.title == plan.title or plan.ref not in others]
        return fit[0].path if len(fit) == 1 else None

    def say(self, *, done: str) -> None:
        """Name, all at once, every plan that is left as it is, and every document that no record claims."""
        problems = Problems("Plans are left as found")
        for record, error in sorted(self.left.items()):
            given = "" if record.stem in error.problem else error.given
            problems.add(error.problem, given=given, advice=error.advice)
        if self.left:
            were = "1 plan is" if len(self.left) == 1 else f"{len(self.left)} plans are"
            announce(f"{were} left as found, {done}: {'; '.join(problems.found)}.")
        say_strays(self.strays)


def say_strays(strays: list[Stray]) -> None:
    """Name documents that no record claims."""
    if strays:
        told = say_list(f"“{s.path.name}”{f' ({told})' if (told := s.problem or s.ref) else ''}" for s in strays)
        one = len(strays) == 1
        said, them = ("1 document", "it") if one else (f"{len(strays)} documents", "them")
        announce(
            f"{said} in the folder of plans {'belongs' if one else 'belong'} to no record and "
            f"{'was' if one else 'were'} not read: {told}. Copy what is new in {them} into the plan's own "
            f"document, then move {them} out of the folder."
        )


def list_records(folder: str | Path) -> list[Path]:
    """List the records in a folder of open plans, by name."""
    return sorted(path for path in Path(folder).glob("*.toml") if not path.name.startswith("."))


def look_through(folder: str | Path, *, twice: bool = False) -> Shelf:
    """Read back every plan of a folder, and write nothing; ``twice``: one place may have several plans."""
    shelf, read = Shelf(strays=find_strays(Path(folder))), {}
    for record in list_records(folder):
        with shelf.sparing(record):
            read[record] = read_plan(record)
    first: dict[Any, Path] = {}
    for record in sorted(read, key=lambda record: _claim(record, read[record])):
        first.setdefault(identity_of(read[record]), record)
    for record, plan in read.items():
        with shelf.sparing(record):
            if not twice:
                _refuse_second(record, first[identity_of(plan)])
            shelf.shown[record] = plan
            word = record.with_suffix(".docx")
            renamed = None if word.exists() else shelf.stray_of(plan)
            back, new, both = read_back(record, word=renamed)
            shelf.shown[record] = back
            refuse_open(renamed or word)
            shelf.plans[record] = shelf.shown.pop(record)
            if new:
                shelf.new[record] = both
            if renamed and new:
                announce(f"{renamed.name} was renamed: its words are in {word.name} from now on.")
    return shelf


def identity_of(plan: Plan) -> tuple[str, ...]:
    """Give what a plan is of: two records that agree in this are copies."""
    named = plan.title if plan.covers == "person" else request_of(plan)
    return plan.covers, plan.ref, named


def request_of(plan: Plan) -> str:
    """Say what a plan was asked for as: its reference, or the words of the request."""
    return str(plan.frozen.get("asked", plan.ref))


def _claim(record: Path, plan: Plan) -> tuple[Any, ...]:
    """Order copies of a record: first the one with a document, named as we name it, or shortest."""
    alone = not record.with_suffix(".docx").exists()
    return alone, record.stem != file_stem(plan), len(record.name), record.name


def _refuse_second(record: Path, first: Path) -> None:
    if record != first:
        raise InputError(
            f"{record.name} is a second record of the plan in {first.name}",
            advice=f"copy what is new in it into {first.name}, then move it out of the folder",
        )


def find_strays(folder: Path) -> list[Stray]:
    """Find documents of ours that stand beside no record of theirs."""
    strays, there = [], sorted(folder.iterdir()) if folder.is_dir() else []
    stems = {record.stem for record in list_records(folder)}
    for path in there:
        kind, own = path.suffix.lower(), path.stem in stems
        if path.name.startswith((".", "~$")) or not path.is_file():
            continue
        if kind == ".docx" and not (own and path.suffix == ".docx") and not COPY.search(path.stem):
            strays += _read_stray(path)
        elif kind in OTHER_KINDS and any(path.stem.startswith(stem) for stem in stems):
            strays.append(Stray(path, problem="save it as .docx"))
        elif kind == ".html" and not own and not path.with_suffix(".docx").exists():
            text = path.read_text(encoding="utf-8", errors="ignore") if path.stat().st_size < 10**8 else ""
            strays += [Stray(path, problem="the page of a plan that is gone")] * (TITLE in text)
    return strays


def _read_stray(path: Path) -> list[Stray]:
    """Tell whose a document is by what is printed in it; nothing where it is not one of ours."""
    try:
        with refuse_damage(path):
            body = open_word(path).element.body
            lines = ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in body.iter(f"{W}p")]
            fields = [tag for control in body.iter(f"{W}sdt") if known_tag(tag := tag_of(control)[0])]
    except InputError:
        return [Stray(path, problem="it cannot be read")]
    title = next((line.removeprefix(TITLE) for line in lines if line.startswith(TITLE)), "")
    ref = next((found[1] for line in lines if (found := _REF.search(line))), "")
    flat = "" if fields else "its fields are gone"
    return [Stray(path, ref, title.strip(), flat)] if fields or title else []

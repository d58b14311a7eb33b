"""What people do with open plans: type as programs leave it, copy, rename, delete, leave open, damage."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENT = "word/document.xml"


@dataclass
class Plans:
    """The folder of open plans as people know it: words typed, plans put away, documents out of reach."""

    folder: Path
    seed: int
    typed: list[str] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    out_of_reach: dict[str, bytes] = field(default_factory=dict)  # documents that cannot be read, as they are
    locks: list[Path] = field(default_factory=list)
    lived: set[str] = field(default_factory=set)

    def word(self, ending: str = "") -> str:
        """Give something nobody has typed before."""
        self.typed.append(f"typed{self.seed}x{len(self.typed)}z")
        return f"{self.typed[-1]} ask the shops{ending}"

    def records(self) -> list[Path]:
        return sorted(self.folder.glob("*.toml"))

    def documents(self) -> list[Path]:
        kept = re.compile(r"^[~.]| edited \d")  # locks, and what was kept before it was written afresh
        return sorted(p for p in self.folder.glob("*.docx") if not kept.search(p.name))


def read_document(path: Path) -> Any:
    """Body of a Word document; None where it cannot be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            return etree.fromstring(packed.read(DOCUMENT))
    except (OSError, zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, ValueError, EOFError, NotImplementedError):
        return None


def write_document(path: Path, body: Any) -> None:
    """Put a body back into its document."""
    new = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as packed:
        for item in old.infolist():
            data = etree.tostring(body, xml_declaration=True, encoding="UTF-8", standalone=True)
            packed.writestr(item, data if item.filename == DOCUMENT else old.read(item))
    new.replace(path)


def text_of(path: Path) -> str:
    """All text of a document, record or page."""
    if path.suffix == ".docx":
        body = read_document(path)
        return "" if body is None else "".join(body.itertext())
    return path.read_text(encoding="utf-8", errors="replace")


def fields_of(body: Any) -> dict[str, Any]:
    """Controls of a document by the plan's field they are for."""
    found: dict[str, Any] = {}
    for control in body.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag")
        if tag is not None and "." in tag.get(f"{W}val", ""):
            found.setdefault(tag.get(f"{W}val").partition("#")[0], control)
    return found


def put_words(control: Any, words: str, *, mark: bool = False, style: bool = False) -> None:
    """Leave words in a field as a program does; ``mark`` and ``style`` of an empty one stay with some."""
    properties = control.find(f"{W}sdtPr")
    placeholder = properties.find(f"{W}showingPlcHdr")
    if placeholder is not None and not mark:
        properties.remove(placeholder)
    if not (mark or style):
        for found in list(control.iter(f"{W}rStyle")):
            found.getparent().remove(found)
    texts = list(control.iter(f"{W}t"))
    texts[0].text = words
    for other in texts[1:]:
        other.text = ""


def act(plans: Plans, step: dict[str, Any]) -> None:
    """Do one thing to one plan; nothing where there is none."""
    documents = plans.documents()
    if not documents:
        return
    path = documents[step["plan"] % len(documents)]
    if step["act"] not in WITHOUT_READING and (read_document(path) is None or not fields_of(read_document(path))):
        return
    if ACTIONS[step["act"]](plans, path, step) is not False:
        plans.lived.add(f"plan: {step['act']}")
    # what cannot be read may have been moved, taken away or typed in by somebody since
    there = {name: plans.folder / name for name in plans.out_of_reach}
    plans.out_of_reach = {name: path.read_bytes() for name, path in there.items() if path.is_file()}


def _type(plans: Plans, path: Path, step: dict[str, Any], **kept: bool) -> Any:
    body = read_document(path)
    controls = fields_of(body)
    tags = [tag for tag in controls if "date" not in tag and not tag.startswith("response.")]
    ending = ("", " …", "…", " & <b>", " '''", ' """')[step["way"] % 6]
    put_words(controls[tags[step["field"] % len(tags)]], plans.word(ending), **kept)
    write_document(path, body)


def _type_both(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    record = path.with_suffix(".toml")
    tag = _into_record(plans, record, step)
    if tag is None:
        return False
    body = read_document(path)
    if tag not in fields_of(body):
        return False
    put_words(fields_of(body)[tag], plans.word())
    return write_document(path, body)


def _into_record(plans: Plans, record: Path, step: dict[str, Any]) -> str | None:
    """Type between the quotes of a single field of a record; the field, or None."""
    if not record.exists() or "\ufffd" in text_of(record):
        return None  # nobody types into what an editor cannot show
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    group, places = "", []
    for number, line in enumerate(lines):
        if header := re.match(r"\[+(.*?)\]+", line):
            group = header[1]
        single = re.fullmatch(r"(\w+) = \"(.*)\"\n", line)
        if single and group.startswith("people.") and group.count(".") == 1 and "[[" not in line and "date" not in line:
            tag = f"{group.removeprefix('people.')}.{single[1]}"
            if not tag.startswith(("response.", "objectives", "actions")):
                places.append((number, single[1], tag, single[2]))
    if not places:
        return None
    number, name, tag, held = places[step["field"] % len(places)]
    lines[number] = f'{name} = "{(held + " " + plans.word()).strip()}"\n'
    record.write_text("".join(lines), encoding="utf-8")
    return tag


def _type_record(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    return _into_record(plans, path.with_suffix(".toml"), step) is not None


def _type_row(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    """Copy a row of the table of actions, as Word does with the fields in it, or add one without."""
    body = read_document(path)
    rows = [r for r in body.iter(f"{W}tr") if any(t.startswith("actions.") for t in fields_of(r))]
    if not rows:
        return False
    new = copy.deepcopy(rows[-1])
    controls = list(fields_of(new).values())
    put_words(controls[0], plans.word())
    if step["way"] % 2:
        for control in list(new.iter(f"{W}sdt")):
            content, parent = control.find(f"{W}sdtContent"), control.getparent()
            place = parent.index(control)
            for child in reversed(list(content)):
                parent.insert(place, child)
            parent.remove(control)
        for number, text in enumerate(list(new.iter(f"{W}t"))):
            text.text = text.text if number == 0 else ""
    rows[-1].addnext(new)
    return write_document(path, body)


def _type_outside(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    body = read_document(path)
    paragraph = etree.SubElement(etree.Element(f"{W}body"), f"{W}p")
    etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t").text = plans.word()
    body.find(f"{W}body").insert(1, paragraph)
    write_document(path, body)


def _drop_tags(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    """Type, and lose the tags of all controls, as LibreOffice before 7.5 does."""
    _type(plans, path, step)
    body = read_document(path)
    for tag in list(body.iter(f"{W}tag")):
        tag.getparent().remove(tag)
    write_document(path, body)


def _flatten(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    """Type, and lose the controls themselves, as by way of Google Docs or Pages."""
    _type(plans, path, step)
    body = read_document(path)
    for control in list(body.iter(f"{W}sdt")):
        content, parent = control.find(f"{W}sdtContent"), control.getparent()
        place = parent.index(control)
        for child in reversed(list(content)):
            parent.insert(place, child)
        parent.remove(control)
    write_document(path, body)
    plans.out_of_reach[path.name] = path.read_bytes()


def _office(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    """Save a document with words in it in LibreOffice."""
    if not shutil.which("soffice"):
        return False
    _type(plans, path, step)
    home = path.parent.parent / "office"
    words = ["--headless", f"-env:UserInstallation=file://{home}/profile", "--convert-to", "docx"]
    with suppress(subprocess.TimeoutExpired):  # on a busy computer: typed, and not saved again
        subprocess.run(
            ["timeout", "-k", "5", "90", "soffice", *words, "--outdir", str(home), str(path)],
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        if (home / path.name).exists() and read_document(home / path.name) is not None:
            shutil.move(home / path.name, path)
    shutil.rmtree(home, ignore_errors=True)
    return None


def _copy(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    form = ("{} (1).docx", "Copy of {}.docx", "{}-DESKTOP-AB12CD3.docx", "{} - Copy.docx", "{}_final v2.docx")
    new = path.with_name(form[step["way"] % len(form)].format(path.stem))
    shutil.copyfile(path, new)
    _type(plans, new, step)


def _rename(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    _type(plans, path, step)
    path.rename(path.with_name(f"Boar Lane plan {step['way']}.docx"))


def _rename_record(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    record = path.with_suffix(".toml")
    if not record.exists():
        return False
    _type(plans, path, step)
    record.rename(record.with_name(f"{record.stem} new.toml"))
    return None


def _rename_both(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    if not path.with_suffix(".toml").exists():
        return False
    _type(plans, path, step)
    for old in path.parent.glob(f"{path.stem}.*"):
        old.rename(old.with_name(f"Our plan {step['way']}{old.suffix}"))
    return None


def _away(plans: Plans, path: Path, step: dict[str, Any], *, to: str, fields: bool = True) -> None:
    if fields:
        _type(plans, path, step)
    folder = plans.folder / to
    folder.mkdir(parents=True, exist_ok=True)
    plans.closed |= {path.stem}
    for old in list(path.parent.glob(f"{path.stem}.*")):
        shutil.move(old, folder / old.name)


def _delete(plans: Plans, path: Path, step: dict[str, Any], *, ends: tuple[str, ...]) -> Any:
    record = path.with_suffix(".toml")
    if ends == (".toml",):
        if not record.exists():
            return False
        _type(plans, path, step)
    for end in ends:
        path.with_suffix(end).unlink(missing_ok=True)
    return None


def _leave_open(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    _type(plans, path, step)
    name = f".~lock.{path.name}#" if step["way"] % 2 else f"~${path.name[2:]}"
    lock = path.with_name(name)
    lock.write_bytes(b",ann,desktop,;" if step["way"] % 2 else b"\x03Ann")
    plans.locks.append(lock)
    plans.out_of_reach[path.name] = path.read_bytes()


def _damage(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    data = path.read_bytes()
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: data[: len(data) // 2],
        lambda: b"",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000),
        lambda: bytes(b ^ 0x55 if n % 97 == 0 else b for n, b in enumerate(data)),
        lambda: _with_member(data, DOCUMENT, None),
        lambda: _with_member(data, DOCUMENT, b"<?xml version='1.0'?><w:document xmlns:w='x'><w:body>"),
        lambda: _with_member(data, "[Content_Types].xml", b"<Types/>"),
    )
    path.write_bytes(ways[step["way"] % len(ways)]())
    plans.out_of_reach[path.name] = path.read_bytes()


def _with_member(data: bytes, name: str, content: bytes | None) -> bytes:
    """A zip with one member replaced, or left out."""
    import io

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
            elif content is not None:
                new.writestr(item, content)
    return stream.getvalue()


def _damage_record(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    record = path.with_suffix(".toml")
    if not record.exists():
        return False
    data = record.read_bytes()
    broken = (data[: len(data) // 2], b"\xff\xfe" + data, data.replace(b'ref = "', b"ref = ", 1), b"")
    record.write_bytes(broken[step["way"] % len(broken)])
    plans.out_of_reach[record.name] = record.read_bytes()
    return None


def _copy_record(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    record = path.with_suffix(".toml")
    if not record.exists():
        return False
    shutil.copyfile(record, record.with_name(f"{record.stem} - Copy.toml"))
    return None


def _type_results(plans: Plans, path: Path, step: dict[str, Any]) -> Any:
    copies = sorted(plans.folder.parent.glob("results*/plans/*.docx"))
    return _type(plans, copies[-1], step) if copies else False


def _stale_lock(plans: Plans, path: Path, step: dict[str, Any]) -> None:
    for name in (".lock", "plans.lock", ".plans.lock"):
        (plans.folder / name).write_bytes(b"")
    (plans.folder.parent / ".plans.lock").write_bytes(b"")


ACTIONS: dict[str, Callable[[Plans, Path, dict[str, Any]], Any]] = {
    "type": _type,
    "type both": _type_both,
    "type keeps mark": lambda p, f, s: _type(p, f, s, mark=True),
    "type keeps style": lambda p, f, s: _type(p, f, s, style=True),
    "type by office": _office,
    "type in record": _type_record,
    "type row": _type_row,
    "type outside": _type_outside,
    "tags dropped": _drop_tags,
    "copy": _copy,
    "rename document": _rename,
    "rename record": _rename_record,
    "rename both": _rename_both,
    "move": lambda p, f, s: _away(p, f, s, to="../elsewhere", fields=False),
    "close": lambda p, f, s: _away(p, f, s, to="closed"),
    "delete document": lambda p, f, s: _delete(p, f, s, ends=(".docx",)),
    "delete record": lambda p, f, s: _delete(p, f, s, ends=(".toml",)),
    "delete both": lambda p, f, s: _delete(p, f, s, ends=(".toml", ".docx", ".html")),
    "leave open": _leave_open,
    "damage document": _damage,
    "damage record": _damage_record,
    "flatten": _flatten,
    "copy record": _copy_record,
    "type in results": _type_results,
    "stale lock": _stale_lock,
}
WITHOUT_READING = ("stale lock", "delete both", "type in results")

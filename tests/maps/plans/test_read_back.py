"""What is read back: no word that anybody typed is lost, in whatever state its document is found."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.plans.record import ROWS, SINGLE, Plan
from hotspots.plans.toml_file import read_plan, write_record
from maps.disclosure.gate import PROFILES
from maps.documents.hints import hints_of
from maps.documents.word_fields import Entry, W, mark_of, read_fields, tag_of
from maps.plans.closed import MERGED
from maps.plans.open_folder import assess_record, bring_up_to_date, copy_plans, update_plans
from maps.plans.read_back import merge_words
from maps.plans.readers import plans_for
from maps.plans.store import open_plan, save_plan

Type = Callable[[Path, dict[str, str]], None]
Run = Callable[..., list[Path]]
# the data fix these in the first row
TAGS = sorted(
    {f"{group}.{name}" for group, names in SINGLE.items() for name in names}
    | {f"{group}.1.{name}" for group, names in ROWS.items() for name in names}
    - {"objectives.1.measure", "objectives.1.baseline"}
)


@pytest.fixture
def run(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, tmp_path: Path) -> Run:
    """A month of a folder of two plans."""

    def month(day: str = "2018-08-31", **options: Any) -> list[Path]:
        given = {"asked": 2, "redraft": True, "profile": "open", **options}
        return update_plans(tmp_path / "plans", spots, incidents, as_of=day, **given)

    return month


def records(folder: Path) -> list[Path]:
    return sorted((folder / "plans").glob("*.toml"))


def everything(folder: Path) -> str:
    """All that stands in the records and documents of a folder."""
    said = [path.read_text(encoding="utf-8") for path in folder.rglob("*.toml")]
    for path in folder.rglob("*.docx"):
        said += ["".join(t.text or "" for t in docx.Document(str(path)).element.body.iter(f"{W}t"))]
    return "\n".join(said)


lines = st.lists(st.sampled_from(["a", "b", "c d", ""]), max_size=4).map("\n".join)


@given(here=lines, written=lines, typed=lines)
def test_merging_loses_no_line_and_merging_again_changes_nothing(here: str, written: str, typed: str) -> None:
    entry = Entry(typed.strip(), mark_of(written))
    merged = merge_words(here, entry)
    assert merge_words(merged, entry) == merged
    held = set(merged.splitlines())
    if entry.changed:
        assert set(entry.text.splitlines()) <= held
    if mark_of(here) != mark_of(written):
        assert set(here.strip().splitlines()) <= held
    if not entry.changed:
        assert merged == here.strip()


@pytest.mark.parametrize("ending", ["", "…", " as below, or…"])
@pytest.mark.parametrize("keeps", ["mark", "style", "both"])
def test_words_that_are_not_the_very_hint_are_words_in_every_field(
    run: Run, tmp_path: Path, ending: str, keeps: str
) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    word = docx.Document(str(record.with_suffix(".docx")))
    typed = {}
    for control in word.element.body.iter(f"{W}sdt"):
        tag = tag_of(control)[0]
        if tag not in TAGS:
            continue
        typed[tag] = f"Words of {tag}{ending}"
        next(control.iter(f"{W}t")).text = typed[tag]
        if keeps == "style":
            properties = control.find(f"{W}sdtPr")
            properties.remove(properties.find(f"{W}showingPlcHdr"))
        if keeps == "mark":
            for style in list(control.iter(f"{W}rStyle")):
                style.getparent().remove(style)
    word.save(str(record.with_suffix(".docx")))
    assert sorted(typed) == TAGS
    run("2018-09-30", asked=1)
    held = read_plan(record).fields()
    assert {tag: held[tag] for tag in typed} == typed


def test_the_hint_itself_is_no_words_however_it_is_spaced_and_marked(run: Run, tmp_path: Path) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    word = docx.Document(str(record.with_suffix(".docx")))
    for control in word.element.body.iter(f"{W}sdt"):
        next(control.iter(f"{W}t")).text = f"  {hints_of(tag_of(control)[0])[-1].replace(' ', chr(160))} "
        properties = control.find(f"{W}sdtPr")
        properties.remove(properties.find(f"{W}showingPlcHdr"))
    word.save(str(record.with_suffix(".docx")))
    assert not any(entry.text for entry in read_fields(record.with_suffix(".docx")).entries.values())


def test_what_word_shows_in_a_field_that_was_emptied_is_no_words(run: Run, tmp_path: Path) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    word = docx.Document(str(record.with_suffix(".docx")))
    first, second = list(word.element.body.iter(f"{W}sdt"))[:2]
    for control in (first, second):
        next(control.iter(f"{W}t")).text = "Click or tap here to enter text."
    second.find(f"{W}sdtPr").remove(second.find(f"{W}sdtPr/{W}showingPlcHdr"))  # typed, by whomever
    word.save(str(record.with_suffix(".docx")))
    entries = read_fields(record.with_suffix(".docx")).entries
    assert [entries[tag_of(control)[0]].text for control in (first, second)] == ["", "Click or tap here to enter text."]


def test_a_field_typed_in_word_and_in_the_record_holds_both_once_whatever_field_it_is(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    type_into(record.with_suffix(".docx"), {tag: f"Word {tag}" for tag in TAGS})
    plan = read_plan(record)
    for tag in TAGS:
        plan.set_field(tag, f"Record {tag}")
    write_record(plan, record)
    for day in ("2018-09-30", "2018-10-31", "2018-11-30"):
        caplog.clear()
        run(day, asked=1)
        held = read_plan(record).fields()
        assert {tag: held[tag] for tag in TAGS} == {tag: f"Record {tag}\nWord {tag}" for tag in TAGS}
        assert ("both kept" in caplog.text) == (day == "2018-09-30")
        assert "left as found" not in caplog.text
    assert len(list(record.parent.iterdir())) == 3


def damaged(path: Path, kind: str) -> None:
    """Bring a document into one of the states in which documents are found."""
    data = path.read_bytes()
    parts = {}
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    text = parts["word/document.xml"]
    if kind in ("cut", "empty", "no zip", "an old .doc"):
        whole = {"cut": data[: len(data) // 2], "empty": b"", "no zip": b"{\\rtf1 words}"}
        path.write_bytes(whole.get(kind, bytes.fromhex("d0cf11e0a1b11ae1") + b"words"))
        return
    if kind == "flattened":
        word = docx.Document(str(path))
        for control in list(word.element.body.iter(f"{W}sdt")):
            for run_ in list(control.iter(f"{W}r")):
                control.addprevious(run_)
            control.getparent().remove(control)
        word.save(str(path))
        return
    changes = {
        "text cut": {"word/document.xml": text[: len(text) // 2]},
        "text empty": {"word/document.xml": b""},
        "no body": {"word/document.xml": b'<w:document xmlns:w="' + W[1:-1].encode() + b'"/>'},
        "no text": {"word/document.xml": None},
        "no types": {"[Content_Types].xml": None},
        "other types": {"[Content_Types].xml": b"<Types"},
        "bomb": {"word/document.xml": text.replace(b"</w:body>", b" " * 31_000_000 + b"</w:body>")},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in (parts | changes[kind]).items():
            if part is not None:
                new.writestr(name, part)


STATES = (
    *("cut", "empty", "no zip", "an old .doc", "flattened", "text cut", "text empty", "no body"),
    *("no text", "no types", "other types", "bomb"),
)


@pytest.mark.parametrize("state", STATES)
def test_a_document_that_cannot_be_read_is_left_and_named_and_all_else_is_done(
    run: Run,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    type_into: Type,
    caplog: pytest.LogCaptureFixture,
    state: str,
) -> None:
    run()
    first, second = records(tmp_path)
    type_into(second.with_suffix(".docx"), {"analysis.why": "The yard behind the bars"})
    damaged(first.with_suffix(".docx"), state)
    before = {path: path.read_bytes() for path in first.parent.glob(f"{first.stem}*")}
    caplog.clear()
    options = {"as_of": "2018-09-30", "asked": 2, "redraft": True, "profile": "open"}
    documents, left = bring_up_to_date(first.parent, spots, incidents, **options)
    assert {path: path.read_bytes() for path in before} == before
    assert caplog.text.count("1 plan is left as found, everything else is done") == 1
    assert first.with_suffix(".docx").name in caplog.text
    assert "The yard behind the bars" in second.read_text(encoding="utf-8")
    assert read_plan(second).drafted == "2018-09-30"
    names = sorted(path.name for path in copy_plans(documents, tmp_path / "out", left=left))
    assert f"{first.stem} (left as it was).html" in names
    assert (f"{first.stem} (left as it was).docx" in names) == (state == "flattened")
    # a pack tells of it as its record has it, and names it
    caplog.clear()
    assert len(plans_for(first.parent, PROFILES["internal"], say=True)) == 2
    assert first.with_suffix(".docx").name in caplog.text
    # and an assessment of this very plan is refused
    with pytest.raises(InputError, match=first.stem):
        assess_record(first, incidents, start="2018-07-01", end="2018-07-31")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("mark", ["~${0}", "~${0[2:]}", ".~lock.{0}#", "denied"])
def test_a_document_open_in_another_program_is_left_and_named(
    run: Run,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    type_into: Type,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    mark: str,
) -> None:
    run()
    first, second = records(tmp_path)
    word = first.with_suffix(".docx")
    type_into(word, {"analysis.why": "Half a sent"})
    before = {path: path.read_bytes() for path in first.parent.glob(f"{first.stem}*")}
    with monkeypatch.context() as elsewhere:
        if mark == "denied":  # as Windows does
            opened = Path.open

            def deny(self: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
                if self == word and "+" in mode:
                    raise PermissionError(13, "Permission denied", str(self))
                return opened(self, mode, *rest, **more)

            elsewhere.setattr(Path, "open", deny)
        else:
            name = mark.replace("{0[2:]}", word.name[2:]).replace("{0}", word.name)
            word.with_name(name).touch()
        caplog.clear()
        run("2018-09-30")
        assert f"1 plan is left as found, everything else is done: {word.name} is open" in caplog.text
        with pytest.raises(InputError, match=f"{word.name} is open"):
            assess_record(first, incidents, start="2018-07-01", end="2018-07-31")
    assert {path: path.read_bytes() for path in before} == before
    assert read_plan(second).drafted == "2018-09-30"
    for path in first.parent.glob("*~*"):
        path.unlink()
    run("2018-10-31")
    assert "Half a sent" in first.read_text(encoding="utf-8")


RENAMED = ("{0} (1)", "Copy of {0}", "{0}-DESKTOP-AB12", "{0} - Copy", "Boar Lane, our plan")


@pytest.mark.parametrize("name", RENAMED)
def test_a_copy_of_a_document_is_merged_and_one_that_conflicts_is_named_and_left(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    run(asked=1)
    (first,) = records(tmp_path)
    word = first.with_suffix(".docx")
    other = word.with_name(f"{name.format(first.stem)}.docx")
    shutil.copyfile(word, other)
    type_into(other, {"analysis.why": "Typed into the copy"})
    before = other.read_bytes()
    caplog.clear()
    run("2018-09-30", asked=1)
    assert f"{other.name} is a copy of {first.stem}: its words are in the plan" in caplog.text
    assert "no record" not in caplog.text
    assert read_plan(first).fields()["analysis.why"] == "Typed into the copy"
    assert read_fields(word).entries["analysis.why"].text == "Typed into the copy"
    assert (other.exists(), (first.parent / MERGED / other.name).read_bytes()) == (False, before)
    shutil.copyfile(word, other)
    type_into(other, {"analysis.why": "Typed into the copy again", "analysis.how": "On foot"})
    type_into(word, {"analysis.why": "Typed into the plan"})
    before = other.read_bytes()
    for day in ("2018-10-31", "2018-11-30"):
        caplog.clear()
        run(day, asked=1)
        assert f"“{other.name}” (a copy of {first.stem} that differs in analysis.why)" in caplog.text
        held = read_plan(first).fields()
        assert (held["analysis.why"], held["analysis.how"]) == ("Typed into the plan", "On foot")
        assert other.read_bytes() == before
    assert records(tmp_path) == [first]


@pytest.mark.parametrize("name", RENAMED)
def test_a_document_that_was_renamed_is_read_back_into_its_record_and_put_away(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    run(asked=1)
    (first,) = records(tmp_path)
    word = first.with_suffix(".docx")
    other = word.rename(word.with_name(f"{name.format(first.stem)}.docx"))
    type_into(other, {"analysis.why": "Typed after it was renamed"})
    before = other.read_bytes()
    run("2018-09-30", asked=1, redraft=False)
    assert read_plan(first).fields()["analysis.why"] == "Typed after it was renamed"
    assert read_fields(word).entries["analysis.why"].text == "Typed after it was renamed"
    assert f"{other.name} was renamed: its words are in {word.name} from now on" in caplog.text
    assert f"{other.name} is a copy of {first.stem}: its words are in the plan" in caplog.text
    assert (other.exists(), (first.parent / MERGED / other.name).read_bytes()) == (False, before)
    assert records(tmp_path) == [first]


def test_a_document_that_was_renamed_and_is_open_is_left_and_named(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    run(asked=1)
    (first,) = records(tmp_path)
    other = first.with_suffix(".docx").rename(first.with_name("Boar Lane.docx"))
    type_into(other, {"analysis.why": "Half a sent"})
    lock = other.with_name(f".~lock.{other.name}#")
    lock.touch()
    before = {path: path.read_bytes() for path in (first, other)}
    run("2018-09-30", asked=1)
    assert f"1 plan is left as found, everything else is done: {other.name} is open" in caplog.text
    assert {path: path.read_bytes() for path in before} == before
    lock.unlink()
    run("2018-10-31", asked=1)
    assert read_plan(first).fields()["analysis.why"] == "Half a sent"


@pytest.mark.parametrize("name", ["{0}", "Boar Lane, our plan"])
def test_a_document_whose_record_is_gone_is_read_back_into_a_new_one(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    run()
    first = records(tmp_path)[0]
    ref = read_plan(first).ref
    typed = {"analysis.why": "The yard behind the bars", "actions.2.action": "Light the yard"}
    type_into(first.with_suffix(".docx"), typed)
    run("2018-09-30")  # so that they are no longer new to the document
    new = first.with_name(f"{name.format(first.stem)}.toml")
    first.with_suffix(".docx").rename(new.with_suffix(".docx"))
    was = new.with_suffix(".docx").read_bytes()
    first.unlink()
    caplog.clear()
    run("2018-10-31")
    plan = read_plan(new)
    assert plan.ref == ref
    assert {tag: plan.fields()[tag] for tag in typed} == typed
    (copy,) = new.parent.glob("* edited *.docx")
    assert copy.read_bytes() == was
    assert copy.name in caplog.text
    caplog.clear()
    run("2018-11-30")
    assert len(records(tmp_path)) == 2
    assert "left" not in caplog.text


def test_a_page_whose_record_and_document_are_gone_is_not_overwritten(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    type_into(record.with_suffix(".docx"), {"analysis.why": "The yard behind the bars"})
    run(asked=1)
    for suffix in (".toml", ".docx"):
        record.with_suffix(suffix).unlink()
    before = record.with_suffix(".html").read_bytes()
    run("2018-09-30", asked=1)
    assert record.with_suffix(".html").read_bytes() == before
    assert record.with_suffix(".html").name in caplog.text


@pytest.mark.parametrize("name", ["{0} (1)", "Copy of {0}", "{0}-DESKTOP-AB12", "Boar Lane"])
def test_a_copy_of_a_record_is_named_and_makes_no_second_plan(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    run()
    first, second = records(tmp_path)
    other = Path(shutil.copyfile(first, first.with_name(f"{name.format(first.stem)}.toml")))
    before = other.read_bytes()
    run("2018-09-30")
    assert f"{other.name} is a copy of {first.stem}: its words are in the plan" in caplog.text
    assert "left as found" not in caplog.text
    assert records(tmp_path) == [first, second]
    assert (first.parent / MERGED / other.name).read_bytes() == before
    assert not other.with_suffix(".docx").exists()
    assert read_plan(first).drafted == "2018-09-30"
    assert len(plans_for(first.parent, PROFILES["internal"])) == 2


@pytest.mark.parametrize("damage", [b"", b"ref = ", b"\xff\xfe", b'version = 1\nref = "SE3000033000"\n'])
def test_a_record_that_cannot_be_read_is_left_and_its_place_is_not_drafted_again(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    run()
    first, second = records(tmp_path)
    first.write_bytes(damage)
    before = {path: path.read_bytes() for path in first.parent.glob(f"{first.stem}*")}
    documents = run("2018-09-30")
    assert {path: path.read_bytes() for path in before} == before
    assert "1 plan is left as found" in caplog.text
    assert first.name in caplog.text
    assert records(tmp_path) == [first, second]
    assert read_plan(second).drafted == "2018-09-30"
    assert {path.stem for path in documents} == {second.stem}


class Struck(BaseException):
    """The moment at which a program was killed."""


def strike(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Kill before the n-th file goes into its place."""
    left, replace = [at], Path.replace

    def count(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise Struck
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", count)


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("what", ["month", "assess", "open"])
def test_a_program_that_is_killed_between_any_two_files_loses_no_word(
    run: Run,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    tmp_path: Path,
    type_into: Type,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    at: int,
) -> None:
    run("2018-06-30", asked=1)
    (record,) = records(tmp_path)
    type_into(record.with_suffix(".docx"), {"analysis.why": "The yard behind the bars"})
    plan = read_plan(record)
    plan.set_field("analysis.why", "The bars")
    write_record(plan, record)
    dates = {"start": "2018-07-01", "end": "2018-07-31", "baseline": "2017-07", "allow_overlap": True}
    doings: dict[str, Callable[[], Any]] = {
        "month": lambda: run("2018-09-30", asked=1),
        "assess": lambda: assess_record(record, incidents, spots=spots, **dates),
        "open": lambda: open_plan(record),
    }
    with monkeypatch.context() as killing:
        strike(killing, at)
        try:
            doings[what]()
        except Struck:
            struck = True
        else:
            struck = False
    assert struck == (at <= {"month": 5, "assess": 4, "open": 1}[what])
    run("2018-09-30", asked=1)
    held = read_plan(record).fields()["analysis.why"]
    assert held == "The bars\nThe yard behind the bars"
    assert read_fields(record.with_suffix(".docx")).entries["analysis.why"].text == held
    assert held.splitlines()[1] in record.with_suffix(".html").read_text(encoding="utf-8")
    assert "unfinished" not in record.read_text(encoding="utf-8")
    if what == "assess":
        doings[what]()
        assert len(read_plan(record).assessments) == 1


def test_what_was_drafted_before_a_kill_is_finished_by_the_next_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    with monkeypatch.context() as killing:
        strike(killing, 2)  # the record is written, the document is not
        with pytest.raises(Struck):
            run("2018-09-30", asked=1)
    assert "30 September 2018" not in record.with_suffix(".html").read_text(encoding="utf-8")
    run("2018-10-31", asked=1, redraft=False)
    assert "drafted again 30 September 2018" in record.with_suffix(".html").read_text(encoding="utf-8")


def test_a_note_typed_at_the_head_of_a_page_is_kept_in_a_copy(run: Run, tmp_path: Path) -> None:
    run(asked=1)
    (record,) = records(tmp_path)
    word = docx.Document(str(record.with_suffix(".docx")))
    word.sections[0].header.add_paragraph("Agreed by the group")
    word.save(str(record.with_suffix(".docx")))
    run("2018-09-30", asked=1)
    (copy,) = record.parent.glob("* edited *.docx")
    assert docx.Document(str(copy)).sections[0].header.paragraphs[-1].text == "Agreed by the group"


def test_a_place_in_a_persons_plan_where_a_name_was_typed_stops_no_other_plan(
    run: Run, tmp_path: Path, type_into: Type, caplog: pytest.LogCaptureFixture
) -> None:
    from hotspots.plans.person_names import draft_person_plan

    run(asked=1)
    (place,) = records(tmp_path)
    person = place.with_name("V1234.toml")
    save_plan(draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31"), person, profile="open")
    type_into(person.with_suffix(".docx"), {"analysis.who": "Her brother, Mr Khan"})
    before = person.read_bytes()
    run("2018-09-30", asked=1)
    assert "references only, never names" in caplog.text
    assert person.read_bytes() == before
    assert read_plan(place).drafted == "2018-09-30"


def test_words_typed_in_libreoffice_are_read_back_and_nothing_is_taken_for_an_edit(
    run: Run, tmp_path: Path, type_into: Type, plan: Plan
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed: its way of saving is not tried")
    run(asked=1)
    (record,) = records(tmp_path)
    word = record.with_suffix(".docx")
    type_into(word, {tag: f"Typed in {tag}" for tag in TAGS})
    home = tmp_path / "office"
    options = ["--headless", f"-env:UserInstallation={home.as_uri()}", "--convert-to", "docx:MS Word 2007 XML"]
    subprocess.run(
        [office, *options, "--outdir", str(tmp_path / "saved"), str(word)], check=True, capture_output=True, timeout=240
    )
    shutil.copyfile(tmp_path / "saved" / word.name, word)
    run("2018-09-30", asked=1)
    held = read_plan(record).fields()
    assert {tag: held[tag] for tag in TAGS} == {tag: f"Typed in {tag}" for tag in TAGS}
    assert len(list(record.parent.iterdir())) == 3


def test_words_are_found_nowhere_but_where_somebody_looks(tmp_path: Path, run: Run, type_into: Type) -> None:
    """A month in which everything happens at once: every word is still there after it."""
    run()
    first, second = records(tmp_path)
    type_into(first.with_suffix(".docx"), {"analysis.why": "one"})
    shutil.copyfile(first.with_suffix(".docx"), first.with_name(f"{first.stem} (1).docx"))
    type_into(first.with_name(f"{first.stem} (1).docx"), {"analysis.how": "two"})
    type_into(second.with_suffix(".docx"), {"analysis.why": "three"})
    second.unlink()
    run("2018-09-30")
    run("2018-10-31")
    said = everything(tmp_path)
    assert all(words in said for words in ("one", "two", "three"))

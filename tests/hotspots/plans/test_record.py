"""The record: what people write in it survives, and a mistake in it is named with its line."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.common.plan_dates import parse_date
from hotspots.plans.person_names import draft_person_plan, find_names, refuse_names
from hotspots.plans.record import ROWS, SINGLE, Plan, known_tag
from hotspots.plans.toml_file import dump_plan, read_plan, write_record

WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40) | st.just('two\nlines "quoted" \\ é')
TAGS = st.sampled_from(
    [f"{g}.{n}" for g, names in SINGLE.items() for n in names]
    + [f"{g}.{i}.{n}" for g, names in ROWS.items() for i in (1, 2) for n in names]
)


def test_a_record_reads_back_as_it_was_written(plan: Plan, tmp_path: Path) -> None:
    plan.set_field("actions.1.action", "Light the yard")
    write_record(plan, tmp_path / "p.toml")
    assert read_plan(tmp_path / "p.toml") == plan


@given(st.dictionaries(TAGS, WORDS, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_survive(plan: Plan, tmp_path: Path, words: dict[str, str]) -> None:
    file = tmp_path / "w.toml"
    file.unlink(missing_ok=True)
    fresh = Plan(ref=plan.ref, title=plan.title, opened=plan.opened, frozen=plan.frozen)
    for tag, text in words.items():
        fresh.set_field(tag, text)
    write_record(fresh, file)
    held = read_plan(file).fields()
    assert all(held[tag] == text for tag, text in words.items())


def test_comments_order_and_hand_edits_survive_a_save(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    write_record(plan, file)
    edited = file.read_text(encoding="utf-8").replace(
        '[people.cheers]\ncommunity = ""',
        '# asked at the March meeting\n[people.cheers]\ncommunity = "Yes, often"  # Mrs',
    )
    edited = edited.replace('review_date = ""', "review_date = 2018-11-30")
    file.write_text(edited, encoding="utf-8")
    again = read_plan(file)
    assert again.people["cheers"]["community"] == "Yes, often"
    assert again.people["heading"]["review_date"] == "2018-11-30"
    again.drafted = "2018-12-31"
    write_record(again, file)
    saved = file.read_text(encoding="utf-8")
    assert saved == edited.replace('drafted = "2018-08-31"', 'drafted = "2018-12-31"')


def test_a_record_changed_by_another_hand_is_not_written_over(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    write_record(plan, file)
    file.write_text(file.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    with pytest.raises(InputError, match="changed after it was read"):
        write_record(plan, file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = 0", "line {line}: the plan is of an old version"),
        ("version = 1", "version = 2", "line {line}: the plan was written by a newer safer-hotspots"),
        ("version = 1\n", "", "there is no version"),
        ('owner = ""', 'ownr = "x"', "line {line}: unknown key 'ownr' in [people.heading] (try: 'owner')"),
        ("[people.cheers]", "[people.chears]", "unknown key 'chears' in [people] (try: 'cheers')"),
        ('owner = ""', "owner = ['a']", "line {line}: 'owner' must be text in quotes"),
        ("ring_metres = 200.0", "ring_metres = -1", "'ring_metres' must be above 0"),
        ("POLYGON ((", "POLYGON (", "'wkt' must be a polygon"),
        ('covers = "hotspot"', 'covers = "hotspt"', "line {line}: 'covers' is not one we know"),
        ('opened = "2018-08-31"', 'opened = "31/08/2018"', "line {line}: 'opened' is not a date"),
        ('title = "Boar Lane', 'title = Boar Lane"', "not valid TOML"),
        ('covers = "hotspot"', 'covers = "hotspot"\ncolour = "red"', "unknown key 'colour'"),
        ('covers = "hotspot"\n', "", "it needs 'covers'"),
        ('covers = "hotspot"', "covers = 7", "line {line}: 'covers' must be one of hotspot"),
        ("[people.cheers]", "[[people.cheers]]", "[people.cheers] must be a table"),
        ("[[frozen.areas]]", "[[frozen.grounds]]", "no [[frozen.areas]]: the plan has no area"),
    ],
)
def test_a_broken_record_says_what_is_wrong_and_how_to_mend_it(
    plan: Plan, tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "p.toml"
    text = dump_plan(plan)
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        read_plan(file)
    line = text[: text.index(old)].count("\n") + 1
    assert said.format(line=line) in str(problem.value)
    assert "p.toml" in str(problem.value)
    assert "ry: " in str(problem.value) or "given: " in str(problem.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": ["light the yard"]}, "'options' must be a list of tables"),
        ({"people": None}, "it needs 'people'"),
        ({"people": {"actions": "light the yard"}}, "'actions' must be a list of tables"),
        ({"frozen": None}, "it needs 'frozen'"),
        ({"frozen": {"ring_metres": True, "areas": [{"wkt": "POINT (1 2)"}]}}, "'ring_metres' must be"),
        ({"frozen": {"ring_metres": 200, "areas": [{"wkt": 3}]}}, "'wkt' must be a polygon"),
    ],
)
def test_a_record_of_another_shape_says_which_table(
    plan: Plan, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    raw = tomllib.loads(dump_plan(plan)) | change
    file = tmp_path / "p.toml"
    whole = {key: value for key, value in raw.items() if value is not None}
    file.write_text(tomlkit.dumps(whole), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        read_plan(file)
    assert said in str(problem.value)


def test_rows_and_tables_taken_out_are_gone_from_the_file(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    plan.set_field("actions.1.action", "Light the yard")
    plan.set_field("actions.2.action", "Mend the gate")
    write_record(plan, file)
    held = read_plan(file)
    kept = len(held.people["actions"]) - 1
    del held.people["actions"][kept:]
    held.options = []
    write_record(held, file)
    again = read_plan(file)
    assert len(again.people["actions"]) == kept
    assert again.options == []
    assert "[[options]]" not in file.read_text(encoding="utf-8")


def test_a_folder_in_place_of_a_record_is_a_clear_error(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "p.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_plan(tmp_path / "p.toml")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be"):
        write_record(plan, tmp_path / "file" / "p.toml")


def test_every_problem_is_named_at_once(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    text = dump_plan(plan).replace('owner = ""', 'ownr = ""').replace('verdict = ""', 'verdct = ""')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"'ownr'.*'verdct'"):
        read_plan(file)


def test_a_missing_or_garbled_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_plan(tmp_path / "bad.toml")


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_for_a_tag_is_known_or_not(text: str) -> None:
    assert known_tag(text) in (True, False)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-10-14", (2018, 10, 14)),
        ("3/4/2018", (2018, 4, 3)),
        ("14th Oct. 2018", (2018, 10, 14)),
        ("31/02/2018", None),
        ("soon", None),
    ],
)
def test_dates_are_read_day_first(text: str, day: tuple[int, int, int] | None) -> None:
    found = parse_date(text)
    assert (found and (found.year, found.month, found.day)) == day


def test_a_plan_for_a_person_takes_references_only(tmp_path: Path) -> None:
    plan = draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31")
    plan.set_field("analysis.what", "Nuisance calls at night, reported to West Yorkshire Police")
    write_record(plan, tmp_path / "v.toml")
    assert read_plan(tmp_path / "v.toml").covers == "person"
    plan.set_field("analysis.who", "Mr Patel and his neighbour John Smith")
    with pytest.raises(InputError, match=r"'Mr Patel'.*'John Smith'"):
        refuse_names(plan)
    with pytest.raises(InputError, match="case number"):
        draft_person_plan("Jane Doe", role="repeat victim", as_of="2018-08-31")
    with pytest.raises(InputError, match="role"):
        draft_person_plan("V1234", role="villain", as_of="2018-08-31")


@pytest.mark.parametrize("text", ["Mrs O'Neill", "DOB 1/2/1990", "David Jones", "surname: Khan"])
def test_what_looks_like_a_name_is_found(text: str) -> None:
    assert find_names(text)


@pytest.mark.parametrize(
    "text", ["Neighbourhood sergeant", "West Yorkshire Police", "Boar Lane", "case V1234, ward Armley"]
)
def test_places_roles_and_references_are_no_names(text: str) -> None:
    assert not find_names(text)


@pytest.mark.parametrize(
    "path",
    [
        ("frozen", "areas", 0, "ref"),
        ("frozen", "comparator_areas", 0, "wkt"),
        ("scanning", "types", 0, "type"),
        ("scanning", "types", 0, "incidents"),
        ("analysis", "repeat_places", 0, "street"),
        ("analysis", "repeat_places", 1, "northing"),
        ("analysis", "months", 0, "month"),
        ("options", 0, "technique"),
        ("options", 1, "owner"),
    ],
)
def test_a_record_that_lacks_what_its_document_is_made_of_names_it(
    plan: Plan, tmp_path: Path, path: tuple[str | int, ...]
) -> None:
    file = write_record(plan, tmp_path / "plan.toml")
    for mistake in ("gone", True, {"a": 1}):
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        table = raw
        for step in path[:-1]:
            table = table[step]
        if mistake == "gone":
            del table[path[-1]]
        else:
            table[path[-1]] = mistake
        (tmp_path / "less.toml").write_text(tomlkit.dumps(raw), encoding="utf-8")
        with pytest.raises(InputError, match=rf"less\.toml has problems: line \d+: .*{path[-1]}"):
            read_plan(tmp_path / "less.toml")


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_record_with_any_value_of_another_kind_is_read_or_refused(
    plan: Plan, tmp_path: Path, data: st.DataObject
) -> None:
    raw = tomllib.loads(dump_plan(plan))
    table: Any = raw
    for _ in range(4):
        inner = list(table if isinstance(table, dict) else range(len(table)))
        key = data.draw(st.sampled_from(inner))
        if not isinstance(table[key], dict | list) or not table[key] or data.draw(st.booleans()):
            break
        table = table[key]
    table[key] = data.draw(st.sampled_from(["x", 7, -1.5, True, {}, {"a": []}, [], ["x"], [[1]], [{}]]))
    (tmp_path / "odd.toml").write_text(tomlkit.dumps(raw), encoding="utf-8")
    with contextlib.suppress(InputError):
        read_plan(tmp_path / "odd.toml")

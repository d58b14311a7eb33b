"""The record of which sentences a run let out: every kind has a rule, and the method statement lists it."""

import json

import pytest
from where import REPO

from hotspots.common.sentence_rules import NOT_ASKED, RULES, list_sentences, may_say, note_sentences
from maps.results.manifest import write_manifest

STATEMENT = REPO / "docs" / "governance" / "method-statement.md"
KIND = next(iter(RULES))


def test_the_condition_is_given_back_and_noted():
    with note_sentences():
        assert may_say(KIND, True) is True
        assert may_say(KIND, False, why="no month twice") is False
        assert may_say(KIND, False, why="no month twice") is False
        told = list_sentences()
    assert told[KIND] == {"said": True, "rule": RULES[KIND], "left_out_because": ["no month twice"]}


def test_outside_a_run_the_condition_alone_decides():
    assert may_say(KIND, True)
    assert list_sentences()[KIND] == {"said": False, "rule": RULES[KIND], "left_out_because": [NOT_ASKED]}


def test_one_run_tells_nothing_of_another():
    with note_sentences():
        may_say(KIND, True)
    with note_sentences():
        assert not list_sentences()[KIND]["said"]


def test_a_kind_without_a_rule_cannot_be_said():
    with pytest.raises(KeyError, match=r"sentence_rules"):
        may_say("weather", True)


def test_every_manifest_lists_every_kind(tmp_path):
    with note_sentences():
        may_say(KIND, True)
        path = write_manifest(tmp_path, {})
    sentences = json.loads(path.read_text(encoding="utf8"))["sentences"]
    assert set(sentences) == set(RULES)
    assert sentences[KIND] == {"said": True, "rule": RULES[KIND]}


def test_the_method_statement_lists_the_same_rules():
    lines = STATEMENT.read_text(encoding="utf8").splitlines()
    start = lines.index("| kind of sentence | said only where |") + 2
    listed = dict(
        tuple(part.strip() for part in line.strip("|").split("|")) for line in lines[start : start + len(RULES)]
    )
    assert listed == RULES

"""Text that becomes markup shows the same characters and does nothing."""

from __future__ import annotations

import html
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.common.escape import clean, embed_json, escape


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_escaped_text_has_no_active_character_and_reads_the_same(text):
    shown = escape(text)
    body = shown.replace("&#", "").replace(";", "")
    assert not set("<>\"'`\\${}&") & set(body)
    assert html.unescape(shown) == clean(text)


def test_numbers_and_nothing_become_text():
    assert [escape(v) for v in (None, float("nan"), 3)] == ["", "", "3"]


def test_control_characters_and_direction_overrides_are_dropped():
    assert clean("a\x00b\x1bc\u202ed\u200be\ufefff") == "abcdef"


@given(st.dictionaries(st.text(), st.text()))
@settings(max_examples=60, deadline=None)
def test_embedded_json_cannot_end_its_script_and_comes_back(data):
    text = embed_json(data)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == data


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float32("-inf"), pd.NA])
def test_a_number_that_json_has_not_leaves_as_nothing(number):
    assert json.loads(embed_json({"harm": number})) == {"harm": None}


@pytest.mark.parametrize("missing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
def test_what_is_missing_is_no_text(missing):
    assert clean(missing) == escape(missing) == ""
    assert clean([1, None]) == "[1, None]"

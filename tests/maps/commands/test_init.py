"""A folder to start in: the run works at once, and every commented default is the true one."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from hotspots.checks import InputError
from maps.cli import main
from maps.commands.init import start_folder
from maps.config.read import read_config
from maps.config.settings import Hotspots


# that the run then works is tests/project/test_docs.py's: it follows the Start page to the letter
def test_init_says_where_the_configuration_is(tmp_path, capsys):
    assert main(["init", str(tmp_path / "our team")]) == 0
    assert "partnership.toml" in capsys.readouterr().out
    assert read_config(tmp_path / "our team" / "partnership.toml").files


def test_the_folder_in_place_of_its_configuration_is_one_sentence_with_the_way_out(tmp_path, capsys):
    config = start_folder(tmp_path / "team")
    assert main(["run", str(config.parent), "--out", str(tmp_path / "results")]) == 2
    said = capsys.readouterr().err
    assert "this is a folder" in said
    assert str(config) in said
    assert not (tmp_path / "results").exists()


def test_the_command_has_a_second_name_where_the_console_does_not_find_the_first():
    asked = [sys.executable, "-m", "maps", "init", "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: hotspots init")


def test_no_command_shows_what_there_is(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "hotspots init" in said
    assert "hotspots demo" in said


def test_a_choice_is_said_once(capsys):
    import logging

    from maps.cli import _say_choices

    log = logging.getLogger("safer_hotspots")
    for _ in range(2):  # each command anew
        with _say_choices():
            for said in ("5 records count 1", "5 records count 1", "6 records count 1"):
                log.warning(said)
    lines = capsys.readouterr().err.splitlines()
    assert lines == 2 * ["Note: 5 records count 1", "Note: 6 records count 1"]


def test_a_folder_with_anything_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        start_folder(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_plans_are_where_people_may_type_from_the_first_run(tmp_path):
    config = start_folder(tmp_path / "new")
    assert read_config(config).plans == config.parent.resolve() / "plans"


def test_every_commented_key_is_a_key_that_works(tmp_path):
    path = start_folder(tmp_path / "new")
    text = re.sub(r"^# (\w+ = )", r"\1", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    raw = tomllib.loads(text)
    assert set(raw["hotspots"]) <= set(Hotspots.names())
    del raw["incidents"]["study_area"]
    assert raw["hotspots"]["previous"] == "results"
    left_out = ("study_area", "code", "previous")
    text = "\n".join(line for line in text.splitlines() if not line.startswith(left_out))
    path.write_text(text, encoding="utf-8")
    config = read_config(path)
    assert config.hotspots == {"method": "discs", "radius": 150, "count": 100, "by": "incidents"}
    assert config.plans == path.parent.resolve() / "plans"


def test_asb_has_a_list_of_its_own_from_the_first_run(tmp_path):
    config = read_config(start_folder(tmp_path / "new"))
    assert config.profiles == {"asb": {"title": "ASB", "categories": ["Anti-social behaviour"]}}


def test_the_months_of_the_team_page_are_those_that_a_run_takes(tmp_path):
    """`previous` may not be the folder that is written: the page says another name each month."""
    config = start_folder(tmp_path / "new")
    page = (config.parent / "README.txt").read_text(encoding="utf-8")
    assert 'previous = "results"' in page
    assert "--out results-2018-09" in page
    first = config.read_text(encoding="utf-8").replace('# previous = "results"', 'previous = "results"')
    config.write_text(first, encoding="utf-8")
    (config.parent / "results").mkdir()
    assert main(["run", str(config), "--out", str(config.parent / "results")]) == 2

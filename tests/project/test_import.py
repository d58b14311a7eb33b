"""Importing pulls in nothing heavy and opens no socket."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from where import REPO

HEAVY = ("scipy", "sklearn", "folium", "matplotlib", "docx", "xlsxwriter", "ibis", "duckdb", "openpyxl", "requests")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_importing_the_rooms_imports_no_heavy_library():
    done = run(
        "import geopandas, sys; before = set(sys.modules); import hotspots, boundaries; "
        f"print([m for m in {HEAVY!r} if m in sys.modules and m not in before])"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_importing_and_running_open_no_socket(tmp_path):
    block = (
        "import socket\n"
        "def refuse(*a, **k): raise RuntimeError('a socket was opened')\n"
        "socket.socket.connect = refuse\nsocket.create_connection = refuse\nsocket.getaddrinfo = refuse\n"
    )
    # the demo with few rows, places and plans: all that it writes, in a fraction of the time
    demo, team, out = Path(str(files("maps"))) / "demo", tmp_path / "leeds.toml", tmp_path / "out"
    with zipfile.ZipFile(demo / "leeds_july_2016_2017_2018.zip") as packed:
        for name in packed.namelist():
            lines = packed.read(name).decode().splitlines(keepends=True)[:1001]
            (tmp_path / Path(name).name).write_text("".join(lines), encoding="utf-8")
    text = (demo / "leeds.toml").read_text(encoding="utf-8").replace("leeds_july_2016_2017_2018.zip", "*-street.csv")
    text = text.replace("count = 100", "count = 5").replace("[output]", "[output]\ndrafts = 1")
    wards = "leeds_best_fit_wards.geojson"
    (tmp_path / wards).write_bytes((demo / wards).read_bytes())
    team.write_text(text, encoding="utf-8")
    asked = ["run", str(team), "--out", str(out)]
    done = run(f"{block}from maps.cli import main\nraise SystemExit(main({asked!r}))")
    assert done.returncode == 0, done.stderr
    assert (out / "map.html").is_file()


def test_no_module_of_ours_opens_a_socket_when_it_is_imported():
    done = run(
        "import pkgutil, sys\n"
        "import ssl, urllib.request, requests, pyproj, pyogrio, matplotlib  # theirs, before the watch\n"
        "def watch(event, args):\n"
        "    if event.startswith('socket.') and event not in ('socket.gethostname',):\n"
        "        raise RuntimeError(f'a socket was opened: {event} {args}')\n"
        "sys.addaudithook(watch)\n"
        "import importlib, hotspots, boundaries, maps\n"
        "names = [m.name for room in (hotspots, boundaries, maps)"
        " for m in pkgutil.walk_packages(room.__path__, room.__name__ + '.')]\n"
        "for name in names:\n"
        "    importlib.import_module(name)\n"
        "print(len(names))"
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150


@pytest.mark.parametrize("room", ["hotspots", "boundaries", "maps"])
def test_every_public_name_is_imported_from_where_the_room_says(room):
    """The stub says each name once: what it names is there, defined where it says."""
    face = importlib.import_module(room)
    tree = ast.parse(Path(face.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    stated = {
        name.name: f"{room}.{node.module}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert set(stated) == set(face.__all__) <= set(dir(face))
    for name, home in stated.items():
        assert getattr(face, name).__module__ == home


def test_importing_a_room_imports_no_module_of_it():
    done = run(
        "import sys, hotspots, boundaries, maps\n"
        "ours = [m for m in sys.modules if m.startswith(('hotspots.', 'boundaries.', 'maps.'))]\n"
        "print([m for m in ours if m != 'hotspots._moved'])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_modules_that_the_reference_named_are_still_there_under_their_old_names():
    done = run(
        "import importlib, warnings\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "from hotspots._moved import read_moved\n"
        "for old, new in read_moved()['modules'].items():\n"
        "    one, two = importlib.import_module(old), importlib.import_module(new)\n"
        "    assert one is two and two.__spec__.name == two.__name__, (one, two)\n"
    )
    assert done.returncode == 0, done.stderr


def test_an_old_name_says_the_new_one():
    sys.modules.pop("hotspots.plan_assess", None)
    with pytest.warns(DeprecationWarning, match=r"hotspots\.plans\.assess"):
        importlib.import_module("hotspots.plan_assess")


def test_names_that_left_a_face_are_still_given_by_it():
    from hotspots._moved import read_moved

    for old, home in read_moved()["names"].items():
        room, _, name = old.partition(".")
        face = importlib.import_module(room)
        assert name not in face.__all__
        assert getattr(face, name) is getattr(importlib.import_module(home), name)
    with pytest.raises(AttributeError, match="nothing"):
        importlib.import_module("maps").nothing  # noqa: B018


def test_the_version_is_that_of_the_package():
    pyproject = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    assert importlib.import_module("hotspots").__version__ == pyproject["project"]["version"]

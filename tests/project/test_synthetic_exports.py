from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from where import REPO

from hotspots.reading.incidents import read_incidents
from hotspots.reading.layouts import list_layouts

SCRIPT = REPO / "examples" / "synthetic_exports.py"


@pytest.fixture(scope="module")
def exports() -> ModuleType:
    if not SCRIPT.is_file():
        pytest.skip("examples/ is not part of the installed package")
    spec = importlib.util.spec_from_file_location("synthetic_exports", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(exports: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("exports")
    return folder, exports.write_exports(folder, rows=200, seed=3)


@pytest.mark.parametrize("layout", list_layouts())
def test_each_layout_reads_its_sample_with_every_fault_named(
    exports: ModuleType, written: tuple[Path, pd.DataFrame], layout: str
) -> None:
    folder, truth = written
    row = truth.set_index("layout").loc[layout]
    incidents, rejects = read_incidents(folder / row["file"], layout=layout, as_of=exports.AS_OF)
    assert len(incidents) + len(rejects) == row["rows"] == 200
    assert rejects["cause"].value_counts().to_dict() == {f: row[f] for f in exports.FAULTS}
    clocked = "month" if layout.startswith("police.uk") else "minute"
    assert incidents["precision"].eq(clocked).all()
    assert incidents.geometry.x.between(424_990, 436_010).all()
    assert incidents["place"].isin(["", *exports.STREETS]).all()


def test_every_row_and_every_file_says_that_it_is_synthetic(
    exports: ModuleType, written: tuple[Path, pd.DataFrame]
) -> None:
    folder, truth = written
    assert all(p.name.startswith("synthetic-") for p in folder.iterdir())
    for row in truth.to_dict("records"):
        incidents, _ = read_incidents(folder / row["file"], layout=row["layout"], as_of=exports.AS_OF)
        assert incidents["raw_Note"].eq(exports.NOTE).all()


def test_the_same_seed_writes_the_same_rows(
    exports: ModuleType, written: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    exports.write_exports(tmp_path, rows=200, seed=3)
    for name in ("synthetic-police.uk.csv", "synthetic-ambulance.csv"):
        assert (tmp_path / name).read_bytes() == (written[0] / name).read_bytes()

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.checks import ASB, CRS
from hotspots.reading.incidents import read_incidents
from hotspots.repeats.describe_records import describe_records, tabulate_records
from hotspots.severity.weigh import weigh_incidents


def test_tables_of_a_real_month_agree_with_the_rows(shared_data: Path) -> None:
    incidents, rejects = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    incidents["harm"] = weigh_incidents(incidents)
    incidents["ward_name"] = incidents["raw_LSOA name"].str.split().str[0]
    tables = tabulate_records(incidents, rejects, layers=["ward"], scheme="cchi-2026")
    assert tables["Records by kind"][["crimes", "ASB incidents"]].sum().tolist() == [9_408 - 626, 626]
    for name in ("Priorities", "Weights used"):
        column = "police.uk" if name == "Priorities" else "incidents"
        assert tables[name][column].sum() == 9_408
    weighed = tables["Weights used"]
    assert (weighed["weight"] * weighed["incidents"]).sum() == pytest.approx(incidents["harm"].sum())
    assert tables["Severity by ward"]["score"].sum() == pytest.approx(incidents["harm"].sum())
    assert tables["Unknown categories"].empty
    assert len(tables["Repeat streets"]) == len(tables["Repeat points"]) == 100


def test_sentences_say_kinds_gaps_own_areas_and_unknown_categories() -> None:
    rows = gpd.GeoDataFrame(
        {
            "source": "police.uk",
            "category": [ASB] * 30 + ["Witchcraft"],
            "when": pd.to_datetime(["2024-01-01"] * 15 + ["2024-03-01"] * 16),
            "precision": "month",
        },
        geometry=[Point(0, 0)] * 31,
        crs=CRS,
    )
    rejects = pd.DataFrame(rows.head(1)).assign(cause="no coordinates", area="Armley")
    assert describe_records(rows, rejects) == [
        "police.uk: 1 crime, 30 ASB incidents.",
        "1 row not used can still be counted by the source's own area.",
        "police.uk: 32 rows, 1 January 2024 to 31 March 2024, 2 months.",
        "police.uk has no records in February 2024.",
        "1 record is of categories that no crosswalk knows: Witchcraft (1 from police.uk).",
    ]


def test_tables_of_nothing_are_empty() -> None:
    columns = ["incident_id", "source", "when", "precision", "category", "place"]
    empty = gpd.GeoDataFrame({c: [] for c in columns}, geometry=[], crs=CRS).astype({"when": "datetime64[ns]"})
    tables = tabulate_records(empty, pd.DataFrame({c: [] for c in [*columns, "cause"]}))
    assert all(table.empty for table in tables.values())
    assert describe_records(empty, pd.DataFrame()) == []

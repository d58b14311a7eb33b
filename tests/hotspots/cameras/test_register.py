from __future__ import annotations

import pytest
from shapely.geometry import Point

from hotspots.cameras.register import read_register
from hotspots.checks import InputError

HEAD = "ref,kind,name,easting,northing,installed,review,removed,quantity,notes\n"


def write(path, text: str):
    path.write_text(HEAD + text, encoding="utf-8-sig")
    return path


def test_what_stands_what_is_due_and_what_is_in_stock(tmp_path):
    file = write(
        tmp_path / "register.csv",
        "C1,camera,Boar Lane,430100,433300,2026-01-10,2026-07-10,,,\n"
        "C2,camera,Kirkgate,430500,433400,2026-01-10,2026-12-31,,,\n"
        "C3,camera,Old Post,430500,433900,2025-01-10,,2026-02-01,,broken\n"
        "C4,camera,Next,430700,433900,2027-01-10,,,,\n"
        "L1,light,Alley,430700,433100,,,,,\n"
        ",lock,window,,,,,,100,bought\n,lock,window,,,,,,-30,issued\n,lock,door,,,,,,5,\n,,,,,,,,,\n",
    )
    assets, stock = read_register(file, as_of="2026-08-01")
    assert assets["standing"].tolist() == [True, True, False, False, True]
    assert assets["due"].tolist() == ["review", "", "", "", ""]
    assert assets.geometry.iloc[0] == Point(430_100, 433_300)
    assert assets.crs.to_epsg() == 27700
    assert stock.set_index("name")["quantity"].to_dict() == {"door": 5, "window": 70}


def test_whether_it_helped_is_read_where_the_register_has_it(tmp_path):
    file = tmp_path / "register.csv"
    row = "C1,camera,Boar Lane,430100,433300,2026-01-10,2026-07-10,,,"
    file.write_text(f'{HEAD.strip()},did_it_help\n{row},"fewer calls, said the shops"\n')
    assert read_register(file, as_of="2026-08-01")[0]["did_it_help"].tolist() == ["fewer calls, said the shops"]
    assert read_register(write(file, f"{row}\n"), as_of="2026-08-01")[0]["did_it_help"].tolist() == [""]


@pytest.mark.parametrize("as_of", ["soon", "", None, 2026])
def test_a_day_that_is_none_is_named(tmp_path, as_of):
    file = write(tmp_path / "register.csv", "C1,camera,Boar Lane,430100,433300,2026-01-10,2026-07-10,,,\n")
    with pytest.raises(InputError, match="as_of is not a date. Given: " + repr(as_of)):
        read_register(file, as_of=as_of)


def test_every_problem_is_said_at_once_by_line(tmp_path):
    file = write(
        tmp_path / "register.csv",
        "C1,camera,,43x,433300,2026-01-10,,,,\n"
        "C2,camera,,430500,,10/01/2026,,,,\n"
        "C3,camera,,,,,,,,\n"
        "C4,camera,,430500,433400,2026-02-01,,2026-01-01,,\n",
    )
    with pytest.raises(InputError) as error:
        read_register(file, as_of="2026-08-01")
    text = str(error.value)
    for words in ("line 2: 43x", "line 3: 10/01/2026", "go together", "line 4", "removed before", "line 5"):
        assert words in text


def test_a_missing_file_or_column_is_said(tmp_path):
    with pytest.raises(InputError, match="no such register"):
        read_register(tmp_path / "none.csv", as_of="2026-08-01")
    (tmp_path / "short.csv").write_text("ref,kind\n")
    with pytest.raises(InputError, match="easting"):
        read_register(tmp_path / "short.csv", as_of="2026-08-01")

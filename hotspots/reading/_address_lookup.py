"""Keys to coordinates: UPRN, USRN, postcode or street name, through a look-up that the user supplies."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import InputError, announce, require_columns
from hotspots.common.wording import say_count
from hotspots.reading.layouts import Layout

TYPES = ("uprn", "usrn", "postcode", "street", "text")
_SHORT = {"rd": "road", "ln": "lane", "ave": "avenue", "av": "avenue", "dr": "drive", "cl": "close",
          "ct": "court", "gr": "grove", "cres": "crescent", "pl": "place", "sq": "square", "terr": "terrace",
          "gdns": "gardens", "pk": "park", "wy": "way"}  # fmt: skip


def fold_key(value: str, *, kind: str) -> str:
    """Even out the spelling of a key, so that both sides of a look-up meet."""
    text = str(value).strip()
    if kind in ("uprn", "usrn"):
        return re.sub(r"\.0+$", "", text).lstrip("0")
    if kind == "postcode":
        return re.sub(r"[^A-Z0-9]", "", text.upper())
    if kind == "street":
        text = re.sub(r"[^\w ]", "", text.casefold().replace("&", " and ").replace("-", " "))
        words = [_SHORT.get(word, word) for word in text.split()]
        # "St" opens a saint's name and closes a street's.
        return " ".join("street" if word == "st" and i else word for i, word in enumerate(words))
    return " ".join(text.split()).casefold()


def locate_keys(keys: pd.Series, layout: Layout) -> pd.DataFrame:
    """Coordinates ``x`` and ``y`` (as text, "" where the key is not in the look-up) of each key."""
    assert layout.lookup is not None
    settings = layout.lookup
    kind = str(settings.get("type", "text"))
    if kind not in TYPES:
        raise InputError("Unknown type of look-up key", given=kind, advice=", ".join(TYPES))
    table = _read_lookup(settings["file"], layout.folder)
    columns = [str(settings[k]) for k in ("key", "x", "y")]
    require_columns(table, columns, what="the look-up")
    table = table[columns].set_axis(["key", "x", "y"], axis=1).astype("str")
    table["key"] = [fold_key(k, kind=kind) for k in table["key"]]
    table = table[table["key"].ne("")].drop_duplicates()  # a row without a key is nowhere
    torn = table.duplicated("key", keep=False)
    if torn.any():
        count = table.loc[torn, "key"].nunique()
        stand = say_count(count, "key stands", "keys stand")
        announce(f"{stand} at several places in the look-up: rows with one get no coordinates.")
    table = table.drop_duplicates("key", keep=False).set_index("key")
    folded = keys.fillna("").map({k: fold_key(str(k), kind=kind) for k in keys.dropna().unique()} | {"": ""})
    found = table.reindex(folded).fillna("")
    return found.set_axis(keys.index, axis=0)


def _read_lookup(file: Any, folder: Path) -> pd.DataFrame:
    if isinstance(file, pd.DataFrame):
        return file.astype("str")
    path = folder / str(file)
    if not path.is_file():
        raise InputError(
            "The look-up file is not there", given=str(file), advice="its path starts at the layout's folder"
        )
    from hotspots.files.file_formats import read_rows
    from hotspots.files.input_files import SourceFile

    return read_rows(SourceFile(path.name, path.read_bytes), delimiter=None, sheet=None, layer=None).rows

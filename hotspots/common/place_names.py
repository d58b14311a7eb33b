"""Names people can find a place by: a street, or a kind of place and the street beside it."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from hotspots.common.columns import plain_text
from hotspots.common.packaged import packaged_toml
from hotspots.common.words_for_nothing import is_nothing

_PLACES = packaged_toml("places")
DEFAULT_LOCATIONS: dict[str, str] = _PLACES["default_locations"]
# Where records are put down, not where patrols and cameras can prevent anything. A supermarket is both.
ELSEWHERE = frozenset(DEFAULT_LOCATIONS) - {"supermarket"}
DEFAULTS_MATTER = 0.05  # of a place's records: from here on every output warns of it
SETTINGS: dict[str, list[str]] = _PLACES["settings"]
LAYERS: dict[str, str] = _PLACES["layers"]
KINDS_OF_PLACE = frozenset(_PLACES["police_uk"]["kinds"])
_NEAR = "on or near "
_RAILWAY = re.compile(r"(?<=\()(?:Lu|Dlr)\b")
_CAPITAL_S = re.compile(r"(?<=[a-z]['\u2019\u02bc`\u00b4])S\b")


def mend_capitals(name: str) -> str:
    """Make small the S that police.uk writes large after an apostrophe, and large what it writes small."""
    return _RAILWAY.sub(lambda found: found[0].upper(), _CAPITAL_S.sub("s", name))


@lru_cache(maxsize=1 << 16)
def strip_near(place: str) -> str:
    """Name of a place without police.uk's "On or near"; "" where no street follows, or a word for nothing."""
    text = f"{place.strip()} "
    name = text[len(_NEAR) :] if text.casefold().startswith(_NEAR) else text
    return "" if is_nothing(name) else " ".join(mend_capitals(name).split())


def is_kind_of_place(name: str) -> bool:
    """Whether a name is a kind of place and not a street.

    Examples
    --------
    >>> is_kind_of_place("Parking Area"), is_kind_of_place("Boar Lane")
    (True, False)
    """
    return name.strip().casefold() in KINDS_OF_PLACE


def name_place(names: Sequence[str]) -> str:
    """Name a place by its busiest name, and a kind of place by the busiest street near it.

    Examples
    --------
    >>> name_place(["Parking Area", "Nightclub", "Call Lane"])
    'Parking Area near Call Lane'
    >>> name_place(["Boar Lane", "Parking Area"]), name_place([])
    ('Boar Lane', '')
    """
    if not names or not is_kind_of_place(names[0]):
        return names[0] if names else ""
    street = next((name for name in names if name and not is_kind_of_place(name)), "")
    return f"{names[0]} near {street}" if street else names[0]


def match_default(name: str) -> str:
    """Name the kind of place that records default to, where a name without "On or near" is one; else "".

    Examples
    --------
    >>> match_default("Leeds General Infirmary"), match_default("Hospital Lane")
    ('hospital', '')
    """
    folded = name.strip().lower()
    found = [kind for kind, pattern in DEFAULT_LOCATIONS.items() if re.search(pattern, folded)]
    return found[-1] if found else ""


def default_location(place: str) -> str:
    """Name the kind of place that records default to, also where the street beside it is named; else ""."""
    return match_default(re.sub(r"^on or near ", "", place, flags=re.IGNORECASE).partition(" near ")[0])


def setting_of(place: str) -> str:
    """Name the kind of ground of a place as its name tells: a default location, shops ...; else "street"."""
    kind = default_location(place)
    if kind in ELSEWHERE:
        return kind
    folded = strip_near(place).partition(" near ")[0].casefold()
    return next((name for name, kinds in SETTINGS.items() if folded in kinds), "street")


def setting_of_layer(layer: str) -> str:
    """Name the kind of ground that the name of a layer states; "" where it states none."""
    words = layer.replace("_", " ").casefold()
    return next((kind for kind, pattern in LAYERS.items() if re.search(pattern, words)), "")


def flag_default_locations(places: pd.Series) -> pd.Series:
    """Name the kind of default location in each place text, or ""."""
    codes, names = pd.factorize(plain_text(places))
    kinds = np.array([default_location(text) for text in pd.Series(names, dtype="str")], dtype=object)
    return pd.Series(kinds[codes] if len(kinds) else kinds, index=places.index, dtype="str")

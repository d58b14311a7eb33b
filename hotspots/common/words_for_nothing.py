"""Words for nothing: what people and programs write where they have no value, in any case and spelling."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pandas as pd

NO_CATEGORY = "Category not recorded"
_ALONE = (
    r"n a|na|nan|n ?a ?t|null|nul|none|nil|nothing|blank|empty|undefined|tb[acdn]|n ?k|n r|n s|not on file|"
    r"anhysbys|ddim yn hysbys|dim ar gael|no fixed abode|n|x{2,}"
)
_STATE = (
    r"known|recorded|applicable|available|provided|given|stated|specified|supplied|entered|set|assigned|found|"
    r"listed|held|allocated|disclosed|captured|completed|confirmed|determined|required|relevant|mapped|"
    r"geocoded|matched|selected|chosen|coded|obtained|reported|identified|logged|noted|present|categorised"
)
_SUBJECT = (
    r"location|address|postcode|street|road|place|site|venue|area|ward|name|category|type|class|"
    r"classification|id|ref|reference|number|no|code|value|data|details?|info|information|coordinates?|key|"
    r"uprn|usrn|easting|northing|latitude|longitude|grid ref"
)
_ABOUT = rf"(?:{_SUBJECT}|crime|incident|case|offence|the|is|was|currently|at present)"
_TOLD = (
    rf"unkn?own|unkn?|unspecified|unrecorded|unavailable|unassigned|undisclosed|missing|"
    rf"(?:not|none|non|nothing) ?(?:yet )?(?:{_STATE})|tb[acd]|to be (?:{_STATE}|advised|announced|agreed)"
)
_NO = rf"no ?(?:(?:crime|incident|case) (?:id|ref|reference|number)|(?:{_SUBJECT})(?: (?:{_STATE}))?)"
_ONE = rf"(?:{_ALONE}|(?:{_ABOUT} )*(?:{_TOLD})(?: {_ABOUT})*|{_NO})"
_PHRASE = re.compile(rf"{_ONE}(?: (?:or )?{_ONE})*")
# What a spreadsheet shows where its formula failed: no value either, but for a place it is a fault to name.
_ERRORS = re.compile(r"#(?:ref!|value!|name\?|div/0!|null!|num!|spill!|calc!|field!|n/a)", re.IGNORECASE)
_EXPONENT = re.compile(
    r"[+-]?\d{1,3}(?:[.,](?P<part>\d*))?\s*(?:[eE]|[x×*]\s*10\s*(?:\^|\*\*)?)\s*(?P<power>[+-]?0*\d{1,3})"
)


@lru_cache(maxsize=100_000)
def is_nothing(text: str, *, number: bool = False) -> bool:
    r"""Whether a text stands for no value: blank, signs only, or a word for nothing.

    With ``number`` a nought is a number, and a spreadsheet's error is left to be named; elsewhere both are
    no value.
    """
    plain = text.strip()
    if not number and (_ERRORS.fullmatch(plain) or plain == "-1" or re.fullmatch(r"[0.,\s]+", plain)):
        return True
    if len(plain) > 60 or any(c in "123456789" for c in plain):
        return False
    words = " ".join(re.findall(r"[^\W_]+", plain.casefold()))
    if words == "n":  # \N of a database, and not the N of a code
        return plain.casefold() == r"\n"
    return not words or bool(_PHRASE.fullmatch(words))


def blank_nothing(values: pd.Series, *, number: bool = False) -> pd.Series:
    """Texts without blanks around them, and "" for those that stand for no value."""
    text = values.fillna("").astype("str").str.strip()
    few = text[~text.str.contains("[1-9]", regex=True) | text.eq("-1")].unique()
    none = [t for t in few if t and is_nothing(t, number=number)]
    return text.mask(text.isin(none), "") if none else text


def count_decimals(text: str) -> int | None:
    """Decimals that a number in exponent notation still tells, below 0 where digits are gone; else None."""
    found = _EXPONENT.fullmatch(text.strip())
    return len(found["part"] or "") - int(found["power"]) if found else None


def blank_rounded(ids: pd.Series) -> pd.Series:
    """IDs, and "" for those that lost their digits: rounded to an exponent, or to noughts as many share.

    A point or a plus tells an exponent: 5e10 may be an ID in hexadecimal. A long number that ends in noughts
    has been rounded where nearly every long number here ends so.
    """
    some = ids[ids.str.contains(r"^[+-]?\d{1,3}(?:[.,]|\s*[eE]\s*\+|\s*[x×*])", regex=True)]
    lost = some.index[[(count_decimals(t) or 0) < 0 for t in some]]
    long = ids[ids.str.fullmatch(r"\d{12,}")]
    ended = long[long.str.fullmatch(r"\d{9,}000|\d{15,}0")]
    if len(ended) >= max(5, 0.9 * len(long)):
        lost = lost.union(ended.index[ended.duplicated(keep=False)])
    return ids.mask(ids.index.isin(lost), "") if len(lost) else ids


def plain_ids(ids: pd.Series) -> pd.Series:
    """IDs without the ".0" that a program adds to whole numbers, where no ID has another fraction."""
    dotted = ids[ids.str.fullmatch(r"\d+\.\d+")]
    if dotted.empty or not dotted.str.endswith(".0").all():
        return ids
    return ids.mask(ids.index.isin(dotted.index), ids.str.removesuffix(".0"))


def name_categories(written: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Category of each text: the layout's label, the text itself, or the one name for none."""
    folded = {k.casefold(): v for k, v in labels.items()}
    return [folded.get(t.casefold(), NO_CATEGORY if is_nothing(t) else t) for t in written]

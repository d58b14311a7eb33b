"""Numbers as people write them: separators between thousands and decimal commas, decided by the column."""

import re

import pandas as pd

DECIMALS, THOUSANDS = (".", ","), (",", ".", " ", "'")
_GAPS = r"(?<=\d)[\s\u2009\u202f_'\u2019](?=\d{3}(?!\d))"  # no country takes these for a decimal sign
_ODD = {"metres": r"[,\s\u2009\u202f_'\u2019]|^[+-]?\d{1,3}(?:\.\d{3})+$", "degrees": ","}
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*)([eE][+-]?\d+)?")


def plain_numbers(
    texts: pd.Series, *, kind: str, grid: bool = True, decimal: str = "", thousands: str = ""
) -> tuple[pd.Series, str]:
    """Write the numbers of a column as Python does, and give an example of what was changed.

    What separates what is decided by the whole column: 443,576.5 and 1,234,567 show a comma between
    thousands, 53,80 a decimal one. Where all could be either (443,576), degrees have decimals, and metres of
    the British ``grid`` are hundreds of thousands. Where values disagree they stay as they are: unreadable,
    until the layout states ``decimal`` or ``thousands``.
    """
    if not (decimal or thousands or texts.str.contains(_ODD[kind], regex=True).any()):
        return texts, ""
    closed = texts.str.replace(_GAPS, "", regex=True) if kind == "metres" else texts
    guessed = not (decimal or thousands)
    if guessed:
        decimal, thousands = _decide(closed.unique().tolist(), kind, grid)
    point = re.escape(decimal or ("," if thousands == "." else "."))
    between = re.escape(thousands) if thousands in (",", ".") else "(?!)"
    shape = rf"[+-]?(?:\d{{1,3}}(?:{between}\d{{3}})+|\d+)(?:{point}\d*)?(?:[eE][+-]?\d+)?"
    fits = closed.str.fullmatch(shape)
    plain = closed.str.replace(between, "", regex=True).str.replace(point, ".", regex=True)
    plain = texts.mask(fits, plain)
    changed = texts[plain.ne(texts)]
    if (
        guessed and grid and kind == "metres" and decimal == "."
    ):  # 443.576 among 430123.5: no place in Britain, in doubt
        plain = plain.mask(texts.str.fullmatch(r"[+-]?\d{1,3}\.\d{3}"), "in doubt")
    return plain, f'"{changed.iloc[0]}" as {plain[changed.index[0]]}' if len(changed) else ""


def _decide(values: list[str], kind: str, grid: bool) -> tuple[str, str]:
    """Decimal sign and separator of thousands that the values show; a point and none where they disagree."""
    decimals: set[str] = set()
    between: set[str] = set()
    either: set[str] = set()
    for value in values:
        found = _NUMBER.fullmatch(value)
        signs = re.findall("[.,]", found[1]) if found else []
        if len(set(signs)) == 2:
            decimals.add(signs[-1])
            between.add(signs[0])
        elif len(signs) > 1:
            between.add(signs[0])
        elif signs and found:
            alone = re.fullmatch(r"\d{1,3}[.,]\d{3}", found[1]) and not found[2]
            (either if alone else decimals).add(signs[0])
    if kind == "degrees":
        decimals |= either
        between = set()
    elif grid:
        between |= either
    if len(decimals) > 1 or len(between) > 1 or decimals & between or (either - decimals - between - {"."}):
        return ".", ""
    thousands = between.pop() if between else ""
    return decimals.pop() if decimals else ("," if thousands == "." else "."), thousands

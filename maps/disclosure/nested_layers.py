"""Small counts in layers of areas that lie in each other: no layer's sums give back what another hides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations

import pandas as pd

from maps.disclosure.gate import Profile
from maps.disclosure.suppression import hide_small

Counts = Mapping[str, "pd.Series[int]"]
Parents = Mapping[tuple[str, str], "pd.Series[str]"]


def find_nesting(
    incidents: pd.DataFrame, layers: Iterable[str], *, by: str = "code"
) -> dict[tuple[str, str], pd.Series[str]]:
    """Find the layers whose areas each lie in one area of another, as the records have it."""
    nesting = {}
    held = [layer for layer in layers if f"{layer}_{by}" in incidents.columns]
    # each combination once: records are many, combinations few
    met = pd.DataFrame(incidents[[f"{layer}_{by}" for layer in held]]).drop_duplicates()
    for fine, coarse in permutations(held, 2):
        keys = [f"{fine}_{by}", f"{coarse}_{by}"]
        pairs = met[keys].dropna().drop_duplicates()
        if len(pairs) and not pairs[keys[0]].duplicated().any():
            nesting[fine, coarse] = pairs.set_index(keys[0])[keys[1]]
    return nesting


def hide_nested(counts: Counts, nesting: Parents, *, threshold: int) -> dict[str, pd.Series[bool]]:
    """Say which areas of each layer to hide, so that neither totals nor other layers give them back.

    Within each layer, and within each shown area of a coarser layer, `hide_small` holds: at least two are
    hidden and add up to the threshold. Where a coarser area has too few to hide, it goes itself; with a
    hidden area go all that lie in it, since they add up to it.
    """
    hidden = {layer: pd.Series(False, index=of.index) for layer, of in counts.items()}
    changed = True
    while changed:
        before = {layer: gone.copy() for layer, gone in hidden.items()}
        for layer, of in counts.items():
            hidden[layer] |= _fill(of, hidden[layer], threshold)
        for fine, coarse, family in _families(counts, nesting):
            _hide_family(counts[fine], hidden[fine], hidden[coarse], family, threshold)
        changed = any(not hidden[layer].equals(before[layer]) for layer in hidden)
    return hidden


def hide_compared(
    changes: Mapping[str, pd.DataFrame], incidents: pd.DataFrame, who: Profile
) -> dict[str, pd.Series[bool]]:
    """Say which groups to hide in comparisons of two periods, by the title of each comparison.

    ``changes`` are titled "Changes by <layer>", with the names of areas as their index.
    """
    layers = [str(c).removesuffix("_name") for c in incidents.columns if str(c).endswith("_name")]
    titles = {layer: f"Changes by {layer.replace('_', ' ')}" for layer in layers}
    held = {layer: changes[title] for layer, title in titles.items() if title in changes}
    nesting = find_nesting(incidents, held, by="name") if who.threshold else {}
    gone = {title: pd.Series(False, index=table.index) for title, table in changes.items()}
    for column in ("before", "after"):
        counts = {layer: table[column].fillna(0) for layer, table in held.items()}
        for layer, hidden in hide_nested(counts, nesting, threshold=who.threshold).items():
            gone[titles[layer]] |= hidden
    return gone


def _families(counts: Counts, nesting: Parents) -> Iterator[tuple[str, str, tuple[str, list[str]]]]:
    """Each coarser area with the codes of the areas in it."""
    for (fine, coarse), parent in nesting.items():
        if fine in counts and coarse in counts:
            known = parent[parent.index.isin(counts[fine].index) & parent.isin(counts[coarse].index)]
            for name, members in known.groupby(known):
                yield fine, coarse, (str(name), list(members.index))


def _hide_family(
    of: pd.Series[int],
    gone: pd.Series[bool],
    gone_above: pd.Series[bool],
    family: tuple[str, list[str]],
    threshold: int,
) -> None:
    parent, members = family
    if not gone_above[parent]:
        gone[members] = _fill(of[members], gone[members], threshold)
        own = gone[members] & of[members].gt(0)
        gone_above[parent] = bool(own.any()) and (own.sum() < 2 or of[members][own].sum() < threshold)
    if gone_above[parent]:
        gone[members] |= of[members].gt(0)


def _fill(of: pd.Series[int], gone: pd.Series[bool], threshold: int) -> pd.Series[bool]:
    """Hide small counts, and beside what is hidden as many more as the one-way rule asks for."""
    hidden = gone | hide_small(of, threshold=threshold)
    rest = of[~hidden & of.gt(0)].sort_values(kind="stable")
    for code in rest.index:
        if not hidden.any() or (hidden.sum() >= 2 and of[hidden].sum() >= threshold):
            break
        hidden[code] = True
    return hidden

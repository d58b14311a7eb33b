"""What a place is worth to a choice by harm: its own number of records, of a mix drawn to the city's."""

import numpy as np

from hotspots.common.places import Floats, Ints
from hotspots.finding.disc_centres import members_of

SHRINK = 10.0  # incidents of the city's own mix: docs/methods/choosing.md
_AROUND = 150.0  # metres
_SNAPPED = 2.0  # records a point: with fewer, points are not snapped and hold hardly a mix of their own


def shrink_mix(xy: Floats, count: Ints, harm: Ints, *, by: float = SHRINK) -> Ints:
    """Harm of each place with its mix of kinds drawn towards the whole city's by so many incidents.

    A month of one street holds few serious offences, and which street they fell on is mostly luck; how many
    records a street has is not. So a record of a place with harm H over n records weighs (H + by × the mean
    harm of a record) / (n + by), whatever it was.

    Notes
    -----
    Where places hold fewer than two records each, as where points are not snapped, the mix is that of the
    150 m around.
    """
    total = int(count.sum())
    if not total or not by:
        return harm
    near = count.astype(float), harm.astype(float)
    if total < _SNAPPED * np.count_nonzero(count):
        inside = members_of(xy, xy, _AROUND)
        near = inside @ near[0], inside @ near[1]
    mean = float(harm.sum()) / total
    worth: Ints = np.rint(count * (near[1] + by * mean) / (near[0] + by)).astype(np.int64)
    return worth

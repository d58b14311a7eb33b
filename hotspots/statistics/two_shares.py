"""Two shares compared: percentage points with their interval, never confused with per cent."""

from hotspots.checks import InputError


def compare_shares(hits: tuple[float, float], bases: tuple[float, float], *, level: float = 0.95) -> dict[str, float]:
    """Compare two shares, in percentage points.

    Notes
    -----
    Newcombe (1998), *Statistics in Medicine* 17: the interval from the two Wilson intervals.
    """
    from scipy.stats import norm

    if not 0 < level < 1:
        raise InputError("The level must lie between 0 and 1", given=f"level={level}", advice="0.95")
    for part, whole in zip(hits, bases, strict=True):
        if part < 0 or part > whole:
            raise InputError(
                "A share needs hits from 0 up to its base",
                given=f"{part:g} of {whole:g}",
                advice="how many, and of how many",
            )
    nan = float("nan")
    if not (bases[0] > 0 and bases[1] > 0):
        return {"base_before": bases[0], "base_after": bases[1]} | dict.fromkeys(
            ["before", "after", "points", "low", "high", "p"], nan
        )
    first, second = hits[0] / bases[0], hits[1] / bases[1]
    z = float(norm.ppf((1 + level) / 2))
    (l0, u0), (l1, u1) = _wilson(first, bases[0], z), _wilson(second, bases[1], z)
    difference = second - first
    low = difference - ((second - l1) ** 2 + (u0 - first) ** 2) ** 0.5
    high = difference + ((u1 - second) ** 2 + (first - l0) ** 2) ** 0.5
    pooled = sum(hits) / sum(bases)
    spread = (pooled * (1 - pooled) * (1 / bases[0] + 1 / bases[1])) ** 0.5
    p = float(2 * norm.sf(abs(difference) / spread)) if spread else 1.0
    shares = {"before": 100 * first, "after": 100 * second, "base_before": bases[0], "base_after": bases[1]}
    return shares | {"points": 100 * difference, "low": 100 * low, "high": 100 * high, "p": p}


def _wilson(share: float, base: float, z: float) -> tuple[float, float]:
    middle = (share + z**2 / (2 * base)) / (1 + z**2 / base)
    half = z / (1 + z**2 / base) * (share * (1 - share) / base + z**2 / (4 * base**2)) ** 0.5
    return middle - half, middle + half

"""Quantiles out of Prometheus' histograms."""

from collections.abc import Mapping


def quantile(
    before: Mapping[str, float], after: Mapping[str, float], name: str, share: float
) -> float:
    """The quantile of what was observed between two readings, as PromQL interpolates it.

    Args:
        before: samples of the first reading, by name and labels.
        after: those of the second.
        name: the histogram's bucket series, without labels.
        share: which quantile, from 0 to 1.
    """
    counts = sorted(
        (float(key.split('le="')[1].split('"')[0]), value - before.get(key, 0.0))
        for key, value in after.items()
        if key.startswith(name)
    )
    wanted = share * counts[-1][1] if counts else 0.0
    low, below = 0.0, 0.0
    for bound, count in counts:
        if count >= wanted and count > below:
            top = low if bound == float("inf") else bound
            return low + (top - low) * (wanted - below) / (count - below)
        low, below = bound, count
    return float("nan")

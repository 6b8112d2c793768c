"""How metrics are told: bounded labels, no series that only says when another began."""

from collections.abc import Collection, Iterable
from typing import Protocol

from prometheus_client import disable_created_metrics

OTHER = "other"

# A second series for each counter, of which Prometheus makes nothing in its text format.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the package's


def bounded(value: str, known: Collection[str]) -> str:
    """``value`` if it is known, else ``other``: what strangers send makes no new series."""
    return value if value in known else OTHER


class Labelled(Protocol):
    """A metric with labels."""

    def labels(self, *values: str) -> object:
        """The series of these values, made when it is not there yet."""
        ...


def begin_at_zero(metric: Labelled, values: Iterable[tuple[str, ...]]) -> None:
    """Makes the series of these values of its labels, each standing at 0.

    Prometheus sees no increase in a series that begins with its first event, so what is known of a
    label beforehand is told beforehand.
    """
    for each in values:
        metric.labels(*each)

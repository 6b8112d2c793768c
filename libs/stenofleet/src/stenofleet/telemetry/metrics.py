"""How metrics are told: bounded labels, no series that only says when another began."""

from collections.abc import Collection

from prometheus_client import disable_created_metrics

OTHER = "other"

# A second series for each counter, of which Prometheus makes nothing in its text format.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the package's


def bounded(value: str, known: Collection[str]) -> str:
    """``value`` if it is known, else ``other``: what strangers send makes no new series."""
    return value if value in known else OTHER

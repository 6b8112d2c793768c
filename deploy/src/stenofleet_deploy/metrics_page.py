"""Writes the page of metrics: ``python -m stenofleet_deploy.metrics_page [--check] [PATH]``."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from prometheus_client.metrics import MetricWrapperBase

from stenofleet_deploy import made_files
from stenofleet_deploy.markdown import code, table

DEFAULT_PATH: Final = Path("docs/metrics.md")

# By name: this package is none of the services, and looks at them only in this repository.
SECTIONS: Final = {
    "Operator": ("stenofleet_autoscaler.metrics",),
    "Workers": ("stenofleet_worker.metrics",),
    "API": ("stenofleet_api.metrics",),
    "API and workers": ("stenofleet.db.metered", "stenofleet.feed"),
    "All of them": ("stenofleet.telemetry.connections",),
}
"""Modules that define metrics, by who exports them."""

INTRODUCTION: Final = """\
# Metrics

`make references` writes this page from the code. How they are scraped stands in
[observability.md](observability.md).

A gauge whose value nobody knows is `NaN`, or is not there: unknown is not zero. Counters begin at 0
with the process, also by labels that are known beforehand: Prometheus sees no increase in a series
that begins with its first event. A histogram has `_bucket`, `_sum` and `_count`; its label `le` is
left out below.
API, workers and operator also have Prometheus' own `process_*`, such as
`process_resident_memory_bytes`.

Labels are bounded. `route` is a route's template, `unmatched` where there is none; `task` and
`queue` are those that the worker knows, else `other`; `reason`, `condition` and `outcome` are words
of the code. `namespace` and `pool` are those of WorkerPools, whose figures go with them.
"""

HEAD: Final = ("Metric", "Type", "Labels", "What it tells")


@dataclass(frozen=True)
class Entry:
    """A metric as the page shows it.

    Attributes:
        name: as it is queried; of a histogram without its suffixes.
        kind: counter, gauge or histogram.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


def entries(section: str) -> list[Entry]:
    """The metrics of a section, in the order of the code."""
    return [
        entry
        for name in SECTIONS[section]
        for value in vars(import_module(name)).values()
        if hasattr(value, "describe") and not isinstance(value, type)
        for entry in _described(value)
        if name in SECTIONS["All of them"] or not _is_shared(entry)
    ]


def page() -> str:
    """The page as text; the same code gives the same text."""
    parts = [INTRODUCTION]
    for section in SECTIONS:
        rows = [
            (code(each.name), each.kind, ", ".join(each.labels), each.text)
            for each in entries(section)
        ]
        parts.append(f"## {section}\n\n{table(HEAD, rows)}")
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> None:
    """Writes the file, or with ``--check`` only compares and exits with 1 when it differs."""
    parser = argparse.ArgumentParser(prog="python -m stenofleet_deploy.metrics_page")
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--check", action="store_true", help="change nothing, say if it differs")
    options = parser.parse_args(arguments)
    made_files.keep(
        {options.path: page()}, "the code says: run `make references`", check=options.check
    )


def _described(collector: Any) -> Iterator[Entry]:
    for metric in collector.describe():
        # Neither kind of collector has a public way to tell its labels without a value.
        labels = (
            collector._labelnames  # noqa: SLF001
            if isinstance(collector, MetricWrapperBase)
            else getattr(metric, "_labelnames", ())
        )
        suffix = "_total" if metric.type == "counter" else ""
        yield Entry(metric.name + suffix, metric.type, tuple(labels), metric.documentation)


def _is_shared(entry: Entry) -> bool:
    return entry.name == "stenofleet_redis_connections"


if __name__ == "__main__":
    main()

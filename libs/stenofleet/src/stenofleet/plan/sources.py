"""The load of a running fleet: from a Prometheus, or from what the operator recorded."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from stenofleet.errors import StenofleetError
from stenofleet.plan.queueing import Load

ANSWER_SECONDS: Final = 30.0
WINDOW_SECONDS: Final = 300
"""The busiest five minutes count: shorter ones are the objective's own business."""

_STARTED: Final = 'sum(rate(stenofleet_task_started_total{{queue=~"{queues}"}}[5m]))'
PEAK_RATE: Final = f"max_over_time(({_STARTED})[{{days}}d:1m])"
MEAN_SECONDS: Final = (
    'sum(increase(stenofleet_task_run_seconds_sum{{queue=~"{queues}"}}[{days}d]))'
    ' / sum(increase(stenofleet_task_run_seconds_count{{queue=~"{queues}"}}[{days}d]))'
)


class NoLoad(StenofleetError):  # noqa: N818 - reads as what it says in an except clause
    """The load could not be read, with the reason; it is not taken for none."""


def from_prometheus(url: str, queues: Sequence[str], days: int) -> Load:
    """The busiest five minutes of so many days, and the mean run time.

    Raises:
        NoLoad: no answer, or no such series.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise NoLoad(f"--from-metrics: expected a URL of http or https or a file, got {url!r}")
    names = {"queues": "|".join(queues), "days": days}
    return Load(_asked(url, PEAK_RATE.format(**names)), _asked(url, MEAN_SECONDS.format(**names)))


def from_record(path: Path) -> Load:
    """The same of a trace that ``stenofleet-autoscaler run --record`` wrote.

    Raises:
        NoLoad: it cannot be read, or no task came or ended in it.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoLoad(f"{path}: {error}") from None
    rows = [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    lengths = [each["seconds"] for each in rows if each.get("type") == "finished"]
    peak = _busiest(each for each in rows if each.get("type") == "task")
    if not lengths or not peak:
        raise NoLoad(f"{path}: expected tasks that came and tasks that ended, got {len(rows)} rows")
    return Load(peak / WINDOW_SECONDS, sum(lengths) / len(lengths))


def _busiest(tasks: Iterable[dict[str, Any]]) -> int:
    """The most tasks that came within one window."""
    windows: Counter[int] = Counter()
    for each in tasks:
        windows[int(each["at"] // WINDOW_SECONDS)] += each.get("count", 1)
    return max(windows.values(), default=0)


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    needed = {"task": ("at",), "finished": ("seconds",)}
    try:
        row = json.loads(line)
    except ValueError as error:
        raise NoLoad(f"{path}, line {number}: expected JSON: {error}") from None
    if not isinstance(row, dict):
        raise NoLoad(f"{path}, line {number}: expected an object, got {line[:40]!r}")
    for name in needed.get(str(row.get("type")), ()):
        if not isinstance(row.get(name), int | float):
            raise NoLoad(f"{path}, line {number}: {name}: expected a number, got {row.get(name)!r}")
    return row


def _asked(url: str, query: str) -> float:
    # A user's own Prometheus, whose URL was looked at before.
    address = f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': query})}"
    shown = urlsplit(url).hostname
    try:
        with urlopen(address, timeout=ANSWER_SECONDS) as reply:  # noqa: S310
            found = json.load(reply)["data"]["result"]
        value = float(found[0]["value"][1]) if found else None
    except (URLError, TimeoutError) as error:
        raise NoLoad(f"--from-metrics: {shown} gave no answer: {error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NoLoad(f"--from-metrics: {shown} is no Prometheus: {error!r}") from None
    if value is None or not 0 < value < float("inf"):
        raise NoLoad(f"--from-metrics: no tasks are known there: {query} gave {value}")
    return value

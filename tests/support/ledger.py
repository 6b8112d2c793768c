"""What the plain app's workers entered into their ledger: each run of each task, each effect."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis


@dataclass(frozen=True)
class Run:
    """One run of a task; times are seconds of the epoch.

    Attributes:
        ended: None while it runs, and for ever when it was cut.
    """

    task: str
    pod: str
    started: float
    ended: float | None = None


@dataclass(frozen=True)
class Ledger:
    """The entries of one app."""

    url: str
    app: str

    def runs(self) -> list[Run]:
        """The runs so far, in the order of their beginnings."""
        with redis.Redis.from_url(self.url) as client:
            return read(list(client.lrange(f"{self.app}:runs", 0, -1)))

    def effects(self) -> set[str]:
        """The tasks whose effect is there; a task has it once, however often it runs."""
        with redis.Redis.from_url(self.url) as client:
            return {task.decode() for task in client.hkeys(f"{self.app}:effects")}

    def running(self) -> list[Run]:
        """Runs that have begun and not ended."""
        return [run for run in self.runs() if run.ended is None]

    def release(self) -> None:
        """Lets the tasks named ``held`` end, those that are still to come included."""
        with redis.Redis.from_url(self.url) as client:
            client.set(f"{self.app}:released", "yes")

    def clear(self) -> None:
        """Forgets everything."""
        with redis.Redis.from_url(self.url) as client:
            client.delete(*(f"{self.app}:{what}" for what in ("runs", "effects", "released")))


def read(entries: Sequence[bytes]) -> list[Run]:
    """Puts the two entries of each run together."""
    runs: dict[str, Run] = {}
    for entry in entries:
        told: dict[str, Any] = json.loads(entry)
        key = told["run"]
        if told["event"] == "started":
            runs[key] = Run(told["task"], told["pod"], told["at"])
        else:
            begun = runs[key]
            runs[key] = Run(begun.task, begun.pod, begun.started, told["at"])
    return sorted(runs.values(), key=lambda run: run.started)


def cut(runs: Sequence[Run]) -> list[Run]:
    """The runs that never ended, once no worker is left."""
    return [run for run in runs if run.ended is None]


def repeated(runs: Sequence[Run]) -> dict[str, int]:
    """The tasks that began more than once, and how often."""
    return {task: times for task, times in Counter(run.task for run in runs).items() if times > 1}


def waits(runs: Sequence[Run], sent: Mapping[str, float]) -> list[float]:
    """Seconds from each task's publishing to its first beginning, ascending."""
    first: dict[str, float] = {}
    for run in runs:
        first.setdefault(run.task, run.started)
    return sorted(at - sent[task] for task, at in first.items() if task in sent)

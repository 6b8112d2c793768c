"""Writes a trace from what the operator senses, to be simulated later."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel

from stenofleet_autoscaler.simulate.trace import (
    DepthLine,
    FinishLine,
    Header,
    OutageLine,
    TaskLine,
    text_of,
)

MOST_BYTES = 100_000_000
"""Size at which a trace ends: about a million tasks."""


@dataclass(frozen=True)
class Arrived:
    """Tasks that came into the pool's queues.

    Attributes:
        at: when, in seconds since the epoch: of the publisher's header, else when first seen.
        work: what the header announced, in seconds.
    """

    task: str
    at: float
    count: int = 1
    priority: int = 0
    work: float | None = None


@dataclass(frozen=True)
class Finished:
    """A task that ended after so many seconds; `at` is in seconds since the epoch."""

    task: str
    at: float
    seconds: float
    work: float | None = None


class Recorder:
    """A trace of one pool, line by line; each line is whole once `tick` returns.

    Attributes:
        ended: why nothing more is written; None while it goes on.

    Args:
        path: the file; what was in it is replaced.
        now: seconds since the epoch; the trace's beginning.
        most_bytes: it ends before it becomes larger.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, now: float, most_bytes: int = MOST_BYTES) -> None:
        self.ended: str | None = None
        self._left = most_bytes
        self._start = now
        self._silent_since: float | None = None
        self._queued: int | None = None
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self._write(Header(start=now))

    def tick(
        self,
        now: float,
        queued: int | None,
        arrived: Sequence[Arrived] = (),
        finished: Sequence[Finished] = (),
    ) -> None:
        """Takes in what one look told. Nothing here stops the operator: see `ended`.

        Args:
            now: seconds since the epoch.
            queued: tasks queued and due; None when the broker did not answer.
            arrived: tasks that came since the last look.
            finished: tasks that ended since the last look.
        """
        self._answered(now, queued)
        for task in arrived:
            self._write(self._arrival(task))
        for each in finished:
            if each.seconds > 0:
                self._write(self._finish(each))
        if queued is not None and queued != self._queued:
            self._queued = queued
            self._write(DepthLine(at=self._since(now), queued=queued))

    def close(self) -> None:
        """Ends the trace."""
        try:
            self._file.close()
        except OSError as error:
            self._fail(error)
        self.ended = self.ended or "closed"

    def __enter__(self) -> Self:
        """The recorder itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the trace."""
        self.close()

    def _answered(self, now: float, queued: int | None) -> None:
        if queued is None:
            self._silent_since = now if self._silent_since is None else self._silent_since
        elif self._silent_since is not None:
            begin, self._silent_since = self._silent_since, None
            if now > begin:
                self._write(OutageLine(at=self._since(begin), seconds=now - begin))

    def _arrival(self, task: Arrived) -> TaskLine:
        return TaskLine(
            at=self._since(task.at),
            task=task.task,
            count=task.count,
            priority=task.priority,
            work=task.work,
        )

    def _finish(self, each: Finished) -> FinishLine:
        return FinishLine(
            at=self._since(each.at), task=each.task, seconds=each.seconds, work=each.work
        )

    def _since(self, at: float) -> float:
        """Seconds since the beginning; what came before it is told as then."""
        return round(max(0.0, at - self._start), 3)

    def _write(self, line: BaseModel) -> None:
        text = text_of(line) + "\n"
        if self.ended is not None:
            return
        if len(text.encode()) > self._left:
            self.ended = "the trace has reached its largest size"
            return
        try:
            self._file.write(text)
            self._left -= len(text.encode())
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.ended = self.ended or f"the trace cannot be written: {error.strerror}"

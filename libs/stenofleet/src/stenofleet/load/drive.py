"""Sends the sessions of a load test and follows them to their ends."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState
from stenofleet.errors import StenofleetError
from stenofleet.load.report import Outcome, Report
from stenofleet.load.target import Sent, Target

LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Load:
    """What is sent.

    Attributes:
        concurrency: submissions at the same time.
        seconds: until what is not over counts as failed.
    """

    sessions: int
    concurrency: int
    seconds: float


@dataclass
class _Drive:
    target: Target
    load: Load
    began: float = field(default_factory=time.monotonic)
    sending: set[Future[tuple[Sent, float]]] = field(default_factory=set)
    waiting: dict[uuid.UUID, tuple[Sent, float]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    trouble: str = ""

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    @property
    def goes_on(self) -> bool:
        return bool(self.sending or self.waiting) and self.now < self.load.seconds

    def send(self, number: int) -> tuple[Sent, float]:
        return self.target.submit(number), self.now

    def look(self) -> None:
        for each in [future for future in self.sending if future.done()]:
            self.sending.remove(each)
            self._take(each)
        if self.waiting:
            self._see()

    def give_up(self) -> None:
        """What is still on its way has failed; nothing is sent any more."""
        reason = f"not over after {self.load.seconds:.0f} s{self.trouble}"
        for future in [each for each in self.sending if not each.cancelled()]:
            self.sending.remove(future)
            self._take(future)
        for _, sent in self.waiting.values():
            self.outcomes.append(Outcome(sent, self.now, reason, None, None))
        for _ in self.sending:
            self.outcomes.append(Outcome(None, self.now, f"not sent: {reason}", None, None))

    def _see(self) -> None:
        """A target that is away for a while, under its load perhaps, is looked at again."""
        try:
            ended = self.target.ended(tuple(self.waiting))
        except StenofleetError as error:
            self.trouble = f": {error}"
            return
        self.trouble = ""
        for session, told in ended.items():
            self.outcomes.append(_outcome(told, *self.waiting.pop(session), self.now))

    def _take(self, future: Future[tuple[Sent, float]]) -> None:
        try:
            sent = future.result()
        except StenofleetError as error:
            self.outcomes.append(Outcome(None, self.now, f"not sent: {error}", None, None))
        else:
            self.waiting[sent[0].id] = sent


def drive(target: Target, load: Load, tell: Callable[[int], None]) -> Report:
    """Sends all sessions, and waits for them.

    Args:
        target: where they go.
        load: how many, and how fast.
        tell: is given the number of those that are over, now and then.
    """
    drive = _Drive(target, load)
    with ThreadPoolExecutor(load.concurrency) as pool:
        drive.sending = {pool.submit(drive.send, number) for number in range(1, load.sessions + 1)}
        while drive.goes_on:
            drive.look()
            tell(len(drive.outcomes))
            time.sleep(LOOK_SECONDS)
        pool.shutdown(wait=False, cancel_futures=True)
    drive.give_up()
    tell(len(drive.outcomes))
    return Report(tuple(drive.outcomes))


def _outcome(told: Progress, sent: Sent, at: float, now: float) -> Outcome:
    if told.status is not SessionState.COMPLETED:
        return Outcome(at, now, f"{told.status.value}: {told.message}", None, None)
    started = told.started_at
    wait = None if started is None else max((started - sent.queued_at).total_seconds(), 0.0)
    run = None if started is None else max((told.updated_at - started).total_seconds(), 0.0)
    return Outcome(at, now, None, wait, run)

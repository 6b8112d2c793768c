"""A long recording through workers and servers that fail at chosen points."""

import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kombu.exceptions import OperationalError
from stenofleet.broker import BrokerKeys, parse_delivery
from stenofleet.contracts import tasks
from support.fault_points import CORE, POINTS, TRANSCRIPTION, Point
from support.servers import until

TESTS = Path(__file__).parents[1]
CHORES: Final = (tasks.PUBLISH_OUTBOX, tasks.REAP_LEASES, tasks.RESTORE_PENDING)
CHORE_SECONDS = 5
"""After that a chore that waits is void: another one follows."""

PATIENCE = 300
"""Seconds; on a machine at rest each step takes a tenth of it."""
PARTS = 5
"""Segments that the paced engine hears in a window."""


@dataclass
class Ordeal:
    """One session and its workers; the test does what beat and the operator do.

    Attributes:
        installation: servers and processes.
        session_id: the session.
    """

    installation: Any
    session_id: uuid.UUID
    _strikes: list[Path] = field(default_factory=list)

    def killed(self, point: Point) -> None:
        """A worker kills itself at the point."""
        self._cause(point)
        process, mark = self._faulty(point)
        self._until(lambda: process.popen.poll() is not None, f"a kill at {point}")
        assert (process.popen.returncode, mark.exists()) == (-signal.SIGKILL, True), process.text()
        # The operator does so after 30 s, in which nothing else happens: leases last for longer.
        self._give_back()

    @contextmanager
    def held(self, point: Point) -> Iterator[None]:
        """A worker that waits at the point as long as the context lasts, and goes on."""
        self._cause(point)
        self._gate.touch()
        process, mark = self._faulty(point)
        self._until(mark.exists, f"a worker at {point}")
        try:
            yield
        finally:
            self._gate.unlink()
        assert process.popen.poll() is None, process.text()

    def end(self) -> None:
        """Workers that do not fail go on, until the session has ended."""
        for queue in (CORE, TRANSCRIPTION):
            self.installation.worker(queue, "-c", "1")
        ended = {"completed", "failed"}
        self._until(lambda: self._status() in ended, "the end of the session")

    def redeliver(self) -> None:
        """What workers hold that Redis went away from comes again, as the operator does it."""

        def quiet() -> bool:
            self._give_back()
            return not self._held() and not self.installation.queued()

        until(quiet, "all messages to be dealt with", PATIENCE)

    def require_whole(self) -> None:
        """The session is completed, with every segment of every window once, in order."""
        assert self._status() == "completed", self._session().error_message
        windows = self.installation.windows(self.session_id)
        segments = self.installation.segments(self.session_id)
        assert [each.position for each in segments] == list(range(PARTS * len(windows)))
        assert [each.content for each in segments] == [
            f"part {index}" for _ in windows for index in range(PARTS)
        ]
        edges = [each.start_seconds for each in segments] + [segments[-1].end_seconds]
        assert [each.end_seconds for each in segments] == edges[1:]
        assert (edges[0], edges[-1]) == (0, self._session().duration_seconds)

    def require_result(self) -> None:
        """The job's result in Redis says that it came to a good end."""
        told = self.installation.job_state
        until(lambda: told(self.session_id) == "SUCCESS", "the job's result", PATIENCE)

    def _cause(self, point: Point) -> None:
        if point.cause:
            self.killed(POINTS[point.cause])

    def _faulty(self, point: Point) -> tuple[Any, Path]:
        mark = self.installation.folder / f"struck-{len(self._strikes)}"
        self._strikes.append(mark)
        environment = {
            "FAULT_POINT": point.name,
            "FAULT_MARK": str(mark),
            "FAULT_GATE": str(self._gate),
        }
        options = (point.queue, "-c", "1")
        return self.installation.worker(*options, app="faulty_app", **environment), mark

    def _until(self, ready: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Sends housekeeping's tasks meanwhile, as beat does."""

        def tick() -> bool:
            for name in CHORES:
                self._send(name)
            try:
                until(ready, what, 1)
            except TimeoutError:
                return False
            return True

        until(tick, what, seconds)

    def _send(self, name: str) -> None:
        try:
            self.installation.app.send_task(
                name, expires=CHORE_SECONDS, retry=False, ignore_result=True
            )
        except OperationalError:
            # Redis was away since the last one; the next one finds it.
            return

    def _give_back(self) -> None:
        with self.installation.app.connection_for_write() as connection:
            for tag in self._held():
                connection.default_channel.qos.restore_by_tag(tag)

    def _held(self) -> list[str]:
        """Tags of the transcriptions that were delivered and not acknowledged."""
        found = self.installation.redis.client().hgetall(BrokerKeys().unacked)
        deliveries = {tag: parse_delivery(raw) for tag, raw in found.items()}
        names = {tasks.TRANSCRIBE_AUDIO, tasks.TRANSCRIBE_WINDOW}
        return [tag for tag, each in deliveries.items() if each and each.message.task in names]

    def _session(self) -> Any:
        return self.installation.session(self.session_id)

    def _status(self) -> str:
        return str(self._session().status)

    @property
    def _gate(self) -> Path:
        return Path(self.installation.folder / "fault-gate")

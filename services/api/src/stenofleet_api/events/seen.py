"""What a watcher has been told, so that nothing it sees goes backwards or comes twice."""

import uuid

from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import ENDED, SessionState


def has_ended(progress: Progress | None) -> bool:
    """Whether nothing follows, unless a person begins anew; None is a session that is gone."""
    return progress is None or progress.status in ENDED


class Seen:
    """Judges what one watcher is told next by what it saw before.

    Two processes may tell a session's events in another order than they happened, and what is
    read from PostgreSQL may be in the stream, too.
    """

    def __init__(self) -> None:
        self._last: dict[uuid.UUID, Progress] = {}
        self._gone: set[uuid.UUID] = set()

    def passes(self, session_id: uuid.UUID, progress: Progress | None) -> bool:
        """Whether it is news; it counts as seen then."""
        if session_id in self._gone:
            return False
        if progress is None:
            self._gone.add(session_id)
            return True
        last = self._last.get(session_id)
        if last is not None and not _follows(last, progress):
            return False
        self._last[session_id] = progress
        return True


def _follows(last: Progress, now: Progress) -> bool:
    if now.attempt != last.attempt:
        return now.attempt > last.attempt
    if last.status in ENDED:
        return now.status is SessionState.UPLOADING
    if now.status in ENDED:
        return True
    return now.progress >= last.progress and _shown(now) != _shown(last)


def _shown(progress: Progress) -> tuple[object, ...]:
    return progress.status, progress.stage, progress.progress, progress.message

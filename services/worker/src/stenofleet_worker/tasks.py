"""The tasks, by the names of `stenofleet.contracts.tasks`; what they do is done elsewhere."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery, Task
from celery.exceptions import Ignore, Reject
from stenofleet import outbox
from stenofleet.contracts import tasks as names
from stenofleet.contracts.headers import ATTEMPT
from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.telemetry import bind

from stenofleet_worker import endings, housekeeping, lost_windows, results, retention
from stenofleet_worker.celery import app
from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import (
    Interrupted,
    LeaseLost,
    MovementsLeft,
    RecordingError,
    UnknownSession,
)
from stenofleet_worker.google import advance
from stenofleet_worker.movement import kick, partitions, run
from stenofleet_worker.services import services
from stenofleet_worker.webhooks.deliver import deliver_due

# The recording, or who sent the message, is to blame: they are no errors of ours in the log.
THROWS = (RecordingError, RecordingMissing, UnknownSession)


@app.task(
    bind=True,
    name=names.TRANSCRIBE_AUDIO,
    # A late delivery must not touch the result: STARTED is stored once the session is claimed.
    track_started=False,
    throws=THROWS,
)
def transcribe_audio(
    self: Task[Any, Any],
    session_id: str,
    audio_uri: str,
    language: str = "auto",
    original_filename: str | None = None,
) -> dict[str, Any]:
    """Transcribes a session's recording; see `stenofleet_worker.transcription.job.perform`."""
    # Imported here: the image for housekeeping can decode no audio.
    from stenofleet_worker.transcription import job  # noqa: PLC0415

    del original_filename  # part of the contract, and of no use here
    order = job.Order(_id_of(session_id), audio_uri, language, self.request.get(ATTEMPT))
    report = results.Reporter(self.app, self.request.id or "")
    with _delivery(self, session_id):
        ended = job.perform(services, order, report)
        if isinstance(ended, job.Spread):
            outbox.publish_all(services.sessions, self.app, ended.messages)
            # The result under this id is stored by whoever does the last of its windows.
            raise Ignore(f"{len(ended.messages)} windows are on their way")
        return ended


def _id_of(session_id: str) -> uuid.UUID:
    try:
        return uuid.UUID(session_id)
    except (ValueError, TypeError, AttributeError):
        raise UnknownSession(
            f"session_id: expected the UUID of a session, got {session_id!r}"
        ) from None


@app.task(
    bind=True,
    name=names.TRANSCRIBE_WINDOW,
    track_started=False,
    ignore_result=True,
    throws=THROWS,
)
def transcribe_window(self: Task[Any, Any], session_id: str, index: int) -> None:
    """Transcribes a window; see `stenofleet_worker.transcription.window_job.perform`."""
    # Imported here: the image for housekeeping can decode no audio.
    from stenofleet_worker.transcription import window_job  # noqa: PLC0415

    worker, attempt = self.request.hostname or "unknown", self.request.get(ATTEMPT)
    order = window_job.WindowOrder(uuid.UUID(session_id), index, attempt, worker)
    with _delivery(self, session_id), _job_told(self.app, order.session_id):
        window_job.perform(services, order, lambda job_id: results.Reporter(self.app, job_id))


@contextmanager
def _delivery(task: Task[Any, Any], session_id: str) -> Iterator[None]:
    """Tells Celery what becomes of a message whose run came to no end."""
    with bind(session_id=session_id, task_id=task.request.id or ""):
        try:
            yield
        except Interrupted as error:
            raise Reject(error, requeue=True) from error
        except THROWS:
            raise
        except LeaseLost as error:
            # The session is another's, or has ended; then its job's result must say so.
            endings.tell(services, task.app, uuid.UUID(session_id))
            raise Ignore(str(error)) from error
        except (StorageError, *AWAY) as error:
            # Housekeeping sends the session, or its window, out again.
            raise Ignore(str(error)) from error


@contextmanager
def _job_told(app: Celery, session_id: uuid.UUID) -> Iterator[None]:
    """However a window ends, its session may have ended with it, whose job bears another id."""
    try:
        yield
    finally:
        endings.tell(services, app, session_id)


@app.task(name=names.PROCESS_MOVEMENT_LOGS, throws=(MovementsLeft,))
def process_movement_logs_batch() -> dict[str, int]:
    """Writes the movements that wait; see `stenofleet_worker.movement.run.perform`."""
    return run.perform(services, app)


@app.task(name=names.PUBLISH_OUTBOX, ignore_result=True)
def publish_outbox() -> None:
    """Publishes what was not published after its transaction."""
    housekeeping.survive(lambda: housekeeping.publish_outbox(services, app))


@app.task(name=names.REAP_LEASES, ignore_result=True)
def reap_leases() -> None:
    """Starts the next attempt of sessions, and sends windows again, whose worker was lost."""
    housekeeping.survive(lambda: housekeeping.reap_leases(services, app))
    housekeeping.survive(lambda: lost_windows.reap(services, app))


@app.task(name=names.RESTORE_PENDING, ignore_result=True)
def restore_pending() -> None:
    """Sends pending sessions, and waiting windows, out again whose message Redis has lost."""
    housekeeping.survive(lambda: housekeeping.restore_pending(services, app))
    housekeeping.survive(lambda: lost_windows.restore(services, app))


@app.task(name=names.ADVANCE_OPERATIONS, ignore_result=True)
def advance_operations() -> None:
    """Takes a step with each operation at Google that is due."""
    housekeeping.survive(lambda: advance.advance(services, app))


@app.task(name=names.PING)
def ping() -> str:
    """Answers, to show that tasks are run."""
    return "pong"


@app.task(name=names.DELIVER_WEBHOOKS, ignore_result=True)
def deliver_webhooks() -> None:
    """Sends webhooks' messages that are due."""
    housekeeping.survive(lambda: deliver_due(services.sessions, services.webhook_sender))


@app.task(name=names.REMOVE_EXPIRED, ignore_result=True)
def remove_expired() -> None:
    """Removes uploads that nobody confirmed, and sessions past their time."""
    housekeeping.survive(lambda: retention.remove_expired(services))


@app.task(name=names.KICK_MOVEMENT_LOGS, ignore_result=True)
def kick_movement_logs() -> None:
    """Gives movements of lost workers back, and has workers write what waits."""
    housekeeping.survive(lambda: kick.kick(services, app))


@app.task(name=names.KEEP_MOVEMENT_PARTITIONS, ignore_result=True)
def keep_movement_partitions() -> None:
    """Makes the partitions of the days ahead, and drops those past their time."""
    housekeeping.survive(lambda: partitions.keep(services))

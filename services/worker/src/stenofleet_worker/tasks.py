"""The tasks, by the names of `stenofleet.contracts.tasks`; what they do is done elsewhere."""

import uuid
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Reject
from stenofleet.contracts import tasks as names
from stenofleet.contracts.headers import ATTEMPT
from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.telemetry import bind

from stenofleet_worker import housekeeping, results, retention
from stenofleet_worker.celery import app
from stenofleet_worker.database import AWAY
from stenofleet_worker.errors import Interrupted, LeaseLost, RecordingError
from stenofleet_worker.services import services


@app.task(
    bind=True,
    name=names.TRANSCRIBE_AUDIO,
    # A late delivery must not touch the result: STARTED is stored once the session is claimed.
    track_started=False,
    # The user's recording is to blame, so these are no errors of ours in the log.
    throws=(RecordingError, RecordingMissing),
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
    order = job.Order(uuid.UUID(session_id), audio_uri, language, self.request.get(ATTEMPT))
    with bind(session_id=session_id, task_id=self.request.id or ""):
        try:
            return job.perform(services, order, results.Reporter(self))
        except Interrupted as error:
            raise Reject(error, requeue=True) from error
        except (RecordingError, RecordingMissing):
            raise
        except (LeaseLost, StorageError, *AWAY) as error:
            # The session is another's, or housekeeping sends it out again.
            raise Ignore(str(error)) from error


@app.task(name=names.PUBLISH_OUTBOX, ignore_result=True)
def publish_outbox() -> None:
    """Publishes what was not published after its transaction."""
    housekeeping.survive(lambda: housekeeping.publish_outbox(services, app))


@app.task(name=names.REAP_LEASES, ignore_result=True)
def reap_leases() -> None:
    """Starts the next attempt of sessions whose worker was lost."""
    housekeeping.survive(lambda: housekeeping.reap_leases(services, app))


@app.task(name=names.RESTORE_PENDING, ignore_result=True)
def restore_pending() -> None:
    """Sends pending sessions out again whose message Redis has lost."""
    housekeeping.survive(lambda: housekeeping.restore_pending(services, app))


@app.task(name=names.REMOVE_EXPIRED, ignore_result=True)
def remove_expired() -> None:
    """Removes uploads that nobody confirmed, and sessions past their time."""
    housekeeping.survive(lambda: retention.remove_expired(services))

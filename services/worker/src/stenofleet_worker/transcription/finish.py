"""The last step of a session, by whoever holds it when all its windows are done."""

from typing import Any

import structlog
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.contracts.progress import Stage

from stenofleet_worker import endings, metrics
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import gather, progress, store
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.ownership import Claim

log = structlog.get_logger(__name__)

TOGETHER = "Putting the transcript together"


def finish(
    services: Services, held: Claim, options: TranscriptOptions, windows: list[Finished]
) -> dict[str, Any]:
    """Makes the transcript of all windows and completes the session.

    Returns:
        Figures of the transcript, fit for a Celery result.

    Raises:
        LeaseLost: the session is this claim's no more.
    """
    services.database.run(lambda db: progress.say(db, held, Stage.FINISHING, TOGETHER))
    outcome = gather.gather(windows, options)
    services.database.run(lambda db: store.complete(db, held, outcome))
    summary = services.database.run(lambda db: endings.summary(db, held.session_id))
    if summary["processing_speed"] is not None:
        metrics.SPEED.observe(summary["processing_speed"])
    log.info("Transcription completed for session %s", held.session_id, **summary)
    return summary

"""What a session tells of itself, for tests that need no session."""

import uuid
from datetime import UTC, datetime
from typing import Any

from stenofleet.contracts.progress import Progress, Stage
from stenofleet.contracts.states import SessionState

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def progress(session: uuid.UUID, status: SessionState, percent: float, **more: Any) -> Progress:
    """Of a session's first attempt, unless ``more`` says otherwise."""
    told: dict[str, Any] = {
        "stage": Stage.TRANSCRIBING,
        "message": f"{percent} %",
        "duration_processed": None,
        "duration_total": None,
        "processing_speed": None,
        "started_at": None,
        "estimated_completion": None,
        "transcription_job_id": None,
        "attempt": 1,
        "error_message": None,
        "updated_at": NOW,
    }
    return Progress(session_id=session, status=status, progress=percent, **(told | more))

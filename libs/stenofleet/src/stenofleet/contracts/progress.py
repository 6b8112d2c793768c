"""How far a session is, as `/status` and live events tell it."""

import uuid
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from stenofleet.contracts.states import SessionState


class Stage(StrEnum):
    """What is done to a session just now."""

    UPLOADING = "uploading"
    WAITING = "waiting"
    """Its message waits for a free slot."""
    PREPARING = "preparing"
    """The recording is fetched, and cut when it is long."""
    TRANSCRIBING = "transcribing"
    FINISHING = "finishing"
    """The windows become one transcript."""
    ENDED = "ended"


class Progress(BaseModel):
    """How far a session is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session_id": "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10",
                    "status": "processing",
                    "stage": "transcribing",
                    "progress": 42.0,
                    "message": "Transcribed 0:25 of 1:01",
                    "duration_processed": 25.8,
                    "duration_total": 61.5,
                    "processing_speed": 6.1,
                    "started_at": "2026-01-05T09:31:02Z",
                    "estimated_completion": "2026-01-05T09:31:12Z",
                    "transcription_job_id": "7a3f6f5e-54a7-4f5c-9d3a-3b8f6a1f7c55",
                    "attempt": 1,
                    "error_message": None,
                    "updated_at": "2026-01-05T09:31:06Z",
                }
            ]
        }
    )

    session_id: uuid.UUID
    status: SessionState
    stage: Stage
    progress: float = Field(ge=0, le=100, description="Percent; 100 only when completed.")
    message: str
    duration_processed: float | None = Field(description="Seconds of the recording.")
    duration_total: float | None = Field(description="Seconds of the recording.")
    processing_speed: float | None = Field(
        description="Seconds of recording for each second of wall time."
    )
    started_at: datetime | None
    estimated_completion: datetime | None
    transcription_job_id: str | None
    attempt: int = Field(description="Counts each start, and each worker that was lost.")
    error_message: str | None
    updated_at: datetime

"""A transcript's shape."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from stenofleet.contracts.roles import Role


class Format(StrEnum):
    """How a transcript is written."""

    JSON = "json"
    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"
    TSV = "tsv"
    DOCX = "docx"
    XLSX = "xlsx"


class SegmentView(BaseModel):
    """A stretch of speech of one speaker."""

    id: int
    speaker_id: int
    start_sec: float
    end_sec: float
    content: str
    confidence: float | None
    role: Role
    name: str | None = Field(None, description="As people call the speaker.")
    words: list[Any] | None = Field(
        None, description="With times, where asked for by words=true; not changed by edits."
    )

    @property
    def label(self) -> str:
        """Who speaks, for people: the name, else the role, else the speaker's number."""
        if self.name:
            return self.name
        if self.role is Role.UNKNOWN:
            return f"Speaker {self.speaker_id}"
        return self.role.value.capitalize()


class Transcript(BaseModel):
    """All of a session's speech, in order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session_id": "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10",
                    "title": "Monday",
                    "duration_seconds": 61.5,
                    "language": "en",
                    "created_at": "2026-01-05T09:30:00Z",
                    "role_assignments": {},
                    "segment_roles": {},
                    "segments": [
                        {
                            "id": 1,
                            "speaker_id": 1,
                            "start_sec": 0.0,
                            "end_sec": 2.5,
                            "content": "How was your week?",
                            "confidence": 0.93,
                            "role": "UNKNOWN",
                        }
                    ],
                }
            ]
        }
    )

    session_id: uuid.UUID
    title: str
    duration_seconds: float | None
    language: str
    created_at: datetime
    role_assignments: dict[str, Role]
    """Role by speaker id."""
    segment_roles: dict[str, Role]
    """Role by segment id, which overrides the speaker's."""
    segments: list[SegmentView]

"""What goes in and out about sessions."""

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from stenofleet.contracts.options import TranscriptOptions
from stenofleet.contracts.priorities import Priority
from stenofleet.contracts.states import SessionState

from stenofleet_api.sessions import languages, providers

LANGUAGE = r"^(auto|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)$"
"""``auto``, or the shape of a BCP-47 tag."""


def storable(text: str) -> str:
    """The text, if PostgreSQL can hold it."""
    if "\x00" in text:
        raise ValueError("expected text without NUL characters")
    return text


def _each_once(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(storable),
]


Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(storable),
]
Tags = Annotated[list[Tag], Field(max_length=50), AfterValidator(_each_once)]
Phrase = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(storable),
]
Prompt = Annotated[str, StringConstraints(max_length=1000), AfterValidator(storable)]


class PriorityName(StrEnum):
    """Whose transcript starts first."""

    INTERACTIVE = "interactive"
    BATCH = "batch"

    @property
    def number(self) -> Priority:
        """As messages bear it."""
        return Priority[self.name]


class NewSession(BaseModel):
    """What a session begins with."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Monday", "language": "en-US"}]}
    )

    title: Title
    language: str = Field("auto", pattern=LANGUAGE, max_length=35, description="BCP-47, or auto")
    duration_seconds: float | None = Field(
        None, gt=0, le=7 * 86_400, allow_inf_nan=False, description="If known; else measured."
    )
    provider: providers.ProviderName = providers.DEFAULT
    tags: Tags = Field(default_factory=list)
    priority: PriorityName = Field(
        PriorityName.BATCH, description="interactive goes first: somebody waits for the transcript."
    )
    vocabulary: list[Phrase] = Field(
        default_factory=list, max_length=100, description="Names and terms to listen for."
    )
    prompt: Prompt | None = Field(
        None, description="Text that might stand before the recording, for style and spelling."
    )
    word_times: bool = True
    diarize: bool = Field(default=True, description="Whether speakers are told apart.")
    max_speakers: int = Field(6, ge=1, le=6)

    @model_validator(mode="after")
    def _language_that_the_provider_knows(self) -> Self:
        known = providers.named(self.provider).languages
        if not languages.knows(tuple(known), self.language):
            raise PydanticCustomError(
                "language",
                "language: expected auto or one of {known}, with a region if you like",
                {"known": ", ".join(known)},
            )
        return self

    def options(self) -> TranscriptOptions:
        """What the transcript should be like."""
        return TranscriptOptions(**self.model_dump(include=set(TranscriptOptions.model_fields)))


class SessionChange(BaseModel):
    """What is to be changed of a session; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Monday, first half"}]}
    )

    title: Title | None = None
    tags: Tags | None = None


class SessionView(BaseModel):
    """A session, as its owner sees it."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10",
                    "title": "Monday",
                    "language": "en-US",
                    "status": "pending",
                    "audio_filename": "monday.ogg",
                    "content_type": "audio/ogg",
                    "size_bytes": 218_374,
                    "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "duration_seconds": 61.5,
                    "provider": "whisper",
                    "transcription_job_id": "7a3f6f5e-54a7-4f5c-9d3a-3b8f6a1f7c55",
                    "error_message": None,
                    "cost": None,
                    "tags": ["team-a"],
                    "priority": "batch",
                    "options": {
                        "vocabulary": ["Stenofleet"],
                        "prompt": None,
                        "word_times": True,
                        "diarize": True,
                        "max_speakers": 6,
                        "temperature": None,
                    },
                    "completed_at": None,
                    "created_at": "2026-01-05T09:30:00Z",
                    "updated_at": "2026-01-05T09:31:00Z",
                }
            ]
        },
    )

    id: uuid.UUID
    title: str
    language: str
    status: SessionState
    audio_filename: str | None = Field(description="As the sender named it.")
    content_type: str | None = Field(description="By the recording's content.")
    size_bytes: int | None
    checksum: str | None = Field(description="SHA-256 of the recording, in hexadecimal.")
    duration_seconds: float | None = Field(description="Null until it is known.")
    provider: str
    transcription_job_id: str | None = Field(description="Celery's task id of the job.")
    error_message: str | None
    cost: Decimal | None
    tags: list[str]
    priority: PriorityName
    options: TranscriptOptions
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @field_validator("priority", mode="before")
    @classmethod
    def _by_number(cls, value: Any) -> Any:
        return Priority(value).name.lower() if isinstance(value, int) else value


class SessionPage(BaseModel):
    """A part of the list, newest first."""

    items: list[SessionView]
    total: int = Field(description="How many there are with this filter.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(
        None, description="Ask with it for the next page; null on the last one.", examples=[None]
    )

"""What search tells."""

import uuid

from pydantic import BaseModel, Field


class Hit(BaseModel):
    """A segment in which it was said."""

    session_id: uuid.UUID
    title: str = Field(examples=["Monday"])
    segment_id: int = Field(examples=[17])
    speaker_id: int = Field(examples=[1])
    start_sec: float = Field(examples=[12.5])
    end_sec: float = Field(examples=[15.0])
    content: str = Field(examples=["How was your week?"])


class Hits(BaseModel):
    """Segments, those of the newest sessions first."""

    items: list[Hit]
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    more: bool = Field(examples=[False], description="Whether there are more after these.")

"""What goes in and out about edits."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from stenofleet_api.speakers.schemas import SegmentId


def _plain(text: str) -> str:
    if "\x00" in text:
        raise ValueError("expected text without NUL characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")


Content = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_plain)]


class SegmentContent(BaseModel):
    """Texts by segment."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"segment_content": {"17": "How was your week?"}}]},
    )

    segment_content: dict[SegmentId, Content] = Field(min_length=1, max_length=1_000)


class Undo(BaseModel):
    """What to undo: the last change of one segment, or of the session."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"segment_id": 17}]})

    segment_id: SegmentId | None = None


class EditView(BaseModel):
    """One change of one segment."""

    model_config = ConfigDict(from_attributes=True)

    segment_id: int = Field(examples=[17])
    before: str = Field(examples=["How was your weak?"])
    after: str = Field(examples=["How was your week?"])
    created_at: datetime = Field(examples=["2026-01-05T09:30:00Z"])


class EditsView(BaseModel):
    """Changes, the newest first."""

    edits: list[EditView] = Field(
        examples=[
            [
                {
                    "segment_id": 17,
                    "before": "How was your weak?",
                    "after": "How was your week?",
                    "created_at": "2026-01-05T09:30:00Z",
                }
            ]
        ]
    )

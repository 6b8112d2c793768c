"""A movement as cameras send it, and what is answered."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from stenofleet.movement.events import UUID7, time_of

from stenofleet_api.problems import FieldError
from stenofleet_api.sessions.schemas import storable

MOST: Final = 10_000
"""Movements of one request."""

FARTHEST: Final = 1_000_000
"""Pixels: no picture is that large, and numbers beyond are mistakes."""

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=1)
"""How far a camera's clock may be ahead of ours."""

EXAMPLE: Final[dict[str, Any]] = {
    "user_id": "visitor-17",
    "track_id": 4,
    "bbox": [100, 50, 180, 250],
    "state": "entered",
    "store": "store-1",
    "camera_id": "cam-3",
    "timestamp": "2026-01-05T09:30:00Z",
}
EXAMPLE_ID: Final = "019b8d4d-4d40-7c3e-8f5a-1b2c3d4e5f60"


def _ordered(bbox: list[float]) -> list[float]:
    if bbox[0] > bbox[2] or bbox[1] > bbox[3]:
        raise ValueError("expected x1, y1, x2, y2 with x1 <= x2 and y1 <= y2")
    return bbox


def _likely(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= datetime.now(UTC) + AHEAD:
        raise ValueError("expected a time from the year 2000 to an hour ahead of now")
    return moment


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
OptionalText = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Pixels = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False, strict=True)]
Box = Annotated[list[Pixels], Field(min_length=4, max_length=4), AfterValidator(_ordered)]
Moment = Annotated[datetime, AfterValidator(_zoned), AfterValidator(_likely)]


class NewMovement(BaseModel):
    """A person seen by a camera."""

    model_config = ConfigDict(
        extra="forbid", coerce_numbers_to_str=True, json_schema_extra={"examples": [EXAMPLE]}
    )

    user_id: Text
    track_id: int = Field(ge=-(2**63), lt=2**63, strict=True)
    bbox: Box = Field(description="x1, y1, x2, y2 in pixels.")
    state: Text
    store: Text
    camera_id: OptionalText | None = None
    location: OptionalText | None = Field(
        None,
        description="By default `Area_(x,y)` from the centre of bbox, or `Track_<track_id>` when "
        "bbox has no extent.",
    )
    timestamp: Moment | None = Field(
        None, description="When it happened; without a zone in UTC. By default that of event_id."
    )
    event_id: uuid.UUID | None = Field(
        None,
        description="Sent again, the movement is there once. A UUIDv7, or any UUID beside a "
        "timestamp, with the same timestamp each time. By default a new UUIDv7.",
    )

    @field_validator("event_id")
    @classmethod
    def _tells_its_day(cls, event_id: uuid.UUID | None, info: ValidationInfo) -> uuid.UUID | None:
        if event_id is not None and info.data.get("timestamp", event_id) is None:
            _likely(_time_in(event_id))
        return event_id


def _time_in(event_id: uuid.UUID) -> datetime:
    if event_id.version != UUID7:
        raise ValueError("expected a UUIDv7, or a timestamp beside it")
    try:
        return time_of(event_id) or EARLIEST
    except (ValueError, OverflowError):
        raise ValueError("expected a UUIDv7 of a time that calendars know") from None


class Queued(BaseModel):
    """The movement waits to be written."""

    status: str = Field("queued", examples=["queued"])
    event_id: uuid.UUID = Field(examples=[EXAMPLE_ID])
    queue_length: int = Field(examples=[1], description="Movements that wait, this one too.")


class Rejected(BaseModel):
    """A movement that is not taken."""

    index: int = Field(examples=[1], description="Its place in the request, from 0.")
    errors: list[FieldError]


class QueuedBatch(BaseModel):
    """What became of each movement of the request."""

    status: str = Field("queued", examples=["queued"])
    accepted: int = Field(examples=[1])
    event_ids: list[uuid.UUID | None] = Field(
        examples=[[EXAMPLE_ID, None]], description="In the request's order; null: not taken."
    )
    rejected: list[Rejected]
    queue_length: int = Field(examples=[1], description="Movements that wait, these too.")

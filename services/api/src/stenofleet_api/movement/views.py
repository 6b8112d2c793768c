"""What is told about movements, their queue and its workers."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from stenofleet.db.models import MovementDeadLetter
from stenofleet.movement.dead_letters import MOST_REPLAYED
from stenofleet.movement.state import State

from stenofleet_api.movement.schemas import EXAMPLE, EXAMPLE_ID

TASK_ID = "7a3f6f5e-54a7-4f5c-9d3a-3b8f6a1f7c55"


class MovementView(BaseModel):
    """A person seen by a camera."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    **EXAMPLE,
                    "event_id": EXAMPLE_ID,
                    "location": "Area_(140,150)",
                    "received_at": "2026-01-05T09:30:01Z",
                }
            ]
        },
    )

    event_id: uuid.UUID
    user_id: str
    track_id: int
    bbox: list[float]
    state: str
    store: str
    camera_id: str | None
    location: str
    timestamp: datetime = Field(validation_alias="occurred_at")
    received_at: datetime = Field(description="When it was written.")


class MovementPage(BaseModel):
    """A part of the list, newest first."""

    items: list[MovementView]
    total: int | None = Field(
        examples=[1],
        description="How many there are with this filter; null when they are more than 100,000, "
        "and with a cursor.",
    )
    page: int | None = Field(examples=[1], description="Null with a cursor.")
    page_size: int = Field(examples=[20])
    next_cursor: str | None = Field(
        examples=[None], description="Ask with it for the next page; null on the last one."
    )


class QueueStatus(BaseModel):
    """What waits in Redis, everybody's."""

    queue_length: int = Field(examples=[0], description="Movements that wait.")
    processing: int = Field(examples=[0], description="Movements that a batch took.")
    tasks_waiting: int = Field(examples=[0], description="Batches that no worker has begun.")
    limit: int = Field(examples=[1_000_000], description="Movements that may wait.")
    maxmemory_policy: str | None = Field(
        examples=["noeviction"], description="Of Redis; null when it does not tell."
    )
    warning: str | None = Field(examples=[None], description="What is wrong with it.")

    @classmethod
    def of(cls, state: State, limit: int) -> "QueueStatus":
        """What was seen."""
        return cls(
            queue_length=state.queued,
            processing=state.processing,
            tasks_waiting=state.tasks,
            limit=limit,
            maxmemory_policy=state.policy,
            warning=state.warning,
        )


class TaskView(BaseModel):
    """A task that was asked for."""

    status: str = Field(
        "processing",
        examples=["processing"],
        description="`processing`, or `done` or `failed` within `wait`.",
    )
    task_id: str = Field(examples=[TASK_ID])
    result: Any = Field(None, examples=[None], description="What it returned, or its error.")


class Clearing(BaseModel):
    """That it is meant so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"confirm": True}]})

    confirm: bool = False


class Cleared(BaseModel):
    """What is gone."""

    status: Literal["cleared"] = "cleared"
    cleared: int = Field(examples=[12], description="Movements of yours that waited.")


class Health(BaseModel):
    """What works; `degraded` when movements wait for workers, `unhealthy` (503) when more lacks."""

    redis: bool = Field(examples=[True])
    celery: bool = Field(
        examples=[True],
        description="Tasks can be published, and a worker is heard or nothing waits for one.",
    )
    database: bool = Field(examples=[True])
    overall_status: Literal["healthy", "degraded", "unhealthy"] = Field(examples=["healthy"])


class DeadLetter(BaseModel):
    """What could not become a movement."""

    id: int = Field(examples=[17])
    reason: str = Field(examples=["Expected `int`, got `str` - at `$.track_id`"])
    raw: str = Field(
        examples=['{"track_id": "a"}'],
        description=r"As it lay in the queue; what is no text as \xNN.",
    )
    created_at: datetime

    @classmethod
    def of(cls, row: MovementDeadLetter) -> "DeadLetter":
        """The letter, readable."""
        raw = row.raw.decode(errors="backslashreplace")
        return cls(id=row.id, reason=row.reason, raw=raw, created_at=row.created_at)


class DeadLetters(BaseModel):
    """Dead letters that were not replayed, newest first."""

    items: list[DeadLetter]
    total: int = Field(examples=[1])
    next_cursor: int | None = Field(examples=[None], description="As `cursor` for the next page.")


class Replaying(BaseModel):
    """Which dead letters."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ids": [17]}]})

    ids: list[int] | None = Field(
        None,
        min_length=1,
        max_length=MOST_REPLAYED,
        description=f"By default the oldest {MOST_REPLAYED}.",
    )


class Replayed(BaseModel):
    """What is in the queue again."""

    status: Literal["queued"] = "queued"
    replayed: int = Field(examples=[1])
    left: int = Field(examples=[0], description="Dead letters of yours that are not replayed.")

"""What goes in and out about webhooks."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from stenofleet.contracts.events import EventName
from stenofleet.webhooks import TOLD, DeliveryState, is_secret

URL = "https://hooks.example.com/stenofleet"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 - an example
_ID = "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10"
_HOOK: dict[str, Any] = {
    "id": _ID,
    "url": URL,
    "session_id": None,
    "events": ["session.completed", "session.failed"],
    "active": True,
    "created_at": "2026-01-05T09:30:00Z",
}


def _told(events: list[EventName]) -> list[EventName]:
    if not set(events) <= set(TOLD):
        raise ValueError(f"expected some of {', '.join(TOLD)}; the stream of events has progress")
    return list(dict.fromkeys(events))


def _secret(text: str | None) -> str | None:
    if text is not None and not is_secret(text):
        raise ValueError("expected whsec_ and base64 of 24 to 64 random bytes")
    return text


class NewWebhook(BaseModel):
    """Where messages go, and about what."""

    model_config = ConfigDict(
        extra="forbid",
        # A secret must not come back in an error.
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"url": URL, "events": ["session.completed", "session.failed"]}]
        },
    )

    url: str = Field(min_length=1, max_length=2000, description="https://...")
    events: Annotated[list[EventName], AfterValidator(_told)] = Field(
        default_factory=list, max_length=20, description="Empty: all but session.progress."
    )
    secret: Annotated[str | None, AfterValidator(_secret)] = Field(
        None, max_length=200, description="`whsec_` and base64; left out, one is made."
    )


class WebhookView(BaseModel):
    """A webhook; its secret is not shown again."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_HOOK]})

    id: uuid.UUID
    url: str
    session_id: uuid.UUID | None = Field(description="Null: it hears of all sessions.")
    events: list[EventName] = Field(description="Empty: all but session.progress.")
    active: bool
    created_at: datetime


class CreatedWebhook(WebhookView):
    """A new webhook, with its secret."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={"examples": [{**_HOOK, "secret": SECRET}]}
    )

    secret: str = Field(description="Checks `webhook-signature`; it is shown only now.")


class DeliveryView(BaseModel):
    """A message to a webhook."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "7a3f6f5e-54a7-4f5c-9d3a-3b8f6a1f7c55",
                    "session_id": _ID,
                    "event": "session.completed",
                    "payload": {
                        "type": "session.completed",
                        "timestamp": "2026-01-05T09:31:00+00:00",
                        "data": {"session_id": _ID, "title": "Monday", "status": "completed"},
                    },
                    "state": "pending",
                    "tries": 2,
                    "next_try_at": "2026-01-05T09:31:15Z",
                    "last_status": 503,
                    "last_error": "the receiver answered 503",
                    "delivered_at": None,
                    "created_at": "2026-01-05T09:31:00Z",
                }
            ]
        },
    )

    id: uuid.UUID = Field(description="The header `webhook-id`, the same for every try.")
    session_id: uuid.UUID | None
    event: str
    payload: dict[str, Any]
    state: DeliveryState
    tries: int
    next_try_at: datetime = Field(description="Of a pending one.")
    last_status: int | None = Field(description="What the receiver answered; null: nothing.")
    last_error: str | None
    delivered_at: datetime | None
    created_at: datetime


class DeliveryPage(BaseModel):
    """A part of a webhook's deliveries, newest first."""

    items: list[DeliveryView]
    total: int = Field(description="How many there are with this filter.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])

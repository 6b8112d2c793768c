"""What goes in and out about applying."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from stenofleet_api.blueprints.plan import Mode, PlanChanges

_ID = "7a3f6f5e-54a7-4f5c-9d3a-3b8f6a1f7c55"
_BLUEPRINT = "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10"
_APPLIED: dict[str, Any] = {
    "application_id": _ID,
    "blueprint_id": _BLUEPRINT,
    "version": 2,
    "mode": "merge",
}
_CHANGES: dict[str, Any] = {
    "stores": {
        "added": ["store_2"],
        "changed": [{"id": "store_1", "fields": ["polygon"]}],
        "removed": [],
        "unchanged": 4,
    },
    "cameras": {"added": [], "changed": [], "removed": [], "unchanged": 2},
}


class Wish(BaseModel):
    """How a blueprint is to be applied."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mode": "replace", "dry_run": True}]}
    )

    mode: Mode = Field(
        Mode.MERGE,
        description="merge: what the blueprint does not name stays. replace: it is removed.",
    )
    dry_run: StrictBool = Field(
        default=False, description="Change nothing, and tell what would change."
    )
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] | None = Field(
        None, description="An older version; left out, the newest."
    )


class Applied(BaseModel):
    """What applying changed, or would change."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_APPLIED, "dry_run": False, "changes": _CHANGES}]}
    )

    application_id: uuid.UUID | None = Field(description="To undo it; null for a dry run.")
    blueprint_id: uuid.UUID
    version: int
    mode: Mode
    dry_run: bool
    changes: PlanChanges


class ApplicationView(BaseModel):
    """That a blueprint was applied."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [{**_APPLIED, "created_at": "2026-01-05T09:30:00Z", "undone_at": None}]
        },
    )

    application_id: uuid.UUID = Field(validation_alias="id")
    blueprint_id: uuid.UUID
    version: int
    mode: Mode
    created_at: datetime
    undone_at: datetime | None


class ApplicationPage(BaseModel):
    """A part of what was applied, newest first."""

    items: list[ApplicationView]
    total: int = Field(description="How many there are with this filter.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])


class Undone(BaseModel):
    """What undoing changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "application": {
                        **_APPLIED,
                        "created_at": "2026-01-05T09:30:00Z",
                        "undone_at": "2026-01-05T09:35:00Z",
                    },
                    "changes": _CHANGES,
                }
            ]
        }
    )

    application: ApplicationView
    changes: PlanChanges

"""What goes in and out about blueprints."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from stenofleet_api.blueprints.fields import Description, Name, PlanId
from stenofleet_api.blueprints.mapping import EXAMPLE, Mapping

_ID = "0b7de8a5-6f0f-4f3d-9f9f-5c1d1f8f7a10"
_TIMES = {"created_at": "2026-01-05T09:30:00Z", "updated_at": "2026-01-05T09:31:00Z"}
_DESCRIBED: dict[str, Any] = {
    "name": "Ground floor",
    "description": "As of the new till",
    "camera_id": "cam_1",
}
_VERSION: dict[str, Any] = {**_DESCRIBED, "version": 2, "created_at": "2026-01-05T09:30:00Z"}


class NewCopy(BaseModel):
    """What a blueprint of what is there now is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_DESCRIBED]})

    name: Name
    description: Description = ""
    camera_id: PlanId | None = Field(
        None, description="A camera that you note it for; it need not be in the mapping."
    )


class NewBlueprint(NewCopy):
    """A blueprint to be saved."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{**_DESCRIBED, "mapping_data": EXAMPLE}]},
    )

    mapping_data: Mapping


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("expected a value; leave the field out to keep what is there")
    return value


_Given = AfterValidator(_given)


class BlueprintChange(BaseModel):
    """What a blueprint becomes; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Ground floor", "mapping_data": EXAMPLE}]},
    )

    name: Annotated[Name | None, _Given] = None
    description: Annotated[Description | None, _Given] = None
    mapping_data: Annotated[Mapping | None, _Given] = None
    camera_id: PlanId | None = Field(None, description="Null removes it.")
    is_active: Annotated[StrictBool | None, _Given] = Field(
        None, description="True brings a deleted one back."
    )

    def given(self) -> dict[str, Any]:
        """The columns that were named, as the database keeps them."""
        columns = {name: getattr(self, name) for name in self.model_fields_set}
        if self.mapping_data is not None:
            columns["mapping_data"] = self.mapping_data.stored()
        return columns


class BlueprintView(BaseModel):
    """A blueprint, as of its newest version."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "blueprint_id": _ID,
                    **_DESCRIBED,
                    "mapping_data": EXAMPLE,
                    "is_active": True,
                    "version": 2,
                    **_TIMES,
                }
            ]
        },
    )

    blueprint_id: uuid.UUID = Field(validation_alias="id")
    name: str
    description: str
    mapping_data: dict[str, Any]
    camera_id: str | None
    is_active: bool = Field(description="False once it was deleted.")
    version: int
    created_at: datetime
    updated_at: datetime


class BlueprintPage(BaseModel):
    """A part of the list, newest first."""

    items: list[BlueprintView]
    total: int = Field(description="How many there are with this filter.", examples=[1])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(
        None, description="Ask with it for the next page; null on the last one.", examples=[None]
    )


class VersionSummary(BaseModel):
    """That a blueprint has a version."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_VERSION]})

    version: int
    name: str
    description: str
    camera_id: str | None
    created_at: datetime


class VersionView(VersionSummary):
    """What a blueprint was, at one of its versions."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"examples": [{**_VERSION, "mapping_data": EXAMPLE}]},
    )

    mapping_data: dict[str, Any]


class VersionPage(BaseModel):
    """A part of a blueprint's versions, newest first."""

    items: list[VersionSummary]
    total: int = Field(examples=[2])
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])

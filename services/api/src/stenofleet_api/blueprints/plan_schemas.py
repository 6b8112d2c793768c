"""What goes out about stores and cameras."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from stenofleet_api.blueprints.mapping import EXAMPLE

_UPDATED = {"updated_at": "2026-01-05T09:31:00Z"}
_STORE: dict[str, Any] = {
    "store_id": "store_1",
    **EXAMPLE["stores"]["store_1"],
    "matrix": EXAMPLE["calibration"]["store_matrices"]["store_1"],
    **_UPDATED,
}
_CAMERA: dict[str, Any] = {"camera_id": "cam_1", **EXAMPLE["cameras"]["cam_1"], **_UPDATED}


class StoreView(BaseModel):
    """A store that is there now."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_STORE]})

    store_id: str
    name: str
    category: str
    polygon: list[list[float]]
    is_mapped: bool
    matrix: list[list[float]] | None = Field(description="Null while it is not calibrated.")
    updated_at: datetime


class CameraView(BaseModel):
    """A camera that is there now."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_CAMERA]})

    camera_id: str
    position: list[float]
    orientation: float
    fov_angle: float
    fov_range: float
    updated_at: datetime


class _Page(BaseModel):
    total: int = Field(description="How many there are.", examples=[1])
    limit: int = Field(examples=[100])
    next_cursor: str | None = Field(
        None, description="Ask with it for the next page; null on the last one.", examples=[None]
    )


class StorePage(_Page):
    """A part of the stores, by their ids."""

    items: list[StoreView]


class CameraPage(_Page):
    """A part of the cameras, by their ids."""

    items: list[CameraView]

"""What goes in and out about uploads."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NewUpload(BaseModel):
    """The file that is to be uploaded."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"filename": "monday.ogg", "content_type": "audio/ogg"}]},
    )

    filename: str = Field(min_length=1, max_length=1000)
    content_type: str | None = Field(None, max_length=200, pattern=r"^[\x20-\x7e]+$")


class UploadLink(BaseModel):
    """Where the file goes; confirm when it is there."""

    upload_url: str = Field(
        examples=[
            "https://steno.example.com/api/v1/uploads/0b7d...?expires=1767607200&signature=9f"
        ]
    )
    method: Literal["PUT"] = "PUT"
    expires_at: datetime


class Signed(BaseModel):
    """The query of an upload URL."""

    expires: int = Field(ge=0, le=2**53, description="Epoch seconds.")
    signature: str = Field(max_length=100)

"""The engines that a session may name."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field


class ProviderName(StrEnum):
    """A provider, as sessions name it."""

    WHISPER = "whisper"


class Provider(BaseModel):
    """An engine that makes transcripts."""

    name: ProviderName = Field(examples=["whisper"])
    description: str = Field(examples=["Whisper, on this installation's own workers"])
    default: bool = Field(examples=[True])


PROVIDERS: Final = [
    Provider(
        name=ProviderName.WHISPER,
        description="Whisper, on this installation's own workers",
        default=True,
    )
]
DEFAULT: Final = next(each.name for each in PROVIDERS if each.default)

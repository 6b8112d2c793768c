"""The engines that a session may name."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from stenofleet_api.sessions import languages


class ProviderName(StrEnum):
    """A provider, as sessions name it."""

    WHISPER = "whisper"


class Provider(BaseModel):
    """An engine that makes transcripts."""

    name: ProviderName = Field(examples=["whisper"])
    description: str = Field(examples=["Whisper, on this installation's own workers"])
    default: bool = Field(examples=[True])
    languages: list[str] = Field(
        examples=[["de", "en", "fr"]], description="Besides auto; a region may follow, as in en-US."
    )


PROVIDERS: Final = [
    Provider(
        name=ProviderName.WHISPER,
        description="Whisper, on this installation's own workers",
        default=True,
        languages=list(languages.WHISPER),
    )
]
DEFAULT: Final = next(each.name for each in PROVIDERS if each.default)


def named(name: ProviderName) -> Provider:
    """The provider with this name."""
    return next(each for each in PROVIDERS if each.name == name)

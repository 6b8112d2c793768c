"""The engines that a session may name."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field
from stenofleet import jobs
from stenofleet.settings import GoogleSettings

from stenofleet_api.problems import FieldError, InvalidRequest
from stenofleet_api.sessions import languages


class ProviderName(StrEnum):
    """A provider, as sessions name it."""

    WHISPER = "whisper"
    GOOGLE = jobs.GOOGLE


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
    ),
    Provider(
        name=ProviderName.GOOGLE,
        description="Google Speech-to-Text",
        default=False,
        languages=list(languages.GOOGLE),
    ),
]
DEFAULT: Final = next(each.name for each in PROVIDERS if each.default)


def named(name: ProviderName) -> Provider:
    """The provider with this name."""
    return next(each for each in PROVIDERS if each.name == name)


def offered(settings: GoogleSettings) -> list[Provider]:
    """Those that this installation is set up for."""
    absent = set() if settings.google_configured else {ProviderName.GOOGLE}
    return [each for each in PROVIDERS if each.name not in absent]


def refuse_absent(name: ProviderName, settings: GoogleSettings) -> None:
    """Raises InvalidRequest for a provider that this installation is not set up for."""
    names = [each.name for each in offered(settings)]
    if name not in names:
        expected = "Input should be " + " or ".join(f"'{each}'" for each in names)
        raise InvalidRequest(
            [FieldError(field="body.provider", expected=expected, got=f"'{name}'")]
        )

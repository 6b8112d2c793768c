"""What goes in and out about speakers."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from stenofleet.contracts.roles import Role


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _visible(name: str) -> str:
    if not name.isprintable():
        raise ValueError("expected a name without line breaks and other invisible characters")
    return name


RoleName = Annotated[Role, BeforeValidator(_upper)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_visible),
]
SpeakerId = Annotated[int, Field(ge=1, le=10_000)]
SegmentId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class SpeakerChange(BaseModel):
    """What a speaker is to be; what is left out stays, a name of null is taken away."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName | None = None
    name: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _role_alone(cls, value: Any) -> Any:
        return {"role": value} if isinstance(value, str) else value


class SpeakerRoles(BaseModel):
    """Roles by speaker: a role alone, or with a name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"speaker_roles": {"1": "COACH", "2": {"role": "CLIENT", "name": "Anna"}}}]
        },
    )

    speaker_roles: dict[SpeakerId, SpeakerChange] = Field(min_length=1, max_length=100)


class SegmentRoles(BaseModel):
    """Roles by segment, which override their speakers'; null takes the override away."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"segment_roles": {"17": "COACH"}}]}
    )

    segment_roles: dict[SegmentId, RoleName | None] = Field(min_length=1, max_length=10_000)


class SpeakerView(BaseModel):
    """A speaker of a session."""

    speaker_id: int = Field(examples=[1])
    role: Role = Field(examples=["COACH"])
    name: str | None = Field(examples=["Anna"])
    confidence: float | None = Field(
        examples=[0.9], description="Of a guess, 0 to 1; null where a person has said it."
    )
    segments: int = Field(examples=[42])
    seconds: float = Field(examples=[310.5], description="Of speech.")


class SpeakersView(BaseModel):
    """Who speaks in a session."""

    speakers: list[SpeakerView]
    segment_roles: dict[str, Role] = Field(examples=[{"17": "COACH"}])

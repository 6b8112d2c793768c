"""The models that a request may name: ours, and OpenAI's name for Whisper."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from stenofleet_api.openai.errors import ModelNotFound
from stenofleet_api.problems import shown
from stenofleet_api.sessions.providers import ProviderName

WHISPER_1: Final = "whisper-1"
MODELS: Final = {
    WHISPER_1: ProviderName.WHISPER,
    ProviderName.WHISPER.value: ProviderName.WHISPER,
}
"""The provider behind each model. Google's batches take longer than a client waits."""

CREATED: Final = 1_795_478_400
"""Epoch seconds of 2026-11-24, when they came to this API: OpenAI's shape asks for a time."""


class Model(BaseModel):
    """A model, in OpenAI's shape."""

    id: str = Field(examples=[WHISPER_1])
    object: Literal["model"] = "model"
    created: int = CREATED
    owned_by: str = "stenofleet"


class ModelList(BaseModel):
    """All models."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"object": "list", "data": [Model(id=WHISPER_1).model_dump()]}]
        }
    )

    object: Literal["list"] = "list"
    data: list[Model]


def every() -> ModelList:
    """All models."""
    return ModelList(data=[Model(id=name) for name in MODELS])


def named(name: str) -> Model:
    """The model with this name.

    Raises:
        ModelNotFound: there is none.
    """
    if name not in MODELS:
        raise ModelNotFound(
            f"There is no model {shown(repr(name))}; expected one of {', '.join(MODELS)}."
        )
    return Model(id=name)

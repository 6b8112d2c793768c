"""What a request asks for, from the fields of its form."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from stenofleet.contracts.options import TranscriptOptions

from stenofleet_api.openai.errors import InvalidParameter
from stenofleet_api.openai.models import MODELS
from stenofleet_api.problems import FieldError, shown
from stenofleet_api.sessions import languages, providers
from stenofleet_api.sessions.providers import ProviderName
from stenofleet_api.sessions.schemas import LANGUAGE, Phrase, Prompt


class ResponseFormat(StrEnum):
    """How the transcript is written."""

    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VERBOSE_JSON = "verbose_json"
    VTT = "vtt"
    DIARIZED_JSON = "diarized_json"


class Granularity(StrEnum):
    """What has times in ``verbose_json``."""

    WORD = "word"
    SEGMENT = "segment"


STREAMED: Final = (ResponseFormat.JSON, ResponseFormat.TEXT, ResponseFormat.DIARIZED_JSON)
"""Forms of which OpenAI's events tell all."""


def _known(model: str) -> str:
    if model not in MODELS:
        raise ValueError(f"expected one of {', '.join(MODELS)}")
    return model


class Parameters(BaseModel):
    """All that a request may ask for; one for each parameter of OpenAI's that is supported."""

    model: Annotated[str, AfterValidator(_known)]
    response_format: ResponseFormat = ResponseFormat.JSON
    timestamp_granularities: Annotated[list[Granularity], Field(max_length=10)] = Field(
        default_factory=list
    )
    language: Annotated[str, Field(pattern=LANGUAGE, max_length=35)] = languages.AUTO
    prompt: Prompt | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    keywords: Annotated[list[Phrase], Field(max_length=100)] = Field(default_factory=list)
    chunking_strategy: Literal["auto"] | None = None
    """Recordings are always cut where nobody speaks, which is what ``auto`` asks for."""
    stream: bool = False

    @property
    def provider(self) -> ProviderName:
        """The engine behind the model."""
        return MODELS[self.model]

    @property
    def words(self) -> bool:
        """Whether the answer has words."""
        return Granularity.WORD in self.timestamp_granularities

    @property
    def segments(self) -> bool:
        """Whether ``verbose_json`` has segments: it does unless only words are asked for."""
        return Granularity.SEGMENT in self.timestamp_granularities or not self.words

    def options(self) -> TranscriptOptions:
        """What the transcript should be like; what costs time only where it is asked for."""
        diarize = self.response_format is ResponseFormat.DIARIZED_JSON
        return TranscriptOptions(
            vocabulary=tuple(self.keywords),
            prompt=self.prompt,
            word_times=self.words or diarize,
            diarize=diarize,
            # OpenAI's 0 asks for Whisper's own rule, which is what is done without a temperature.
            temperature=self.temperature or None,
        )

    def fingerprint(self, checksum: str) -> str:
        """SHA-256 of what shapes the transcript of a recording: not the form of the answer."""
        shape = [checksum, self.provider, self.language, self.options().model_dump(mode="json")]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()


def read(fields: Mapping[str, Any]) -> Parameters:
    """The parameters, once all fields are there.

    Raises:
        InvalidParameter: some are missing, wrong, or do not go together.
    """
    try:
        found = Parameters.model_validate(fields)
    except ValidationError as error:
        raise InvalidParameter([_told(each) for each in error.errors()]) from None
    _refuse_unmatched(found)
    return found


def refuse_wrong(fields: Mapping[str, Any]) -> None:
    """Raises InvalidParameter for what is wrong by itself; others may still come."""
    try:
        Parameters.model_validate(fields)
    except ValidationError as error:
        wrong = [each for each in error.errors() if each["type"] != "missing"]
        if wrong:
            raise InvalidParameter([_told(each) for each in wrong]) from None


def _refuse_unmatched(found: Parameters) -> None:
    form = found.response_format
    if found.timestamp_granularities and form is not ResponseFormat.VERBOSE_JSON:
        expected = "none, or response_format verbose_json"
        raise InvalidParameter.of("timestamp_granularities[]", expected, f"it with {form}")
    if found.stream and form not in STREAMED:
        expected = f"false, or response_format {', '.join(STREAMED)}"
        raise InvalidParameter.of("stream", expected, f"true with {form}")
    known = tuple(providers.named(found.provider).languages)
    if not languages.knows(known, found.language):
        expected = f"one of {', '.join(known)}, or none to find out"
        raise InvalidParameter.of("language", expected, shown(repr(found.language)))


def _told(error: Any) -> FieldError:
    return FieldError(
        field=f"body.{error['loc'][0]}",
        expected=error["msg"].removeprefix("Value error, "),
        got="nothing" if error["type"] == "missing" else shown(repr(error["input"])),
    )

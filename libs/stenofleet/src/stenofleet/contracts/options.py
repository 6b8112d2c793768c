"""What a transcript should be like, as ``session.options`` keeps it."""

from pydantic import BaseModel, ConfigDict, Field


class TranscriptOptions(BaseModel):
    """Wishes that engines follow as far as they can; what one cannot is refused by the API."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    vocabulary: tuple[str, ...] = ()
    """Words to listen for: names, products, terms."""
    prompt: str | None = None
    """Text that might stand before the recording, for its style and spelling."""
    word_times: bool = True
    diarize: bool = True
    """Whether speakers are told apart."""
    max_speakers: int = Field(6, ge=1, le=6)
    temperature: float | None = None

"""What a window gave, on its way through PostgreSQL."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from stenofleet_worker.transcription.engines.base import Segment, Word


@dataclass(frozen=True)
class Finished:
    """A finished window; all times in seconds of the recording.

    Attributes:
        index: which one it is.
        start: where it begins.
        end: where it ends.
        language: what the engine heard; None where nobody speaks.
        segments: ascending.
        voices: what tells its speakers apart, as JSON; see `gather`.
    """

    index: int
    start: float
    end: float
    language: str | None
    segments: tuple[Segment, ...]
    voices: list[Any]

    def as_json(self) -> dict[str, Any]:
        """All that the window's row does not say elsewhere."""
        return {
            "language": self.language,
            "segments": [asdict(segment) for segment in self.segments],
            "voices": self.voices,
        }

    @classmethod
    def from_json(cls, index: int, start: float, end: float, stored: dict[str, Any]) -> "Finished":
        """The opposite of `as_json`."""
        segments = tuple(_segment(each) for each in stored["segments"])
        return cls(index, start, end, stored["language"], segments, stored["voices"])


def moved(segments: Iterable[Segment], seconds: float) -> tuple[Segment, ...]:
    """Segments as they stand in a recording in which their window begins at ``seconds``."""
    return tuple(
        replace(
            each,
            start=seconds + each.start,
            end=seconds + each.end,
            words=tuple(
                replace(word, start=seconds + word.start, end=seconds + word.end)
                for word in each.words
            ),
        )
        for each in segments
    )


def _segment(stored: dict[str, Any]) -> Segment:
    return Segment(**{**stored, "words": tuple(Word(**word) for word in stored["words"])})

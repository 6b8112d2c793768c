"""Puts the engine to one window, and stops between two segments when it must."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stenofleet.contracts.options import TranscriptOptions
from stenofleet.telemetry import tracing

from stenofleet_worker import metrics
from stenofleet_worker.services import Services
from stenofleet_worker.transcription import gather, progress
from stenofleet_worker.transcription.aside import Tell, aside
from stenofleet_worker.transcription.finished import Finished, moved
from stenofleet_worker.transcription.windows import Window

if TYPE_CHECKING:
    from stenofleet_worker.transcription.engines.base import Segment, Transcription


@dataclass(frozen=True)
class Hearing:
    """How a window is heard.

    Attributes:
        services: what the process shares.
        options: what the transcript should be like.
        go_on: raises when the run must stop.
        tell: is told, now and then, how many seconds of the window are done; by another thread.
    """

    services: Services
    options: TranscriptOptions
    go_on: Callable[[], None]
    tell: Tell
    _pace: progress.Pace = field(default_factory=progress.Pace)

    def window(self, window: Window, language: str | None) -> Finished:
        """What is said in the window, and by which voices."""
        with tracing.span("window", stenofleet__window=window.index):
            return self._heard(window, language)

    def _heard(self, window: Window, language: str | None) -> Finished:
        with metrics.engine("hearing"):
            heard = self.services.engine.transcribe(
                window.audio, language, self.options, window.speech
            )
        with aside(self.tell) as tell:
            segments = list(self._told(heard.segments, tell))
        self.go_on()
        voices = self._voices(window, heard) if segments else []
        metrics.AUDIO_SECONDS.inc(window.end_seconds - window.start_seconds)
        start, end = window.start_seconds, window.end_seconds
        return Finished(window.index, start, end, heard.language, moved(segments, start), voices)

    def _told(self, segments: "Iterator[Segment]", tell: Tell) -> "Iterator[Segment]":
        for segment in _counted(segments):
            self.go_on()
            if self._pace.due():
                tell(segment.end)
            yield segment

    def _voices(self, window: Window, heard: "Transcription") -> list[Any]:
        return gather.voices(self.services, window.audio, heard.speech, self.options)


def _counted(segments: "Iterator[Segment]") -> "Iterator[Segment]":
    """The segments; finding them counts as the engine's time, what the caller does does not."""
    while True:
        with metrics.engine("hearing"):
            segment = next(segments, None)
        if segment is None:
            return
        yield segment

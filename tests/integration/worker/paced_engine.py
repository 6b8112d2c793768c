"""A Celery app like the real one, whose engine takes a known time: ``celery -A paced_engine``.

Speech is not the subject of the tests that use it. Each window gives five segments, one every
``PACED_SECONDS``; each call is a line in the file ``PACED_LOG``. While the file ``PACED_GATE``
exists, nothing is heard.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from stenofleet.contracts.options import TranscriptOptions
from stenofleet.settings import WorkerSettings
from stenofleet_worker.celery import app
from stenofleet_worker.services import services
from stenofleet_worker.transcription.engines.base import (
    SAMPLE_RATE,
    Audio,
    Segment,
    Span,
    Transcription,
)

__all__ = ["app"]

SEGMENTS = 5


class PacedEngine:
    """Hears the same in every window."""

    def __init__(self, _: WorkerSettings) -> None:
        self._pace = float(os.environ["PACED_SECONDS"])
        self._gate = Path(os.environ["PACED_GATE"])
        self._log = Path(os.environ["PACED_LOG"])

    def language(self, asked: str) -> str | None:
        return None if asked == "auto" else asked

    def speech(self, audio: Audio) -> list[tuple[int, int]]:
        return [(0, len(audio) - SAMPLE_RATE)]

    def detect(self, audio: Audio) -> str | None:
        return "en" if len(audio) else None

    def transcribe(
        self,
        audio: Audio,
        language: str | None,
        options: TranscriptOptions,
        speech: Sequence[Span] | None = None,
    ) -> Transcription:
        del options, speech
        with self._log.open("a") as log:
            log.write(f"{os.getpid()} {len(audio)}\n")
        return Transcription(language or "en", self._segments(len(audio) / SAMPLE_RATE))

    def _segments(self, seconds: float) -> Iterator[Segment]:
        while self._gate.exists():
            time.sleep(0.02)
        for index in range(SEGMENTS):
            time.sleep(self._pace)
            step = seconds / SEGMENTS
            yield Segment(f"part {index}", index * step, (index + 1) * step, 0.9)


services.new_engine = PacedEngine

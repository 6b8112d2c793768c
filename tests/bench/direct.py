"""faster-whisper without anything around it."""

import io
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from bench.costs import Cost
from bench.stack import MODELS
from stenofleet_worker.transcription.engines.together import AT_ONCE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

OPTIONS: Final = {
    "language": "en",
    "beam_size": 5,
    "word_timestamps": True,
    "vad_filter": True,
    "condition_on_previous_text": False,
}
"""What the workers' engine does, too; it finds pauses by itself."""

Way = Callable[[bytes], int]
"""Hears a recording and tells how many segments it has; they are found while they are counted."""

_models: "list[WhisperModel]" = []
"""The one of a process that hears."""


@contextmanager
def warm(model: str, at_once: int, first: bytes) -> Iterator[Callable[[Way, bytes], Cost]]:
    """A process of its own that hears so many copies of a recording at once, as often as asked.

    Models are slower at first, so it has heard ``first`` before.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, initializer=_load, initargs=(model, at_once)) as pool:
        pool.apply(_cost, (one_by_one, first, at_once))
        yield lambda way, sound: pool.apply(_cost, (way, sound, at_once))


def _load(name: str, at_once: int) -> None:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - in a process of its own

    _models.append(
        WhisperModel(
            str(MODELS / name),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
            num_workers=at_once,
            local_files_only=True,
        )
    )


def _cost(way: Way, sound: bytes, at_once: int) -> Cost:
    wall, processor = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(way, [sound] * at_once))
    return Cost(time.monotonic() - wall, time.process_time() - processor)


def one_by_one(sound: bytes) -> int:
    """One half minute after the other."""
    found, _ = _models[0].transcribe(io.BytesIO(sound), **OPTIONS)
    return sum(1 for _ in found)


def in_batches(sound: bytes) -> int:
    """By faster-whisper's own pipeline for several half minutes at once."""
    from faster_whisper import BatchedInferencePipeline  # noqa: PLC0415 - in a process of its own

    pipeline = BatchedInferencePipeline(_models[0])
    more = {"batch_size": AT_ONCE, "without_timestamps": False}
    found, _ = pipeline.transcribe(io.BytesIO(sound), **OPTIONS, **more)
    return sum(1 for _ in found)

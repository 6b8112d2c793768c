"""faster-whisper without anything around it."""

import io
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

from bench.stack import MODELS


def seconds(model: str, sound: bytes, at_once: int, first: bytes) -> float:
    """What it takes for so many recordings at once, in a process of its own.

    Models are slower at first, so it hears ``first`` before.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_by_itself, (model, sound, at_once, first))


def _by_itself(name: str, sound: bytes, at_once: int, first: bytes) -> float:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - in a process of its own

    model = WhisperModel(
        str(MODELS / name),
        compute_type="int8",
        cpu_threads=1,
        num_workers=at_once,
        local_files_only=True,
    )
    options = {"language": "en", "beam_size": 5, "word_timestamps": True, "vad_filter": True}

    def heard(content: bytes) -> int:
        found, _ = model.transcribe(
            io.BytesIO(content), condition_on_previous_text=False, **options
        )
        return sum(1 for _ in found)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(heard, [first] * at_once))
        began = time.monotonic()
        list(pool.map(heard, [sound] * at_once))
        return time.monotonic() - began

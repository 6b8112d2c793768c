"""A read text of which every word is known, in the length that a test needs."""

import functools
import io
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

CLIP_SECONDS = 44.4
TWO_CITIES = (
    "it was the best of times it was the worst of times it was the age of wisdom it was the age "
    "of foolishness it was the epoch of belief it was the epoch of incredulity it was the season "
    "of light it was the season of darkness it was the spring of hope it was the winter of "
    "despair we had everything before us we had nothing before us we were all going direct to "
    "heaven we were all going direct the other way in short the period was so far like the "
    "present period that some of its noisiest authorities insisted on its being received for "
    "good or for evil in the superlative degree of comparison only"
)


@functools.cache
def recording(times: int = 1) -> bytes:
    """The text, read that often, as WAV."""
    with _clip() as clip:
        return _wav(clip, clip.readframes(clip.getnframes()) * times)


@functools.cache
def beginning(seconds: float) -> bytes:
    """The first seconds of the text, as WAV."""
    with _clip() as clip:
        return _wav(clip, clip.readframes(int(seconds * clip.getframerate())))


@contextmanager
def _clip() -> Iterator[wave.Wave_read]:
    source = files("moonshine_voice") / "assets" / "two_cities.wav"
    with source.open("rb") as file, wave.open(file) as clip:
        yield clip


def _wav(clip: wave.Wave_read, frames: bytes) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as out:
        out.setparams(clip.getparams())
        out.writeframes(frames)
    return content.getvalue()


def error_rate(heard: str, times: int = 1) -> float:
    """Wrong, missing and surplus words, as a part of the words that were read."""
    return word_error_rate(" ".join([TWO_CITIES] * times), heard)


def word_error_rate(said: str, heard: str) -> float:
    """Wrong, missing and surplus words, as a part of what was said; marks and case do not count."""
    import jiwer  # noqa: PLC0415 - slow to import, and few tests score words

    return float(jiwer.wer(_words(said), _words(heard)))


def _words(text: str) -> str:
    letters = "".join(each for each in text.lower() if each.isalnum() or each.isspace())
    return " ".join(letters.split())

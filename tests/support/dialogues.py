"""Dialogues of synthetic voices whose turns are known to the sample, and their error rate."""

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
RATE = 16_000
PAUSE = 0.6

Samples = NDArray[np.float32]

VOICES = {
    "woman": ("en-us+f2", 145, 50),
    "man": ("en-us+m3", 145, 40),
    "scot": ("en-gb-scotland+m7", 155, 25),
}
"""Voices of espeak-ng, words a minute, pitch."""

SENTENCES = (
    "Good morning, it is nice to see you again. How was your week, and what has changed?",
    "I finished the report on Tuesday, and then I slept very badly for two nights in a row.",
    "What was on your mind in these two nights, if you look back at them from today?",
    "Mostly the meeting with my manager, because I did not say what I really wanted to say.",
    "Suppose the meeting were tomorrow once more. What would you like her to hear from you?",
    "That I need more time for the team, and fewer reports about reports that nobody reads.",
    "On a scale from one to ten, how ready are you to tell her exactly that on Monday?",
    "Perhaps a six. A seven would be possible if I could write it down beforehand.",
)


class Turned(Protocol):
    """Somebody speaks from a second to another."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def speaker(self) -> Any: ...


@dataclass(frozen=True)
class Said:
    """A turn as it was spoken; seconds."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True)
class Dialogue:
    """Sound at 16 kHz, and who speaks in it when."""

    audio: Samples
    turns: tuple[Said, ...]


def dialogue(voices: Sequence[str], turns: int, pause: float = PAUSE) -> Dialogue:
    """The voices by turns, each saying the next sentence."""
    pieces, said, at = [], [], 0.0
    silence = np.zeros(int(pause * RATE), np.float32)
    lines = zip(cycle(voices), cycle(SENTENCES), strict=False)
    for voice, sentence in islice(lines, turns):
        spoken = speak(voice, sentence)
        end = at + len(spoken) / RATE
        said.append(Said(at, end, voice))
        pieces += [spoken, silence]
        at = end + len(silence) / RATE
    return Dialogue(np.concatenate(pieces), tuple(said))


@cache
def speak(voice: str, text: str) -> Samples:
    """A sentence in a voice, without the silence around it."""
    samples = _speaker().say(text, _script().Voice(*VOICES[voice]))
    loud = np.flatnonzero(np.abs(samples) > 300)
    trimmed = samples[loud[0] : loud[-1]].astype(np.float32) / 32768
    return _resampled(trimmed, _speaker().sample_rate)


def error_rate(said: Iterable[Turned], heard: Iterable[Turned], forgiven: float = 0.0) -> float:
    """Speech that is missed, invented or another's, as a part of all speech.

    Args:
        said: the turns as they were spoken.
        heard: the turns as they were found.
        forgiven: seconds before and after each edge of a turn that do not count.
    """
    from pyannote.metrics.diarization import DiarizationErrorRate  # noqa: PLC0415 - slow to import

    # Its collar is what is left out in all, half of it on either side.
    metric = DiarizationErrorRate(collar=2 * forgiven)
    return float(metric(_annotation(said), _annotation(heard)))


def _annotation(turns: Iterable[Turned]) -> Any:
    from pyannote.core import Annotation, Segment  # noqa: PLC0415 - as above

    annotation = Annotation()
    for index, turn in enumerate(turns):
        annotation[Segment(turn.start, turn.end), index] = str(turn.speaker)
    return annotation


def _resampled(samples: Samples, rate: int) -> Samples:
    from scipy.signal import resample_poly  # noqa: PLC0415 - as above

    return np.asarray(resample_poly(samples, RATE, rate), np.float32)


@cache
def _speaker() -> Any:
    return _script().Speaker()


@cache
def _script() -> Any:
    """The script that speaks the sample recording; it stands beside the package."""
    path = ROOT / "deploy/sample/make_dialogue.py"
    spec = importlib.util.spec_from_file_location("make_dialogue", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module

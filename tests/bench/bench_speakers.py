"""Print how well speakers are told apart on dialogues whose turns are known, and what it takes.

The voices are synthetic and easier than people; the rows show that a change made it no worse.
"""

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, beside its own modules

from stenofleet.settings import WorkerSettings
from stenofleet_worker.services import Services
from stenofleet_worker.transcription.engines.whisper import WhisperEngine
from stenofleet_worker.transcription.speakers.turns import tell_apart
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint
from support import dialogues

MODELS = Path.home() / ".cache/stenofleet/models"
CASTS = (("woman",), ("woman", "man"), ("man", "scot"), ("woman", "man", "scot"))
TURNS = 16
HOURS = (1, 10)
HOP_SECONDS = 0.75
SPREAD = 0.045
"""Of each number of a print around its voice: prints of a voice are then 0.3 apart, as heard."""


def rows() -> Iterator[tuple[str, str]]:
    """All figures, one by one."""
    settings = WorkerSettings.model_validate(
        {"whisper_model": "tiny.en", "whisper_model_dir": MODELS}
    )
    services = Services(settings, WhisperEngine)
    for cast in CASTS:
        yield from _dialogue(services, cast)
    for hours in HOURS:
        yield _long(hours)


def _dialogue(services: Services, cast: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if services.voices is None:
        sys.exit("the model campplus is missing: run make models")
    spoken = dialogues.dialogue(cast, TURNS)
    speech = services.engine.speech(spoken.audio)
    began = time.perf_counter()
    prints = services.voices.embed(spoken.audio, speech)
    took = time.perf_counter() - began
    turns = tell_apart(prints, 6)
    name, heard = " and ".join(cast), len({turn.speaker for turn in turns})
    error = dialogues.error_rate(spoken.turns, turns)
    yield f"{name}: speakers found", f"{heard} of {len(cast)}"
    yield f"{name}: diarization error", f"{error:.1%}"
    yield f"{name}: embedding", f"{len(spoken.audio) / dialogues.RATE / took:.0f}x real time"


def _long(hours: int) -> tuple[str, str]:
    """What telling apart takes when somebody speaks all the time, by turns of 15 s."""
    count = int(hours * 3600 / HOP_SECONDS)
    random = np.random.default_rng(1)
    voices = random.normal(size=(4, 192))
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    prints = [
        Voiceprint.of(
            at * HOP_SECONDS,
            (at + 1) * HOP_SECONDS,
            (voices[at // 20 % 4] + SPREAD * random.normal(size=192)).astype(np.float32),
        )
        for at in range(count)
    ]
    began, before = time.perf_counter(), _peak()
    speakers = {turn.speaker for turn in tell_apart(prints, 6)}
    took = time.perf_counter() - began
    return (
        f"telling apart {hours} h ({count:,} prints)",
        f"{took:.1f} s, {_peak() - before:.0f} MB more at the peak, {len(speakers)} of 4 speakers",
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print each row as soon as it is measured."""
    print("| measure | figure |\n|---|---|")
    for name, figure in rows():
        print(f"| {name} | {figure} |", flush=True)


if __name__ == "__main__":
    main()

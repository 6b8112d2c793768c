"""Tells the speakers of a recording apart by the voiceprints of all its windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stenofleet_worker.transcription.speakers import clusters
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint, vectors

BREATH = 0.3
"""Seconds between two stretches of one speaker below which they are one turn."""


@dataclass(frozen=True)
class Turn:
    """Somebody speaks; seconds of the recording, speakers are counted from 1."""

    start: float
    end: float
    speaker: int


def tell_apart(prints: Sequence[Voiceprint], max_speakers: int) -> list[Turn]:
    """Who speaks when.

    The same prints give the same turns, whichever windows they come from.

    Args:
        prints: of the whole recording, in its seconds.
        max_speakers: how many there are at most.

    Returns:
        Turns in order; speaker 1 is who speaks first.
    """
    if not prints:
        return []
    ordered = sorted(prints, key=lambda each: each.start)
    seconds = np.array([each.end - each.start for each in ordered])
    labels = clusters.group(vectors(ordered), seconds, max_speakers)
    names = {label: name for name, label in enumerate(dict.fromkeys(labels.tolist()), 1)}
    return _merged(
        Turn(each.start, each.end, names[label])
        for each, label in zip(ordered, labels.tolist(), strict=True)
    )


def _merged(turns: Iterable[Turn]) -> list[Turn]:
    merged: list[Turn] = []
    for turn in turns:
        last = merged[-1] if merged else None
        if last and last.speaker == turn.speaker and turn.start - last.end < BREATH:
            merged[-1] = replace(last, end=turn.end)
        else:
            merged.append(turn)
    return merged

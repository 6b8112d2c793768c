"""A long recording, whose windows are heard by whatever pods there are."""

import os

from support import sounds
from support.fleet import Fleet
from support.speech import CLIP_SECONDS, error_rate, recording

MINUTES = int(os.environ.get("RECORDING_MINUTES", "20"))
TIMES = MINUTES * 60 // int(CLIP_SECONDS)
WINDOW_SECONDS = 240
HEARD_SECONDS = 30 * MINUTES
"""Two cores that do other things besides, and may be slow."""


def test_the_windows_of_a_long_recording_are_heard_by_several_pods(fleet: Fleet) -> None:
    session = fleet.started(sounds.as_opus(recording(TIMES)), "reading.ogg")
    fleet.wait_completed(session, HEARD_SECONDS)

    heard = fleet.heard_by(session)
    assert sorted(heard) == list(range(len(heard)))
    assert len(heard) >= TIMES * CLIP_SECONDS // WINDOW_SECONDS
    assert len(set(heard.values())) >= 2
    assert fleet.attempts([session]) == [1]
    assert fleet.deliveries(session) == [1] * len(heard)
    assert error_rate(fleet.text(session), TIMES) <= 0.05
    positions = fleet.positions(session)
    assert positions == list(range(len(positions)))

"""Two voices, silence, music, damage, wrong names: each ends completed, or with its reason."""

import pytest
from support import dialogues, sounds
from support.dialogues import Said
from support.fleet import Fleet
from support.speech import CLIP_SECONDS, TWO_CITIES, error_rate, recording

TURNS = 8
FORGIVEN = 0.25
"""Seconds, as evaluations of diarization do: a transcript's times are those of words."""
ENDED_SECONDS = 400


@pytest.fixture(scope="module")
def spoken() -> dialogues.Dialogue:
    return dialogues.dialogue(["woman", "man"], TURNS)


@pytest.fixture(scope="module")
def sessions(awake_fleet: Fleet, spoken: dialogues.Dialogue) -> dict[str, str]:
    """All that is taken, started at once."""
    half = recording()[: len(recording()) // 2]
    opus = sounds.as_opus(recording())
    kinds = {
        "dialogue": (sounds.as_wav(spoken.audio), "talk.wav"),
        "silence": (sounds.silence(10), "silence.wav"),
        "music": (sounds.music(40), "music.wav"),
        "half a wav": (half, "half.wav"),
        "half an ogg": (opus[: len(opus) // 2], "half.ogg"),
        "wav called mp3": (recording(), "talk.mp3"),
        "hollow": (sounds.hollow(5), "hollow.m4a"),
    }
    return {kind: awake_fleet.started(*file) for kind, file in kinds.items()}


def test_two_voices_are_told_apart(
    awake_fleet: Fleet, sessions: dict[str, str], spoken: dialogues.Dialogue
) -> None:
    awake_fleet.wait_completed(sessions["dialogue"], ENDED_SECONDS)
    segments = awake_fleet.segments(sessions["dialogue"])
    heard = [Said(s["start_sec"], s["end_sec"], str(s["speaker_id"])) for s in segments]
    assert len({each.speaker for each in heard}) == 2
    assert dialogues.error_rate(spoken.turns, heard, FORGIVEN) <= 0.05


@pytest.mark.parametrize("kind", ["silence", "music"])
def test_where_nobody_speaks_nothing_is_heard(
    awake_fleet: Fleet, sessions: dict[str, str], kind: str
) -> None:
    awake_fleet.wait_completed(sessions[kind], ENDED_SECONDS)
    assert awake_fleet.segments(sessions[kind]) == []
    assert awake_fleet.status(sessions[kind])["message"].endswith("nobody speaks in this recording")


@pytest.mark.parametrize("kind", ["half a wav", "half an ogg"])
def test_of_a_truncated_recording_what_is_there_is_transcribed(
    awake_fleet: Fleet, sessions: dict[str, str], kind: str
) -> None:
    awake_fleet.wait_completed(sessions[kind], ENDED_SECONDS)
    segments = awake_fleet.segments(sessions[kind])
    assert segments[-1]["end_sec"] == pytest.approx(CLIP_SECONDS / 2, abs=1)
    heard = awake_fleet.text(sessions[kind]).lower()
    assert heard.startswith("it was the best of times")
    assert len(heard.split()) == pytest.approx(len(TWO_CITIES.split()) / 2, rel=0.2)


def test_the_content_decides_and_not_the_file_s_name(
    awake_fleet: Fleet, sessions: dict[str, str]
) -> None:
    awake_fleet.wait_completed(sessions["wav called mp3"], ENDED_SECONDS)
    assert error_rate(awake_fleet.text(sessions["wav called mp3"])) <= 0.05


def test_a_recording_that_cannot_be_decoded_fails_with_the_reason(
    awake_fleet: Fleet, sessions: dict[str, str]
) -> None:
    status = awake_fleet.wait_ended(sessions["hollow"], ENDED_SECONDS)
    assert status["status"] == "failed"
    assert status["error_message"].startswith("The recording is no audio that can be decoded")


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (sounds.recording("m4a", 2.0)[:3000], "half.m4a", "no audio"),
        (b"Dear diary,\n" * 100, "notes.wav", "no audio"),
        (sounds.wav(), "talk.exe", "mp3"),
    ],
    ids=["m4a without its tables", "text called wav", "another ending"],
)
def test_what_is_no_recording_is_refused_at_once(
    awake_fleet: Fleet, content: bytes, name: str, told: str
) -> None:
    status, sentence = awake_fleet.refused(content, name)
    assert status == 415
    assert told in sentence

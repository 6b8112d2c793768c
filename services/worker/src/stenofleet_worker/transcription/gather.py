"""From the windows of a recording to its transcript: who of the speakers of one is who in another.

What tells voices apart is found window by window, where the sound is, and compared at the end.
"""

from collections.abc import Sequence
from typing import Any

from stenofleet.contracts.options import TranscriptOptions

from stenofleet_worker.services import Services
from stenofleet_worker.transcription import roles
from stenofleet_worker.transcription.completion import Outcome
from stenofleet_worker.transcription.engines.base import Segment
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.speakers.voiceprint import Voiceprint
from stenofleet_worker.transcription.windows import Window


def voices(services: Services, window: Window, options: TranscriptOptions) -> list[Any]:
    """What a window's result keeps of its voices; nothing where nobody tells them apart."""
    if not options.diarize or services.voices is None:
        return []
    speech = services.engine.speech(window.audio)
    return [each.to_json() for each in services.voices.embed(window.audio, speech)]


def gather(windows: Sequence[Finished], options: TranscriptOptions) -> Outcome:
    """The transcript of all windows, of which there is at least one, in order."""
    segments = _by_speaker(windows, options)
    language = next((each.language for each in windows if each.language), None)
    return Outcome(tuple(segments), language, windows[-1].end, roles.of_transcript(segments))


def _by_speaker(windows: Sequence[Finished], options: TranscriptOptions) -> list[Segment]:
    segments = [segment for window in windows for segment in window.segments]
    prints = [
        Voiceprint.from_json(each).moved(window.start)
        for window in windows
        for each in window.voices
    ]
    if not prints:
        return segments
    # Imported here: only what compares voices needs scipy.
    from stenofleet_worker.transcription.speakers import assignment, turns  # noqa: PLC0415

    return assignment.assign(segments, turns.tell_apart(prints, options.max_speakers))

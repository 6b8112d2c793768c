"""From the windows of a recording to its transcript: who of the speakers of one is who in another.

What tells voices apart is found window by window, where the sound is, and compared at the end.
"""

from collections.abc import Sequence
from typing import Any

from stenofleet.contracts.options import TranscriptOptions

from stenofleet_worker.services import Services
from stenofleet_worker.transcription.completion import Outcome
from stenofleet_worker.transcription.finished import Finished
from stenofleet_worker.transcription.windows import Window


def voices(services: Services, window: Window, options: TranscriptOptions) -> list[Any]:
    """What a window's result keeps of its voices; nothing where nobody tells them apart."""
    del services, window, options
    return []


def gather(windows: Sequence[Finished], options: TranscriptOptions) -> Outcome:
    """The transcript of all windows, of which there is at least one, in order."""
    del options
    segments = tuple(segment for window in windows for segment in window.segments)
    language = next((each.language for each in windows if each.language), None)
    return Outcome(segments, language, windows[-1].end)

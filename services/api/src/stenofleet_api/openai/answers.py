"""A transcript in the forms of OpenAI's API; what is not known is null."""

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from stenofleet_api.openai.parameters import Parameters, ResponseFormat
from stenofleet_api.sessions.languages import base_of
from stenofleet_api.transcripts.cues import srt_text, vtt_text
from stenofleet_api.transcripts.formats import srt_cues, vtt_cues
from stenofleet_api.transcripts.schemas import SegmentView, Transcript

WITHOUT_SPACES: Final = frozenset({"bo", "ja", "km", "lo", "my", "th", "yue", "zh"})
"""Languages whose sentences follow each other without a space."""

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def answer(transcript: Transcript, asked: Parameters) -> str | dict[str, Any]:
    """The transcript as it was asked for: a text, or what becomes JSON."""
    form = asked.response_format
    if form is ResponseFormat.TEXT:
        return text(transcript) + "\n"
    if form is ResponseFormat.SRT:
        return "".join(srt_cues((s, srt_text(s.content.strip())) for s in transcript.segments))
    if form is ResponseFormat.VTT:
        return "".join(vtt_cues((s, vtt_text(s.content.strip())) for s in transcript.segments))
    if form is ResponseFormat.VERBOSE_JSON:
        return _verbose(transcript, asked)
    if form is ResponseFormat.DIARIZED_JSON:
        return _diarized(transcript)
    return {"text": text(transcript), "usage": _usage(transcript)}


def text(transcript: Transcript) -> str:
    """All that was said."""
    return "".join(pieces(transcript))


def pieces(transcript: Transcript) -> Iterator[str]:
    """The text of each segment, with the space that parts it from the one before."""
    gap = "" if base_of(transcript.language) in WITHOUT_SPACES else " "
    for number, each in enumerate(transcript.segments):
        yield f"{gap if number else ''}{each.content.strip()}"


def diarized(segments: Sequence[SegmentView]) -> Iterator[dict[str, Any]]:
    """Each segment with its speaker: A is who speaks first, then B."""
    letters = _letters(each.speaker_id for each in segments)
    for number, each in enumerate(segments):
        yield {
            "type": "transcript.text.segment",
            "id": f"seg_{number}",
            "start": each.start_sec,
            "end": each.end_sec,
            "text": each.content.strip(),
            "speaker": letters[each.speaker_id],
        }


def _verbose(transcript: Transcript, asked: Parameters) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "task": "transcribe",
        "language": transcript.language,
        "duration": transcript.duration_seconds,
        "text": text(transcript),
        "usage": _usage(transcript),
    }
    if asked.words:
        whole["words"] = [word for each in transcript.segments for word in _words(each)]
    if asked.segments:
        whole["segments"] = [
            _segment(number, each, asked.temperature)
            for number, each in enumerate(transcript.segments)
        ]
    return whole


def _segment(number: int, segment: SegmentView, temperature: float | None) -> dict[str, Any]:
    content = segment.content.encode()
    return {
        "id": number,
        "start": segment.start_sec,
        "end": segment.end_sec,
        "text": segment.content,
        "avg_logprob": math.log(segment.confidence) if segment.confidence else None,
        # As Whisper defines it: text that repeats itself is easy to compress.
        "compression_ratio": len(content) / len(zlib.compress(content)),
        "temperature": temperature,
        "no_speech_prob": None,
        "seek": None,
        "tokens": [],
    }


def _words(segment: SegmentView) -> Iterator[dict[str, Any]]:
    for word in segment.words or ():
        yield {"word": word["text"].strip(), "start": word["start"], "end": word["end"]}


def _diarized(transcript: Transcript) -> dict[str, Any]:
    return {
        "task": "transcribe",
        "duration": transcript.duration_seconds,
        "text": text(transcript),
        "segments": list(diarized(transcript.segments)),
        "usage": _usage(transcript),
    }


def _usage(transcript: Transcript) -> dict[str, Any] | None:
    if transcript.duration_seconds is None:
        return None
    return {"type": "duration", "seconds": transcript.duration_seconds}


def _letters(speakers: Iterable[int]) -> dict[int, str]:
    found = dict.fromkeys(speakers)
    return {speaker: _letter(number) for number, speaker in enumerate(found)}


def _letter(number: int) -> str:
    """A to Z, then AA, AB."""
    before, last = divmod(number, len(ALPHABET))
    return (_letter(before - 1) if before else "") + ALPHABET[last]

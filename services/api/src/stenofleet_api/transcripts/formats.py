"""A transcript as SRT, WebVTT and plain text."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from stenofleet_api.transcripts.schemas import SegmentView
from stenofleet_api.transcripts.times import srt_time, vtt_time

_ENTITY_LIKE = re.compile(r"&(?=(?:amp|gt);)")


def srt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """SubRip, one cue a segment: ``Label: text``."""
    for number, each in enumerate(segments, start=1):
        times = f"{srt_time(each.start_sec)} --> {srt_time(each.end_sec)}"
        yield f"{number}\n{times}\n{each.label}: {srt_text(each.content)}\n\n"


def vtt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """WebVTT, one cue a segment: ``<v Label>text``."""
    yield "WEBVTT\n\n"
    for each in segments:
        times = f"{vtt_time(each.start_sec)} --> {vtt_time(each.end_sec)}"
        yield f"{times}\n<v {vtt_text(each.label)}>{vtt_text(each.content)}\n\n"


def txt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """Plain text, one line for as long as the same speaker speaks: ``Label: text``."""
    for label, turn in groupby(segments, key=lambda each: each.label):
        yield f"{label}: {' '.join(' '.join(each.content.split()) for each in turn)}\n"


def srt_text(content: str) -> str:
    """Text of a SubRip cue.

    The format has no escapes; only what would be read as its own marks is changed: ``-->``, and
    so that this can be undone, an ampersand that already looks like an entity.
    """
    return _ENTITY_LIKE.sub("&amp;", _lines(content)).replace("-->", "--&gt;")


def vtt_text(content: str) -> str:
    """Text of a WebVTT cue, in which ``&``, ``<`` and ``>`` are marks."""
    escaped = _lines(content).replace("&", "&amp;")
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def _lines(content: str) -> str:
    """The text's lines, without the blank ones: an empty line ends a cue."""
    return "\n".join(line for each in content.splitlines() if (line := each.strip()))

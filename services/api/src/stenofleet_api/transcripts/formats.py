"""A transcript as SRT, WebVTT, plain text and TSV; each segment is written as it comes."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from stenofleet_api.transcripts.cues import srt_label, srt_text, vtt_label, vtt_text
from stenofleet_api.transcripts.schemas import SegmentView
from stenofleet_api.transcripts.times import srt_time, vtt_time

TSV_HEAD = ("start", "end", "speaker", "role", "text")


def srt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """SubRip, one cue a segment: ``Label: text``."""
    for number, each in enumerate(segments, start=1):
        times = f"{srt_time(each.start_sec)} --> {srt_time(each.end_sec)}"
        yield f"{number}\n{times}\n{srt_label(each.label)}: {srt_text(each.content)}\n\n"


def vtt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """WebVTT, one cue a segment: ``<v Label>text``."""
    yield "WEBVTT\n\n"
    for each in segments:
        times = f"{vtt_time(each.start_sec)} --> {vtt_time(each.end_sec)}"
        yield f"{times}\n<v {vtt_label(each.label)}>{vtt_text(each.content)}\n\n"


def txt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """Plain text, one line for as long as the same speaker speaks: ``Label: text``."""
    for label, turn in groupby(segments, key=lambda each: each.label):
        yield f"{label}: "
        for number, each in enumerate(turn):
            yield f"{' ' if number else ''}{_one_line(each.content)}"
        yield "\n"


def tsv(segments: Iterable[SegmentView]) -> Iterator[str]:
    """Tab-separated, with a head; times in milliseconds, as Whisper's own tool writes them."""
    yield "\t".join(TSV_HEAD) + "\n"
    for each in segments:
        times = (str(round(1000 * at)) for at in (each.start_sec, each.end_sec))
        text = (_cell(each.label), each.role.value, _cell(each.content))
        yield "\t".join([*times, *text]) + "\n"


def _one_line(content: str) -> str:
    return " ".join(content.split())


def _cell(content: str) -> str:
    """Text of one line that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    line = _one_line(content)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line

"""A transcript as SRT, WebVTT, plain text and TSV; each segment is written as it comes."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from stenofleet_api.transcripts.cues import srt_label, srt_text, vtt_label, vtt_text
from stenofleet_api.transcripts.schemas import SegmentView
from stenofleet_api.transcripts.times import srt_time, vtt_time

Cue = tuple[SegmentView, str]
TSV_HEAD = ("start", "end", "speaker", "role", "text")


def srt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """SubRip, one cue a segment: ``Label: text``."""
    return srt_cues(
        (each, f"{srt_label(each.label)}: {srt_text(each.content)}") for each in segments
    )


def vtt(segments: Iterable[SegmentView]) -> Iterator[str]:
    """WebVTT, one cue a segment: ``<v Label>text``."""
    return vtt_cues(
        (each, f"<v {vtt_label(each.label)}>{vtt_text(each.content)}") for each in segments
    )


def srt_cues(cues: Iterable[Cue]) -> Iterator[str]:
    """A SubRip file of segments, each with the text that its cue is to have."""
    for number, (each, text) in enumerate(cues, start=1):
        yield f"{number}\n{srt_time(each.start_sec)} --> {srt_time(each.end_sec)}\n{text}\n\n"


def vtt_cues(cues: Iterable[Cue]) -> Iterator[str]:
    """A WebVTT file of segments, each with the text that its cue is to have."""
    yield "WEBVTT\n\n"
    for each, text in cues:
        yield f"{vtt_time(each.start_sec)} --> {vtt_time(each.end_sec)}\n{text}\n\n"


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

"""SRT and WebVTT, read strictly: a file that is read is read whole, or refused with its line.

Our own, for the libraries at hand (webvtt-py, pysubs2, srt) join, strip or drop lines of a cue
and pass over broken times, so that what we write would not come back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from stenofleet_api.imports.errors import InvalidSubtitles
from stenofleet_api.transcripts.cues import read_srt, read_vtt

_ARROW = "-->"
_TIME = r"(?:(\d{1,5}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>(.*)", re.DOTALL)
_LABELLED = re.compile(r"([^\n]{1,200}?): (.*)", re.DOTALL)
_SHOWN = 80


class Subtitles(StrEnum):
    """A format of subtitles."""

    SRT = "srt"
    VTT = "vtt"


@dataclass(frozen=True)
class Cue:
    """A cue; times in milliseconds, the label None where nobody is named."""

    start: int
    end: int
    text: str
    label: str | None = None


@dataclass(frozen=True)
class _Block:
    """Lines between two blank ones; ``first`` counts from 1."""

    first: int
    lines: list[str]


def kind_of(text: str) -> Subtitles:
    """The format that the text is in, by its first line."""
    return Subtitles.VTT if text.lstrip("\ufeff").startswith("WEBVTT") else Subtitles.SRT


def parse(text: str, kind: Subtitles) -> list[Cue]:
    """All cues of a file, in its order.

    Raises:
        InvalidSubtitles: a line is not what it should be.
    """
    blocks = _blocks(text.removeprefix("\ufeff"))
    return _vtt(blocks) if kind is Subtitles.VTT else _srt(blocks)


def _blocks(text: str) -> list[_Block]:
    found: list[_Block] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    open_block: _Block | None = None
    for number, line in enumerate(lines, start=1):
        if not line:
            open_block = None
        elif open_block is None:
            open_block = _Block(number, [line])
            found.append(open_block)
        else:
            open_block.lines.append(line)
    return found


def _srt(blocks: list[_Block]) -> list[Cue]:
    raw = list(_timed(blocks, numbered=True))
    labelled = [_LABELLED.fullmatch(text) for *_, text in raw]
    # A colon in speech is no label: only where every cue has one they are labels.
    if not all(labelled):
        return [Cue(start, end, read_srt(text)) for start, end, text in raw]
    return [
        Cue(start, end, read_srt(found[2]), read_srt(found[1]))
        for (start, end, _), found in zip(raw, labelled, strict=True)
        if found
    ]


def _vtt(blocks: list[_Block]) -> list[Cue]:
    if not blocks or not re.match(r"WEBVTT(?:[ \t]|$)", blocks[0].lines[0]):
        got = blocks[0].lines[0] if blocks else ""
        raise InvalidSubtitles(1, f"expected WEBVTT, got {_shown(got)}")
    cues = [each for each in blocks[1:] if not _is_aside(each)]
    return [_spoken(*each) for each in _timed(cues, numbered=False)]


def _is_aside(block: _Block) -> bool:
    """A comment, a style or a region."""
    first = block.lines[0]
    return _ARROW not in first and re.match(r"(NOTE|STYLE|REGION)\b", first) is not None


def _spoken(start: int, end: int, text: str) -> Cue:
    found = _VOICE.match(text)
    if found is None:
        return Cue(start, end, read_vtt(text))
    return Cue(start, end, read_vtt(found[2]), read_vtt(found[1]) or None)


def _timed(blocks: list[_Block], *, numbered: bool) -> Iterator[tuple[int, int, str]]:
    latest = 0
    for block in blocks:
        at = 0 if _ARROW in block.lines[0] else 1
        if at and numbered and not block.lines[0].strip().isdecimal():
            raise InvalidSubtitles(
                block.first, f"expected a cue's number or its times, got {_shown(block.lines[0])}"
            )
        start, end = _times(block, at)
        if start < latest:
            raise InvalidSubtitles(
                block.first + at, f"expected a start not before the last cue's, got {start} ms"
            )
        latest = start
        yield start, end, "\n".join(block.lines[at + 1 :])


def _times(block: _Block, at: int) -> tuple[int, int]:
    line = block.lines[at] if at < len(block.lines) else ""
    found = _TIMES.fullmatch(line)
    number = block.first + min(at, len(block.lines) - 1)
    if found is None:
        raise InvalidSubtitles(
            number, f"expected times as 00:00:01.000 --> 00:00:02.500, got {_shown(line)}"
        )
    parts = found.groups()
    start, end = _milliseconds(number, parts[:4]), _milliseconds(number, parts[4:])
    if end < start:
        raise InvalidSubtitles(number, f"expected an end not before the start, got {_shown(line)}")
    return start, end


def _milliseconds(line: int, parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(each or 0) for each in parts)
    if minutes > 59 or seconds > 59:  # noqa: PLR2004 - minutes of an hour
        raise InvalidSubtitles(
            line, f"expected minutes and seconds up to 59, got {minutes}:{seconds:02}"
        )
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _shown(line: str) -> str:
    return repr(line if len(line) <= _SHOWN else line[:_SHOWN] + "…")

"""Text of subtitle cues, so that what is written reads back the same.

Neither format has a way to write a blank line, which ends a cue: it is written as a line of one
no-break space, and a line that consists of no-break spaces alone gets one more. SubRip has no
escapes at all; WebVTT has HTML's.
"""

import html
import re

NO_BREAK_SPACE = "\u00a0"

_ENDS = re.compile(r"\r\n?")
_ENTITY_LIKE = re.compile(r"&(?=(?:amp|gt|#58|#10);)")
_ENTITY = re.compile(r"&(amp|gt|#58|#10);")
_ENTITIES = {"amp": "&", "gt": ">", "#58": ":", "#10": "\n"}
_TAG = re.compile(r"<[^>]*>")


def srt_text(content: str) -> str:
    """Text of a SubRip cue: only what would be read as the format's own marks is changed."""
    return _ENTITY_LIKE.sub("&amp;", _filled(content)).replace("-->", "--&gt;")


def srt_label(label: str) -> str:
    """A label before the colon of a SubRip cue."""
    written = _ENTITY_LIKE.sub("&amp;", label).replace("-->", "--&gt;")
    return _line(written.replace(":", "&#58;"))


def read_srt(text: str) -> str:
    """What `srt_text` or `srt_label` wrote; others' text comes out as it is."""
    return _emptied(_ENTITY.sub(lambda found: _ENTITIES[found[1]], text))


def vtt_text(content: str) -> str:
    """Text of a WebVTT cue, in which ``&``, ``<`` and ``>`` are marks."""
    return _escaped(_filled(content))


def vtt_label(label: str) -> str:
    """A label in a WebVTT voice tag."""
    return _line(_escaped(label))


def read_vtt(text: str) -> str:
    """What `vtt_text` or `vtt_label` wrote; tags of others, for looks, are left out."""
    return _emptied(html.unescape(_TAG.sub("", text)))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(text: str) -> str:
    return text.replace("\n", "&#10;")


def _filled(content: str) -> str:
    lines = _ENDS.sub("\n", content).split("\n")
    return "\n".join(line + NO_BREAK_SPACE if _is_blank(line) else line for line in lines)


def _emptied(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line[:-1] if line and _is_blank(line) else line for line in lines)


def _is_blank(line: str) -> bool:
    return not line.strip(NO_BREAK_SPACE)

"""Is it a recording? By the first bytes only; what is inside, the worker finds out.

The small libraries that know file types do not know MPEG audio without an ID3 tag, so the table
is our own.
"""

from typing import Final

ACCEPTED: Final = frozenset(
    {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "opus", "wav", "webm"}
)
"""Extensions of file names that are taken."""

HEAD_BYTES: Final = 4096
"""As much of a file's beginning as is looked at."""

_RIFF = frozenset({b"RIFF", b"RF64", b"BW64"})
# Brands of ISO base media files that hold pictures: HEIF, AVIF, Canon's raw.
_PICTURES = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
)
_MATROSKA = b"\x1a\x45\xdf\xa3"
_PROGRAM_STREAM = b"\x00\x00\x01\xba"


def media_type(head: bytes) -> str | None:
    """The media type of the recording that begins with ``head``; None when it is none."""
    for kind, matches in _KINDS.items():
        if matches(head):
            return kind
    return None


def _is_wav(head: bytes) -> bool:
    return head[:4] in _RIFF and head[8:12] == b"WAVE"


def _is_mp4(head: bytes) -> bool:
    """An ISO base media file (mp4, m4a) other than a picture."""
    return head[4:8] == b"ftyp" and head[8:12] not in _PICTURES


def _is_webm(head: bytes) -> bool:
    return head.startswith(_MATROSKA) and b"webm" in head[:128]


def _is_mpeg_audio(head: bytes) -> bool:
    """An ID3 tag, or the header of a frame of layer II or III (ISO/IEC 11172-3, 2.4.2.3)."""
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - sync word
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    # Reserved values mean that it only looks like a header: UTF-16 text, AAC, pictures.
    return version != 1 and layer in {1, 2} and bitrate not in {0, 15} and sample_rate != 3  # noqa: PLR2004


_KINDS: Final = {
    "audio/flac": lambda head: head.startswith(b"fLaC"),
    "audio/ogg": lambda head: head.startswith(b"OggS"),
    "audio/wav": _is_wav,
    "audio/mp4": _is_mp4,
    "audio/webm": _is_webm,
    "video/mpeg": lambda head: head.startswith(_PROGRAM_STREAM),
    "audio/mpeg": _is_mpeg_audio,
}

"""Recordings are known by their first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_api.uploads.audio import ACCEPTED, HEAD_BYTES, media_type
from support import sounds

EXPECTED = {
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "mpeg": "video/mpeg",
    "mpga": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "webm": "audio/webm",
}


@pytest.mark.parametrize("extension", sorted(ACCEPTED))
def test_each_accepted_kind_is_known(extension: str) -> None:
    head = sounds.recording(extension)[:HEAD_BYTES]

    assert media_type(head) == EXPECTED[extension]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"hello",
        "hello in UTF-16".encode("utf-16"),
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00",
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00",
        b"\x1a\x45\xdf\xa3\x01\x00\x00\x00matroska",
        b"\xff\xf1\x60\x40\x3f\xff",
        b"\x7fELF\x02\x01\x01",
        b"<html>",
    ],
)
def test_other_files_are_no_recordings(head: bytes) -> None:
    assert media_type(head) is None


@given(st.text())
def test_no_text_is_a_recording(text: str) -> None:
    for encoded in (text.encode(errors="replace"), text.encode("utf-16", errors="replace")):
        if not encoded.startswith((b"fLaC", b"OggS", b"ID3")):
            assert media_type(encoded) is None


@given(st.binary(max_size=64))
def test_any_bytes_are_looked_at_without_an_error(head: bytes) -> None:
    assert media_type(head) in {None, *EXPECTED.values()}

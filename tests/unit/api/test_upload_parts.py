"""File names, signatures, and forms as they stream in."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from stenofleet_api.problems import ProblemError
from stenofleet_api.uploads.audio import ACCEPTED
from stenofleet_api.uploads.errors import InvalidUploadUrl, UnsupportedExtension
from stenofleet_api.uploads.filenames import MAX_CHARACTERS, display_name, extension, new_key
from stenofleet_api.uploads.form import file_part, parts
from stenofleet_api.uploads.links import upload_url, verify

SECRET = SecretStr("a secret of some length")
SESSION = uuid.UUID(int=1)


@given(st.text())
def test_a_shown_name_is_short_visible_and_no_path(given_name: str) -> None:
    name = display_name(given_name)

    assert 0 < len(name) <= MAX_CHARACTERS
    assert name.isprintable() or " " in name or not name.isascii()
    assert not set(name) & set("/\\\x00\r\n")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("..", ".."),
        ("../..", ".."),
        ("a/", "recording"),
        ("\x00\x01", "recording"),
        ("a\x00.wav\x00.exe", "a.wav.exe"),
        ("a.wav\r\nX-Header: 1", "a.wavX-Header: 1"),
        ("\u202eevil\u2066.wav", "evil.wav"),
        ("\ufeffa\u200b.wav", "a.wav"),
        ("e\u0301.wav", "\u00e9.wav"),
        ("file:///etc/passwd.wav", "passwd.wav"),
        ("%2e%2e%2fa.wav", "%2e%2e%2fa.wav"),
        ("\ud800a.wav", "a.wav"),
        ("CON.wav", "CON.wav"),
        ("\U0001f3a4" * 300 + ".wav", "\U0001f3a4" * 196 + ".wav"),
    ],
)
def test_tricks_in_a_name_are_taken_out_of_it(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


@given(st.text(), st.sampled_from(sorted(ACCEPTED)))
def test_a_key_takes_nothing_but_the_extension_from_the_sender(name: str, ending: str) -> None:
    key = new_key(SESSION, display_name(f"{name}.{ending}"))

    folder, file = key.split("/")
    assert folder == str(SESSION)
    stem, found = file.split(".")
    assert found == ending
    assert len(bytes.fromhex(stem)) == 16


def test_two_keys_of_one_name_differ() -> None:
    assert new_key(SESSION, "a.wav") != new_key(SESSION, "a.wav")


@pytest.mark.parametrize("name", ["a", "wav", "a.exe", "a.wav.", "a.", ""])
def test_a_name_without_an_accepted_extension_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedExtension, match="flac"):
        extension(name)


def test_extensions_are_read_in_any_case() -> None:
    assert extension("TALK.Mp3") == "mp3"


def signed(upload: uuid.UUID) -> tuple[int, str]:
    end = datetime.fromtimestamp(int(time.time()) + 100, UTC)
    query = parse_qs(urlsplit(upload_url("http://a", upload, end, SECRET)).query)
    return int(query["expires"][0]), query["signature"][0]


def test_a_url_as_it_was_given_out_is_valid() -> None:
    verify(SESSION, *signed(SESSION), SECRET)


@given(st.uuids(), st.integers(0, 2**53), st.text(max_size=100))
def test_what_was_not_signed_here_is_refused(
    upload: uuid.UUID, expires: int, signature: str
) -> None:
    with pytest.raises(InvalidUploadUrl):
        verify(upload, expires, signature, SECRET)


def test_a_signature_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidUploadUrl):
        verify(SESSION, *signed(SESSION), SecretStr("another secret"))


def form(content: bytes, end: bytes = b"\r\n--b--\r\n") -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    return head + content + end


async def read(body: bytes, size: int) -> tuple[str, bytes]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    part = await file_part("multipart/form-data; boundary=b", chunks())
    return part.filename, b"".join([chunk async for chunk in part.chunks])


@given(st.binary(max_size=200), st.integers(1, 64))
def test_a_file_comes_out_whole_however_its_form_is_cut(content: bytes, size: int) -> None:
    if b"\r\n--b" not in content:
        assert asyncio.run(read(form(content), size)) == ("a.wav", content)


@given(st.binary(max_size=200), st.integers(1, 64))
def test_bytes_that_are_no_form_are_a_problem(body: bytes, size: int) -> None:
    with pytest.raises(ProblemError):
        asyncio.run(read(body, size))


def test_a_form_that_breaks_off_is_a_problem() -> None:
    with pytest.raises(ProblemError, match="breaks off"):
        asyncio.run(read(form(b"some content", end=b""), 16))


async def read_parts(body: bytes, size: int) -> list[tuple[str, str | None, bytes]]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return [
        (part.name, part.filename, b"".join([chunk async for chunk in part.chunks]))
        async for part in parts("multipart/form-data; boundary=b", chunks())
    ]


@given(st.binary(max_size=200), st.integers(1, 64))
def test_fields_before_and_after_a_file_come_in_order(content: bytes, size: int) -> None:
    if b"\r\n--b" in content:
        return
    field = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nx\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    body = field % b"model" + file + content + b"\r\n" + field % b"language" + b"--b--\r\n"

    assert asyncio.run(read_parts(body, size)) == [
        ("model", None, b"x"),
        ("file", "a.wav", content),
        ("language", None, b"x"),
    ]

"""What passes on its way into the store is counted, hashed and looked at."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from stenofleet_api.uploads.audio import HEAD_BYTES, media_type
from stenofleet_api.uploads.errors import EmptyFile, FileTooLarge, NotAudio


@dataclass(frozen=True)
class Facts:
    """About a whole recording: bytes, SHA-256 in hexadecimal, media type by content, length."""

    size_bytes: int
    checksum: str
    media_type: str
    seconds: float | None = None
    """None when it does not say, as recordings of browsers."""


class Intake:
    """Takes a file chunk by chunk."""

    def __init__(self, limit: int) -> None:
        """Refuses more than ``limit`` bytes."""
        self._limit = limit
        self._size = 0
        self._hash = hashlib.sha256()
        self._head = b""

    def take(self, chunk: bytes) -> None:
        """One more chunk.

        Raises:
            FileTooLarge: with it, the file is above the limit.
        """
        self._size += len(chunk)
        if self._size > self._limit:
            raise FileTooLarge(self._limit)
        self._hash.update(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]

    async def counted(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks, up to the limit."""
        async for chunk in chunks:
            self.take(chunk)
            yield chunk

    async def checked(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks of a recording: what is none is refused as soon as it can be seen."""
        unseen = True
        async for chunk in self.counted(chunks):
            if unseen and self._size >= HEAD_BYTES:
                self._media_type()
                unseen = False
            yield chunk
        self.facts()

    def facts(self) -> Facts:
        """About the whole file, after its last chunk.

        Raises:
            EmptyFile: nothing came.
            NotAudio: what came is no recording.
        """
        if not self._size:
            raise EmptyFile
        return Facts(self._size, self._hash.hexdigest(), self._media_type())

    def _media_type(self) -> str:
        found = media_type(self._head)
        if found is None:
            raise NotAudio
        return found

"""A file in a bucket, of which only what is asked for is fetched."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # names of stubs
    from _typeshed import WriteableBuffer
    from obstore import ReadableFile

AHEAD_BYTES = 1024**2
"""Fetched at once: a request's wait is small beside it, and it is little beside a window of any
recording: of Opus it has three minutes, of CD sound six seconds."""


class RangedFile(io.RawIOBase):
    """What is below a buffered reader."""

    def __init__(
        self, file: "ReadableFile", told: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Wraps obstore's; in the context ``told`` its errors become ours."""
        super().__init__()
        self._file = file
        self._told = told

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fills the buffer, or less of it; 0 at the end.

        Raises:
            RecordingMissing: nothing lies there any more.
            StorageError: the store refused or failed.
        """
        view = memoryview(buffer)
        with self._told():
            found = self._file.read(len(view))
        view[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

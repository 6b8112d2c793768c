"""Recordings over obstore: ``file://``, ``gs://`` and ``s3://`` look the same from outside."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from glob import escape
from io import BufferedReader
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import GCSStore, LocalStore, S3Store, from_url

from stenofleet.errors import RecordingMissing, StorageError
from stenofleet.settings import GoogleSettings, StorageSettings
from stenofleet.storage.ranged import AHEAD_BYTES, RangedFile

if TYPE_CHECKING:  # it is a form without a class behind it
    from obstore.store import GCSConfig

CHUNK_BYTES = 8 * 1024**2

_Signing = S3Store | GCSStore


class Recordings:
    """The store below one URL; each recording has an address ``<url>/<key>``."""

    def __init__(self, url: str, config: "GCSConfig | None" = None) -> None:
        """Opens the store; ``url`` is a folder, or a bucket with an optional prefix.

        ``config`` is obstore's for a bucket of Google's, where the environment does not say enough.
        """
        self._url = url.rstrip("/")
        self._folder = Path(self._url.removeprefix("file://")) if _is_local(url) else None
        self._store = (
            LocalStore(self._folder, mkdir=True)
            if self._folder is not None
            else from_url(url, config=config)
        )

    @classmethod
    def of(cls, settings: StorageSettings) -> "Recordings":
        """The store that the settings name."""
        return cls(settings.storage_url, bucket_config(settings, settings.storage_url))

    def uri(self, key: str) -> str:
        """The address of the recording ``key``."""
        return f"{self._url}/{key}"

    def save(self, key: str, content: IO[bytes]) -> str:
        """Writes all of ``content`` and returns its address; readers never see a part of it.

        Raises:
            StorageError: the store refused or failed.
        """
        with self._told(key):
            obstore.put(self._store, key, content, chunk_size=CHUNK_BYTES)
        return self.uri(key)

    async def save_stream(self, key: str, chunks: AsyncIterator[bytes]) -> str:
        """Writes the chunks as they come and returns the address; memory stays flat.

        Readers see all of it or nothing, also when the iterator raises: what it raises comes out.

        Raises:
            StorageError: the store refused or failed.
        """
        with self._told(key):
            await obstore.put_async(self._store, key, chunks, chunk_size=CHUNK_BYTES)
        return self.uri(key)

    def key(self, uri: str) -> str:
        """The key of the recording at ``uri``.

        Raises:
            StorageError: it is no address in this store.
        """
        if not uri.startswith(f"{self._url}/"):
            raise StorageError(f"expected an address below {self._url}, got {uri}")
        return uri.removeprefix(f"{self._url}/")

    @property
    def signs_urls(self) -> bool:
        """Whether the store can take files by URL, without passing through the API."""
        return isinstance(self._store, _Signing)

    def upload_url(self, uri: str, lifetime: timedelta) -> str:
        """A URL to which anybody may PUT this one recording; see `signs_urls`.

        The store checks neither size nor kind of what comes, and takes it as often as it comes.

        Raises:
            StorageError: the store, or its credentials, cannot sign.
        """
        if not isinstance(self._store, _Signing):
            raise StorageError(f"this store signs no URL: {self._url}")
        with self._told(uri):
            return obstore.sign(self._store, "PUT", self.key(uri), lifetime)

    def copy(self, uri: str, key: str) -> str:
        """Copies a recording to ``key``, inside the store where it can, and returns the address.

        Raises:
            RecordingMissing: nothing lies there.
            StorageError: the store refused or failed.
        """
        with self._told(uri):
            try:
                obstore.copy(self._store, self.key(uri), key)
            except (NotFoundError, FileNotFoundError):
                raise
            # A volume without hard links; an object above what S3 copies in one call.
            except BaseError:
                with self.local(uri) as path, path.open("rb") as content:
                    obstore.put(self._store, key, content, chunk_size=CHUNK_BYTES)
        return self.uri(key)

    def chunks(self, uri: str) -> Iterator[bytes]:
        """The recording from its beginning, in chunks of about 8 MiB.

        Raises:
            RecordingMissing: nothing lies there.
            StorageError: the store refused or failed.
        """
        with self._told(uri):
            for chunk in obstore.get(self._store, self.key(uri)).stream(CHUNK_BYTES):
                yield bytes(chunk)

    def size(self, uri: str) -> int:
        """Bytes of a recording.

        Raises:
            RecordingMissing: nothing lies there.
            StorageError: the store refused or failed.
        """
        with self._told(uri):
            return obstore.head(self._store, self.key(uri))["size"]

    def delete(self, uri: str) -> None:
        """Removes a recording; one that is not there is no error."""
        try:
            with self._told(uri):
                obstore.delete(self._store, self.key(uri))
        except RecordingMissing:
            return

    def discard(self, uri: str) -> None:
        """Like `delete`, and removes what a process that was killed has left of it.

        Nobody may be writing to the address.
        """
        self.delete(uri)
        if self._folder is not None:
            with self._told(uri):
                _remove_parts(self._folder / self.key(uri))

    def writable(self) -> None:
        """Writes and removes an empty mark.

        Raises:
            StorageError: the store refused or failed.
        """
        mark = ".stenofleet-writable"
        with self._told(mark):
            obstore.put(self._store, mark, b"")
            obstore.delete(self._store, mark)

    def room(self) -> tuple[int, int] | None:
        """Bytes of the volume in all, and those that are free; None for a bucket.

        Raises:
            StorageError: the volume is gone.
        """
        if self._folder is None:
            return None
        with self._told(str(self._folder)):
            usage = disk_usage(self._folder)
        return usage.total, usage.free

    @contextmanager
    def local(self, uri: str) -> Iterator[Path]:
        """A path at which the recording can be read while the context lasts.

        A local store hands out its own file, which must not be changed; another is copied to a
        temporary folder, chunk by chunk, so that memory stays flat.

        Raises:
            RecordingMissing: nothing lies there.
            StorageError: the store refused or failed.
        """
        key = self.key(uri)
        if self._folder is not None:
            self.size(uri)
            yield self._folder / key
            return
        with TemporaryDirectory(prefix="recording-") as folder:
            path = Path(folder) / Path(key).name
            with self._told(uri), path.open("wb") as file:
                file.writelines(obstore.get(self._store, key).stream(min_chunk_size=CHUNK_BYTES))
            yield path

    @contextmanager
    def ranged(self, uri: str) -> Iterator[BinaryIO]:
        """The recording as a file of which a bucket sends only what is read.

        Raises:
            RecordingMissing: nothing lies there; reading raises it as well.
            StorageError: the store refused or failed; reading raises it as well.
        """
        key = self.key(uri)
        if self._folder is not None:
            with self.local(uri) as path, path.open("rb") as file:
                yield file
            return
        with self._told(uri):
            found = obstore.open_reader(self._store, key, buffer_size=AHEAD_BYTES)
        with BufferedReader(RangedFile(found, lambda: self._told(uri))) as file:
            yield file

    @contextmanager
    def outline(self, uri: str, ends: int) -> Iterator[tuple[Path, bool]]:
        """A path to the recording's first and last ``ends`` bytes, and whether that is all of it.

        The file has the recording's size, and a hole where nothing was read.

        Raises:
            RecordingMissing: nothing lies there.
            StorageError: the store refused or failed.
        """
        if self._folder is not None:
            with self.local(uri) as path:
                yield path, True
            return
        size = self.size(uri)
        with TemporaryDirectory(prefix="outline-") as folder:
            path = Path(folder) / "outline"
            with self._told(uri), path.open("wb") as file:
                file.truncate(size)
                for start, end in _ends(size, ends):
                    file.seek(start)
                    file.write(obstore.get_range(self._store, self.key(uri), start=start, end=end))
            yield path, size <= 2 * ends

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except (NotFoundError, FileNotFoundError):
            raise RecordingMissing(f"no recording at {what}") from None
        # A key that is no path, with ".." in it, is a bare ValueError of obstore's.
        except (BaseError, OSError, ValueError) as error:
            raise StorageError(f"the store of recordings failed on {what}: {error}") from error


def _is_local(url: str) -> bool:
    return url.startswith("file://")


def bucket_config(settings: StorageSettings, url: str) -> "GCSConfig | None":
    """What obstore needs for the bucket ``url`` besides its environment; it may be secret."""
    key = settings.google_key if isinstance(settings, GoogleSettings) else None
    if key is None or not url.startswith("gs://"):
        return None
    return {"service_account_key": json.dumps(key)}


def _remove_parts(path: Path) -> None:
    """Removes obstore's ``<name>#<n>``, which become ``name`` when they are complete."""
    for part in path.parent.glob(f"{escape(path.name)}#*"):
        part.unlink(missing_ok=True)


def _ends(size: int, ends: int) -> list[tuple[int, int]]:
    """The ranges of the first and the last ``ends`` bytes; none is empty, none overlaps another.

    >>> _ends(10, 3), _ends(5, 3), _ends(0, 3)
    ([(0, 3), (7, 10)], [(0, 3), (3, 5)], [])
    """
    head = min(ends, size)
    ranges = [(0, head), (max(head, size - ends), size)]
    return [each for each in ranges if each[0] < each[1]]

"""Copies of recordings at gs://, for as long as Google reads them."""

import uuid
from pathlib import PurePosixPath
from typing import Final

from stenofleet.errors import SettingsError
from stenofleet.settings import GoogleSettings
from stenofleet.storage import Recordings
from stenofleet.storage.recordings import bucket_config

READABLE: Final = "gs://"
"""Google reads no other store."""


class Staging:
    """The folder of copies."""

    def __init__(self, source: Recordings, target: Recordings) -> None:
        """Copies from ``source`` to ``target``."""
        self._source = source
        self._target = target

    @classmethod
    def of(cls, source: Recordings, settings: GoogleSettings) -> "Staging":
        """The folder that the settings name.

        Raises:
            SettingsError: they name none.
        """
        url = settings.google_staging_url
        if url is None:
            raise SettingsError(
                "STENOFLEET_GOOGLE_STAGING_URL is not set, and Google reads only from gs://"
            )
        return cls(source, Recordings(url, bucket_config(settings, url)))

    def place(self, session_id: uuid.UUID, attempt: int, uri: str) -> str:
        """Where the copy of a session's recording is to lie."""
        return self._target.uri(f"{session_id}/{attempt}/{PurePosixPath(uri).name}")

    def copy(self, uri: str, staged: str) -> None:
        """Copies a recording; readers see all of it or nothing.

        Raises:
            RecordingMissing: it is not there.
            StorageError: one of the stores refused or failed.
        """
        key = staged.removeprefix(self._target.uri(""))
        with self._source.local(uri) as path, path.open("rb") as content:
            self._target.save(key, content)

    def remove(self, staged: str) -> None:
        """Removes a copy; one that is not there is no error.

        Raises:
            StorageError: the store refused or failed.
        """
        self._target.delete(staged)

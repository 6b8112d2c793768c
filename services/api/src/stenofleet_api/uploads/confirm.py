"""How what was sent to an upload URL becomes its session's recording.

What a URL leads to can be overwritten for as long as the URL serves. So a confirmation copies it
to a place to which no URL leads, and looks at, and keeps, the copy.
"""

import uuid
from typing import Final

from stenofleet.db.models import TranscriptionSession, Upload
from stenofleet.errors import RecordingMissing

from stenofleet_api.deps import Context
from stenofleet_api.uploads.attach import confirmed_before, missing
from stenofleet_api.uploads.errors import (
    EmptyFile,
    EmptyRecording,
    FileTooLarge,
    NotAudio,
    RecordingTooLong,
    UnreadableRecording,
    UploadClosed,
)
from stenofleet_api.uploads.intake import Facts, Intake
from stenofleet_api.uploads.length import Lengths
from stenofleet_api.uploads.shelf import Shelf

REFUSALS: Final = (
    FileTooLarge,
    EmptyFile,
    NotAudio,
    EmptyRecording,
    RecordingTooLong,
    UnreadableRecording,
)
"""What is wrong with a file itself: it is of no use, and deleted."""


class Confirmation:
    """Confirms one owner's uploads."""

    def __init__(self, context: Context, shelf: Shelf, limit: int) -> None:
        """Takes files of ``limit`` bytes at most."""
        self._recordings = context.recordings
        self._lengths = Lengths(context)
        self._shelf = shelf
        self._limit = limit

    def confirm(self, session_id: uuid.UUID) -> TranscriptionSession:
        """See `UploadService.confirm`."""
        session, upload = self._shelf.linked(session_id)
        if upload is None:
            return confirmed_before(session)
        try:
            return self._take(session, upload)
        except REFUSALS:
            self._shelf.abandon(upload)
            raise
        except UploadClosed:
            # Another confirmation was faster.
            return confirmed_before(self._shelf.linked(session_id)[0])

    def _take(self, session: TranscriptionSession, upload: Upload) -> TranscriptionSession:
        copy = self._shelf.begin(session.id, upload.filename, upload.content_type)
        finished = False
        try:
            self._copy(session, upload, copy)
            taken = self._shelf.finish(copy, self._facts(copy), source=upload)
            finished = True
        finally:
            if not finished:
                self._shelf.abandon(copy)
        return taken

    def _copy(self, session: TranscriptionSession, upload: Upload, copy: Upload) -> None:
        try:
            if self._recordings.size(upload.uri) > self._limit:
                raise FileTooLarge(self._limit)
            self._recordings.copy(upload.uri, self._recordings.key(copy.uri))
        except RecordingMissing:
            # Gone because another confirmation took it, or not there yet?
            self._shelf.open_link(upload.id)
            raise missing(session) from None

    def _facts(self, upload: Upload) -> Facts:
        intake = Intake(self._limit)
        for chunk in self._recordings.chunks(upload.uri):
            intake.take(chunk)
        return self._lengths.added(intake.facts(), upload)

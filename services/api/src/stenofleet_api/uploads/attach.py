"""What becomes of a session that takes a recording, and when it takes none."""

from stenofleet.contracts.states import SessionState
from stenofleet.db.models import TranscriptionSession, Upload

from stenofleet_api.sessions.states import enter, takes_recording
from stenofleet_api.uploads.errors import UploadMissing, UploadRefused
from stenofleet_api.uploads.intake import Facts


def attach(session: TranscriptionSession, upload: Upload, facts: Facts) -> None:
    """Makes the upload the session's recording."""
    if session.status != SessionState.UPLOADING:
        enter(session, SessionState.UPLOADING)
    # Without the file's word the creator's stands, but never that of a former recording.
    if facts.seconds is not None or session.audio_uri is not None:
        session.duration_seconds = facts.seconds
    session.audio_uri = upload.uri
    session.audio_filename = upload.filename
    session.content_type = facts.media_type
    session.size_bytes = facts.size_bytes
    session.checksum = facts.checksum
    session.error_message = None


def refuse_late(session: TranscriptionSession) -> None:
    """Returns when the session takes a recording now.

    Raises:
        UploadRefused: it does not.
    """
    if not takes_recording(session):
        raise UploadRefused(
            session.status,
            f"The session is {session.status} and takes no other recording; create a new session.",
        )


def confirmed_before(session: TranscriptionSession) -> TranscriptionSession:
    """The session, whose upload is closed.

    Raises:
        UploadMissing: it was not closed by a confirmation.
    """
    if session.audio_uri is None:
        raise missing(session)
    return session


def missing(session: TranscriptionSession) -> UploadMissing:
    """The problem that there is nothing to confirm."""
    return UploadMissing(
        session.status,
        "There is no uploaded file to confirm; ask for an upload URL with "
        f"POST /api/v1/sessions/{session.id}/upload-url, PUT the file to it, then confirm.",
    )

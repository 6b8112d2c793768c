"""Upload URLs to the API itself, signed for one upload and until one time."""

import hashlib
import hmac
import time
import uuid
from datetime import datetime
from urllib.parse import urlencode

from pydantic import SecretStr

from stenofleet_api.uploads.errors import ExpiredUploadUrl, InvalidUploadUrl

PATH = "/api/v1/uploads"


def upload_url(base: str, upload_id: uuid.UUID, expires_at: datetime, secret: SecretStr) -> str:
    """The URL to which the file of this upload may be PUT until ``expires_at``."""
    expires = int(expires_at.timestamp())
    query = urlencode({"expires": expires, "signature": _signature(upload_id, expires, secret)})
    return f"{base.rstrip('/')}{PATH}/{upload_id}?{query}"


def verify(upload_id: uuid.UUID, expires: int, signature: str, secret: SecretStr) -> None:
    """Returns when the signature was made here, for this upload and time, and still serves.

    Raises:
        InvalidUploadUrl: any part of the URL was changed.
        ExpiredUploadUrl: its time is over.
    """
    expected = _signature(upload_id, expires, secret)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise InvalidUploadUrl("The upload URL was changed; use it exactly as it was given out.")
    if time.time() > expires:
        raise ExpiredUploadUrl("The upload URL has expired; ask for another one.")


def _signature(upload_id: uuid.UUID, expires: int, secret: SecretStr) -> str:
    # The first word keeps signatures of other purposes apart, should the key get any.
    message = f"upload:{upload_id}:{expires}".encode()
    return hmac.new(secret.get_secret_value().encode(), message, hashlib.sha256).hexdigest()

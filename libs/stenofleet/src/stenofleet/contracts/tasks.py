"""Tasks are sent by name, so that no service needs another's code."""

from typing import Final

TRANSCRIBE_AUDIO: Final = "stenofleet.transcribe_audio"
PUBLISH_OUTBOX: Final = "stenofleet.publish_outbox"
REAP_LEASES: Final = "stenofleet.reap_leases"
RESTORE_PENDING: Final = "stenofleet.restore_pending"

TRANSCRIPTION_QUEUE: Final = "transcription"
CORE_QUEUE: Final = "core"

ROUTES: Final[dict[str, dict[str, str]]] = {
    TRANSCRIBE_AUDIO: {"queue": TRANSCRIPTION_QUEUE},
    PUBLISH_OUTBOX: {"queue": CORE_QUEUE},
    REAP_LEASES: {"queue": CORE_QUEUE},
    RESTORE_PENDING: {"queue": CORE_QUEUE},
}

"""Tasks are sent by name, so that no service needs another's code."""

from typing import Final

PING: Final = "stenofleet.ping"
"""Answers ``pong``: whether tasks are run at all."""

TRANSCRIBE_AUDIO: Final = "stenofleet.transcribe_audio"
TRANSCRIBE_WINDOW: Final = "stenofleet.transcribe_window"
"""``(session_id, index)``: one window of a long recording, on any slot of the fleet."""
WINDOW_SECONDS: Final = 240
"""Of a window at most; a recording that is longer is cut by its own task, and done by theirs."""

PUBLISH_OUTBOX: Final = "stenofleet.publish_outbox"
REAP_LEASES: Final = "stenofleet.reap_leases"
RESTORE_PENDING: Final = "stenofleet.restore_pending"
ADVANCE_OPERATIONS: Final = "stenofleet.advance_operations"
DELIVER_WEBHOOKS: Final = "stenofleet.deliver_webhooks"
REMOVE_EXPIRED: Final = "stenofleet.remove_expired"
KEEP_MOVEMENT_PARTITIONS: Final = "stenofleet.keep_movement_partitions"

PROCESS_MOVEMENT_LOGS: Final = "stenofleet.process_movement_logs_batch"
KICK_MOVEMENT_LOGS: Final = "stenofleet.kick_movement_logs"

TRANSCRIPTION_QUEUE: Final = "transcription"
CORE_QUEUE: Final = "core"
LOGS_QUEUE: Final = "logs"

ROUTES: Final[dict[str, dict[str, str]]] = {
    TRANSCRIBE_AUDIO: {"queue": TRANSCRIPTION_QUEUE},
    TRANSCRIBE_WINDOW: {"queue": TRANSCRIPTION_QUEUE},
    PROCESS_MOVEMENT_LOGS: {"queue": LOGS_QUEUE},
    **{
        name: {"queue": CORE_QUEUE}
        for name in (
            PING,
            PUBLISH_OUTBOX,
            REAP_LEASES,
            RESTORE_PENDING,
            ADVANCE_OPERATIONS,
            DELIVER_WEBHOOKS,
            REMOVE_EXPIRED,
            KEEP_MOVEMENT_PARTITIONS,
            KICK_MOVEMENT_LOGS,
        )
    },
}

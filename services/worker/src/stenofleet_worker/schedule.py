"""When beat sends what; it sends to ``core`` only, so that the other pools can sleep."""

from typing import Any, Final

from stenofleet.contracts import tasks

PERIODS: Final = {
    tasks.PUBLISH_OUTBOX: 5.0,
    tasks.REAP_LEASES: 10.0,
    tasks.RESTORE_PENDING: 15.0,
    tasks.ADVANCE_OPERATIONS: 5.0,
    tasks.DELIVER_WEBHOOKS: 3.0,
    tasks.REMOVE_EXPIRED: 300.0,
    tasks.KICK_MOVEMENT_LOGS: 2.0,
    tasks.KEEP_MOVEMENT_PARTITIONS: 60.0,
}
"""Seconds between two runs: a session waits that much longer when something was lost."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Celery's ``beat_schedule``; a run that waited for longer than its period is left out."""
    return {
        name: {"task": name, "schedule": period, "options": {"expires": period}}
        for name, period in PERIODS.items()
    }

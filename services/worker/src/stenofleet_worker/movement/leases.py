"""The batches that a run holds, and their leases, which it renews."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from redis.exceptions import RedisError
from stenofleet.movement.keys import PROCESSING

from stenofleet_worker.movement.way_out import WayOut

log = structlog.get_logger(__name__)

RENEWALS: Final = 3
"""Renewals within a lease, so that a single lost one costs nothing."""


class Leases:
    """What one run holds; two threads of it may take and release at once."""

    def __init__(self, way_out: WayOut) -> None:
        self._way_out = way_out
        self._held: dict[str, None] = {}
        self._lock = threading.Lock()

    def take(self, count: int) -> tuple[str, list[bytes]]:
        """Takes up to ``count`` items as a new batch; none when the list is empty."""
        batch = f"{PROCESSING}{uuid.uuid4()}"
        with self._lock:
            # Before the call: if only its answer is lost, the batch is held none the less.
            self._held[batch] = None
        items = self._way_out.take(batch, count)
        if not items:
            self._forget(batch)
        return batch, items

    def release(self, batch: str) -> None:
        """The batch is written, and its list goes."""
        self._way_out.release(batch)
        self._forget(batch)

    def renew(self) -> None:
        """All of them last longer."""
        if held := self._all():
            self._way_out.renew(held)

    def end(self) -> None:
        """What is still held goes back to the list, for others; with Redis away, a bit later."""
        try:
            self._way_out.end_leases(self._all())
        except RedisError:
            log.warning("the broker is away, batches go back when their leases end")

    def _forget(self, batch: str) -> None:
        with self._lock:
            self._held.pop(batch, None)

    def _all(self) -> list[str]:
        with self._lock:
            return list(self._held)


@contextmanager
def renewed(way_out: WayOut, lease_seconds: int) -> Iterator[Leases]:
    """Leases that are renewed in the background; what is held at the end goes back."""
    leases, ended = Leases(way_out), threading.Event()
    thread = threading.Thread(
        target=_renew, args=(leases, lease_seconds / RENEWALS, ended), name="leases", daemon=True
    )
    thread.start()
    try:
        yield leases
    finally:
        ended.set()
        thread.join(timeout=lease_seconds)
        leases.end()


def _renew(leases: Leases, pause: float, ended: threading.Event) -> None:
    while not ended.wait(pause):
        try:
            leases.renew()
        except RedisError:
            # Should a lease end over it, the batch is written twice and counts once.
            log.warning("the broker is away, leases of movements are not renewed")

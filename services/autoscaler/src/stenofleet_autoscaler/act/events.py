"""Events on pools: stable reasons, and not the same again and again."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.kube import Kube

PERIOD = 60.0
MOST = 6
"""Events that a pool may write for one reason in PERIOD seconds; the rest is in the log alone."""

MOST_KEPT = 10_000

Raw = Mapping[str, Any]

log = structlog.get_logger(__name__)


class Events:
    """Tells people what was done; a lost event is no failure."""

    def __init__(self, kube: Kube, clock: Callable[[], float] = time.monotonic) -> None:
        self._kube = kube
        self._clock = clock
        self._told: dict[tuple[str, str], list[float]] = {}

    async def normal(self, pool: Raw, reason: str, note: str, pod: Raw | None = None) -> None:
        """What goes as it should; `pod` is the one that it happened to."""
        await self._tell(pool, "Normal", reason, note, pod)

    async def warning(self, pool: Raw, reason: str, note: str, pod: Raw | None = None) -> None:
        """What somebody may have to look at; `pod` is the one that it happened to."""
        await self._tell(pool, "Warning", reason, note, pod)

    async def _tell(self, pool: Raw, kind: str, reason: str, note: str, pod: Raw | None) -> None:
        log.info("event", reason=reason, note=note, pool=pool["metadata"]["name"])
        if not self._may_tell((pool["metadata"]["uid"], reason)):
            return
        try:
            await self._kube.create_event(pool, kind, reason, note, pod)
        except ApiError as error:
            log.warning("event not written", reason=reason, error=str(error))

    def _may_tell(self, key: tuple[str, str]) -> bool:
        now = self._clock()
        if len(self._told) >= MOST_KEPT:
            self._forget(now)
        lately = [at for at in self._told.get(key, []) if now - at < PERIOD]
        self._told[key] = lately if len(lately) >= MOST else [*lately, now]
        return len(lately) < MOST

    def _forget(self, now: float) -> None:
        """Limits that are over; all of them in a flood, which is bounded by memory at the least."""
        kept = {key: ats for key, ats in self._told.items() if now - ats[-1] < PERIOD}
        self._told = kept if len(kept) < MOST_KEPT else {}

"""Which replica of the operator acts: a Lease says.

``kubernetes.aio.leaderelection`` 37 writes local time as UTC, ends for good when the API server
refuses a connection, and does not give its Lease back; so this is our own, over the same Lease.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog
from kubernetes.aio.client import (
    ApiClient,
    ApiException,
    CoordinationV1Api,
    V1Lease,
    V1LeaseSpec,
    V1ObjectMeta,
)

from stenofleet_autoscaler import metrics

DURATION = 11
"""Seconds that a Lease is worth without being renewed. A standby sees a renewal at most RETRY late
and acts at its next tick: a leader that dies is missed for DURATION + RETRY + 1 = 14 s at most."""

DEADLINE = 6.0
"""Seconds without a renewal after which the leader stops acting. A call that began just before
ends within the 5 s that the API server is given for an answer, so before DURATION."""

RETRY = 2.0
NOT_FOUND = 404

log = structlog.get_logger(__name__)


class Leader:
    """Competes for a Lease, and says whether this replica holds it."""

    def __init__(
        self,
        api: ApiClient,
        namespace: str,
        name: str,
        identity: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases = CoordinationV1Api(api)
        self._namespace, self._name, self._identity = namespace, name, identity
        self._clock = clock
        self._renewed: float | None = None
        self._held: V1Lease | None = None
        self._other: tuple[str, float] = ("", 0.0)

    def leads(self) -> bool:
        """Whether this replica may act now; to be asked before each write."""
        return self._renewed is not None and self._clock() - self._renewed < DEADLINE

    async def run(self) -> None:
        """Competes until cancelled; then gives the Lease back."""
        try:
            while True:
                pause = await self.compete()
                metrics.LEADER.set(self.leads())
                await asyncio.sleep(pause)
        finally:
            await self._give_back()

    async def compete(self) -> float:
        """Takes or renews the Lease if it can be had; returns seconds until it is time again."""
        before = self._clock()
        if await self._attempt():
            self._renewed = before
            return max(0.0, RETRY - (self._clock() - before))
        _, seen = self._other
        left = seen + DURATION - self._clock()
        return min(RETRY, left) if left > 0 else RETRY

    async def _attempt(self) -> bool:
        metrics.API_CALLS.labels("lease").inc()
        try:
            async with asyncio.timeout(DEADLINE - RETRY):
                return await self._take()
        except (ApiException, aiohttp.ClientError, OSError, TimeoutError) as error:
            self._held = None
            metrics.API_FAILURES.labels(str(getattr(error, "status", None) or "none")).inc()
            reason = getattr(error, "reason", None) or type(error).__name__
            log.warning("lease not renewed", error=str(reason))
            return False

    async def _take(self) -> bool:
        """What was written last is renewed unseen; if somebody took it, that is a conflict."""
        lease = self._held or await self._read()
        if lease is None:
            body = V1Lease(metadata=V1ObjectMeta(name=self._name), spec=self._spec(0))
            self._held = await self._leases.create_namespaced_lease(self._namespace, body)
            return True
        spec = lease.spec or V1LeaseSpec()
        if spec.holder_identity and spec.holder_identity != self._identity and self._lives(lease):
            self._renewed = None
            return False
        mine = spec.holder_identity == self._identity
        transitions = (spec.lease_transitions or 0) + (0 if mine else 1)
        lease.spec = self._spec(transitions, spec.acquire_time if mine else None)
        self._held = await self._replace(lease)
        return True

    def _lives(self, lease: V1Lease) -> bool:
        """By our own clock: a Lease that has not changed for its duration is nobody's."""
        version = lease.metadata.resource_version or "" if lease.metadata else ""
        if self._other[0] != version:
            self._other = (version, self._clock())
        return self._clock() - self._other[1] < DURATION

    async def _read(self) -> V1Lease | None:
        try:
            return await self._leases.read_namespaced_lease(self._name, self._namespace)
        except ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise

    async def _replace(self, lease: V1Lease) -> V1Lease:
        """Writes over the version that the Lease was read in, and over no other."""
        return await self._leases.replace_namespaced_lease(self._name, self._namespace, lease)

    def _spec(self, transitions: int, acquired: datetime | None = None) -> V1LeaseSpec:
        now = datetime.now(UTC)
        return V1LeaseSpec(
            holder_identity=self._identity,
            lease_duration_seconds=DURATION,
            acquire_time=acquired or now,
            renew_time=now,
            lease_transitions=transitions,
        )

    async def _give_back(self) -> None:
        """So that the next one need not wait for the Lease to run out."""
        if not self.leads():
            return
        self._renewed = None
        with suppress(ApiException, aiohttp.ClientError, OSError, TimeoutError):
            async with asyncio.timeout(RETRY):
                lease: Any = await self._read()
                if lease and lease.spec.holder_identity == self._identity:
                    lease.spec.holder_identity = ""
                    await self._replace(lease)

"""Values of Secrets: by GET of the one that is named, now and then, beside the ticks."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.spec import SecretRef

REREAD_AFTER = 30.0
"""Seconds after which a Secret that could be read is read again."""

RETRY_AFTER = 5.0
"""Seconds after which one that could not be read is tried again."""

AT_ONCE = 20
"""Secrets that are read at a time, when very many pools are met first."""

NOT_READ_YET = "SecretUnknown"

ReadSecret = Callable[[str, SecretRef], Awaitable[str]]
"""Reads the key of a Secret in a namespace; raises `Unseen` when there is none."""

Place = tuple[str, SecretRef]


@dataclass
class _Read:
    at: float
    value: str | None
    error: Unseen | None = None

    @property
    def age_limit(self) -> float:
        return RETRY_AFTER if self.error else REREAD_AFTER


class Secrets:
    """Values by namespace and key; a known one outlives an API server that does not answer."""

    def __init__(self, read: ReadSecret, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[Place, _Read] = {}
        self._reading: dict[Place, asyncio.Task[None]] = {}
        self._limit = asyncio.Semaphore(AT_ONCE)

    def value(self, namespace: str, ref: SecretRef) -> str:
        """The value as last read; reads it again in the background when it is time to.

        Raises:
            Unseen: the Secret or its key does not exist, or was not read yet.
        """
        place = (namespace, ref)
        known = self._known.get(place)
        if known is None or self._clock() - known.at > known.age_limit:
            self._start(place)
        if known is None or known.value is None:
            error = known.error if known else None
            raise error or Unseen(NOT_READ_YET, "the Secret was not read yet")
        return known.value

    def distrust(self, namespace: str, ref: SecretRef) -> None:
        """The broker refused the value: read the Secret again soon, for it may have changed."""
        known = self._known.get((namespace, ref))
        if known is not None:
            known.at = min(known.at, self._clock() - REREAD_AFTER + RETRY_AFTER)

    async def settled(self) -> None:
        """Returns once everything that is being read was read."""
        await asyncio.gather(*self._reading.values())

    def _start(self, place: Place) -> None:
        if place not in self._reading:
            task = asyncio.create_task(self._again(place))
            self._reading[place] = task
            task.add_done_callback(lambda _: self._reading.pop(place, None))

    async def _again(self, place: Place) -> None:
        async with self._limit:
            before = self._known.get(place)
            try:
                self._known[place] = _Read(self._clock(), await self._read(*place))
            except Unseen as error:
                keep = before.value if before and error.reason == "APIUnreachable" else None
                self._known[place] = _Read(self._clock(), keep, error)

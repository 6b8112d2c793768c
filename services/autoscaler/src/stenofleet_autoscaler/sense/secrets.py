"""The broker's URL from its Secret: by GET of the one that is named, now and then."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.spec import SecretRef

REREAD_AFTER = 30.0
"""Seconds after which a Secret that could be read is read again."""

RETRY_AFTER = 5.0
"""Seconds after which one that could not be read is tried again."""

ReadSecret = Callable[[str, SecretRef], Awaitable[str]]
"""Reads the key of a Secret in a namespace; raises `Unseen` when there is none."""


@dataclass
class _Read:
    at: float
    url: str | None
    error: Unseen | None = None

    @property
    def age_limit(self) -> float:
        return RETRY_AFTER if self.error else REREAD_AFTER


class Secrets:
    """URLs by namespace and Secret; a known URL outlives an API server that does not answer."""

    def __init__(self, read: ReadSecret, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[tuple[str, SecretRef], _Read] = {}

    async def url(self, namespace: str, ref: SecretRef) -> str:
        """The broker's URL.

        Raises:
            Unseen: the Secret or its key does not exist, or was never readable.
        """
        known = self._known.get((namespace, ref))
        if known is None or self._clock() - known.at > known.age_limit:
            known = self._known[namespace, ref] = await self._again(namespace, ref, known)
        if known.url is None:
            raise known.error or Unseen("SecretUnknown", "the Secret was not read yet")
        return known.url

    def distrust(self, namespace: str, ref: SecretRef) -> None:
        """The broker refused the URL: read the Secret again soon, for it may have changed."""
        known = self._known.get((namespace, ref))
        if known is not None:
            known.at = min(known.at, self._clock() - REREAD_AFTER + RETRY_AFTER)

    async def _again(self, namespace: str, ref: SecretRef, before: _Read | None) -> _Read:
        try:
            return _Read(self._clock(), await self._read(namespace, ref))
        except Unseen as error:
            keep = before.url if before and error.reason == "APIUnreachable" else None
            return _Read(self._clock(), keep, error)

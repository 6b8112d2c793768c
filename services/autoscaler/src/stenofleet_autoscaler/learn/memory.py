"""What was learned, kept where a restart finds it: a ConfigMap that the pool owns."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

EVERY = 300.0
"""Seconds between two writes of a pool's ConfigMap."""

MOST_BYTES = 100_000
"""A ConfigMap may have a megabyte; etcd and our own watch cache are happier with less."""

KEY = "learned.json"
LONGEST_NAME = 253

Raw = Mapping[str, Any]
Pool = tuple[str, str]


class Load(Protocol):
    """Reads a ConfigMap's `data`; None when there is no such ConfigMap."""

    async def __call__(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Raises what the API server's refusal is."""


class Save(Protocol):
    """Makes a ConfigMap say `data`, owned by the pool (its raw object), so that it goes with it."""

    async def __call__(
        self, namespace: str, name: str, owner: Raw, data: Mapping[str, str]
    ) -> None:
        """Raises what the API server's refusal is."""


@dataclass
class _Page:
    written: str
    at: float


class Memory:
    """Reads each pool's ConfigMap once, and writes it seldom and only when it would change."""

    def __init__(self, load: Load, save: Save, clock: Callable[[], float] = time.monotonic) -> None:
        self._load, self._save, self._clock = load, save, clock
        self._pages: dict[Pool, _Page] = {}

    def is_recalled(self, pool: Raw) -> bool:
        """Whether the pool's ConfigMap was read."""
        return _key(pool) in self._pages

    def is_due(self, pool: Raw, *, at_once: bool = False) -> bool:
        """Whether `keep` would look for changes: the last time was EVERY ago."""
        page = self._pages.get(_key(pool))
        return page is not None and (at_once or self._clock() - page.at >= EVERY)

    async def recall(self, pool: Raw) -> Any:
        """What was kept of the pool; None when nothing was, or nothing that can be read.

        When `load` fails, its error is passed on and nothing is written before a later call
        succeeds: what could not be read is unknown, not empty.
        """
        namespace, name = _key(pool)
        data = await self._load(namespace, config_map_name(name))
        text = (data or {}).get(KEY, "")
        self._pages[namespace, name] = _Page(text, self._clock())
        try:
            return json.loads(text)
        except ValueError:
            return None

    async def keep(self, pool: Raw, learned: Any, *, at_once: bool = False) -> bool:
        """Writes what changed, if the last write is EVERY ago; returns whether it wrote.

        Args:
            pool: the WorkerPool's object, which will own the ConfigMap.
            learned: what JSON can carry; more than MOST_BYTES of it is not written.
            at_once: whatever the time, for when leadership is lost.
        """
        page = self._pages.get(_key(pool))
        if page is None or not self.is_due(pool, at_once=at_once):
            return False
        text = json.dumps(learned, sort_keys=True, separators=(",", ":"))
        page.at = self._clock()
        if text == page.written or len(text) > MOST_BYTES:
            return False
        namespace, name = _key(pool)
        await self._save(namespace, config_map_name(name), pool, {KEY: text})
        page.written = text
        return True

    def forget(self, pool: Raw) -> None:
        """For a pool that is gone, or another replica's from now on: it is read anew."""
        self._pages.pop(_key(pool), None)


def config_map_name(pool: str) -> str:
    """The ConfigMap's name: `<pool>-learned`; a name too long for that is cut, and told apart."""
    name = f"{pool}-learned"
    if len(name) <= LONGEST_NAME:
        return name
    mark = hashlib.sha256(pool.encode()).hexdigest()[:8]
    return f"{pool[: LONGEST_NAME - 17]}-{mark}-learned"


def _key(pool: Raw) -> Pool:
    return pool["metadata"]["namespace"], pool["metadata"]["name"]

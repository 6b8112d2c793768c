"""Faults of the workers and of what waits for them."""

from functools import cached_property
from typing import Any, Final

from redis import Redis

from stenofleet.broker import BrokerKeys
from stenofleet.contracts.tasks import CORE_QUEUE
from stenofleet.fleet_status import OUR_QUEUES, FleetStatus, read
from stenofleet.fleet_troubles import forsaken, nobody_answers, silent_or_hidden, unconsumed
from stenofleet.redis_clients import clock_of
from stenofleet.steps import Step, Trouble

WORKERS: Final = "Workers answer"

NEAR: Final = 0.8
"""The share of the visibility timeout from which on a run is near it."""


class Fleet:
    """The workers on a broker, asked once."""

    def __init__(self, client: Redis, seconds: float, visibility_timeout: float) -> None:
        """Each question takes so many seconds at most; the timeout is that of the settings."""
        self.client = client
        self.keys = BrokerKeys()
        self._seconds = seconds
        self._visibility_timeout = visibility_timeout

    @cached_property
    def status(self) -> FleetStatus:
        """What they say.

        Raises:
            redis.RedisError: Redis is away.
        """
        return read(self.client, self.keys, OUR_QUEUES, self._seconds)

    def steps(self) -> list[Step]:
        """That workers are there, for every queue, and that Redis waits for them."""
        return [
            Step(WORKERS, self._answer),
            Step("Every queue with tasks has a worker", self._consumed, (WORKERS,)),
            Step("Tasks end before Redis delivers them again", self._patience, (WORKERS,)),
        ]

    def _answer(self) -> str:
        if nobody := nobody_answers(self.status, self.client, self.keys):
            raise nobody
        for each in silent_or_hidden(self.status):
            raise each
        return ", ".join(each.node for each in self.status.workers)

    def _consumed(self) -> str:
        left = forsaken(self.status)
        if left:
            raise unconsumed(left)
        if not any(CORE_QUEUE in (each.queues or ()) for each in self.status.workers):
            raise Trouble(
                f"no worker consumes {CORE_QUEUE}, so that nothing is cleaned up or sent again",
                f"start one with -Q {CORE_QUEUE}; on Kubernetes its pool never sleeps",
            )
        return ", ".join(f"{each.depth} wait in {each.name}" for each in self.status.queues)

    def _patience(self) -> str:
        limit, longest = self._limit(), self._longest()
        if longest < NEAR * limit:
            return f"the longest is out for {longest:.0f} s, and Redis waits {limit:.0f} s"
        raise Trouble(
            f"a task is out for {longest:.0f} s, and after {limit:.0f} s Redis delivers it again",
            "set STENOFLEET_VISIBILITY_TIMEOUT above the longest task, the same for all workers: "
            "the smallest of theirs counts for everybody's tasks",
        )

    def _limit(self) -> float:
        """Seconds; any worker gives back whatever is older than its own."""
        told = [each.visibility_timeout for each in self.status.workers]
        return min([self._visibility_timeout, *(each for each in told if each is not None)])

    def _longest(self) -> float:
        """Seconds since the oldest delivery that is not acknowledged."""
        oldest: Any = self.client.zrange(self.keys.unacked_index, 0, 0, withscores=True)
        now = clock_of(self.client)
        return max((now - score for _, score in oldest), default=0.0)

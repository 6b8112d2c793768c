"""Finds a broker's orphaned deliveries and gives them back: one of these for each broker."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from redis.asyncio import Redis
from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import ActionError
from stenofleet_autoscaler.guards.delivered import Delivered, Verdict, queue_of
from stenofleet_autoscaler.guards.giveback import GivenBack, give_back
from stenofleet_autoscaler.guards.inquiry import consumed_queues, look
from stenofleet_autoscaler.guards.orphans import Orphans
from stenofleet_autoscaler.guards.roster import Roster, Worker

ASK_AGAIN = 30.0
"""Seconds until a worker of nobody's pool that did not tell its queues is asked again."""


class Rescue:
    """What is known of one broker's orphans, and what is done for them."""

    def __init__(
        self,
        client: Redis,
        keys: BrokerKeys,
        controls: Sequence[RemoteControl],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Asks as many workers at a time as there are controls."""
        self._client = client
        self._keys = keys
        self._controls = controls
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._roster = Roster()
        self._orphans = Orphans()

    def see(
        self,
        queues: frozenset[str],
        pods: Mapping[str, Worker],
        heard: Mapping[str, float],
        listening_for: float,
        deliveries: Iterable[Delivered],
    ) -> Verdict:
        """Takes in a tick, without a word to anybody; the arguments are those of `Roster.see`.

        `deliveries` are all of the broker's, as of this tick: they must not be older.
        """
        now = self._clock()
        self._roster.see(now, queues, pods, heard, listening_for)
        return self._orphans.see(now, deliveries, self._roster)

    def has_errand(self, verdict: Verdict) -> bool:
        """Whether there is something for `attend` to do."""
        return bool(verdict.certain or verdict.ask or self._strangers())

    async def attend(self, verdict: Verdict, allowed: frozenset[str]) -> GivenBack:
        """Asks who has to be asked, and gives back what is certain.

        Takes seconds when workers are silent, so no tick waits for it; one at a time.

        Args:
            verdict: of the last tick.
            allowed: queues of pools that may act: neither paused nor a dry run nor in conflict.

        Raises:
            ActionError: Redis did not answer.
        """
        for node in self._strangers():
            await self._meet(node)
        if verdict.ask:
            live = self._roster.live
            answer = await look(self._controls, self._client, self._keys, live, verdict.ask)
            self._orphans.take(answer)
        certain = [each for each in verdict.certain if queue_of(each) in allowed]
        return await give_back(self._client, self._keys, certain)

    def _strangers(self) -> list[str]:
        """Workers of nobody's pool that were not asked lately."""
        limit = self._clock() - ASK_AGAIN
        self._asked = {node: at for node, at in self._asked.items() if at > limit}
        return sorted(self._roster.unknown - self._asked.keys())

    async def _meet(self, node: str) -> None:
        self._asked[node] = self._clock()
        try:
            self._roster.learn(node, await consumed_queues(self._controls[0], node))
        except ActionError:
            return  # it may consume anything, until it says what

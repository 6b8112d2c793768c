"""The rescue of orphaned tasks on every broker: who lives there, and what is done for whom."""

import asyncio
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

import structlog
from stenofleet.broker import BrokerKeys

from stenofleet_autoscaler import metrics
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import ActionError
from stenofleet_autoscaler.guards.delivered import Verdict
from stenofleet_autoscaler.guards.giveback import GivenBack
from stenofleet_autoscaler.guards.rescue import Rescue
from stenofleet_autoscaler.guards.roster import Worker
from stenofleet_autoscaler.pool import Pool
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.reading import Reading
from stenofleet_autoscaler.world import World

LANES = 4
"""Workers of a broker that are asked at a time."""

log = structlog.get_logger(__name__)


class Rescues:
    """A rescue for each broker and prefix; at most one of its errands runs at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: WeakKeyDictionary[Broker, dict[BrokerKeys, Rescue]] = WeakKeyDictionary()
        self._errands: dict[Rescue, asyncio.Task[None]] = {}

    def see(
        self, broker: Broker, keys: BrokerKeys, reading: Reading, pools: Sequence[Pool]
    ) -> Verdict:
        """Takes in a tick of the pools on a broker; starts what has to be done."""
        rescue = self._of(broker, keys)
        heartbeats = broker.heartbeats(keys)
        verdict = rescue.see(
            frozenset(queue for pool in pools for queue in pool.demand.queues),
            _workers(pools),
            heartbeats.heard(),
            heartbeats.listening_for,
            reading.deliveries,
        )
        if rescue not in self._errands and rescue.has_errand(verdict):
            task = asyncio.create_task(self._attend(rescue, verdict, pools))
            self._errands[rescue] = task
            task.add_done_callback(lambda _: self._errands.pop(rescue, None))
        return verdict

    async def stop(self) -> None:
        """Ends what runs."""
        for task in self._errands.values():
            task.cancel()
        await asyncio.gather(*self._errands.values(), return_exceptions=True)

    def _of(self, broker: Broker, keys: BrokerKeys) -> Rescue:
        known = self._known.setdefault(broker, {})
        if keys not in known:
            controls = [RemoteControl(broker.client, keys, broker.database) for _ in range(LANES)]
            known[keys] = Rescue(broker.client, keys, controls)
        return known[keys]

    async def _attend(self, rescue: Rescue, verdict: Verdict, pools: Sequence[Pool]) -> None:
        acting = [pool for pool in pools if pool.may_act]
        allowed = frozenset(queue for pool in acting for queue in pool.demand.queues)
        try:
            given = await rescue.attend(verdict, allowed)
        except ActionError as error:
            log.info("not rescued, will be tried again", error=str(error))
            return
        if given.count:
            await self._tell(given, acting)

    async def _tell(self, given: GivenBack, pools: Iterable[Pool]) -> None:
        for pool in pools:
            count = sum(given.queues.get(queue, 0) for queue in pool.demand.queues)
            if count:
                metrics.GIVEN_BACK.labels(pool.namespace, pool.name).inc(count)
                await self._world.events.warning(pool.raw, "OrphansGivenBack", given.note)


def _workers(pools: Iterable[Pool]) -> dict[str, Worker]:
    """What may hold messages, by node name: a pod of several pools consumes for all of them."""
    workers: dict[str, Worker] = {}
    for pool in pools:
        queues = frozenset(pool.demand.queues)
        for node, run in pool.nodes():
            before = workers.get(node)
            workers[node] = Worker(queues | (before.queues if before else frozenset()), run)
    return workers

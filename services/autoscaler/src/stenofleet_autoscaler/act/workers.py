"""What a worker can be told: how many tasks at a time, which queues, and what it holds."""

import asyncio
import time
from collections.abc import Iterable

from stenofleet.broker import pidbox

from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import NoReply, Refused
from stenofleet_autoscaler.model import Heartbeat
from stenofleet_autoscaler.sense.pods import node_name

SETTLING = 5.0
"""Seconds that a pool may take to follow: prefork starts its processes some time after its yes."""

SETTLING_PARTLY = 6.0
"""Seconds until prefork, which refused to end busy processes, no longer counts the idle ones that
it ended: Celery looks after its processes every 5 s (``celery.concurrency.asynpool``)."""

POLL = 0.25


def node_of(pod: str, beat: Heartbeat | None) -> str:
    """The full name of the pod's worker: as it calls itself, else Celery's default."""
    return (beat.node if beat else "") or node_name(pod)


async def concurrency(control: RemoteControl, node: str) -> int:
    """Tasks that the worker runs at a time, as it says itself.

    Raises:
        ActionError: it did not say.
    """
    told = pidbox.concurrency(await control.call(node, "stats"))
    if told is None:
        raise NoReply(f"{node} did not tell its concurrency")
    return told


async def resize(control: RemoteControl, node: str, present: int, wanted: int) -> int:
    """Grows or shrinks the worker's pool; returns the concurrency that it then says it has.

    Raises:
        Refused: the pool cannot grow, or did not.
        ActionError: the worker did not answer.
    """
    refusal = await _ask(control, node, wanted - present)
    patience = SETTLING if not refusal else (SETTLING_PARTLY if wanted < present else 0.0)
    after = await _read_back(control, node, wanted, patience)
    if wanted > present and after <= present:
        raise Refused(refusal or f"the pool stayed at {after}")
    return after


async def _read_back(control: RemoteControl, node: str, wanted: int, patience: float) -> int:
    deadline = time.monotonic() + patience
    while (after := await concurrency(control, node)) != wanted:
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(POLL)
    return after


async def _ask(control: RemoteControl, node: str, change: int) -> str | None:
    """The reason of a refusal. A prefork pool shrinks by its idle processes, then refuses."""
    method = "pool_grow" if change > 0 else "pool_shrink"
    try:
        await control.call(node, method, n=abs(change))
    except Refused as refusal:
        return str(refusal)
    return None


async def stop_consuming(control: RemoteControl, node: str, queues: Iterable[str]) -> None:
    """The worker takes no more tasks of the queues; those it has go on.

    Raises:
        ActionError: it did not confirm.
    """
    for queue in queues:
        await control.call(node, "cancel_consumer", queue=queue)


async def start_consuming(control: RemoteControl, node: str, queues: Iterable[str]) -> None:
    """The worker takes tasks of the queues again.

    Raises:
        ActionError: it did not confirm.
    """
    for queue in queues:
        await control.call(node, "add_consumer", queue=queue)


async def holds_nothing(control: RemoteControl, node: str) -> bool:
    """Whether the worker has no task that it took and does not run yet.

    Raises:
        ActionError: it did not say.
    """
    return bool(await control.call(node, "reserved") == [])


async def running_tasks(control: RemoteControl, node: str) -> list[str]:
    """The tasks that the worker runs, each as ``name[id]``; never their arguments.

    Raises:
        ActionError: it did not say.
    """
    match await control.call(node, "active"):
        case [*tasks]:
            return [f"{task['name']}[{task['id']}]" for task in tasks if isinstance(task, dict)]
        case _:
            raise NoReply(f"{node} did not tell its running tasks")

"""What is wrong with a fleet, by its own words: the cause, and what to try next."""

from collections.abc import Iterator, Sequence

from redis import Redis

from stenofleet.broker import BrokerKeys
from stenofleet.broker.heartbeats import is_heard
from stenofleet.fleet_status import FleetStatus, Queue
from stenofleet.steps import Trouble


def nobody_answers(status: FleetStatus, client: Redis, keys: BrokerKeys) -> Trouble | None:
    """Why no worker answers; None when one does.

    Where nobody listens, it listens for a heartbeat for some seconds.
    """
    if status.workers:
        return None
    if status.listening:
        return Trouble(
            f"{status.listening} workers listen on this Redis, and none of them answers",
            "see their logs: they are blocked, or their machine is; start them again",
        )
    if is_heard(client, keys):
        return Trouble(
            "workers send heartbeats, and take no questions",
            "set worker_enable_remote_control to True, its default",
        )
    return Trouble(
        "no worker is connected to this Redis",
        "start one: celery -A stenofleet_worker worker -Q transcription,logs,core; if one runs, "
        "see its log, and that its REDIS_URL names the same server and database number "
        "(and its global_keyprefix the same prefix)",
    )


def troubles(status: FleetStatus) -> Iterator[Trouble]:
    """What is wrong although some worker answers."""
    yield from silent_or_hidden(status)
    if left := forsaken(status):
        yield unconsumed(left)


def silent_or_hidden(status: FleetStatus) -> Iterator[Trouble]:
    """Workers beside those that are seen."""
    silent = status.listening - status.replies
    if status.workers and silent > 0:
        yield Trouble(
            f"{silent} of {status.listening} workers do not answer",
            "see their logs: they are blocked, or their machine is; or give them more --timeout",
        )
    if status.replies > len(status.workers) > 0:
        yield Trouble(
            "two workers have the same name, so that one hides the other",
            "start each with a --hostname of its own, as --hostname=worker1@%h",
        )


def forsaken(status: FleetStatus) -> list[Queue]:
    """Queues in which tasks wait and from which nobody takes; unknown is not nobody."""
    if any(each.queues is None for each in status.workers):
        return []
    return [each for each in status.queues if each.depth and not each.consumers]


def unconsumed(queues: Sequence[Queue]) -> Trouble:
    """Queues in which tasks wait and from which nobody takes."""
    waiting = ", ".join(f"{each.depth} tasks wait in {each.name}" for each in queues)
    names = ",".join(each.name for each in queues)
    return Trouble(
        f"{waiting}, and no worker consumes it",
        f"start one with -Q {names}; on Kubernetes, see the conditions of its WorkerPool "
        "(kubectl stenofleet status)",
    )

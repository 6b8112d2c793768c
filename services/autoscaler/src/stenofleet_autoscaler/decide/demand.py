"""How many slots the work calls for."""

import math
from collections.abc import Sequence

from stenofleet_autoscaler.model import Pod, Work
from stenofleet_autoscaler.spec import Objective

BOOT_SECONDS = 2.0
"""From a new pod to its first task, until it is learned: a plain worker whose image is there."""

SHORTEST_WAIT = 1.0
"""What is left of the objective, in seconds, for a task that has waited it out already."""


def running(work: Work, pods: Sequence[Pod]) -> int:
    """Tasks that run: what the workers say, or all that is delivered where one is silent.

    Heartbeats come every other second, so what was only just delivered is counted with them.
    Delivered long ago and not running is prefetched, or its worker is dead: it is not counted.
    """
    active = sum(pod.beat.active for pod in pods if pod.beat)
    heard = any(pod.beat for pod in pods) and all(pod.beat for pod in pods if pod.ready)
    told = active + work.fresh if heard else work.delivered
    return max(active, min(told, work.delivered))


def slots_wanted(work: Work, in_flight: int, objective: Objective) -> int:
    """Slots for the work; at least one while anything is delivered.

    A delivered message whose worker died is given back by a worker that lives: with none left it
    would be stranded.
    """
    least = 1 if work.delivered else 0
    return max(least, _for_queues(work, in_flight, objective), _for_lists(work, in_flight))


def _for_queues(work: Work, in_flight: int, objective: Objective) -> int:
    if objective.queue_wait is None:
        return in_flight + math.ceil(work.queued / (objective.backlog_per_slot or 1))
    return slots_for_wait(work.queued, in_flight, objective.queue_wait, work.oldest_wait or 0.0)


def _for_lists(work: Work, in_flight: int) -> int:
    """A slot without a message does nothing: one more than there are messages is enough."""
    useful = work.queued + in_flight + 1
    return max((min(math.ceil(items / each), useful) for items, each in work.items), default=0)


def slots_for_wait(
    queued: int,
    in_flight: int,
    objective: float,
    waited: float,
    duration: float | None = None,
    *,
    boot: float = BOOT_SECONDS,
) -> int:
    """Slots with which no task waits longer than the objective.

    A slot that runs a task can start others in the time that is left, a new one after its boot.

    Args:
        queued: tasks that are due.
        in_flight: tasks that run.
        objective: longest wait wanted, in seconds.
        waited: how long the oldest task has waited, in seconds.
        duration: mean run time of a task, in seconds; None when none was learned yet, then as
            long as the objective, so that a slot starts one task.
        boot: seconds until a new slot starts its first task.
    """
    left = max(objective - waited, SHORTEST_WAIT)
    each = duration or objective
    running_starts = in_flight * (1 + math.floor((left - each) / each)) if each <= left else 0
    new_starts = 1 + math.floor(max(0.0, left - boot) / each)
    more = math.ceil(max(0, queued - running_starts) / new_starts)
    return min(in_flight + more, in_flight + queued)

"""The fewest pod-seconds that anybody could do with, who knows everything in advance.

It is a proven lower bound, no schedule: no scaler whatever, in which each task starts within
`limit` seconds of its coming, needs fewer. Let task j come at a_j and run p_j seconds without a
break in a slot, c slots to a pod, and let S(t) be the ready pods at t.

1. A task with p_j > limit certainly runs from a_j + limit to a_j + p_j, wherever it starts. With
   M(t) of them certain at t, S(t) >= ceil(M(t) / c). (The mandatory part of energetic reasoning;
   Baptiste, Le Pape, Nuijten: Constraint-Based Scheduling, 2001, ch. 3.)
2. Cut time where no task can run: the windows [a_j, a_j + limit + p_j) fall apart into islands. All
   of an island's work is done within it. So its pod-seconds, the integral of S over it, are at
   least the largest of: the integral of ceil(M / c); its work / c; its longest task.
3. An island of length L has at some time P = max(1, max ceil(M / c), ceil(work / (c L))) ready pods
   at once. Each was ready since before the gap that precedes the island, and idled through the gap,
   or began its boot later and spent `boot` seconds without serving. Neither was counted in 2, and a
   boot is counted for the first island in which its pod is ready only. So each island costs at
   least P min(boot, gap) more.

The sum over the islands is the bound. It lets pods vanish at once and move work between slots, so
the best real scaler lies above it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stenofleet_autoscaler.simulate.trace import Task


@dataclass(frozen=True)
class Island:
    """Tasks that can run at the same time as others of them, with the gap before, in seconds."""

    tasks: Sequence[Task]
    begin: float
    end: float
    gap: float


def fewest_pod_seconds(
    tasks: Sequence[Task], slots: int, limit: float, boot: float, ready: int = 0
) -> float:
    """The bound, in pod-seconds.

    Args:
        tasks: by the time at which they come.
        slots: tasks at a time in a pod, at most.
        limit: longest wait of any task, in seconds.
        boot: from a pod's creation to its readiness, in seconds.
        ready: pods that are there at the beginning; they boot no more.
    """
    total = 0.0
    for number, island in enumerate(islands(tasks, limit)):
        certain, peak = _mandatory(island.tasks, slots, limit)
        work = sum(task.seconds for task in island.tasks)
        longest = max(task.seconds for task in island.tasks)
        total += max(certain, work / slots, longest)
        needed = max(1, peak, math.ceil(work / slots / (island.end - island.begin) - 1e-9))
        booted = needed if number else max(0, needed - ready)
        total += booted * min(boot, island.gap)
    return total


def islands(tasks: Sequence[Task], limit: float) -> Iterator[Island]:
    """The tasks in groups whose windows do not meet."""
    group: list[Task] = []
    begin, end, before = 0.0, -math.inf, -math.inf
    for task in tasks:
        if group and task.at >= end:
            yield Island(group, begin, end, begin - before)
            before, group = end, []
        if not group:
            begin, end = task.at, -math.inf
        group.append(task)
        end = max(end, task.at + limit + task.seconds)
    if group:
        yield Island(group, begin, end, begin - before)


def _mandatory(tasks: Sequence[Task], slots: int, limit: float) -> tuple[float, int]:
    """The integral and the peak of ceil(M / slots)."""
    steps = sorted(
        step
        for task in tasks
        if task.seconds > limit
        for step in ((task.at + limit, 1), (task.at + task.seconds, -1))
    )
    total, peak, running, since = 0.0, 0, 0, 0.0
    for at, change in steps:
        pods = math.ceil(running / slots)
        total += pods * (at - since)
        peak, running, since = max(peak, pods), running + change, at
    return total, peak

"""A pool under tasks that come at a constant pace, second by second, with pods that boot."""

import math
from collections import Counter

from stenofleet_autoscaler.decide import Policy
from stenofleet_autoscaler.model import Heartbeat, Kind, Observation, Pod, Running, Work
from support.decisions import spec

BOOT_SECONDS = 2


def sizes_under(pace: float, seconds: float, slots: int, *, ticks: int = 600) -> list[int]:
    """The replicas of each second.

    Args:
        pace: tasks that come, a second.
        seconds: how long each runs; a second that has begun is run to its end.
        slots: of a pod.
        ticks: how many seconds are looked at.
    """
    asked = spec(
        maxReplicas=1000,
        concurrency={"min": slots, "max": slots},
        objective={"queueWait": "10s"},
    )
    policy, come, seconds = Policy(), 0.0, math.ceil(seconds)
    queue: list[int] = []
    ends: list[float] = []
    booted, sizes = [0], []
    for now in range(ticks):
        come += pace
        queue += [now] * math.floor(come)
        come -= math.floor(come)
        ready = booted[max(0, now - BOOT_SECONDS)]
        ends = [end for end in ends if end > now]
        while queue and len(ends) < ready * slots:
            queue.pop(0)
            ends.append(now + seconds)
        work = Work(
            queued=len(queue),
            delivered=len(ends),
            oldest_wait=float(now - queue[0]) if queue else None,
            kinds=(Kind(len(queue), float(seconds)),) if queue else (),
            running=tuple(Running(count, end - now) for end, count in Counter(ends).items()),
            rate=pace if now > BOOT_SECONDS else None,
            mean_seconds=float(seconds),
        )
        decision = policy.decide(_seen(now, work, ready, booted[-1], slots), asked)
        booted.append(decision.pods)
        sizes.append(decision.pods)
    return sizes


def _seen(now: int, work: Work, ready: int, there: int, slots: int) -> Observation:
    """The tasks are spread evenly; pods that boot have no heartbeat yet."""
    shares = [work.delivered // ready + (at < work.delivered % ready) for at in range(ready)]
    pods = [
        Pod(name=str(at), ready=True, slots=slots, beat=Heartbeat(now, active, 0))
        for at, active in enumerate(shares)
    ] + [Pod(name=f"new-{at}", ready=False, running=False) for at in range(ready, there)]
    return Observation(now=float(now), work=work, replicas=there, pods=tuple(pods[:there]))

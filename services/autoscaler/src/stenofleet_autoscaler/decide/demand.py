"""How many slots the work calls for: the rule of the design, and the reasons for each figure."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from stenofleet_autoscaler.decide.packing import Room, slots_to_start
from stenofleet_autoscaler.model import Kind, Observation, Pod, Work
from stenofleet_autoscaler.spec import Objective

SHORTEST_WAIT = 1.0
"""What is left of the objective, in seconds, for a task that has waited it out already; also what
a new slot has at least, for a pod that boots longer than that must not be made for each task."""

SLOWER, FASTER, FULLY_USED = 1.0, 1.1, 0.5
"""Shares of the pace that are served: while nothing waits, and once so much of the promise is used
up. A tenth to either side holds a queue steady that is seen every other second; measured in the
simulator, more makes the size swing, and less lets the wait drift."""

ONE_START = math.inf
"""Seconds that a task is taken to run while nothing was learned: a slot starts one."""


@dataclass(frozen=True)
class Demand:
    """What the work calls for, before any bound.

    Attributes:
        in_flight: tasks that run.
        due: tasks that wait, and those whose time comes while a pod boots.
        backlog: slots with which every task that is there starts in time.
        staffing: slots for the tasks that will come, at the pace of the last minutes.
        lists: slots that plain lists call for.
    """

    in_flight: int
    due: int
    backlog: int
    staffing: int
    lists: int

    @property
    def slots(self) -> int:
        """The largest of them; tasks that run and end in time need no slot by themselves."""
        return max(self.backlog, self.staffing, self.lists)


def demand_of(seen: Observation, work: Work, objective: Objective, ready_slots: int) -> Demand:
    """The demand of a pool's work.

    Args:
        seen: the pods, the time, and how long a pod boots.
        work: the work of the pool's queues.
        objective: what the size is for.
        ready_slots: slots that the ready pods can be brought to, those that run a task included.
    """
    in_flight, wait = running(work, seen.pods), objective.queue_wait
    due = work.queued + work.orphaned + _soon_due(work, seen)
    return Demand(
        in_flight=in_flight,
        due=due,
        backlog=_backlog(seen, work, objective, (in_flight, due, ready_slots)),
        staffing=0 if wait is None else staffing(work, wait),
        lists=_for_lists(work, in_flight),
    )


def running(work: Work, pods: Sequence[Pod]) -> int:
    """Tasks that run: what the workers say, or all that is delivered where one is silent.

    Heartbeats come every other second, so what was only just delivered is counted with them.
    Delivered long ago and not running is prefetched, or its worker is dead: it is not counted.
    """
    active = sum(pod.beat.active for pod in pods if pod.beat)
    heard = any(pod.beat for pod in pods) and all(pod.beat for pod in pods if pod.ready)
    told = active + work.fresh if heard else work.delivered - work.orphaned
    return max(active, min(told, work.delivered))


def _soon_due(work: Work, seen: Observation) -> int:
    """Scheduled tasks whose time comes before a pod that is made now could start them."""
    return sum(eta <= seen.now + seen.boot_seconds for eta in work.etas)


def _backlog(
    seen: Observation, work: Work, objective: Objective, figures: tuple[int, int, int]
) -> int:
    """At least one slot while anything is delivered.

    A delivered message whose worker died is given back by a worker that lives: with none left it
    would be stranded.
    """
    in_flight, due, ready_slots = figures
    least = 1 if work.delivered else 0
    if objective.queue_wait is None:
        return max(least, in_flight + math.ceil(due / (objective.backlog_per_slot or 1)))
    needs = [
        _for_tasks(count, left, seen, work, (in_flight, ready_slots))
        for count, left in _deadlines(work, due, objective.queue_wait)
    ]
    return max(least, min(max(needs), in_flight + due))


def _deadlines(work: Work, due: int, objective: float) -> list[tuple[int, float]]:
    """How many tasks have to start within how many seconds, each with those before it.

    A queue is worked off from its oldest task on: all of it need not start before the oldest one
    is late, but each part of it before that part is. Who has waited longest comes first.
    """
    known = min(sum(count for count, _ in work.ages), due)
    oldest = work.oldest_wait or 0.0
    ages = [(due - known, oldest), *((n, min(waited, oldest)) for n, waited in work.ages)]
    wholes = itertools.accumulate(count for count, _ in ages)
    lefts = (max(objective - waited, SHORTEST_WAIT) for _, waited in ages)
    return [(min(whole, due), left) for whole, left in zip(wholes, lefts, strict=True)]


def _for_tasks(
    count: int, left: float, seen: Observation, work: Work, slots: tuple[int, int]
) -> int:
    """Slots with which so many queued tasks start in the time that is left.

    A slot whose task runs on beyond that time is wanted for that task. One whose task ends before
    is room for others, and no demand by itself: a pod that drains ends what it runs.
    """
    in_flight, ready_slots = slots
    ends = _ends(work, in_flight)
    lasting = sum(busy for busy, end in ends if end > left)
    freed = [Room(busy, left - end) for busy, end in ends if end <= left]
    idle = Room(max(0, ready_slots - in_flight), left)
    new = Room(None, max(left - seen.boot_seconds, SHORTEST_WAIT))
    kinds = _kinds(work, count, unknown=work.mean_seconds or ONE_START)
    rooms = [idle, *sorted(freed, key=lambda room: -room.seconds), new]
    return lasting + (slots_to_start(kinds, rooms) if count else 0)


def _ends(work: Work, in_flight: int) -> list[tuple[int, float]]:
    """How many running tasks end in how many seconds; of which nothing is known, never."""
    known = [
        (math.inf if each.remaining is None else each.remaining, each.count)
        for each in work.running
    ]
    return _longest_first(known or [(math.inf, in_flight)], in_flight)


def _kinds(work: Work, due: int, unknown: float) -> list[tuple[int, float]]:
    """How many tasks run how long; a sample stands for the whole queue."""
    known = work.kinds or (Kind(due),)
    each = [(unknown if kind.seconds is None else kind.seconds, kind.count) for kind in known]
    return _longest_first(each, due)


def _longest_first(counted: Sequence[tuple[float, int]], total: int) -> list[tuple[int, float]]:
    """Counts and seconds, longest first, with the counts brought to the total."""
    each = sorted(counted, reverse=True)
    counts = _scaled([count for _, count in each], total)
    return [(count, seconds) for count, (seconds, _) in zip(counts, each, strict=True)]


def _scaled(counts: Sequence[int], total: int) -> list[int]:
    """The counts in the same proportion with the given sum.

    The first ones together grow with the total, so that more tasks are never shorter ones.
    """
    sums = list(itertools.accumulate(counts))
    whole = sums[-1] if sums else 0
    ends = [math.ceil(end * total / whole) if whole else 0 for end in sums]
    return [end - start for start, end in itertools.pairwise([0, *ends])]


def _for_lists(work: Work, in_flight: int) -> int:
    """A slot without a message does nothing: one more than there are messages is enough."""
    useful = work.queued + in_flight + 1
    return max((min(math.ceil(items / each), useful) for items, each in work.items), default=0)


def staffing(work: Work, objective: float) -> int:
    """Slots for the tasks that will come, at the pace of the last minutes.

    While nothing waits, a little less than what is busy on average: a queue that may wait keeps
    every slot busy. The longer it waits, the more, so that it settles at a quarter of the promise.
    To that the square root of it (Halfin and Whitt, 1981; with Kingman's factor for run times that
    differ), as far as bunches may not wait: a promise much longer than a run evens them out.

    Args:
        work: its pace and run times; none of them known is none to come.
        objective: how long a task may wait, in seconds.
    """
    seconds, offered = work.mean_seconds or 0.0, (work.rate or 0.0) * (work.mean_seconds or 0.0)
    if offered < 1.0:
        return 0
    used = min(1.0, (work.oldest_wait or 0.0) / (objective * FULLY_USED))
    served = SLOWER + (FASTER - SLOWER) * used
    spread = math.sqrt(offered * (1.0 + (work.variation or 0.0)) / 2.0)
    needed = round(offered * served + spread * seconds / (seconds + objective))
    return max(math.ceil(offered), needed)

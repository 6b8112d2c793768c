"""Tasks delivered and not acknowledged, by queue: each is read only once, and then watched."""

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from stenofleet.broker import Binding, parse_binding, queues_for
from stenofleet.broker.messages import epoch_from_iso

from stenofleet_autoscaler.sense.reading import Delivery, Finished, InFlight

NEWS = 200
"""Deliveries that one look reads: many come in the first looks of an operator's life."""

CHECKED = 300
"""Known deliveries that one look asks after; all of them where there are few."""

NEAR = 1000
OVERLAP = 5.0
"""Seconds of ``unacked_index`` that are looked through again, for NEAR tags at most, when their
count says that one was missed: workers score by clocks of their own."""

FRESH = 4.0
"""Seconds in which a heartbeat may not tell of a delivery yet: two of Celery's intervals."""

SAMPLE = 200
"""Deliveries of a queue that a decision looks at, the oldest ones."""

SHARP = 2.0
"""A run time counts when it is so many times as long as the gap in which it may have ended."""

BINDINGS_AGAIN = 30.0
"""Seconds after which the bindings of an exchange are read again."""


@dataclass
class _Queue:
    """The deliveries of a queue, in the order in which they came."""

    due: dict[str, Delivery] = field(default_factory=dict)
    later: dict[str, Delivery] = field(default_factory=dict)
    _etas: list[tuple[float, str]] = field(default_factory=list)
    _fresh: deque[tuple[float, str]] = field(default_factory=deque)

    def add(self, each: Delivery, now: float) -> None:
        if each.eta is not None and each.eta > now:
            self.later[each.tag] = each
            heapq.heappush(self._etas, (each.eta, each.tag))
        else:
            self.due[each.tag] = each
            self._fresh.append((max(each.seen_at, each.eta or 0.0), each.tag))

    def remove(self, tag: str) -> None:
        self.due.pop(tag, None)
        self.later.pop(tag, None)

    def reading(self, now: float) -> InFlight:
        self._pass_on(now)
        return InFlight(
            due=len(self.due),
            fresh=sum(tag in self.due for _, tag in self._fresh),
            scheduled=len(self.later),
            etas=tuple(each.eta or 0.0 for each in islice(self.later.values(), SAMPLE)),
            sample=tuple(islice(self.due.values(), SAMPLE)),
        )

    def _pass_on(self, now: float) -> None:
        """What was scheduled becomes due, and what was fresh grows old."""
        while self._etas and self._etas[0][0] <= now:
            _, tag = heapq.heappop(self._etas)
            if (each := self.later.pop(tag, None)) is not None:
                self.add(each, now)
        while self._fresh and now - self._fresh[0][0] >= FRESH:
            self._fresh.popleft()


class Deliveries:
    """What is in ``unacked`` of one keyspace. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._known: dict[str, Delivery] = {}
        self._checked: dict[str, float] = {}
        self._queues: dict[str, _Queue] = {}
        self._bindings: dict[str, list[Binding]] = {}
        self._bound_at: dict[str, float] = {}
        self._cursor = "-inf"
        self._overlap = False
        self._fetch: list[str] = []
        self._asked: list[str] = []
        self.complete = False

    def request(self, now: float) -> dict[str, Any]:
        """What the next look should tell."""
        self._asked = list(islice(self._checked, CHECKED))
        near = float(self._cursor) - OVERLAP if self._overlap else None
        return {
            "cursor": self._cursor,
            "news": NEWS,
            "near": NEAR,
            "overlap": near if near is not None else False,
            "fetch": self._fetch,
            "check": self._asked,
            "exchanges": {name: now - at >= BINDINGS_AGAIN for name, at in self._bound_at.items()},
        }

    def take(self, answer: Mapping[str, Any], bindings: Any, now: float) -> tuple[Finished, ...]:
        """Takes in what a look told; returns what has gone."""
        self._bind(bindings, now)
        for each in answer["new"]:
            self._add(each, now)
        finished = self._drop(answer["gone"], now)
        near = [tag for tag in answer["near"] if tag not in self._known]
        self._fetch = near[:NEWS]
        more = len(answer["new"]) - len(self._fetch) >= NEWS
        self._overlap = not more and len(self._known) < int(answer["count"])
        self.complete = self.complete or not (more or self._overlap)
        return finished

    def in_flight(self, now: float) -> dict[str, InFlight]:
        """The deliveries of each queue that has any."""
        readings = {name: queue.reading(now) for name, queue in self._queues.items()}
        empty = [name for name, each in readings.items() if not each.due and not each.scheduled]
        for name in empty:
            del readings[name], self._queues[name]
        return readings

    def all(self) -> Collection[Delivery]:
        """Every delivery that is known, in the order in which they were read."""
        return self._known.values()

    def _bind(self, tables: Any, now: float) -> None:
        for exchange, members in tables.items() if isinstance(tables, dict) else ():
            found = [binding for each in members if (binding := parse_binding(each))]
            self._bindings[exchange], self._bound_at[exchange] = found, now

    def _add(self, told: Sequence[Any], now: float) -> None:
        tag, score = str(told[0]), str(told[1])
        self._remove(tag)  # delivered anew: the same tag, later
        each = self._delivery(tag, float(score), told[2:], now)
        self._known[tag], self._checked[tag] = each, now
        for queue in each.queues:
            self._queues.setdefault(queue, _Queue()).add(each, now)
        if float(score) > float(self._cursor):
            self._cursor = score

    def _delivery(self, tag: str, score: float, facts: Sequence[Any], now: float) -> Delivery:
        """An entry that is no Celery message is in nobody's queue."""
        nothing = Delivery(tag, "", None, None, score, now, ())
        if not facts:
            return nothing
        task, eta, work, exchange, routing_key = facts
        queues = queues_for(exchange, routing_key, self._bindings.get(exchange, []))
        expected = float(work) if work >= 0 else None
        eta_at = epoch_from_iso(eta)
        return replace(nothing, task=task, work=expected, eta=eta_at, queues=tuple(queues))

    def _drop(self, gone: Iterable[int], now: float) -> tuple[Finished, ...]:
        """What is there still goes to the end of the turn."""
        tags = {self._asked[at - 1] for at in gone}
        finished = []
        for tag in self._asked:
            seen = self._checked.pop(tag, None)
            if seen is None:
                continue
            if tag not in tags:
                self._checked[tag] = now
                continue
            finished += _finished(self._known[tag], seen, now)
            self._remove(tag)
        return tuple(finished)

    def _remove(self, tag: str) -> None:
        self._checked.pop(tag, None)
        each = self._known.pop(tag, None)
        for queue in each.queues if each else ():
            self._queues[queue].remove(tag)


def _finished(each: Delivery, seen: float, now: float) -> list[Finished]:
    """One for each queue; none where the end is known too roughly to teach a run time."""
    gap = now - seen
    seconds = (seen + now) / 2 - each.begun_at
    if not each.queues or seconds < SHARP * gap:
        return []
    return [Finished(each.task, queue, each.work, seconds) for queue in each.queues]

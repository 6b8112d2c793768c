"""Tasks delivered and not acknowledged, by queue: each is read only once, and then watched."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile
from typing import Any

from stenofleet.broker import Binding, parse_binding, queues_for
from stenofleet.broker.messages import epoch_from_iso

from stenofleet_autoscaler.sense.reading import Delivery, Finished, InFlight

NEWS = 300
"""Deliveries that one look reads: many come in the first looks of an operator's life."""

CHECKED = 300
"""Known deliveries that one look asks after; all of them where there are few."""

CHECKED_WHEN_GONE = 1000
"""The same when their count says that some have gone."""

NAMED = 150
"""Deliveries that one look reads out of order, because they were missed."""

PAGE = 500
"""Tags of ``unacked_index`` that one look goes through when their count says that one was missed:
workers score by clocks of their own, and the cursor may be past what a slow clock wrote."""

FRESH = 4.0
"""Seconds in which a heartbeat may not tell of a delivery yet: two of Celery's intervals."""

SAMPLE = 200
"""Deliveries of a queue that a decision looks at: the oldest ones, and the next ETAs."""

SHARP = 2.0
"""A run time counts when it is so many times as long as the gap in which it may have ended."""

BINDINGS_AGAIN = 30.0
"""Seconds after which the bindings of an exchange are read again."""


@dataclass
class _Queue:
    """The deliveries of a queue: those that are due as they came, the others by their ETA."""

    due: dict[str, Delivery] = field(default_factory=dict)
    later: list[tuple[float, str, Delivery]] = field(default_factory=list)
    fresh: dict[str, float] = field(default_factory=dict)

    def add(self, each: Delivery, now: float) -> None:
        if each.eta is not None and each.eta > now:
            insort(self.later, (each.eta, each.tag, each))
        else:
            self.due[each.tag] = each
            self.fresh[each.tag] = max(each.seen_at, each.eta or 0.0)

    def remove(self, each: Delivery) -> None:
        self.fresh.pop(each.tag, None)
        if self.due.pop(each.tag, None) is None and each.eta is not None:
            at = bisect_left(self.later, (each.eta, each.tag, each))
            del self.later[at : at + 1]

    def reading(self, now: float) -> InFlight:
        self._pass_on(now)
        return InFlight(
            due=len(self.due),
            fresh=len(self.fresh),
            scheduled=len(self.later),
            etas=tuple(eta for eta, _, _ in self.later[:SAMPLE]),
            sample=tuple(islice(self.due.values(), SAMPLE)),
        )

    def _pass_on(self, now: float) -> None:
        """What was scheduled becomes due, and what was fresh grows old."""
        come = bisect_right(self.later, now, key=lambda entry: entry[0])
        passed, self.later = self.later[:come], self.later[come:] if come else self.later
        for _, _, each in passed:
            self.add(each, now)
        for tag, _ in list(takewhile(lambda entry: now - entry[1] >= FRESH, self.fresh.items())):
            del self.fresh[tag]


class Deliveries:
    """What is in ``unacked`` of one keyspace. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._known: dict[str, Delivery] = {}
        self._checked: dict[str, float] = {}
        self._queues: dict[str, _Queue] = {}
        self._bindings: dict[str, list[Binding]] = {}
        self._bound_at: dict[str, float] = {}
        self._cursor = "-inf"
        self._count = 0
        self._page: int | None = None
        self._fetch: list[str] = []
        self._asked: list[str] = []
        self.complete = False

    def request(self, now: float) -> dict[str, Any]:
        """What the next look should tell."""
        most = CHECKED if len(self._known) <= self._count else CHECKED_WHEN_GONE
        self._asked = list(islice(self._checked, most))
        return {
            "cursor": self._cursor,
            "news": NEWS,
            "page": False if self._page is None else (self._page, self._page + PAGE - 1),
            "fetch": self._fetch,
            "check": self._asked,
            "exchanges": {name: now - at >= BINDINGS_AGAIN for name, at in self._bound_at.items()},
        }

    def take(self, answer: Mapping[str, Any], bindings: Any, now: float) -> tuple[Finished, ...]:
        """Takes in what a look told; returns what has gone."""
        self._bind(bindings, now)
        self._count = int(answer["count"])
        for each in answer["new"]:
            self._add(each, now)
        finished = self._drop(answer["gone"], now)
        missing = not answer["more"] and len(self._known) < self._count
        self._turn_page([tag for tag in answer["page"] if tag not in self._known], missing=missing)
        self.complete = self.complete or not (answer["more"] or missing)
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

    def _turn_page(self, unknown: Sequence[str], *, missing: bool) -> None:
        """Goes from the newest tags to the oldest for as long as one is missing."""
        self._fetch = list(unknown[:NAMED])
        if not missing:
            self._page = None
        elif self._page is None:
            self._page = 0
        elif not unknown:
            following = self._page + PAGE
            self._page = following if following < self._count else 0

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
        asked = self._asked if self._count else list(self._checked)
        tags = {asked[at - 1] for at in gone} if self._count else set(asked)
        finished = []
        for tag in asked:
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
        if each is None:
            return
        for queue in each.queues:
            self._queues[queue].remove(each)


def _finished(each: Delivery, seen: float, now: float) -> list[Finished]:
    """One for each queue; none where the end is known too roughly to teach a run time."""
    gap = now - seen
    seconds = (seen + now) / 2 - each.begun_at
    if not each.queues or seconds < SHARP * gap:
        return []
    return [Finished(each.task, queue, each.work, seconds) for queue in each.queues]

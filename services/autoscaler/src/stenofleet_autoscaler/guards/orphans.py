"""Which deliveries nobody works on: their worker is gone, for certain.

`unacked` does not say who holds a message. Either nobody is there who could, or everybody who is
there was asked twice and none of them names it. Whatever cannot be told is left where it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from stenofleet_autoscaler.guards.delivered import Delivered, Key, Look, Verdict, key_of, queue_of
from stenofleet_autoscaler.guards.roster import SILENCE, Roster

APART = 5.0
"""Seconds between the two looks that agree: a message may be on its way inside a worker."""

HEARING = 10.0
"""Seconds of listening after which every worker that sends heartbeats was heard."""

LATE = 10.0
"""Seconds after a death in which deliveries from before it may still come to our knowledge."""

MOST = 100
"""Deliveries that one look asks about, and that are given back at a time."""


MANY = 5_000
"""Deliveries from which on they are gone through only every `APART` seconds: 1 us for each."""


@dataclass
class _Evidence:
    """What looks told of one delivery; times are seconds since the epoch."""

    asked_at: float = 0.0
    held_at: float = 0.0
    missed_at: float | None = None
    suspected: bool = False
    certain: bool = False

    def take(self, at: float, *, held: bool, complete: bool) -> None:
        self.asked_at, self.suspected = at, not held
        if held:
            self.held_at, self.missed_at = at, None
        elif complete and self.missed_at is None:
            self.missed_at = at
        elif complete and self.missed_at is not None:
            self.certain = at - self.missed_at >= APART


NOTHING = _Evidence()
"""What is known of a delivery that no look was about."""


@dataclass(frozen=True)
class _Tick:
    """What holds for all deliveries in one tick; times are seconds since the epoch.

    Attributes:
        death: the newest death of a worker.
        deserted: queues for which nobody is there.
        silent: those of them for which nobody was heard for long.
    """

    now: float
    death: float
    deserted: frozenset[str]
    silent: frozenset[str]

    @classmethod
    def of(cls, now: float, roster: Roster) -> "_Tick":
        deserted = frozenset(queue for queue in roster.queues if roster.deserted(queue))
        silent = frozenset(queue for queue in deserted if roster.silent_for(queue) >= SILENCE)
        return cls(now, roster.newest_death or 0.0, deserted, silent)

    def is_abandoned(self, each: Delivered) -> bool:
        return queue_of(each) in self.silent and self.now - each.delivered_at >= SILENCE


@dataclass
class Orphans:
    """The search for orphans on one broker; it costs nothing while nobody died."""

    _known: dict[Key, _Evidence] = field(default_factory=dict)
    _searched: float = 0.0
    _looked_at: float = 0.0
    _fresh_until: float = 0.0
    _last: Verdict = field(default_factory=Verdict)

    def see(self, now: float, deliveries: Iterable[Delivered], roster: Roster) -> Verdict:
        """Takes in a tick.

        Args:
            now: seconds since the epoch.
            deliveries: all of the broker's, in any order.
            roster: who lives, as of this tick.
        """
        tick = _Tick.of(now, roster)
        if not tick.deserted and not self._known and tick.death <= self._searched:
            return Verdict()
        if now < self._fresh_until:
            return Verdict(suspected=self._last.suspected)
        ours = [each for each in deliveries if queue_of(each) in roster.queues]
        self._fresh_until = now + (APART if len(ours) > MANY else 0.0)
        self._last = self._judge(ours, tick, roster)
        return self._last

    def _judge(self, ours: Sequence[Delivered], tick: _Tick, roster: Roster) -> Verdict:
        self._forget_others(ours)
        doubtful = [each for each in ours if self._is_doubtful(each, tick)]
        if not doubtful and tick.now - tick.death >= LATE:
            self._end_search(tick.death)
        return Verdict(
            certain=_oldest(each for each in ours if self._is_certain(each, tick)),
            ask=self._to_ask(tick.now, doubtful, roster),
            suspected=_by_queue(each for each in ours if self._is_demand(each, tick)),
        )

    def take(self, look: Look) -> None:
        """Takes in what the workers answered."""
        self._looked_at = max(self._looked_at, look.at)
        self._fresh_until = 0.0
        for each in look.asked:
            evidence = self._known.setdefault(key_of(each), _Evidence())
            evidence.take(look.at, held=each.tag in look.held, complete=look.complete)

    def _of(self, each: Delivered) -> _Evidence:
        return self._known.get(key_of(each), NOTHING)

    def _is_doubtful(self, each: Delivered, tick: _Tick) -> bool:
        """Whether its worker may be the one that died, and nobody has cleared that up."""
        known = self._of(each)
        return each.delivered_at < tick.death and not known.certain and known.held_at < tick.death

    def _is_certain(self, each: Delivered, tick: _Tick) -> bool:
        return self._of(each).certain or tick.is_abandoned(each)

    def _is_demand(self, each: Delivered, tick: _Tick) -> bool:
        alone = queue_of(each) in tick.deserted or self._of(each).suspected
        return alone and (each.eta or 0.0) <= tick.now

    def _to_ask(
        self, now: float, doubtful: Sequence[Delivered], roster: Roster
    ) -> tuple[Delivered, ...]:
        """Those that were not asked about for the longest, so that none waits for ever."""
        soon = now - self._looked_at < APART
        if soon or not roster.live or roster.listening_for < HEARING:
            return ()
        turn = nsmallest(
            MOST, doubtful, key=lambda each: (self._of(each).asked_at, each.delivered_at)
        )
        return tuple(turn)

    def _forget_others(self, present: Iterable[Delivered]) -> None:
        keys = {key_of(each) for each in present} if self._known else set()
        self._known = {key: known for key, known in self._known.items() if key in keys}

    def _end_search(self, death: float) -> None:
        """Everybody who could hold what is older than this death was heard on it."""
        self._searched = death
        self._known = {key: known for key, known in self._known.items() if known.certain}


def _oldest(deliveries: Iterable[Delivered]) -> tuple[Delivered, ...]:
    return tuple(nsmallest(MOST, deliveries, key=lambda each: each.delivered_at))


def _by_queue(deliveries: Iterable[Delivered]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in deliveries:
        counts[queue_of(each)] = counts.get(queue_of(each), 0) + 1
    return counts

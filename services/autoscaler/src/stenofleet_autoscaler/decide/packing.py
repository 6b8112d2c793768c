"""How few slots start a set of tasks in time."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Room:
    """Slots that are alike.

    Attributes:
        slots: how many; None for as many as are asked for.
        seconds: from the moment at which such a slot is free until the last moment at which a
            task may start: one starts at once, and another whenever one ends before that moment.
        is_wanted: the slots are kept in any case, so using them costs nothing.
    """

    slots: int | None
    seconds: float
    is_wanted: bool = False

    def starts(self, duration: float) -> int:
        """Tasks that one of these slots starts in its time."""
        return 0 if self.seconds < 0 else 1 + math.floor(self.seconds / duration)


def slots_to_start(kinds: Iterable[tuple[int, float]], rooms: Sequence[Room]) -> int:
    """Slots, beside those that are wanted anyway, with which all tasks start in time.

    Tasks are placed longest first, each into the best room that is left: a slot with time left
    after a long task takes short ones behind it.

    Args:
        kinds: count and run time in seconds of tasks that are alike, longest first.
        rooms: the rooms, best first; the last one must have slots without end.
    """
    left, used = list(rooms), 0
    for count, duration in kinds:
        taken, left = _place(count, max(duration, MOMENT), left)
        used += taken
    return used


MOMENT = 0.001
"""Seconds that a task runs at least: a duration of nothing would start without end."""


def _place(count: int, duration: float, rooms: Sequence[Room]) -> tuple[int, list[Room]]:
    """Slots newly used, and the rooms that are left."""
    used, left, rest = 0, [], count
    for room in rooms:
        starts = room.starts(duration)
        if not rest or not starts or room.slots == 0:
            left.append(room)
            continue
        need = math.ceil(rest / starts)
        slots = need if room.slots is None else min(need, room.slots)
        started = min(rest, slots * starts)
        left += _after(room, slots, started, duration)
        used += 0 if room.is_wanted else slots
        rest -= started
    return used, left


def _after(room: Room, slots: int, started: int, duration: float) -> list[Room]:
    """What is left of a room: its used slots, behind what they start, then the others."""
    each, more = divmod(started, slots)
    rest = None if room.slots is None else room.slots - slots
    parts = [
        Room(slots - more, room.seconds - each * duration, is_wanted=True),
        Room(more, room.seconds - (each + 1) * duration, is_wanted=True),
        replace(room, slots=rest),
    ]
    return [part for part in parts if part.slots != 0 and part.seconds >= 0]

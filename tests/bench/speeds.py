"""Workers beside faster-whisper by itself, in turns, so that a busy moment meets both."""

import time
from collections.abc import Callable, Iterator

from bench import costs, direct
from bench.costs import Cost
from bench.measures import Row, note
from bench.sessions import Sessions
from bench.stack import Process, Stack
from support.speech import CLIP_SECONDS, recording

TIMES = 14
"""The text of 44.4 s is read: 621 s in all."""

Hear = Callable[[], Cost]


def speed(stack: Stack, rounds: int) -> Iterator[Row]:
    """Seconds of recording a second with one slot and two, beside the engine called directly."""
    for slots in (1, 2):
        yield from _beside(stack, slots, rounds)


def _beside(stack: Stack, slots: int, rounds: int) -> Iterator[Row]:
    sound, first = recording(TIMES), recording(1)
    with direct.warm(stack.model, slots, first) as by_itself, stack.workers(1, slots) as [worker]:
        _at_once(stack, worker, slots, first, apart=True)  # models are slower at first
        ways: dict[str, Hear] = {
            "faster-whisper by itself": lambda: by_itself(direct.one_by_one, sound),
            "faster-whisper's own batches": lambda: by_itself(direct.in_batches, sound),
            "here, speakers not told apart": lambda: _at_once(
                stack, worker, slots, sound, apart=False
            ),
            "here, speakers told apart": lambda: _at_once(stack, worker, slots, sound, apart=True),
        }
        found = _in_turns(ways, rounds)
    theirs, *_ = found.values()
    for name, ours in found.items():
        beside = "" if ours is theirs else f", {costs.more(ours, theirs)}"
        seconds = costs.speed(ours, TIMES * CLIP_SECONDS * slots)
        yield f"{slots} at once, {rounds} rounds: {name}", f"{seconds}{beside}"


def _in_turns(ways: dict[str, Hear], rounds: int) -> dict[str, list[Cost]]:
    """Each way once a round; every other round backwards."""
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 == 0 else -1]:
            found[name].append(ways[name]())
            took = found[name][-1]
            note(f"round {number + 1}, {name}: {took.wall:.1f} s, {took.processor:.1f} of CPU")
    return found


def _at_once(stack: Stack, worker: Process, slots: int, sound: bytes, *, apart: bool) -> Cost:
    """For as many recordings as there are slots, from upload to transcript."""
    sessions = Sessions(stack)
    wall, processor = time.monotonic(), worker.processor_seconds()
    for session in [sessions.start(sound, diarize=apart) for _ in range(slots)]:
        sessions.wait(session)
    return Cost(time.monotonic() - wall, worker.processor_seconds() - processor)

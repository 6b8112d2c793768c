"""Traces of the pools, for the simulator: written while the operator runs with ``--record``."""

from pathlib import Path

from stenofleet_autoscaler.lessons import ANY_TASK
from stenofleet_autoscaler.sense.reading import QueueReading, Reading
from stenofleet_autoscaler.sight import Sight
from stenofleet_autoscaler.simulate.record import Arrived, Finished, Recorder


class Records:
    """A trace for each pool, in a folder; none without a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._open: dict[tuple[str, str], Recorder] = {}

    def take(self, sight: Sight, now: float, come: int) -> None:
        """Writes what one tick showed of a pool.

        Args:
            sight: the pool with its work.
            now: seconds since the epoch.
            come: tasks that came since the last tick.

        Raises:
            OSError: the file cannot be opened.
        """
        if self._folder is None:
            return
        reading, queues = sight.look.reading, sight.spec.demand.queues
        if sight.work is None or reading is None:
            self._of(sight, now).tick(now, None)
            return
        arrived = [Arrived(_commonest(reading, queues), now, come)] if come else []
        finished = [
            Finished(each.task, now, each.seconds, each.work)
            for each in reading.finished
            if each.queue in queues
        ]
        self._of(sight, now).tick(now, sight.work.queued, arrived, finished)

    def close(self) -> None:
        """Ends all traces."""
        for recorder in self._open.values():
            recorder.close()

    def _of(self, sight: Sight, now: float) -> Recorder:
        assert self._folder is not None  # noqa: S101 - the caller looked
        place = sight.namespace, sight.name
        if place not in self._open:
            self._open[place] = Recorder(self._folder / f"{'.'.join(place)}.jsonl", now)
        return self._open[place]


def _commonest(reading: Reading, queues: tuple[str, ...]) -> str:
    """The name of most tasks that wait: that of one that just came is not known."""
    read = (reading.queues[name] for name in queues)
    samples = [each for queue in read if isinstance(queue, QueueReading) for each in queue.samples]
    return max(samples, key=lambda each: each.count).task if samples else ANY_TASK

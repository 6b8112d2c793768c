"""The rule of thumb that the guides give: slots for peak users with a margin, in whole workers."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class GuideAnswer:
    """What the rule says, in tasks at once but for ``workers``.

    Attributes:
        required: slots that peak users with the margin ask for.
        workers: whole workers that these fill.
        concurrency: slots of a worker.
    """

    required: int
    workers: int
    concurrency: int

    @property
    def total(self) -> int:
        """Slots of all workers."""
        return self.workers * self.concurrency

    @property
    def short(self) -> int:
        """Slots that rounding down leaves out."""
        return self.required - self.total


def by_the_guide(peak_users: int, safety: float, tasks_per_worker: int) -> GuideAnswer:
    """Answers as the guide's table does, which rounds the number of workers down.

    The length of a task plays no part in it: 100 users who each send a task of a second are
    given as many workers as 100 who each send an hour.
    """
    # Rounded first: 1.1 * 100 is a hair above 110 in binary.
    required = ceil(round(peak_users * safety, 6))
    return GuideAnswer(required, required // tasks_per_worker, tasks_per_worker)

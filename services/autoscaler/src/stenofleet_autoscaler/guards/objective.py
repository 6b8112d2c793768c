"""Whether tasks wait no longer than the pool promises."""

from dataclasses import dataclass

from stenofleet_autoscaler.model import Work
from stenofleet_autoscaler.status import Condition

TYPE = "WithinObjective"

CALM = 5.0
"""Seconds below the objective after which it counts as kept again."""


@dataclass
class WithinObjective:
    """The oldest wait of one pool against its objective. Times are seconds since the epoch."""

    _above_at: float | None = None

    def see(self, now: float, work: Work | None, queue_wait: float | None) -> Condition:
        """Takes in a tick; one above is enough for False, only `CALM` below it for True.

        Args:
            now: the time.
            work: None when the broker did not answer.
            queue_wait: the promise in seconds; None when the pool promises no wait.
        """
        if queue_wait is None:
            self._above_at = None
            return Condition(TYPE, "Unknown", "NoWaitObjective", "the pool promises no wait")
        if work is None:
            return Condition(TYPE, "Unknown", "WorkUnknown", "the broker does not answer")
        if work.oldest_wait is None and work.queued:
            return Condition(TYPE, "Unknown", "WaitUnknown", "no message tells since when it waits")
        if (work.oldest_wait or 0.0) > queue_wait:
            self._above_at = now
        if self._above_at is not None and now - self._above_at < CALM:
            note = f"the oldest task has waited for longer than {queue_wait:g} s"
            return Condition(TYPE, "False", "WaitAboveObjective", note)
        note = f"no due task has waited for longer than {queue_wait:g} s"
        return Condition(TYPE, "True", "WaitWithinObjective", note)

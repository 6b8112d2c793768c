"""What a container calls the times of a recording, beside how many samples came before."""

from bisect import bisect_right

TOLERANCE = 0.005
"""Seconds by which a container's times may waver: some round them to milliseconds."""


class ContainerClock:
    """How far a container's clock is ahead of the samples, place by place.

    Most clocks start at 0 and agree with the samples for ever. Others start elsewhere, or leap
    where a part of the recording is damaged or was never sent; only the leaps are kept.
    """

    def __init__(self) -> None:
        self._positions: list[float] = []
        self._leads: list[float] = []

    def observe(self, position: float, time: float | None) -> None:
        """A frame begins ``position`` seconds after the first sample, and is said to at ``time``.

        Positions ascend; a frame without a time says nothing.
        """
        if time is None:
            return
        lead = time - position
        if not self._leads or abs(lead - self._leads[-1]) > TOLERANCE:
            self._positions.append(position)
            self._leads.append(lead)

    def lead(self, position: float) -> float:
        """Seconds from ``position`` to what the container calls it."""
        place = bisect_right(self._positions, position)
        return self._leads[max(0, place - 1)] if self._leads else 0.0

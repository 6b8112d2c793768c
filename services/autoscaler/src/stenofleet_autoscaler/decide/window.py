"""The largest and the smallest value of the last seconds."""

from collections import deque


class Window:
    """Values over a sliding time, of which only those are kept that can still be the extreme."""

    def __init__(self, *, largest: bool) -> None:
        self._largest = largest
        self._values: deque[tuple[float, int]] = deque()

    def push(self, now: float, value: int, length: float) -> int:
        """Takes the value in; returns the extreme of the last ``length`` seconds."""
        while self._values and self._is_beaten(self._values[-1][1], value):
            self._values.pop()
        self._values.append((now, value))
        while self._values[0][0] < now - length:
            self._values.popleft()
        return self._values[0][1]

    def _is_beaten(self, old: int, new: int) -> bool:
        return new >= old if self._largest else new <= old

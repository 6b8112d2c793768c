"""How long a pod takes from its making to its first task."""

from collections.abc import Iterable
from typing import Any

from stenofleet_autoscaler.learn.histogram import Histogram
from stenofleet_autoscaler.model import Pod

DEFAULT = 2.0
"""Seconds that a plain Celery worker takes with its image on the node; measured."""

QUANTILE = 0.75
"""Most pods are there by then; the few that pulled an image first do not count for all."""

TRUNCATED = 0.5
"""Kubernetes writes the time of making in whole seconds: it is half a second too early."""


class Boots:
    """Boot times of a pool's pods, of which the recent ones count more."""

    def __init__(self) -> None:
        self._times = Histogram()
        self._coming: frozenset[str] = frozenset()
        self._troubled: frozenset[str] = frozenset()

    def look(self, pods: Iterable[Pod], now: float) -> None:
        """Takes in the pods as they are; `now` in seconds since the epoch.

        A pod counts once: when it is ready or its worker first beats, and only if it was seen
        before that and nothing was wrong with it (a pod that waits for a node does not boot).
        """
        pods = tuple(pods)
        for pod in pods:
            if pod.name in self._coming - self._troubled and _is_there(pod):
                self._times.add(max(0.1, now - pod.created - TRUNCATED), now)
        coming = [pod for pod in pods if not _is_there(pod)]
        troubled = {pod.name for pod in coming if pod.trouble or pod.created <= 0}
        self._coming = frozenset(pod.name for pod in coming)
        self._troubled = self._coming & (self._troubled | troubled)

    def seconds(self) -> float:
        """What a pod that is made now is expected to take."""
        learned = self._times.quantile(QUANTILE)
        return DEFAULT if learned is None else learned

    def to_dict(self) -> dict[str, Any]:
        """For `from_dict`, as JSON can carry it."""
        return self._times.to_dict()

    @classmethod
    def from_dict(cls, told: Any) -> "Boots":
        """What `to_dict` told; what cannot be read is nothing."""
        boots = cls()
        boots._times = Histogram.from_dict(told)
        return boots


def _is_there(pod: Pod) -> bool:
    return pod.ready or pod.beat is not None

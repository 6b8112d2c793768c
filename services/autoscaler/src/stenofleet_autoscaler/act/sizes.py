"""How many tasks each pod runs at a time, as its worker told it, and whether that can change."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.control import RemoteControl
from stenofleet_autoscaler.act.errors import NoReply, Refused

SHRINK_AGAIN_AFTER = 10.0
"""Seconds after which a worker that could not shrink, for its slots were busy, is asked again."""


@dataclass
class _Size:
    run: str
    slots: int
    not_before: float = 0.0


@dataclass
class Sizes:
    """The concurrency of one pool's pods.

    Attributes:
        refusal: why a worker could not grow; it stands for all pods of its template.
        proven: a worker was resized as asked.
    """

    clock: Callable[[], float] = time.monotonic
    refusal: str | None = None
    proven: bool = False
    _refused_template: str | None = None
    _known: dict[str, _Size] = field(default_factory=dict)

    @property
    def stuck(self) -> str | None:
        """Why a worker could not shrink lately: prefork ends idle processes only."""
        for pod, known in sorted(self._known.items()):
            if self.clock() < known.not_before:
                return f"pod {pod} has more slots than it should, {known.slots}: all are busy"
        return None

    def slots(self, pod: str, run: str) -> int | None:
        """The pod's concurrency; None when its worker did not tell it since its start."""
        known = self._known.get(pod)
        return known.slots if known and known.run == run else None

    async def learn(self, control: RemoteControl, node: str, pod: str, run: str) -> None:
        """Asks the worker, by its full name.

        Raises:
            ActionError: it did not answer.
        """
        self._known[pod] = _Size(run, await workers.concurrency(control, node))

    async def change(
        self, control: RemoteControl, node: str, pod: str, run: str, *, wanted: int, template: str
    ) -> bool:
        """Resizes the pod's worker and reads the result back; whether anything was asked.

        Raises:
            Refused: its pool cannot grow.
            ActionError: it did not answer.
        """
        known = self._known[pod]
        if known.slots == wanted or self.clock() < known.not_before:
            return False
        try:
            after = await workers.resize(control, node, known.slots, wanted)
        except Refused as refusal:
            self.refusal, self._refused_template = str(refusal), template
            raise
        except NoReply:
            # It may still follow: a worker does what it is told in order, so ask it for its size
            # before telling it anything again.
            del self._known[pod]
            raise
        self.proven = self.proven or after == wanted
        wait = SHRINK_AGAIN_AFTER if after > wanted else 0.0
        self._known[pod] = _Size(run, after, self.clock() + wait)
        return True

    def keep_only(self, pods: Mapping[str, str]) -> None:
        """Forgets pods that are gone, and a refusal once another template's pods are there.

        Args:
            pods: the template of each pod by the pod's name.
        """
        self._known = {name: size for name, size in self._known.items() if name in pods}
        if self.refusal and pods and self._refused_template not in pods.values():
            self.refusal, self._refused_template = None, None

"""The third lever: a pod's CPU and memory follow its slots, in place."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stenofleet_autoscaler.act import containers, quantities
from stenofleet_autoscaler.act.calls import NOT_ALLOWED, NOT_FOUND
from stenofleet_autoscaler.act.containers import Container, Trouble
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.kube_pods import PodCalls
from stenofleet_autoscaler.decide.slot_resources import (
    MEMORY,
    Amount,
    amount_for,
    changed,
    lowered,
    most_slots,
    over,
    raised,
)
from stenofleet_autoscaler.spec import SlotResources

ASK_AGAIN_AFTER = 15.0
"""Seconds between two equal requests for a pod; also the period of the metrics server's figures
(its ``--metric-resolution``)."""

REFUSED_FOR = 60.0
"""Seconds that a refusal is taken to stand after it was last seen; then more is tried again."""

Raw = Mapping[str, Any]


@dataclass
class PodResources:
    """The resources of one pool's pods.

    Attributes:
        missing: the API server cannot resize pods: they keep what their template says.
        usage_unknown: nobody tells how much memory is in use: memory limits are never lowered.
        proven: a pod was resized.
    """

    clock: Callable[[], float] = time.monotonic
    missing: bool = False
    usage_unknown: bool = False
    proven: bool = False
    _troubles: dict[str, tuple[Trouble, float]] = field(default_factory=dict)
    _asked: dict[str, tuple[Amount, float]] = field(default_factory=dict)
    _measured: dict[str, tuple[Decimal | None, float]] = field(default_factory=dict)

    async def fit(
        self, calls: PodCalls, pod: Raw, spec: SlotResources, present: int, wanted: int
    ) -> int:
        """Brings the pod's container towards what the slots need; the slots it may have now.

        More is asked for before slots are added, less after they were taken away. Call it once a
        tick, before the concurrency is changed, and give the worker no more than the answer.

        Args:
            calls: the API server.
            pod: the pod's object, as last watched.
            spec: the pool's ``spec.resources``.
            present: the worker's slots as read back.
            wanted: the slots that were decided, whatever fits.

        Raises:
            ApiError: the API server did not answer, or the pod is gone.
        """
        found = containers.find(pod, spec.container)
        if self.missing or found is None:
            self._note(_name(pod), None if found else _no_container(spec))
            return wanted
        self._note(_name(pod), containers.refusal(pod))
        goal = over(found.asked, needed(spec, max(present, wanted)))
        if found.asked.covers(goal):
            goal = await self._less(calls, pod, spec.container, found.asked, goal)
        await self._ask(calls, pod, spec.container, found.asked, goal)
        return self._allowed(pod, spec, found, present, wanted)

    def most_slots(self, pod: Raw, spec: SlotResources, ceiling: int) -> int | None:
        """For `model.Pod.most_slots`: None while the node and the API server refused nothing."""
        found = containers.find(pod, spec.container)
        refused = containers.refusal(pod) or self._trouble_of(_name(pod))
        if found is None or self.missing or not refused:
            return None
        return _fitting(spec, found, ceiling)

    def trouble(self) -> Trouble | None:
        """What the condition ``ResourcesResizable=False`` says; None when all follow."""
        if self.missing:
            note = "the API server cannot resize pods in place: they keep their template"
            return Trouble("NotServed", note)
        known = (self._trouble_of(pod) for pod in sorted(self._troubles))
        return next((trouble for trouble in known if trouble), None)

    def keep_only(self, pods: Collection[str]) -> None:
        """Forgets pods that are gone."""
        for known in (self._troubles, self._asked, self._measured):
            for gone in known.keys() - set(pods):
                known.pop(gone)

    def _note(self, pod: str, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._troubles[pod] = trouble, self.clock() + REFUSED_FOR

    def _trouble_of(self, pod: str) -> Trouble | None:
        trouble, until = self._troubles.get(pod, (None, 0.0))
        return trouble if self.clock() < until else None

    def _allowed(
        self, pod: Raw, spec: SlotResources, found: Container, present: int, wanted: int
    ) -> int:
        """While the node works on it, the slots stay; once it refused, they are what fits."""
        if self.missing:
            return wanted
        fits = _fitting(spec, found, max(present, wanted))
        return min(wanted, fits if self._trouble_of(_name(pod)) else max(present, fits))

    async def _less(
        self, calls: PodCalls, pod: Raw, container: str, asked: Amount, goal: Amount
    ) -> Amount:
        """The goal, with the memory limit kept unless little enough is in use."""
        if lowered(asked, goal, None) == goal:
            return goal
        return lowered(asked, goal, await self._memory_used(calls, pod, container))

    async def _memory_used(self, calls: PodCalls, pod: Raw, container: str) -> Decimal | None:
        used, until = self._measured.get(_name(pod), (None, 0.0))
        if self.clock() >= until:
            used = await self._measure(calls, pod, container)
            self._measured[_name(pod)] = used, self.clock() + ASK_AGAIN_AFTER
        return used

    async def _measure(self, calls: PodCalls, pod: Raw, container: str) -> Decimal | None:
        try:
            metrics = await calls.usage(pod["metadata"]["namespace"], _name(pod))
        except ApiError:
            self.usage_unknown = True
            return None
        self.usage_unknown = False
        found = quantities.named(metrics.get("containers"), container) or {}
        return quantities.read(found.get("usage") or {}, {}).requests.get(MEMORY)

    async def _ask(
        self, calls: PodCalls, pod: Raw, container: str, asked: Amount, goal: Amount
    ) -> None:
        """One request for one change, and again after a while if nothing came of it."""
        goal = goal if asked.covers(goal) else raised(asked, goal)
        last, until = self._asked.get(_name(pod), (None, 0.0))
        if goal == asked or (goal == last and self.clock() < until):
            return
        refused = containers.forbidden(pod, container, goal)
        if refused is None:
            refused = await self._resize(calls, pod, container, changed(asked, goal))
        wait = REFUSED_FOR if refused else ASK_AGAIN_AFTER
        self._asked[_name(pod)] = goal, self.clock() + wait
        self._note(_name(pod), refused)

    async def _resize(
        self, calls: PodCalls, pod: Raw, container: str, change: Amount
    ) -> Trouble | None:
        """Asks for it; the refusal, if the API server itself refuses."""
        name = _name(pod)
        try:
            body = quantities.written(change)
            await calls.resize(pod["metadata"]["namespace"], name, container, body)
        except ApiError as error:
            if error.status == NOT_ALLOWED or (
                error.status == NOT_FOUND and name not in str(error)
            ):
                self.missing = True  # no such subresource, as before Kubernetes 1.33
                return None
            if error.status in {0, NOT_FOUND}:
                raise
            return Trouble("Refused", str(error))
        self.proven = True
        return None


def needed(spec: SlotResources, slots: int) -> Amount:
    """What a container of so many slots needs: base + slots x perSlot."""
    return amount_for(*_parts(spec), slots)


def _fitting(spec: SlotResources, found: Container, ceiling: int) -> int:
    return most_slots(*_parts(spec), found.given, ceiling)


def _parts(spec: SlotResources) -> tuple[Amount, Amount]:
    base, each = spec.base, spec.per_slot
    return (
        quantities.read(base.requests, base.limits),
        quantities.read(each.requests, each.limits),
    )


def _name(pod: Raw) -> str:
    return str(pod["metadata"]["name"])


def _no_container(spec: SlotResources) -> Trouble:
    note = f"spec.resources.container: the target's pods have no container {spec.container}"
    return Trouble("NoSuchContainer", note)

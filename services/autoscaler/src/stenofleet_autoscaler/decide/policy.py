"""The decision, and the little that it remembers from one to the next."""

from dataclasses import dataclass

from stenofleet_autoscaler.decide.decision import Decision, Trail
from stenofleet_autoscaler.decide.demand import running, slots_wanted
from stenofleet_autoscaler.decide.draining import Plan, plan, staying
from stenofleet_autoscaler.decide.levers import (
    concurrency_for,
    pods_for,
    slots_per_pod,
    within,
)
from stenofleet_autoscaler.decide.window import Window
from stenofleet_autoscaler.model import Observation, Pod, Work
from stenofleet_autoscaler.spec import PoolSpec


@dataclass(frozen=True)
class _Want:
    """What the work calls for, on its way to a decision."""

    queued: int
    in_flight: int
    raw: int
    slots: int
    pods: int
    may_shrink: bool


class Policy:
    """Decides for one pool.

    It remembers the demand of the stabilisation windows. After a start, and after any time in
    which the work was unknown, nothing shrinks before a whole window was watched.
    """

    def __init__(self) -> None:
        self._lowest = Window(largest=False)
        self._highest = Window(largest=True)
        self._slots = 0
        self._known_since: float | None = None

    def decide(self, seen: Observation, spec: PoolSpec) -> Decision:
        """What the pool is to look like now."""
        if seen.work is None:
            self._known_since = None
            return _hold(seen, spec)
        if self._known_since is None:
            self._known_since = seen.now
        return self._for_work(seen, seen.work, spec)

    def _for_work(self, seen: Observation, work: Work, spec: PoolSpec) -> Decision:
        trail = Trail()
        in_flight = running(work, seen.pods)
        raw = trail.note(
            "work to slots", work.queued, slots_wanted(work, in_flight, spec.objective)
        )
        # What was above the maximum is no reason to grow once the maximum is raised.
        most = spec.max_replicas * slots_per_pod(seen, spec)
        slots = trail.note("maximum", raw, min(raw, most))
        slots = trail.note("stabilizationWindow", slots, self._stabilised(seen.now, slots, spec))
        may_shrink = self._watched_enough(seen.now, spec)
        pods = pods_for(slots, seen, spec, trail)
        if seen.held_replicas is not None:
            pods = trail.note("manualHold", pods, within(spec, seen.held_replicas))
        elif not may_shrink:
            pods = trail.note("whole window first", pods, max(pods, staying(seen)))
        return _settle(
            seen, spec, trail, _Want(work.queued, in_flight, raw, slots, pods, may_shrink)
        )

    def _stabilised(self, now: float, slots: int, spec: PoolSpec) -> int:
        behavior = spec.behavior
        low = self._lowest.push(now, slots, behavior.scale_up.stabilization_window)
        high = self._highest.push(now, slots, behavior.scale_down.stabilization_window)
        self._slots = max(low, min(self._slots, high))
        return self._slots

    def _watched_enough(self, now: float, spec: PoolSpec) -> bool:
        window = spec.behavior.scale_down.stabilization_window
        return self._known_since is not None and now - self._known_since >= window


def _hold(seen: Observation, spec: PoolSpec) -> Decision:
    """The work is unknown: what is there stays, and the fallback only adds to it."""
    trail = Trail()
    pods = trail.note("unknown holds", seen.replicas, max(seen.replicas, spec.min_replicas))
    reason, message = "BrokerUnknown", f"the work is unknown: holding {pods} pods"
    fallback = spec.fallback
    if fallback and seen.unknown_for >= fallback.after:
        pods = trail.note("fallback", pods, max(pods, fallback.replicas))
        reason, message = "Fallback", f"the work is unknown for long: {pods} pods by fallback"
    return Decision(
        slots=None,
        pods=pods,
        replicas=pods,
        concurrency=None,
        reason=reason,
        message=message,
        steps=tuple(trail.steps),
    )


def _settle(seen: Observation, spec: PoolSpec, trail: Trail, want: _Want) -> Decision:
    road = plan(want.pods, seen, spec.behavior.scale_down.drain_timeout)
    trail.note("drain before scale-down", want.pods, road.replicas)
    concurrency = _concurrency(seen, spec, trail, want, road)
    most = spec.max_replicas * slots_per_pod(seen, spec)
    return Decision(
        slots=min(want.slots, most),
        pods=want.pods,
        replicas=road.replicas,
        concurrency=concurrency,
        reason=_reason(seen, want, most, road.replicas),
        message=_message(want, concurrency),
        drain=road.drain,
        undrain=road.undrain,
        release=road.release,
        steps=tuple(trail.steps),
    )


def _concurrency(
    seen: Observation, spec: PoolSpec, trail: Trail, want: _Want, road: Plan
) -> int | None:
    if not seen.resizable:
        return None
    serving = [pod for pod in seen.pods if _will_serve(pod, road)]
    may_lower = want.may_shrink and want.pods <= len(serving)
    return concurrency_for(want.slots, serving, spec, trail, may_lower=may_lower)


def _will_serve(pod: Pod, road: Plan) -> bool:
    if pod.name in road.undrain:
        return pod.ready
    return pod.serves and pod.name not in road.drain


def _reason(seen: Observation, want: _Want, most: int, replicas: int) -> str:
    if seen.held_replicas is not None:
        return "ManualHold"
    if replicas > want.pods:
        return "Draining" if seen.settled else "RolloutInProgress"
    if want.raw > most:
        return "AtMaximum"
    if want.slots > want.raw:
        return "QuietWindow"
    return "Demand" if want.slots else "Idle"


def _message(want: _Want, concurrency: int | None) -> str:
    each = f" at concurrency {concurrency}" if concurrency else ""
    work = f"{want.queued} queued, {want.in_flight} in flight"
    return f"{work}: {want.slots} slots on {want.pods} pods{each}"

"""The decision, and the little that it remembers from one to the next."""

from dataclasses import dataclass

from stenofleet_autoscaler.decide.decision import Decision, Trail
from stenofleet_autoscaler.decide.demand import demand_of
from stenofleet_autoscaler.decide.draining import Plan, plan, staying
from stenofleet_autoscaler.decide.levers import (
    concurrency_for,
    has_no_node,
    pods_for,
    ready_slots,
    slots_per_pod,
    within,
)
from stenofleet_autoscaler.decide.stable import StableDemand
from stenofleet_autoscaler.decide.steps import StepLimits
from stenofleet_autoscaler.decide.telling import inputs_of, message_for, reason_for
from stenofleet_autoscaler.decide.want import Want
from stenofleet_autoscaler.model import Observation, Pod, Work
from stenofleet_autoscaler.spec import PoolSpec


@dataclass(frozen=True)
class _Case:
    """What one decision is about."""

    seen: Observation
    spec: PoolSpec
    trail: Trail


class Policy:
    """Decides for one pool.

    It remembers the demand of the stabilisation windows. After a start, and after any time in
    which the work was unknown, nothing shrinks before a whole window was watched.
    """

    def __init__(self) -> None:
        self._demand = StableDemand()
        self._steps = StepLimits()
        self._known_since: float | None = None

    def decide(self, seen: Observation, spec: PoolSpec) -> Decision:
        """What the pool is to look like now."""
        case = _Case(seen, spec, Trail())
        if seen.work is None:
            self._known_since = None
            return _hold(case)
        if self._known_since is None:
            self._known_since = seen.now
        return _settled(case, self._wanted(case, seen.work))

    def _wanted(self, case: _Case, work: Work) -> Want:
        seen, spec, trail = case.seen, case.spec, case.trail
        demand = demand_of(seen, work, spec.objective, ready_slots(seen, spec))
        raw = trail.note("work to slots", demand.due, demand.slots)
        # What was above the maximum is no reason to grow once the maximum is raised.
        most = spec.max_replicas * slots_per_pod(seen, spec)
        slots = trail.note("maximum", raw, min(raw, most))
        stable = self._demand.push(seen.now, slots, spec.behavior)
        slots = trail.note("stabilizationWindow", slots, stable.slots)
        watched = seen.now - (seen.now if self._known_since is None else self._known_since)
        may_shrink = watched >= stable.drain_after
        pods = self._bounded(case, pods_for(slots, seen, spec, trail), may_shrink=may_shrink)
        kept = pods_for(stable.kept, seen, spec, Trail())
        if watched < spec.behavior.scale_down.stabilization_window:
            kept = seen.replicas
        kept = 0 if seen.held_replicas is not None else min(kept, spec.max_replicas)
        return Want(demand, raw, most, slots, pods, kept, may_shrink)

    def _bounded(self, case: _Case, pods: int, *, may_shrink: bool) -> int:
        """What clamps last: a person, the first window, and the steps."""
        seen, spec, trail = case.seen, case.spec, case.trail
        if seen.held_replicas is not None:
            return trail.note("manualHold", pods, within(spec, seen.held_replicas))
        if not may_shrink:
            # A rollout's own pods come on top of the replicas: they are no reason to grow.
            there = min(staying(seen), seen.replicas)
            pods = trail.note("whole window first", pods, max(pods, there))
        stepped = self._steps.limit(seen.now, seen.replicas, pods, spec.behavior, trail)
        return within(spec, stepped) if may_shrink else stepped


def _hold(case: _Case) -> Decision:
    """The work is unknown: what is there stays, and the fallback only adds to it."""
    seen, spec, trail = case.seen, case.spec, case.trail
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
        bound=trail.bound,
        inputs=inputs_of(seen, None),
    )


def _settled(case: _Case, want: Want) -> Decision:
    seen, spec, trail = case.seen, case.spec, case.trail
    timeout = spec.behavior.scale_down.drain_timeout
    road = plan(want.pods, seen, timeout, most=spec.max_replicas, kept=want.kept)
    trail.note("drain before scale-down", want.pods, road.replicas)
    bound = trail.bound
    concurrency = _concurrency(case, want, road)
    return Decision(
        slots=min(want.slots, want.most),
        pods=want.pods,
        replicas=road.replicas,
        concurrency=concurrency,
        reason=reason_for(seen, want, road.replicas),
        message=message_for(want, concurrency),
        drain=road.drain,
        undrain=road.undrain,
        release=road.release,
        steps=tuple(trail.steps),
        bound=bound,
        inputs=inputs_of(seen, want.demand),
    )


def _concurrency(case: _Case, want: Want, road: Plan) -> int | None:
    seen, spec = case.seen, case.spec
    if not seen.resizable:
        return None
    serving = [pod for pod in seen.pods if _will_serve(pod, road)]
    may_lower = want.may_shrink and want.pods <= len(serving)
    most = spec.concurrency.max if has_no_node(seen) else slots_per_pod(seen, spec)
    bounds = (spec.concurrency.min, most)
    return concurrency_for(want.slots, serving, bounds, case.trail, may_lower=may_lower)


def _will_serve(pod: Pod, road: Plan) -> bool:
    if pod.name in road.undrain:
        return pod.ready
    return pod.serves and pod.name not in road.drain

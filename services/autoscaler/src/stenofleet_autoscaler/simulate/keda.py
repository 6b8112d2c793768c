"""KEDA 2.20 with its Redis lists trigger, by its documented rules."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from stenofleet_autoscaler.simulate.hpa import ANSWER, SYNC, HpaRules, Recommender, sync
from stenofleet_autoscaler.simulate.pod import Delivery
from stenofleet_autoscaler.simulate.world import World

# https://keda.sh/docs/2.20/reference/scaledobject-spec/; the rules of 0 to 1 and of N to 0 are
# those of pkg/scaling/executor/scale_scaledobjects.go.

POLLING_INTERVAL = 30.0
"""``pollingInterval``: it governs 0 to 1 and back alone; from 1 to N its HPA does."""

COOLDOWN = 300.0
"""``cooldownPeriod``: after so long without activity it goes from N to 0 directly."""

STEEP = 100
"""Pods that may come in one sync in the steepest policies that were measured."""

Metric = Callable[[World], float]


def list_length(world: World) -> float:
    """LLEN of the list."""
    return float(len(world.broker))


def queued_and_unacked(world: World) -> float:
    """``scalingModifiers.formula: queued + unacked``, with HLEN of ``unacked``."""
    return float(len(world.broker) + world.unacked)


@dataclass(frozen=True)
class KedaRules:
    """A ScaledObject's spec.

    Attributes:
        hpa: of the HPA that it makes.
        poll, cooldown: in seconds.
        metric: what its trigger or its formula gives.
    """

    hpa: HpaRules
    poll: float = POLLING_INTERVAL
    cooldown: float = COOLDOWN
    metric: Metric = field(default=list_length)


def default_rules(slots: int, most: int) -> KedaRules:
    """Its defaults, with ``listLength`` at the slots of a pod."""
    return KedaRules(HpaRules(per_pod=slots, most=most))


def tuned_rules(slots: int, most: int) -> KedaRules:
    """As a team would tune it: polled every second, cooled down after 30 s."""
    return replace(default_rules(slots, most), poll=1.0, cooldown=30.0)


def steep_rules(slots: int, most: int) -> KedaRules:
    """Tuned, and all pods may come in one sync."""
    tuned = tuned_rules(slots, most)
    return replace(tuned, hpa=replace(tuned.hpa, up_pods=STEEP))


def formula_rules(slots: int, most: int) -> KedaRules:
    """Steep, counts work in flight, and shrinks after 30 s: its strongest answer."""
    steep = steep_rules(slots, most)
    hpa = replace(steep.hpa, down_window=steep.cooldown)
    return replace(steep, hpa=hpa, metric=queued_and_unacked)


class Keda:
    """KEDA's operator and the HPA that it makes, each by its own clock.

    A trigger that cannot be read changes nothing: there is no ``fallback`` by default.

    Args:
        rules: the ScaledObject.
        poll_phase: when it polls first, in seconds, up to the polling interval.
        sync_phase: when the HPA syncs first, up to 15 s.
    """

    floor: int = 0
    grid: float | None = None

    def __init__(self, rules: KedaRules, poll_phase: float, sync_phase: float) -> None:
        self._rules = rules
        self._recommender = Recommender(rules.hpa)
        self._next_poll = poll_phase
        self._next_sync = sync_phase
        # Pods that are there from the start were wanted at the poll before.
        self._active_at = poll_phase - rules.poll

    def begin(self, world: World) -> float:
        """Nothing is prepared."""
        world.target.begin_with(world.target.wanted)
        return min(self._next_poll, self._next_sync)

    def tick(self, world: World) -> float:
        """A poll or a sync, whichever is due."""
        if self._next_poll <= world.now:
            self._next_poll = world.now + self._rules.poll
            self._poll(world)
        if self._next_sync <= world.now:
            self._next_sync = world.now + SYNC
            sync(self._recommender, world, self._rules.metric)
        return min(self._next_poll, self._next_sync)

    def on_finish(self, delivery: Delivery, now: float) -> None:
        """It learns nothing."""

    def _poll(self, world: World) -> None:
        if not world.broker.up:
            return
        if self._rules.metric(world) > 0:
            self._active_at = world.now
            if not world.target.wanted:
                world.target.scale(1, ANSWER)
        elif world.target.wanted and world.now - self._active_at >= self._rules.cooldown:
            world.target.scale(0, ANSWER)

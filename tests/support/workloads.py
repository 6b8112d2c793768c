"""Traces and runs that tests and benches simulate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from stenofleet_autoscaler.simulate.keda import Keda, KedaRules
from stenofleet_autoscaler.simulate.meter import Meter
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.trace import Task, Trace
from stenofleet_autoscaler.simulate.world import Scaler, World

PHASES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of their periods at which KEDA's clock and the HPA's are met."""


def at_once(*seconds: float) -> Trace:
    """Tasks of so many seconds, all of them enqueued at the beginning."""
    return Trace(tuple(Task(0.01, f"task-of-{each:.0f}", each) for each in seconds))


def run(trace: Trace, scaler: Scaler, setting: Setting | None = None) -> Meter:
    """What the scaler makes of the trace."""
    return World(trace, setting or Setting(), scaler).run()


def keda_runs(rules: KedaRules, trace: Trace, setting: Setting) -> Iterator[Meter]:
    """A run for each meeting of the two clocks' phases."""
    for row, poll in enumerate(PHASES):
        for column, sync in enumerate(PHASES):
            chance = replace(setting, seed=row * len(PHASES) + column)
            yield run(trace, Keda(rules, poll * rules.poll, sync * 15.0), chance)


@dataclass(frozen=True)
class Row:
    """A measured figure of KEDA 2.20.2 on Kubernetes 1.36.3, 2 slots a pod, at most 8 pods."""

    about: str
    rules: Callable[[int, int], KedaRules]
    trace: Trace
    figure: Callable[[Meter], float]
    measured: float
    pods: int = 0
    visibility_timeout: float = 3600.0

    def setting(self) -> Setting:
        """The measured pool."""
        return Setting(pods=self.pods, visibility_timeout=self.visibility_timeout)

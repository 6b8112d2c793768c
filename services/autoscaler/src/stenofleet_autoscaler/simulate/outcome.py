"""What came out of a simulation, in figures."""

from dataclasses import dataclass
from statistics import quantiles

from stenofleet_autoscaler.simulate.meter import Meter, Sample


@dataclass(frozen=True)
class Outcome:
    """A policy's figures for one trace.

    Attributes:
        p50, p95, p99: wait of the tasks until they started, in seconds; None for the oracle,
            which is a bound and no schedule.
        met: share of the tasks that started within the objective; those never started missed it.
        pod_seconds: pods that exist, over time, until the pool is at rest.
        wasted: ready slots that ran nothing, in slot-seconds.
        cut: tasks that were killed with a pod that the policy took away.
        crashed: tasks that were lost with a container that died by itself.
        unfinished: tasks that never ended: stranded where no worker lives.
        actions: changes of `replicas`; `resizes` are those of a pod's concurrency.
        samples: the pool over time, for the chart.
    """

    policy: str
    pod_seconds: float
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    met: float | None = None
    wasted: float | None = None
    cut: int = 0
    crashed: int = 0
    unfinished: int = 0
    actions: int = 0
    resizes: int = 0
    samples: tuple[Sample, ...] = ()

    def figures(self) -> dict[str, object]:
        """The figures by name, without the samples."""
        return {name: value for name, value in vars(self).items() if name != "samples"}


def outcome(policy: str, meter: Meter, tasks: int, objective: float) -> Outcome:
    """The figures that the meter took."""
    p50, p95, p99 = (percentile(meter.waits, each) for each in (50, 95, 99))
    within = sum(wait <= objective for wait in meter.waits)
    return Outcome(
        policy=policy,
        pod_seconds=round(meter.pod_seconds, 1),
        p50=p50,
        p95=p95,
        p99=p99,
        met=round(within / tasks, 4) if tasks else 1.0,
        wasted=round(meter.wasted, 1),
        cut=meter.cut,
        crashed=meter.crashed,
        unfinished=tasks - meter.finished,
        actions=len(meter.changes),
        resizes=meter.resizes,
        samples=tuple(meter.samples),
    )


def percentile(values: list[float], percent: int) -> float | None:
    """With linear interpolation; None of nothing."""
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return round(values[0], 2) if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 2)

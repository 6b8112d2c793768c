"""Compare this operator with KEDA tuned and with the oracle over every generated trace.

Exits with 1 when a figure is not reached; each row says which.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import click
from stenofleet_autoscaler.simulate import policies
from stenofleet_autoscaler.simulate.generate import KINDS
from stenofleet_autoscaler.simulate.outcome import Outcome
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.table import markdown

OVER_THE_ORACLE = 1.15

HEADS = (
    "trace",
    "p95 wait",
    "KEDA tuned",
    "pod-seconds",
    "KEDA tuned",
    "oracle, same objective",
    "oracle, same p95",
    "ratio",
    "cut",
    "KEDA tuned",
    "not reached",
)


@dataclass(frozen=True)
class Comparison:
    """One trace: ours, KEDA tuned, and the oracle's bound at the objective and at our own p95."""

    trace: str
    ours: Outcome
    keda: Outcome
    at_objective: float
    at_our_wait: float

    @property
    def ratio(self) -> float:
        """Our pod-seconds by those of the oracle at the same wait."""
        return self.ours.pod_seconds / self.at_our_wait

    def misses(self) -> Iterator[str]:
        """The figures that are not reached."""
        if (self.ours.p95 or 0.0) > (self.keda.p95 or 0.0):
            yield "p95 wait"
        if self.ours.pod_seconds >= self.keda.pod_seconds:
            yield "fewer pod-seconds"
        if self.ratio > OVER_THE_ORACLE:
            yield f"{OVER_THE_ORACLE} x oracle"
        if self.ours.cut:
            yield "0 cut"
        if self.ours.unfinished:
            yield "all finished"

    def row(self) -> tuple[str, ...]:
        """The comparison as a row of the table."""
        return (
            self.trace,
            f"{self.ours.p95:.1f} s",
            f"{self.keda.p95:.1f} s",
            f"{self.ours.pod_seconds:,.0f}",
            f"{self.keda.pod_seconds:,.0f}",
            f"{self.at_objective:,.0f}",
            f"{self.at_our_wait:,.0f}",
            f"{self.ratio:.2f}",
            str(self.ours.cut),
            str(self.keda.cut),
            ", ".join(self.misses()) or "-",
        )


def compared(kind: str, setting: Setting) -> Comparison:
    """Simulate the trace of that kind."""
    trace = KINDS[kind](setting.seed)
    ours = policies.simulate("stenofleet", trace, setting)
    return Comparison(
        trace=kind,
        ours=ours,
        keda=policies.simulate("keda-tuned", trace, setting),
        at_objective=policies.oracle(trace, setting, setting.objective).pod_seconds,
        at_our_wait=policies.oracle(trace, setting, ours.p95 or 0.0).pod_seconds,
    )


@click.command()
@click.option("--objective", default=30, show_default=True, help="Longest wait wanted, seconds.")
@click.option("--quiet-window", "quiet", default=5, show_default=True, help="Ours, seconds.")
@click.option("--max-pods", "most_pods", default=32, show_default=True)
@click.option("--slots", default=2, show_default=True, help="Of a pod, at most.")
@click.option("--seed", default=1, show_default=True)
def bench(**assumed: int) -> None:
    """Print the table and say what is not reached."""
    began = time.perf_counter()
    setting = Setting(**assumed)
    found = [compared(kind, setting) for kind in KINDS]
    click.echo(markdown(HEADS, [each.row() for each in found]))
    missed = sum(len(list(each.misses())) for each in found)
    click.echo(f"\n{missed} figures not reached; {time.perf_counter() - began:.1f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    bench()

"""Compare this operator with KEDA tuned and with the oracle over every generated trace.

Exits with 1 when a figure is not reached; each row says which. With ``--seeds N`` each kind of
trace is made with N seeds, and KEDA is met at another moment of its clocks for each of them.
"""

import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import click
from stenofleet_autoscaler.simulate import keda, policies
from stenofleet_autoscaler.simulate.generate import KINDS
from stenofleet_autoscaler.simulate.hpa import SYNC
from stenofleet_autoscaler.simulate.outcome import Outcome, outcome
from stenofleet_autoscaler.simulate.setting import Setting
from stenofleet_autoscaler.simulate.table import markdown
from stenofleet_autoscaler.simulate.trace import Trace
from stenofleet_autoscaler.simulate.world import World

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

SPREAD_HEADS = ("trace", "figure", "least", "median", "most")


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


def compared(kind: str, setting: Setting, phase: float) -> Comparison:
    """Simulate the trace of that kind; KEDA's clocks begin at that share of their periods."""
    trace = KINDS[kind](setting.seed)
    ours = policies.simulate("stenofleet", trace, setting)
    return Comparison(
        trace=kind,
        ours=ours,
        keda=_keda_tuned(trace, setting, phase),
        at_objective=policies.oracle(trace, setting, setting.objective).pod_seconds,
        at_our_wait=policies.oracle(trace, setting, ours.p95 or 0.0).pod_seconds,
    )


def _keda_tuned(trace: Trace, setting: Setting, phase: float) -> Outcome:
    rules = keda.tuned_rules(setting.slots, setting.most_pods)
    scaler = keda.Keda(rules, rules.poll * phase, SYNC * phase)
    meter = World(trace, setting, scaler).run()
    return outcome("keda-tuned", meter, len(trace.tasks), setting.objective)


def spread(found: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    """Rows of the least, median and largest value of each figure over the seeds of one trace."""
    figures: dict[str, list[float]] = {
        "p95 wait": [each.ours.p95 or 0.0 for each in found],
        "p95 wait, KEDA tuned": [each.keda.p95 or 0.0 for each in found],
        "pod-seconds": [each.ours.pod_seconds for each in found],
        "pod-seconds, KEDA tuned": [each.keda.pod_seconds for each in found],
        "ratio to the oracle": [each.ratio for each in found],
        "tasks cut": [each.ours.cut for each in found],
    }
    for name, values in figures.items():
        extremes = (min(values), statistics.median(values), max(values))
        yield (found[0].trace, name, *(f"{value:,.2f}" for value in extremes))


@click.command()
@click.option("--objective", default=30, show_default=True, help="Longest wait wanted, seconds.")
@click.option("--quiet-window", "quiet", default=5, show_default=True, help="Ours, seconds.")
@click.option("--max-pods", "most_pods", default=32, show_default=True)
@click.option("--slots", default=2, show_default=True, help="Of a pod, at most.")
@click.option("--seed", default=1, show_default=True, help="The first one.")
@click.option("--seeds", default=1, show_default=True, help="How many of each kind of trace.")
def bench(seeds: int, **assumed: int) -> None:
    """Print the table and say what is not reached."""
    began = time.perf_counter()
    first = Setting(**assumed)
    found = {kind: [_run(kind, first, turn, seeds) for turn in range(seeds)] for kind in KINDS}
    every = [each for runs in found.values() for each in runs]
    click.echo(markdown(HEADS, [each.row() for each in every]))
    if seeds > 1:
        rows = [row for runs in found.values() for row in spread(runs)]
        click.echo("\n" + markdown(SPREAD_HEADS, rows))
    missed = sum(len(list(each.misses())) for each in every)
    click.echo(f"\n{missed} figures not reached; {time.perf_counter() - began:.1f} s")
    sys.exit(1 if missed else 0)


def _run(kind: str, first: Setting, turn: int, seeds: int) -> Comparison:
    """One seed's comparison; with a single one KEDA is met in the middle of its periods."""
    return compared(kind, replace(first, seed=first.seed + turn), (turn + 0.5) / seeds)


if __name__ == "__main__":
    bench()

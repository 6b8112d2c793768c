"""What was measured of KEDA 2.20.2: 2 slots a pod, at most 8 pods, grace 30 s, boot 1.9 s."""

from collections.abc import Callable
from statistics import median

from stenofleet_autoscaler.simulate.keda import (
    default_rules,
    formula_rules,
    steep_rules,
    tuned_rules,
)
from stenofleet_autoscaler.simulate.meter import Meter
from support.workloads import Row, at_once

FORTY = at_once(*[5.0] * 40)
SIXTEEN = at_once(*[90.0] * 16)
ALTERNATING = at_once(*[5.0, 90.0] * 8)


def first_change(meter: Meter) -> float:
    return meter.changes[0][0]


def second_change(meter: Meter) -> float:
    return meter.changes[1][0]


def last_start(meter: Meter) -> float:
    return meter.last_start


def wait_p50(meter: Meter) -> float:
    return median(meter.waits)


def until_last_finish(meter: Meter) -> float:
    return meter.to_last_finish


def until_idle(meter: Meter) -> float:
    return meter.pod_seconds


FIGURES: dict[str, Callable[[Meter], float]] = {
    "first change": first_change,
    "second change": second_change,
    "last task started": last_start,
    "wait p50": wait_p50,
    "pod-seconds": until_last_finish,
    "pod-seconds to idle": until_idle,
}

ROWS = (
    *(
        Row(f"default, 40 of 5 s: {name}", default_rules, FORTY, FIGURES[name], measured)
        for name, measured in {
            "first change": 17.9,
            "second change": 21.4,
            "last task started": 38.6,
            "wait p50": 32.9,
            "pod-seconds": 121.0,
        }.items()
    ),
    *(
        Row(f"tuned, 40 of 5 s: {name}", tuned_rules, FORTY, FIGURES[name], measured)
        for name, measured in {
            "first change": 0.7,
            "second change": 8.7,
            "last task started": 26.0,
            "wait p50": 15.9,
            "pod-seconds": 120.0,
        }.items()
    ),
    *(
        Row(f"steep, 40 of 5 s: {name}", steep_rules, FORTY, FIGURES[name], measured)
        for name, measured in {
            "second change": 8.9,
            "last task started": 22.2,
            "wait p50": 14.9,
            "pod-seconds": 153.0,
        }.items()
    ),
    *(
        Row(f"formula, 40 of 5 s: {name}", formula_rules, FORTY, FIGURES[name], measured)
        for name, measured in {
            "last task started": 21.8,
            "wait p50": 15.1,
            "pod-seconds": 149.0,
        }.items()
    ),
    Row("default, from 1 pod: first change", default_rules, FORTY, first_change, 9.5, pods=1),
    Row("tuned, from 1 pod: first change", tuned_rules, FORTY, first_change, 8.4, pods=1),
    Row("default, 16 of 90 s: pod-seconds", default_rules, SIXTEEN, until_idle, 2209.0, pods=8),
    Row("formula, 16 of 90 s: pod-seconds", formula_rules, SIXTEEN, until_idle, 973.0, pods=8),
    # The visibility timeout of that round is not told; this one fits.
    Row(
        "formula, 5 and 90 s in turn: pod-seconds",
        formula_rules,
        ALTERNATING,
        until_idle,
        1124.0,
        pods=8,
        visibility_timeout=150.0,
    ),
)

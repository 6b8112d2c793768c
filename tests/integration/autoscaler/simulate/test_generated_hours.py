"""Hours of generated work with this operator in the simulator: seconds each, so no unit tests."""

import pytest
from stenofleet_autoscaler.simulate.generate import KINDS
from stenofleet_autoscaler.simulate.operator import Operator
from stenofleet_autoscaler.simulate.setting import Setting
from support.workloads import run


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "diurnal"])
def test_no_generated_trace_makes_it_cut_a_task(kind: str) -> None:
    trace = KINDS[kind](1)
    meter = run(trace, Operator(), Setting(most_pods=16, slots=4))
    assert (meter.cut, meter.finished) == (0, len(trace.tasks))

"""`maxStep`: how many pods may come or go within a window."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.decide.decision import Trail
from stenofleet_autoscaler.decide.steps import StepLimits
from stenofleet_autoscaler.spec import Behavior


def behavior(up: Any = None, down: Any = None) -> Behavior:
    return Behavior.model_validate({"scaleUp": {"maxStep": up}, "scaleDown": {"maxStep": down}})


def limited(steps: StepLimits, now: float, present: int, pods: int, rules: Behavior) -> int:
    return steps.limit(now, present, pods, rules, Trail())


def test_without_a_step_any_size_is_reached_at_once() -> None:
    assert limited(StepLimits(), 0, 0, 100, behavior()) == 100


def test_pods_come_by_steps_within_a_window() -> None:
    steps, rules = StepLimits(), behavior(up=4)
    assert limited(steps, 0, 0, 100, rules) == 4
    assert limited(steps, 30, 4, 100, rules) == 4
    assert limited(steps, 61, 4, 100, rules) == 8


def test_percent_counts_from_what_was_there_and_leaves_zero() -> None:
    assert limited(StepLimits(), 0, 0, 100, behavior(up="50%")) == 1
    assert limited(StepLimits(), 0, 10, 100, behavior(up="50%")) == 15


def test_pods_go_by_steps_within_a_window() -> None:
    steps, rules = StepLimits(), behavior(down="25%")
    assert limited(steps, 0, 8, 0, rules) == 6
    assert limited(steps, 30, 6, 0, rules) == 6
    assert limited(steps, 91, 6, 0, rules) == 5


def test_a_hundred_percent_goes_to_zero_at_once() -> None:
    assert limited(StepLimits(), 0, 8, 0, behavior(down="100%")) == 0


@given(st.integers(0, 50), st.integers(0, 50), st.sampled_from([None, 1, 3, "10%", "100%"]))
def test_a_step_never_turns_the_direction(present: int, pods: int, step: Any) -> None:
    after = limited(StepLimits(), 0, present, pods, behavior(step, step))
    assert min(present, pods) <= after <= max(present, pods)

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from stenofleet_autoscaler.status import Condition, Report, status_patch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 1, 13, tzinfo=UTC)
READY = Condition("Ready", "True", "Watching", "sizing Deployment workers")
REPORT = Report(
    generation=3,
    conditions=(READY,),
    replicas=2,
    selector="app=workers",
    wanted=4,
    ready=4,
    concurrency=(2, 2),
    reason="Demand",
    message="4 queued, 0 in flight",
)


def told(report: Report = REPORT, at: datetime = NOON) -> dict[str, Any]:
    return {key: value for key, value in status_patch({}, report, at).items() if value is not None}


def test_the_same_again_writes_nothing_however_much_later() -> None:
    assert status_patch(told(), REPORT, LATER) == {}


def test_figures_of_the_message_alone_write_nothing() -> None:
    assert status_patch(told(), replace(REPORT, message="3 queued, 1 in flight"), LATER) == {}


def test_another_reason_is_a_new_decision() -> None:
    patch = status_patch(told(), replace(REPORT, reason="AtMaximum"), LATER)
    assert patch["decision"]["reason"] == "AtMaximum"
    assert patch["decision"]["at"] == "2026-03-01T13:00:00Z"


def test_a_condition_keeps_its_time_until_its_status_changes() -> None:
    reworded = replace(READY, message="sizing")
    patch = status_patch(told(), replace(REPORT, conditions=(reworded,)), LATER)
    assert patch["conditions"][0]["lastTransitionTime"] == "2026-03-01T12:00:00Z"
    gone = replace(READY, status="False", reason="TargetNotFound")
    patch = status_patch(told(), replace(REPORT, conditions=(gone,)), LATER)
    assert patch["conditions"][0]["lastTransitionTime"] == "2026-03-01T13:00:00Z"


def test_a_hold_that_is_over_is_taken_away() -> None:
    held = told(replace(REPORT, hold_until="2026-03-01T12:10:00Z"))
    assert status_patch(held, REPORT, LATER) == {"holdUntil": None}


def test_what_is_unknown_leaves_the_last_figures_and_writes_nothing() -> None:
    unknown = Report(generation=3, conditions=(READY,), concurrency=(2, 2))
    assert status_patch(told(), unknown, LATER) == {}

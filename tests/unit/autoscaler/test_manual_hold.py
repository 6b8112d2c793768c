from typing import Any

import pytest
from stenofleet_autoscaler.hold import (
    HELD,
    HOLD_UNTIL,
    MACHINES,
    WRITTEN,
    Hold,
    TargetScale,
    hold_of,
    hold_patch,
    patch_for,
    resume_patch,
)
from stenofleet_autoscaler.spec import PoolSpec

NOW = 1_800_000_000.0


def spec(replicas: int) -> PoolSpec:
    return PoolSpec.parse(
        {
            "targetRef": {"kind": "Deployment", "name": "workers"},
            "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
            "demand": {"queues": ["mail"]},
            "maxReplicas": 9,
            "concurrency": {"min": 1, "max": 1},
            "replicas": replicas,
            "manualHold": "10m",
        }
    )


def pool(**annotations: str) -> dict[str, Any]:
    meta = {"resourceVersion": "7", "annotations": annotations}
    return {"metadata": meta, "spec": {"replicas": 5, "manualHold": "10m"}}


def merged(before: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The pool after a merge patch: None takes an annotation away."""
    notes = before["metadata"]["annotations"] | patch["metadata"]["annotations"]
    return pool(**{key: value for key, value in notes.items() if value is not None})


def test_a_new_pool_is_held_by_nobody() -> None:
    assert hold_of(pool(), spec(5), NOW) is None


def test_what_the_operator_wrote_itself_is_no_hold() -> None:
    assert hold_of(pool(**{WRITTEN: "5"}), spec(5), NOW) is None


def test_a_figure_that_the_operator_did_not_write_is_a_persons() -> None:
    assert hold_of(pool(**{WRITTEN: "2"}), spec(5), NOW) == Hold(5, NOW + 600)


def test_a_hold_ends_when_its_time_is_over_and_not_before() -> None:
    raw = pool(**{WRITTEN: "2"})
    begun = hold_of(raw, spec(5), NOW)
    held = merged(raw, patch_for(raw, spec(5), begun, 5))
    assert hold_of(held, spec(5), NOW + 599) == begun
    assert hold_of(held, spec(5), NOW + 601) is None


def test_scaling_again_begins_a_new_hold() -> None:
    raw = pool(**{WRITTEN: "2"})
    held = merged(raw, patch_for(raw, spec(5), hold_of(raw, spec(5), NOW), 5))
    assert hold_of(held, spec(6), NOW + 300) == Hold(6, NOW + 900)


def test_after_the_hold_the_operators_own_figure_is_written_and_the_marks_go() -> None:
    held = pool(**{WRITTEN: "2", HELD: "5", HOLD_UNTIL: "2020-01-01T00:00:00Z"})
    patch = patch_for(held, spec(5), None, 1)
    assert patch is not None
    assert patch["spec"] == {"replicas": 1}
    assert merged(held, patch)["metadata"]["annotations"] == {WRITTEN: "1"}


def test_a_hold_is_never_overwritten_by_the_operators_figure() -> None:
    raw = pool(**{WRITTEN: "2"})
    patch = patch_for(raw, spec(5), Hold(5, NOW + 600), 1)
    assert patch is not None
    assert "spec" not in patch


def test_a_write_carries_the_version_that_it_was_made_from() -> None:
    patch = patch_for(pool(), spec(0), None, 3)
    assert patch is not None
    assert patch["metadata"]["resourceVersion"] == "7"


def test_nothing_is_written_when_nothing_changed() -> None:
    assert patch_for(pool(**{WRITTEN: "3"}), spec(3), None, 3) is None
    hold = Hold(5, NOW)
    held = pool(**{WRITTEN: "2", HELD: "5", HOLD_UNTIL: hold.until_text})
    assert patch_for(held, spec(5), hold, 5) is None


class TestScaleOfTheTarget:
    def test_a_persons_scale_of_the_target_holds_the_pool_at_it(self) -> None:
        raw = pool(**{WRITTEN: "2"})
        hold = hold_of(raw, spec(2), NOW, TargetScale(7, "kubectl"))
        assert hold == Hold(7, NOW + 600)
        patch = patch_for(raw, spec(2), hold, 7)
        assert patch is not None
        assert patch["spec"] == {"replicas": 7}
        held = merged(raw, patch)
        later = hold_of(held, spec(7), NOW + 300, TargetScale(7, "kubectl"))
        assert later == hold
        assert hold_of(held, spec(7), NOW + 601, TargetScale(7, "kubectl")) is None

    def test_it_stays_within_the_pools_bounds(self) -> None:
        hold = hold_of(pool(**{WRITTEN: "2"}), spec(2), NOW, TargetScale(50, "kubectl"))
        assert hold == Hold(9, NOW + 600)

    @pytest.mark.parametrize("manager", [*sorted(MACHINES), None])
    def test_a_machine_holds_nothing(self, manager: str | None) -> None:
        raw = pool(**{WRITTEN: "2"})
        assert hold_of(raw, spec(2), NOW, TargetScale(7, manager)) is None

    def test_what_a_target_had_before_its_pool_is_no_hold(self) -> None:
        assert hold_of(pool(), spec(0), NOW, TargetScale(7, "kubectl")) is None

    def test_a_later_scale_of_the_pool_is_stronger_than_an_earlier_one_of_the_target(self) -> None:
        held = pool(**{WRITTEN: "2", HELD: "7", HOLD_UNTIL: Hold(7, NOW + 600).until_text})
        assert hold_of(held, spec(3), NOW, TargetScale(7, "kubectl")) == Hold(3, NOW + 600)


class TestThePlugin:
    def test_its_hold_stands_until_the_time_that_was_said_at_the_present_size_too(self) -> None:
        raw = pool(**{WRITTEN: "5"})
        patch = hold_patch(raw, 5, until=NOW + 7200)
        assert patch["spec"] == {"replicas": 5}
        held = merged(raw, patch)
        assert hold_of(held, spec(5), NOW) == Hold(5, NOW + 7200)
        assert hold_of(held, spec(5), NOW + 7201) is None

    def test_without_a_time_it_stands_for_manual_hold(self) -> None:
        raw = pool(**{WRITTEN: "2"})
        held = merged(raw, hold_patch(raw, 5, now=NOW))
        assert hold_of(held, spec(5), NOW) == Hold(5, NOW + 600)

    def test_after_an_ended_hold_at_the_same_size_the_marks_go(self) -> None:
        raw = merged(pool(**{WRITTEN: "5"}), hold_patch(pool(), 5, until=NOW - 1))
        patch = patch_for(raw, spec(5), None, 5)
        assert patch is not None
        assert merged(raw, patch)["metadata"]["annotations"] == {WRITTEN: "5"}

    def test_resume_ends_a_hold_at_once(self) -> None:
        raw = pool(**{WRITTEN: "2", HELD: "5", HOLD_UNTIL: Hold(5, NOW + 600).until_text})
        assert hold_of(merged(raw, resume_patch(raw)), spec(5), NOW) is None

"""Conflict, objective and capacity: each a few lines."""

from dataclasses import dataclass

import pytest
from stenofleet_autoscaler.guards import capacity, conflict
from stenofleet_autoscaler.guards.objective import CALM, WithinObjective
from stenofleet_autoscaler.model import Pod, Work

NOW = 1_000_000.0


@dataclass(frozen=True)
class Other:
    kind: str
    name: str


class TestConflict:
    def test_nobody_else_is_no_conflict(self) -> None:
        assert conflict.condition("shop", None, None).status == "False"

    def test_an_older_pool_is_named(self) -> None:
        told = conflict.condition("shop", Other("WorkerPool", "first"), None)
        assert (told.status, told.reason) == ("True", "OlderPoolHasTarget")
        assert "WorkerPool shop/first is older" in told.message

    @pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "ScaledObject"])
    def test_another_autoscaler_is_named(self, kind: str) -> None:
        told = conflict.condition("shop", None, Other(kind, "keda"))
        assert (told.status, told.reason) == ("True", "OtherScalerHasTarget")
        assert f"{kind} shop/keda" in told.message


def waiting(seconds: float | None, queued: int = 1) -> Work:
    return Work(queued=queued, delivered=0, oldest_wait=seconds)


class TestObjective:
    def test_a_short_wait_is_within(self) -> None:
        assert WithinObjective().see(NOW, waiting(5), 30).status == "True"

    def test_an_empty_queue_is_within(self) -> None:
        assert WithinObjective().see(NOW, waiting(None, queued=0), 30).status == "True"

    def test_one_look_above_is_enough(self) -> None:
        told = WithinObjective().see(NOW, waiting(31), 30)
        assert (told.status, told.reason) == ("False", "WaitAboveObjective")
        assert "30 s" in told.message

    def test_it_is_kept_again_only_after_some_calm(self) -> None:
        guard = WithinObjective()
        guard.see(NOW, waiting(31), 30)
        assert guard.see(NOW + CALM - 1, waiting(1), 30).status == "False"
        assert guard.see(NOW + CALM, waiting(1), 30).status == "True"

    def test_a_wait_that_goes_up_and_down_does_not_flap(self) -> None:
        guard = WithinObjective()
        waits = [31.0 if second % 3 == 0 else 29.0 for second in range(60)]
        told = {guard.see(NOW + at, waiting(wait), 30).status for at, wait in enumerate(waits)}
        assert told == {"False"}

    @pytest.mark.parametrize(
        ("work", "promise", "reason"),
        [
            (None, 30.0, "WorkUnknown"),
            (waiting(None), 30.0, "WaitUnknown"),
            (waiting(99), None, "NoWaitObjective"),
        ],
    )
    def test_what_is_not_known_is_unknown(
        self, work: Work | None, promise: float | None, reason: str
    ) -> None:
        told = WithinObjective().see(NOW, work, promise)
        assert (told.status, told.reason) == ("Unknown", reason)


READY = Pod("pod-1", ready=True)
HOMELESS = Pod("pod-2", ready=False, pending=True, trouble="Unschedulable")


class TestCapacity:
    def test_pods_without_a_node_are_counted(self) -> None:
        told = capacity.condition([READY, HOMELESS], wanted=2)
        assert (told.status, told.reason) == ("True", "Unschedulable")
        assert "1 of 2" in told.message

    def test_they_matter_only_while_they_are_wanted(self) -> None:
        assert capacity.condition([READY, HOMELESS], wanted=1).status == "False"
        assert capacity.condition([READY, HOMELESS], wanted=None).status == "False"

    def test_another_trouble_is_no_lack_of_room(self) -> None:
        broken = Pod("pod-3", ready=False, trouble="ImagePullBackOff")
        assert capacity.condition([broken], wanted=1).status == "False"

    def test_a_node_without_room_for_more_slots_is_told(self) -> None:
        narrow = Pod("pod-4", ready=True, most_slots=2)
        told = capacity.condition([narrow], wanted=1, slots=4)
        assert (told.status, told.reason) == ("True", "NodeFull")
        assert "pod-4" in told.message
        assert capacity.condition([narrow], wanted=1, slots=2).status == "False"

from dataclasses import replace
from typing import Any

import pytest
from stenofleet_autoscaler.act.marks import (
    IDLE_FOR,
    LEAVES_FIRST,
    LEAVES_LAST,
    PROTECTED,
    SAFE_TO_EVICT,
    Busy,
)
from stenofleet_autoscaler.act.scales import LAG, OwnScales
from stenofleet_autoscaler.act.silence import SILENT_FOR, Silence
from stenofleet_autoscaler.model import Drain, Heartbeat, Pod
from stenofleet_autoscaler.sense.pods import DELETION_COST


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pod(active: int | None, processed: int = 1, **changes: Any) -> Pod:
    beat = None if active is None else Heartbeat(0, active, processed)
    return replace(Pod("w-1", ready=True, beat=beat), **changes)


class TestBusyMarks:
    def test_a_busy_pod_is_shielded_once(self, clock: Clock) -> None:
        busy = Busy(clock)
        assert busy.changes(pod(1), {}, rolling=False) == PROTECTED
        assert busy.changes(pod(1), PROTECTED, rolling=False) == {}

    def test_the_shield_stays_between_short_tasks_and_goes_after_a_while(
        self, clock: Clock
    ) -> None:
        busy = Busy(clock)
        for processed in range(10):
            clock.now += IDLE_FOR - 1
            assert busy.changes(pod(0, processed), PROTECTED, rolling=False) == {}
        clock.now += IDLE_FOR + 1
        assert busy.changes(pod(0, 9), PROTECTED, rolling=False) == dict.fromkeys(PROTECTED)

    def test_an_empty_pod_on_its_way_out_may_be_evicted_at_once(self, clock: Clock) -> None:
        done = pod(0, drain=Drain(0, empty=True))
        changes = Busy(clock).changes(done, PROTECTED, rolling=False)
        assert changes == dict.fromkeys(PROTECTED)

    def test_a_silent_worker_keeps_what_it_has(self, clock: Clock) -> None:
        busy = Busy(clock)
        assert busy.changes(pod(None), PROTECTED, rolling=False) == {}
        assert busy.changes(pod(None), {}, rolling=False) == {}

    def test_marks_of_somebody_else_are_neither_changed_nor_taken_off(self, clock: Clock) -> None:
        theirs, busy = {SAFE_TO_EVICT: "true"}, Busy(clock)
        assert busy.changes(pod(1), theirs, rolling=False) == {}
        assert busy.changes(pod(0, drain=Drain(0, empty=True)), theirs, rolling=False) == {}

    def test_in_a_rollout_busy_pods_go_last_and_afterwards_cost_what_they_did(
        self, clock: Clock
    ) -> None:
        busy = Busy(clock)
        begun = busy.changes(pod(1), PROTECTED, rolling=True)
        assert begun == {DELETION_COST: str(LEAVES_LAST)}
        over = busy.changes(pod(1, cost=LEAVES_LAST), PROTECTED, rolling=False)
        assert over == {DELETION_COST: None}

    def test_a_cost_that_a_person_or_a_drain_gave_stays(self, clock: Clock) -> None:
        busy = Busy(clock)
        assert busy.changes(pod(1, cost=7), PROTECTED, rolling=True) == {}
        leaving = pod(1, cost=LEAVES_FIRST, drain=Drain(0))
        assert busy.changes(leaving, PROTECTED, rolling=True) == {}


class TestSilence:
    def test_pods_that_run_for_long_and_were_never_heard_send_no_heartbeats(
        self, clock: Clock
    ) -> None:
        silence = Silence(clock)
        silence.see([pod(None)], listening=True)
        assert not silence.total
        clock.now = SILENT_FOR
        silence.see([pod(None)], listening=True)
        assert silence.total

    def test_one_that_was_heard_makes_the_others_silence_unknown(self, clock: Clock) -> None:
        silence, quiet = Silence(clock), replace(pod(None), name="w-2")
        silence.see([pod(0), quiet], listening=True)
        clock.now = SILENT_FOR
        silence.see([pod(None), quiet], listening=True)
        assert not silence.total

    def test_while_the_broker_is_away_nobody_is_taken_for_silent(self, clock: Clock) -> None:
        silence = Silence(clock)
        silence.see([pod(None)], listening=True)
        clock.now = SILENT_FOR
        silence.see([pod(None)], listening=False)
        assert not silence.total

    def test_a_pool_without_pods_is_not_silent(self, clock: Clock) -> None:
        clock.now = SILENT_FOR
        assert not Silence(clock).total


def test_a_size_that_we_changed_is_ours_while_the_watch_may_be_behind(clock: Clock) -> None:
    scales = OwnScales(clock)
    scales.note(2)
    assert scales.explain(2)
    assert not scales.explain(5)
    clock.now = LAG
    assert not scales.explain(2)

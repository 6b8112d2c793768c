from stenofleet_autoscaler.act.drains import Drains, Evidence
from stenofleet_autoscaler.act.victims import WATCHED_FOR, Victims
from stenofleet_autoscaler.model import Heartbeat


def evidence(*beats: Heartbeat, stopped_at: float | None = 10.0) -> Evidence:
    seen = Evidence(run="worker:0", stopped_at=stopped_at)
    for beat in beats:
        seen.see(beat)
    return seen


def test_two_idle_heartbeats_after_the_reply_prove_quiet() -> None:
    assert evidence(Heartbeat(11, 0, 5), Heartbeat(13, 0, 5)).quiet


def test_one_is_not_enough_and_the_same_one_counts_once() -> None:
    assert not evidence(Heartbeat(11, 0, 5)).quiet
    assert not evidence(Heartbeat(11, 0, 5), Heartbeat(11, 0, 5)).quiet


def test_heartbeats_from_before_the_reply_prove_nothing() -> None:
    assert not evidence(Heartbeat(8, 0, 5), Heartbeat(10, 0, 5), Heartbeat(12, 0, 5)).quiet


def test_before_the_reply_nothing_is_proved() -> None:
    assert not evidence(Heartbeat(11, 0, 5), Heartbeat(13, 0, 5), stopped_at=None).quiet


def test_a_task_that_started_between_two_idle_heartbeats_counts() -> None:
    assert not evidence(Heartbeat(11, 0, 5), Heartbeat(13, 0, 6)).quiet


def test_silence_between_proves_nothing() -> None:
    seen = evidence(Heartbeat(11, 0, 5))
    seen.see(None)
    assert not seen.quiet


def test_a_worker_that_works_again_is_told_again_to_stop() -> None:
    seen = evidence(Heartbeat(11, 0, 5), Heartbeat(13, 0, 5), Heartbeat(15, 1, 6))
    assert (seen.quiet, seen.empty, seen.stopped_at) == (False, False, None)


def test_a_worker_that_was_started_anew_is_told_again_to_stop() -> None:
    seen = evidence(Heartbeat(11, 1, 5), Heartbeat(13, 0, 0))
    assert (seen.quiet, seen.stopped_at) == (False, None)


def test_where_no_worker_sends_heartbeats_a_drain_needs_no_proof() -> None:
    assert not Drains().state("w-1", since=0, run="worker:0", cost=0).empty
    assert Drains(silent=True).state("w-1", since=0, run="worker:0", cost=0).empty


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestVictims:
    def test_the_pods_that_were_meant_are_no_wrong_victims(self) -> None:
        victims = Victims(Clock())
        victims.expect({"b"}, {"a", "b", "c"})
        assert victims.wrong({"a", "c"}) == []

    def test_a_pod_that_goes_in_place_of_one_that_was_meant_is_told_once(self) -> None:
        victims = Victims(Clock())
        victims.expect({"b"}, {"a", "b", "c"})
        assert victims.wrong({"b", "c"}) == ["a"]
        assert victims.wrong({"b", "c"}) == []

    def test_a_pod_that_goes_besides_is_somebody_elses_doing(self) -> None:
        victims = Victims(Clock())
        victims.expect({"b"}, {"a", "b", "c"})
        assert victims.wrong({"c"}) == []

    def test_long_after_a_scale_down_nobody_is_blamed(self) -> None:
        clock = Clock()
        victims = Victims(clock)
        victims.expect({"b"}, {"a", "b"})
        clock.now = WATCHED_FOR + 1
        assert victims.wrong({"b"}) == []

    def test_a_pod_that_goes_for_another_reason_is_no_wrong_victim(self) -> None:
        victims = Victims(Clock())
        victims.expect({"b"}, {"a", "b"})
        victims.excuse("a")
        assert victims.wrong({"b"}) == []

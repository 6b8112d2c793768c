from dataclasses import replace

from stenofleet_autoscaler.guards.hoarding import LASTING, PrefetchHoarding, hoarded
from stenofleet_autoscaler.model import Heartbeat, Pod, Work

NOW = 1_000_000.0


def pod(active: int, slots: int | None = 2) -> Pod:
    return Pod("pod", ready=True, beat=Heartbeat(0, active, 9), slots=slots)


def after(work: Work | None, pods: list[Pod], seconds: float = LASTING) -> PrefetchHoarding:
    guard = PrefetchHoarding()
    guard.see(NOW, work, pods)
    guard.see(NOW + seconds, work, pods)
    return guard


def test_what_workers_hold_and_do_not_run_is_counted() -> None:
    assert hoarded(Work(queued=0, delivered=10), [pod(2), pod(1)]) == 7


def test_fresh_and_orphaned_deliveries_are_not_hoarded() -> None:
    assert hoarded(Work(queued=0, delivered=10, fresh=3, orphaned=4), [pod(2)]) == 1


def test_early_acknowledging_workers_run_more_than_is_delivered() -> None:
    assert hoarded(Work(queued=0, delivered=1), [pod(2)]) == 0


def test_a_silent_worker_makes_it_unknown() -> None:
    pods = [pod(2), replace(pod(2), beat=None)]
    assert hoarded(Work(queued=0, delivered=10), pods) is None
    assert after(Work(queued=0, delivered=10), pods).condition().status == "Unknown"


def test_more_held_than_slots_for_a_while_is_hoarding_and_says_what_to_set() -> None:
    told = after(Work(queued=0, delivered=10), [pod(2)]).condition()
    assert (told.status, told.reason) == ("True", "HeldNotRun")
    assert "at least 8" in told.message
    assert "worker_disable_prefetch=True" in told.message


def test_a_moment_is_no_hoarding() -> None:
    guard = after(Work(queued=0, delivered=10), [pod(2)], LASTING - 1)
    assert guard.condition().status == "False"


def test_one_good_moment_starts_the_count_anew() -> None:
    guard = after(Work(queued=0, delivered=10), [pod(2)], LASTING - 1)
    guard.see(NOW + LASTING, Work(queued=0, delivered=2), [pod(2)])
    guard.see(NOW + LASTING + 1, Work(queued=0, delivered=10), [pod(2)])
    assert guard.condition().status == "False"


def test_no_more_held_than_slots_is_no_hoarding() -> None:
    assert after(Work(queued=0, delivered=2), [pod(1)]).condition().status == "False"


def test_unknown_slots_are_not_taken_for_none() -> None:
    assert after(Work(queued=0, delivered=10), [pod(2, None)]).condition().status == "False"


def test_a_broker_that_does_not_answer_is_unknown() -> None:
    assert after(None, [pod(2)]).condition().status == "Unknown"

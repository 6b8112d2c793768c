from dataclasses import replace

import pytest
from stenofleet_autoscaler.guards.stalled import AFTER, PAUSE, StalledConsumers, StalledPod
from stenofleet_autoscaler.model import Drain, Heartbeat, Pod

START = 1_000_000.0
POD = Pod("pod-1", ready=True, created=START - 600)


def beat(at: float, active: int = 0, processed: int = 7) -> Heartbeat:
    return Heartbeat(at=at, active=active, processed=processed)


def watch(
    consumers: StalledConsumers,
    seconds: int,
    start: float = START,
    *,
    due: int | None = 5,
    pods: tuple[Pod, ...] = (POD,),
    processed: int = 7,
    active: int = 0,
) -> list[StalledPod]:
    """Ticks each second with a heartbeat every other second; what was to be restarted."""
    found = []
    for second in range(seconds + 1):
        now = start + second
        heard = beat(now - now % 2, active, processed)
        told = consumers.see(now, due, [replace(pod, beat=heard) for pod in pods])
        found += [told] if told else []
    return found


def test_a_worker_that_takes_nothing_from_a_backlog_for_a_minute_is_restarted() -> None:
    consumers = StalledConsumers()
    assert watch(consumers, int(AFTER) - 1) == []
    assert consumers.condition().status == "False"
    (stalled,) = watch(consumers, 1, START + AFTER)
    assert stalled.name == "pod-1"
    assert (consumers.condition().status, consumers.condition().reason) == (
        "True",
        "IdleBesideBacklog",
    )


def test_only_one_pod_each_few_minutes() -> None:
    two = (POD, replace(POD, name="pod-2"))
    found = watch(StalledConsumers(), int(AFTER + PAUSE) - 1, pods=two)
    assert [each.name for each in found] == ["pod-1"]
    assert len(watch(StalledConsumers(), int(AFTER + PAUSE), pods=two)) == 2


@pytest.mark.parametrize(
    "pod",
    [
        replace(POD, created=START),
        replace(POD, ready=False),
        replace(POD, drain=Drain(since=START)),
    ],
    ids=["young", "not ready", "draining"],
)
def test_a_pod_that_need_not_consume_yet_or_any_more_is_left_alone(pod: Pod) -> None:
    assert watch(StalledConsumers(), int(AFTER), pods=(pod,)) == []


def test_a_busy_worker_is_left_alone() -> None:
    assert watch(StalledConsumers(), int(3 * AFTER), active=1) == []


def test_an_idle_worker_without_a_backlog_is_left_alone() -> None:
    assert watch(StalledConsumers(), int(3 * AFTER), due=0) == []


def test_a_task_begun_starts_the_count_anew() -> None:
    consumers = StalledConsumers()
    watch(consumers, int(AFTER) - 5)
    assert watch(consumers, int(AFTER) - 1, START + AFTER - 5, processed=8) == []


def test_a_backlog_that_shrinks_starts_the_count_anew() -> None:
    consumers = StalledConsumers()
    watch(consumers, int(AFTER) - 5, due=5)
    assert watch(consumers, int(AFTER) - 1, START + AFTER - 5, due=4) == []


def test_a_silent_worker_is_unknown_and_not_stalled() -> None:
    consumers = StalledConsumers()
    frozen = [replace(POD, beat=beat(START))]
    assert not any(consumers.see(START + second, 5, frozen) for second in range(200))
    assert not any(consumers.see(START + second, 5, [POD]) for second in range(200))


def test_an_unknown_backlog_is_no_backlog() -> None:
    consumers = StalledConsumers()
    assert watch(consumers, int(3 * AFTER), due=None) == []
    assert consumers.condition().status == "Unknown"

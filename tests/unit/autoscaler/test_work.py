from fractions import Fraction

import pytest
from stenofleet_autoscaler.learn import Durations
from stenofleet_autoscaler.model import Kind, Running, Work
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Delivery, InFlight, QueueReading, Reading, Sample
from stenofleet_autoscaler.shares import Share
from stenofleet_autoscaler.spec import Demand, ListSpec
from stenofleet_autoscaler.work import work_of

NOW = 1_800_000_000.0
MAIL = Demand(queues=("mail",))
BOTH = Demand(queues=("mail", "reports"))
LISTED = Demand(queues=("mail",), lists=(ListSpec(key="log", items_per_task=100),))
HALF = Share(Fraction(1, 2))
TROUBLE = Unseen("WrongType", "a key is not of the type that Celery has")


def queue(depth: int, *tasks: str, etas: tuple[float, ...] = ()) -> QueueReading:
    samples = tuple(Sample(task, 1) for task in tasks)
    return QueueReading(depth, len(tasks) + len(etas), samples, etas)


def delivery(begun: float, task: str = "send") -> Delivery:
    return Delivery("tag", task, None, None, begun, begun, ("mail",))


def told(
    reading: Reading,
    demand: Demand = MAIL,
    shares: dict[str, Share] | None = None,
    learned: Durations | None = None,
) -> Work:
    return work_of(demand, reading, shares or {}, learned or Durations())


def counts(work: Work) -> list[int]:
    return [kind.count for kind in work.kinds]


def test_what_is_for_later_is_scheduled_and_not_queued() -> None:
    taken = InFlight(due=1, scheduled=3, etas=(NOW + 9,))
    work = told(Reading(NOW, {"mail": queue(5, etas=(NOW + 60,))}, in_flight={"mail": taken}))
    assert (work.queued, work.scheduled, work.delivered) == (4, 4, 1)
    assert work.etas == (NOW + 60, NOW + 9)


def test_a_small_sample_stands_for_the_whole_queue() -> None:
    work = told(Reading(NOW, {"mail": queue(1000, "a", "b")}))
    assert counts(work) == [500, 500]


def test_of_a_shared_queue_only_the_pools_part_counts_among_its_kinds() -> None:
    reading = Reading(NOW, {"mail": queue(1000, "a"), "reports": queue(500, "b")})
    work = told(reading, BOTH, {"mail": HALF})
    assert (work.queued, counts(work)) == (1000, [500, 500])


def test_a_pool_without_a_part_has_none_of_the_queue() -> None:
    work = told(Reading(NOW, {"mail": queue(10, "a")}), shares={"mail": Share(Fraction(0))})
    assert (work.queued, work.kinds) == (0, ())


def test_what_other_pools_run_is_not_delivered_to_this_one() -> None:
    taken = {"mail": InFlight(due=5)}
    reading = Reading(NOW, {"mail": queue(0)}, in_flight=taken)
    assert told(reading, shares={"mail": Share(elsewhere=(("b", 3),))}).delivered == 2
    assert told(reading, shares={"mail": Share(elsewhere=(("b", 9),))}).delivered == 0


@pytest.mark.parametrize(("begun", "left"), [(NOW, 100.0), (NOW - 60, 40.0)])
def test_what_remains_of_a_running_task_is_what_its_kind_lasts_less_its_age(
    begun: float, left: float
) -> None:
    learned = Durations()
    for _ in range(50):
        learned.finished("send", 100.0, None, NOW)
    taken = {"mail": InFlight(due=1, sample=(delivery(begun),))}
    reading = Reading(NOW, {"mail": queue(0)}, in_flight=taken)
    (running,) = told(reading, learned=learned).running
    assert running.remaining == pytest.approx(left, abs=15)


def test_how_long_a_task_that_was_never_seen_goes_on_is_unknown() -> None:
    taken = {"mail": InFlight(due=1, sample=(delivery(NOW),))}
    work = told(Reading(NOW, {"mail": queue(1, "send")}, in_flight=taken))
    assert work.running == (Running(1, None),)
    assert work.kinds == (Kind(1, None),)


def test_a_wait_by_a_publishers_clock_ahead_of_ours_is_none_at_all() -> None:
    ahead = QueueReading(depth=1, oldest=NOW + 5)
    assert told(Reading(NOW, {"mail": ahead})).oldest_wait == 0.0


def test_a_queue_or_list_that_was_not_read_leaves_the_work_unknown() -> None:
    with pytest.raises(Unseen, match="WrongType"):
        told(Reading(NOW, {"mail": queue(3), "reports": TROUBLE}), BOTH)
    with pytest.raises(Unseen, match="WrongType"):
        told(Reading(NOW, {"mail": queue(3)}, {"log": TROUBLE}), LISTED)


def test_a_queue_of_another_pool_that_was_not_read_is_no_trouble() -> None:
    assert told(Reading(NOW, {"mail": queue(3), "reports": TROUBLE})).queued == 3

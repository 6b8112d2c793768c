from stenofleet_autoscaler.lessons import ANY_TASK, ENOUGH, Lessons
from stenofleet_autoscaler.model import Heartbeat, Pod
from stenofleet_autoscaler.sense.reading import Finished, Reading

NODE = "celery@w-1"
NOTHING = Reading(at=0.0, queues={})


def worker(at: float, active: int, processed: int, node: str = NODE) -> Pod:
    return Pod(name="w-1", ready=True, slots=4, beat=Heartbeat(at, active, processed, node))


def look(lessons: Lessons, *pods: Pod, reading: Reading = NOTHING) -> None:
    lessons.see(1_800_000_000.0, pods, ("mail",), reading)


def finished(queue: str = "mail", seconds: float = 30.0) -> Finished:
    return Finished("send", queue, None, seconds)


def mean_of(lessons: Lessons, task: str) -> float | None:
    return lessons.learned.durations.expected(task)


def near(value: float | None, expected: float) -> bool:
    """Durations are kept in buckets of a histogram."""
    return value is not None and abs(value - expected) < 0.15 * expected


def test_tasks_that_nobody_sees_end_are_timed_by_littles_law() -> None:
    """Four slots busy for 10 s, in which 20 tasks began: 2 s each."""
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=10))
    look(lessons, worker(at=110.0, active=4, processed=30))
    assert near(mean_of(lessons, ANY_TASK), 2.0)


def test_too_few_tasks_begun_teach_nothing() -> None:
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=10))
    look(lessons, worker(at=110.0, active=4, processed=10 + ENOUGH - 1))
    assert mean_of(lessons, ANY_TASK) is None


def test_tasks_that_were_seen_to_end_are_known_by_their_names_alone() -> None:
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=10))
    seen = Reading(at=1_800_000_000.0, queues={}, finished=(finished(),) * 10)
    look(lessons, worker(at=110.0, active=4, processed=20), reading=seen)
    assert near(mean_of(lessons, "send"), 30.0)
    assert lessons.learned.durations.names() == ("send",)


def test_tasks_of_other_pools_queues_teach_nothing() -> None:
    lessons = Lessons.of(None)
    theirs = Reading(at=1_800_000_000.0, queues={}, finished=(finished("reports"),))
    look(lessons, reading=theirs)
    assert lessons.learned.durations.names() == ()


def test_a_worker_that_started_anew_does_not_count_its_tasks_again() -> None:
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=500))
    look(lessons, worker(at=110.0, active=4, processed=30))
    assert mean_of(lessons, ANY_TASK) is None


def test_tasks_that_came_are_those_that_wait_more_and_those_that_were_begun() -> None:
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=10))
    lessons.arrived(1.0, queued=50)
    look(lessons, worker(at=102.0, active=4, processed=18))
    lessons.arrived(3.0, queued=45)
    assert lessons.come == 3


def test_a_queue_that_is_only_worked_off_brings_nothing() -> None:
    lessons = Lessons.of(None)
    look(lessons, worker(at=100.0, active=4, processed=10))
    lessons.arrived(1.0, queued=50)
    look(lessons, worker(at=102.0, active=4, processed=18))
    lessons.arrived(3.0, queued=42)
    assert lessons.come == 0


def test_what_was_kept_is_gone_on_from_and_what_cannot_be_read_is_not() -> None:
    lessons = Lessons.of(None)
    seen = Reading(at=1_800_000_000.0, queues={}, finished=(finished(),) * 10)
    look(lessons, reading=seen)
    assert near(mean_of(Lessons.of(lessons.learned.to_dict()), "send"), 30.0)
    assert mean_of(Lessons.of("garbage"), "send") is None

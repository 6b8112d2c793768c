import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.pool import CEILING, TaskPool


class Tasks:
    """Tasks that run until they are let go, and count how many run at once."""

    def __init__(self, pool: TaskPool) -> None:
        self._pool = pool
        self._gate = threading.Semaphore(0)
        self._changed = threading.Condition()
        self.running = 0
        self.done = 0

    def start(self, number: int) -> None:
        for _ in range(number):
            self._pool.on_apply(self._run, (), {}, lambda _: None)

    def end(self, number: int) -> None:
        for _ in range(number):
            self._gate.release()

    def reached(self, running: int, done: int) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: (self.running, self.done) == (running, done), timeout=10
            )

    def _run(self) -> None:
        self._count(1, 0)
        self._gate.acquire()
        self._count(-1, 1)

    def _count(self, running: int, done: int) -> None:
        with self._changed:
            self.running += running
            self.done += done
            self._changed.notify_all()


@pytest.fixture
def pool() -> Iterator[TaskPool]:
    made = TaskPool(2)
    yield made
    made.on_stop()


def test_growing_starts_at_once_what_waited(pool: TaskPool) -> None:
    tasks = Tasks(pool)
    tasks.start(4)
    assert tasks.reached(running=2, done=0)
    pool.grow(2)
    assert tasks.reached(running=4, done=0)
    tasks.end(4)
    assert tasks.reached(running=0, done=4)


def test_shrinking_lets_running_tasks_end_and_starts_fewer(pool: TaskPool) -> None:
    tasks = Tasks(pool)
    tasks.start(4)
    assert tasks.reached(running=2, done=0)
    pool.shrink(1)
    assert tasks.running == 2
    tasks.end(1)
    assert tasks.reached(running=1, done=1)
    tasks.end(1)
    # The third one came in when both were gone.
    assert tasks.reached(running=1, done=2)
    tasks.end(2)
    assert tasks.reached(running=0, done=4)


@given(steps=st.lists(st.integers(-100, 100), max_size=10))
def test_the_limit_stays_between_one_and_the_ceiling_and_is_what_celery_reads(
    steps: list[int],
) -> None:
    pool = TaskPool(3)
    for step in steps:
        pool.grow(step) if step > 0 else pool.shrink(-step)
        assert 1 <= pool.num_processes <= CEILING
        assert pool.info["max-concurrency"] == pool.num_processes
    pool.on_stop()


def test_a_stop_lets_running_tasks_end_and_starts_no_waiting_one() -> None:
    pool = TaskPool(1)
    tasks = Tasks(pool)
    tasks.start(3)
    assert tasks.reached(running=1, done=0)
    stopper = threading.Thread(target=pool.on_stop)
    stopper.start()
    assert _closing(pool)
    tasks.end(3)
    stopper.join(timeout=10)
    assert not stopper.is_alive()
    assert (tasks.running, tasks.done) == (0, 1)


def _closing(pool: TaskPool) -> bool:
    with pool._room:
        return pool._room.wait_for(lambda: pool._closing, timeout=10)

"""A worker that is asked to stop when its Redis is away."""

import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stenofleet_worker.leaving import FAREWELL
from support.servers import RedisServer, until

GONE_SECONDS = 55.0
"""The shortest grace of the chart's workers is longer."""


@pytest.mark.parametrize(
    ("lose", "seconds_before"),
    [(RedisServer.stop, 3), (RedisServer.silence, 0), (RedisServer.silence, 3)],
)
def test_a_worker_that_runs_nothing_ends_without_its_redis(
    installation: Any, lose: Callable[[RedisServer], None], seconds_before: int
) -> None:
    worker = installation.ready_worker("core", app="stenofleet_worker")
    lose(installation.redis)
    # Celery is tried where it waits for a message, and where it tries to get its broker back.
    time.sleep(seconds_before)

    worker.popen.send_signal(signal.SIGTERM)

    assert worker.popen.wait(GONE_SECONDS) == 0, worker.text()


def test_a_worker_gives_the_window_that_it_hears_back_before_it_ends_without_its_redis(
    installation: Any, quiet_minutes: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(quiet_minutes)
    worker = installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 1, "the first window to run")
    assert len(_owners(installation, session_id)) == 1
    installation.redis.silence()

    worker.popen.send_signal(signal.SIGTERM)
    # Longer than one that runs nothing would have.
    time.sleep(FAREWELL + 2)
    assert worker.popen.poll() is None, worker.text()
    installation.gate.unlink()

    assert worker.popen.wait(150) == 0, worker.text()
    assert _owners(installation, session_id) == []


def _owners(installation: Any, session_id: uuid.UUID) -> list[str]:
    leases = (each.lease_owner for each in installation.windows(session_id))
    return [owner for owner in leases if owner]


def test_beat_ends_while_it_waits_for_its_redis(installation: Any) -> None:
    beat = installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    until(lambda: bool(installation.redis.client().keys("core*")), "its first message")
    installation.redis.silence()
    # Longer than its shortest period.
    time.sleep(3)

    beat.popen.send_signal(signal.SIGTERM)

    assert beat.popen.wait(GONE_SECONDS) == 0, beat.text()

"""A worker that is asked to stop when its Redis is away."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stenofleet_worker.leaving import FAREWELL
from support.servers import RedisServer, until

GONE_SECONDS = 20.0
"""The shortest grace of the chart's workers is three times as long."""


@pytest.mark.parametrize("lose", [RedisServer.stop, RedisServer.silence])
@pytest.mark.parametrize("seconds_before", [0, 3])
def test_a_worker_that_runs_nothing_ends_without_its_redis(
    installation: Any, lose: Callable[[RedisServer], None], seconds_before: int
) -> None:
    worker = installation.ready_worker("core", app="stenofleet_worker")
    lose(installation.redis)
    # Celery is tried where it waits for a message, and where it tries to get its broker back.
    time.sleep(seconds_before)

    worker.popen.send_signal(signal.SIGTERM)

    assert worker.popen.wait(GONE_SECONDS) == 0, worker.text()


def test_what_a_worker_hears_without_its_redis_is_kept_before_it_ends(
    installation: Any, quiet_minutes: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(quiet_minutes)
    worker = installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 1, "the first window to run")
    installation.redis.silence()

    worker.popen.send_signal(signal.SIGTERM)
    # Longer than one that runs nothing would have.
    time.sleep(FAREWELL + 2)
    assert worker.popen.poll() is None, worker.text()
    installation.gate.unlink()

    assert worker.popen.wait(60) == 0, worker.text()
    assert [each.state for each in installation.windows(session_id)].count("done") == 1


def test_beat_ends_while_it_waits_for_its_redis(installation: Any) -> None:
    beat = installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    until(lambda: bool(installation.redis.client().keys("core*")), "its first message", 60)
    installation.redis.silence()
    # Longer than its shortest period.
    time.sleep(3)

    beat.popen.send_signal(signal.SIGTERM)

    assert beat.popen.wait(GONE_SECONDS) == 0, beat.text()

"""A worker that goes away in the middle: stopped, or killed."""

import signal
import uuid
from pathlib import Path
from typing import Any

from stenofleet.broker import BrokerKeys, parse_delivery
from stenofleet.contracts.headers import ATTEMPT
from support.servers import until

SLOW = {"PACED_SECONDS": "0.5"}
"""Of a window, 2.5 s."""
SHORT_LEASES = {"STENOFLEET_LEASE_SECONDS": "5"}
"""Of workers that are killed, whose leases others wait for."""


def _held_by_workers(installation: Any) -> list[str]:
    held = map(parse_delivery, installation.redis.client().hvals(BrokerKeys().unacked))
    return [each.message.task_id for each in held if each and "transcribe" in each.message.task]


def _window_finished(installation: Any, session_id: uuid.UUID) -> bool:
    return bool(installation.progress(session_id) > 30)


def _core(installation: Any) -> Any:
    installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    return installation.ready_worker("core", app="stenofleet_worker", **SHORT_LEASES)


def test_a_stopped_worker_gives_its_window_back_and_another_goes_on_from_there(
    installation: Any, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes)
    first = installation.ready_worker(**SLOW)
    until(lambda: _window_finished(installation, session_id), "the first window")

    first.end(signal.SIGTERM)

    waiting = [each for each in installation.windows(session_id) if each.state == "open"]
    assert waiting
    assert [each.lease_owner for each in waiting] == [None] * len(waiting)
    assert {each.task_id for each in installation.queued()} == {each.task_id for each in waiting}
    assert installation.redis.client().hlen("unacked") == 0
    done_before = len(installation.transcribed_windows())

    installation.ready_worker()
    installation.until_status(session_id, "completed")
    assert installation.session(session_id).attempt == 1
    assert [each.position for each in installation.segments(session_id)] == list(range(15))
    assert len(installation.transcribed_windows()) - done_before == len(waiting)
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")


def test_a_stopped_worker_gives_a_short_recording_back(
    installation: Any, short_recording: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(short_recording)
    first = installation.ready_worker()
    until(lambda: len(installation.transcribed_windows()) == 1, "the window to run")

    first.popen.send_signal(signal.SIGTERM)
    until(lambda: "shutdown" in first.text().lower(), "the stop to be heard")
    installation.gate.unlink()
    first.popen.wait(timeout=120)

    stopped = installation.session(session_id)
    assert (stopped.status, stopped.attempt, stopped.lease_owner) == ("pending", 1, None)
    assert [each.task_id for each in installation.queued()] == [stopped.transcription_job_id]
    installation.ready_worker()
    installation.until_status(session_id, "completed")


def test_of_a_killed_worker_only_its_window_is_done_again_and_no_segment_is_doubled(
    installation: Any, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes)
    first = installation.ready_worker(**SLOW, **SHORT_LEASES)
    until(lambda: _window_finished(installation, session_id), "the first window")
    until(lambda: len(installation.transcribed_windows()) == 2, "the second window to run")

    first.end(signal.SIGKILL)

    core = _core(installation)
    installation.ready_worker()
    installation.until_status(session_id, "completed")
    assert installation.session(session_id).attempt == 1
    assert sorted(each.deliveries for each in installation.windows(session_id)) == [1, 1, 2]
    assert len(installation.transcribed_windows()) == 4
    assert [each.position for each in installation.segments(session_id)] == list(range(15))
    assert "it is sent out again" in core.text()
    # What the dead worker held counts as work in flight no more.
    until(lambda: _held_by_workers(installation) == [], "no delivery to the dead worker")
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")


def test_a_killed_worker_s_short_recording_is_sent_out_with_the_next_attempt(
    installation: Any, short_recording: Path
) -> None:
    installation.gate.touch()
    session_id = installation.pending(short_recording)
    first = installation.ready_worker(**SHORT_LEASES)
    until(lambda: len(installation.transcribed_windows()) == 1, "the window to run")

    first.end(signal.SIGKILL)
    installation.gate.unlink()

    core = _core(installation)
    installation.ready_worker()
    installation.until_status(session_id, "completed")
    assert installation.session(session_id).attempt == 2
    assert [each.position for each in installation.segments(session_id)] == list(range(5))
    assert "its next attempt starts" in core.text()
    until(lambda: _held_by_workers(installation) == [], "no delivery to the dead worker")


def test_a_late_redelivery_changes_nothing(installation: Any, short_recording: Path) -> None:
    session_id = installation.pending(short_recording)
    worker = installation.ready_worker()
    installation.until_status(session_id, "completed")
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")
    before = installation.session(session_id)
    rows = [(each.id, each.content) for each in installation.segments(session_id)]
    [sent] = installation.outbox(session_id)

    for attempt in (0, 1):
        installation.app.send_task(
            sent.task_name,
            args=sent.args,
            task_id=sent.task_id,
            headers={**sent.headers, ATTEMPT: attempt},
        )
    until(lambda: worker.text().count("ignored") == 2, "both to be looked at")

    after = installation.session(session_id)
    assert (after.updated_at, after.status) == (before.updated_at, "completed")
    assert [(each.id, each.content) for each in installation.segments(session_id)] == rows
    assert len(installation.transcribed_windows()) == 1
    assert installation.job_state(session_id) == "SUCCESS"


def test_after_a_flush_of_redis_ten_waiting_sessions_are_all_completed(
    installation: Any, short_recording: Path
) -> None:
    installation.gate.touch()
    sessions = [installation.pending(short_recording) for _ in range(10)]
    installation.ready_worker()
    installation.ready_worker("core", app="stenofleet_worker")
    installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    until(lambda: len(installation.transcribed_windows()) == 1, "the first to run")

    installation.redis.client().flushall()
    installation.gate.unlink()

    for each in sessions:
        installation.until_status(each, "completed")
    # None was done twice: what ran went on, the others were sent out once.
    assert len(installation.transcribed_windows()) == 10

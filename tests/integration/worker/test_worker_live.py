"""A real worker process: resized while it works, asked for its health, servers away under it."""

import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from stenofleet.broker import BrokerKeys
from stenofleet.contracts.events import EventName
from stenofleet.contracts.priorities import Priority
from stenofleet.contracts.progress import Stage
from stenofleet.feed import STREAM, Event
from support.servers import PostgresServer, until

SLOW = {"PACED_SECONDS": "0.4"}


def _answer(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, ""


def _pool_size(installation: Any) -> int:
    [stats] = installation.app.control.inspect(timeout=60, limit=1).stats().values()
    return int(stats["pool"]["max-concurrency"])


def _active(installation: Any) -> int:
    [tasks] = installation.app.control.inspect(timeout=60, limit=1).active().values()
    return len(tasks)


def test_a_worker_grows_and_shrinks_while_it_works_and_cuts_no_task(
    installation: Any, short_recording: Path
) -> None:
    installation.gate.touch()
    sessions = [installation.pending(short_recording) for _ in range(8)]
    worker = installation.ready_worker("transcription", "-c", "1")
    control = installation.app.control
    until(lambda: _active(installation) == 1, "one at once")

    control.pool_grow(2, reply=True, timeout=60, limit=1)
    assert _pool_size(installation) == 3
    until(lambda: _active(installation) == 3, "three at once")
    control.pool_shrink(5, reply=True, timeout=60, limit=1)
    assert _pool_size(installation) == 1
    assert _active(installation) == 3

    installation.gate.unlink()
    for each in sessions:
        installation.until_status(each, "completed")
    assert len(installation.transcribed_windows()) == 8
    assert "cannot be resized" not in worker.text()


def test_with_another_pool_the_worker_says_that_it_cannot_be_resized(installation: Any) -> None:
    worker = installation.ready_worker("transcription", "--pool=threads")
    assert "concurrency cannot be resized" in worker.text()


def test_a_worker_tells_its_health_and_its_figures(
    installation: Any, short_recording: Path
) -> None:
    session_id = installation.pending(short_recording)
    worker = installation.ready_worker()
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")

    assert _answer(worker.health_port, "/livez")[0] == 200
    assert _answer(worker.health_port, "/readyz")[0] == 200
    assert _answer(worker.health_port, "/nothing")[0] == 404
    labels = '{queue="transcription",task="stenofleet.transcribe_audio"}'
    ended = f"stenofleet_task_succeeded_total{labels} 1.0"
    # The result is stored first, and then the end is counted.
    until(lambda: ended in _answer(worker.health_port, "/metrics")[1], "the end to be counted")
    _, figures = _answer(worker.health_port, "/metrics")
    assert f"stenofleet_task_wait_seconds_count{labels} 1.0" in figures
    assert "stenofleet_transcribed_audio_seconds_total 2.0" in figures


def test_the_job_s_result_tells_percent_and_message_while_it_runs(
    installation: Any, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes)
    result = installation.app.AsyncResult(installation.session(session_id).transcription_job_id)
    assert result.state == "PENDING"
    installation.ready_worker(**SLOW)

    told: dict[str, Any] = {}

    def moves() -> bool:
        """State and figures of one answer: the next one may be the end's."""
        meta = installation.app.backend.get_task_meta(result.id)
        if meta["status"] == "PROGRESS":
            told.update(meta["result"])
        return bool(told.get("percent", 0) > 0)

    until(moves, "progress")
    until(lambda: result.state == "SUCCESS", "the result", 120)

    assert 0 < told["percent"] < 100
    assert told["message"].startswith("Transcribed ")
    assert told["message"].endswith(" of 10:00")
    assert installation.progress(session_id) == 100
    assert result.result["duration_seconds"] == 600


def test_who_watches_hears_of_each_step_and_never_of_one_back(
    installation: Any, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes)
    installation.ready_worker(**SLOW)
    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result", 120)

    def heard() -> list[Event]:
        with installation.redis.client() as client:
            return [Event.read(place, fields) for place, fields in client.xrange(STREAM)]

    until(lambda: heard()[-1].name is EventName.COMPLETED, "the end to be told")
    events = heard()
    assert {event.session_id for event in events} == {session_id}
    told = [event.progress for event in events if event.progress]
    assert [each.progress for each in told] == sorted(each.progress for each in told)
    assert [each.progress == 100 for each in told] == [False] * (len(told) - 1) + [True]
    stages = list(dict.fromkeys(each.stage for each in told))
    assert stages == [Stage.PREPARING, Stage.TRANSCRIBING, Stage.FINISHING, Stage.ENDED]


def test_a_worker_without_its_broker_is_alive_and_goes_on_when_it_is_back(
    installation: Any, short_recording: Path
) -> None:
    running = installation.pending(short_recording)
    worker = installation.ready_worker(PACED_SECONDS="1")
    until(lambda: installation.progress(running) > 0, "progress")

    installation.redis.stop()
    installation.until_status(running, "completed")
    assert _answer(worker.health_port, "/livez")[0] == 200
    installation.redis.start()

    until(lambda: installation.job_state(running) == "SUCCESS", "the result")
    later = installation.pending(short_recording)
    installation.until_status(later, "completed")


def test_a_host_is_told_the_truth_about_the_consumer(installation: Any) -> None:
    worker = installation.ready_worker("core")

    def health() -> int:
        return _answer(worker.health_port, "/health")[0]

    until(lambda: health() == 200, "the consumer to be there")
    installation.redis.stop()
    until(lambda: health() == 503, "the lost broker to be told")
    installation.redis.start()
    until(lambda: health() == 200, "the broker's return to be told")

    installation.redis.silence()
    until(lambda: health() == 503, "the broker that hangs to be told")
    installation.redis.speak()
    until(lambda: health() == 200, "the consumer to go on")


def test_a_restart_of_the_database_in_the_middle_is_survived(
    installation: Any, postgres_server: PostgresServer, quiet_minutes: Path
) -> None:
    session_id = installation.pending(quiet_minutes)
    installation.ready_worker(**SLOW)
    until(lambda: installation.progress(session_id) > 0, "progress")

    postgres_server.stop()
    postgres_server.start()

    until(lambda: installation.job_state(session_id) == "SUCCESS", "the result")
    assert installation.session(session_id).attempt == 1
    assert len(installation.segments(session_id)) == 15


def test_a_worker_without_its_model_does_not_start_and_says_what_is_missing(
    installation: Any,
) -> None:
    worker = installation.worker(app="stenofleet_worker", STENOFLEET_WHISPER_MODEL="nobody")
    assert worker.popen.wait(timeout=120) != 0
    assert "STENOFLEET_WHISPER_MODEL: expected a model in" in worker.text()
    assert "got 'nobody'" in worker.text()


def test_a_wrong_setting_stops_the_start_and_is_named(installation: Any) -> None:
    worker = installation.worker(CELERY_CONCURRENCY="many")
    assert worker.popen.wait(timeout=120) != 0
    assert "CELERY_CONCURRENCY" in worker.text()
    assert "got 'many'" in worker.text()


def test_beat_tells_that_it_is_ready_and_sends_its_tasks_to_core(installation: Any) -> None:
    beat = installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    until(lambda: _is_ready(beat.health_port), "beat to be ready")
    assert _answer(beat.health_port, "/livez")[0] == 200
    core = BrokerKeys().queue_list("core", Priority.BATCH)
    until(lambda: installation.redis.client().llen(core) >= 1, "a task on core")


def _is_ready(port: int) -> bool:
    try:
        return _answer(port, "/readyz")[0] == 200
    except URLError:
        return False

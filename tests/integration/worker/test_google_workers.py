"""Real worker processes over the fake Google: no transcription worker, and killed ones."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stenofleet.contracts.tasks import ADVANCE_OPERATIONS
from support.fake_speech import FakeSpeech
from support.google_lab import GoogleLab
from support.servers import until

SHORT_LEASES = {"STENOFLEET_LEASE_SECONDS": "5"}
"""Of workers that are killed, whose leases others wait for."""


@pytest.fixture
def lab(installation: Any, tmp_path: Path) -> Iterator[GoogleLab]:
    google = FakeSpeech()
    google.start()
    yield GoogleLab(installation, google, tmp_path / "bucket")
    google.stop()


def core(lab: GoogleLab, **more: str) -> Any:
    environment = {**lab.environment(), **more}
    return lab.installation.ready_worker("core", app="google_app", **environment)


def ask(lab: GoogleLab) -> None:
    lab.installation.app.send_task(ADVANCE_OPERATIONS)


def asked_until_completed(lab: GoogleLab, session_id: Any) -> None:
    def completed() -> bool:
        ask(lab)
        return bool(lab.installation.status(session_id) == "completed")

    until(completed, "the session to be completed")


def test_with_no_transcription_worker_a_session_completes_by_core_and_beat_alone(
    lab: GoogleLab,
) -> None:
    session_id = lab.session()
    worker = core(lab)
    lab.installation.celery("google_app", "beat", "-s", "beat-schedule", **lab.environment())

    lab.installation.until_status(session_id, "completed", 90)
    until(lambda: lab.installation.job_state(session_id) == "SUCCESS", "the job's result")
    until(lambda: not lab.rows(), "the operation to be closed")
    assert lab.copies() == []
    assert lab.installation.redis.client().llen("transcription") == 0
    assert "Transcription completed" in worker.text()


def test_a_worker_killed_between_submit_and_save_loses_an_operation_and_no_session(
    lab: GoogleLab,
) -> None:
    session_id = lab.session()
    lab.gate.touch()
    killed = core(lab, **SHORT_LEASES)
    ask(lab)
    until(lambda: len(lab.google.operations) == 1, "the submission")
    killed.end(signal.SIGKILL)
    assert [row.name for row in lab.rows()] == [None]

    lab.gate.unlink()
    core(lab)
    asked_until_completed(lab, session_id)
    assert len(lab.google.operations) == 2
    assert len(lab.installation.segments(session_id)) == 2
    assert lab.google.looks.count("projects/p/locations/l/operations/0") == 0


def test_a_worker_killed_while_google_works_costs_nothing(lab: GoogleLab) -> None:
    lab.google.percents = [25]
    session_id = lab.session()
    killed = core(lab, **SHORT_LEASES)
    ask(lab)
    until(lambda: lab.installation.status(session_id) == "processing", "the start")
    killed.end(signal.SIGKILL)

    core(lab)
    asked_until_completed(lab, session_id)
    assert len(lab.google.operations) == 1

"""What is removed when its time is over, on a real database and store."""

import io
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, update
from stenofleet.db.models import (
    IdempotencyKey,
    MovementDeadLetter,
    Outbox,
    Segment,
    TranscriptionSession,
    Upload,
    Webhook,
    WebhookDelivery,
)
from stenofleet.errors import StorageError
from stenofleet.settings import WorkerSettings
from stenofleet.storage import Recordings
from stenofleet_worker import retention
from stenofleet_worker.services import Services

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EXPIRED = "stenofleet_movement_dead_letter_expired_total"


@pytest.fixture
def services(installation: Any) -> Services:
    environment = installation.environment
    return Services(
        WorkerSettings(
            redis_url=environment["REDIS_URL"],
            database_url=environment["DATABASE_URL"],
            storage_url=environment["STENOFLEET_STORAGE_URL"],
            retention_days=30,
        )
    )


@pytest.fixture
def files(installation: Any) -> Path:
    return Path(installation.recordings.uri("").removeprefix("file://"))


def a_session(installation: Any, status: str, age: timedelta, **fields: Any) -> uuid.UUID:
    """A session with its recording, last changed that long ago."""
    uri = installation.recordings.save(f"{uuid.uuid4()}/talk.wav", io.BytesIO(b"sound"))
    session = TranscriptionSession(title="Monday", status=status, audio_uri=uri, **fields)
    with installation.sessions.begin() as db:
        db.add(session)
        db.flush()
        changed = update(TranscriptionSession).where(TranscriptionSession.id == session.id)
        db.execute(changed.values(updated_at=func.now() - age))
    return session.id


def an_upload(
    installation: Any, age: timedelta, ends_in: timedelta | None = None, content: bytes = b"sound"
) -> uuid.UUID:
    """An upload that was begun that long ago, with its file."""
    session = TranscriptionSession(title="Monday")
    uri = installation.recordings.save(f"{uuid.uuid4()}/talk.wav", io.BytesIO(content))
    with installation.sessions.begin() as db:
        db.add(session)
        db.flush()
        upload = Upload(
            session_id=session.id,
            uri=uri,
            filename="talk.wav",
            created_at=func.now() - age,
            expires_at=None if ends_in is None else func.now() + ends_in,
        )
        db.add(upload)
    return upload.id


def ids(installation: Any, table: Any) -> set[uuid.UUID]:
    with installation.sessions() as db:
        return set(db.scalars(select(table.id)))


def stored(files: Path) -> int:
    return sum(each.is_file() for each in files.rglob("*"))


def test_an_upload_that_was_never_confirmed_goes_with_its_file(
    installation: Any, services: Services, files: Path
) -> None:
    an_upload(installation, age=DAY + HOUR)
    an_upload(installation, age=DAY + HOUR, ends_in=-HOUR)

    assert retention.remove_expired(services) == 2

    assert ids(installation, Upload) == set()
    assert stored(files) == 0
    assert len(ids(installation, TranscriptionSession)) == 2


def test_an_upload_within_its_time_stays(
    installation: Any, services: Services, files: Path
) -> None:
    young = an_upload(installation, age=DAY - HOUR)
    still_serves = an_upload(installation, age=2 * DAY, ends_in=HOUR)

    assert retention.remove_expired(services) == 0

    assert ids(installation, Upload) == {young, still_serves}
    assert stored(files) == 2


def test_what_a_killed_writer_left_goes_too(
    installation: Any, services: Services, files: Path
) -> None:
    an_upload(installation, age=2 * DAY)
    (written,) = (each for each in files.rglob("*") if each.is_file())
    written.rename(written.with_name(f"{written.name}#1"))

    retention.remove_expired(services)

    assert stored(files) == 0


@pytest.mark.parametrize("status", ["uploading", "completed", "failed", "cancelled"])
def test_a_session_past_its_time_goes_with_recording_and_rows(
    installation: Any, services: Services, files: Path, status: str
) -> None:
    old = a_session(installation, status, age=31 * DAY)
    with installation.sessions.begin() as db:
        segment = {"start_seconds": 0, "end_seconds": 1, "content": "hello", "position": 0}
        db.add(Segment(session_id=old, **segment))
        db.add(Outbox(session_id=old, task_id="1", task_name="x", args=[]))
        db.add(Upload(session_id=old, uri=installation.recordings.uri("none"), filename="a.wav"))

    assert retention.remove_expired(services) == 1

    for table in (TranscriptionSession, Segment, Outbox, Upload):
        assert ids(installation, table) == set()
    assert stored(files) == 0


def test_sessions_within_their_time_or_at_work_stay(
    installation: Any, services: Services, files: Path
) -> None:
    stay = {
        a_session(installation, "completed", age=29 * DAY),
        a_session(installation, "pending", age=31 * DAY),
        a_session(installation, "processing", age=31 * DAY),
    }

    assert retention.remove_expired(services) == 0

    assert ids(installation, TranscriptionSession) == stay
    assert stored(files) == 3


def test_a_new_title_does_not_lengthen_the_time_of_a_transcript(
    installation: Any, services: Services
) -> None:
    done = func.now() - 31 * DAY
    a_session(installation, "completed", age=timedelta(0), completed_at=done)

    assert retention.remove_expired(services) == 1


def test_without_a_retention_sessions_stay_for_ever(installation: Any, services: Services) -> None:
    services.settings.retention_days = None
    old = a_session(installation, "completed", age=3650 * DAY)

    assert retention.remove_expired(services) == 0

    assert ids(installation, TranscriptionSession) == {old}


def test_a_store_that_is_away_leaves_rows_and_files_to_a_later_run(
    installation: Any, services: Services, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_upload(installation, age=2 * DAY)
    a_session(installation, "failed", age=31 * DAY)

    def away(*_: object) -> None:
        raise StorageError("away")

    with monkeypatch.context() as broken:
        broken.setattr(Recordings, "discard", away)
        assert retention.remove_expired(services) == 0
    assert stored(files) == 2

    assert retention.remove_expired(services) == 2
    assert stored(files) == 0


def test_what_another_transaction_holds_is_passed_over(
    installation: Any, services: Services
) -> None:
    held = an_upload(installation, age=2 * DAY)
    with installation.sessions.begin() as db:
        db.scalar(select(Upload).where(Upload.id == held).with_for_update())

        assert retention.remove_expired(services) == 0

    assert retention.remove_expired(services) == 1


def test_runs_at_once_remove_each_thing_once(
    installation: Any, services: Services, files: Path
) -> None:
    for _ in range(30):
        an_upload(installation, age=2 * DAY)

    with ThreadPoolExecutor(3) as threads:
        runs = [threads.submit(retention.remove_expired, services) for _ in range(3)]

    assert sum(run.result() for run in runs) == 30
    assert ids(installation, Upload) == set()
    assert stored(files) == 0


def test_answers_to_requests_that_may_come_again_stay_for_a_day(
    installation: Any, services: Services
) -> None:
    with installation.sessions.begin() as db:
        for key, age in (("old", DAY + HOUR), ("young", DAY - HOUR)):
            then = func.now() - age
            db.add(IdempotencyKey(owner_id="default", key=key, request_hash="1", created_at=then))

    assert retention.remove_expired(services) == 1

    with installation.sessions() as db:
        assert db.scalars(select(IdempotencyKey.key)).all() == ["young"]


def test_a_webhook_s_deliveries_that_ended_long_ago_go(
    installation: Any, services: Services
) -> None:
    hook = Webhook(id=uuid.uuid4(), url="https://hooks.example.com/", secret="whsec_")
    ages = (("failed", 31), ("delivered", 29), ("pending", 31))
    with installation.sessions.begin() as db:
        db.add(hook)
        db.flush()
        for state, days in ages:
            when = func.now() - timedelta(days=days)
            told = {"event": "webhook.ping", "payload": {}, "state": state, "created_at": when}
            db.add(WebhookDelivery(webhook_id=hook.id, **told))

    assert retention.remove_expired(services) == 1

    with installation.sessions() as db:
        assert set(db.scalars(select(WebhookDelivery.state))) == {"delivered", "pending"}


def letters_of(installation: Any, **days_ago: int) -> None:
    """A dead letter for each name, refused so many days ago."""
    with installation.sessions.begin() as db:
        for name, days in days_ago.items():
            letter = MovementDeadLetter(digest=name.encode(), raw=name.encode(), reason="garbage")
            db.add(letter)
            letter.created_at = func.now() - days * DAY
        db.flush()
        seen = update(MovementDeadLetter).where(MovementDeadLetter.digest == b"replayed")
        db.execute(seen.values(replayed_at=func.now()))


def kept_letters(installation: Any) -> set[bytes]:
    with installation.sessions() as db:
        return set(db.scalars(select(MovementDeadLetter.raw)))


def test_dead_letters_past_their_time_go_replayed_or_not_and_are_counted(
    installation: Any, services: Services
) -> None:
    letters_of(installation, old=8, replayed=9, young=6)
    services.settings.movement_dead_letter_days = 7
    before = REGISTRY.get_sample_value(EXPIRED) or 0.0

    retention.remove_expired(services)

    assert kept_letters(installation) == {b"young"}
    assert (REGISTRY.get_sample_value(EXPIRED) or 0.0) - before == 2


def test_without_a_retention_dead_letters_stay(installation: Any, services: Services) -> None:
    letters_of(installation, old=10_000)
    retention.remove_expired(services)
    assert kept_letters(installation) == {b"old"}

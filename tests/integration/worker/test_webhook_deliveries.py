"""Messages from the table to a real receiver."""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import webhooks
from stenofleet.contracts.events import EventName
from stenofleet.contracts.tasks import DELIVER_WEBHOOKS
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import TranscriptionSession, Webhook, WebhookDelivery
from stenofleet.settings import DatabaseSettings, WebhookSettings
from stenofleet_worker.webhooks.deliver import OF_ONE, claim, deliver_due
from stenofleet_worker.webhooks.retries import MOST_TRIES
from stenofleet_worker.webhooks.sender import Sender
from support.receivers import Receiver, receiver
from support.servers import until

SENDER = Sender(WebhookSettings(webhook_allow_http=True, webhook_allow_private=True), seconds=60)


@pytest.fixture
def database(database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(DatabaseSettings(database_url=database_url))
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def session_of(db: Session, owner: str = "ann") -> TranscriptionSession:
    session = TranscriptionSession(owner_id=owner, title="Monday", status="completed")
    db.add(session)
    db.flush()
    return session


def listening(db: Session, url: str, owner: str = "ann", **fields: Any) -> Webhook:
    found = Webhook(owner_id=owner, url=url, secret=webhooks.new_secret(), **fields)
    db.add(found)
    db.flush()
    return found


def told(database: sessionmaker[Session], url: str, times: int = 1) -> None:
    """That many messages to the URL, due now."""
    with database.begin() as db:
        listening(db, url)
        for _ in range(times):
            webhooks.enqueue(db, session_of(db), EventName.COMPLETED)


def rows(database: sessionmaker[Session]) -> list[WebhookDelivery]:
    with database() as db:
        return list(db.scalars(select(WebhookDelivery).order_by(WebhookDelivery.created_at)))


def make_due(database: sessionmaker[Session]) -> None:
    with database.begin() as db:
        db.execute(update(WebhookDelivery).values(next_try_at=datetime.now(UTC)))


def test_every_webhook_that_hears_of_an_event_gets_its_message(
    database: sessionmaker[Session],
) -> None:
    with database.begin() as db:
        session, other = session_of(db), session_of(db)
        hearing = [
            listening(db, "https://a.example/"),
            listening(db, "https://b.example/", events=["session.completed", "session.failed"]),
            listening(db, "https://c.example/", session_id=session.id),
        ]
        listening(db, "https://d.example/", events=["session.failed"])
        listening(db, "https://e.example/", session_id=other.id)
        listening(db, "https://f.example/", owner="bob")
        listening(db, "https://g.example/", active=False)
        webhooks.enqueue(db, session, EventName.COMPLETED, {"duration_seconds": 61.5})
        webhooks.enqueue(db, session, EventName.PROGRESS)

    found = rows(database)
    assert {row.webhook_id for row in found} == {each.id for each in hearing}
    assert len(found) == 3
    for row in found:
        assert (row.owner_id, row.event, row.state) == ("ann", "session.completed", "pending")
        assert row.payload["type"] == "session.completed"
        assert row.payload["data"] == {
            "session_id": str(session.id),
            "title": "Monday",
            "status": "completed",
            "duration_seconds": 61.5,
        }


def test_a_message_of_a_transaction_that_fails_does_not_exist(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    with database() as db:
        listening(db, hook.url())
        webhooks.enqueue(db, session_of(db), EventName.COMPLETED)
        db.rollback()

    assert deliver_due(database, SENDER) == 0
    assert hook.messages == []


def test_what_is_due_is_sent_once_and_marked(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url())

    assert deliver_due(database, SENDER) == 1
    assert deliver_due(database, SENDER) == 0

    (row,) = rows(database)
    assert hook.ids() == [str(row.id)]
    assert (row.state, row.tries, row.last_status, row.last_error) == ("delivered", 1, 204, None)
    assert row.delivered_at is not None


def test_a_failure_is_tried_again_under_the_same_id_with_the_same_body(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url())
    hook.answers = [(503, {}), (429, {"Retry-After": "3000"})]

    deliver_due(database, SENDER)
    (first,) = rows(database)
    assert deliver_due(database, SENDER) == 0, "it is not due yet"
    make_due(database)
    deliver_due(database, SENDER)
    (second,) = rows(database)
    make_due(database)
    deliver_due(database, SENDER)
    (third,) = rows(database)

    assert (first.state, first.last_status) == ("pending", 503)
    assert first.last_error == "the receiver answered 503"
    assert second.next_try_at > datetime.now(UTC) + timedelta(seconds=2000)
    assert (third.state, third.tries) == ("delivered", 3)
    assert len(set(hook.ids())) == 1
    assert len({each.content for each in hook.messages}) == 1


def test_a_plain_no_fails_at_once(database: sessionmaker[Session], hook: Receiver) -> None:
    told(database, hook.url())
    hook.answers = [(410, {})]

    deliver_due(database, SENDER)

    (row,) = rows(database)
    assert (row.state, row.tries, row.last_status) == ("failed", 1, 410)


def test_after_the_last_try_it_has_failed(database: sessionmaker[Session], hook: Receiver) -> None:
    told(database, hook.url())
    hook.answers = [(500, {})]
    with database.begin() as db:
        db.execute(update(WebhookDelivery).values(tries=MOST_TRIES - 1))

    deliver_due(database, SENDER)

    assert rows(database)[0].state == "failed"


def test_private_targets_fail_at_once_with_the_reason(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url("localhost"))

    deliver_due(database, Sender(WebhookSettings(webhook_allow_http=True)))

    (row,) = rows(database)
    assert (row.state, row.tries) == ("failed", 1)
    assert "STENOFLEET_WEBHOOK_ALLOW_PRIVATE" in (row.last_error or "")
    assert hook.messages == []


def test_two_runs_at_once_share_the_messages(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url(), times=30)
    runs = [threading.Thread(target=deliver_due, args=(database, SENDER)) for _ in range(3)]

    for run in runs:
        run.start()
    for run in runs:
        run.join()
    deliver_due(database, SENDER)

    assert len(hook.messages) == 30
    assert {row.state for row in rows(database)} == {"delivered"}
    assert len(set(hook.ids())) == 30


def test_a_receiver_that_hangs_leaves_room_for_the_others(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    with receiver() as stuck:
        stuck.gate.clear()
        told(database, stuck.url(), times=100)
        told(database, hook.url())
        one_round = {"seconds": 0}
        run = threading.Thread(target=deliver_due, args=(database, SENDER), kwargs=one_round)
        run.start()

        until(lambda: len(hook.messages) == 1, "the other's message")
        until(lambda: len(stuck.messages) == OF_ONE, "as many as one may have")
        stuck.gate.set()
        run.join()

        assert (len(hook.messages), len(stuck.messages)) == (1, OF_ONE)


def test_messages_of_a_worker_that_died_are_taken_by_another(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url())
    assert len(claim(database)) == 1  # and never written down

    assert deliver_due(database, SENDER) == 0
    make_due(database)  # as the claim's end does
    assert deliver_due(database, SENDER) == 1
    assert rows(database)[0].state == "delivered"


def test_a_result_that_comes_too_late_changes_nothing(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url())
    hook.gate.clear()
    slow = threading.Thread(target=deliver_due, args=(database, SENDER))
    slow.start()
    while not hook.messages:
        slow.join(0.01)
    with database.begin() as db:  # as another run, after the claim's end
        db.execute(update(WebhookDelivery).values(tries=2, state="delivered", last_status=200))
    hook.answers = [(500, {})]
    hook.gate.set()
    slow.join()

    (row,) = rows(database)
    assert (row.state, row.last_status) == ("delivered", 200)


def test_an_unexpected_error_of_one_message_holds_up_no_other(
    database: sessionmaker[Session], hook: Receiver
) -> None:
    told(database, hook.url(), times=2)
    broken = uuid.uuid4()
    with database.begin() as db:
        db.add(Webhook(id=broken, owner_id="ann", url=hook.url(), secret="whsec_no base64"))
        db.flush()
        db.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == rows(database)[0].id)
            .values(webhook_id=broken)
        )

    deliver_due(database, SENDER)

    assert sorted(row.state for row in rows(database)) == ["delivered", "pending"]


def test_deliveries_that_ended_long_ago_are_removed(database: sessionmaker[Session]) -> None:
    told(database, "https://hooks.example.com/", times=3)
    old, waiting, _ = (row.id for row in rows(database))
    long_ago = datetime.now(UTC) - timedelta(days=31)
    with database.begin() as db:
        for which, state in ((old, "failed"), (waiting, "pending")):
            mine = update(WebhookDelivery).where(WebhookDelivery.id == which)
            db.execute(mine.values(state=state, created_at=long_ago))

    with database.begin() as db:
        assert webhooks.remove_old(db) == 1
    assert old not in {row.id for row in rows(database)}
    assert len(rows(database)) == 2


def test_a_core_worker_sends_what_is_due(installation: Any, hook: Receiver) -> None:
    told(installation.sessions, hook.url())
    allowed = {f"STENOFLEET_WEBHOOK_ALLOW_{what}": "true" for what in ("HTTP", "PRIVATE")}
    installation.ready_worker("core", app="stenofleet_worker", **allowed)

    installation.app.send_task(DELIVER_WEBHOOKS)

    until(lambda: rows(installation.sessions)[0].state == "delivered", "the delivery")
    assert len(hook.messages) == 1

"""Apps that tell when each message was published."""

import time
from typing import Any

import pytest
from celery import Celery
from stenofleet.celery_app import instrument
from stenofleet.contracts.headers import ENQUEUED_AT


def sent(app: Celery, **options: Any) -> dict[str, Any]:
    """Publishes to the in-memory broker and returns the headers that a worker would read."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("letters")
        app.send_task("write", queue="letters", producer=None, connection=connection, **options)
        message = queue.get(timeout=1)
        message.ack()
        queue.close()
    return dict(message.headers)


@pytest.fixture
def app() -> Celery:
    return Celery("shop", broker="memory://")


def test_an_instrumented_app_stamps_its_messages(app: Celery) -> None:
    before = int(time.time() * 1000)
    assert sent(instrument(app))[ENQUEUED_AT] >= before


def test_a_stamp_that_was_copied_from_an_older_message_is_overwritten(app: Celery) -> None:
    before = int(time.time() * 1000)
    assert sent(instrument(app), headers={ENQUEUED_AT: 1})[ENQUEUED_AT] >= before


def test_other_headers_go_along(app: Celery) -> None:
    assert sent(instrument(app), headers={"mine": 7})["mine"] == 7


def test_another_app_of_the_process_is_left_alone(app: Celery) -> None:
    instrument(Celery("other", broker="memory://"))
    assert ENQUEUED_AT not in sent(app)

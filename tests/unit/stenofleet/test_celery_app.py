"""Apps that tell when each message was published."""

import time
from typing import Any

import pytest
from celery import Celery
from stenofleet.celery_app import instrument, make_app
from stenofleet.contracts.headers import ENQUEUED_AT
from stenofleet.contracts.priorities import Priority
from stenofleet.settings import RedisSettings


def received(app: Celery, **options: Any) -> Any:
    """Publishes to the in-memory broker and returns the message that a worker would read."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("letters")
        app.send_task("write", queue="letters", producer=None, connection=connection, **options)
        message = queue.get(timeout=1)
        message.ack()
        queue.close()
    return message


def sent(app: Celery, **options: Any) -> dict[str, Any]:
    """The headers of such a message."""
    return dict(received(app, **options).headers)


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


def test_a_task_that_is_sent_by_name_gets_the_app_s_priority(app: Celery) -> None:
    instrument(app).conf.task_default_priority = 6
    assert received(app).properties["priority"] == 6


def test_a_priority_that_was_asked_for_stays_even_the_highest(app: Celery) -> None:
    instrument(app).conf.task_default_priority = 6
    assert received(app, priority=0).properties["priority"] == 0


def test_our_own_app_s_unlabelled_tasks_overtake_nobody() -> None:
    app = make_app(RedisSettings(celery_broker_url="redis://nowhere"))
    assert app.conf.task_default_priority == Priority.BATCH
    assert app.conf.broker_transport_options["priority_steps"] == [0, 3, 6, 9]

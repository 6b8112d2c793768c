"""A Celery app on a Redis of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stenofleet_autoscaler.act import control
from stenofleet_autoscaler.sense import broker, connection
from support.celery_shop import Shop
from support.servers import RedisServer

PATIENCE_SECONDS = 60.0


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator waits for a broker that stands still with the whole machine.

    It gives up after 2 s, and looks again at its next tick; tests look once.
    """
    for module in (connection, broker):
        monkeypatch.setattr(module, "TIMEOUT", PATIENCE_SECONDS)


@pytest.fixture
def attentive(patient: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """To be called once a worker has answered: the next answers may take as long as they like.

    While it starts it must be asked again and again, for it hears no question from before.
    """
    del patient
    return lambda: monkeypatch.setattr(control, "REPLY_TIMEOUT", PATIENCE_SECONDS / 2)


@pytest.fixture
def shop(redis_server: RedisServer, tmp_path: Path) -> Iterator[Shop]:
    """An app with a key prefix; what it started is stopped."""
    shop = Shop(redis_server.url, tmp_path)
    yield shop
    shop.stop()

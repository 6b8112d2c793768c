"""A Celery app on a Redis of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.celery_shop import Shop
from support.servers import RedisServer


@pytest.fixture
def shop(redis_server: RedisServer, tmp_path: Path) -> Iterator[Shop]:
    """An app with a key prefix; what it started is stopped."""
    shop = Shop(redis_server.url, tmp_path)
    yield shop
    shop.stop()

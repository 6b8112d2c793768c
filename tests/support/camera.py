"""Movements sent to a release in batches, again and again until each was taken."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
import uuid_utils

ROUTE: Final = "/api/logs/add-movements/"
AT_ONCE: Final = 1_000
PATIENCE_SECONDS: Final = 180
PAUSE_SECONDS: Final = 0.5
AGAIN: Final = frozenset({429, 503})


def movements(count: int, user: str) -> Iterator[list[dict[str, Any]]]:
    """Batches of different movements of one person."""
    for start in range(0, count, AT_ONCE):
        yield [
            {
                "event_id": str(uuid_utils.uuid7()),
                "user_id": user,
                "track_id": number,
                "bbox": [0, 0, 10, 20],
                "state": "moving",
                "store": f"store-{number % 7}",
            }
            for number in range(start, min(start + AT_ONCE, count))
        ]


@dataclass(frozen=True)
class Sender:
    """A camera's gateway: sends a batch again when no answer came, or another than 202."""

    http: httpx.Client

    def send(self, batch: list[dict[str, Any]]) -> None:
        """Returns once the whole batch was taken."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._taken(batch):
            assert time.monotonic() < deadline, "a batch was not taken in time"
            time.sleep(PAUSE_SECONDS)

    def _taken(self, batch: list[dict[str, Any]]) -> bool:
        try:
            answer = self.http.post(ROUTE, json=batch)
        except httpx.TransportError:
            return False
        if answer.status_code in AGAIN:
            return False
        assert answer.status_code == 202, answer.text
        assert answer.json()["rejected"] == []
        return True

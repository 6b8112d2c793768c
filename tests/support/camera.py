"""A camera that sends movements to a release, each request until it is taken."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
from support.movements_sent import ADD_ALL, movement

AT_ONCE: Final = 1_000
REFUSED_EVERY: Final = 10_000
"""Of so many movements one is in a state that the test's database refuses, and the API takes."""
REFUSED: Final = "refused"
PATIENCE_SECONDS: Final = 120
PAUSE_SECONDS: Final = 0.5
AWAY: Final = frozenset({429, 503})
"""Answers that ask to try again."""


@dataclass
class Camera:
    """Sends movements under ids of its own, which are the same when it sends them again.

    Attributes:
        http: reaches the API.
        accepted: the ids of the movements for which a 202 came; the refused ones are in it.
        refused: the ids of those that the database will not take.
        repeated: requests that were sent again, for their answer was lost or asked for it.
    """

    http: httpx.Client
    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    repeated: int = 0
    # A UUIDv7 of now without its random bits.
    _first_id: int = field(
        default_factory=lambda: time.time_ns() // 10**6 << 80 | 7 << 76 | 2 << 62
    )
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def sending(self, events: int, seconds: float) -> Iterator[Future[None]]:
        """Sends so many in the background, over ``seconds`` or as fast as they are taken.

        The sending ends with the context; what went wrong with it is the future's exception.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="camera") as thread:
            try:
                yield thread.submit(self._send_all, events, seconds)
            finally:
                self._ended.set()

    def _send_all(self, events: int, seconds: float) -> None:
        begun = time.monotonic()
        for first in range(0, events, AT_ONCE):
            if self._ended.wait(max(0.0, begun + seconds * first / events - time.monotonic())):
                return
            self._send(range(first, min(first + AT_ONCE, events)))

    def _send(self, numbers: range) -> None:
        body = json.dumps([self._movement(number) for number in numbers]).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._taken(body, len(numbers)):
            assert time.monotonic() < deadline, f"{numbers} was not taken in {PATIENCE_SECONDS} s"
            self.repeated += 1
            time.sleep(PAUSE_SECONDS)
        self.accepted |= {self._id(number) for number in numbers}
        self.refused |= {self._id(number) for number in numbers if _is_refused(number)}

    def _taken(self, body: bytes, count: int) -> bool:
        try:
            answer = self.http.post(
                ADD_ALL, content=body, headers={"Content-Type": "application/json"}
            )
        except httpx.TransportError:
            return False
        if answer.status_code in AWAY:
            return False
        assert answer.status_code == 202, f"{answer.status_code}: {answer.text}"
        assert answer.json()["accepted"] == count, answer.json()["rejected"]
        return True

    def _movement(self, number: int) -> dict[str, object]:
        state = REFUSED if _is_refused(number) else "walking"
        return movement(
            event_id=self._id(number), track_id=number, state=state, store=f"store-{number % 20}"
        )

    def _id(self, number: int) -> str:
        return str(uuid.UUID(int=self._first_id | number))


def _is_refused(number: int) -> bool:
    return number % REFUSED_EVERY == REFUSED_EVERY - 1

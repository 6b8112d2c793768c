"""How fast the API takes movements, and how long a deep page of them takes."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from bench.measures import Row, note
from bench.stack import Stack
from sqlalchemy import text
from stenofleet.db.engine import make_sessions
from stenofleet.movement.keys import QUEUE
from stenofleet_api.movement.filters import Cursor
from stenofleet_worker.movement import partitions
from support.movements_sent import ADD, ADD_ALL, LOGS, movement

WARM = 20
SINGLE = 3_000
BATCH = 1_000
BATCHES = 100
PAGE = 20
DEEP_PAGES = 10_000
LOOKS = 300

FILL = """
INSERT INTO movement_log (event_day, event_id, owner_id, occurred_at, user_id, track_id, bbox,
                          state, store, location)
SELECT (at AT TIME ZONE 'UTC')::date, gen_random_uuid(), 'default', at, 'user-' || number % 500,
       number, '{1,2,3,4}', 'walking', 'store-' || number % 20, 'door'
FROM (SELECT number, now() - number * interval '0.3 second' AS at
      FROM generate_series(1, :rows) AS number) AS each
"""
PLACE = """
SELECT occurred_at, event_id FROM movement_log WHERE owner_id = 'default'
ORDER BY occurred_at DESC, event_id DESC OFFSET :place LIMIT 1
"""


def api(stack: Stack) -> Iterator[Row]:
    """Events a second by one client, on the one core that a Python process has."""
    server = stack.processes[0]
    for name, events, requests, send in _ways(stack):
        _times(send, WARM)
        before, began = server.processor_seconds(), time.monotonic()
        times = _times(send, requests)
        wall, cpu = time.monotonic() - began, server.processor_seconds() - before
        note(f"{name}: {wall:.1f} s, of which the API's CPU {cpu:.1f} s")
        yield f"API, {name}: events/s from one client", f"{events * requests / wall:,.0f}"
        yield f"API, {name}: events/s of its CPU time", f"{events * requests / cpu:,.0f}"
        yield f"API, {name}: answer, median and p99", _spread(times)
        stack.redis.client().delete(QUEUE)


def pages(stack: Stack) -> Iterator[Row]:
    """The first page, and one 10,000 pages deep, by cursor."""
    deep = PAGE * DEEP_PAGES
    partitions.make(make_sessions(stack.engine))
    with stack.engine.begin() as db:
        db.execute(text(FILL), {"rows": deep + 100_000})
        db.execute(text("ANALYZE movement_log"))
        at, event_id = db.execute(text(PLACE), {"place": deep}).one()
    client = _Client(stack)
    path = f"{LOGS}/movements/?page_size={PAGE}"
    first = _times(lambda: client.ask("GET", path), LOOKS)
    there = f"{path}&cursor={Cursor(at, event_id)}"
    yield f"page 1 of {PAGE}, counted: answer, median and p99", _spread(first)
    far = _times(lambda: client.ask("GET", there), LOOKS)
    yield f"page {DEEP_PAGES:,} of {PAGE} by cursor: answer, median and p99", _spread(far)


def _ways(stack: Stack) -> Iterator[tuple[str, int, int, Callable[[], None]]]:
    client = _Client(stack)
    one = json.dumps(movement(camera_id="camera-1")).encode()
    many = json.dumps([movement(camera_id="camera-1", track_id=n) for n in range(BATCH)]).encode()
    lines = b"\n".join([one] * BATCH)
    yield "one by one", 1, SINGLE, lambda: client.ask("POST", ADD, one)
    yield "arrays of 1,000", BATCH, BATCHES, lambda: client.ask("POST", ADD_ALL, many)
    yield "1,000 lines of NDJSON", BATCH, BATCHES, lambda: client.ask("POST", ADD_ALL, lines)


class _Client:
    """One connection, with as little work of its own as Python allows."""

    def __init__(self, stack: Stack) -> None:
        url = stack.http.base_url
        self._connection = http.client.HTTPConnection(url.host, url.port or 80, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None) -> None:
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status not in {200, 202}:
            raise RuntimeError(f"{method} {path}: {answer.status} {told[:300]!r}")


def _times(send: Callable[[], None], count: int) -> list[float]:
    times = []
    for _ in range(count):
        began = time.monotonic()
        send()
        times.append(time.monotonic() - began)
    return times


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"{statistics.median(ordered) * 1000:.1f} ms, {p99 * 1000:.1f} ms"

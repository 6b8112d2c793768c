"""How fast movements get from a full list into the table, and what memory that takes."""

import io
import statistics
import time
from collections.abc import Iterator, Sequence

import psycopg2
from bench.measures import Row, note
from bench.stack import Stack
from celery import Celery
from stenofleet.celery_app import make_app
from stenofleet.contracts.tasks import PROCESS_MOVEMENT_LOGS
from stenofleet.db.engine import make_sessions
from stenofleet.movement.events import encode
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import MovementWriterSettings, RedisSettings
from stenofleet_worker.movement import partitions, rows
from support.movements import movement, push

EVENTS = 200_000
"""Of a round: some seconds, beside which the sending of a task is nothing."""

ROUNDS = 5
DEEP = 5_000_000
SHALLOW = 200_000
RESULT_SECONDS = 300

STAGE = """
CREATE TEMPORARY TABLE staged ON COMMIT DELETE ROWS AS SELECT {names} FROM movement_log LIMIT 0
"""
INSERT = "INSERT INTO movement_log ({names}) SELECT {names} FROM staged ON CONFLICT DO NOTHING"


def writer(stack: Stack) -> Iterator[Row]:
    """Rows a second of raw COPY with de-duplication, and of the batch task with one slot."""
    _partitions(stack)
    raw, ours = [], []
    with stack.workers(1, 1, "logs"), make_app(RedisSettings(redis_url=stack.redis.url)) as app:
        _task(stack, app, _events(0, 1_000))
        for number in range(1, ROUNDS + 1):
            # In turns, because the table grows, and the machine may have other work.
            raw.append(_raw(stack, _events(2 * number, EVENTS)))
            ours.append(_task(stack, app, _events(2 * number + 1, EVENTS)))
            note(f"round {number}: raw {raw[-1]:,.0f}, task {ours[-1]:,.0f} rows/s")
    shares = [100 * mine / theirs for mine, theirs in zip(ours, raw, strict=True)]
    yield "raw COPY with de-duplication, one client, batches of 5,000", _rates(raw)
    yield "batch task from a full list, one slot", _rates(ours)
    yield (
        "batch task beside raw COPY, round by round",
        f"median {statistics.median(shares):.0f} %, {min(shares):.0f} to {max(shares):.0f} %",
    )


def memory(stack: Stack) -> Iterator[Row]:
    """What a worker of one slot takes at most, by the length of the list."""
    _partitions(stack)
    client = stack.redis.client()
    client.config_set("appendonly", "no")
    with (
        stack.workers(1, 1, "logs") as [worker],
        make_app(RedisSettings(redis_url=stack.redis.url)) as app,
    ):
        for length in (SHALLOW, DEEP):
            client.delete(QUEUE)
            some = _events(0, SHALLOW)
            for _ in range(length // SHALLOW):
                push(client, some)
            note(f"{length:,} movements wait")
            _result(app)
            yield f"memory of a worker, {length:,} in the list", f"{worker.most_memory():.0f} MB"


def _partitions(stack: Stack) -> None:
    partitions.make(make_sessions(stack.engine))


def _events(part: int, count: int) -> list[bytes]:
    first = part * EVENTS
    return [encode(movement(number)) for number in range(first, first + count)]


def _task(stack: Stack, app: Celery, events: Sequence[bytes]) -> float:
    push(stack.redis.client(), events)
    began, left = time.monotonic(), 1
    while left:
        left = _result(app)["left"]
    return len(events) / (time.monotonic() - began)


def _result(app: Celery) -> dict[str, int]:
    figures: dict[str, int] = app.send_task(PROCESS_MOVEMENT_LOGS).get(timeout=RESULT_SECONDS)
    return figures


def _raw(stack: Stack, events: Sequence[bytes]) -> float:
    """The same rows from one client that has nothing to read or judge: they are lines already."""
    size = MovementWriterSettings().movement_batch_size
    lines = [row.line for row in rows.judged(events).rows]
    bodies = ["".join(lines[at : at + size]).encode() for at in range(0, len(lines), size)]
    names = ", ".join(rows.COLUMNS)
    began = time.monotonic()
    connection = psycopg2.connect(stack.environment["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(STAGE.format(names=names))
        for body in bodies:
            cursor.copy_expert(f"COPY staged ({names}) FROM STDIN", io.BytesIO(body))
            cursor.execute(INSERT.format(names=names))
            connection.commit()
    connection.close()
    return len(events) / (time.monotonic() - began)


def _rates(values: Sequence[float]) -> str:
    return (
        f"median {statistics.median(values):,.0f} rows/s, "
        f"{min(values):,.0f} to {max(values):,.0f}, {len(values)} rounds of {EVENTS:,}"
    )

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
from stenofleet.movement.events import Movement, decode, encode
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import MovementWriterSettings, RedisSettings
from stenofleet_worker.movement import partitions
from support.movements import movement, push

EVENTS = 50_000
"""Of a turn: a second or two, beside which the sending of a task is nothing."""

ROUNDS = 21
"""Short turns and many: what else the machine does meets both, and the median leaves it out."""

DEEP = 5_000_000
SHALLOW = 200_000
RESULT_SECONDS = 300

NULL = r"\N"
NAMES = (
    "event_day, event_id, owner_id, occurred_at, user_id, track_id, bbox, "
    "state, store, camera_id, location"
)
STAGE = f"""
CREATE TEMPORARY TABLE staged ON COMMIT DELETE ROWS AS SELECT {NAMES} FROM movement_log LIMIT 0
"""  # noqa: S608 - names of our own
INSERT = f"""
INSERT INTO movement_log ({NAMES}) SELECT {NAMES} FROM staged ON CONFLICT DO NOTHING
"""  # noqa: S608 - as above


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
    low, middle, high = statistics.quantiles(shares, n=4)
    yield (
        f"batch task beside raw COPY, {ROUNDS} rounds in turns",
        f"median {middle:.0f} %, half of the rounds {low:.0f} to {high:.0f} %",
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
    lines = [_line(decode(event)) for event in events]
    bodies = ["".join(lines[at : at + size]).encode() for at in range(0, len(lines), size)]
    began = time.monotonic()
    connection = psycopg2.connect(stack.environment["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(STAGE)
        for body in bodies:
            cursor.copy_expert(f"COPY staged ({NAMES}) FROM STDIN", io.BytesIO(body), len(body))
            cursor.execute(INSERT)
            connection.commit()
    connection.close()
    return len(events) / (time.monotonic() - began)


def _line(event: Movement) -> str:
    box = "{" + ",".join(map(str, event.bbox)) + "}"
    ids = f"{event.occurred_at:%Y-%m-%d}\t{event.event_id}\t{event.owner_id}\t{event.occurred_at}"
    who = f"{event.user_id}\t{event.track_id}\t{box}"
    where = f"{event.state}\t{event.store}\t{event.camera_id or NULL}\t{event.location}"
    return f"{ids}\t{who}\t{where}\n"


def _rates(values: Sequence[float]) -> str:
    return (
        f"median {statistics.median(values):,.0f} rows/s, "
        f"{min(values):,.0f} to {max(values):,.0f}, {len(values)} rounds of {EVENTS:,}"
    )

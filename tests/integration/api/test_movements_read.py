"""Movements and dead letters, read from the database."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import MovementDeadLetter, MovementLog
from stenofleet.keys import Scope
from stenofleet.movement.events import day_of
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import ApiSettings, AuthMode
from stenofleet_api.app import create_app
from support.api import is_problem
from support.keys import bearer, new_key
from support.movements_sent import ADD, LOGS, messages, movement
from support.servers import RedisServer

MOVEMENTS = f"{LOGS}/movements/"
LETTERS = f"{LOGS}/dead-letters/"
REPLAY = f"{LETTERS}replay/"
START = datetime(2026, 1, 5, 23, 59, 58, tzinfo=UTC)


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    return Redis.from_url(redis_server.url)


def write(database: sessionmaker[Session], count: int, **fields: Any) -> list[str]:
    """Movements a second apart, across midnight; their ids, oldest first."""
    rows = [_row(START + timedelta(seconds=number), fields) for number in range(count)]
    with database.begin() as db:
        db.add_all(rows)
    return [str(row.event_id) for row in rows]


def _row(at: datetime, fields: dict[str, Any]) -> MovementLog:
    told = {
        "owner_id": "default",
        "user_id": "visitor-17",
        "track_id": 4,
        "bbox": [1.0, 2.0, 3.0, 4.0],
        "state": "entered",
        "store": "store-1",
        "location": "door",
    } | fields
    return MovementLog(event_day=day_of(at), event_id=uuid.uuid4(), occurred_at=at, **told)


def bury(database: sessionmaker[Session], *raws: bytes, owner: str = "default") -> list[int]:
    """Dead letters; their ids."""
    rows = [
        MovementDeadLetter(
            digest=hashlib.sha256(raw).digest(), raw=raw, owner_id=owner, reason="no JSON"
        )
        for raw in raws
    ]
    with database.begin() as db:
        db.add_all(rows)
    return [row.id for row in rows]


def listed(client: TestClient, **query: Any) -> list[str]:
    answer = client.get(MOVEMENTS, params=query)
    assert answer.status_code == 200, answer.text
    return [each["event_id"] for each in answer.json()["items"]]


def test_a_movement_is_told_as_it_was_sent(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    [event_id] = write(database, 1, camera_id="cam-3")

    told = client.get(MOVEMENTS).json()

    [item] = told.pop("items")
    assert told == {"total": 1, "page": 1, "page_size": 20, "next_cursor": None}
    assert datetime.fromisoformat(item.pop("received_at")) > START
    assert item == {
        "event_id": event_id,
        "user_id": "visitor-17",
        "track_id": 4,
        "bbox": [1.0, 2.0, 3.0, 4.0],
        "state": "entered",
        "store": "store-1",
        "camera_id": "cam-3",
        "location": "door",
        "timestamp": "2026-01-05T23:59:58Z",
    }


def test_pages_lead_through_all_newest_first(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    newest_first = write(database, 5)[::-1]

    pages = [listed(client, page=number, page_size=2) for number in (1, 2, 3, 4)]

    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:], []]
    assert client.get(MOVEMENTS, params={"page_size": 2}).json()["total"] == 5


def test_cursors_lead_through_all_newest_first(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    newest_first = write(database, 4)[::-1]
    found: list[str] = []
    cursor: str | None = ""

    for _ in range(3):
        told = client.get(MOVEMENTS, params={"page_size": 2, "cursor": cursor}).json()
        found += [each["event_id"] for each in told["items"]]
        cursor = told["next_cursor"]

    assert (found, cursor) == (newest_first, None)


def test_movements_of_one_moment_are_parted_by_a_cursor(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    for _ in range(3):
        write(database, 1)

    first = client.get(MOVEMENTS, params={"page_size": 2}).json()
    rest = listed(client, page_size=2, cursor=first["next_cursor"])

    assert len({*(each["event_id"] for each in first["items"]), *rest}) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_id", "bob"), ("store", "store-2"), ("state", "left"), ("camera_id", "cam-9")],
)
def test_a_filter_leaves_only_what_is_so(
    client: TestClient, database: sessionmaker[Session], field: str, value: str
) -> None:
    write(database, 2)
    wanted = write(database, 1, **{field: value})

    assert listed(client, **{field: value}) == wanted


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({"occurred_after": "2026-01-06T00:00:00Z"}, [2, 3]),
        ({"occurred_before": "2026-01-06T00:00:00Z"}, [0, 1]),
        ({"occurred_after": "2026-01-06T00:59:59+01:00", "occurred_before": "2026-01-06T00:00:01Z"},
         [1, 2]),
    ],
)  # fmt: skip
def test_a_time_range_includes_its_start_only(
    client: TestClient, database: sessionmaker[Session], query: dict[str, str], which: Sequence[int]
) -> None:
    ids = write(database, 4)

    assert listed(client, **query) == [ids[each] for each in reversed(which)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page": 0}, "query.page"),
        ({"page_size": 1_001}, "query.page_size"),
        ({"cursor": "nonsense"}, "query.cursor"),
        ({"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIjEiXQ"}, "query.cursor"),
        ({"user_id": "a\x00"}, "query.user_id"),
        ({"occurred_after": "2026-01-05T00:00:00"}, "query.occurred_after"),
        ({"occurred_after": "0001-01-01T00:00:00+14:00"}, "query.occurred_after"),
    ],
)
def test_a_wrong_question_is_told(client: TestClient, query: dict[str, Any], field: str) -> None:
    answer = client.get(MOVEMENTS, params=query)

    is_problem(answer, 422, "invalid-request", field)


def test_a_page_that_would_be_counted_to_for_seconds_leads_to_the_cursor(
    client: TestClient,
) -> None:
    answer = client.get(MOVEMENTS, params={"page": 5_001, "page_size": 20})

    is_problem(answer, 422, "page-too-deep", "next_cursor")


def test_a_dead_letter_is_told_with_its_reason(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    [letter] = bury(database, b"\xff{")

    told = client.get(LETTERS).json()

    [item] = told["items"]
    assert (item["id"], item["raw"], item["reason"]) == (letter, r"\xff{", "no JSON")
    assert (told["total"], told["next_cursor"]) == (1, None)


def test_dead_letters_come_in_pages(client: TestClient, database: sessionmaker[Session]) -> None:
    ids = bury(database, b"1", b"2", b"3")

    first = client.get(LETTERS, params={"limit": 2}).json()
    second = client.get(LETTERS, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [each["id"] for each in first["items"] + second["items"]] == ids[::-1]


def test_a_replayed_letter_is_in_the_queue_as_it_was_and_listed_no_more(
    client: TestClient, database: sessionmaker[Session], redis: Redis
) -> None:
    first, second = bury(database, b"\xff{", b"{}")

    answer = client.post(REPLAY, json={"ids": [first]})

    assert (answer.status_code, answer.json()) == (
        202,
        {"status": "queued", "replayed": 1, "left": 1},
    )
    assert redis.lrange(QUEUE, 0, -1) == [b"\xff{"]
    assert len(messages(redis, "logs")) == 1
    assert [each["id"] for each in client.get(LETTERS).json()["items"]] == [second]


def test_without_a_body_all_are_replayed_once(
    client: TestClient, database: sessionmaker[Session], redis: Redis
) -> None:
    bury(database, b"1", b"2")

    told = [client.post(REPLAY).json()["replayed"] for _ in range(2)]

    assert told == [2, 0]
    assert redis.lrange(QUEUE, 0, -1) == [b"1", b"2"]


def test_without_redis_no_letter_counts_as_replayed(
    client: TestClient, database: sessionmaker[Session], redis_server: RedisServer
) -> None:
    bury(database, b"1")
    redis_server.stop()

    is_problem(client.post(REPLAY), 503, "queue-away")

    with database() as db:
        assert db.scalars(select(MovementDeadLetter.replayed_at)).all() == [None]


@pytest.fixture
def guarded(settings: ApiSettings, client: TestClient) -> TestClient:
    """The API as it is by default: it asks for keys."""
    del client  # its tables are empty now
    return TestClient(create_app(settings.model_copy(update={"auth_mode": AuthMode.KEYS})))


def test_an_owner_sees_no_others_rows(
    guarded: TestClient, database: sessionmaker[Session], redis: Redis
) -> None:
    write(database, 1)
    bury(database, b"1")
    scopes = (Scope.MOVEMENT_READ, Scope.MOVEMENT_WRITE)
    ann = bearer(new_key(database, "ann", *scopes))

    assert guarded.get(MOVEMENTS, headers=ann).json()["total"] == 0
    assert guarded.get(LETTERS, headers=ann).json()["total"] == 0
    assert guarded.post(REPLAY, headers=ann).json()["replayed"] == 0
    assert redis.llen(QUEUE) == 0


def test_a_key_for_reading_adds_nothing(
    guarded: TestClient, database: sessionmaker[Session], redis: Redis
) -> None:
    reader = bearer(new_key(database, "ann", Scope.MOVEMENT_READ))
    writer = bearer(new_key(database, "ann", Scope.MOVEMENT_WRITE))

    is_problem(guarded.post(ADD, json=movement(), headers=reader), 403, "scope-missing")
    is_problem(guarded.get(MOVEMENTS, headers=writer), 403, "scope-missing")
    assert guarded.post(ADD, json=movement(), headers=writer).status_code == 202
    assert b'"owner_id":"ann"' in redis.lrange(QUEUE, 0, -1)[0]

"""Movements on their way into the list."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from redis import Redis
from starlette.testclient import TestClient
from stenofleet.contracts.tasks import LOGS_QUEUE, PROCESS_MOVEMENT_LOGS
from stenofleet.movement.events import time_of
from stenofleet.movement.keys import QUEUE
from stenofleet.settings import ApiSettings
from stenofleet_api.movement.bodies import BODY_BYTES
from support.api import is_problem
from support.movements_sent import ADD, ADD_ALL, messages, movement, queued
from support.servers import RedisServer

NOW = datetime.now(UTC)


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    return settings.model_copy(update={"movement_queue_limit": 10_000})


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    return Redis.from_url(redis_server.url)


def errors(answer: Response) -> dict[str, str]:
    """What an invalid request's fields should have been."""
    is_problem(answer, 422, "invalid-request")
    return {each["field"]: each["expected"] for each in answer.json()["errors"]}


def ndjson(*items: Any) -> bytes:
    return b"\n".join(
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in items
    )


def send(client: TestClient, body: bytes, kind: str = "application/x-ndjson") -> Response:
    return client.post(ADD_ALL, content=body, headers={"Content-Type": kind})


def test_a_movement_is_queued_with_an_id_that_tells_its_day(
    client: TestClient, redis: Redis
) -> None:
    answer = client.post(ADD, json=movement())

    assert answer.status_code == 202, answer.text
    told = answer.json()
    [event] = queued(redis)
    assert told == {"status": "queued", "event_id": str(event.event_id), "queue_length": 1}
    assert event.event_id.version == 7
    assert event.occurred_at == time_of(event.event_id)
    assert (event.owner_id, event.user_id, event.track_id) == ("default", "visitor-17", 4)
    assert (event.bbox, event.state, event.store) == ((100, 50, 180, 250), "entered", "store-1")
    assert (event.location, event.camera_id) == ("Area_(140,150)", None)


def test_the_same_event_is_taken_again_under_its_id(client: TestClient, redis: Redis) -> None:
    given = movement(event_id=str(uuid.uuid4()), timestamp=NOW.isoformat())

    answers = [client.post(ADD, json=given) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert {each.json()["event_id"] for each in answers} == {given["event_id"]}
    one, other = queued(redis)
    assert one == other
    assert one.occurred_at == NOW


@pytest.mark.parametrize(
    ("fields", "location"),
    [
        ({"location": "door"}, "door"),
        ({"location": ""}, "Area_(140,150)"),
        ({"bbox": [-5.5, -3.5, 0, 0]}, "Area_(-2,-1)"),
        ({"bbox": [0, 0, 0, 0]}, "Track_4"),
    ],
)
def test_the_location_is_what_was_said_or_where_the_box_is(
    client: TestClient, redis: Redis, fields: dict[str, Any], location: str
) -> None:
    client.post(ADD, json=movement(**fields))

    assert [each.location for each in queued(redis)] == [location]


def test_a_time_without_a_zone_is_in_utc(client: TestClient, redis: Redis) -> None:
    client.post(ADD, json=movement(timestamp="2026-01-05T23:30:00"))

    assert queued(redis)[0].occurred_at == datetime(2026, 1, 5, 23, 30, tzinfo=UTC)


def test_numbers_serve_as_names(client: TestClient, redis: Redis) -> None:
    client.post(ADD, json=movement(user_id=17, store=3))

    [event] = queued(redis)
    assert (event.user_id, event.store) == ("17", "3")


@pytest.mark.parametrize("name", ["user_id", "track_id", "bbox", "state", "store"])
def test_what_is_required_is_named_when_it_lacks(client: TestClient, name: str) -> None:
    given = movement()
    del given[name]

    assert errors(client.post(ADD, json=given)) == {f"body.{name}": "Field required"}


WRONG = [
    pytest.param({"bbox": [1, 2, 3]}, "bbox", "at least 4 items", id="three-numbers"),
    pytest.param({"bbox": [1, 2, float("nan"), 4]}, "bbox.2", "finite", id="nan"),
    pytest.param({"bbox": [1, 2, float("inf"), 4]}, "bbox.2", "finite", id="infinity"),
    pytest.param({"bbox": [1, 2, 3, 10**9]}, "bbox.3", "1000000", id="out-of-range"),
    pytest.param({"bbox": [3, 2, 1, 4]}, "bbox", "x1 <= x2", id="reversed"),
    pytest.param({"bbox": "1,2,3,4"}, "bbox", "valid array", id="text"),
    pytest.param({"track_id": 2**63}, "track_id", "less than", id="too-many-bits"),
    pytest.param({"track_id": True}, "track_id", "valid integer", id="boolean"),
    pytest.param({"user_id": "a\x00b"}, "user_id", "NUL", id="nul"),
    pytest.param({"store": "a\ud800"}, "store", "valid string", id="lone-surrogate"),
    pytest.param({"state": "x" * 5_000_000}, "state", "at most 200", id="five-megabytes"),
    pytest.param({"state": ""}, "state", "at least 1", id="empty"),
    pytest.param({"stroe": "a"}, "stroe", "not permitted", id="unknown-field"),
    pytest.param(
        {"timestamp": (NOW + timedelta(days=365)).isoformat()}, "timestamp", "ahead", id="next-year"
    ),
    pytest.param({"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp", "2000", id="year-one"),
    pytest.param({"event_id": str(uuid.uuid4())}, "event_id", "timestamp beside", id="dayless-id"),
    pytest.param({"event_id": f"ffffffff-ffff-7fff-bfff-{'f' * 12}"}, "event_id", "", id="far-id"),
    pytest.param({"event_id": "17"}, "event_id", "UUID", id="no-uuid"),
]


@pytest.mark.parametrize(("fields", "name", "expected"), WRONG)
def test_a_wrong_field_is_named_and_nothing_is_queued(
    client: TestClient, redis: Redis, fields: dict[str, Any], name: str, expected: str
) -> None:
    body = json.dumps(movement(**fields)).encode()

    told = errors(client.post(ADD, content=body))

    assert list(told) == [f"body.{name}"]
    assert expected in told[f"body.{name}"]
    assert redis.llen(QUEUE) == 0


@pytest.mark.parametrize(("fields", "name", "expected"), WRONG)
@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_one_bad_item_among_many_is_named_and_the_others_are_taken(
    client: TestClient,
    redis: Redis,
    fields: dict[str, Any],
    name: str,
    expected: str,
    *,
    kind: str,
) -> None:
    items = [movement(), movement(**fields), movement(track_id=5)]
    body = ndjson(*items) if "nd" in kind else json.dumps(items).encode()

    answer = send(client, body, kind)

    assert answer.status_code == 202, answer.text
    told = answer.json()
    [rejected] = told["rejected"]
    assert (told["accepted"], told["queue_length"], rejected["index"]) == (2, 2, 1)
    [error] = rejected["errors"]
    assert error["field"] == name
    assert expected in error["expected"]
    ids = [str(each.event_id) for each in queued(redis)]
    assert told["event_ids"] == [ids[0], None, ids[1]]


NO_OBJECTS = [
    pytest.param(
        b'{"user_id": "\xff", "track_id": 1, "bbox": [0,0,1,1], "state": "a", "store": "b"}',
        "user_id",
        id="no-utf-8",
    ),
    pytest.param(b"[1, 2]", "item", id="array"),
    pytest.param(b"17", "item", id="number"),
]


@pytest.mark.parametrize(("body", "field"), NO_OBJECTS)
def test_a_body_that_is_no_object_of_text_is_named_and_nothing_is_queued(
    client: TestClient, redis: Redis, body: bytes, field: str
) -> None:
    told = errors(client.post(ADD, content=body))

    assert list(told) == ["body" if field == "item" else f"body.{field}"]
    assert redis.llen(QUEUE) == 0


@pytest.mark.parametrize(("item", "field"), NO_OBJECTS)
@pytest.mark.parametrize("as_array", [True, False])
def test_items_that_are_no_objects_of_text_are_named(
    client: TestClient, redis: Redis, item: bytes, field: str, *, as_array: bool
) -> None:
    good = json.dumps(movement()).encode()
    body = b"[" + good + b"," + item + b"]" if as_array else good + b"\n" + item

    told = send(client, body, "application/json" if as_array else "application/x-ndjson").json()

    assert [(each["index"], each["errors"][0]["field"]) for each in told["rejected"]] == [
        (1, field)
    ]
    assert redis.llen(QUEUE) == 1


def test_a_broken_line_costs_only_itself(client: TestClient, redis: Redis) -> None:
    told = send(client, ndjson(movement(), b'{"user_id": ', movement()) + b"\n").json()

    assert [each["index"] for each in told["rejected"]] == [1]
    assert redis.llen(QUEUE) == 2


def test_ten_thousand_are_taken_at_once_and_one_bad_one_is_found(
    client: TestClient, redis: Redis
) -> None:
    items = [movement(track_id=number) for number in range(10_000)]
    items[7_777]["bbox"] = [1, 2, 3]

    told = send(client, json.dumps(items).encode(), "application/json").json()

    assert told["accepted"] == 9_999
    assert [each["index"] for each in told["rejected"]] == [7_777]
    assert [each.track_id for each in queued(redis)] == [n for n in range(10_000) if n != 7_777]


@pytest.mark.parametrize("count", [0, 10_001])
def test_no_items_and_too_many_are_refused(client: TestClient, count: int) -> None:
    answer = client.post(ADD_ALL, json=[movement()] * count)

    assert "1 to 10000 movements" in errors(answer)["body"]


def test_only_bad_items_are_a_problem_that_tells_each(client: TestClient, redis: Redis) -> None:
    answer = client.post(ADD_ALL, json=[movement(state=""), 3])

    is_problem(answer, 422, "nothing-taken", "[0].state")
    assert [each["index"] for each in answer.json()["rejected"]] == [0, 1]
    assert redis.llen(QUEUE) == 0


@pytest.mark.parametrize("body", [b"[{]", b"[" * 100_000, b'[{"a": 1}, {"b'])
def test_a_body_that_is_no_array_in_json_is_malformed(client: TestClient, body: bytes) -> None:
    is_problem(send(client, body, "application/json"), 400, "malformed-request", "no array")


def test_a_body_of_more_than_it_takes_is_refused_whole(client: TestClient, redis: Redis) -> None:
    body = ndjson(movement(), movement(state="x" * BODY_BYTES))

    is_problem(send(client, body), 413, "body-too-large", str(BODY_BYTES))
    assert redis.llen(QUEUE) == 0


def test_a_request_is_one_call_of_redis_while_others_wait(client: TestClient, redis: Redis) -> None:
    client.post(ADD, json=movement())
    redis.config_resetstat()

    for _ in range(3):
        client.post(ADD_ALL, json=[movement()] * 50)

    stats = redis.info("commandstats")
    by_clients = {name: each["calls"] for name, each in stats.items() if "eval" in name}
    assert by_clients == {"cmdstat_evalsha": 3}
    inside = {"cmdstat_llen", "cmdstat_rpush", "cmdstat_config|resetstat", "cmdstat_info"}
    assert stats.keys() - by_clients.keys() <= inside
    assert redis.llen(QUEUE) == 151


def test_the_task_is_asked_for_only_when_nothing_waited(client: TestClient, redis: Redis) -> None:
    for _ in range(3):
        client.post(ADD, json=movement())

    assert [each.task for each in messages(redis, LOGS_QUEUE)] == [PROCESS_MOVEMENT_LOGS]


def test_beyond_the_limit_nothing_is_taken(client: TestClient, redis: Redis) -> None:
    redis.rpush(QUEUE, *[b"x"] * 9_999)

    over, room = client.post(ADD_ALL, json=[movement()] * 2), client.post(ADD, json=movement())

    is_problem(over, 429, "queue-full", "9999", "10000")
    assert int(over.headers["Retry-After"]) > 0
    assert room.status_code == 202
    assert redis.llen(QUEUE) == 10_000


def test_a_redis_without_memory_takes_nothing_of_a_request(
    client: TestClient, redis: Redis
) -> None:
    client.post(ADD, json=movement())
    redis.config_set("maxmemory", 1)

    answer = client.post(ADD_ALL, json=[movement()] * 9_999)

    is_problem(answer, 503, "queue-out-of-memory", "nothing of this request")
    assert int(answer.headers["Retry-After"]) > 0
    assert redis.llen(QUEUE) == 1


def test_a_redis_that_is_away_is_told(client: TestClient, redis_server: RedisServer) -> None:
    redis_server.stop()

    is_problem(client.post(ADD, json=movement()), 503, "queue-away", "Redis does not answer")

"""What the page about movements shows is what the API does, route by route."""

import json
import re
import uuid
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from redis import Redis
from starlette.testclient import TestClient
from stenofleet.movement.keys import QUEUE
from support import documents
from support.movements_sent import ADD_ALL, LOGS, movement
from support.servers import RedisServer
from support.shown_requests import call

PAGE = documents.ROOT / "docs/movement.md"
DESCRIPTION: dict[str, Any] = json.loads((documents.ROOT / "docs/openapi.json").read_text())
ONE, MANY = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL))
HEALTH = json.loads(re.findall(r'`(\{"redis".*?\})`', PAGE.read_text())[0])
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
    if path.startswith(LOGS) and not path.endswith("test-celery/")
]
"""Those that need no worker."""


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    return Redis.from_url(redis_server.url)


def test_the_shown_command_is_answered_as_shown(client: TestClient) -> None:
    (command,) = [
        each
        for each in documents.commands()
        if each.page == PAGE and "add-movement/" in str(each) and each.words[0] == "curl"
    ]

    answer = call(client, command)

    told = answer.json()
    assert (answer.status_code, told) == (202, ONE | {"event_id": told["event_id"]})
    assert uuid.UUID(told["event_id"]).version == uuid.UUID(ONE["event_id"]).version == 7


def test_a_batch_with_a_bad_item_is_answered_as_shown(client: TestClient, redis: Redis) -> None:
    items = [movement(event_id=MANY["event_ids"][0]), movement(bbox=[1, 2, 3])]

    answer = client.post(ADD_ALL, json=items)

    assert (answer.status_code, answer.json()) == (202, MANY)
    assert redis.llen(QUEUE) == 1


def test_a_system_that_is_well_says_so_as_shown(client: TestClient) -> None:
    answer = client.get(f"{LOGS}/health/")

    assert (answer.status_code, answer.json()) == (200, HEALTH)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_takes_its_examples_and_answers_as_described(
    client: TestClient, path: str, method: str, operation: dict[str, Any]
) -> None:
    (status,) = [each for each in operation["responses"] if each.startswith("2")]
    described = operation["responses"][status]["content"]["application/json"]["schema"]
    schema = {**described, "components": DESCRIPTION["components"]}

    for kind, body in examples(operation):
        answer = client.request(method, path, content=body, headers={"Content-Type": kind})

        assert answer.status_code == int(status), answer.text
        Draft202012Validator(schema).validate(answer.json())
        assert answer.json().keys() == properties(described).keys()


def examples(operation: dict[str, Any]) -> list[tuple[str, str]]:
    """The bodies that a route is described with, by their types; one that is empty of none."""
    content = operation.get("requestBody", {}).get("content", {})
    found = [(kind, _example(each)) for kind, each in content.items()]
    return [
        (kind, each if isinstance(each, str) else json.dumps(each)) for kind, each in found
    ] or [("application/json", "")]


def _example(content: dict[str, Any]) -> Any:
    if "example" in content:
        return content["example"]
    (example,) = content.get("examples") or content["schema"]["examples"]
    return example


def properties(schema: dict[str, Any]) -> dict[str, Any]:
    """The fields of an answer."""
    name = schema["$ref"].rsplit("/", 1)[-1]
    found: dict[str, Any] = DESCRIPTION["components"]["schemas"][name]["properties"]
    return found

"""Requests with and without a key."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cachetools import TTLCache
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import ApiKey
from stenofleet.keys import Scope, revoke
from stenofleet.settings import ApiSettings, AuthMode
from stenofleet_api import app as api_app
from stenofleet_api.deps import Context
from support import sounds
from support.api import SESSIONS, Api, is_problem
from support.keys import bearer, new_key
from support.servers import RedisServer

OPEN_PATHS = {"/livez", "/readyz", "/metrics", "/api/v1/uploads/{upload_id}"}


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    return settings.model_copy(update={"auth_mode": AuthMode.KEYS})


@pytest.fixture
def forgetful(context: Context) -> None:
    """A key is looked up for each request, as it is once it was forgotten."""
    context.gate._keyring._known = TTLCache(1, 0)


def of(client: TestClient, key: str) -> TestClient:
    """A client that bears the key."""
    return TestClient(client.app, headers=bearer(key), raise_server_exceptions=False)


def routes() -> list[tuple[str, str]]:
    """Method and path of every route that was included, by whomever."""
    routers = (getattr(each, "original_router", None) for each in api_app.build().routes)
    found = [route for router in routers if router for route in router.routes]
    assert all(isinstance(each, APIRoute) for each in found)
    return sorted({(method, each.path) for each in found for method in each.methods})


GUARDED = [each for each in routes() if each[1] not in OPEN_PATHS]
assert GUARDED


def call(client: TestClient, method: str, path: str) -> Response:
    filled = path
    while "{" in filled:
        before, _, rest = filled.partition("{")
        filled = f"{before}{uuid.uuid4()}{rest.partition('}')[2]}"
    return client.request(method, filled)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_every_route_but_the_open_ones_needs_a_key(
    client: TestClient, method: str, path: str
) -> None:
    answer = call(client, method, path)

    is_problem(answer, 401, "unauthenticated", "X-API-Key")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_every_guarded_route_names_the_scope_that_lacks(
    client: TestClient, database: sessionmaker[Session], method: str, path: str
) -> None:
    # No route asks for all scopes, so one of these keys lacks what this route needs.
    for scope in (Scope.BLUEPRINTS, Scope.SESSIONS):
        answer = call(of(client, new_key(database, "ann", scope)), method, path)
        if answer.status_code == 403:
            is_problem(answer, 403, "scope-missing", answer.json()["scope"])
            return
    pytest.fail("a key without the scope was served")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json"])
def test_health_metrics_and_description_need_no_key(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_comes_in_either_header(
    client: TestClient, database: sessionmaker[Session], header: str
) -> None:
    key = new_key(database)
    value = f"Bearer {key}" if header == "Authorization" else key

    assert client.get(SESSIONS, headers={header: value}).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer sf_wrong"},
        {"Authorization": "Bearer sf_" + "A" * 43},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer"},
        {"X-API-Key": ""},
        {"X-API-Key": "x" * 5000},
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(
    client: TestClient, header: dict[str, str]
) -> None:
    answer = client.get(SESSIONS, headers=header)

    is_problem(answer, 401, "unauthenticated")
    assert "AAAA" not in answer.text
    assert "wrong" not in answer.text


def test_an_expired_key_is_refused(client: TestClient, database: sessionmaker[Session]) -> None:
    key = new_key(database, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    is_problem(client.get(SESSIONS, headers=bearer(key)), 401, "unauthenticated", "expired")


@pytest.mark.usefixtures("forgetful")
def test_a_revoked_key_is_refused(client: TestClient, database: sessionmaker[Session]) -> None:
    key = new_key(database)
    assert client.get(SESSIONS, headers=bearer(key)).status_code == 200
    with database.begin() as db:
        assert len(revoke(db, key[:11])) == 1

    is_problem(client.get(SESSIONS, headers=bearer(key)), 401, "unauthenticated", "revoked")


def test_the_admin_scope_opens_every_route(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    admin = of(client, new_key(database, "ann", Scope.ADMIN))
    # This one answers without an end, and Starlette's client waits for the end of an answer.
    endless = ("GET", "/api/v1/events")
    assert endless in GUARDED

    codes = {call(admin, *each).status_code for each in GUARDED if each != endless}
    assert codes.isdisjoint({401, 403})


def test_what_is_one_owners_does_not_exist_for_another(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    ann, bob = (of(client, new_key(database, name)) for name in ("ann", "bob"))
    session = Api(ann, api.store).uploaded()

    for method, path in GUARDED:
        if not path.startswith(f"{SESSIONS}/{{session_id}}"):
            continue
        filled = path.replace("{session_id}", session)
        body: dict[str, Any] = {}
        if path.endswith("/upload"):
            body = {"files": {"file": ("a.wav", sounds.wav())}}
        if path.endswith("/upload-url"):
            body = {"json": {"filename": "a.wav"}}
        answer = bob.request(method, filled, **body)
        assert answer.status_code in {404, 422}, (method, path, answer.text)
    assert bob.get(SESSIONS).json()["total"] == 0
    assert ann.get(SESSIONS).json()["total"] == 1
    assert ann.get(f"{SESSIONS}/{session}").json()["status"] == "uploading"


def test_keys_of_one_owner_see_the_same(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    session = Api(of(client, new_key(database)), api.store).create()

    assert of(client, new_key(database)).get(f"{SESSIONS}/{session}").status_code == 200


def test_a_signed_upload_url_needs_no_key(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    mine = Api(of(client, new_key(database)), api.store)
    session = mine.create()

    sent = client.put(mine.link(session), content=sounds.wav())

    assert sent.status_code == 204
    assert mine.post(session, "confirm-upload").status_code == 200


def test_an_upload_above_the_keys_limit_is_refused(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    content = sounds.wav()
    key = new_key(database, max_upload_bytes=len(content) - 1)
    mine = Api(of(client, key), api.store)

    is_problem(mine.upload(mine.create(), content), 413, "file-too-large", str(len(content) - 1))


@pytest.mark.usefixtures("forgetful")
def test_the_last_use_is_written_once_a_minute(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    key = new_key(database)
    used = []
    for _ in range(3):
        assert client.get(SESSIONS, headers=bearer(key)).status_code == 200
        used.append(last_used(database))
    assert used[0] is not None
    assert used[0] == used[1] == used[2]

    long_ago = datetime.now(UTC) - timedelta(seconds=61)
    with database.begin() as db:
        db.execute(update(ApiKey).values(last_used_at=long_ago))
    client.get(SESSIONS, headers=bearer(key))
    assert (last_used(database) or long_ago) > long_ago


def last_used(database: sessionmaker[Session]) -> datetime | None:
    with database() as db:
        return db.scalars(select(ApiKey.last_used_at)).one()


class TestRates:
    """Over a real Redis."""

    @pytest.fixture
    def broker_url(self, redis_server: RedisServer) -> str:
        return redis_server.url

    def test_a_key_that_is_used_too_often_is_told_when_to_come_again(
        self, client: TestClient, database: sessionmaker[Session]
    ) -> None:
        key, other = new_key(database, rate_per_minute=3), new_key(database)

        answers = [client.get(SESSIONS, headers=bearer(key)) for _ in range(4)]

        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        is_problem(answers[-1], 429, "rate-limited", "3 requests")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert client.get(SESSIONS, headers=bearer(other)).status_code == 200

    def test_without_redis_nobody_is_limited_and_the_metric_tells_it(
        self, client: TestClient, database: sessionmaker[Session], redis_server: RedisServer
    ) -> None:
        key = new_key(database, rate_per_minute=1)
        redis_server.stop()
        before = unlimited(client)

        answers = [client.get(SESSIONS, headers=bearer(key)) for _ in range(3)]

        assert [each.status_code for each in answers] == [200, 200, 200]
        assert unlimited(client) == before + 3


def unlimited(client: TestClient) -> float:
    name = "stenofleet_api_rate_unlimited_total "
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))

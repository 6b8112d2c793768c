"""POSTs that come twice."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import IdempotencyKey, TranscriptionSession, WebhookDelivery
from stenofleet.idempotency import remove_old
from stenofleet.keys import Scope
from stenofleet.settings import ApiSettings, AuthMode
from stenofleet_api.sessions import service
from support import sounds
from support.api import SESSIONS, Api, is_problem
from support.keys import bearer, new_key

HOOKS = "/api/v1/webhooks"
REPLAYED = "Idempotent-Replayed"


def post(client: TestClient, path: str, key: str, headers: Any = None, **more: Any) -> Response:
    return client.post(path, headers={"Idempotency-Key": key, **(headers or {})}, **more)


def create(client: TestClient, key: str, title: str = "Monday", headers: Any = None) -> Response:
    return post(client, SESSIONS, key, headers, json={"title": title})


def sessions(database: sessionmaker[Session]) -> int:
    with database() as db:
        return db.scalar(select(func.count()).select_from(TranscriptionSession)) or 0


def kept(database: sessionmaker[Session]) -> list[IdempotencyKey]:
    with database() as db:
        return list(db.scalars(select(IdempotencyKey)))


def test_the_same_request_is_done_once_and_answered_the_same(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    first, second = create(client, "k1"), create(client, "k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert sessions(database) == 1


def test_without_a_key_each_request_is_a_new_one(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    for _ in range(2):
        client.post(SESSIONS, json={"title": "Monday"})

    assert sessions(database) == 2
    assert kept(database) == []


def test_every_kind_of_creation_takes_a_key(
    client: TestClient, api: Api, database: sessionmaker[Session]
) -> None:
    session = api.uploaded()
    hook = client.post(HOOKS, json={"url": "https://hooks.example.com/"}).json()["id"]
    asked: list[tuple[str, Any]] = [
        (f"{SESSIONS}/{api.create()}/upload-url", {"filename": "a.wav"}),
        (f"{SESSIONS}/{session}/start-transcription", None),
        (f"{SESSIONS}/{session}/webhooks", {"url": "https://hooks.example.com/"}),
        (HOOKS, {"url": "https://hooks.example.com/"}),
        (f"{HOOKS}/{hook}/ping", None),
    ]
    for number, (path, body) in enumerate(asked):
        first, second = (post(client, path, f"k{number}", json=body) for _ in range(2))

        assert first.is_success, (path, first.text)
        assert second.content == first.content, path
        assert second.status_code == first.status_code
        assert second.headers[REPLAYED] == "true"
    with database() as db:
        pings = select(WebhookDelivery).where(WebhookDelivery.event == "webhook.ping")
        assert len(db.scalars(pings).all()) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SESSIONS, {"title": "Tuesday"}),
        (f"{SESSIONS}?a=b", {"title": "Monday"}),
        (HOOKS, {"title": "Monday"}),
    ],
)
def test_the_key_of_another_request_is_refused(
    client: TestClient, database: sessionmaker[Session], path: str, body: dict[str, str]
) -> None:
    create(client, "k1")

    answer = post(client, path, "k1", json=body)

    is_problem(answer, 422, "idempotency-key-reused", "new key")
    assert sessions(database) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256])
def test_a_key_of_another_form_is_refused(client: TestClient, key: str) -> None:
    is_problem(create(client, key), 422, "invalid-request", "Idempotency-Key", "255")


def test_other_methods_take_no_notice(client: TestClient, api: Api) -> None:
    session = api.create()

    for _ in range(2):
        answer = client.get(f"{SESSIONS}/{session}", headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 200
        assert REPLAYED not in answer.headers


def test_an_upload_takes_no_notice_and_replaces_the_recording(client: TestClient, api: Api) -> None:
    session = api.create()
    path = f"{SESSIONS}/{session}/upload"
    answers = [
        post(client, path, "k1", files={"file": ("a.wav", sounds.wav(seconds=seconds))})
        for seconds in (1, 2)
    ]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json()["checksum"] != answers[1].json()["checksum"]


def test_an_import_is_done_once(client: TestClient, api: Api) -> None:
    path = f"{SESSIONS}/{api.create()}/import"
    subtitles = "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n" + "Hello " * 300_000

    first, second = (
        post(client, path, "k1", {"Content-Type": "text/vtt"}, content=subtitles) for _ in range(2)
    )

    assert first.is_success, first.text
    assert second.content == first.content
    assert second.headers[REPLAYED] == "true"


def test_a_form_takes_no_notice_for_its_boundary_differs(client: TestClient, api: Api) -> None:
    path = f"{SESSIONS}/{api.create()}/import"
    subtitles = b"WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nHello\n"

    answers = [post(client, path, "k1", files={"file": ("a.vtt", subtitles)}) for _ in range(2)]

    assert all(each.is_success for each in answers), answers[-1].text
    assert all(REPLAYED not in each.headers for each in answers)


def test_a_refused_request_leaves_its_key_for_another_try(
    client: TestClient, api: Api, database: sessionmaker[Session]
) -> None:
    session = api.create()
    path = f"{SESSIONS}/{session}/start-transcription"

    refused = post(client, path, "k1")
    api.upload(session, sounds.wav())
    done, again = post(client, path, "k1"), post(client, path, "k1")

    assert refused.status_code == 409
    assert (done.status_code, again.status_code) == (202, 202)
    assert again.headers[REPLAYED] == "true"
    assert len(kept(database)) == 1


def test_a_wrong_body_leaves_its_key(client: TestClient, database: sessionmaker[Session]) -> None:
    assert create(client, "k1", title="").status_code == 422

    assert create(client, "k1").status_code == 201
    assert sessions(database) == 1


def test_a_server_error_leaves_its_key(
    client: TestClient, database: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(service.SessionService, "create", broken)
        assert create(client, "k1").status_code == 500

    assert kept(database) == []
    assert create(client, "k1").status_code == 201


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Sessions are created once the event is set."""
    gate, create_now = threading.Event(), service.SessionService.create

    def slowly(*arguments: Any) -> TranscriptionSession:
        gate.wait(30)
        return create_now(*arguments)

    monkeypatch.setattr(service.SessionService, "create", slowly)
    yield gate
    gate.set()


def test_a_request_that_runs_is_told_to_come_again(
    client: TestClient, database: sessionmaker[Session], slow: threading.Event
) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(create, client, "k1")
        while not kept(database):
            assert not first.done()
        second = create(client, "k1")
        other = create(client, "k1", title="Tuesday")
        slow.set()

        is_problem(second, 409, "request-in-progress", "under way")
        assert second.headers["Retry-After"] == "1"
        is_problem(other, 422, "idempotency-key-reused")
        assert first.result().status_code == 201
    assert create(client, "k1").headers[REPLAYED] == "true"
    assert sessions(database) == 1


def test_many_at_once_are_done_once(client: TestClient, database: sessionmaker[Session]) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: create(client, "k1"), range(16)))

    assert sessions(database) == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.content for each in answers if each.status_code == 201}) == 1


def age(database: sessionmaker[Session], **fields: Any) -> None:
    with database.begin() as db:
        db.execute(update(IdempotencyKey).values(**fields))


def test_a_process_that_died_keeps_no_key_for_ever(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    create(client, "k1")
    age(database, status=None, body=None)
    young = create(client, "k1")
    age(database, created_at=datetime.now(UTC) - timedelta(seconds=61))
    other, old = create(client, "k1", title="Tuesday"), create(client, "k1")

    assert young.status_code == 409
    assert other.status_code == 422
    assert old.status_code == 201
    assert REPLAYED not in old.headers
    assert create(client, "k1").content == old.content


def test_a_request_that_was_taken_over_does_not_keep_its_answer(
    client: TestClient, database: sessionmaker[Session], slow: threading.Event
) -> None:
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(create, client, "k1")
        while not kept(database):
            assert not first.done()
        newer = datetime.now(UTC) + timedelta(seconds=1)
        age(database, created_at=newer)  # as another request that took the key over
        slow.set()
        assert first.result().status_code == 201

    (row,) = kept(database)
    assert (row.status, row.created_at) == (None, newer)


def test_after_a_day_a_key_is_new(client: TestClient, database: sessionmaker[Session]) -> None:
    create(client, "k1")
    age(database, created_at=datetime.now(UTC) - timedelta(hours=25))

    answer = create(client, "k1", title="Tuesday")

    assert answer.status_code == 201
    assert REPLAYED not in answer.headers


def test_old_rows_are_removed(client: TestClient, database: sessionmaker[Session]) -> None:
    create(client, "old")
    age(database, created_at=datetime.now(UTC) - timedelta(hours=25))
    create(client, "new")

    with database.begin() as db:
        assert remove_old(db) == 1
    assert [row.key for row in kept(database)] == ["new"]


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    client: TestClient, database: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("", None, Exception())

    monkeypatch.setattr("stenofleet.idempotency.complete", away)

    assert create(client, "k1").status_code == 201
    assert sessions(database) == 1


class TestWithKeys:
    """Where callers differ."""

    @pytest.fixture
    def settings(self, settings: ApiSettings) -> ApiSettings:
        return settings.model_copy(update={"auth_mode": AuthMode.KEYS})

    def test_owners_have_keys_of_their_own(
        self, client: TestClient, database: sessionmaker[Session]
    ) -> None:
        answers = [
            create(client, "k1", headers=bearer(new_key(database, owner)))
            for owner in ("ann", "bob")
        ]

        assert [each.status_code for each in answers] == [201, 201]
        assert answers[0].json()["id"] != answers[1].json()["id"]
        assert REPLAYED not in answers[1].headers

    def test_keys_of_one_owner_share_them(
        self, client: TestClient, database: sessionmaker[Session]
    ) -> None:
        first, second = (create(client, "k1", headers=bearer(new_key(database))) for _ in range(2))

        assert second.content == first.content

    def test_a_key_without_the_scope_reads_no_answer(
        self, client: TestClient, database: sessionmaker[Session]
    ) -> None:
        first = create(client, "k1", headers=bearer(new_key(database)))
        other = create(client, "k1", headers=bearer(new_key(database, "ann", Scope.BLUEPRINTS)))

        assert first.status_code == 201
        assert other.status_code in {403, 422}
        assert first.json()["id"] not in other.text

    def test_without_a_key_nothing_is_kept(
        self, client: TestClient, database: sessionmaker[Session]
    ) -> None:
        is_problem(create(client, str(uuid.uuid4())), 401, "unauthenticated")
        assert kept(database) == []

    def test_a_request_counts_once_for_the_rate(
        self, client: TestClient, database: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: list[object] = []
        monkeypatch.setattr(
            "stenofleet_api.auth.rate.RateLimit.admit", lambda *_: counted.append(1)
        )

        create(client, "k1", headers=bearer(new_key(database)))

        assert len(counted) == 1

"""Webhooks over the API."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import WebhookDelivery
from stenofleet.settings import WebhookSettings
from stenofleet.webhooks import is_secret
from stenofleet_worker.webhooks.deliver import deliver_due
from stenofleet_worker.webhooks.sender import Sender
from support.api import SESSIONS, Api, is_problem
from support.receivers import receiver

HOOKS = "/api/v1/webhooks"
URL = "https://hooks.example.com/in"
SECRET = "whsec_" + "A" * 32


def made(client: TestClient, path: str = HOOKS, **fields: Any) -> dict[str, Any]:
    answer = client.post(path, json={"url": URL, **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliveries(client: TestClient, hook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{HOOKS}/{hook['id']}/deliveries{query}").json()[
        "items"
    ]
    return found


def test_the_secret_is_shown_once(client: TestClient) -> None:
    hook = made(client, events=["session.completed"])

    assert is_secret(hook["secret"])
    for path in (HOOKS, f"{HOOKS}/{hook['id']}"):
        assert hook["secret"] not in client.get(path).text
    (listed,) = client.get(HOOKS).json()
    assert listed == {key: hook[key] for key in hook if key != "secret"}


def test_a_secret_may_be_given(client: TestClient) -> None:
    assert made(client, secret=SECRET)["secret"] == SECRET


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"url": "http://example.com"}, "body.url", "https://"),
        ({"url": "https://127.0.0.1/"}, "body.url", "STENOFLEET_WEBHOOK_ALLOW_PRIVATE"),
        ({"url": "https://me:pw@example.com/"}, "body.url", "without user"),
        ({"url": "nonsense"}, "body.url", "nonsense"),
        ({"events": ["session.progress"]}, "body.events", "session.completed"),
        ({"events": ["session.sung"]}, "body.events.0", "session.sung"),
        ({"secret": "my little secret"}, "body.secret", "whsec_"),
        ({"colour": "red"}, "body.colour", "not permitted"),
    ],
)
def test_a_wrong_field_is_named(
    client: TestClient, fields: dict[str, Any], field: str, words: str
) -> None:
    answer = client.post(HOOKS, json={"url": URL, **fields})

    is_problem(answer, 422, "invalid-request", field, words)
    assert "little secret" not in answer.text
    assert client.get(HOOKS).json() == []


def test_a_session_s_webhook_stands_with_its_session(client: TestClient, api: Api) -> None:
    session, other = api.create(), api.create()

    hook = made(client, f"{SESSIONS}/{session}/webhooks")

    assert hook["session_id"] == session
    assert client.get(HOOKS).json() == []
    assert [each["id"] for each in api.get(session, "webhooks").json()] == [hook["id"]]
    assert api.get(other, "webhooks").json() == []
    is_problem(
        client.post(f"{SESSIONS}/{uuid.uuid4()}/webhooks", json={"url": URL}),
        404,
        "session-not-found",
    )


def test_a_deleted_webhook_is_gone(client: TestClient) -> None:
    hook = made(client)
    client.post(f"{HOOKS}/{hook['id']}/ping")

    assert client.delete(f"{HOOKS}/{hook['id']}").status_code == 204

    is_problem(client.get(f"{HOOKS}/{hook['id']}"), 404, "webhook-not-found")
    is_problem(client.delete(f"{HOOKS}/{hook['id']}"), 404, "webhook-not-found")


def test_what_happens_to_a_session_is_queued_with_its_change(client: TestClient, api: Api) -> None:
    hook = made(client)
    session = api.uploaded()
    api.post(session, "start-transcription")

    found = deliveries(client, hook)

    assert [each["event"] for each in found] == ["session.started", "session.created"]
    assert {each["session_id"] for each in found} == {session}
    assert [each["payload"]["data"]["status"] for each in found] == ["pending", "uploading"]


def test_cancelling_importing_and_deleting_are_told(client: TestClient, api: Api) -> None:
    hook = made(client, events=["session.cancelled", "session.completed", "session.deleted"])
    session = api.create()
    subtitles = "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nHello\n"

    assert api.post(session, "cancel").is_success
    taken = api.post(session, "import", content=subtitles, headers={"Content-Type": "text/vtt"})
    assert taken.is_success
    assert client.delete(f"{SESSIONS}/{session}").status_code == 204

    assert [each["event"] for each in reversed(deliveries(client, hook))] == [
        "session.cancelled",
        "session.completed",
        "session.deleted",
    ]


def test_there_is_a_limit(client: TestClient) -> None:
    for _ in range(50):
        made(client)

    is_problem(client.post(HOOKS, json={"url": URL}), 409, "too-many-webhooks", "50")


def test_deliveries_are_listed_by_state_and_page(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    hook = made(client)
    for _ in range(3):
        assert client.post(f"{HOOKS}/{hook['id']}/ping").status_code == 202
    with database.begin() as db:
        newest = db.scalars(select(WebhookDelivery.id).limit(1)).one()
        db.execute(
            update(WebhookDelivery).where(WebhookDelivery.id == newest).values(state="failed")
        )

    assert len(deliveries(client, hook)) == 3
    assert len(deliveries(client, hook, "?limit=2&offset=2")) == 1
    assert [each["id"] for each in deliveries(client, hook, "?state=failed")] == [str(newest)]
    is_problem(
        client.get(f"{HOOKS}/{hook['id']}/deliveries?state=lost"), 422, "invalid-request", "pending"
    )


def test_a_ping_arrives_and_can_be_replayed_under_its_id(
    client: TestClient, database: sessionmaker[Session]
) -> None:
    hook = made(client)
    sender = Sender(WebhookSettings(webhook_allow_http=True, webhook_allow_private=True))
    with receiver() as running:
        with database.begin() as db:
            db.connection().exec_driver_sql("UPDATE webhook SET url = %s", (running.url(),))
        ping = client.post(f"{HOOKS}/{hook['id']}/ping").json()
        running.answers = [(400, {})]
        deliver_due(database, sender)
        (failed,) = deliveries(client, hook)

        again = client.post(f"{HOOKS}/{hook['id']}/deliveries/{ping['id']}/replay")
        deliver_due(database, sender)

        assert (failed["state"], failed["last_status"]) == ("failed", 400)
        assert again.status_code == 202
        assert (again.json()["state"], again.json()["tries"]) == ("pending", 0)
        assert deliveries(client, hook)[0]["state"] == "delivered"
        assert running.ids() == [ping["id"]] * 2


def test_a_delivery_of_another_webhook_is_not_replayed(client: TestClient) -> None:
    hook, other = made(client), made(client)
    ping = client.post(f"{HOOKS}/{hook['id']}/ping").json()

    answer = client.post(f"{HOOKS}/{other['id']}/deliveries/{ping['id']}/replay")

    is_problem(answer, 404, "delivery-not-found", ping["id"])

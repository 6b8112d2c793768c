"""What the OpenAI-compatible endpoint refuses, and that nothing of it stays behind."""

from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient
from stenofleet.db.models import TranscriptionSession, Upload
from support import sounds
from support.api import Api, is_problem

ROUTE = "/v1/audio/transcriptions"

Fields = list[tuple[str, Any]]
MODEL = ("model", (None, "whisper-1"))


def recording(content: bytes | None = None, name: str = "talk.wav") -> tuple[str, Any]:
    return ("file", (name, sounds.wav() if content is None else content))


def post(client: TestClient, fields: Fields) -> Response:
    return client.post(ROUTE, files=fields)


def nothing_left(database: sessionmaker[Session], api: Api) -> bool:
    with database() as db:
        rows = [
            db.scalar(select(func.count()).select_from(table))
            for table in (TranscriptionSession, Upload)
        ]
    return rows == [0, 0] and api.stored() == []


@pytest.mark.parametrize(
    ("fields", "status", "slug", "parameter"),
    [
        ([MODEL], 400, "invalid-parameter", "file"),
        ([MODEL, ("file", (None, "text"))], 400, "invalid-parameter", "file"),
        ([recording()], 400, "invalid-parameter", "model"),
        ([recording(), MODEL, ("user", (None, "me"))], 400, "unsupported-parameter", "user"),
        ([recording(), ("model", (None, "gpt-none"))], 400, "invalid-parameter", "model"),
        ([MODEL, recording(b"no sound" * 1000)], 415, "not-audio", None),
        ([MODEL, recording(b"")], 422, "empty-file", None),
        ([MODEL, recording(name="talk.exe")], 415, "unsupported-extension", None),
        ([MODEL, recording(sounds.wav() + bytes(200_000))], 413, "file-too-large", None),
    ],
)
def test_a_refusal_is_a_problem_that_openai_s_clients_read(
    client: TestClient, fields: Fields, status: int, slug: str, parameter: str | None
) -> None:
    answer = post(client, fields)

    is_problem(answer, status, slug)
    assert answer.json()["error"] == {
        "message": answer.json()["detail"],
        "type": "invalid_request_error",
        "param": parameter,
        "code": slug.replace("-", "_"),
    }


@pytest.mark.parametrize(
    "fields",
    [
        [recording()],
        [recording(), MODEL, ("user", (None, "me"))],
        [MODEL, recording(b"no sound" * 1000)],
        [MODEL, recording(name="talk.exe")],
        [MODEL, recording(), recording(b"")],
        [MODEL, recording(sounds.wav(0))],
        [MODEL, recording(sounds.container_bomb(), "bomb.m4a")],
        [MODEL, recording(sounds.recording("m4a", 2.0)[:3000], "half.m4a")],
    ],
)
def test_a_refusal_leaves_nothing(
    client: TestClient, database: sessionmaker[Session], api: Api, fields: Fields
) -> None:
    assert post(client, fields).status_code in {400, 415, 422}
    assert nothing_left(database, api)


def test_a_wrong_parameter_is_refused_before_the_file_is_stored(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    fields = [MODEL, ("temperature", (None, "9")), recording(b"no sound" * 1000)]

    answer = post(client, fields)

    is_problem(answer, 400, "invalid-parameter", "temperature")
    assert nothing_left(database, api)


def test_what_is_no_form_is_refused(client: TestClient) -> None:
    answer = client.post(ROUTE, json={"model": "whisper-1"})

    is_problem(answer, 415, "not-multipart")
    assert answer.json()["error"]["code"] == "not_multipart"


def test_a_form_that_breaks_off_leaves_nothing(
    client: TestClient, database: sessionmaker[Session], api: Api
) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}

    answer = client.post(ROUTE, content=head + sounds.wav(), headers=kind)

    is_problem(answer, 400, "malformed-request", "file")
    assert nothing_left(database, api)


@pytest.mark.parametrize("path", ["/v1/models/none", "/v1/nothing", "/v1/audio/transcriptions"])
def test_every_error_under_v1_has_the_member_error(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in {404, 405}
    assert answer.json()["error"]["message"] == answer.json()["detail"]


def test_errors_elsewhere_have_no_member_error(client: TestClient) -> None:
    assert "error" not in client.get("/api/v1/nothing").json()

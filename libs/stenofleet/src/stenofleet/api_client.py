"""The API, as a program uses it (extra: client)."""

import re
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import httpx

from stenofleet.contracts.progress import Progress
from stenofleet.contracts.states import SessionState
from stenofleet.steps import Trouble

SESSIONS: Final = "/api/v1/sessions"
PAGE: Final = 100
"""The most sessions that a page holds."""

ANSWER_SECONDS: Final = 30.0
"""Of an upload, too, as long as it goes on."""


class ApiRefused(Trouble):
    """The API does not answer, or refuses; the text bears its own words, and never the key."""


class ApiClient:
    """Sessions over HTTP; for threads."""

    def __init__(self, url: str, key: str | None) -> None:
        """``key`` is None where the API asks for none."""
        headers = {"X-API-Key": key} if key else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=ANSWER_SECONDS)

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def ready(self) -> dict[str, Any]:
        """What the API says of itself.

        Raises:
            ApiRefused: it is not ready; every method raises it.
        """
        told: dict[str, Any] = self._call("GET", "/readyz").json()
        return told

    def create(self, title: str, language: str, tags: list[str]) -> uuid.UUID:
        """A new session."""
        body = {"title": title, "language": language, "tags": tags}
        return uuid.UUID(self._call("POST", SESSIONS, json=body).json()["id"])

    def upload(self, session: uuid.UUID, name: str, content: bytes) -> None:
        """Gives the session its recording."""
        self._call("POST", f"{SESSIONS}/{session}/upload", files={"file": (name, content)})

    def start(self, session: uuid.UUID) -> dict[str, Any]:
        """Asks for the transcript; the session as it is then."""
        told: dict[str, Any] = self._call(
            "POST", f"{SESSIONS}/{session}/start-transcription"
        ).json()
        return told

    def status(self, session: uuid.UUID) -> Progress:
        """How far it is."""
        answer = self._call("GET", f"{SESSIONS}/{session}/status")
        return Progress.model_validate_json(answer.content)

    def text(self, session: uuid.UUID) -> str:
        """The transcript."""
        answer = self._call("GET", f"{SESSIONS}/{session}/transcript", params={"format": "txt"})
        return answer.text

    def delete(self, session: uuid.UUID) -> None:
        """Removes it with all that belongs to it."""
        self._call("DELETE", f"{SESSIONS}/{session}")

    def total(self, state: SessionState) -> int:
        """How many sessions are in this state."""
        answer = self._call("GET", SESSIONS, params={"status": state.value, "limit": 1})
        return int(answer.json()["total"])

    def tagged(self, tag: str) -> Iterator[dict[str, Any]]:
        """All sessions that bear the tag."""
        cursor = None
        while True:
            asked = {"tag": tag, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
            page = self._call("GET", SESSIONS, params=asked).json()
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **arguments)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            then = "see whether the API runs there; --api or STENOFLEET_API_URL says where"
            raise ApiRefused(f"{self._client.base_url} does not answer: {error}", then) from None
        if response.is_error:
            told = f"{method} {_template(path)}: {response.status_code}: {_words(response)}"
            raise ApiRefused(told.rstrip("."), _then(response.status_code))
        return response


def _template(path: str) -> str:
    """The path without ids, so that the same refusals read the same."""
    return re.sub(r"[0-9a-f-]{36}", "<id>", path)


def _then(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "give a key with the scope sessions: --api-key, or STENOFLEET_API_KEY"
    return "see the API's log; stenofleet doctor looks at what it needs"


def _words(response: httpx.Response) -> str:
    """The detail of a problem (RFC 9457), else the beginning of the text."""
    if response.headers.get("content-type") == "application/problem+json":
        return str(response.json().get("detail", ""))
    return response.text[:200]

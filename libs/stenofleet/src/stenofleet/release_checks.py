"""Whether a release's API, broker and database answer (extras: db, movement)."""

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from redis import Redis
from sqlalchemy import Engine

from stenofleet.db.told import database_told
from stenofleet.db.upgrade import head, is_ready
from stenofleet.steps import Step, Trouble

ANSWER_SECONDS: Final = 10
"""An API that waits for a database that is away answers within them."""


def api_step(host: str) -> Step:
    """That the API at ``host:port`` is ready, by its own word."""

    def is_ready() -> str:
        status, answer = _asked(host)
        if status != HTTPStatus.OK:
            cause = str(answer.get("detail") or f"{host}/readyz answers {status}")
            raise Trouble(cause.rstrip("."), "see the log of the API's pods")
        degraded = answer.get("degraded") or []
        return f"{host} is ready" + (f", without {', '.join(degraded)}" if degraded else "")

    return Step("The API is ready", is_ready)


def redis_step(client: Redis, address: str) -> Step:
    """That the broker answers; ``address`` holds no password."""

    def answers() -> str:
        client.ping()
        return address

    return Step("The broker answers", answers)


def database_step(engine: Engine) -> Step:
    """That the database answers and has the schema of this version."""

    def answers() -> str:
        with database_told(), engine.connect() as connection:
            ready = is_ready(connection)
        if not ready:
            then = "run `stenofleet db upgrade`, or see the log of the Job of the migrations"
            raise Trouble(f"the schema is not at revision {head()}", then)
        return f"its schema is at revision {head()} or newer"

    return Step("The database answers", answers)


def _asked(host: str) -> tuple[int, dict[str, Any]]:
    """The API's answer: HTTP's code, and an object that is empty when it is not JSON's."""
    # No library that heeds HTTP_PROXY: a proxy knows no Service of the cluster.
    connection = HTTPConnection(host, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        text = response.read()
    except (OSError, HTTPException) as error:
        then = "check that the API's pods are ready, and network policies on the way"
        raise Trouble(f"nothing answers at {host}: {error}", then) from None
    finally:
        connection.close()
    return response.status, _object(text)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

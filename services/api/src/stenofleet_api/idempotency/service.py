"""Does a request once, and gives its answer again to those that come later."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog
from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool
from stenofleet import idempotency
from stenofleet.idempotency import Answer, Found

from stenofleet_api.auth.caller import Caller
from stenofleet_api.idempotency.errors import KeyReused, StillRunning, WrongKey

log = structlog.get_logger(__name__)

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = {"Idempotent-Replayed": "true"}
MOST_CHARACTERS: Final = 255
_SHAPE: Final = re.compile(rf"[\x21-\x7e]{{1,{MOST_CHARACTERS}}}")


class Asked(idempotency.Request):
    """A request over HTTP, by what makes it the same as another."""

    @classmethod
    def of(cls, request: Request, caller: Caller, body: bytes) -> "Asked":
        """The request with this body.

        Who may do other things asks for something else: an answer must not be read by a key that
        may not ask for it.

        Raises:
            WrongKey: the header's form is not taken.
        """
        key = request.headers[HEADER]
        if not _SHAPE.fullmatch(key):
            raise WrongKey(HEADER, MOST_CHARACTERS, key)
        scopes = ",".join(sorted(caller.scopes))
        head = f"{request.method} {request.url.path}?{request.url.query}\n{scopes}\n"
        return cls(caller.owner, key, hashlib.sha256(head.encode() + body).hexdigest())


async def once(
    sessions: sessionmaker[Session], asked: Asked, answer: Callable[[], Awaitable[Response]]
) -> Response:
    """What ``answer`` gives, or what it gave the first time.

    Only what succeeded is kept: a request that was refused or failed changed nothing, and its key
    serves for another try.

    Raises:
        KeyReused: the key came with another request.
        StillRunning: the first request is under way.
    """
    took = await run_in_threadpool(_take, sessions, asked)
    if isinstance(took, Found):
        return _again(took)
    kept: Answer | None = None
    try:
        response = await answer()
        kept = _kept(response)
    finally:
        await run_in_threadpool(_finish, sessions, asked, took, kept)
    return response


def _again(found: Found) -> Response:
    if not found.same:
        raise KeyReused
    if found.answer is None:
        raise StillRunning
    return Response(
        found.answer.body, found.answer.status, REPLAYED, media_type=found.answer.media_type
    )


def _kept(response: Response) -> Answer | None:
    """What is kept of an answer: a whole one that tells of success."""
    body = getattr(response, "body", None)
    if response.status_code >= 300 or not isinstance(body, bytes):  # noqa: PLR2004 - HTTP's
        return None
    return Answer(response.status_code, response.media_type, body)


def _take(sessions: sessionmaker[Session], asked: Asked) -> datetime | Found:
    with sessions.begin() as db:
        return idempotency.take(db, asked)


def _finish(
    sessions: sessionmaker[Session], asked: Asked, taken_at: datetime, answer: Answer | None
) -> None:
    try:
        with sessions.begin() as db:
            if answer is None:
                idempotency.release(db, asked, taken_at)
            else:
                idempotency.complete(db, asked, taken_at, answer)
    except SQLAlchemyError as error:
        # What was asked for is done, and that is what the client must hear.
        log.warning("an idempotent answer was not kept", error=type(error).__name__)

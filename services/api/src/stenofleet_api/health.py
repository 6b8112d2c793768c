"""Whether the process lives, what it lacks, and its metrics."""

from typing import Literal

import redis
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from stenofleet.db.upgrade import head, is_ready
from stenofleet.errors import StorageError
from stenofleet.redis_clients import asking_once
from stenofleet.settings import RedisSettings
from stenofleet.storage import Recordings

from stenofleet_api.deps import InContext
from stenofleet_api.problems import ServiceUnavailable, documented

BROKER_SECONDS = 0.5
"""The broker is asked for information only, so its silence must not use up a probe's time."""

router = APIRouter(tags=["health"])


class NotReady(ServiceUnavailable):
    """Something without which no request can be served is missing."""

    slug, title = "not-ready", "The API is not ready"


class Liveness(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """What was checked: ``ok``, or what is wrong."""

    status: Literal["ready"] = "ready"
    checks: dict[str, str] = Field(
        examples=[{"database": "ok", "schema": "ok", "storage": "ok", "broker": "ok"}]
    )
    degraded: list[str] = Field(
        description="What is away, but not needed: starts wait in the outbox for the broker."
    )


@router.get("/livez", summary="Whether the process answers")
def livez() -> Liveness:
    """Answers as long as the process does; asks nobody else."""
    return Liveness()


@router.get("/readyz", summary="What is missing", responses=documented(NotReady))
def readyz(context: InContext) -> Readiness:
    """503 names what is missing; a broker that is away makes the API degraded, not unready."""
    needed = {**_database(context.engine), "storage": _storage(context.recordings)}
    broker = _broker(context.settings)
    checks = {**needed, "broker": broker}
    missing = [name for name, state in needed.items() if state != "ok"]
    if missing:
        told = "; ".join(f"{name}: {checks[name]}" for name in missing)
        raise NotReady(f"Missing: {told}.", missing=missing, checks=checks)
    return Readiness(checks=checks, degraded=[] if broker == "ok" else ["broker"])


@router.get("/metrics", summary="For Prometheus", response_class=Response)
def metrics() -> Response:
    """The process's metrics, in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _database(engine: Engine) -> dict[str, str]:
    try:
        with engine.connect() as connection:
            ready = is_ready(connection)
    except SQLAlchemyError:
        return {"database": "no answer", "schema": "unknown"}
    wrong = f"expected revision {head()}: run `stenofleet db upgrade`"
    return {"database": "ok", "schema": "ok" if ready else wrong}


def _storage(recordings: Recordings) -> str:
    try:
        recordings.writable()
    except StorageError:
        return "not writable"
    return "ok"


def _broker(settings: RedisSettings) -> str:
    client = asking_once(settings.broker, BROKER_SECONDS)
    try:
        client.ping()
    except redis.RedisError:
        return "no answer"
    finally:
        client.close()
    return "ok"

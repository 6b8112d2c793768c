"""The application: routers, problems, what surrounds each request, and what lives with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from stenofleet import feed
from stenofleet.celery_app import make_app
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.keys import Scope
from stenofleet.settings import ApiSettings
from stenofleet.storage import Recordings

from stenofleet_api import health, problems
from stenofleet_api.auth.gate import Gate
from stenofleet_api.blueprints import application_routes as blueprint_applications
from stenofleet_api.blueprints import plan_routes as plans
from stenofleet_api.blueprints import preview_routes as blueprint_previews
from stenofleet_api.blueprints import routes as blueprints
from stenofleet_api.blueprints import version_routes as blueprint_versions
from stenofleet_api.deps import REFUSALS, Context, require
from stenofleet_api.edits import routes as edits
from stenofleet_api.events import routes as events
from stenofleet_api.events.live import Live
from stenofleet_api.imports import routes as imports
from stenofleet_api.middleware import Observed
from stenofleet_api.movement import queue_routes as movement_queue
from stenofleet_api.movement import routes as movement
from stenofleet_api.movement.parts import Parts
from stenofleet_api.openai import routes as openai
from stenofleet_api.publisher import Publisher
from stenofleet_api.search import routes as search
from stenofleet_api.sessions import routes as sessions
from stenofleet_api.speakers import routes as speakers
from stenofleet_api.stock import Stock
from stenofleet_api.transcripts import routes as transcripts
from stenofleet_api.uploads import routes as uploads
from stenofleet_api.webhooks import routes as webhooks

DESCRIPTION = """Recordings become transcripts: create a session, upload, start, read.

A request needs a key, as `Authorization: Bearer sf_...` or `X-API-Key: sf_...`, unless the
installation was told to ask for none.

Every error is a problem of RFC 9457 (`application/problem+json`) with a stable `type`.
"""

NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}
"""FastAPI's own spans and records would hold queries, of tickets and signatures, and the messages
of errors; `middleware.Observed` tells what is told."""

OPEN: Final[tuple[APIRouter, ...]] = (health.router, uploads.signed, events.streams)
"""Routes that need no key, or take another proof; all others need one."""

GUARDED: Final[tuple[tuple[Scope, APIRouter], ...]] = (
    (Scope.SESSIONS, sessions.router),
    (Scope.SESSIONS, uploads.router),
    (Scope.SESSIONS, uploads.streams),
    (Scope.SESSIONS, transcripts.router),
    (Scope.SESSIONS, imports.router),
    (Scope.SESSIONS, speakers.router),
    (Scope.SESSIONS, edits.router),
    (Scope.SESSIONS, search.router),
    (Scope.SESSIONS, webhooks.router),
    (Scope.SESSIONS, events.tickets),
    (Scope.SESSIONS, openai.router),
    (Scope.SESSIONS, openai.listing),
    (Scope.MOVEMENT_WRITE, movement.writing),
    (Scope.MOVEMENT_READ, movement.reading),
    (Scope.MOVEMENT_WRITE, movement_queue.writing),
    (Scope.MOVEMENT_READ, movement_queue.reading),
    # Before the blueprints, whose ids would else be looked for under "applications".
    (Scope.BLUEPRINTS, blueprint_applications.router),
    (Scope.BLUEPRINTS, blueprints.router),
    (Scope.BLUEPRINTS, blueprint_versions.router),
    (Scope.BLUEPRINTS, blueprint_previews.router),
    (Scope.BLUEPRINTS, plans.router),
)
"""Routes that need a key with this scope."""


class Api(FastAPI):
    """FastAPI, described with problems where FastAPI tells of errors of its own."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            described = super().openapi()["components"]["schemas"]
            described.update(problems.schemas())
        return super().openapi()


def create_app(settings: ApiSettings) -> FastAPI:
    """The API over the servers that ``settings`` name; none of them must answer yet.

    Raises:
        OSError: the folder of the recordings cannot be made.
    """
    app = build()
    app.state.context = make_context(settings)
    return app


def build() -> FastAPI:
    """The routes, without anything behind them: enough to describe the API."""
    app = Api(
        title="Stenofleet",
        description=DESCRIPTION,
        version=version("stenofleet-api"),
        lifespan=_lifespan,
        telemetry=NO_TELEMETRY,
    )
    for router in OPEN:
        app.include_router(router)
    for scope, router in GUARDED:
        app.include_router(router, dependencies=[Depends(require(scope))], responses=REFUSALS)
    problems.install(app)
    app.add_middleware(Observed)
    return app


def make_context(settings: ApiSettings) -> Context:
    """Engine, store and publisher."""
    engine = make_engine(settings, "stenofleet-api")
    database = make_sessions(engine)
    celery = make_app(settings, "stenofleet-api")
    feed.connect(database, feed.Feed(settings.results))
    return Context(
        settings=settings,
        engine=engine,
        sessions=database,
        recordings=Recordings.of(settings),
        publisher=Publisher(database, celery),
        gate=Gate(settings, database),
        movements=Parts(settings, celery),
        live=Live(settings.results, database),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    stock = Stock(context.sessions, context.recordings)
    context.live.start()
    stock.start()
    yield
    await stock.stop()
    await context.live.stop()
    context.publisher.close()
    context.engine.dispose()

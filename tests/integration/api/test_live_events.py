"""Live events over real processes: what happens is heard, in order, wherever one listens."""

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import feed, keys
from stenofleet.contracts.events import EventName
from stenofleet.contracts.progress import Stage
from stenofleet.contracts.states import SessionState
from stenofleet.db.engine import make_engine, make_sessions
from stenofleet.db.models import ProcessingStatus, TranscriptionSession
from stenofleet.keys import Scope, Wish
from stenofleet.redis_address import Address
from stenofleet.settings import DatabaseSettings
from support.api_process import ApiProcess, api_process
from support.servers import PostgresServer, RedisServer, running
from support.sse import Heard, watching

SESSIONS = "/api/v1/sessions"
SECONDS = 240


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


@pytest.fixture(scope="module")
def database_url(postgres_server: PostgresServer, migrated: str) -> Iterator[str]:
    yield postgres_server.create("live", migrated)
    postgres_server.drop("live")


@pytest.fixture(scope="module")
def replicas(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_server: RedisServer
) -> Iterator[list[ApiProcess]]:
    """Two replicas of one release."""
    folder = tmp_path_factory.mktemp("replicas")
    with (
        api_process(folder, database_url, redis_server.url) as one,
        api_process(folder, database_url, redis_server.url) as other,
    ):
        yield [one, other]


@pytest.fixture
def told(database_url: str, redis_server: RedisServer) -> Iterator[sessionmaker[Session]]:
    """Database sessions of a worker: what they note is told."""
    engine = make_engine(DatabaseSettings(database_url=database_url))
    sessions, told = make_sessions(engine), feed.Feed(Address(redis_server.url))
    feed.connect(sessions, told)
    yield sessions
    told.close()
    engine.dispose()


def create(replica: ApiProcess, **headers: str) -> uuid.UUID:
    answer = httpx.post(
        f"{replica.url}{SESSIONS}", json={"title": "Monday"}, headers=headers, timeout=60
    )
    assert answer.status_code == 201, answer.text
    return uuid.UUID(answer.json()["id"])


def become(
    sessions: sessionmaker[Session], session_id: uuid.UUID, state: SessionState, percent: float = 0
) -> None:
    """Brings a session on, as a worker does."""
    with sessions.begin() as db:
        session = db.get_one(TranscriptionSession, session_id, with_for_update=True)
        session.status = state.value
        row = {"status": state.value, "stage": Stage.TRANSCRIBING.value, "progress": percent}
        db.merge(ProcessingStatus(session_id=session_id, owner_id=session.owner_id, **row))
        names = {SessionState.COMPLETED: EventName.COMPLETED, SessionState.FAILED: EventName.FAILED}
        feed.note(db, session_id, session.owner_id, names.get(state, EventName.PROGRESS))


def transcribe(sessions: sessionmaker[Session], session_id: uuid.UUID) -> None:
    for percent in (0, 25, 50, 75):
        become(sessions, session_id, SessionState.PROCESSING, percent)
    become(sessions, session_id, SessionState.COMPLETED, 100)


def events_of(session_id: uuid.UUID) -> str:
    return f"{SESSIONS}/{session_id}/events"


async def all_of(events: AsyncIterator[Heard]) -> list[Heard]:
    return [event async for event in events]


def run(scene: Callable[[], Any]) -> Any:
    """Runs a coroutine that must end soon."""
    return asyncio.run(asyncio.wait_for(scene(), SECONDS))


def client(replica: ApiProcess) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=replica.url, timeout=SECONDS, limits=limits)


def test_a_session_is_watched_from_a_snapshot_to_its_end(
    replicas: list[ApiProcess], told: sessionmaker[Session]
) -> None:
    session = create(replicas[0])

    async def scene() -> list[Heard]:
        async with client(replicas[0]) as http, watching(http, events_of(session)) as events:
            first = await anext(events)
            await asyncio.to_thread(transcribe, told, session)
            return [first, *await all_of(events)]

    heard = run(scene)
    assert [each.name for each in heard] == [
        "snapshot",
        *["session.progress"] * 4,
        "session.completed",
    ]
    assert [each.data["progress"] for each in heard] == [0, 0, 25, 50, 75, 100]
    assert heard[-1].data["stage"] == "ended"
    places = [tuple(map(int, each.id.split("-"))) for each in heard]
    assert places == sorted(places)


def test_who_moves_to_another_replica_hears_what_it_missed(
    replicas: list[ApiProcess], told: sessionmaker[Session]
) -> None:
    session = create(replicas[0])

    async def scene() -> list[Heard]:
        async with client(replicas[0]) as http, watching(http, events_of(session)) as events:
            await anext(events)
            become(told, session, SessionState.PROCESSING, 25)
            last = await anext(events)
        await asyncio.to_thread(become, told, session, SessionState.PROCESSING, 50)
        await asyncio.to_thread(become, told, session, SessionState.COMPLETED, 100)
        async with (
            client(replicas[1]) as http,
            watching(http, events_of(session), last.id) as events,
        ):
            return await all_of(events)

    heard = run(scene)
    assert [(each.name, each.data["progress"]) for each in heard] == [
        ("session.progress", 50),
        ("session.completed", 100),
        ("snapshot", 100),
    ]


def test_a_browser_that_has_heard_the_end_is_told_not_to_come_again(
    replicas: list[ApiProcess], told: sessionmaker[Session]
) -> None:
    session = create(replicas[0])
    become(told, session, SessionState.FAILED)

    async def scene() -> int:
        async with client(replicas[1]) as http:
            async with watching(http, events_of(session)) as events:
                last = (await all_of(events))[-1]
            again = await http.get(events_of(session), headers={"Last-Event-ID": last.id})
            return again.status_code

    assert run(scene) == 204


def test_an_owner_hears_of_all_sessions_and_of_nobody_elses(
    replicas: list[ApiProcess], told: sessionmaker[Session]
) -> None:
    running, later = create(replicas[0]), create(replicas[0])
    become(told, running, SessionState.PROCESSING, 10)
    foreign = create(replicas[0])
    with told.begin() as db:
        db.execute(update(TranscriptionSession).where(_is(foreign)).values(owner_id="somebody"))

    async def scene() -> list[Heard]:
        async with client(replicas[1]) as http, watching(http, "/api/v1/events") as events:
            heard = [await anext(events)]
            become(told, foreign, SessionState.PROCESSING, 20)
            become(told, later, SessionState.PROCESSING, 30)
            heard.append(await anext(events))
            await http.delete(f"{SESSIONS}/{running}")
            heard.append(await anext(events))
            return heard

    snapshot, progress, deleted = run(scene)
    listed = {each["session_id"] for each in snapshot.data["sessions"]}
    assert str(running) in listed
    assert not {str(later), str(foreign)} & listed
    assert (progress.data["session_id"], progress.data["progress"]) == (str(later), 30)
    assert (deleted.name, deleted.data) == ("session.deleted", {"session_id": str(running)})


def test_an_end_that_the_stream_has_lost_is_told_all_the_same(
    replicas: list[ApiProcess], database_url: str
) -> None:
    session = create(replicas[0])
    untold = make_sessions(make_engine(DatabaseSettings(database_url=database_url)))

    async def scene() -> list[Heard]:
        async with client(replicas[0]) as http, watching(http, events_of(session)) as events:
            await anext(events)
            become(untold, session, SessionState.COMPLETED, 100)
            return await all_of(events)

    assert [each.name for each in run(scene)] == ["session.completed"]


def test_a_session_that_is_not_there_is_a_problem_before_any_event(
    replicas: list[ApiProcess],
) -> None:
    answer = httpx.get(f"{replicas[0].url}{events_of(uuid.uuid4())}", timeout=60)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/session-not-found")


def test_a_ticket_serves_its_owner_once(
    tmp_path: Path, database_url: str, redis_server: RedisServer, told: sessionmaker[Session]
) -> None:
    with told.begin() as db:
        mine = keys.create(db, Wish("mine", "mine", (Scope.SESSIONS,)))[1]
        reader = keys.create(db, Wish("mine", "reader", (Scope.MOVEMENT_READ,)))[1]

    async def scene(replica: ApiProcess) -> list[Any]:
        async with client(replica) as http:
            asked = await http.post("/api/v1/events/tickets", headers={"X-API-Key": mine})
            ticket = {"ticket": asked.json()["ticket"]}
            async with watching(http, "/api/v1/events", **ticket) as events:
                first = await anext(events)
            again = await http.get("/api/v1/events", params=ticket)
            bare = await http.get("/api/v1/events")
            narrow = await http.get("/api/v1/events", headers={"X-API-Key": reader})
            return [asked.status_code, first.name, *map(_problem, (again, bare, narrow))]

    with api_process(tmp_path, database_url, redis_server.url, auth_mode="keys") as replica:
        assert run(lambda: scene(replica)) == [
            201,
            "snapshot",
            (401, "/problems/ticket-refused"),
            (401, "/problems/unauthenticated"),
            (403, "/problems/scope-missing"),
        ]


def test_a_thousand_watch_at_one_replica(
    replicas: list[ApiProcess], told: sessionmaker[Session]
) -> None:
    session = create(replicas[0])

    async def watch(http: httpx.AsyncClient, ready: asyncio.Semaphore) -> str:
        async with watching(http, events_of(session)) as events:
            await anext(events)
            ready.release()
            return (await all_of(events))[-1].name

    async def scene() -> list[str]:
        ready = asyncio.Semaphore(0)
        async with client(replicas[0]) as http, asyncio.TaskGroup() as group:
            watchers = [group.create_task(watch(http, ready)) for _ in range(1_000)]
            for _ in watchers:
                await ready.acquire()
            await asyncio.to_thread(become, told, session, SessionState.COMPLETED, 100)
        return [watcher.result() for watcher in watchers]

    assert run(scene) == ["session.completed"] * 1_000


def test_a_replica_that_stops_lets_its_watchers_go(
    tmp_path: Path, database_url: str, redis_server: RedisServer, replicas: list[ApiProcess]
) -> None:
    session = create(replicas[0])

    async def scene(replica: ApiProcess) -> list[Heard]:
        async with client(replica) as http, watching(http, events_of(session)) as events:
            await anext(events)
            replica.process.send_signal(signal.SIGTERM)
            return await all_of(events)

    with api_process(tmp_path, database_url, redis_server.url) as replica:
        assert run(lambda: scene(replica)) == []
        assert replica.process.wait(timeout=60) in {0, -signal.SIGTERM}


def _is(session_id: uuid.UUID) -> Any:
    return TranscriptionSession.id == session_id


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]

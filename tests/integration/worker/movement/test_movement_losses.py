"""Workers, Redis and PostgreSQL that go away: nothing is lost, and nothing comes twice."""

import signal
from typing import Any

import pytest
from stenofleet.contracts.tasks import PROCESS_MOVEMENT_LOGS
from stenofleet.movement.events import encode
from stenofleet.movement.keys import LEASES, PROCESSING, QUEUE
from stenofleet_worker.database import Database
from stenofleet_worker.errors import MovementsLeft
from stenofleet_worker.movement import kick, run
from stenofleet_worker.movement.way_out import WayOut
from stenofleet_worker.services import Services
from support.movements import count, left_in_redis, movement, push, stored
from support.servers import PostgresServer, until

SMALL = {"STENOFLEET_MOVEMENT_BATCH_SIZE": "100", "STENOFLEET_MOVEMENT_LEASE_SECONDS": "5"}


def ask(installation: Any) -> None:
    installation.app.send_task(PROCESS_MOVEMENT_LOGS, ignore_result=True)


def ids(numbers: range) -> set[Any]:
    return {movement(number).event_id for number in numbers}


def way_out(installation: Any, lease_seconds: int = 60) -> WayOut:
    return WayOut(installation.raw_client, lease_seconds)


@pytest.fixture(autouse=True)
def raw_client(installation: Any) -> Any:
    """A client that answers with bytes, as kombu's does."""
    client = installation.redis.client().from_url(installation.redis.url)
    installation.raw_client = client
    yield client
    client.close()


@pytest.mark.parametrize(
    ("point", "already"), [("before_write", 0), ("before_commit", 0), ("after_commit", 100)]
)
def test_what_a_killed_worker_held_is_written_once_by_another(
    installation: Any, services: Services, point: str, already: int
) -> None:
    client = installation.redis.client()
    push(client, map(movement, range(250)))
    ask(installation)
    victim = installation.worker("logs", app="fatal_points", FATAL_POINT=point, **SMALL)
    until(lambda: victim.popen.poll() is not None, "the worker to die")
    assert victim.popen.returncode == -signal.SIGKILL
    assert count(installation.sessions) == already
    # The batch that it was at, and the next one, which it had taken ahead or not.
    assert client.zcard(LEASES) in (1, 2)

    def all_written() -> bool:
        kick.kick(services, installation.app)
        run.perform(services, installation.app)
        return not left_in_redis(client)

    until(all_written, "the leases to end and all to be written")
    assert stored(installation.sessions) == ids(range(250))


def test_a_batch_is_given_back_at_the_head_and_in_its_order(installation: Any) -> None:
    push(installation.raw_client, map(movement, range(30)))
    out = way_out(installation)
    for batch in ("a", "b"):
        out.take(f"{PROCESSING}{batch}", 10)
    client = installation.raw_client
    client.zadd(LEASES, {f"{PROCESSING}a": 1, f"{PROCESSING}b": 2})

    assert out.give_back() == 20
    assert client.lrange(QUEUE, 0, -1) == [encode(movement(number)) for number in range(30)]
    assert left_in_redis(client) == [QUEUE.encode()]


def test_only_ended_leases_are_given_back(installation: Any) -> None:
    push(installation.raw_client, map(movement, range(30)))
    out = way_out(installation)
    for number in range(25):
        out.take(f"{PROCESSING}{number}", 1)
    out.end_leases([f"{PROCESSING}{number}" for number in range(24)])

    assert out.give_back() == 24
    assert installation.raw_client.llen(QUEUE) == 29
    assert installation.raw_client.zrange(LEASES, 0, -1) == [f"{PROCESSING}24".encode()]
    assert out.give_back() == 0


def test_a_taking_whose_answer_was_lost_is_the_same_when_it_is_tried_again(
    installation: Any,
) -> None:
    push(installation.raw_client, map(movement, range(30)))
    out = way_out(installation)
    first = out.take(f"{PROCESSING}a", 10)
    assert out.take(f"{PROCESSING}a", 10) == first
    assert installation.raw_client.llen(QUEUE) == 20


def test_a_large_batch_is_moved_whole(installation: Any) -> None:
    push(installation.raw_client, map(movement, range(12_000)))
    taken = way_out(installation).take(f"{PROCESSING}a", 11_000)
    assert taken == [encode(movement(number)) for number in range(11_000)]
    assert installation.raw_client.lrange(f"{PROCESSING}a", 0, -1) == taken
    assert installation.raw_client.llen(QUEUE) == 1_000


def test_a_redis_without_memory_still_lets_movements_out(installation: Any) -> None:
    client = installation.raw_client
    push(client, map(movement, range(30)))
    client.config_set("maxmemory", 1)
    with pytest.raises(Exception, match="maxmemory"):
        client.rpush("another", "item")
    out = way_out(installation)
    assert len(out.take(f"{PROCESSING}a", 10)) == 10
    out.renew([f"{PROCESSING}a"])
    out.release(f"{PROCESSING}a")
    assert client.llen(QUEUE) == 20


def test_a_run_that_goes_on_when_its_batch_is_another_s_writes_nothing_twice(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(installation.raw_client, map(movement, range(100)))
    once = services.database.run

    def slow(work: Any) -> Any:
        """While this run slept, its lease ended, and another run wrote the batch."""
        monkeypatch.setattr(services.database, "run", once)
        installation.raw_client.zadd(LEASES, dict.fromkeys(leased(installation), 1))
        assert way_out(installation).give_back() == 100
        assert run.perform(services, installation.app)["written"] == 100
        return once(work)

    monkeypatch.setattr(services.database, "run", slow)
    done = run.perform(services, installation.app)
    assert (done["written"], done["duplicates"]) == (0, 100)
    assert stored(installation.sessions) == ids(range(100))
    assert left_in_redis(installation.raw_client) == []


def leased(installation: Any) -> list[bytes]:
    found: list[bytes] = installation.raw_client.zrange(LEASES, 0, -1)
    return found


def test_a_lease_lasts_as_long_as_its_run(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(installation.raw_client, map(movement, range(10)))
    once = services.database.run
    renewed = []

    def slow(work: Any) -> Any:
        (lease,) = leased(installation)
        first = installation.raw_client.zscore(LEASES, lease)
        until(lambda: later(installation, lease, first), "a renewal")
        renewed.append(lease)
        return once(work)

    monkeypatch.setattr(services.database, "run", slow)
    assert run.perform(services, installation.app)["written"] == 10
    assert len(renewed) == 1


def later(installation: Any, lease: bytes, first: float) -> bool:
    return bool(installation.raw_client.zscore(LEASES, lease) > first)


def test_with_postgresql_away_everything_goes_back_and_is_written_later(
    installation: Any, services: Services, postgres_server: PostgresServer
) -> None:
    push(installation.raw_client, map(movement, range(250)))
    services.database = Database(services.sessions, patience=1)
    postgres_server.stop()
    with pytest.raises(MovementsLeft, match=r"PostgreSQL is away .* go back to the list"):
        run.perform(services, installation.app)
    postgres_server.start()

    assert kick.kick(services, installation.app) == 1
    assert installation.raw_client.lrange(QUEUE, 0, -1) == [
        encode(movement(number)) for number in range(250)
    ]
    assert run.perform(services, installation.app)["written"] == 250


def test_a_restart_of_postgresql_is_waited_for(
    installation: Any, services: Services, postgres_server: PostgresServer
) -> None:
    push(installation.raw_client, map(movement, range(50)))
    run.perform(services, installation.app)
    push(installation.raw_client, map(movement, range(50, 250)))
    postgres_server.stop()
    postgres_server.start()
    assert run.perform(services, installation.app)["written"] == 200


def test_with_redis_away_a_run_says_so_in_a_sentence(installation: Any, services: Services) -> None:
    installation.redis.stop()
    with pytest.raises(MovementsLeft, match="Redis is away"):
        run.perform(services, installation.app)
    installation.redis.start()


def test_when_redis_restarts_after_the_commit_nothing_comes_twice(
    installation: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(installation.raw_client, map(movement, range(250)))
    once = services.database.run

    def restart(work: Any) -> Any:
        written = once(work)
        monkeypatch.setattr(services.database, "run", once)
        installation.redis.stop()
        installation.redis.start()
        return written

    monkeypatch.setattr(services.database, "run", restart)
    try:
        run.perform(services, installation.app)
    except MovementsLeft:
        kick.kick(services, installation.app)
        run.perform(services, installation.app)
    assert stored(installation.sessions) == ids(range(250))
    assert left_in_redis(installation.redis.client()) == []


def test_a_table_that_is_not_there_makes_no_dead_letters(
    installation: Any, services: Services
) -> None:
    push(installation.raw_client, map(movement, range(20)))
    with installation.sessions.begin() as db:
        db.connection().exec_driver_sql("ALTER TABLE movement_log RENAME TO elsewhere")
    with pytest.raises(MovementsLeft, match="UndefinedTable"):
        run.perform(services, installation.app)
    assert way_out(installation).give_back() == 20

"""``stenofleet check-celery-status``, with real workers of an app that is not ours."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stenofleet.broker.heartbeats import is_heard
from stenofleet.broker.inspector import Inspector
from stenofleet.cli import main
from support.celery_shop import NODE, PREFIX, Shop
from support.crew import Crew
from support.redis_users import Broker
from support.servers import RedisServer, until

HOARDER = """
from shop_app import app

app.conf.update(worker_disable_prefetch=False, worker_prefetch_multiplier=2)
"""


@pytest.fixture
def shop(
    redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    (tmp_path / "hoarder.py").write_text(HOARDER)
    shop = Shop(redis_server.url, tmp_path, module="hoarder")
    yield shop
    shop.stop()


@pytest.fixture
def crew(shop: Shop) -> Iterator[Crew]:
    crew = Crew(shop)
    yield crew
    crew.stop()


def typed(*words: str) -> Result:
    # It returns as soon as all have answered.
    command = ["check-celery-status", "--key-prefix", PREFIX, "--timeout", "60", *words]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def told(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed("--json", *words).stdout)
    return found


def counts() -> tuple[int, int]:
    """Tasks that run, and tasks that wait in the worker."""
    workers = told()["workers"]
    each = workers[0] if workers else {"active": [], "reserved": []}
    return len(each["active"] or ()), len(each["reserved"] or ())


def listening(server: RedisServer, shop: Shop) -> int:
    """Workers that are subscribed to questions."""
    with Inspector(server.client(), shop.keys, 0.1) as inspector:
        return inspector.ask("ping").listening


def test_every_worker_is_shown_with_its_tasks_and_every_queue_over_all_priorities(
    shop: Shop, redis_server: RedisServer
) -> None:
    for number in range(6):
        shop.send(str(number), priority=9 if number == 5 else 0)
    shop.start_worker()
    until(lambda: counts() == (1, 1), "a task that runs and one that waits")

    before = sorted(redis_server.client().keys())
    found, text = told(), typed().output

    assert sorted(redis_server.client().keys()) == before
    (worker,) = found["workers"]
    assert found["ok"]
    assert (worker["node"], worker["concurrency"]) == (NODE, 1)
    assert worker["queues"] == ["mail", "reports"]
    assert "until_exists" in worker["registered"]
    assert worker["active"][0]["name"] == "until_exists"
    assert worker["active"][0]["seconds"] >= 0
    assert worker["reserved"][0]["seconds"] is None
    mail = next(each for each in found["queues"] if each["name"] == "mail")
    assert mail["depth"] == 4
    assert mail["lists"] == {"0": 3, "3": 0, "6": 0, "9": 1}
    assert mail["consumers"] == [NODE]
    assert found["in_flight"] == 2
    assert f"until_exists[{worker['active'][0]['id']}] for " in text
    assert "mail                 4  0: 3, 9: 1" in text


def test_it_asks_and_changes_nothing(shop: Shop, redis_server: RedisServer) -> None:
    shop.send()
    client: Any = redis_server.client()
    client.hset(f"{PREFIX}unacked", "tag", "[]")
    client.zadd(f"{PREFIX}unacked_index", {"tag": 1.0})
    before = sorted(client.keys())

    assert told()["in_flight"] == 1
    assert sorted(client.keys()) == before
    assert client.zscore(f"{PREFIX}unacked_index", "tag") == 1.0


def test_without_a_worker_it_says_how_to_start_one(shop: Shop) -> None:
    shop.send()

    found, result = told("--queue", "mail"), typed("--queue", "mail")

    assert result.exit_code == 1
    assert "✗ no worker is connected to this Redis" in result.output
    assert "next: start one: celery -A stenofleet_worker worker -Q " in result.output
    assert not found["ok"]
    assert [each["cause"] for each in found["troubles"]] == [
        "no worker is connected to this Redis",
        "1 tasks wait in mail, and no worker consumes it",
    ]


def test_a_worker_that_hangs_is_counted_and_the_other_is_shown(
    shop: Shop, redis_server: RedisServer, crew: Crew
) -> None:
    for node in ("celery@good", "celery@stuck"):
        crew.start(node)
    until(lambda: len(told()["workers"]) == 2, "two workers")
    crew.freeze("celery@stuck")

    some = typed("--timeout", "5")
    crew.kill("celery@good")
    until(lambda: listening(redis_server, shop) == 1, "the end of the other")
    nobody = typed("--timeout", "1")

    assert (some.exit_code, nobody.exit_code) == (1, 1)
    assert "celery@good: 1 tasks at once (thread)" in some.output
    assert "✗ 1 of 2 workers do not answer" in some.output
    assert "✗ 1 workers listen on this Redis, and none of them answers" in nobody.output


def test_workers_that_take_no_questions_are_told_from_none(
    shop: Shop, redis_server: RedisServer, tmp_path: Path
) -> None:
    deaf = "from shop_app import app\n\napp.conf.worker_enable_remote_control = False\n"
    (tmp_path / "hoarder.py").write_text(deaf)
    shop.start_worker()
    until(lambda: is_heard(redis_server.client(), shop.keys, 1), "a heartbeat")

    result = typed()

    assert result.exit_code == 1
    assert "✗ workers send heartbeats, and take no questions" in result.output


def test_a_user_of_redis_with_a_workers_rights_may_ask_and_another_is_told(
    shop: Shop, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del shop
    broker = Broker(redis_server).add_users()
    results = {}
    for user in ("worker", "beat"):
        monkeypatch.setenv("REDIS_URL", broker.url(user))
        results[user] = CliRunner().invoke(main, ["check-celery-status"])

    assert "no worker is connected" in results["worker"].output
    assert results["beat"].exit_code == 1
    assert "next: log in as a user who may" in results["beat"].output


@pytest.mark.parametrize("url", ["redis://:open-sesame@127.0.0.1:1/0"])
def test_a_broker_that_is_away_is_told_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)

    result = typed()

    assert result.exit_code == 1
    assert "127.0.0.1:1, database 0" in result.output
    assert "next: check that Redis runs there" in result.output
    assert "open-sesame" not in result.output


@pytest.mark.parametrize("words", [("--timeout", "0"), ("--queues", "mail")])
def test_wrong_use_is_told(words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 2

"""The users of the chart's Redis: what each needs works, and nothing else does, on a real Redis."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from stenofleet.broker import BrokerKeys, missing_task_ids
from stenofleet.redis_address import Address
from stenofleet_api.auth.rate import RateLimit
from support.chart import ROOT, of_kind, render
from support.redis_users import USERS, VALUES, Broker, acl
from support.servers import RedisServer, until

SUPPORT = Path(__file__).parents[2] / "support"


@pytest.fixture
def broker(redis_server: RedisServer) -> Broker:
    return Broker(redis_server).add_users()


@pytest.fixture
def worker(broker: Broker) -> Iterator[None]:
    """A worker of Stenofleet's app that logs in as the chart's workers do."""
    command = ["-A", "echo_app", "worker", "-Q", "core,transcription", "-c", "1", "-E"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *command],
        cwd=SUPPORT,
        env={**os.environ, "REDIS_URL": broker.url("worker")},
    )
    yield
    process.terminate()
    process.wait(timeout=60)


@pytest.mark.usefixtures("worker")
def test_a_task_goes_its_way_and_nobody_is_refused_anything(broker: Broker) -> None:
    for user in ("api", "beat"):
        sent = broker.app(user).send_task("echo", ["hello"], queue="core")
        result = broker.app("worker").AsyncResult(sent.id)
        assert result.get(timeout=60) == "hello"
    workers = broker.app("worker")
    keys = BrokerKeys()
    assert missing_task_ids(broker.client("worker"), keys, ["core"], ["gone"]) == {"gone"}
    assert workers.control.inspect(timeout=60, limit=1).ping()
    assert broker.app("flower").control.inspect(timeout=60, limit=1).active()
    assert broker.refused() == []


def test_the_api_counts_its_callers(broker: Broker) -> None:
    limit = RateLimit(Address(broker.url("api")), 10)
    assert limit._limiter is not None
    assert limit._limiter.storage.check()
    assert broker.refused() == []


def test_workers_read_the_lists_of_the_pools_and_keys_that_are_named(broker: Broker) -> None:
    client = broker.client("worker")
    client.lpush("orders", 1)
    client.set("shop:cart", 1)
    assert client.lpop("orders") == "1"
    assert broker.refused() == []


def test_the_operator_has_the_rights_that_its_page_names(broker: Broker) -> None:
    page = (ROOT / "docs" / "operator-brokers.md").read_text().replace("shop:", "")
    named = {
        right
        for block in re.findall(r"```acl\n(.*?)```", page, re.DOTALL)
        for right in block.split()
    }
    queues = ("mail*", "reports*", "movement_logs")
    expected = {right for right in named if not right.endswith(queues)}
    # What may be written may also be read.
    expected -= {"%R~unacked", "%R~unacked_index"}
    own = set(acl()["operator"]) - {"on", "resetchannels", "-@all"}
    rest = {right for right in own - expected if not right.startswith("#")}
    assert expected <= own
    assert rest == {
        *("~core*", "~logs*", "~transcription*", "~mail*"),
        *("%R~core*", "%R~logs*", "%R~transcription*"),
        *("%R~mail*", "%R~movement_logs", "%R~orders"),
    }
    assert broker.client("operator").ping()


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    "command",
    ["FLUSHALL", "KEYS *", "CONFIG GET *", "ACL LIST", "CLIENT LIST", "SHUTDOWN", "GET strange"],
)
def test_nobody_may_do_more(user: str, command: str, broker: Broker) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        broker.client(user).execute_command(*command.split())


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("api", "HGETALL unacked"),
        ("api", "DEL celery-task-meta-1"),
        ("beat", "GET celery-task-meta-1"),
        ("api", "PUBLISH /0.celery.pidbox x"),
        ("beat", "PUBLISH /0.celery.pidbox x"),
        ("worker", "PUBLISH strange x"),
        ("beat", "HGETALL unacked"),
        ("beat", "GET stenofleet:rate"),
        ("beat", "LLEN movement_logs"),
        ("operator", "LPUSH movement_logs 1"),
        ("operator", "LLEN movement_logs:processing:1"),
        ("operator", "GET celery-task-meta-1"),
        ("flower", "GET shop:cart"),
    ],
)
def test_who_needs_no_key_of_another_gets_none(user: str, command: str, broker: Broker) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        broker.client(user).execute_command(*command.split())


def test_a_redis_that_reads_the_chart_s_files_comes_up(tmp_path: Path) -> None:
    objects = render(
        {**VALUES, "redis": {**VALUES["redis"], "resources": {"limits": {"memory": "1G"}}}}
    )
    data = of_kind(objects, "Secret")["redis"]["stringData"]
    users = tmp_path / "users.acl"
    users.write_text(data["users.acl"])
    config = of_kind(objects, "ConfigMap")["redis"]["data"]["redis.conf"]
    file = tmp_path / "redis.conf"
    file.write_text(
        config.replace("/etc/redis-users/users.acl", str(users)).replace(
            "dir /data", f"dir {tmp_path}"
        )
    )
    server = ConfiguredRedis(tmp_path, password=data["password"])
    server.start()
    try:
        client: Any = server.client()
        assert client.config_get("maxmemory")["maxmemory"] == "500000000"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.acl_whoami() == "default"
    finally:
        server.stop()


class ConfiguredRedis(RedisServer):
    """A Redis with the configuration in its folder."""

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{self.address}:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", str(self.folder / "redis.conf"), "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers, f"redis on port {self.port}")

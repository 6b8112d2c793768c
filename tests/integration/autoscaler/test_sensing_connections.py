"""Every way to a broker, and every answer by which a broker refuses to be read."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis import Redis
from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.sense.broker import Broker
from stenofleet_autoscaler.sense.connection import Address
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked
from support.celery_messages import envelope
from support.lookout import DEFAULT, deliver, delivered, lookout
from support.redis_roles import (
    MASTER,
    Authority,
    Sentinel,
    begin_to_replicate,
    mute_server,
    replicate,
)
from support.servers import RedisServer, free_port, running, until


def depth(url: str, **address: str | None) -> int:
    """How many tasks one sees there who has never looked before."""
    with lookout(url, DEFAULT, **address) as operator:
        return operator.queue("mail").depth


def trouble(url: str, **address: str | None) -> Unseen:
    """What one says who cannot read it."""
    with pytest.raises(Unseen) as caught:
        depth(url, **address)
    return caught.value


@pytest.fixture
def mail(redis_server: RedisServer) -> Any:
    """A client of a Redis with one task."""
    client: Any = redis_server.client()
    client.rpush("mail", envelope("a"))
    return client


@pytest.fixture
def other_server(tmp_path: Path) -> Iterator[RedisServer]:
    folder = tmp_path / "other"
    folder.mkdir()
    with running(RedisServer(folder)) as server:
        yield server


@pytest.mark.usefixtures("patient")
class TestUrls:
    def test_an_acl_user_logs_in_with_any_password(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        mail.acl_setuser(
            "eve@ops", enabled=True, passwords=["+p%/:@#?"], keys=["*"], commands=["+@all"]
        )
        url = f"redis://eve%40ops:p%25%2F%3A%40%23%3F@127.0.0.1:{redis_server.port}"
        assert depth(url) == 1

    @pytest.mark.parametrize(
        "query", ["socket_timeout=3000", "max_connections=1", "visibility_timeout=9", "a=b&c"]
    )
    def test_options_that_kombu_may_find_in_a_url_are_left_aside(
        self, redis_server: RedisServer, mail: Any, query: str
    ) -> None:
        assert mail.llen("mail") == depth(f"{redis_server.url}?{query}")

    @pytest.mark.parametrize(
        "url",
        [
            *("", "nonsense", "amqp://hunter2@rabbit", "redis://:hunter2@h:99999/0"),
            *("redis://:hunter2@h:port/0", "redis://:hunter2@h/first", "redis://[hunter2/0"),
            *("sentinel://:hunter2@h/0", "unix:///hunter2", "http://hunter2"),
        ],
    )
    def test_what_is_no_url_of_a_redis_is_told_without_repeating_it(self, url: str) -> None:
        told = trouble(url)
        assert told.reason == "InvalidURL"
        assert "hunter2" not in str(told)

    @pytest.mark.parametrize(
        "url", ["sentinel://", "sentinel://h:port/0", "sentinel://h/x", "sentinel://h/0;redis://h"]
    )
    def test_what_is_no_url_of_sentinels_is_told(self, url: str) -> None:
        assert trouble(url, sentinel_master=MASTER).reason == "InvalidURL"

    def test_an_address_does_not_show_its_secrets(self) -> None:
        address = Address("redis://:hunter2@h", sentinel_password="hunter2", ca="hunter2")
        assert "hunter2" not in f"{address!r} {address}"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path)
    made.make()
    return made


class TestTls:
    @pytest.fixture
    def port(self, authority: Authority, redis_server: RedisServer, mail: Any) -> int:
        assert mail.llen("mail") == 1
        return authority.protect(redis_server)

    def test_a_server_is_read_whose_ca_is_given(self, authority: Authority, port: int) -> None:
        url = f"rediss://:pass%20word%2F1@localhost:{port}/0"
        assert depth(url, ca=authority.pem) == 1

    def test_a_server_is_not_trusted_whose_ca_is_not(self, port: int) -> None:
        told = trouble(f"rediss://:pass%20word%2F1@localhost:{port}/0")
        assert told.reason == "CertificateNotTrusted"

    def test_a_server_is_not_trusted_under_another_name(
        self, authority: Authority, port: int
    ) -> None:
        url = f"rediss://:pass%20word%2F1@127.0.0.1:{port}/0"
        assert trouble(url, ca=authority.pem).reason == "CertificateNotTrusted"

    def test_a_url_that_asks_for_no_check_gets_none(self, port: int) -> None:
        url = f"rediss://:pass%20word%2F1@localhost:{port}/0?ssl_cert_reqs=CERT_NONE"
        assert depth(url) == 1

    @pytest.mark.parametrize("ca", ["", "no certificate", "ü"])
    def test_a_ca_that_is_none_is_told(self, ca: str) -> None:
        assert trouble("rediss://localhost/0", ca=ca).reason == "InvalidCA"

    def test_a_server_without_tls_is_unreachable(self, redis_server: RedisServer) -> None:
        told = trouble(redis_server.url.replace("redis://", "rediss://"))
        assert told.reason in {"BrokerUnreachable", "BrokerTimeout"}


@pytest.mark.usefixtures("patient")
class TestSentinel:
    def test_the_new_master_is_read_after_a_failover(
        self, redis_server: RedisServer, other_server: RedisServer, tmp_path: Path, mail: Any
    ) -> None:
        deliver(mail, delivered("1"))
        mail.config_set("masterauth", redis_server.password)
        replicate(other_server, redis_server)
        sentinel = Sentinel(tmp_path, redis_server)
        url = f"sentinel://:pass%20word%2F1@127.0.0.1:{free_port()}/0;sentinel://127.0.0.1:{sentinel.port}"
        named = {"sentinel_master": MASTER, "sentinel_password": sentinel.password}
        sentinel.start()
        try:
            with lookout(url, DEFAULT, **named) as operator:
                assert operator.queue("mail").depth == 1
                redis_server.stop()
                until(lambda: _masters(other_server), "the replica to be the master")
                other_server.client().rpush("mail", envelope("b"))
                until(lambda: _sees(operator, 2), "the new master to be read")
                assert operator.in_flight("mail").due == 1
            assert trouble(url, **(named | {"sentinel_master": "nobody"})).reason == "NoMaster"
            assert trouble(url, **(named | {"sentinel_password": "wrong"})).reason == "NoMaster"
        finally:
            sentinel.stop()

    def test_with_a_ca_sentinel_and_master_are_asked_by_tls(
        self, redis_server: RedisServer, tmp_path: Path, authority: Authority, mail: Any
    ) -> None:
        assert mail.llen("mail") == 1
        port = authority.protect(redis_server)
        sentinel = Sentinel(tmp_path, redis_server, authority, port)
        url = f"sentinel://:pass%20word%2F1@localhost:{sentinel.port}/0"
        named = {"sentinel_master": MASTER, "sentinel_password": sentinel.password}
        sentinel.start(replicas=0)
        try:
            assert depth(url, ca=authority.pem, **named) == 1
            assert trouble(url, **named).reason == "NoMaster"
        finally:
            sentinel.stop()


def _masters(server: RedisServer) -> bool:
    client: Any = server.client()
    try:
        return bool(client.info("replication")["role"] == "master")
    except redis.ConnectionError:  # a Sentinel ends all connections of the server that it promotes
        return False


def _sees(operator: Any, count: int) -> bool:
    try:
        return bool(operator.queue("mail").depth == count)
    except Unseen:
        return False


class TestRefusals:
    def test_no_redis_is_unreachable(self, redis_server: RedisServer) -> None:
        redis_server.stop()
        assert trouble(redis_server.url).reason == "BrokerUnreachable"

    def test_a_host_without_an_address_is_unreachable(self) -> None:
        assert trouble("redis://no.such.host.invalid/0").reason == "BrokerUnreachable"

    def test_a_server_that_says_nothing_takes_no_longer_than_the_timeout(self) -> None:
        with mute_server() as port:
            assert trouble(f"redis://127.0.0.1:{port}/0").reason == "BrokerTimeout"

    def test_a_silent_broker_does_not_slow_anothers_look(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        async def first(port: int) -> str:
            brokers = {
                "mute": Broker(Address(f"redis://127.0.0.1:{port}/0")),
                "alive": Broker(Address(redis_server.url)),
            }
            asked = {DEFAULT: Asked(("mail",))}
            looks = {
                asyncio.create_task(broker.read(asked), name=name)
                for name, broker in brokers.items()
            }
            done, silent = await asyncio.wait(looks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*silent, return_exceptions=True)
            await asyncio.gather(*(broker.close() for broker in brokers.values()))
            return done.pop().get_name()

        assert mail.llen("mail") == 1
        with mute_server() as port:
            assert asyncio.run(first(port)) == "alive"

    def test_a_wrong_password_and_none_are_refused_and_not_told(
        self, redis_server: RedisServer
    ) -> None:
        wrong = trouble(redis_server.url.replace("pass%20word", "hunter2"))
        none = trouble(f"redis://127.0.0.1:{redis_server.port}/0")
        assert [wrong.reason, none.reason] == ["AccessDenied", "AccessDenied"]
        assert "hunter2" not in str(wrong)

    def test_a_password_that_was_changed_is_refused_and_the_new_one_taken(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        with lookout(redis_server.url) as operator:
            assert operator.queue("mail").depth == 1
            mail.config_set("requirepass", "new")
            mail.client_kill_filter(_type="normal", skipme=True)
            _quietly(operator)  # the first look may find its connection closed
            with pytest.raises(Unseen) as lost:
                operator.queue("mail")
            assert lost.value.reason == "AccessDenied"
        assert depth(redis_server.url.replace("pass%20word%2F1", "new")) == 1

    def test_an_acl_that_gives_too_little_is_told(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        mail.acl_setuser("eve", enabled=True, passwords=["+x"], keys=["*"], commands=["+@read"])
        told = trouble(f"redis://eve:x@127.0.0.1:{redis_server.port}/0")
        assert told.reason == "AccessDenied"
        assert "EVALSHA" in told.message

    def test_a_queue_that_an_acl_refuses_spoils_no_other(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        keys = ["mail*", "unacked*"]
        mail.acl_setuser("eve", enabled=True, passwords=["+x"], keys=keys, commands=["+@all"])
        with lookout(f"redis://eve:x@127.0.0.1:{redis_server.port}/0") as operator:
            seen = operator.look("secret", "mail").queues
        assert isinstance(seen["secret"], Unseen)
        assert seen["secret"].reason == "AccessDenied"
        assert not isinstance(seen["mail"], Unseen)

    def test_a_database_that_does_not_exist_is_told(self, redis_server: RedisServer) -> None:
        told = trouble(redis_server.url.removesuffix("0") + "99")
        assert (told.reason, told.message) == (
            "BrokerRefused",
            "Redis has no database of the URL's number",
        )

    def test_a_redis_that_loads_its_data_is_told(
        self, redis_server: RedisServer, other_server: RedisServer, mail: Any
    ) -> None:
        """A replica does when it gets the data of its master."""
        for number in range(400):
            mail.set(f"key-{number}", secrets.token_hex(1000))
        replica: Any = other_server.client()
        replica.config_set("key-load-delay", 20_000)  # microseconds a key
        replica.config_set("loading-process-events-interval-bytes", 1024)
        begin_to_replicate(other_server, redis_server)
        reasons: set[str] = set()

        def told() -> bool:
            try:
                depth(other_server.url)
            except Unseen as unseen:
                reasons.add(unseen.reason)
            return "BrokerLoading" in reasons

        until(told, "LOADING", seconds=30)
        assert reasons <= {"BrokerLoading", "BrokerTimeout", "BrokerUnreachable"}


@pytest.mark.usefixtures("patient")
class TestReadAllTheSame:
    """What keeps others from writing keeps nobody from looking."""

    def test_a_redis_that_is_full(self, redis_server: RedisServer, mail: Any) -> None:
        mail.config_set("maxmemory", 1)
        with pytest.raises(Exception, match="maxmemory"):
            mail.rpush("mail", "more")
        assert depth(redis_server.url) == 1

    def test_a_replica(
        self, redis_server: RedisServer, other_server: RedisServer, mail: Any
    ) -> None:
        deliver(mail, delivered("1", time.time() - 60))
        replicate(other_server, redis_server)
        with lookout(other_server.url) as operator:
            seen = operator.look("mail")
        assert not isinstance(seen.queues["mail"], Unseen)
        assert seen.in_flight["mail"].due == 1

    def test_not_so_a_replica_that_lost_its_master_and_says_so(
        self, redis_server: RedisServer, other_server: RedisServer
    ) -> None:
        replicate(other_server, redis_server)
        other_server.client().config_set("replica-serve-stale-data", "no")
        redis_server.stop()

        def told() -> bool:
            try:
                depth(other_server.url)
            except Unseen as unseen:
                return unseen.reason == "NoMaster"
            return False

        until(told, "the replica to refuse")

    def test_a_redis_that_keeps_others_waiting_for_a_while(
        self, redis_server: RedisServer, mail: Any
    ) -> None:
        """CLIENT PAUSE of writes, as in a planned failover."""
        mail.execute_command("CLIENT", "PAUSE", "1000", "WRITE")
        try:
            assert depth(redis_server.url) == 1
        finally:
            mail.client_unpause()


def _quietly(operator: Any) -> None:
    try:
        operator.queue("mail")
    except Unseen:
        return


def test_a_database_of_its_own_has_channels_of_its_own(redis_server: RedisServer) -> None:
    url = redis_server.url.removesuffix("0") + "3"
    client = Redis.from_url(url)
    client.rpush("shop:mail", envelope("a"))
    with lookout(url, BrokerKeys("shop:")) as operator:
        assert operator.queue("mail").depth == 1
        assert operator.broker.database == 3

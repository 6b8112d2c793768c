"""What a look tells of queues and lists, on a real Redis."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis
from stenofleet.broker import BrokerKeys
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Sample
from support.celery_messages import envelope
from support.lookout import Lookout, lookout
from support.servers import RedisServer, until

pytestmark = pytest.mark.usefixtures("patient")

KEYS = BrokerKeys()


def at(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()


@pytest.fixture
def client(redis_server: RedisServer) -> "Redis":
    return redis_server.client()


@pytest.fixture
def operator(redis_server: RedisServer) -> Iterator[Lookout]:
    with lookout(redis_server.url) as one:
        yield one


class TestDepth:
    def test_own_steps_separator_prefix_and_database_are_followed(
        self, redis_server: RedisServer
    ) -> None:
        keys = BrokerKeys("shop:", (0, 5), "~")
        url = redis_server.url.removesuffix("0") + "3"
        client = Redis.from_url(url)
        client.rpush("shop:mail", envelope("a"))
        client.rpush("shop:mail~5", envelope("a"), envelope("a"))
        client.rpush("mail", envelope("somebody else's"))
        with lookout(url, keys) as operator:
            assert operator.queue("mail").depth == 3

    def test_a_redis_that_was_started_anew_is_read_at_once(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.rpush("mail", envelope("a"))
        assert operator.queue("mail").depth == 1
        client.script_flush()
        assert operator.queue("mail").depth == 1

    def test_an_empty_queue_has_nothing(self, operator: Lookout) -> None:
        seen = operator.queue("mail")
        assert (seen.depth, seen.samples, seen.etas, seen.oldest) == (0, (), (), None)

    def test_plain_lists_are_counted(self, operator: Lookout, client: "Redis") -> None:
        client.rpush("movement_logs", *range(250))
        assert operator.look("mail", lists=("movement_logs", "none")).lists == {
            "movement_logs": 250,
            "none": 0,
        }


class TestSpoiled:
    @pytest.mark.parametrize("key", ["bad", KEYS.queue_list("bad", 6)])
    def test_a_key_of_the_wrong_type_spoils_its_own_queue_alone(
        self, operator: Lookout, client: "Redis", key: str
    ) -> None:
        client.set(key, "no list")
        client.rpush("mail", envelope("a"))
        seen = operator.look("bad", "mail", lists=("bad",)).queues
        assert isinstance(seen["bad"], Unseen)
        assert seen["bad"].reason == "WrongType"
        assert not isinstance(seen["mail"], Unseen)
        assert seen["mail"].depth == 1

    def test_a_list_of_the_wrong_type_is_unknown_and_not_empty(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.set("movement_logs", "no list")
        seen = operator.look("mail", lists=("movement_logs",)).lists["movement_logs"]
        assert isinstance(seen, Unseen)

    @pytest.mark.parametrize(
        "garbage",
        [b"\xff\x00", b"", b"null", b"[]", b"{}", b'"text"', b'{"body": "', b"[" * 5000, b"1e999"],
    )
    def test_garbage_is_counted_and_harms_nobody(
        self, operator: Lookout, client: "Redis", garbage: bytes
    ) -> None:
        client.rpush("mail", garbage, envelope("a"))
        seen = operator.queue("mail")
        assert (seen.depth, seen.garbage, seen.samples) == (2, 1, (Sample("a", 1),))

    @pytest.mark.parametrize(
        "value", [float("nan"), float("inf"), -float("inf"), 1e300, -1, "long", True, [], {}]
    )
    @pytest.mark.parametrize("header", ["sf_work_seconds", "sf_enqueued_at"])
    def test_headers_that_are_no_sensible_numbers_are_left_aside(
        self, operator: Lookout, client: "Redis", header: str, value: Any
    ) -> None:
        client.rpush("mail", envelope("a", **{header: value}))
        assert operator.queue("mail").samples == (Sample("a", 1),)

    @pytest.mark.parametrize("eta", ["soon", 5, {}, "9999-99-99"])
    def test_an_eta_that_is_none_is_no_reason_to_leave_a_task_out(
        self, operator: Lookout, client: "Redis", eta: Any
    ) -> None:
        client.rpush("mail", envelope("a", eta=eta))
        seen = operator.queue("mail")
        assert (seen.depth, seen.etas) == (1, ())


class TestSample:
    def test_names_counts_and_mean_work(self, operator: Lookout, client: "Redis") -> None:
        client.rpush("mail", envelope("a", sf_work_seconds=10), envelope("a", sf_work_seconds=20))
        client.rpush("mail", envelope("a"), envelope("b"))
        assert set(operator.queue("mail").samples) == {Sample("a", 3, 15.0), Sample("b", 1)}

    def test_those_that_are_delivered_next_are_looked_at(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        """The most urgent list first, and of each the right end."""
        client.rpush(KEYS.queue_list("mail", 9), *[envelope("last")] * 100)
        client.rpush(KEYS.queue_list("mail", 9), *[envelope("later")] * 120)
        client.rpush("mail", *[envelope("urgent")] * 90)
        seen = operator.queue("mail")
        assert seen.sampled == 200
        assert set(seen.samples) == {Sample("urgent", 90), Sample("later", 110)}

    def test_few_large_messages_are_looked_at(self, operator: Lookout, client: "Redis") -> None:
        for _ in range(30):
            client.rpush("mail", envelope("a", body=b"x" * 1_000_000))
        seen = operator.queue("mail")
        assert seen.depth == 30
        assert 0 < seen.sampled < 30

    def test_a_body_of_any_text_is_no_matter(self, operator: Lookout, client: "Redis") -> None:
        for body in ('with "quotes" \\', "", "\\", '"', "ü\u0000", {"no": "text"}):
            client.rpush("mail", json.dumps(json.loads(envelope("a")) | {"body": body}))
        assert operator.queue("mail").samples == (Sample("a", 6),)

    def test_a_task_with_an_eta_counts_as_due_when_its_time_has_come(
        self, operator: Lookout, client: "Redis", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        due = time.time() + 3600
        client.rpush("mail", envelope("a", eta=at(due)), envelope("a", eta=at(due + 3600)))
        assert operator.queue("mail").samples == ()
        monkeypatch.setattr(time, "time", lambda: due + 1)
        until(lambda: operator.queue("mail").samples == (Sample("a", 1),), "the task to be due")
        assert [round(eta - due) for eta in operator.queue("mail").etas] == [3600]

    def test_never_more_is_scheduled_than_is_there(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        """The depth is of each look, the sample may be of an earlier one."""
        client.rpush("mail", *[envelope("a", eta=at(time.time() + 60))] * 5)
        assert len(operator.queue("mail").etas) == 5
        client.ltrim("mail", 0, 1)
        seen = operator.queue("mail")
        assert len(seen.etas) <= seen.depth == 2

    def test_another_head_is_noticed(self, operator: Lookout, client: "Redis") -> None:
        client.rpush("mail", envelope("a"))
        operator.queue("mail")
        client.rpush("mail", envelope("b"))

        def both() -> bool:
            return set(operator.queue("mail").samples) == {Sample("a", 1), Sample("b", 1)}

        until(both, "the new head to be looked at")

    def test_a_change_behind_the_head_is_noticed(self, operator: Lookout, client: "Redis") -> None:
        client.rpush("mail", envelope("a"))
        operator.queue("mail")
        client.lpush("mail", envelope("b"))
        until(lambda: len(operator.queue("mail").samples) == 2, "the new end to be looked at")


class TestOldest:
    def test_it_counts_from_the_publishers_header(self, operator: Lookout, client: "Redis") -> None:
        now = round(time.time())
        client.rpush("mail", envelope("a", sf_enqueued_at=(now - 90) * 1000))
        client.rpush("mail", envelope("a", sf_enqueued_at=(now - 20) * 1000))
        assert operator.queue("mail").oldest == now - 90

    def test_it_counts_from_the_eta_where_that_is_later(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        now = round(time.time())
        client.rpush("mail", envelope("a", sf_enqueued_at=(now - 90) * 1000, eta=at(now - 30)))
        assert operator.queue("mail").oldest == now - 30

    def test_without_a_header_it_counts_from_the_first_look_at_the_head(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.rpush("mail", envelope("a"))
        first = operator.queue("mail").oldest
        assert first is not None
        client.lpush("mail", envelope("b"))
        until(lambda: len(operator.queue("mail").samples) == 2, "the queue to be looked at again")
        assert operator.queue("mail").oldest == first
        client.rpop("mail")
        until(lambda: operator.queue("mail").oldest != first, "the next one to be the oldest")

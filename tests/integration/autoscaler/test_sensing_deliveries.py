"""What looks tell of deliveries, on a real Redis: each is read once, none is missed for long."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stenofleet.broker import BrokerKeys
from stenofleet.broker.keys import SEPARATOR
from stenofleet_autoscaler.sense import deliveries
from stenofleet_autoscaler.sense.errors import Unseen
from stenofleet_autoscaler.sense.reading import Asked, Reading
from support.lookout import DEFAULT, Lookout, acknowledge, deliver, delivered, lookout
from support.servers import RedisServer

if TYPE_CHECKING:
    from redis import Redis

pytestmark = pytest.mark.usefixtures("patient")

MANY = 1500


def at(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()


@pytest.fixture
def client(redis_server: RedisServer) -> "Redis":
    return redis_server.client()


@pytest.fixture
def operator(redis_server: RedisServer) -> Iterator[Lookout]:
    with lookout(redis_server.url) as one:
        yield one


class TestSeen:
    def test_what_is_delivered_is_in_flight_by_its_queue(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, delivered("1", 100, task="a", sf_work_seconds=7) | delivered("2", 200))
        deliver(client, delivered("3", queue="reports"))
        seen = operator.look().in_flight
        assert (seen["mail"].due, seen["reports"].due) == (2, 1)
        (oldest, _), now = seen["mail"].sample, time.time()
        assert (oldest.tag, oldest.task, oldest.work, oldest.delivered_at) == ("1", "a", 7, 100)
        assert now - oldest.seen_at < 60

    def test_it_is_incomplete_until_all_were_seen(self, operator: Lookout, client: "Redis") -> None:
        for number in range(MANY):
            deliver(client, delivered(str(number)))
        first = operator.look()
        assert not first.complete
        assert first.in_flight["mail"].due == deliveries.NEWS
        assert operator.settled("mail", MANY).due == MANY
        assert operator.look().complete

    def test_a_delivery_dated_by_a_slow_clock_is_seen(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, {k: v for n in range(900) for k, v in delivered(str(n)).items()})
        operator.settled("mail", 900)
        deliver(client, delivered("slow", time.time() - 3600))
        assert operator.settled("mail", 901).due == 901

    def test_a_clock_far_ahead_hides_nobody_elses_deliveries(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, delivered("ahead", time.time() + 1e6))
        assert operator.in_flight("mail").due == 1
        deliver(client, delivered("1") | delivered("2"))
        assert operator.settled("mail", 3).due == 3

    def test_very_many_of_the_same_moment_are_all_seen(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, {k: v for n in range(MANY) for k, v in delivered(str(n), 5.0).items()})
        assert operator.settled("mail", MANY).due == MANY

    def test_large_bodies_are_read_a_few_at_a_time(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        for number in range(40):
            deliver(client, delivered(str(number), body=b"x" * 1_000_000))
        assert 0 < operator.in_flight("mail").due < 40
        assert operator.settled("mail", 40).due == 40

    def test_the_queue_is_that_of_the_exchanges_binding(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.sadd(DEFAULT.bindings("office"), SEPARATOR.join(["weekly", "", "reports"]))
        deliver(client, delivered("1", queue="weekly", exchange="office"))
        assert set(operator.look().in_flight) == {"reports"}

    def test_a_binding_that_came_later_is_followed(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.sadd(DEFAULT.bindings("office"), SEPARATOR.join(["weekly", "", "reports"]))
        deliver(client, delivered("1", queue="weekly", exchange="office"))
        operator.look()
        client.sadd(DEFAULT.bindings("office"), SEPARATOR.join(["daily", "", "news"]))
        deliver(client, delivered("2", queue="daily", exchange="office"))
        assert set(operator.look().in_flight) == {"reports", "news"}


class TestGone:
    def test_what_went_is_in_flight_no_more_and_tells_how_long_it_ran(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, delivered("1", time.time() - 60, task="a", sf_work_seconds=7))
        operator.look()
        acknowledge(client, "1")
        seen = operator.look()
        (ended,) = seen.finished
        assert (ended.task, ended.queue, ended.work) == ("a", "mail", 7)
        assert 0 <= time.time() - 60 - ended.seconds < 1e10
        assert ended.seconds > 0.0
        assert not seen.in_flight
        assert not operator.look().finished

    def test_all_that_went_at_once_are_gone_at_once(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, {k: v for n in range(MANY) for k, v in delivered(str(n)).items()})
        operator.settled("mail", MANY)
        client.delete(DEFAULT.unacked, DEFAULT.unacked_index)
        assert not operator.look().in_flight

    def test_nearly_all_that_went_are_gone_after_a_few_looks(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, {k: v for n in range(MANY) for k, v in delivered(str(n)).items()})
        operator.settled("mail", MANY)
        acknowledge(client, *(str(n) for n in range(1, MANY)))
        looks = [operator.in_flight("mail").due for _ in range(3)]
        assert looks[-1] == 1

    def test_what_is_delivered_anew_counts_once_and_has_not_finished(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        deliver(client, delivered("1", time.time() - 60))
        operator.look()
        again = time.time()
        deliver(client, delivered("1", again))
        seen = operator.look()
        assert (seen.in_flight["mail"].due, seen.in_flight["mail"].fresh) == (1, 1)
        assert seen.in_flight["mail"].sample[0].delivered_at == again
        assert not seen.finished

    def test_a_scheduled_task_that_was_put_back_has_not_finished(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        """As a worker does that shuts down."""
        deliver(client, delivered("1", time.time() - 60, eta=at(time.time() + 3600)))
        assert operator.in_flight("mail").scheduled == 1
        acknowledge(client, "1")
        seen = operator.look()
        assert not seen.finished
        assert not seen.in_flight


class TestScheduled:
    def test_the_next_etas_of_many_are_told(self, operator: Lookout, client: "Redis") -> None:
        now = round(time.time())
        for number in range(300):
            deliver(client, delivered(str(number), eta=at(now + 3600 - number)))
        for _ in range(2):
            seen = operator.in_flight("mail")
        assert (seen.due, seen.scheduled) == (0, 300)
        assert list(seen.etas[:3]) == [now + 3301, now + 3302, now + 3303]

    def test_it_is_due_when_its_time_has_come(
        self, operator: Lookout, client: "Redis", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver(client, delivered("1", eta=at(time.time() + 3600)))
        assert operator.in_flight("mail").due == 0
        later = time.time() + 3601
        monkeypatch.setattr(time, "time", lambda: later)
        seen = operator.in_flight("mail")
        assert (seen.due, seen.scheduled) == (1, 0)


class TestSpoiled:
    @pytest.mark.parametrize("entry", ["", "null", "[]", "{}", "[1, 2, 3]", '[{"body": "', "\\"])
    def test_garbage_is_in_nobodys_queue(
        self, operator: Lookout, client: "Redis", entry: str
    ) -> None:
        deliver(client, {"garbage": (1.0, entry)} | delivered("2", 2.0))
        seen = operator.look()
        assert {name: each.due for name, each in seen.in_flight.items()} == {"mail": 1}
        assert seen.complete

    def test_an_index_without_its_hash_is_in_nobodys_queue(
        self, operator: Lookout, client: "Redis"
    ) -> None:
        client.zadd(DEFAULT.unacked_index, {"1": 1.0})
        assert not operator.look().in_flight

    @pytest.mark.parametrize("key", ["unacked", "unacked_index"])
    def test_a_key_of_the_wrong_type_spoils_its_own_keyspace_alone(
        self, operator: Lookout, client: "Redis", key: str
    ) -> None:
        other = BrokerKeys("other:")
        deliver(client, delivered("1"))
        deliver(client, delivered("1"), other)
        client.set(key, "nothing that Celery wrote")
        seen = operator.read({DEFAULT: Asked(), other: Asked()})
        assert isinstance(spoiled := seen[DEFAULT], Unseen)
        assert spoiled.reason == "WrongType"
        assert isinstance(whole := seen[other], Reading)
        assert whole.in_flight["mail"].due == 1


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["deliver", "acknowledge", "look"]),
        st.integers(0, 30),
        st.floats(-100, 100),
    ),
    max_size=30,
)


@given(changes=CHANGES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_clocks_say_what_is_there_is_known_after_a_few_looks(
    redis_server: RedisServer, changes: list[tuple[str, int, float]]
) -> None:
    client: Any = redis_server.client()
    client.flushall()
    with lookout(redis_server.url) as operator:
        for change, number, score in changes:
            if change == "deliver":
                deliver(client, delivered(str(number), score))
            elif change == "acknowledge":
                acknowledge(client, str(number))
            else:
                operator.look()
        for _ in range(4):
            seen = operator.look()
        there = dict(client.zrange(DEFAULT.unacked_index, 0, -1, withscores=True))
        assert {each.tag for each in seen.deliveries} == set(there)
        assert sum(each.due for each in seen.in_flight.values()) == len(there)
        assert seen.complete

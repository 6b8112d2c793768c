import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_autoscaler.learn.boot import DEFAULT, TRUNCATED, Boots
from stenofleet_autoscaler.model import Heartbeat, Pod

NOW = 1_800_000_000.0
BEAT = Heartbeat(at=1.0, active=0, processed=0)


def coming(name: str = "a", trouble: str | None = None) -> Pod:
    return Pod(name, ready=False, created=NOW, trouble=trouble)


def there(name: str = "a") -> Pod:
    return Pod(name, ready=True, created=NOW)


def booted(*seconds: float) -> Boots:
    boots = Boots()
    for number, each in enumerate(seconds):
        boots.look([coming(str(number))], NOW + each / 2)
        boots.look([there(str(number))], NOW + each + TRUNCATED)
    return boots


def test_before_a_pod_was_seen_booting_the_default_stands() -> None:
    assert Boots().seconds() == DEFAULT


@given(st.floats(0.5, 600))
def test_the_time_from_a_pods_making_to_its_being_ready_is_learned(seconds: float) -> None:
    assert booted(seconds).seconds() == pytest.approx(seconds, rel=0.1)


def test_the_first_heartbeat_is_enough() -> None:
    boots = Boots()
    boots.look([coming()], NOW + 1)
    boots.look([Pod("a", ready=False, beat=BEAT, created=NOW)], NOW + 4.5)
    assert boots.seconds() == pytest.approx(4.0, rel=0.1)


def test_a_pod_that_was_there_before_the_operator_says_nothing() -> None:
    boots = Boots()
    boots.look([there()], NOW + 5000)
    assert boots.seconds() == DEFAULT


def test_a_pod_counts_once() -> None:
    boots = booted(4.0)
    boots.look([there("0")], NOW + 9000)
    assert boots.seconds() == pytest.approx(4.0, rel=0.1)


def test_a_pod_that_waited_for_a_node_did_not_boot_all_the_while() -> None:
    boots = booted(4.0)
    boots.look([coming(trouble="Unschedulable")], NOW + 10)
    boots.look([coming()], NOW + 900)
    boots.look([there()], NOW + 903)
    assert boots.seconds() == pytest.approx(4.0, rel=0.1)


def test_a_few_slow_pods_do_not_count_for_all() -> None:
    assert booted(*[4.0] * 8, 90.0).seconds() == pytest.approx(4.0, rel=0.1)


def test_it_outlives_a_restart() -> None:
    told = json.loads(json.dumps(booted(4.0, 5.0, 6.0).to_dict()))
    assert Boots.from_dict(told).seconds() == pytest.approx(6.0, rel=0.1)
    assert Boots.from_dict({"bins": "none"}).seconds() == DEFAULT

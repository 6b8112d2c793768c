import base64
import json
from typing import Any

from stenofleet_autoscaler.model import Heartbeat
from stenofleet_autoscaler.sense.heartbeats import STALE_AFTER, Heartbeats

NODE = "celery@mail-1"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def message(*events: dict[str, Any], grouped: bool = False) -> bytes:
    """As kombu publishes an event, or a group of them."""
    body = json.dumps(list(events) if grouped else events[0]).encode()
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "properties": {"body_encoding": "base64"},
            "headers": {},
        }
    ).encode()


def beat(kind: str = "worker-heartbeat", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "hostname": NODE, "active": 2, "processed": 9, **fields}


def heard(*messages: bytes, clock: Clock | None = None) -> Heartbeats:
    beats = Heartbeats("/0.celeryev", clock or Clock())
    for each in messages:
        beats.take(each)
    return beats


def test_a_heartbeat_tells_what_runs() -> None:
    assert heard(message(beat())).of(NODE) == Heartbeat(100.0, 2, 9, NODE)


def test_grouped_events_are_heard_too() -> None:
    assert heard(message(beat(active=1), beat(), grouped=True)).of(NODE) == Heartbeat(
        100.0, 2, 9, NODE
    )


def test_a_worker_is_found_by_its_host_whatever_it_is_called_before_the_at_sign() -> None:
    beats = heard(message(beat(hostname="mailer@mail-1")))
    assert beats.of_host("mail-1") == Heartbeat(100.0, 2, 9, "mailer@mail-1")
    assert beats.of_host("mail-2") is None


def test_a_host_is_known_by_the_worker_that_spoke_last() -> None:
    beats = heard(message(beat()), message(beat(hostname="mailer@mail-1", active=1)))
    assert beats.of_host("mail-1") == Heartbeat(100.0, 1, 9, "mailer@mail-1")


def test_workers_that_are_silent_for_long_are_forgotten() -> None:
    clock = Clock()
    beats = heard(message(beat()), clock=clock)
    clock.now += STALE_AFTER + 1
    beats.take(message(beat(hostname="celery@mail-2")))
    beats.forget_stale()
    assert beats.heard() == {"celery@mail-2": 0.0}
    assert beats.of_host("mail-1") is None


def test_nothing_was_heard_without_a_break_before_the_channel_is_listened_to() -> None:
    assert heard().listening_for == 0.0


def test_a_worker_that_says_goodbye_is_unknown() -> None:
    assert heard(message(beat()), message(beat("worker-offline"))).of(NODE) is None


def test_a_worker_that_falls_silent_is_unknown_not_idle() -> None:
    clock = Clock()
    beats = heard(message(beat()), clock=clock)
    clock.now += STALE_AFTER
    assert beats.of(NODE) is not None
    clock.now += 0.1
    assert beats.of(NODE) is None


def test_what_is_no_heartbeat_changes_nothing() -> None:
    noise = [
        b"\xff",
        b"[]",
        b"{}",
        b'{"body": 1, "properties": {}}',
        message(beat(active=None)),
        message({"type": "task-sent", "hostname": NODE}),
        message(beat(hostname=None)),
    ]
    assert heard(message(beat()), *noise).of(NODE) == Heartbeat(100.0, 2, 9, NODE)

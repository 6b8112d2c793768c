import time
from types import SimpleNamespace

import pytest
from stenofleet_worker.health import PAUSE, SILENCE, Health, serve
from support.servers import free_port


class Timer:
    def call_repeatedly(self, *_: object) -> None:
        """Never ticks."""


def _watched(connection: object) -> Health:
    health = Health()
    health.watch(SimpleNamespace(timer=Timer(), connection=connection))
    return health


def test_a_starting_worker_is_alive_and_not_ready() -> None:
    health = Health()
    assert health.is_live()
    assert not health.is_ready()


def test_a_loop_that_hangs_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    health = _watched(connection=object())
    assert health.is_live()
    later = time.monotonic() + SILENCE + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not health.is_live()


def test_a_worker_that_waits_for_its_broker_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    health = _watched(connection=None)
    later = time.monotonic() + SILENCE + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert health.is_live()


def test_a_stopping_worker_is_alive_and_takes_no_more() -> None:
    health = _watched(connection=object())
    assert health.is_ready()
    health.stopping = True
    assert health.is_live()
    assert not health.is_ready()


def test_a_worker_that_waits_for_its_broker_consumes_nothing() -> None:
    assert _watched(connection=object()).is_consuming()
    assert not _watched(connection=None).is_consuming()


def test_a_loop_that_stands_still_consumes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    health = _watched(connection=object())
    later = time.monotonic() + PAUSE + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert (health.is_consuming(), health.is_live()) == (False, True)


def test_who_starts_or_stops_consumes_nothing() -> None:
    assert not Health().is_consuming()
    stopping = _watched(connection=object())
    stopping.stopping = True
    assert not stopping.is_consuming()


def test_beat_is_well_while_it_runs() -> None:
    assert Health(ready=True).is_consuming()


def test_a_port_that_is_taken_is_no_reason_to_fail() -> None:
    port = free_port()
    first = serve(Health(), port)
    assert first is not None
    assert serve(Health(), port) is None
    first.shutdown()
    first.server_close()

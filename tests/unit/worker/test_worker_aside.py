"""Telling how far a window is, beside hearing it."""

import threading

import pytest
from stenofleet_worker.errors import LeaseLost
from stenofleet_worker.transcription.aside import aside

SECONDS = 20
"""For a thread to get its turn on a busy machine."""


def test_the_caller_goes_on_while_telling_takes_its_time() -> None:
    begun, released = threading.Event(), threading.Event()
    told: list[float] = []

    def slow(processed: float) -> None:
        begun.set()
        assert released.wait(SECONDS)
        told.append(processed)

    with aside(slow) as tell:
        tell(1.0)
        assert begun.wait(SECONDS)
        assert told == []
        released.set()
    assert told == [1.0]


def test_what_comes_while_the_last_one_is_not_told_is_left_out() -> None:
    begun, released = threading.Event(), threading.Event()
    told: list[float] = []

    def slow(processed: float) -> None:
        told.append(processed)
        begun.set()
        assert released.wait(SECONDS)

    with aside(slow) as tell:
        tell(1.0)
        assert begun.wait(SECONDS)
        tell(2.0)
        released.set()
    assert told == [1.0]


def _lose(_: float) -> None:
    raise LeaseLost("it was taken over")


def test_a_lost_lease_stops_whoever_tells_next() -> None:
    begun = threading.Event()

    def lose(processed: float) -> None:
        begun.set()
        _lose(processed)

    with pytest.raises(LeaseLost), aside(lose) as tell:  # noqa: PT012 - told in turns
        tell(1.0)
        assert begun.wait(SECONDS)
        for _ in range(1_000_000):
            tell(2.0)
        pytest.fail("it went on")


def test_a_lost_lease_is_told_at_the_end_at_the_latest() -> None:
    with pytest.raises(LeaseLost), aside(_lose) as tell:
        tell(1.0)


def test_what_stops_the_caller_is_raised_itself() -> None:
    with pytest.raises(KeyError), aside(_lose) as tell:  # noqa: PT012 - told, then stopped
        tell(1.0)
        raise KeyError("stopped")

"""Listening to windows while their recording is still decoded."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from stenofleet_worker.transcription.ahead import ahead
from stenofleet_worker.transcription.engines.base import Audio, Span
from stenofleet_worker.transcription.windows import Window

SECONDS = 20
"""For a thread to get its turn on a busy machine."""


def _window(index: int) -> Window:
    return Window(index, 0, np.full(10 + index, index, np.float32))


def _all_of_it(audio: Audio) -> list[Span]:
    return [(0, len(audio))]


def test_a_window_is_listened_to_before_the_next_one_is_there() -> None:
    listened = threading.Event()

    def listen(audio: Audio) -> list[Span]:
        listened.set()
        return _all_of_it(audio)

    def windows() -> Iterator[Window]:
        yield _window(0)
        assert listened.wait(SECONDS)
        yield _window(1)

    with ahead(listen) as listener:
        assert [each.index for each in listener.through(windows())] == [0, 1]
    assert listener.found(0) == [(0, 10)]


def test_one_window_waits_at_most_and_what_waits_at_the_end_is_left_out() -> None:
    begun, released = threading.Event(), threading.Event()
    heard: list[int] = []

    def slow(audio: Audio) -> list[Span]:
        heard.append(int(audio[0]))
        begun.set()
        assert released.wait(SECONDS)
        return _all_of_it(audio)

    def windows() -> Iterator[Window]:
        yield _window(0)
        assert begun.wait(SECONDS)
        yield from map(_window, range(1, 5))
        threading.Timer(0.2, released.set).start()

    with ahead(slow) as listener:
        assert len(list(listener.through(windows()))) == 5
    assert listener.found(0) == [(0, 10)]
    # The second one may have got its turn, if the timer was faster than this thread.
    assert heard[:2] in ([0], [0, 1])
    assert [listener.found(index) for index in (2, 3, 4)] == [None] * 3


def test_what_goes_wrong_there_is_raised_where_its_result_is_asked_for() -> None:
    def broken(_: Audio) -> list[Span]:
        raise KeyError("a defect")

    with ahead(broken) as listener:
        list(listener.through([_window(0)]))
    with pytest.raises(KeyError, match="a defect"):
        listener.found(0)


def test_what_stops_the_caller_is_raised_itself() -> None:
    def windows() -> Iterator[Window]:
        yield _window(0)
        raise InterruptedError

    with pytest.raises(InterruptedError), ahead(_all_of_it) as listener:
        list(listener.through(windows()))

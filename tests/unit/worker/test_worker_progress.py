import time

import pytest
from stenofleet_worker.transcription.progress import ALMOST, Clock, Pace


def _clock(total: float | None, elapsed: float) -> Clock:
    return Clock(total, started=time.monotonic() - elapsed)


def test_a_recording_of_unknown_length_has_no_percent_and_no_end() -> None:
    clock = _clock(None, elapsed=10)
    assert clock.percent(60) is None
    assert clock.completion(60) is None


@pytest.mark.parametrize(("processed", "percent"), [(0, 0), (30, 25), (120, ALMOST), (130, ALMOST)])
def test_percent_is_below_a_hundred_until_the_transcript_is_written(
    processed: float, percent: float
) -> None:
    assert _clock(120, elapsed=1).percent(processed) == percent


def test_speed_is_by_the_wall_clock_and_unknown_before_the_first_second_is_done() -> None:
    clock = _clock(600, elapsed=10)
    assert clock.speed(0) is None
    assert clock.speed(100) == pytest.approx(10, rel=0.01)


def test_two_writes_at_once_are_not_due() -> None:
    pace = Pace()
    assert pace.due()
    assert not pace.due()

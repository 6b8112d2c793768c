import time

import pytest
from stenofleet_worker.transcription.progress import ALMOST, Clock


def _clock(total: float | None, elapsed: float, done_before: float = 0.0) -> Clock:
    return Clock(total, done_before, started=time.monotonic() - elapsed)


def test_a_recording_of_unknown_length_has_no_percent_and_no_end() -> None:
    clock = _clock(None, elapsed=10)
    assert clock.percent(60) is None
    assert clock.completion(60) is None


@pytest.mark.parametrize(("processed", "percent"), [(0, 0), (30, 25), (120, ALMOST), (130, ALMOST)])
def test_percent_is_below_a_hundred_until_the_transcript_is_written(
    processed: float, percent: float
) -> None:
    assert _clock(120, elapsed=1).percent(processed) == percent


def test_speed_counts_only_what_this_delivery_did() -> None:
    clock = _clock(600, elapsed=10, done_before=240)
    assert clock.speed(240) is None
    assert clock.speed(340) == pytest.approx(10, rel=0.01)


def test_two_writes_at_once_are_not_due() -> None:
    clock = _clock(600, elapsed=0)
    assert clock.due()
    assert not clock.due()

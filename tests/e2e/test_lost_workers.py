"""Workers that go in the middle of a recording."""

from typing import Any

import pytest
from support.fleet import POOL, WORKER, Fleet, kill
from support.speech import error_rate, recording

TIMES = 8
COLUMNS = "NAME TARGET WANTED SLOTS REPLICAS CONCURRENCY MAX READY REASON AGE"


@pytest.fixture
def session(fleet: Fleet) -> str:
    """A session in the middle of its transcription."""
    session = fleet.started(recording(TIMES))
    fleet.wait_transcribing(session)
    return session


def test_the_pool_is_told_in_columns_while_a_worker_is_at_work(fleet: Fleet) -> None:
    session = fleet.started(recording(4))
    fleet.wait_transcribing(session)
    head, *rows = fleet.release.kubectl("get", "workerpools").splitlines()
    [row] = [row.split() for row in rows if row.startswith(POOL)]

    assert head.split() == COLUMNS.split()
    told = dict(zip(head.split(), row, strict=True))
    assert told["TARGET"] == "stenofleet-worker-transcription"
    assert (told["WANTED"], told["REPLICAS"], told["MAX"], told["READY"]) == ("1", "1", "3", "True")
    fleet.wait_completed(session, 120)


def test_a_deleted_pod_loses_no_recording_and_doubles_no_segment(
    fleet: Fleet, session: str
) -> None:
    busy = _first(fleet)
    fleet.release.kubectl("delete", "pod", busy["metadata"]["name"], "--wait=false")
    fleet.wait_completed(session, 120)

    assert busy["metadata"]["uid"] not in {pod["metadata"]["uid"] for pod in fleet.pods(WORKER)}
    # The worker put its message back at once; nobody had to wait for its lease.
    assert fleet.attempts([session]) == [1]
    _whole(fleet, session)


def test_a_killed_worker_s_session_completes_and_the_pool_sleeps_again(
    fleet: Fleet, session: str
) -> None:
    busy = _first(fleet)
    kill(busy)
    # The time that is promised for a lost worker.
    fleet.wait_completed(session, 120)

    # Only what the worker had in hand was sent again, not the session.
    assert fleet.attempts([session]) == [1]
    assert max(fleet.deliveries(session)) == 2
    _whole(fleet, session)
    fleet.wait_asleep()


def _first(fleet: Fleet) -> dict[str, Any]:
    """The pod that began first, and so has a window in hand; a slow machine may have more pods."""
    return min(fleet.pods(WORKER), key=lambda pod: str(pod["metadata"]["creationTimestamp"]))


def _whole(fleet: Fleet, session: str) -> None:
    """The text is there once, from its beginning to its end."""
    assert error_rate(fleet.text(session), TIMES) <= 0.10
    positions = fleet.positions(session)
    assert positions == list(range(len(positions)))

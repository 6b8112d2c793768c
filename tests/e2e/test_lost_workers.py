"""Workers that go in the middle of a recording."""

from collections.abc import Sequence
from typing import Any

import pytest
from support.fleet import POOL, WORKER, Fleet, eventually, kill
from support.releases import GONE_SECONDS
from support.speech import error_rate, recording

TIMES = 8
COLUMNS = "NAME TARGET WANTED SLOTS REPLICAS CONCURRENCY MAX READY REASON AGE"
SHOWN = ("TARGET", "WANTED", "REPLICAS", "MAX", "READY")


@pytest.fixture
def session(fleet: Fleet) -> str:
    """A session in the middle of its transcription."""
    session = fleet.started(recording(TIMES))
    fleet.wait_transcribing(session)
    return session


def test_the_pool_is_told_in_columns_while_a_worker_is_at_work(fleet: Fleet) -> None:
    # Watched: a quick worker may be done before it is asked for.
    with fleet.streamed("get", "workerpools", "--watch") as shown:
        session = fleet.started(recording(4))
        at_work = (f"stenofleet-{WORKER}", "1", "1", "3", "True")
        eventually(lambda: at_work in _told(shown(), SHOWN), "the pool's line", 180)
        assert shown().splitlines()[0].split() == COLUMNS.split()
    fleet.wait_completed(session, 240)


def test_a_deleted_pod_loses_no_recording_and_doubles_no_segment(
    fleet: Fleet, session: str
) -> None:
    busy = _first(fleet)
    fleet.release.kubectl("delete", "pod", busy["metadata"]["name"], "--wait=false")
    fleet.wait_completed(session, 400)

    # It is not hurried: what it had in hand it puts back, and then it ends.
    eventually(
        lambda: (
            busy["metadata"]["uid"] not in {pod["metadata"]["uid"] for pod in fleet.pods(WORKER)}
        ),
        "the deleted pod to go",
        GONE_SECONDS,
    )
    # The worker put its message back at once; nobody had to wait for its lease.
    assert fleet.attempts([session]) == [1]
    _whole(fleet, session)


def test_a_killed_worker_s_session_completes_and_the_pool_sleeps_again(
    fleet: Fleet, session: str
) -> None:
    busy = _first(fleet)
    kill(busy)
    fleet.wait_completed(session, 400)

    # Only what the worker had in hand was sent again, not the session.
    assert fleet.attempts([session]) == [1]
    assert max(fleet.deliveries(session)) == 2
    _whole(fleet, session)
    fleet.wait_asleep()


def _told(table: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Of each whole line about the pool of transcribers, what it says under these names."""
    rows = [line.split() for line in table.splitlines()]
    whole = [row for row in rows if row[0] == POOL and len(row) == len(rows[0])]
    told = (dict(zip(rows[0], row, strict=True)) for row in whole)
    return [tuple(each[name] for name in names) for each in told]


def _first(fleet: Fleet) -> dict[str, Any]:
    """The pod that began first, and so has a window in hand; a slow machine may have more pods."""
    return min(fleet.pods(WORKER), key=lambda pod: str(pod["metadata"]["creationTimestamp"]))


def _whole(fleet: Fleet, session: str) -> None:
    """The text is there once, from its beginning to its end."""
    assert error_rate(fleet.text(session), TIMES) <= 0.10
    positions = fleet.positions(session)
    assert positions == list(range(len(positions)))

"""Twelve recordings at once: concurrency first, then pods, then the way back."""

from typing import Any

from support.fleet import POOL, WORKER, Fleet, eventually
from support.speech import error_rate, recording

TIMES = 3
MAXIMUM = 3


def test_twelve_recordings_raise_concurrency_then_pods_and_complete_once_each(
    fleet: Fleet,
) -> None:
    sessions = [fleet.uploaded(recording(TIMES)) for _ in range(12)]
    with fleet.history("workerpool", POOL) as states:
        first = fleet.started(recording(2 * TIMES))
        fleet.wait_transcribing(first)
        for session in sessions:
            fleet.start(session)
        fleet.wait_replicas(MAXIMUM)
        eventually(lambda: len(fleet.pods(WORKER)) == MAXIMUM, "all pods", 120)
        for session in [*sessions, first]:
            fleet.wait_completed(session, 500)
        fleet.wait_asleep()
        seen = [state["status"] for state in states() if "status" in state]

    doubled = next(status for status in seen if _concurrency(status) == 2)
    # The one pod that served took two at a time before another one served.
    assert doubled["slots"]["ready"] == 2
    assert max(status["replicas"] for status in seen) == MAXIMUM
    assert max(status["slots"]["ready"] for status in seen) == 2 * MAXIMUM
    for session in sessions:
        assert error_rate(fleet.text(session), TIMES) <= 0.10
        positions = fleet.positions(session)
        assert positions == list(range(len(positions)))
    assert fleet.attempts(sessions) == [1] * 12
    assert not fleet.reasons() & {"DrainTimedOut", "WrongVictim"}


def _concurrency(status: dict[str, Any]) -> int:
    return int(status.get("concurrency", {}).get("max", 0))

"""Redis goes while workers are at work, and comes back."""

import time

from support.fleet import DEPLOYMENT, Fleet, eventually
from support.speech import error_rate, recording

TIMES = 16
AWAY_SECONDS = 20
REDIS = "statefulset/stenofleet-redis"


def test_nothing_shrinks_while_redis_is_away_and_all_goes_on_after(fleet: Fleet) -> None:
    sessions = [fleet.started(recording(TIMES)) for _ in range(3)]
    for session in sessions:
        fleet.wait_transcribing(session)
    before = fleet.replicas()
    with fleet.history("deployment", DEPLOYMENT) as states:
        fleet.release.kubectl("scale", REDIS, "--replicas=0")
        try:
            eventually(lambda: _broker(fleet) == "False", "the operator to miss Redis", 120)
            time.sleep(AWAY_SECONDS)
        finally:
            fleet.release.kubectl("scale", REDIS, "--replicas=1")
        eventually(lambda: _broker(fleet) == "True", "the operator to find Redis", 120)
        kept = [state["spec"]["replicas"] for state in states()]
    for session in sessions:
        fleet.wait_completed(session, 500)

    assert min(kept) >= before
    for session in sessions:
        assert error_rate(fleet.text(session), TIMES) <= 0.10
    assert fleet.attempts(sessions) == [1] * len(sessions)


def _broker(fleet: Fleet) -> str:
    conditions = fleet.pool()["status"]["conditions"]
    return next(str(c["status"]) for c in conditions if c["type"] == "BrokerReachable")

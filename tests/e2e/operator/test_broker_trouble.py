"""A broker that goes, comes back, and changes its password."""

import secrets

import pytest
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app
from support.watches import changes

FRAIL = "frail"


@pytest.fixture(scope="module")
def lab(operator_lab: Lab) -> Lab:
    """The lab with a broker that may be broken."""
    operator_lab.start_redis(FRAIL)
    return operator_lab


def test_nothing_shrinks_while_the_broker_is_away_and_all_is_done_after(lab: Lab) -> None:
    with plain_app(lab, "patient", Setup(broker=FRAIL)) as app:
        running = app.hold(2)
        app.wait_running(2)
        waiting = app.send(3, 1.0)
        with app.history(".spec.replicas") as replicas:
            lab.kubectl("scale", f"statefulset/{FRAIL}", "--replicas=0")
            app.wait_condition("BrokerReachable", "False")
            app.release()
            quiet_windows(app)
            seen = [int(line) for line in changes(replicas)]
            lab.kubectl("scale", f"statefulset/{FRAIL}", "--replicas=1")
        app.wait_condition("BrokerReachable", "True")
        app.wait_done([*running, *waiting])
    assert min(seen) >= 2


def test_a_changed_password_is_followed_from_the_secret(lab: Lab) -> None:
    with plain_app(lab, "keyholder", Setup(broker=FRAIL)) as app:
        app.wait_condition("BrokerReachable", "True")
        lab.change_password(FRAIL, secrets.token_hex(8))
        app.wait_condition("BrokerReachable", "False")
        lab.tell_brokers()
        app.wait_condition("BrokerReachable", "True")
        app.wait_done(app.send(2, 1.0))


def quiet_windows(app: PlainApp) -> None:
    """Lets some scale-down windows pass, which another pool's whole way shows to be happening."""
    with plain_app(app.lab, f"{app.name}-other") as other:
        other.wait_done(other.send(1, 1.0))
        other.wait_asleep()

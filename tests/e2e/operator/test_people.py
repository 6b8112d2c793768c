"""What people may tell a pool: how many pods, to do nothing, to say only what it would do."""

from collections.abc import Iterator

import pytest
from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import PlainApp, plain_app
from support.watches import changes

HELD = '.status.conditions[?(@.type=="ManualHold")].status}{" "}{.status.holdUntil'
"""Whether somebody holds the pool, and until when, which may be over before it is asked for."""


@pytest.fixture
def app(operator_lab: Lab) -> Iterator[PlainApp]:
    with plain_app(operator_lab, "people", manualHold="12s") as app:
        app.wait_condition("Ready", "True")
        yield app


def test_a_scaled_pool_stands_in_its_bounds_until_the_hold_is_over(app: PlainApp) -> None:
    pool = f"workerpool/{app.name}"
    with app.history(".spec.replicas") as replicas, app.history(HELD, pool) as held:
        # The operator must have written once to know a person's figure from its own.
        app.lab.kubectl("scale", pool, "--replicas=9")
        eventually(lambda: any(line.startswith("True 2") for _, line in held), "the hold", 60)
        eventually(lambda: "4" in changes(replicas), "the pool's maximum", 60)
    app.wait_condition("ManualHold", "False")
    app.wait_asleep()


def test_a_paused_pool_is_left_alone_and_a_resumed_one_goes_on(app: PlainApp) -> None:
    app.change_pool(mode="Paused")
    with app.history(".spec.replicas") as replicas:
        tasks = app.send(1, 1.0)
        quiet(app)
        assert changes(replicas) == ["0"]
        app.change_pool(mode="Active")
        app.wait_done(tasks)


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(app: PlainApp) -> None:
    app.change_pool(mode="DryRun")
    with app.history(".spec.replicas") as replicas:
        app.send(3, 1.0)
        eventually(lambda: app.pool()["status"]["slots"].get("wanted") == 3, "what it would do", 60)
        quiet(app)
        assert changes(replicas) == ["0"]
    assert app.pool()["status"]["decision"]["reason"] == "Demand"


def quiet(app: PlainApp) -> None:
    """Lets a good many ticks pass, which another pool's work shows to be happening."""
    with plain_app(app.lab, f"{app.name}-other") as other:
        other.wait_done(other.send(1, 3.0))

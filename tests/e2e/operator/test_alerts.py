"""The chart's own alerts, seen to fire and to resolve on a real cluster.

Their rules are those of the chart, but for how long a condition holds before somebody is called.
`make campaign-alerts` tries all that are here; the suite only the one that takes seconds.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app
from support.pod_targets import pod_targets
from support.prometheus import alerts, prometheus

SHAKY = "shaky"
AT_ONCE = {"StenofleetBrokerUnknown": "1s", "StenofleetStalledConsumer": "0s"}
SECONDS = 180
SUSPECTED_SECONDS = 300
"""The operator waits for a minute, and a pod as young as that is not suspected."""
BURNT_SECONDS = 420
"""Until less than 6 % of the time were beyond the objective: one of its alerts is patient."""

takes_minutes = pytest.mark.skipif(
    os.environ.get("ALERTS") != "all", reason="takes minutes: make campaign-alerts"
)


@pytest.fixture(scope="module")
def url(operator_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes the lab's operator."""
    folder = tmp_path_factory.mktemp("prometheus")
    with (
        pod_targets(operator_lab.cluster, operator_lab.namespace, folder) as pods,
        prometheus(folder, pods, AT_ONCE) as found,
    ):
        yield found


def test_a_broker_that_stops_is_told_of_until_it_answers_again(operator_lab: Lab, url: str) -> None:
    operator_lab.start_redis(SHAKY)
    with plain_app(operator_lab, "brokerless", Setup(broker=SHAKY)) as app:
        app.wait_condition("BrokerReachable", "True")
        # A young pool may not have found its broker at once.
        wait_resolved(url, "StenofleetBrokerUnknown", app)
        operator_lab.kubectl("scale", f"statefulset/{SHAKY}", "--replicas=0")
        wait_firing(url, "StenofleetBrokerUnknown", app)
        operator_lab.kubectl("scale", f"statefulset/{SHAKY}", "--replicas=1")
        wait_resolved(url, "StenofleetBrokerUnknown", app)


@takes_minutes
def test_a_stalled_consumer_is_told_of_until_its_tasks_are_done(
    operator_lab: Lab, url: str
) -> None:
    with plain_app(operator_lab, "stalling", minReplicas=1, maxReplicas=1) as app:
        app.wait_done(app.send(1, 0.1))
        app.stop_consuming()
        tasks = app.send(2, 0.1)
        wait_firing(url, "StenofleetStalledConsumer", app, SUSPECTED_SECONDS)
        app.wait_done(tasks, SUSPECTED_SECONDS)
        wait_resolved(url, "StenofleetStalledConsumer", app)


@takes_minutes
def test_an_objective_that_cannot_be_kept_burns_until_the_backlog_is_done(
    operator_lab: Lab, url: str
) -> None:
    spec: dict[str, Any] = {"objective": {"queueWait": "1s"}, "minReplicas": 1, "maxReplicas": 1}
    with plain_app(operator_lab, "promising", **spec) as app:
        app.wait_done(app.send(1, 0.1))
        tasks = app.send(3, 4.0)
        wait_firing(url, "StenofleetObjectiveBurning", app)
        app.wait_done(tasks)
        wait_resolved(url, "StenofleetObjectiveBurning", app, BURNT_SECONDS)


def fires(url: str, alert: str, app: PlainApp) -> bool:
    return alerts(url).get((alert, app.name)) == "firing"


def wait_firing(url: str, alert: str, app: PlainApp, seconds: float = SECONDS) -> None:
    eventually(lambda: fires(url, alert, app), f"{alert} to fire", seconds)
    print(f"{alert} fires for {app.name}")


def wait_resolved(url: str, alert: str, app: PlainApp, seconds: float = SECONDS) -> None:
    eventually(lambda: (alert, app.name) not in alerts(url), f"{alert} to resolve", seconds)
    print(f"{alert} is resolved for {app.name}")

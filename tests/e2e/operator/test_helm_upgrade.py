"""A release whose workers change while the operator has made them many."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.fleet import eventually
from support.images import OPERATOR, image_value
from support.operator_lab import BROKERS, CHART, PROFILE, Lab
from support.plain_app import PlainApp, Setup, command_of, env_of
from support.watches import changes, watched

PODS = 6
TARGET = "deployment/farm-worker-plain"
# Above what a rollout takes.
SETUP = Setup(grace=240)


@pytest.fixture
def farm(operator_lab: Lab) -> Iterator[PlainApp]:
    """Workers that the chart deploys, in a release of their own without an operator."""
    app = PlainApp(operator_lab, "farm", SETUP)
    app.ledger.clear()
    deploy(app)
    yield app
    operator_lab.cluster.helm("uninstall", app.name, "--namespace", operator_lab.namespace)


def test_an_upgrade_with_a_changed_label_leaves_six_replicas_as_they_are(farm: PlainApp) -> None:
    lab = farm.lab
    tasks = farm.hold(PODS)
    farm.wait_running(PODS)
    with watched(
        *(lab.cluster, lab.namespace, TARGET, "-o", 'jsonpath={.spec.replicas}{"\\n"}')
    ) as replicas:
        eventually(lambda: replicas, "the Deployment to be watched", 60)
        deploy(farm, podLabels={"changed": "yes"})
        lab.kubectl("rollout", "status", TARGET, "--timeout=180s", timeout=200)
        seen = changes(replicas)
    farm.release()
    farm.wait_done(tasks)
    assert seen == [str(PODS)]
    farm.assert_each_once(tasks)


def deploy(app: PlainApp, **worker: Any) -> None:
    lab = app.lab
    plain = {
        "image": image_value(lab.image),
        "command": command_of(app),
        "env": env_of(app),
        "queues": [app.name],
        "maxReplicas": PODS,
        # The new pods have nothing to do, and stay all the same.
        "poolSpec": {"behavior": {"scaleDown": {"stabilizationWindow": "600s"}}},
        "broker": {"urlSecretRef": {"name": BROKERS, "key": app.setup.broker}},
        "terminationGracePeriodSeconds": SETUP.grace,
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}},
        **worker,
    }
    values = {
        "fullnameOverride": app.name,
        # Without an operator of its own, an upgrade still brings the CRD to this version.
        "operator": {"enabled": False, "image": image_value(lab.images[OPERATOR])},
        "workers": {"plain": plain},
    }
    where = ("--namespace", lab.namespace, "--values", str(PROFILE), "--values", "-")
    command = ("upgrade", "--install", app.name, str(CHART), *where)
    lab.cluster.helm(*command, text=json.dumps(values), timeout=180)

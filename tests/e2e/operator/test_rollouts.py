"""Pods that others replace or evict while every slot is busy."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app

# The grace is above the longest task, and a new pod comes before an old one goes.
STRATEGY = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
SETUP = Setup(concurrency=2, grace=40, strategy=STRATEGY)
LENGTH = 15.0


@pytest.fixture
def busy(operator_lab: Lab) -> Iterator[tuple[PlainApp, list[str]]]:
    """An app with every slot of two pods busy."""
    with plain_app(operator_lab, "replaced", SETUP, concurrency={"min": 2, "max": 2}) as app:
        tasks = app.send(4, LENGTH)
        app.wait_running(4)
        yield app, tasks


def test_a_changed_template_cuts_no_task(busy: tuple[PlainApp, list[str]]) -> None:
    app, tasks = busy
    before = {pod["metadata"]["uid"] for pod in app.pods()}
    app.lab.kubectl("set", "env", app.target, "CHANGED=1")
    app.wait_done(tasks)
    app.lab.kubectl("rollout", "status", app.target, "--timeout=60s", timeout=70)
    assert not before & {pod["metadata"]["uid"] for pod in app.pods()}
    app.wait_asleep()
    app.assert_each_once(tasks)


def test_a_drained_node_cuts_no_task(busy: tuple[PlainApp, list[str]]) -> None:
    app, tasks = busy
    with uncordoned_after(app) as node:
        selector = f"--pod-selector=app={app.name}"
        app.lab.cluster.kubectl("drain", node, selector, "--timeout=90s", timeout=100)
    app.wait_done(tasks)
    app.wait_asleep()
    app.assert_each_once(tasks)


@contextmanager
def uncordoned_after(app: PlainApp) -> Iterator[str]:
    """The node of one of the app's pods, which takes pods again at the end."""
    node = app.pods()[0]["spec"]["nodeName"]
    try:
        yield node
    finally:
        app.lab.cluster.kubectl("uncordon", node)

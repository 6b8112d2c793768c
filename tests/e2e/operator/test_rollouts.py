"""Pods that others replace or evict while every slot is busy."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app

# The grace is above the longest task, and a new pod comes before an old one goes.
STRATEGY = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
SETUP = Setup(concurrency=2, grace=40, strategy=STRATEGY)


def test_a_changed_template_cuts_no_task(operator_lab: Lab) -> None:
    with busy(operator_lab, "renewed") as (app, tasks):
        before = uids(app)
        app.lab.kubectl("set", "env", app.target, "CHANGED=1")
        app.wait_done(tasks)
        eventually(lambda: not before & uids(app), "the old pods to be gone", 180)
        app.wait_asleep()
        app.assert_each_once(tasks)


def test_a_drained_node_cuts_no_task(operator_lab: Lab) -> None:
    with busy(operator_lab, "evicted") as (app, tasks):
        with uncordoned_after(app) as node:
            selector = f"--pod-selector=app={app.name}"
            app.lab.cluster.kubectl("drain", node, selector, "--timeout=180s", timeout=200)
        app.wait_done(tasks)
        app.wait_asleep()
        app.assert_each_once(tasks)


@contextmanager
def busy(lab: Lab, name: str) -> Iterator[tuple[PlainApp, list[str]]]:
    """An app with every slot of two pods busy."""
    with plain_app(lab, name, SETUP, concurrency={"min": 2, "max": 2}) as app:
        tasks = app.hold(4, 15.0)
        app.wait_running(4)
        app.release()
        yield app, tasks


@contextmanager
def uncordoned_after(app: PlainApp) -> Iterator[str]:
    """The node of one of the app's pods, which takes pods again at the end."""
    node = app.pods()[0]["spec"]["nodeName"]
    try:
        yield node
    finally:
        app.lab.cluster.kubectl("uncordon", node)


def uids(app: PlainApp) -> set[str]:
    """The app's pods, those that end included."""
    return {pod["metadata"]["uid"] for pod in app.pods()}

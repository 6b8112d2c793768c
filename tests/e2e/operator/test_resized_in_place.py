"""A pod's processor and memory follow its slots while it runs."""

from typing import Any

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import PlainApp, plain_app

RESOURCES = {
    "container": "worker",
    "base": {"requests": {"cpu": "10m", "memory": "64Mi"}},
    "perSlot": {"requests": {"cpu": "20m", "memory": "16Mi"}},
}


def test_a_pod_is_resized_in_place_with_its_concurrency(operator_lab: Lab) -> None:
    spec: dict[str, Any] = {"maxReplicas": 1, "concurrency": {"min": 1, "max": 3}}
    with plain_app(operator_lab, "grown", **spec, resources=RESOURCES) as app:
        first = app.hold(1)
        app.wait_running(1)
        more = app.hold(2)
        app.wait_running(3)
        eventually(lambda: allocated(app) == ("70m", "112Mi"), "the pod to be resized", 120)
        [pod] = app.pods()
        assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
        app.release()
        app.wait_done([*first, *more])
        app.assert_each_once([*first, *more])


def allocated(app: PlainApp) -> tuple[Any, Any]:
    """What the kubelet gives the worker: processor and memory."""
    [pod] = app.pods()
    [container] = pod["status"]["containerStatuses"]
    requests = container["resources"]["requests"]
    return requests["cpu"], requests["memory"]

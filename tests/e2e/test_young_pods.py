"""Pods that are to go before they have come."""

from typing import Any

from support.fleet import Fleet, eventually

COMPONENT = "worker-core"
STARTING, READY = (True, False), (True, True)
GONE = "--timeout=50s"
"""Below the pod's grace, which is what it took when the signal was not heard."""


def test_a_worker_that_is_told_to_go_while_it_starts_does_not_wait_for_its_grace(
    awake_fleet: Fleet,
) -> None:
    kubectl = awake_fleet.release.kubectl
    gone: set[str] = set()

    def young() -> set[str]:
        """A pod that starts; one that is ready is sent away, so that another one starts."""
        for name in those(awake_fleet, READY) - gone:
            kubectl("delete", "pod", name, "--wait=false")
            gone.add(name)
        return those(awake_fleet, STARTING) - gone

    name = min(eventually(young, "a pod that starts", 240))
    kubectl("delete", "pod", name, "--wait=false")
    kubectl("wait", "--for=delete", f"pod/{name}", GONE)
    eventually(lambda: those(awake_fleet, READY) - {name, *gone}, "a worker again", 120)


def those(fleet: Fleet, wanted: tuple[bool, bool]) -> set[str]:
    """The pods whose worker is in this state."""
    return {pod["metadata"]["name"] for pod in fleet.pods(COMPONENT) if state(pod) == wanted}


def state(pod: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the worker runs, and whether it is ready."""
    [worker] = pod["status"].get("containerStatuses") or [{"state": {}, "ready": False}]
    return "running" in worker["state"], worker["ready"]

"""Pods that are to go before they have come."""

from typing import Any

from support.fleet import Fleet, eventually

COMPONENT = "worker-core"
STARTING, READY = (True, False), (True, True)
GONE = "--timeout=40s"
"""Well below the pod's grace, which is what it took when the signal was not heard."""


def test_a_worker_that_is_told_to_go_while_it_starts_does_not_wait_for_its_grace(
    awake_fleet: Fleet,
) -> None:
    kubectl = awake_fleet.release.kubectl
    [first] = those(awake_fleet, READY)
    kubectl("delete", "pod", first, "--wait=false")
    [young] = eventually(lambda: those(awake_fleet, STARTING) - {first}, "the next pod", 60)
    kubectl("delete", "pod", young, "--wait=false")
    kubectl("wait", "--for=delete", f"pod/{young}", GONE)
    eventually(lambda: those(awake_fleet, READY) - {first, young}, "a worker again", 60)


def those(fleet: Fleet, wanted: tuple[bool, bool]) -> set[str]:
    """The pods whose worker is in this state."""
    return {pod["metadata"]["name"] for pod in fleet.pods(COMPONENT) if state(pod) == wanted}


def state(pod: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the worker runs, and whether it is ready."""
    [worker] = pod["status"].get("containerStatuses") or [{"state": {}, "ready": False}]
    return "running" in worker["state"], worker["ready"]

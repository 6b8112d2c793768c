"""Pods that are to go before they have come."""

from support.fleet import Fleet, eventually

COMPONENT = "worker-core"
GONE = "--timeout=40s"
"""Well below the pod's grace, which is what it took when the signal was not heard."""


def test_a_worker_that_is_told_to_go_while_it_starts_does_not_wait_for_its_grace(
    awake_fleet: Fleet,
) -> None:
    kubectl = awake_fleet.release.kubectl
    [first] = names(awake_fleet)
    kubectl("delete", "pod", first, "--wait=false")
    [young] = eventually(lambda: names(awake_fleet, starting=True) - {first}, "the next pod", 60)
    kubectl("delete", "pod", young, "--wait=false")
    kubectl("wait", "--for=delete", f"pod/{young}", GONE)
    eventually(lambda: names(awake_fleet, ready=True) - {first, young}, "a worker again", 60)


def names(fleet: Fleet, *, starting: bool = False, ready: bool = False) -> set[str]:
    """The pods, or those whose worker runs and is not ready, or those that are ready."""
    found = {}
    for pod in fleet.pods(COMPONENT):
        states = pod["status"].get("containerStatuses", [])
        runs = any("running" in each["state"] for each in states)
        found[pod["metadata"]["name"]] = (runs, all(each["ready"] for each in states) and runs)
    return {
        name
        for name, (runs, is_ready) in found.items()
        if (not starting or (runs and not is_ready)) and (not ready or is_ready)
    }

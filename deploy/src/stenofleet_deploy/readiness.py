"""Wait until a release is ready, saying for what, and tell why when it does not become so."""

import time
from typing import Any

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.progress import Changes
from stenofleet_deploy.release import Release

READY_SECONDS = 300
POLL_SECONDS = 1.0
SHOWN_EVENTS = 15
SHOWN_LOG_LINES = 8


def wait(release: Release, seconds: float = READY_SECONDS) -> None:
    """Wait until every workload of the release is ready.

    Args:
        release: Which.
        seconds: The longest wait.

    Raises:
        DeployError: It took longer; the message shows the pods and the last events.
    """
    changes, deadline = Changes(), time.monotonic() + seconds
    while missing := awaited(release.get("deployments,statefulsets,jobs")):
        changes.say(f"waiting for {', '.join(missing)}")
        if time.monotonic() > deadline:
            raise DeployError(
                f"not ready after {seconds:.0f} s: {', '.join(missing)}\n{state(release)}"
            )
        time.sleep(POLL_SECONDS)


def awaited(workloads: list[dict[str, Any]]) -> list[str]:
    """Name the workloads that are not ready, each with how far it is.

    Args:
        workloads: Deployments, StatefulSets and Jobs as the API server returns them.
    """
    return [missing for workload in workloads if (missing := lack(workload))]


def lack(workload: dict[str, Any]) -> str:
    """What a workload lacks to be ready; empty when it is."""
    name, status = workload["metadata"]["name"], workload.get("status", {})
    if workload["kind"] == "Job":
        return "" if status.get("succeeded") else f"{name} (job)"
    if status.get("observedGeneration", 0) < workload["metadata"]["generation"]:
        return f"{name} (not seen yet)"
    wanted, ready = workload["spec"].get("replicas", 1), status.get("availableReplicas", 0)
    if ready < wanted:
        return f"{name} ({ready}/{wanted})"
    # Old pods must be gone as well: until then they may still answer.
    settled = status.get("replicas", 0) == status.get("updatedReplicas", 0) == wanted
    return "" if settled else f"{name} ({ready}/{wanted}, old pods go)"


def state(release: Release) -> str:
    """What a person looks at first: the pods, the last events, the words of what fails."""
    pods = release.kubectl("get", "pods", "--output", "wide")
    events = release.kubectl("get", "events", "--sort-by", ".lastTimestamp").splitlines()
    logs = [log for pod in release.get("pods") for log in failing_logs(release, pod)]
    return "\n".join([pods, *events[:1], *events[1:][-SHOWN_EVENTS:], *logs])


def failing_logs(release: Release, pod: dict[str, Any]) -> list[str]:
    """The last lines of each container of a pod that ended with an error."""
    name = pod["metadata"]["name"]
    return [
        f"\nlog of {name}, container {container}:\n"
        + release.kubectl("logs", name, "--container", container, f"--tail={SHOWN_LOG_LINES}")
        for container in failed_containers(pod["status"])
    ]


def failed_containers(status: dict[str, Any]) -> list[str]:
    """The containers of a pod's status whose current or last run ended with an error."""
    containers = [
        *status.get("initContainerStatuses", []),
        *status.get("containerStatuses", []),
    ]
    return [
        container["name"]
        for container in containers
        if any(ended(container.get(run, {})) for run in ("state", "lastState"))
    ]


def ended(state: dict[str, Any]) -> bool:
    """Whether a container's state is an end with an error."""
    exit_code: int = state.get("terminated", {}).get("exitCode", 0)
    return exit_code != 0

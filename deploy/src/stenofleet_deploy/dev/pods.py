"""The pods of a release that take changed code."""

from dataclasses import dataclass
from typing import Any

from stenofleet_deploy.release import Release

ANNOTATION = "stenofleet.io/code"


@dataclass(frozen=True)
class Pod:
    """A pod whose container runs.

    Attributes:
        uid: Tells it from others of its name.
        name: Of the pod.
        container: The one that runs our code.
        source: The folder whose code it runs, beside the library's.
        health: The URL inside the pod that answers 200 when it serves; empty without one.
    """

    uid: str
    name: str
    container: str
    source: str
    health: str


def running(release: Release) -> list[Pod]:
    """The pods of a release that take code at the moment."""
    return [pod for item in release.get("pods") if (pod := read(item))]


def read(item: dict[str, Any]) -> Pod | None:
    """Read a pod as the API server tells it; None for one that takes no code, or not now."""
    metadata, container = item["metadata"], item["spec"]["containers"][0]
    source = metadata.get("annotations", {}).get(ANNOTATION)
    if not source or "deletionTimestamp" in metadata or not runs(item, container["name"]):
        return None
    return Pod(metadata["uid"], metadata["name"], container["name"], source, health(container))


def runs(item: dict[str, Any], container: str) -> bool:
    """Whether a container of the pod runs."""
    statuses = item["status"].get("containerStatuses", [])
    return any(each["name"] == container and "running" in each["state"] for each in statuses)


def health(container: dict[str, Any]) -> str:
    """Where the container itself is asked whether it serves."""
    asked = container.get("readinessProbe", {}).get("httpGet")
    if not asked:
        return ""
    ports = {port.get("name"): port["containerPort"] for port in container.get("ports", [])}
    return f"http://127.0.0.1:{ports.get(asked['port'], asked['port'])}{asked['path']}"

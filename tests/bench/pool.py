"""The transcription pool of a release, as the measurements turn and watch it."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import program

ASLEEP_SECONDS = 240
PATCH_SECONDS = 30
STOP_SECONDS = 10
POLL_SECONDS = 0.5
SHORT_WINDOW = "2s"

Sighting = tuple[float, int]
"""When (seconds of the epoch) a number of replicas was seen in the Deployment's spec."""


def pool_name(release: Release) -> str:
    """The WorkerPool that transcribes, told by the queue that it is sized by."""
    for pool in release.get("workerpools"):
        if "transcription" in pool["spec"]["demand"].get("queues", []):
            name: str = pool["metadata"]["name"]
            return name
    raise DeployError(f"{release.name}: no WorkerPool has the queue transcription; deploy first")


def spec_of(release: Release, pool: str) -> dict[str, Any]:
    """The WorkerPool's spec as it is."""
    spec: dict[str, Any] = json.loads(release.kubectl("get", "workerpool", pool, "-o", "json"))[
        "spec"
    ]
    return spec


@contextmanager
def changed(release: Release, pool: str, **fields: Any) -> Iterator[None]:
    """Change fields of the pool's spec for as long as the context lasts; trees are merged."""
    before = spec_of(release, pool)
    _patch(release, pool, fields)
    try:
        yield
    finally:
        _patch(release, pool, {name: before.get(name) for name in fields})


@contextmanager
def hasty(release: Release, pool: str) -> Iterator[None]:
    """Let the pool go back to sleep quickly, so that rounds follow one another."""
    window = {"scaleDown": {"stabilizationWindow": SHORT_WINDOW}}
    with changed(release, pool, behavior=window, minReplicas=0):
        yield


def _patch(release: Release, pool: str, fields: dict[str, Any]) -> None:
    patch = json.dumps({"spec": fields})
    release.kubectl("patch", "workerpool", pool, "--type", "merge", "--patch", patch)


def wait_asleep(release: Release, target: str) -> None:
    """Wait until the target has no pod left, also none that is ending.

    Raises:
        DeployError: It still has pods after 240 s.
    """
    deadline = time.monotonic() + ASLEEP_SECONDS
    while time.monotonic() < deadline:
        if not any(pod["metadata"]["name"].startswith(f"{target}-") for pod in release.get("pods")):
            return
        time.sleep(POLL_SECONDS)
    raise DeployError(f"{target} still has pods after {ASLEEP_SECONDS} s")


def wait_slots(release: Release, pool: str, slots: int) -> None:
    """Wait until the pool has exactly so many slots that are ready.

    Raises:
        DeployError: It has another number after 240 s.
    """
    deadline = time.monotonic() + ASLEEP_SECONDS
    path = "jsonpath={.status.slots.ready}"
    while (ready := release.kubectl("get", "workerpool", pool, "-o", path)) != str(slots):
        if time.monotonic() > deadline:
            raise DeployError(f"{pool}: expected {slots} slots ready, got {ready or 'none'}")
        time.sleep(POLL_SECONDS)


@contextmanager
def replicas_seen(release: Release, target: str) -> Iterator["queue.Queue[Sighting]"]:
    """Watch the Deployment's `spec.replicas`: each sighting arrives with its time."""
    words = ["--namespace", release.namespace, "get", "deployment", target, "--watch"]
    words += ["--output", 'jsonpath={.spec.replicas}{"\\n"}']
    command = release.cluster.kubectl_command(*words)
    environment = {**os.environ, **release.cluster.environment}
    process = subprocess.Popen(  # no shell; the words come from this program
        [program(command[0], environment), *command[1:]],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    seen: queue.Queue[Sighting] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, seen), daemon=True)
    reader.start()
    try:
        seen.get(timeout=PATCH_SECONDS)  # what it is now: the watch stands
        yield seen
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        reader.join(STOP_SECONDS)


def _read(process: "subprocess.Popen[str]", seen: "queue.Queue[Sighting]") -> None:
    for line in process.stdout or ():
        seen.put((time.time(), int(line)))


def first_above_zero(seen: "queue.Queue[Sighting]") -> float:
    """When replicas left zero, in seconds of the epoch.

    Raises:
        DeployError: They did not within 30 s.
    """
    deadline = time.monotonic() + PATCH_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            at, replicas = seen.get(timeout=left)
        except queue.Empty:
            break
        if replicas > 0:
            return at
    raise DeployError(f"the Deployment stayed at 0 replicas for {PATCH_SECONDS} s")

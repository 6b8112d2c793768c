"""Requests to a Service from a pod beside it; a port-forward would hold one pod of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import lab_objects
from support.fleet import Fleet, eventually

NAME = "load"
STOP = "/tmp/stop"  # noqa: S108 - the pod's own, as in the script
SCRIPT = Path(__file__).with_name("load_script.py")
ENDED_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """The pod that sends, and what it has written."""

    fleet: Fleet

    def answers(self) -> list[dict[str, Any]]:
        """One entry a request: its `id`, and its `status` or the `error` instead."""
        written = self.fleet.release.kubectl("logs", NAME).splitlines()
        return [json.loads(line) for line in written]

    def failed(self) -> list[dict[str, Any]]:
        """The requests without a good answer."""
        return [each for each in self.answers() if not 200 <= each.get("status", 0) < 300]

    def taken(self) -> set[str]:
        """The ids of the movements that were taken."""
        return {each["id"] for each in self.answers() if 200 <= each.get("status", 0) < 300}

    def wait_further(self, count: int, seconds: float = 240) -> None:
        """Returns once so many more requests were answered."""
        wanted = len(self.answers()) + count
        eventually(lambda: len(self.answers()) >= wanted, f"{count} more answers", seconds)

    def finish(self) -> None:
        """Lets it send no more; returns when the last answer is written."""
        release = self.fleet.release
        release.kubectl("exec", NAME, "--", "touch", STOP)
        release.kubectl(
            *("wait", f"pod/{NAME}", "--for=jsonpath={.status.phase}=Succeeded"),
            f"--timeout={ENDED_SECONDS}s",
        )


@contextmanager
def load(fleet: Fleet, service: str) -> Iterator[Load]:
    """Sends from now on, with the API's own image; the pod goes at the end."""
    release = fleet.release
    api = fleet.pods("api")[0]["spec"]["containers"][0]
    container = {
        "name": NAME,
        "image": api["image"],
        "command": ["python", "-c", SCRIPT.read_text(), service],
        "securityContext": lab_objects.CONTAINER_SECURITY,
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": NAME},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": lab_objects.POD_SECURITY,
            "containers": [container],
        },
    }
    words = ("--namespace", release.namespace, "apply", "--filename", "-")
    release.cluster.kubectl(*words, text=json.dumps(pod))
    try:
        release.kubectl("wait", f"pod/{NAME}", "--for=condition=Ready", "--timeout=60s")
        yield Load(fleet)
    finally:
        release.kubectl("delete", "pod", NAME, "--grace-period=1", "--ignore-not-found")

"""Every panel of every dashboard has data when a Prometheus scrapes processes that work.

All processes are real. There is no kubelet: the pod is an object that bears the worker's name, and
what would delete it is the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bench import jobs
from bench.stack import Process, Stack, installed
from stenofleet.celery_app import make_app
from stenofleet.contracts.tasks import KEEP_MOVEMENT_PARTITIONS
from stenofleet.settings import RedisSettings
from stenofleet_deploy.dashboards.proof import proofs
from support.api_server import ApiServer, secret
from support.kube_shop import KubeShop
from support.movements_sent import ADD, movement
from support.operator_process import operator
from support.panels import wait_full
from support.prometheus import Target, of_targets, prometheus
from support.receivers import Receiver, receiver
from support.servers import until
from support.speech import beginning

POD = "bench"
"""What `Stack.workers` calls its workers' host."""

WORKERS = "workers"
QUEUES = ("transcription", "logs")
APPS = "apis/apps/v1"
POOLS = "apis/stenofleet.io/v1alpha1"
LENIENT = {
    "STENOFLEET_WEBHOOK_ALLOW_HTTP": "true",
    "STENOFLEET_WEBHOOK_ALLOW_PRIVATE": "true",
}
DRAINS = "Stenofleet: one pool/Drains that ended, in an hour"
SPOKEN_SECONDS = 20.0
"""Long enough for the operator to see the task run, and end."""

SECONDS = 180


@dataclass
class Scene:
    """Processes at work, the objects that the operator sees, and who scrapes them.

    Attributes:
        url: Prometheus'.
    """

    stack: Stack
    kube: KubeShop
    hook: Receiver
    url: str

    @property
    def pool(self) -> str:
        return self.kube.path("workerpools", "all", POOLS)

    def work(self, folder: Path) -> None:
        """A recording becomes text, its owner is told, and movements are written."""
        told = {"url": self.hook.url(), "events": ["session.completed"]}
        assert self.stack.http.post("/api/v1/webhooks", json=told).is_success
        wave = folder / "talk.wav"
        wave.write_bytes(beginning(SPOKEN_SECONDS))
        session = jobs.prepare(self.stack.http, wave)
        jobs.start(self.stack.http, session)
        assert self.stack.http.post(ADD, json=movement()).is_success
        # Beat would send it once a minute.
        redis = RedisSettings.model_validate({"redis_url": self.stack.redis.url})
        make_app(redis).send_task(KEEP_MOVEMENT_PARTITIONS)
        jobs.completed(self.stack.http, [session])
        until(lambda: bool(self.hook.messages), "the webhook", SECONDS)

    def drain(self) -> None:
        """The pool may sleep: its pod is drained, and goes as its Deployment would have it."""
        self.kube.api.patch(self.pool, {"spec": {"minReplicas": 0}})
        deployment = self.kube.path("deployments", WORKERS, APPS)
        until(lambda: self.kube.api.get(deployment)["spec"]["replicas"] == 0, "a drain", SECONDS)
        self.kube.api.delete(self.kube.path("pods", POD))

    def watched(self) -> bool:
        """Whether the operator knows how many tasks the pod runs at once."""
        return "concurrency" in self.kube.api.get(self.pool).get("status", {})


@pytest.fixture
def scene(api_server: ApiServer, namespace: str, tmp_path: Path) -> Iterator[Scene]:
    with (
        installed("tiny.en", **LENIENT) as stack,
        stack.core(),
        stack.workers(1, 1, ",".join(QUEUES)),
        receiver() as hook,
    ):
        kube = KubeShop(api_server, namespace)
        play(kube, stack)
        with (
            operator(api_server, tmp_path, namespace) as (_, port),
            prometheus(tmp_path, of_targets(targets(stack.processes, namespace, port))) as url,
        ):
            yield Scene(stack, kube, hook, url)


def play(kube: KubeShop, stack: Stack) -> None:
    """The workers as Kubernetes has them: a pool, a Deployment, and a pod that is ready."""
    labels = {"app": WORKERS}
    container = {"name": "worker", "image": "worker"}
    kube.make("secrets", secret("broker", url=stack.redis.url))
    kube.make(
        "pods", {"metadata": {"name": POD, "labels": labels}, "spec": {"containers": [container]}}
    )
    running = {
        **container,
        "imageID": "w",
        "ready": True,
        "restartCount": 0,
        "state": {"running": {}},
    }
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [running],
    }
    kube.api.patch(kube.path("pods", POD) + "/status", {"status": status})
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    kube.make("deployments", {"metadata": {"name": WORKERS}, "spec": spec}, APPS)
    settled = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1}
    kube.api.patch(kube.path("deployments", WORKERS, APPS) + "/status", {"status": settled})
    kube.make("workerpools", pool(), POOLS)


def pool() -> dict[str, Any]:
    """One that keeps its pod until it is told otherwise."""
    spec = {
        "targetRef": {"kind": "Deployment", "name": WORKERS},
        "broker": {"urlSecretRef": {"name": "broker", "key": "url"}},
        "demand": {"queues": list(QUEUES), "lists": [{"key": "movement_logs", "itemsPerTask": 10}]},
        "objective": {"queueWait": "30s"},
        "minReplicas": 1,
        "maxReplicas": 1,
        "concurrency": {"min": 1, "max": 2},
        "behavior": {"scaleDown": {"stabilizationWindow": "0s"}},
    }
    kind = {"apiVersion": "stenofleet.io/v1alpha1", "kind": "WorkerPool"}
    return {**kind, "metadata": {"name": "all"}, "spec": spec}


def targets(processes: list[Process], namespace: str, operator_port: int) -> list[Target]:
    """The processes with the labels that the chart's monitors give."""
    jobs_ = ("stenofleet-api", "stenofleet-workers", "stenofleet-beat", "stenofleet-workers")
    pods = ("api", "core", "beat", POD)
    found = [
        Target(each.port, job, {"namespace": namespace, "pod": name, "pool": "all"})
        for each, job, name in zip(processes, jobs_, pods, strict=True)
    ]
    return [*found, Target(operator_port, "stenofleet-operator", {}, honor_labels=True)]


def test_every_panel_of_every_dashboard_returns_data(scene: Scene, tmp_path: Path) -> None:
    until(scene.watched, "the operator to see the worker", SECONDS)
    scene.work(tmp_path)
    wait_full(scene.url, SECONDS, DRAINS)
    scene.drain()
    wait_full(scene.url, SECONDS)
    print(*proofs(scene.url), sep="\n")

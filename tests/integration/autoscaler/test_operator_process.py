"""The operator as a process, with least rights, on a real API server and a real Redis.

There is no kubelet: pods do not come, so what is seen here is what the operator writes.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from support.api_server import OPERATOR, OPERATOR_USER, ApiServer, secret
from support.celery_shop import PREFIX, Shop
from support.servers import RedisServer, free_port, until

RULES = Path(__file__).with_name("least_rights.yaml")


@dataclass
class Cluster:
    """A namespace with workers, their broker's Secret, a pool, and operators."""

    api: ApiServer
    namespace: str
    folder: Path
    _operators: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_operator(self) -> int:
        """Starts one with nothing but its Role; returns the port of its pages."""
        port = free_port()
        log = (self.folder / f"operator-{port}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-c", "from stenofleet_autoscaler.cli import main; main(['run'])"],
            cwd=self.folder,
            env={
                **os.environ,
                "KUBECONFIG": str(self.api.kubeconfig(OPERATOR)),
                "STENOFLEET_NAMESPACE": self.namespace,
                "STENOFLEET_HEALTH_PORT": str(port),
            },
            stdout=log,
            stderr=log,
        )
        self._operators.append(process)
        return port

    def stop_operators(self) -> None:
        """As Kubernetes does: by SIGTERM."""
        while self._operators:
            process = self._operators.pop()
            process.terminate()
            assert process.wait(timeout=60) == 0

    @property
    def log(self) -> str:
        """All that the operators said."""
        return "".join(path.read_text() for path in self.folder.glob("operator-*.log"))

    def make(self, kind: str, body: dict[str, Any]) -> None:
        answer = self.api.create(self.path(kind), body)
        assert answer.is_success, answer.text

    def make_pool(self, name: str = "mail", **spec: Any) -> None:
        """A pool of at most 4 pods of 2 slots."""
        body = {
            "targetRef": {"kind": "Deployment", "name": "workers"},
            "broker": {"urlSecretRef": {"name": "broker", "key": "url"}, "keyPrefix": PREFIX},
            "demand": {"queues": ["mail"]},
            "maxReplicas": 4,
            "concurrency": {"min": 1, "max": 2},
            **spec,
        }
        kind = {"apiVersion": "stenofleet.io/v1alpha1", "kind": "WorkerPool"}
        self.make("workerpools", {**kind, "metadata": {"name": name}, "spec": body})

    def path(self, kind: str, name: str = "") -> str:
        group = {
            "secrets": "api/v1",
            "deployments": "apis/apps/v1",
            "workerpools": "apis/stenofleet.io/v1alpha1",
            "roles": "apis/rbac.authorization.k8s.io/v1",
            "rolebindings": "apis/rbac.authorization.k8s.io/v1",
            "events": "apis/events.k8s.io/v1",
        }[kind]
        return f"/{group}/namespaces/{self.namespace}/{kind}/{name}".rstrip("/")

    def pool(self, name: str = "mail") -> dict[str, Any]:
        return self.api.get(self.path("workerpools", name))

    def replicas(self) -> int:
        return int(self.api.get(self.path("deployments", "workers"))["spec"]["replicas"])

    def condition(self, kind: str, name: str = "mail") -> tuple[str, str]:
        """Status and reason of one of the pool's conditions."""
        for each in self.pool(name).get("status", {}).get("conditions", []):
            if each["type"] == kind:
                return each["status"], each["reason"]
        return "", ""

    def comes_to(self, replicas: int) -> None:
        until(lambda: self.replicas() == replicas, f"{replicas} replicas")

    def comes_to_say(self, kind: str, status: str, reason: str, name: str = "mail") -> None:
        until(
            lambda: self.condition(kind, name) == (status, reason),
            f"{kind}={status} {reason}, not {self.condition(kind, name)}",
        )


def deployment(name: str, replicas: int = 0) -> dict[str, Any]:
    labels = {"app": name}
    containers = [{"name": "worker", "image": "worker"}]
    return {
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


@pytest.fixture
def cluster(
    api_server: ApiServer, namespace: str, redis_server: RedisServer, tmp_path: Path
) -> Iterator[Cluster]:
    cluster = Cluster(api_server, namespace, tmp_path)
    for kind, body in (
        ("roles", {"metadata": {"name": "operator"}, "rules": yaml.safe_load(RULES.read_text())}),
        (
            "rolebindings",
            {
                "metadata": {"name": "operator"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "Role",
                    "name": "operator",
                },
                "subjects": [{"kind": "User", "name": OPERATOR_USER}],
            },
        ),
        ("secrets", secret("broker", url=redis_server.url)),
        ("deployments", deployment("workers")),
    ):
        cluster.make(kind, body)
    yield cluster
    cluster.stop_operators()
    assert "pass%20word" not in cluster.log
    assert "Traceback" not in cluster.log


def test_from_zero_the_target_gets_what_the_queue_needs_in_one_step(
    cluster: Cluster, shop: Shop
) -> None:
    for priority in (0, 3, 6, 9, 9):
        shop.send(priority=priority)
    cluster.make_pool()
    cluster.start_operator()
    cluster.comes_to(3)
    until(lambda: cluster.pool()["spec"]["replicas"] == 3, "the pool to say the same")
    cluster.comes_to_say("Ready", "True", "Watching")
    assert cluster.pool()["status"]["slots"]["wanted"] == 5


def test_a_changed_maximum_takes_effect_without_a_restart(cluster: Cluster, shop: Shop) -> None:
    for _ in range(50):
        shop.send()
    cluster.make_pool(maxReplicas=2)
    cluster.start_operator()
    cluster.comes_to(2)
    cluster.api.patch(cluster.path("workerpools", "mail"), {"spec": {"maxReplicas": 6}})
    cluster.comes_to(6)


def test_a_broker_that_goes_away_is_told_and_changes_no_size(
    cluster: Cluster, shop: Shop, redis_server: RedisServer
) -> None:
    for _ in range(4):
        shop.send()
    cluster.make_pool(behavior={"scaleDown": {"stabilizationWindow": "0s"}})
    cluster.start_operator()
    cluster.comes_to(2)
    redis_server.stop()
    cluster.comes_to_say("BrokerReachable", "False", "BrokerUnreachable")
    assert cluster.replicas() == 2
    redis_server.start()
    cluster.comes_to_say("BrokerReachable", "True", "Answering")
    assert cluster.replicas() == 2


def test_the_fallback_adds_pods_when_the_broker_is_silent_for_long(
    cluster: Cluster, redis_server: RedisServer
) -> None:
    redis_server.stop()
    cluster.make_pool(fallback={"after": "1s", "replicas": 2})
    cluster.start_operator()
    cluster.comes_to(2)


def test_what_a_pool_names_and_is_not_there_shows_in_a_condition(cluster: Cluster) -> None:
    cluster.make_pool("lost", targetRef={"kind": "Deployment", "name": "nobody"})
    cluster.make_pool("keyless", broker={"urlSecretRef": {"name": "broker", "key": "uri"}})
    cluster.make("deployments", deployment("others"))
    other = {"kind": "Deployment", "name": "others"}
    cluster.make_pool(
        "secretless", targetRef=other, broker={"urlSecretRef": {"name": "none", "key": "url"}}
    )
    cluster.start_operator()
    cluster.comes_to_say("Ready", "False", "TargetNotFound", "lost")
    cluster.comes_to_say("Ready", "False", "SecretKeyMissing", "keyless")
    cluster.comes_to_say("Ready", "False", "SecretNotFound", "secretless")


def test_a_secret_that_comes_later_is_found(cluster: Cluster, redis_server: RedisServer) -> None:
    cluster.make_pool(broker={"urlSecretRef": {"name": "later", "key": "url"}})
    cluster.start_operator()
    cluster.comes_to_say("Ready", "False", "SecretNotFound")
    cluster.make("secrets", secret("later", url=redis_server.url))
    cluster.comes_to_say("BrokerReachable", "True", "Answering")


def test_of_two_pools_on_a_target_the_younger_writes_nothing(cluster: Cluster, shop: Shop) -> None:
    cluster.make_pool("a-older", demand={"queues": ["reports"]})
    cluster.start_operator()
    cluster.comes_to_say("Ready", "True", "Watching", "a-older")
    until(lambda: _is_another_second(cluster), "the next second")
    cluster.make_pool("b-younger", minReplicas=4)
    cluster.comes_to_say("Conflict", "True", "OlderPoolHasTarget", "b-younger")
    shop.send(queue="reports")
    cluster.comes_to(1)
    assert cluster.pool("b-younger")["spec"]["replicas"] == 0


def _is_another_second(cluster: Cluster) -> bool:
    """Kubernetes tells ages in whole seconds, by the clock of this machine."""
    made = datetime.fromisoformat(cluster.pool("a-older")["metadata"]["creationTimestamp"])
    return datetime.now(UTC) >= made + timedelta(seconds=1)


def test_a_dry_run_tells_and_changes_nothing(cluster: Cluster, shop: Shop) -> None:
    shop.send()
    cluster.make_pool(mode="DryRun")
    cluster.start_operator()
    until(lambda: _decided(cluster).startswith("dry run: 1 queued"), "what it would do")
    assert cluster.replicas() == 0


def _decided(cluster: Cluster) -> str:
    """What the last decision says; a slow broker may have been unknown at first."""
    return str(cluster.pool().get("status", {}).get("decision", {}).get("message", ""))


def test_a_persons_scale_stands_for_its_time(cluster: Cluster) -> None:
    cluster.make_pool(manualHold="1h")
    cluster.start_operator()
    cluster.comes_to_say("ManualHold", "False", "NotHeld")
    until(lambda: "annotations" in cluster.pool()["metadata"], "the operator's own figure")
    scale = cluster.path("workerpools", "mail") + "/scale"
    cluster.api.patch(scale, {"spec": {"replicas": 3}})
    cluster.comes_to(3)
    cluster.comes_to_say("ManualHold", "True", "ScaledByPerson")
    assert cluster.pool()["status"]["holdUntil"]


def test_one_of_two_operators_leads_and_the_other_takes_over(cluster: Cluster, shop: Shop) -> None:
    cluster.make_pool()
    first = cluster.start_operator()
    until(lambda: leads(first), "the first to lead")
    second = cluster.start_operator()
    until(lambda: answers(second, "/readyz"), "the second to be ready")
    assert not leads(second)
    leader = cluster._operators.pop(0)
    leader.terminate()
    assert leader.wait(timeout=60) == 0
    shop.send()
    cluster.comes_to(1)
    until(lambda: leads(second), "the second to lead")


def test_a_pool_is_gone_at_once_when_the_operator_went_first(cluster: Cluster) -> None:
    cluster.make_pool()
    cluster.start_operator()
    cluster.comes_to_say("Ready", "True", "Watching")
    cluster.stop_operators()
    assert "finalizers" not in cluster.pool()["metadata"]
    cluster.api.delete(cluster.path("workerpools", "mail"))
    assert cluster.api.get(cluster.path("workerpools"))["items"] == []


def test_at_rest_nothing_is_written(cluster: Cluster) -> None:
    cluster.make_pool()
    port = cluster.start_operator()
    cluster.comes_to_say("Ready", "True", "Watching")
    # A broker that answered late is told, and told again: once all is told, nothing is written.
    until(lambda: _rests(cluster, port), "some ticks without a word")


def _rests(cluster: Cluster, port: int) -> bool:
    version, before = cluster.pool()["metadata"]["resourceVersion"], ticks(port)
    until(lambda: ticks(port) > before + 3, "some more ticks")
    return bool(cluster.pool()["metadata"]["resourceVersion"] == version)


def page(port: int, path: str) -> httpx.Response | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30)
    except httpx.TransportError:
        return None


def answers(port: int, path: str) -> bool:
    response = page(port, path)
    return response is not None and response.is_success


def metric(port: int, name: str) -> float:
    response = page(port, "/metrics")
    lines = response.text.splitlines() if response else []
    return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)


def leads(port: int) -> bool:
    return metric(port, "stenofleet_autoscaler_leader") == 1.0


def ticks(port: int) -> float:
    return metric(port, "stenofleet_autoscaler_tick_seconds_count")

"""The operator alone in a namespace of a real cluster, with Redis servers that tests may break."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from stenofleet_deploy.cluster import Cluster, Flavour
from stenofleet_deploy.portforward import forwarded
from stenofleet_deploy.release import CRDS, Release, ensure_namespace
from support import lab_objects
from support.fleet import eventually
from support.images import OPERATOR, PLAIN, delivered, image_value
from support.releases import GONE_SECONDS, ROOT

LEDGER = "ledger"
BROKER = "broker"
BROKERS = "brokers"
"""The Secret with the URLs of all brokers, each under the broker's name."""

LEASE = "stenofleet-autoscaler"
CHART = ROOT / "helm" / "stenofleet"
PROFILE = CHART / "profiles" / "operator-only.yaml"
READY_SECONDS = 240


@dataclass(frozen=True)
class Server:
    """A Redis of the lab: how pods reach it, and how this machine does."""

    name: str
    inside: str
    outside: str

    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.outside, socket_timeout=30)

    def with_password(self, password: str) -> "Server":
        urls = (
            f"redis://:{password}@{url.rpartition('@')[2]}" for url in (self.inside, self.outside)
        )
        return Server(self.name, *urls)


@dataclass
class Lab:
    """A namespace with the operator in it."""

    release: Release
    images: dict[str, str]
    stack: ExitStack
    servers: dict[str, Server] = field(default_factory=dict)

    @property
    def cluster(self) -> Cluster:
        return self.release.cluster

    @property
    def namespace(self) -> str:
        return self.release.namespace

    @property
    def image(self) -> str:
        """The plain app's."""
        return self.images[PLAIN]

    @property
    def broker(self) -> Server:
        """The one that most apps share."""
        return self.servers[BROKER]

    @property
    def ledger(self) -> Server:
        """Where the plain app's workers enter what they did; it never goes away."""
        return self.servers[LEDGER]

    def kubectl(self, *words: str, timeout: float = 60, text: str | None = None) -> str:
        command = ("--namespace", self.namespace, *words)
        return self.cluster.kubectl(*command, timeout=timeout, text=text)

    def get(self, *words: str) -> dict[str, Any]:
        """An object, or a list of them."""
        found: dict[str, Any] = json.loads(self.kubectl("get", *words, "-o", "json"))
        return found

    def apply(self, *manifests: dict[str, Any]) -> None:
        """Brings objects to what the manifests say, and leaves the fields of others alone."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.kubectl("apply", "--filename", "-", text=json.dumps(listed))

    def start_redis(self, *names: str) -> None:
        """Redis servers with passwords of their own; the brokers' Secret tells their URLs."""
        passwords = {name: secrets.token_hex(8) for name in names}
        for name, password in passwords.items():
            self.apply(lab_objects.redis_service(name), lab_objects.redis(name, password))
        for name, password in passwords.items():
            self.wait_redis(name)
            address = self.stack.enter_context(_reached(self, name))
            inside, outside = (f"redis://:{password}@{at}/0" for at in (f"{name}:6379", address))
            self.servers[name] = Server(name, inside, outside)
        self.tell_brokers()

    def change_password(self, name: str, password: str) -> None:
        """Changes it at the server, whose clients must log in anew; `tell_brokers` publishes it."""
        server = self.servers[name]
        with server.client() as client:
            client.config_set("requirepass", password)
            client.execute_command("CLIENT", "KILL", "TYPE", "normal")
        self.servers[name] = server.with_password(password)

    def wait_redis(self, name: str) -> None:
        self.kubectl(
            *("rollout", "status", f"statefulset/{name}", f"--timeout={READY_SECONDS}s"),
            timeout=READY_SECONDS + 10,
        )

    def tell_brokers(self) -> None:
        """Writes the Secret by which pods and pools know the brokers."""
        urls = {name: server.inside for name, server in self.servers.items()}
        self.apply(lab_objects.secret(BROKERS, urls))

    def leader(self) -> str:
        """The operator's pod that leads; empty while none does."""
        lease = self.get("lease", LEASE)
        return str(lease["spec"].get("holderIdentity") or "").partition("_")[0]

    def kill_pod(self, name: str) -> None:
        """As when its node loses power: no grace, no goodbye."""
        # It may have gone by itself since its name was read.
        self.kubectl("delete", "pod", name, "--grace-period=0", "--force", "--ignore-not-found")

    def operator_pods(self) -> list[dict[str, Any]]:
        found = self.get("pods", "-l", "app.kubernetes.io/component=operator")["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def events(self, pool: str, reason: str) -> list[str]:
        """What the events about a pool with this reason say."""
        found = self.get("events", "--field-selector", f"involvedObject.name={pool}")["items"]
        return [str(event["message"]) for event in found if event["reason"] == reason]


@contextmanager
def lab(cluster: Cluster, namespace: str) -> Iterator[Lab]:
    """A lab of its own, which goes at the end."""
    images = delivered(cluster)
    with ExitStack() as stack:
        opened = Lab(Release(cluster, "lab", namespace), images, stack)
        try:
            _install(opened)
            yield opened
        finally:
            cluster.kubectl(
                *("delete", "namespace", namespace, "--ignore-not-found"), timeout=GONE_SECONDS
            )


def _install(opened: Lab) -> None:
    cluster = opened.cluster
    cluster.kubectl(
        *("apply", "--server-side", "--force-conflicts", "--filename", str(ROOT / CRDS))
    )
    ensure_namespace(opened.release)
    _operator(opened)
    opened.start_redis(BROKER, LEDGER)
    eventually(lambda: _leads(opened), "the operator to be ready", READY_SECONDS)


def _operator(opened: Lab) -> None:
    """The chart's operator and nothing else of it."""
    values = {
        "settings": {"logLevel": os.environ.get("LAB_LOG_LEVEL", "INFO")},
        "operator": {
            "image": image_value(opened.images[OPERATOR]),
            "tickSeconds": 0.5,
            "brokerSecrets": [BROKERS],
        },
    }
    where = ("--namespace", opened.namespace, "--values", str(PROFILE), "--values", "-")
    opened.cluster.helm("install", opened.release.name, str(CHART), *where, text=json.dumps(values))


def _leads(opened: Lab) -> bool:
    return any(
        condition["status"] == "True"
        for pod in opened.operator_pods()
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == "Ready"
    )


@contextmanager
def _reached(opened: Lab, service: str) -> Iterator[str]:
    """Where a Service's port is found from this machine."""
    if opened.cluster.flavour is Flavour.EMBEDDED:
        yield f"{opened.get('service', service)['spec']['clusterIP']}:{lab_objects.REDIS_PORT}"
        return
    with forwarded(opened.release, f"service/{service}", f":{lab_objects.REDIS_PORT}") as address:
        yield address

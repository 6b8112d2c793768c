"""A plain Celery app in the lab: its workers, its pool, its tasks, and what became of them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from celery import Celery
from stenofleet.celery_app import instrument
from support import lab_objects
from support.evidence import shown_at_failure
from support.fleet import LONG_SECONDS, WAIT_SECONDS, eventually
from support.ledger import Ledger, cut, repeated
from support.operator_lab import BROKERS, LEDGER, Lab, Server
from support.watches import Sighting, watched

RESIZABLE = "stenofleet.pool:TaskPool"
DRAINING = "stenofleet.io/draining-since"
QUICK: dict[str, Any] = {
    "maxReplicas": 4,
    "concurrency": {"min": 1, "max": 1},
    "behavior": {"scaleDown": {"stabilizationWindow": "3s"}},
}


@dataclass(frozen=True)
class Setup:
    """How an app and its workers are set up.

    Attributes:
        pool: Celery's ``-P``; ``custom`` is the class that can be resized.
        prefetch: The multiplier; None switches prefetching off.
        queues: What the workers consume; by default the queue with the app's name.
        grace: Seconds that a pod has after TERM.
        instrumented: Messages tell when they were published.
        apart: No node takes two of its pods.
        strategy: The Deployment's.
    """

    pool: str = "custom"
    concurrency: int = 1
    acks_late: bool = True
    prefetch: int | None = None
    key_prefix: str = ""
    queues: tuple[str, ...] = ()
    grace: int = 10
    heartbeats: bool = True
    instrumented: bool = True
    kind: str = "Deployment"
    broker: str = "broker"
    apart: bool = False
    strategy: dict[str, Any] = field(default_factory=dict)


@dataclass
class PlainApp:
    """An app in the lab; its Deployment, its pool and its queue bear its name."""

    lab: Lab
    name: str
    setup: Setup
    sent: dict[str, float] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        return self.lab.servers[self.setup.broker]

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.lab.ledger.outside, self.name)

    @property
    def target(self) -> str:
        return f"{self.setup.kind.lower()}/{self.name}"

    def client(self) -> Celery:
        app = Celery(self.name, broker=self.server.outside, set_as_current=False)
        app.conf.broker_transport_options = {"global_keyprefix": self.setup.key_prefix}
        return instrument(app) if self.setup.instrumented else app

    def send(self, count: int, seconds: float, task: str = "sleep", **options: Any) -> list[str]:
        """Publishes tasks that take so long, and returns their ids."""
        return self.send_each([seconds] * count, task, **options)

    def send_each(self, seconds: list[float], task: str = "sleep", **options: Any) -> list[str]:
        """Publishes a task for each of the lengths, and returns their ids."""
        ids = []
        with self.client() as app:
            for length in seconds:
                at = time.time()
                options = {"queue": self.name, **options}
                ids.append(app.send_task(task, [length], **options).id)
                self.sent[ids[-1]] = at
        return ids

    def hold(self, count: int, seconds: float = 1.0, **options: Any) -> list[str]:
        """Publishes tasks that run until `release`, and then so long: no machine is too slow."""
        return self.send(count, seconds, "held", **options)

    def release(self) -> None:
        """Lets the tasks of `hold` end."""
        self.ledger.release()

    def stop_consuming(self) -> dict[str, Any]:
        """Leaves the one worker without its queue, as a lost connection may; returns its pod."""
        [pod] = self.pods()
        with self.client() as client:
            answer = client.control.cancel_consumer(
                self.name, destination=[f"celery@{pod['metadata']['name']}"], reply=True, timeout=30
            )
        assert answer, "the worker did not say that it consumes no more"
        return pod

    def workers(self) -> dict[str, Any]:
        """The object of the workers."""
        return self.lab.get(self.setup.kind.lower(), self.name)

    def replicas(self) -> int:
        return int(self.workers()["spec"]["replicas"])

    def pods(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lab.get("pods", "-l", f"app={self.name}")["items"]
        return found

    def pool(self) -> dict[str, Any]:
        return self.lab.get("workerpool", self.name)

    def change_pool(self, **spec: Any) -> None:
        """Merges fields into the pool's spec; returns once the operator goes by them."""
        patch = json.dumps({"spec": spec})
        words = ("patch", "workerpool", self.name, "--type=merge", "--patch", patch)
        changed = int(self.lab.kubectl(*words, "-o", "jsonpath={.metadata.generation}"))
        eventually(
            lambda: self.pool().get("status", {}).get("observedGeneration", 0) >= changed,
            f"{self.name}: the change to be seen",
            WAIT_SECONDS,
        )

    def condition(self, kind: str) -> tuple[str, str]:
        """Status and reason of a condition; both empty while there is none."""
        conditions = self.pool().get("status", {}).get("conditions", [])
        found = [(c["status"], c["reason"]) for c in conditions if c["type"] == kind]
        return found[0] if found else ("", "")

    def message(self, kind: str) -> str:
        """What a condition says in a sentence."""
        conditions = self.pool()["status"]["conditions"]
        return next(str(c["message"]) for c in conditions if c["type"] == kind)

    def wait_condition(self, kind: str, status: str, seconds: float = WAIT_SECONDS) -> None:
        eventually(
            lambda: self.condition(kind)[0] == status, f"{self.name}: {kind}={status}", seconds
        )

    def wait_replicas(self, count: int, seconds: float = WAIT_SECONDS) -> None:
        eventually(lambda: self.replicas() == count, f"{self.name}: {count} replicas", seconds)

    def wait_running(self, count: int, seconds: float = WAIT_SECONDS) -> None:
        """Returns once exactly so many tasks run at a time."""
        eventually(
            lambda: len(self.ledger.running()) == count, f"{self.name}: {count} running", seconds
        )

    def wait_done(self, tasks: list[str], seconds: float = LONG_SECONDS) -> None:
        """Returns once all of the tasks have had their effect."""
        eventually(
            lambda: set(tasks) <= self.ledger.effects(), f"{self.name}: all tasks done", seconds
        )

    def wait_asleep(self, seconds: float = LONG_SECONDS) -> None:
        """Returns once no pod is left, also none that is ending."""
        eventually(
            lambda: self.replicas() == 0 and not self.pods(), f"{self.name}: asleep", seconds
        )

    def assert_each_once(self, tasks: list[str]) -> None:
        """Each task began once, ended, and had its effect."""
        runs = self.ledger.runs()
        assert cut(runs) == []
        assert repeated(runs) == {}
        assert self.ledger.effects() == set(tasks)

    @contextmanager
    def history(self, path: str, of: str = "") -> Iterator[list[Sighting]]:
        """Every value of a field (a JSON path) of the workers' object or the pool's, from now."""
        what = of or self.target
        shown = f'jsonpath={{{path}}}{{"\\n"}}'
        with watched(self.lab.cluster, self.lab.namespace, what, "-o", shown) as seen:
            eventually(lambda: seen, f"{what} to be watched", WAIT_SECONDS)
            yield seen

    @contextmanager
    def pod_events(self) -> Iterator[list[Sighting]]:
        """Each event of the workers' pods as ``TYPE UID``."""
        shown = 'jsonpath={.type}{" "}{.object.metadata.uid}{"\\n"}'
        words = ("pods", "-l", f"app={self.name}", "--output-watch-events", "-o", shown)
        with watched(self.lab.cluster, self.lab.namespace, *words) as seen:
            yield seen


@contextmanager
def plain_app(lab: Lab, name: str, setup: Setup | None = None, **spec: Any) -> Iterator[PlainApp]:
    """An app with a pool of its own; both go at the end, with whatever still runs.

    Args:
        lab: Where.
        name: Of everything that belongs to it.
        setup: Of its workers.
        spec: Fields of the pool's spec that differ from `QUICK`.
    """
    app = PlainApp(lab, name, setup or Setup())
    app.ledger.clear()
    lab.apply(workers_of(app))
    lab.apply(pool_of(app, **spec))
    try:
        with shown_at_failure(lab.kubectl, name, f"app={name}"):
            yield app
    except BaseException:
        missing = app.sent.keys() - app.ledger.effects()
        print("without effect:", {task: app.sent[task] for task in missing})
        print("their runs:", [run for run in app.ledger.runs() if run.task in missing])
        raise
    finally:
        lab.kubectl("delete", "workerpool", name, "--ignore-not-found")
        lab.kubectl("delete", app.target, "--wait=false")
        lab.kubectl("delete", "pods", "-l", f"app={name}", "--grace-period=0", "--force")


def workers_of(app: PlainApp) -> dict[str, Any]:
    """The manifest of the app's workers."""
    setup = app.setup
    variables = [{"name": key, **source(value)} for key, value in env_of(app).items()]
    worker = lab_objects.worker(app.lab.image, command_of(app), variables)
    manifest = lab_objects.workers(setup.kind, app.name, worker, setup.grace)
    if setup.apart:
        manifest["spec"]["template"]["spec"]["affinity"] = lab_objects.apart(app.name)
    if setup.strategy:
        manifest["spec"]["strategy"] = setup.strategy
    return manifest


def source(value: Any) -> dict[str, Any]:
    """A variable's value, or where it comes from."""
    return {"value": value} if isinstance(value, str) else value


def command_of(app: PlainApp) -> list[str]:
    """What a worker runs."""
    setup = app.setup
    queues = ",".join(setup.queues or (app.name,))
    command = ["celery", "-A", "app", "worker", "-P", setup.pool, "-c", str(setup.concurrency)]
    command += ["-Q", queues, "--without-gossip", "--without-mingle"]
    return command if setup.heartbeats else [*command, "--without-heartbeat"]


def env_of(app: PlainApp) -> dict[str, Any]:
    """A worker's variables: a string each, or ``valueFrom``."""
    setup = app.setup
    return {
        "APP": app.name,
        "ACKS_LATE": str(int(setup.acks_late)),
        "PREFETCH": "off" if setup.prefetch is None else str(setup.prefetch),
        "KEY_PREFIX": setup.key_prefix,
        "CELERY_CUSTOM_WORKER_POOL": RESIZABLE,
        "BROKER_URL": lab_objects.of_secret(BROKERS, setup.broker),
        "LEDGER_URL": lab_objects.of_secret(BROKERS, LEDGER),
    }


def pool_of(app: PlainApp, **spec: Any) -> dict[str, Any]:
    """The manifest of the app's pool."""
    broker = {"keyPrefix": app.setup.key_prefix, **spec.pop("broker", {})}
    key = {"name": BROKERS, "key": app.setup.broker}
    merged = {**QUICK, **spec, "broker": broker}
    return lab_objects.pool(app.name, app.setup.kind, key, merged)


def draining(app: PlainApp) -> list[str]:
    """The pods that are on their way out."""
    return [
        pod["metadata"]["name"]
        for pod in app.pods()
        if DRAINING in pod["metadata"].get("annotations", {})
    ]

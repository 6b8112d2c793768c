"""What the operator's hands do to one pod, with a real worker in it as far as Redis can tell."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from stenofleet_autoscaler.act.events import Events
from stenofleet_autoscaler.act.hands import Hands
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.act.marks import BUSY, DO_NOT_DISRUPT, SAFE_TO_EVICT
from stenofleet_autoscaler.decide import Decision
from stenofleet_autoscaler.decide.draining import plan
from stenofleet_autoscaler.learn import Memory
from stenofleet_autoscaler.model import Observation, Work
from stenofleet_autoscaler.records import Records
from stenofleet_autoscaler.sense.brokers import Brokers
from stenofleet_autoscaler.sense.pods import DRAINING_SINCE
from stenofleet_autoscaler.sense.secrets import Secrets
from stenofleet_autoscaler.sight import Look, Sight, pods_seen
from stenofleet_autoscaler.spec import PoolSpec
from stenofleet_autoscaler.watch.store import Store
from stenofleet_autoscaler.world import World
from support.api_server import ApiServer
from support.celery_shop import PREFIX, Operator, Shop, as_operator, eventually
from support.kube_shop import POD, KubeShop

SPEC: dict[str, Any] = {
    "targetRef": {"kind": "Deployment", "name": "w"},
    "broker": {"urlSecretRef": {"name": "redis", "key": "url"}, "keyPrefix": PREFIX},
    "demand": {"queues": ["mail", "reports"]},
    "maxReplicas": 4,
    "concurrency": {"min": 1, "max": 1},
}


@dataclass
class Stage:
    """A pool with one pod; the target is the tests' own word."""

    kube_shop: KubeShop
    kube: Kube
    operator: Operator
    wanted: int = 1
    asked_to_go: bool = False
    spec: dict[str, Any] = field(default_factory=lambda: dict(SPEC))

    def __post_init__(self) -> None:
        secrets = Secrets(self.kube.secret_value)
        memory = Memory(self.kube.read_config_map, self.kube.apply_config_map)
        world = World(
            *(Store(), self.kube, secrets, Brokers(), Events(self.kube), memory, Records())
        )
        self.hands = Hands(world)
        meta = {"name": "mail", "namespace": self.kube_shop.namespace, "uid": "1"}
        self.pool = {"metadata": meta, "spec": self.spec}

    async def tick(self) -> None:
        """Looks, plans and acts, as a pool does each second."""
        raw = self.kube_shop.pod()
        gone = bool(raw["metadata"].get("deletionTimestamp"))
        target = {"metadata": {"generation": 1}, "spec": {"replicas": 1}}
        sight = Sight(
            self.pool,
            PoolSpec.parse(self.spec),
            {**target, "status": {"observedGeneration": 1}},
            {} if gone else {POD: raw},
            Look(self.operator.broker),
            work=Work(0, 0),
        )
        pods = pods_seen(sight, self.hands.care)
        pods = tuple(replace(pod, asked_to_go=self.asked_to_go) for pod in pods)
        seen = Observation(time.time(), sight.work, replicas=1, pods=pods)
        timeout = sight.spec.behavior.scale_down.drain_timeout
        road = plan(self.wanted, seen, timeout, most=1)
        decision = Decision(
            *(None, self.wanted, 1, None, "Test", "a test"),
            drain=road.drain,
            undrain=road.undrain,
        )
        await self.hands.carry_out(sight, seen, decision)

    async def comes_to(self, is_so: Callable[[], bool], what: str) -> None:
        async def ticked() -> bool:
            await self.tick()
            return is_so()

        await eventually(ticked, what)

    def annotations(self) -> dict[str, str]:
        return self.kube_shop.pod()["metadata"].get("annotations") or {}

    def events(self) -> dict[str, str]:
        """Notes by reason."""
        path = self.kube_shop.path("events", group="apis/events.k8s.io/v1")
        return {each["reason"]: each["note"] for each in self.kube_shop.api.get(path)["items"]}


@pytest.fixture
def kube_shop(api_server: ApiServer, namespace: str) -> KubeShop:
    shop = KubeShop(api_server, namespace)
    shop.make_pod()
    return shop


def on_stage(shop: Shop, kube_shop: KubeShop, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Runs the scenario once the worker was heard."""

    async def play(operator: Operator, kube: Kube) -> None:
        stage = Stage(kube_shop, kube, operator)

        async def heard() -> bool:
            return operator.heartbeat(f"celery@{POD}") is not None

        await eventually(heard, "the worker's heartbeat")
        try:
            await scenario(stage)
        finally:
            await stage.hands.stop()

    async def with_operator(operator: Operator) -> None:
        async with kube_shop.connected() as kube:
            await play(operator, kube)

    as_operator(shop, with_operator)


def test_a_busy_pod_is_shielded_until_it_is_drained(shop: Shop, kube_shop: KubeShop) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(stage: Stage) -> None:
        await stage.comes_to(lambda: BUSY in stage.annotations(), "the shield")
        assert stage.annotations()[SAFE_TO_EVICT] == "false"
        assert stage.annotations()[DO_NOT_DISRUPT] == "true"
        stage.wanted = 0
        await stage.comes_to(lambda: DRAINING_SINCE in stage.annotations(), "the drain")
        gate.touch()
        await stage.comes_to(lambda: BUSY not in stage.annotations(), "the shield to be off")
        assert {SAFE_TO_EVICT, DO_NOT_DISRUPT}.isdisjoint(stage.annotations())

    on_stage(shop, kube_shop, scenario)


def test_a_drain_that_lasts_too_long_names_the_task_that_held_it(
    shop: Shop, kube_shop: KubeShop, attentive: Callable[[], None]
) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(stage: Stage) -> None:
        stage.spec["behavior"] = {"scaleDown": {"drainTimeout": "1s"}}
        await stage.comes_to(lambda: BUSY in stage.annotations(), "the task to run")
        attentive()
        stage.wanted = 0
        await stage.comes_to(lambda: "DrainTimedOut" in stage.events(), "the event")
        assert f"pod {POD}" in stage.events()["DrainTimedOut"]
        assert "until_exists[" in stage.events()["DrainTimedOut"]
        gate.touch()

    on_stage(shop, kube_shop, scenario)


def test_a_pod_that_a_person_asked_to_go_is_evicted_when_its_last_task_has_ended(
    shop: Shop, kube_shop: KubeShop
) -> None:
    shop.start_worker()
    gate = shop.send()

    async def scenario(stage: Stage) -> None:
        stage.asked_to_go = True
        await stage.comes_to(lambda: DRAINING_SINCE in stage.annotations(), "the drain")
        until = time.monotonic() + 5
        await stage.comes_to(lambda: time.monotonic() > until, "some ticks")
        assert "deletionTimestamp" not in kube_shop.pod()["metadata"]
        gate.touch()
        await stage.comes_to(lambda: "PodEvicted" in stage.events(), "the eviction")
        assert kube_shop.api.get(kube_shop.path("pods"))["items"] == []

    on_stage(shop, kube_shop, scenario)


def test_demand_that_returns_gives_a_draining_pod_its_tasks_again(
    shop: Shop, kube_shop: KubeShop
) -> None:
    shop.start_worker()

    async def scenario(stage: Stage) -> None:
        stage.wanted = 0
        await stage.comes_to(lambda: DRAINING_SINCE in stage.annotations(), "the drain")
        stage.wanted = 1
        await stage.comes_to(lambda: DRAINING_SINCE not in stage.annotations(), "the undoing")
        gate = shop.send()
        await stage.comes_to(lambda: BUSY in stage.annotations(), "the next task to run")
        gate.touch()

    on_stage(shop, kube_shop, scenario)

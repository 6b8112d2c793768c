"""Who leads, by a Lease of a real API server; each replica has a clock of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from kubernetes.aio.client import ApiClient, Configuration
from stenofleet_autoscaler.act.calls import TIMEOUT
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.leader import DEADLINE, DURATION, RETRY, Leader
from stenofleet_autoscaler.spec import TargetRef
from support.api_server import ADMIN, ApiServer
from support.kube_shop import KubeShop
from support.servers import free_port

LEASE = "operator"
TICK = 1.0
LEASES = "apis/coordination.k8s.io/v1"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Replicas:
    """Replicas of the operator that share a Lease and a clock."""

    api: ApiClient
    dead_api: ApiClient
    namespace: str
    clock: Clock

    def one(self, name: str) -> Leader:
        return Leader(self.api, self.namespace, LEASE, name, self.clock)

    def cut_off(self, leader: Leader) -> None:
        """From now on its calls meet nobody."""
        leader._leases.api_client = self.dead_api


Scenario = Callable[[Replicas], Awaitable[None]]


@pytest.fixture
def shop(api_server: ApiServer, namespace: str) -> KubeShop:
    return KubeShop(api_server, namespace)


def connection(url: str) -> ApiClient:
    settings = Configuration(host=url)
    settings.verify_ssl = False
    return ApiClient(settings, header_name="Authorization", header_value=f"Bearer {ADMIN}")


def play(shop: KubeShop, scenario: Scenario) -> None:
    async def run() -> None:
        dead = connection(f"https://127.0.0.1:{free_port()}")
        async with connection(shop.api.url) as api, dead:
            await scenario(Replicas(api, dead, shop.namespace, Clock()))

    asyncio.run(run())


def lease(shop: KubeShop) -> dict[str, Any]:
    found: dict[str, Any] = shop.api.get(shop.path("leases", LEASE, LEASES))["spec"]
    return found


def test_one_replica_leads_and_says_so_in_the_lease(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("pod-1_a"), replicas.one("pod-2_b")
        for each in (first, second):
            await each.compete()
        assert (first.leads(), second.leads()) == (True, False)

    play(shop, scenario)
    assert lease(shop)["holderIdentity"] == "pod-1_a"
    assert lease(shop)["leaseDurationSeconds"] == DURATION


def test_who_renews_leads_on_and_the_others_wait(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("first"), replicas.one("second")
        for _ in range(3 * DURATION):
            await first.compete()
            await second.compete()
            replicas.clock.now += RETRY
            assert (first.leads(), second.leads()) == (True, False)

    play(shop, scenario)
    assert lease(shop)["leaseTransitions"] == 0


def test_a_leader_that_is_gone_costs_at_most_15_seconds(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("first"), replicas.one("second")
        await first.compete()
        await second.compete()
        # The worst of times: the leader dies right after a renewal, and the standby looked before.
        await first.compete()
        gone = replicas.clock.now
        replicas.clock.now += RETRY
        pause = await second.compete()
        while not second.leads():
            replicas.clock.now += pause
            assert replicas.clock.now - gone + TICK <= 15
            pause = await second.compete()
        assert not first.leads()

    play(shop, scenario)
    assert lease(shop)["holderIdentity"] == "second"


def test_the_old_leader_has_stopped_for_a_whole_call_when_a_new_one_starts(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("first"), replicas.one("second")
        await first.compete()
        await second.compete()
        replicas.cut_off(first)
        began = replicas.clock.now
        stopped = started = 0.0
        while not started:
            replicas.clock.now += 0.5
            await first.compete()
            await second.compete()
            stopped = stopped or (0.0 if first.leads() else replicas.clock.now)
            started = replicas.clock.now if second.leads() else 0.0
        assert stopped - began == DEADLINE
        assert started - stopped >= TIMEOUT

    play(shop, scenario)


def test_a_leader_that_was_cut_off_yields_to_the_one_that_took_over(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("first"), replicas.one("second")
        await first.compete()
        await second.compete()
        replicas.clock.now += DURATION
        await second.compete()
        # What the first knows of the Lease is old: it may not write over what is there now.
        for _ in range(3):
            await first.compete()
            assert (first.leads(), second.leads()) == (False, True)

    play(shop, scenario)
    assert lease(shop)["leaseTransitions"] == 1


def test_a_lease_that_somebody_deleted_is_taken_again(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        leader = replicas.one("leader")
        await leader.compete()
        shop.api.delete(shop.path("leases", LEASE, LEASES))
        for _ in range(2):
            replicas.clock.now += RETRY
            await leader.compete()
        assert leader.leads()

    play(shop, scenario)
    assert lease(shop)["holderIdentity"] == "leader"


def test_a_leader_that_ends_gives_the_lease_back(shop: KubeShop) -> None:
    async def scenario(replicas: Replicas) -> None:
        first, second = replicas.one("first"), replicas.one("second")
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY):
                await first.run()
        await second.compete()
        assert (first.leads(), second.leads()) == (False, True)

    play(shop, scenario)


def test_a_leader_that_was_deposed_writes_nothing_more(shop: KubeShop) -> None:
    labels = {"app": "w"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "w", "image": "w"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    shop.make("deployments", {"metadata": {"name": "w"}, "spec": spec}, "apis/apps/v1")

    async def scenario(replicas: Replicas) -> None:
        leader = replicas.one("leader")
        target = TargetRef(kind="Deployment", name="w")
        async with shop.connected(leader.leads) as kube:
            await leader.compete()
            await kube.scale(shop.namespace, target, 2)
            replicas.clock.now += DEADLINE
            with pytest.raises(ApiError, match="another replica"):
                await kube.scale(shop.namespace, target, 3)

    play(shop, scenario)
    assert shop.api.get(shop.path("deployments", "w", "apis/apps/v1"))["spec"]["replicas"] == 2

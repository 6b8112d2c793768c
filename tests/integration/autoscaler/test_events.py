"""What people read of a pool with kubectl, on a real API server."""

from typing import Any

import pytest
from stenofleet_autoscaler.act.events import MOST, PERIOD, Events
from stenofleet_autoscaler.act.kube import Kube
from support.api_server import ApiServer
from support.kube_objects import worker_pool
from support.kube_shop import POD, KubeShop


@pytest.fixture
def shop(api_server: ApiServer, namespace: str) -> KubeShop:
    return KubeShop(api_server, namespace)


def pool(shop: KubeShop, name: str = "mail") -> dict[str, Any]:
    raw: dict[str, Any] = worker_pool(name)
    raw["metadata"]["namespace"] = shop.namespace
    return raw


def told(shop: KubeShop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.api.get(shop.path("events", group="apis/events.k8s.io/v1"))[
        "items"
    ]
    return found


def test_an_event_is_on_its_pool_and_names_the_pod_that_it_is_about(shop: KubeShop) -> None:
    shop.make_pod()
    pod = shop.pod()

    async def tell(kube: Kube) -> None:
        await Events(kube).warning(pool(shop), "DrainTimedOut", "held by mail.send", pod)

    shop.with_kube(tell)
    (event,) = told(shop)
    assert (event["type"], event["reason"]) == ("Warning", "DrainTimedOut")
    assert event["note"] == "held by mail.send"
    assert (event["regarding"]["kind"], event["regarding"]["name"]) == ("WorkerPool", "mail")
    assert (event["related"]["name"], event["related"]["uid"]) == (POD, pod["metadata"]["uid"])


def test_the_same_reason_is_told_only_now_and_then_and_others_all_the_same(shop: KubeShop) -> None:
    now = [0.0]

    async def tell(kube: Kube) -> None:
        events = Events(kube, lambda: now[0])
        for _ in range(3 * MOST):
            await events.normal(pool(shop), "ScaledUp", "up")
        await events.normal(pool(shop), "ScaledDown", "down")
        await events.normal(pool(shop, "other"), "ScaledUp", "up")
        now[0] = PERIOD
        await events.normal(pool(shop), "ScaledUp", "up")

    shop.with_kube(tell)
    reasons = [(each["regarding"]["name"], each["reason"]) for each in told(shop)]
    assert reasons.count(("mail", "ScaledUp")) == MOST + 1
    assert reasons.count(("mail", "ScaledDown")) == 1
    assert reasons.count(("other", "ScaledUp")) == 1

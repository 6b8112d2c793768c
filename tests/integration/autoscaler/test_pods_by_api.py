"""What the operator does to objects of a real API server. Its node is played by the tests."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from stenofleet_autoscaler.act.errors import ApiError
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.act.resources import REFUSED_FOR, PodResources
from stenofleet_autoscaler.hold import hold_patch
from stenofleet_autoscaler.spec import Resources, SlotResources, TargetRef
from support.api_server import ApiServer
from support.kube_shop import ONE_SLOT, POD, KubeShop

Write = Callable[[], Awaitable[None]]

SLOTS = SlotResources(
    container="worker",
    base=Resources(requests={"cpu": "100m"}, limits={"memory": "100Mi"}),
    per_slot=Resources(requests={"cpu": "500m"}, limits={"memory": "100Mi"}),
)


def fit(shop: KubeShop, resources: PodResources, present: int, wanted: int) -> int:
    """One tick."""
    return shop.with_kube(lambda kube: resources.fit(kube.pods, shop.pod(), SLOTS, present, wanted))


@pytest.fixture
def shop(api_server: ApiServer, namespace: str) -> KubeShop:
    return KubeShop(api_server, namespace)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestResources:
    def test_more_is_asked_for_first_and_slots_come_when_the_node_gave_it(
        self, shop: KubeShop
    ) -> None:
        shop.make_pod()
        resources = PodResources()
        assert fit(shop, resources, present=1, wanted=3) == 1
        assert shop.asked() == {
            "requests": {"cpu": "1600m", "memory": "50Mi"},
            "limits": {"cpu": "4", "memory": "419430400"},
        }
        shop.node_obeys()
        assert fit(shop, resources, present=1, wanted=3) == 3
        assert resources.trouble() is None

    def test_less_is_asked_for_after_the_slots_went_and_memory_stays_when_its_use_is_unknown(
        self, shop: KubeShop
    ) -> None:
        shop.make_pod()
        resources = PodResources()
        fit(shop, resources, present=1, wanted=3)
        shop.node_obeys()
        before = shop.asked()
        assert fit(shop, resources, present=3, wanted=1) == 1
        assert shop.asked() == before
        fit(shop, resources, present=1, wanted=1)
        assert shop.asked()["requests"]["cpu"] == "600m"
        assert shop.asked()["limits"]["memory"] == before["limits"]["memory"]
        assert resources.usage_unknown

    def test_what_the_node_refuses_leaves_the_slots_where_they_fit(self, shop: KubeShop) -> None:
        shop.make_pod()
        clock = Clock()
        resources = PodResources(clock)
        fit(shop, resources, present=1, wanted=4)
        refused = {"type": "PodResizePending", "status": "True", "reason": "Infeasible"}
        shop.node_gives(ONE_SLOT, **refused, message="node has not enough cpu")
        assert fit(shop, resources, present=1, wanted=4) == 1
        assert resources.most_slots(shop.pod(), SLOTS, 8) == 1
        trouble = resources.trouble()
        assert trouble is not None
        assert trouble.reason == "Infeasible"
        assert "not enough cpu" in trouble.message
        shop.node_obeys()
        clock.now = REFUSED_FOR
        assert fit(shop, resources, present=1, wanted=4) == 4
        assert resources.trouble() is None

    def test_the_quality_of_service_class_is_never_changed(self, shop: KubeShop) -> None:
        resources = PodResources()
        shop.make_pod({})
        shop.node_gives({})
        pod = shop.pod()
        pod["spec"]["containers"][0]["resources"] = {}
        shop.with_kube(lambda kube: resources.fit(kube.pods, pod, SLOTS, 1, 2))
        trouble = resources.trouble()
        assert trouble is not None
        assert trouble.reason == "QualityOfService"

    def test_a_container_that_a_resize_would_restart_is_left_alone(self, shop: KubeShop) -> None:
        policy = {"resourceName": "memory", "restartPolicy": "RestartContainer"}
        shop.make_pod(resizePolicy=[policy])
        resources = PodResources()
        assert fit(shop, resources, present=1, wanted=3) == 1
        assert shop.asked() == ONE_SLOT
        trouble = resources.trouble()
        assert trouble is not None
        assert trouble.reason == "RestartPolicy"

    def test_a_refusal_of_the_api_server_is_told_and_tried_again_later(
        self, shop: KubeShop
    ) -> None:
        most = {"type": "Container", "max": {"cpu": "4", "memory": "250Mi"}}
        shop.make("limitranges", {"metadata": {"name": "m"}, "spec": {"limits": [most]}})
        shop.make_pod()
        resources = PodResources()
        allowed = fit(shop, resources, present=1, wanted=3)
        trouble = resources.trouble()
        assert trouble is not None
        assert (allowed, trouble.reason) == (1, "Refused")

    def test_a_container_that_is_not_there_is_told_and_holds_no_slots_back(
        self, shop: KubeShop
    ) -> None:
        shop.make_pod()
        spec = SLOTS.model_copy(update={"container": "wroker"})
        resources = PodResources()
        allowed = shop.with_kube(lambda kube: resources.fit(kube.pods, shop.pod(), spec, 1, 3))
        trouble = resources.trouble()
        assert trouble is not None
        assert (allowed, trouble.reason) == (3, "NoSuchContainer")

    def test_a_pod_that_went_meanwhile_is_no_missing_ability(self, shop: KubeShop) -> None:
        shop.make_pod()
        pod = shop.pod()
        shop.api.delete(shop.path("pods", POD) + "?gracePeriodSeconds=0")
        resources = PodResources()
        with pytest.raises(ApiError):
            shop.with_kube(lambda kube: resources.fit(kube.pods, pod, SLOTS, 1, 3))
        assert not resources.missing


def test_a_pod_with_a_budget_stays_and_one_without_is_evicted(shop: KubeShop) -> None:
    shop.make_pod()
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "w"}}}
    shop.api.patch(shop.path("pods", POD), {"metadata": {"labels": {"app": "w"}}})
    body = {"metadata": {"name": "w"}, "spec": budget}
    shop.make("poddisruptionbudgets", body, "apis/policy/v1")
    with pytest.raises(ApiError) as refusal:
        shop.with_kube(lambda kube: kube.pods.evict(shop.namespace, POD))
    assert refusal.value.status in {429, 500}
    shop.api.delete(shop.path("poddisruptionbudgets", "w", "apis/policy/v1"))
    shop.with_kube(lambda kube: kube.pods.evict(shop.namespace, POD))
    assert all("deletionTimestamp" in pod["metadata"] for pod in pods(shop))


def pods(shop: KubeShop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.api.get(shop.path("pods"))["items"]
    return found


@pytest.mark.parametrize(
    ("kind", "plural"), [("Deployment", "deployments"), ("StatefulSet", "statefulsets")]
)
def test_either_target_is_scaled_in_our_own_name(shop: KubeShop, kind: Any, plural: str) -> None:
    labels = {"app": "w"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "w", "image": "w"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    shop.make(plural, {"metadata": {"name": "w"}, "spec": spec}, "apis/apps/v1")
    ref = TargetRef(kind=kind, name="w")
    shop.with_kube(lambda kube: kube.scale(shop.namespace, ref, 3))
    found = shop.api.get(shop.path(plural, "w", "apis/apps/v1"))
    assert found["spec"]["replicas"] == 3
    managers = {
        each["manager"]
        for each in found["metadata"]["managedFields"]
        if "f:replicas" in each.get("fieldsV1", {}).get("f:spec", {})
    }
    assert managers == {"stenofleet-autoscaler"}


def make_pool(shop: KubeShop) -> dict[str, Any]:
    spec = {
        "targetRef": {"kind": "Deployment", "name": "w"},
        "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
        "demand": {"queues": ["mail"]},
        "maxReplicas": 4,
        "concurrency": {"min": 1, "max": 2},
    }
    kind = {"apiVersion": "stenofleet.io/v1alpha1", "kind": "WorkerPool"}
    body = {**kind, "metadata": {"name": "mail"}, "spec": spec}
    return shop.make("workerpools", body, "apis/stenofleet.io/v1alpha1")


def test_what_was_learned_is_kept_in_a_config_map_of_the_pool(shop: KubeShop) -> None:
    pool = make_pool(shop)

    async def scenario(kube: Kube) -> tuple[Any, ...]:
        before = await kube.read_config_map(shop.namespace, "mail-learned")
        await kube.apply_config_map(shop.namespace, "mail-learned", pool, {"a": "1", "b": "2"})
        await kube.apply_config_map(shop.namespace, "mail-learned", pool, {"b": "3"})
        return before, await kube.read_config_map(shop.namespace, "mail-learned")

    assert shop.with_kube(scenario) == (None, {"b": "3"})
    found = shop.api.get(shop.path("configmaps", "mail-learned"))
    assert [owner["uid"] for owner in found["metadata"]["ownerReferences"]] == [
        pool["metadata"]["uid"]
    ]


def test_the_plugins_hold_is_taken_by_the_api_server(shop: KubeShop) -> None:
    pool = make_pool(shop)
    patch = hold_patch(pool, 3)
    shop.with_kube(lambda kube: kube.patch_pool(shop.namespace, "mail", patch))
    path = shop.path("workerpools", "mail", "apis/stenofleet.io/v1alpha1")
    assert shop.api.get(path)["spec"]["replicas"] == 3


def test_a_deposed_leader_writes_nothing(shop: KubeShop) -> None:
    shop.make_pod()
    before = shop.pod()["metadata"]["resourceVersion"]
    pool = make_pool(shop)

    async def scenario(kube: Kube) -> None:
        namespace, ref = shop.namespace, TargetRef(kind="Deployment", name="w")
        writes: list[Write] = [
            lambda: kube.pods.annotate(namespace, POD, {"a": "b"}),
            lambda: kube.pods.resize(namespace, POD, "worker", {"requests": {"cpu": "1"}}),
            lambda: kube.pods.evict(namespace, POD),
            lambda: kube.scale(namespace, ref, 2),
            lambda: kube.patch_pool(namespace, "mail", {"spec": {"replicas": 2}}),
            lambda: kube.patch_status(namespace, "mail", {"replicas": 2}),
            lambda: kube.apply_config_map(namespace, "mail-learned", pool, {}),
            lambda: kube.create_event(pool, "Normal", "Nothing", "nothing"),
        ]
        for write in writes:
            with pytest.raises(ApiError):
                await write()

    shop.with_kube(scenario, may_write=lambda: False)
    assert shop.pod()["metadata"]["resourceVersion"] == before

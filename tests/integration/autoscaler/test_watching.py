"""What the store knows of a real API server: with what rights, and when kinds come and go."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import kopf
import pytest
import yaml
from kubernetes.aio import client, config
from stenofleet.settings import EVERYWHERE
from stenofleet_autoscaler.act.kube import Kube
from stenofleet_autoscaler.handlers import registry_for
from stenofleet_autoscaler.sense.target import last_scaler, replicas
from stenofleet_autoscaler.spec import TargetRef
from stenofleet_autoscaler.watch.kinds import HPAS, SCALED_OBJECTS, WATCHED
from stenofleet_autoscaler.watch.store import Other, Store
from stenofleet_autoscaler.watch.sync import Sync
from support.api_server import ADMIN, OPERATOR, OPERATOR_USER, ApiServer
from support.kube_objects import deployment
from support.kube_shop import KubeShop
from support.operator_process import operator
from support.servers import until

CRD = Path(__file__).parents[3] / "manifests" / "crds" / "workerpools.yaml"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
STENOFLEET, APPS, RBAC = "apis/stenofleet.io/v1alpha1", "apis/apps/v1", "rbac.authorization.k8s.io"
SECONDS = 150.0

Scenario = Callable[[Store, Sync], Awaitable[None]]


@pytest.fixture
def shop(api_server: ApiServer, namespace: str) -> KubeShop:
    return KubeShop(api_server, namespace)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[ApiServer]:
    """An API server of the test's own, which does not know WorkerPools."""
    server = ApiServer(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def watching(api: ApiServer, token: str, namespaces: list[str], scenario: Scenario) -> None:
    """Plays the scenario while everything is listed and watched with the rights of the token."""

    async def run() -> None:
        await config.load_kube_config(str(api.kubeconfig(token)))  # type: ignore[no-untyped-call]
        async with client.ApiClient() as connection:
            store, stop = Store(), asyncio.Event()
            sync = Sync(connection, store, namespaces)
            parts = [asyncio.create_task(part) for part in (sync.run(), watch(store, sync, stop))]
            try:
                await scenario(store, sync)
            finally:
                stop.set()
                parts[0].cancel()
                await asyncio.gather(*parts, return_exceptions=True)

    async def watch(store: Store, sync: Sync, stop: asyncio.Event) -> None:
        await sync.listed.wait()
        everywhere = EVERYWHERE in namespaces
        await kopf.operator(
            registry=registry_for(store, sync.kinds, sync.ask_again),
            namespaces=() if everywhere else namespaces,
            clusterwide=everywhere,
            standalone=True,
            stop_flag=stop,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(api.kubeconfig(token)))
        asyncio.run(run())


async def comes(is_so: Callable[[], object], what: str) -> None:
    """Returns once it is so."""
    for _ in range(int(SECONDS / 0.05)):
        if is_so():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(what)


def pool(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "stenofleet.io/v1alpha1",
        "kind": "WorkerPool",
        "metadata": {"name": name},
        "spec": {
            "targetRef": {"kind": "Deployment", "name": "w"},
            "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
            "demand": {"queues": ["mail"]},
            "maxReplicas": 4,
            "concurrency": {"min": 1, "max": 2},
        },
    }


def target() -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": "w"}},
        "spec": {"containers": [{"name": "w", "image": "w"}]},
    }
    return {"metadata": {"name": "w"}, "spec": {**deployment()["spec"], "template": template}}


def names(store: Store) -> list[str]:
    return sorted(each["metadata"]["name"] for each in store.pools())


def allow(shop: KubeShop, *rules: dict[str, list[str]]) -> None:
    """A Role for the operator, with these rules and no others."""
    group = f"apis/{RBAC}/v1"
    role = {"apiGroup": RBAC, "kind": "Role", "name": "operator"}
    subjects = [{"kind": "User", "name": OPERATOR_USER}]
    named = {"metadata": {"name": "operator"}}
    shop.make("roles", {**named, "rules": list(rules)}, group)
    shop.make("rolebindings", {**named, "roleRef": role, "subjects": subjects}, group)


def reading(group: str, *resources: str) -> dict[str, list[str]]:
    verbs = ["get", "list", "watch"]
    return {"apiGroups": [group], "resources": list(resources), "verbs": verbs}


REQUIRED = (
    reading("stenofleet.io", "workerpools"),
    reading("apps", "deployments", "statefulsets"),
    reading("", "pods"),
)


def test_what_comes_changes_and_goes_is_seen_by_a_role_alone(shop: KubeShop) -> None:
    allow(shop, *REQUIRED, reading("autoscaling", "horizontalpodautoscalers"))
    shop.make("workerpools", pool("first"), STENOFLEET)
    shop.make("deployments", target(), APPS)
    where = (shop.namespace, "Deployment", "w")

    async def scenario(store: Store, sync: Sync) -> None:
        await sync.listed.wait()
        assert names(store) == ["first"]
        assert store.target(*where) is not None
        shop.make("workerpools", pool("second"), STENOFLEET)
        shop.make_pod()
        shop.api.patch(shop.path("pods", "worker-1"), {"metadata": {"labels": {"app": "w"}}})
        await comes(lambda: names(store) == ["first", "second"], "the second pool")
        await comes(lambda: store.pods_of(where), "the pod with its label")
        shop.api.delete(shop.path("workerpools", "first", STENOFLEET))
        await comes(lambda: names(store) == ["second"], "the first pool to be gone")

    watching(shop.api, OPERATOR, [shop.namespace], scenario)


def test_other_scalers_are_seen_where_there_is_the_right_and_else_not_looked_for(
    shop: KubeShop,
) -> None:
    shop.make("workerpools", pool("mail"), STENOFLEET)
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "w"}
    hpa = {"metadata": {"name": "h"}, "spec": {"scaleTargetRef": ref, "maxReplicas": 3}}
    shop.make("horizontalpodautoscalers", hpa, "apis/autoscaling/v2")
    allow(shop, *REQUIRED)

    async def unseen(store: Store, sync: Sync) -> None:
        await sync.listed.wait()
        assert set(WATCHED) - set(sync.kinds) == {HPAS, SCALED_OBJECTS}
        assert store.other_scaler(store.pools()[0]) is None

    async def seen(store: Store, sync: Sync) -> None:
        await sync.listed.wait()
        assert store.other_scaler(store.pools()[0]) == Other(HPAS.name, "h")
        path = shop.path("horizontalpodautoscalers", "h", "apis/autoscaling/v2")
        shop.api.delete(path)
        await comes(lambda: not store.other_scaler(store.pools()[0]), "the HPA to be gone")

    watching(shop.api, OPERATOR, [shop.namespace], unseen)
    watching(shop.api, ADMIN, [shop.namespace], seen)


def test_all_namespaces_are_seen_by_choice(shop: KubeShop, api_server: ApiServer) -> None:
    other = KubeShop(api_server, f"{shop.namespace}-2")
    made = api_server.create("/api/v1/namespaces", {"metadata": {"name": other.namespace}})
    assert made.is_success
    shop.make("workerpools", pool("here"), STENOFLEET)

    def places(store: Store) -> set[str]:
        return {each["metadata"]["namespace"] for each in store.pools()}

    async def scenario(store: Store, sync: Sync) -> None:
        await sync.listed.wait()
        other.make("workerpools", pool("there"), STENOFLEET)
        await comes(lambda: places(store) >= {shop.namespace, other.namespace}, "both namespaces")

    watching(api_server, ADMIN, [EVERYWHERE], scenario)


def test_a_definition_that_comes_late_is_waited_for(bare: ApiServer) -> None:
    async def scenario(store: Store, sync: Sync) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(sync.listed.wait(), 3)
        assert not sync.listed.is_set()
        define(bare)
        await comes(sync.listed.is_set, "the WorkerPools to be listed")
        shop = KubeShop(bare, "default")
        shop.make("workerpools", pool("mail"), STENOFLEET)
        await comes(lambda: names(store) == ["mail"], "the pool")

    watching(bare, ADMIN, ["default"], scenario)


def test_a_definition_that_goes_and_comes_again_is_no_end(bare: ApiServer, tmp_path: Path) -> None:
    define(bare)
    shop = KubeShop(bare, "default")
    shop.make("workerpools", pool("first"), STENOFLEET)
    with operator(bare, tmp_path, "default") as (process, _):
        until(lambda: told(shop, "first"), "the first pool to be seen", SECONDS)
        bare.delete(f"{DEFINITIONS}/workerpools.stenofleet.io")
        until(lambda: not is_served(bare), "the definition to be gone", SECONDS)
        define(bare)
        shop.make("workerpools", pool("second"), STENOFLEET)
        # A container that ends is started again by its kubelet, which is not here.
        until(lambda: told(shop, "second") or process.poll() is not None, "the second", SECONDS)
        assert process.poll() is None


def test_who_scaled_a_target_last_is_told_by_the_api_server(shop: KubeShop) -> None:
    shop.make("deployments", target(), APPS)
    path = shop.path("deployments", "w", APPS)

    def scaler() -> tuple[int, str | None]:
        store = Store()
        store.take(
            next(kind for kind in WATCHED if kind.name == "Deployment"), None, shop.api.get(path)
        )
        found = store.target(shop.namespace, "Deployment", "w")
        assert found is not None
        return replicas(found), last_scaler(found)

    async def ours(kube: Kube) -> None:
        await kube.scale(shop.namespace, TargetRef(kind="Deployment", name="w"), 2)

    shop.with_kube(ours)
    assert scaler() == (2, "stenofleet-autoscaler")
    shop.api.patch(f"{path}/scale?fieldManager=kubectl", {"spec": {"replicas": 5}})
    assert scaler() == (5, "kubectl")
    shop.with_kube(ours)
    assert scaler() == (2, "stenofleet-autoscaler")
    shop.api.patch(f"{path}?fieldManager=kubectl-edit", {"spec": {"replicas": 3}})
    assert scaler() == (3, "kubectl-edit")


def define(server: ApiServer) -> None:
    """Makes the API server know WorkerPools."""
    server.apply(f"{DEFINITIONS}/workerpools.stenofleet.io", yaml.safe_load(CRD.read_text()))
    until(lambda: is_served(server), "the WorkerPools to be served", SECONDS)


def is_served(server: ApiServer) -> bool:
    return bool(server.ask(f"/{STENOFLEET}/workerpools").is_success)


def told(shop: KubeShop, name: str) -> bool:
    """Whether the operator has said anything of the pool."""
    answer = shop.api.ask(shop.path("workerpools", name, STENOFLEET))
    return answer.is_success and "conditions" in answer.json().get("status", {})

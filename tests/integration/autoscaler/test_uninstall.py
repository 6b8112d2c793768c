"""Whoever removes the operator first leaves nothing that cannot be removed after it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from support.api_server import ApiServer, secret
from support.operator_process import operator
from support.servers import RedisServer, until

CRD = Path(__file__).parents[3] / "manifests" / "crds" / "workerpools.yaml"
DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/workerpools.stenofleet.io"
NAMESPACE = "/api/v1/namespaces/shop"
POOLS = "/apis/stenofleet.io/v1alpha1/namespaces/shop/workerpools"
GONE_SECONDS = 150


@pytest.fixture
def cluster(tmp_path: Path, redis_server: RedisServer) -> Iterator[ApiServer]:
    """An API server with the controller that empties namespaces, a broker's Secret and a target."""
    (tmp_path / "api").mkdir()
    server = ApiServer(tmp_path / "api")
    try:
        server.start()
        server.start_namespace_controller()
        server.apply(DEFINITION, yaml.safe_load(CRD.read_text()))
        make(server, "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        make(server, f"{NAMESPACE}/secrets", secret("redis", url=redis_server.url))
        make(server, "/apis/apps/v1/namespaces/shop/deployments", deployment())
        until(lambda: exists(server, POOLS), "the WorkerPools to be served")
        yield server
    finally:
        server.stop()


def test_pools_definition_and_namespace_go_after_the_operator(
    cluster: ApiServer, tmp_path: Path
) -> None:
    make(cluster, POOLS, pool())
    with operator(cluster, tmp_path, "shop"):
        until(lambda: is_ready(cluster), "the operator to know the pool")
    assert "finalizers" not in cluster.get(f"{POOLS}/mail")["metadata"]

    for path in (f"{POOLS}/mail", DEFINITION, NAMESPACE):
        delete(cluster, path)


def test_a_namespace_goes_with_its_pools_while_the_operator_runs(
    cluster: ApiServer, tmp_path: Path
) -> None:
    make(cluster, POOLS, pool())
    with operator(cluster, tmp_path, "shop"):
        until(lambda: is_ready(cluster), "the operator to know the pool")
        delete(cluster, NAMESPACE)


def make(server: ApiServer, path: str, body: dict[str, Any]) -> None:
    answer = server.create(path, body)
    assert answer.is_success, answer.text


def delete(server: ApiServer, path: str) -> None:
    """Deletes it and returns once it is gone."""
    server.delete(path)
    until(lambda: not exists(server, path), f"{path} to be gone", GONE_SECONDS)


def exists(server: ApiServer, path: str) -> bool:
    return bool(server.ask(path).status_code == httpx.codes.OK)


def is_ready(server: ApiServer) -> bool:
    conditions = server.get(f"{POOLS}/mail").get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def deployment() -> dict[str, Any]:
    labels = {"app": "mail"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "worker", "image": "worker"}]},
    }
    selector = {"matchLabels": labels}
    return {
        "metadata": {"name": "mail"},
        "spec": {"replicas": 0, "selector": selector, "template": template},
    }


def pool() -> dict[str, Any]:
    return {
        "apiVersion": "stenofleet.io/v1alpha1",
        "kind": "WorkerPool",
        "metadata": {"name": "mail"},
        "spec": {
            "targetRef": {"kind": "Deployment", "name": "mail"},
            "broker": {"urlSecretRef": {"name": "redis", "key": "url"}},
            "demand": {"queues": ["mail"]},
            "maxReplicas": 2,
            "concurrency": {"min": 1, "max": 2},
        },
    }

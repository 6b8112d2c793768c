"""Brokers' URLs in Secrets, wrong in many ways: the operator tells what is wrong, and no secret."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api_server import ApiServer, secret
from support.kube_shop import KubeShop
from support.operator_process import operator
from support.servers import RedisServer, until

SECRET = "hush-4711"
SECONDS = 240.0
URLS = {
    "refused": f"redis://me:{SECRET}@127.0.0.1:1/0",
    "nowhere": f"rediss://me:{SECRET}@no.such.host.invalid:6380/0?ssl_cert_reqs=required",
    "wrong-scheme": f"http://me:{SECRET}@127.0.0.1:1/0?token={SECRET}",
    "slash": f"redis://:{SECRET}/1@127.0.0.1:1/0",
    "unfolds": f"sentinel://:{SECRET}\u2100@127.0.0.1:1/0",
    "port": f"sentinel://127.0.0.1:{SECRET}/0",
    "query": f"redis://127.0.0.1:1/0?password={SECRET}",
    "nonsense": SECRET,
}
"""By the name of the pool that has it."""


@pytest.fixture
def kube(api_server: ApiServer, namespace: str, redis_server: RedisServer) -> KubeShop:
    """A pool for each of the URLs, and one whose Redis refuses its password."""
    refusing = f"redis://:{SECRET}@127.0.0.1:{redis_server.port}/0"
    made = KubeShop(api_server, namespace)
    for name, url in {**URLS, "refuses": refusing}.items():
        make_pool(made, name, url)
    return made


def make_pool(kube: KubeShop, name: str, url: str) -> None:
    metadata = {"name": name}
    kube.make("secrets", secret(name, url=url, watchword=SECRET))
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "worker", "image": "worker"}]},
    }
    workers = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    kube.make("deployments", {"metadata": metadata, "spec": workers}, "apis/apps/v1")
    watchword = {"masterName": "orders", "passwordSecretRef": {"name": name, "key": "watchword"}}
    broker = {"urlSecretRef": {"name": name, "key": "url"}, "sentinel": watchword}
    pool = {
        "targetRef": {"kind": "Deployment", "name": name},
        "broker": broker,
        "demand": {"queues": ["mail"]},
        "maxReplicas": 1,
        "concurrency": {"min": 1, "max": 1},
    }
    kind = {"apiVersion": "stenofleet.io/v1alpha1", "kind": "WorkerPool", "metadata": metadata}
    kube.make("workerpools", {**kind, "spec": pool}, "apis/stenofleet.io/v1alpha1")


@pytest.fixture
def told(kube: KubeShop, tmp_path: Path) -> dict[str, str]:
    """All that the operator says, by where."""
    with operator(
        kube.api, tmp_path, kube.namespace, log_level="DEBUG", celery_exporter="true"
    ) as (_, port):
        until(lambda: all_are_told(kube), "what is wrong with each broker", SECONDS)
        url = f"http://127.0.0.1:{port}"
        names = [*URLS, "refuses"]
        pages = [f"/pools/{kube.namespace}/{name}/explain" for name in names]
        found = {path: httpx.get(url + path, timeout=60).text for path in ("/metrics", *pages)}
    return found | {
        "pools": json.dumps(pools(kube)),
        "events": json.dumps(kube.api.get(kube.path("events", group="apis/events.k8s.io/v1"))),
        "log": (tmp_path / "operator.log").read_text(),
    }


def pools(kube: KubeShop) -> list[dict[str, Any]]:
    """Without what their makers wrote, which names Secrets and no URL."""
    found = kube.api.get(kube.path("workerpools", group="apis/stenofleet.io/v1alpha1"))
    return [each.get("status", {}) for each in found["items"]]


def all_are_told(kube: KubeShop) -> bool:
    """A broker that is slow to refuse is first told to be away, and then why."""
    found = json.dumps(pools(kube))
    return all(map(is_told, pools(kube))) and "InvalidURL" in found and "AccessDenied" in found


def is_told(status: dict[str, Any]) -> bool:
    told = {each["type"]: each["status"] for each in status.get("conditions", [])}
    return bool(told.get("BrokerReachable", "True") != "True")


def test_no_secret_of_a_broker_s_url_is_told(told: dict[str, str]) -> None:
    assert "InvalidURL" in told["pools"]
    assert "AccessDenied" in told["pools"]
    for name, text in told.items():
        assert text, name
        assert SECRET not in text, f"{name}: {text[max(0, text.index(SECRET) - 300) :][:600]}"

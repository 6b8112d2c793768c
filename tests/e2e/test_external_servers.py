"""A release whose Redis, by Sentinels and TLS, and whose PostgreSQL are somebody else's."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from stenofleet_deploy import portforward
from stenofleet_deploy.cluster import Cluster
from stenofleet_deploy.release import Release, ensure_namespace
from support import lab_objects
from support.fleet import Fleet, client, eventually
from support.movements_sent import ADD_ALL, movement
from support.redis_roles import Authority
from support.releases import GONE_SECONDS, deploy, removed

HERE = Path(__file__).parent
HOST = "redis.stenofleet-e2e-servers.svc"
COUNT = 100
SECRETS = {
    "our-redis": {"url": f"sentinel://:a%20password%2F1@{HOST}:26379/0"},
    "our-sentinels": {"password": "watch me"},
    "our-database": {
        "url": "postgresql://steno:another%20password%2F2@postgresql.stenofleet-e2e-servers/speech"
    },
}


@pytest.fixture
def servers(cluster: Cluster, tmp_path: Path) -> Iterator[Release]:
    """The namespace with the servers, which are ready."""
    place = Release(cluster, "servers", "stenofleet-e2e-servers")
    authority = Authority(tmp_path, f"DNS:{HOST}")
    authority.make()
    ensure_namespace(place)
    try:
        apply(place, lab_objects.secret("redis-tls", authority.tls_secret))
        place.kubectl("apply", "--filename", str(HERE / "external_servers.yaml"))
        for name in ("redis", "postgresql"):
            words = ("--namespace", place.namespace, "rollout", "status", f"deployment/{name}")
            cluster.kubectl(*words, timeout=GONE_SECONDS)
        yield place
    finally:
        cluster.kubectl("delete", "namespace", place.namespace, timeout=GONE_SECONDS)


@pytest.fixture
def fleet(servers: Release, tmp_path: Path) -> Iterator[Fleet]:
    release = Release(servers.cluster, "stenofleet", "stenofleet-e2e-external")
    ensure_namespace(release)
    ca = {"ca.crt": (tmp_path / "ca.crt").read_text()}
    with removed(release):
        for name, content in {**SECRETS, "our-redis-ca": ca}.items():
            apply(release, lab_objects.secret(name, content))
        deploy(release, "--values", str(HERE / "external_values.yaml"))
        with portforward.api(release) as url, client(url) as http:
            yield Fleet(release, http)


def test_movements_and_tasks_go_through_servers_of_others(fleet: Fleet, servers: Release) -> None:
    assert fleet.release.get("statefulsets") == []
    fleet.http.post(ADD_ALL, json=[movement() for _ in range(COUNT)]).raise_for_status()
    fleet.http.get("/api/logs/test-celery/").raise_for_status()
    eventually(lambda: written(servers) == COUNT, "the movements in their database", 240)
    for name in ("core", "logs"):
        eventually(partial(reached, fleet, name), f"the broker of {name} to be reached", 120)


def reached(fleet: Fleet, pool: str) -> bool:
    """Whether the pool says that its broker answers."""
    conditions = fleet.pool(f"stenofleet-{pool}").get("status", {}).get("conditions", [])
    return ("BrokerReachable", "True") in {(each["type"], each["status"]) for each in conditions}


def written(servers: Release) -> int:
    query = ("psql", "-U", "steno", "-d", "speech", "-Atc", "SELECT count(*) FROM movement_log")
    return int(servers.kubectl("exec", "deployment/postgresql", "--", *query))


def apply(place: Release, manifest: lab_objects.Manifest) -> None:
    words = ("--namespace", place.namespace, "apply", "--filename", "-")
    place.cluster.kubectl(*words, text=json.dumps(manifest))

"""Who may reach whom: the chart's NetworkPolicies as a matrix.

The embedded cluster enforces none, so what they allow is worked out here.
"""

from itertools import product
from typing import Any

import pytest
from support.chart import OWN_POOL, Object, Values, of_kind, pods, refusal, render
from support.network import Address, End, Pod, allowed

API_SERVER = Address("10.9.0.1")
PUBLIC = Address("93.184.216.34")
CLOUD_METADATA = Address("169.254.169.254")
NODE = Address("192.168.1.7")
DNS = Pod("kube-system", {"k8s-app": "kube-dns"})
INGRESS = Pod("ingress", {"app": "nginx"})
PROMETHEUS = Pod("monitoring", {"app": "prometheus"})
NEIGHBOUR = Pod("steno", {"app": "neighbour"})

POLICY: Object = {"enabled": True, "apiServer": {"cidrs": ["10.9.0.1/32"], "ports": [6443]}}
EVERYTHING: Values = {
    "networkPolicy": POLICY,
    "flower": {"enabled": True, "basicAuthSecret": {"name": "flower"}},
    "backup": {"enabled": True},
    "workers": {"mail": OWN_POOL},
}
REDIS, POSTGRESQL = ("redis", 6379), ("postgresql", 5432)
# All that is open between the pods of a release; every other pair is closed at every port.
WITHIN = {
    *(("api", *REDIS), ("api", *POSTGRESQL)),
    *(("worker-core", *REDIS), ("worker-core", *POSTGRESQL)),
    *(("worker-logs", *REDIS), ("worker-logs", *POSTGRESQL)),
    *(("worker-transcription", *REDIS), ("worker-transcription", *POSTGRESQL)),
    *(("worker-mail", *REDIS), ("beat", *REDIS), ("flower", *REDIS), ("operator", *REDIS)),
    *(("migrate", *POSTGRESQL), ("backup", *POSTGRESQL)),
}
PORTS = (53, 80, 443, 5432, 5555, 6379, 6443, 8000, 8081, 26379)


def policies(values: Values) -> list[Object]:
    return list(of_kind(render(values), "NetworkPolicy").values())


def release(values: Values) -> dict[str, Pod]:
    """A pod of each component."""
    found = [template["metadata"]["labels"] for _, template in pods(render(values))]
    return {each["app.kubernetes.io/component"]: Pod("steno", each) for each in found}


def with_policy(values: Values = EVERYTHING, **policy: Any) -> Values:
    return {**values, "networkPolicy": {**POLICY, **policy}}


def reached(values: Values, other: End, ports: tuple[int, ...] = PORTS) -> set[tuple[str, int]]:
    """The components that may reach another end, and at which ports."""
    rules = policies(values)
    return {
        (name, port)
        for (name, pod), port in product(release(values).items(), ports)
        if allowed(rules, pod, other, port)
    }


def entered(values: Values, other: End) -> set[tuple[str, int]]:
    """The components that another end may reach, and at which ports."""
    rules = policies(values)
    return {
        (name, port)
        for (name, pod), port in product(release(values).items(), PORTS)
        if allowed(rules, other, pod, port)
    }


def test_the_matrix_has_every_workload() -> None:
    assert set(release(EVERYTHING)) == {
        *("api", "backup", "beat", "flower", "migrate", "operator", "postgresql", "redis"),
        *("worker-core", "worker-logs", "worker-mail", "worker-transcription"),
    }


def test_within_a_release_only_what_is_needed_is_open() -> None:
    rules, there = policies(EVERYTHING), release(EVERYTHING)
    found = {
        (source, target, port)
        for source, target, port in product(there, there, PORTS)
        if allowed(rules, there[source], there[target], port)
    }
    assert found == WITHIN


def test_everybody_resolves_names_and_reaches_nothing_else_there() -> None:
    assert reached(EVERYTHING, DNS) == {(name, 53) for name in release(EVERYTHING)}
    rules, api = policies(EVERYTHING), release(EVERYTHING)["api"]
    assert allowed(rules, api, DNS, 53, "UDP")


def test_only_the_operator_reaches_the_api_server_and_only_at_its_port() -> None:
    assert reached(EVERYTHING, API_SERVER) == {("operator", 6443)}


def test_only_who_sends_webhooks_reaches_the_outside() -> None:
    assert {name for name, _ in reached(EVERYTHING, PUBLIC)} == {"worker-core"}


@pytest.mark.parametrize("inner", [CLOUD_METADATA, NODE, Address("fd00::1"), NEIGHBOUR])
def test_nobody_reaches_nodes_the_cloud_s_metadata_or_neighbours(inner: End) -> None:
    assert reached(EVERYTHING, inner) == set()


def test_webhooks_to_private_addresses_are_let_out_where_they_are_allowed() -> None:
    values = {**EVERYTHING, "settings": {"webhookAllowPrivate": True}}
    assert {name for name, _ in reached(values, NODE)} == {"worker-core"}


def test_with_a_bucket_those_who_use_recordings_reach_it() -> None:
    values = {**EVERYTHING, "storage": {"url": "s3://recordings"}}
    names = {name for name, _ in reached(values, PUBLIC, (443,))}
    assert names == {"api", "worker-core", "worker-transcription"}


def test_with_google_the_api_and_core_reach_it() -> None:
    google = {"projectId": "a", "workloadIdentity": True, "stagingUrl": "gs://a/b"}
    names = {name for name, _ in reached({**EVERYTHING, "google": google}, PUBLIC, (443,))}
    assert names == {"api", "worker-core"}


@pytest.mark.parametrize("client", [INGRESS, NEIGHBOUR, PUBLIC])
def test_everybody_may_call_the_api_and_flower_and_nothing_else(client: End) -> None:
    assert entered(EVERYTHING, client) == {("api", 8000), ("flower", 5555)}


def test_clients_can_be_told() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}
    values = with_policy(clientsFrom=[peer])
    assert entered(values, INGRESS) == {("api", 8000), ("flower", 5555)}
    assert entered(values, NEIGHBOUR) == set()


def test_who_reads_metrics_can_be_told_and_reads_those_of_everybody() -> None:
    peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "prometheus"}}}
    values = with_policy(metricsFrom=[peer], clientsFrom=[{"podSelector": {}}])
    assert entered(values, PROMETHEUS) == {
        *(("api", 8000), ("beat", 8081), ("operator", 8081)),
        *((f"worker-{name}", 8081) for name in ("core", "logs", "transcription")),
    }


def test_the_api_server_reads_the_operator_s_pages_for_the_plugin() -> None:
    closed = with_policy(clientsFrom=[{"podSelector": {}}])
    assert entered(closed, API_SERVER) == {("operator", 8081)}


EXTERNAL: Values = {
    "redis": {"externalUrlSecret": {"name": "my-redis"}},
    "postgresql": {"externalUrlSecret": {"name": "my-database"}},
}


def test_external_servers_are_reached_where_they_are_said_to_be() -> None:
    values = with_policy(
        {**EVERYTHING, **EXTERNAL},
        redis={"cidrs": ["10.8.0.0/24"], "ports": [6379, 26379]},
        postgresql={"cidrs": ["10.7.0.5/32"]},
    )
    redis = {"api", "beat", "flower", "operator", *(f"worker-{name}" for name in WORKERS)}
    assert reached(values, Address("10.8.0.9")) == set(product(redis, (6379, 26379)))
    database = {"api", "backup", "migrate", "worker-core", "worker-logs", "worker-transcription"}
    assert reached(values, Address("10.7.0.5")) == set(product(database, (5432,)))


WORKERS = ("core", "logs", "mail", "transcription")


def test_further_rules_are_added_to_a_component_s_own() -> None:
    rule = {"to": [{"ipBlock": {"cidr": "10.6.0.0/16"}}], "ports": [{"port": 443}]}
    values = with_policy(extraEgress={"worker-mail": [rule]})
    assert reached(values, Address("10.6.1.1")) == {("worker-mail", 443)}
    assert ("worker-mail", *REDIS) in WITHIN


def test_a_pool_with_a_broker_of_its_own_does_not_reach_the_chart_s() -> None:
    pool = {**OWN_POOL, "broker": {"urlSecretRef": {"name": "mine", "key": "url"}}}
    rule = {"to": [{"ipBlock": {"cidr": "10.5.0.1/32"}}]}
    extra = {"worker-mail": [rule], "operator": [rule]}
    values = with_policy({**EVERYTHING, "workers": {"mail": pool}}, extraEgress=extra)
    there = release(values)
    assert not allowed(policies(values), there["worker-mail"], there["redis"], 6379)


def test_pods_of_others_in_the_namespace_keep_their_own_rules() -> None:
    assert allowed(policies(EVERYTHING), NEIGHBOUR, PUBLIC, 443)
    assert allowed(policies(EVERYTHING), INGRESS, NEIGHBOUR, 80)


def test_unless_they_are_wanted_there_are_none() -> None:
    assert policies({}) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            with_policy(apiServer={"cidrs": []}),
            "networkPolicy.apiServer.cidrs is empty and no cluster could be asked",
        ),
        (
            with_policy(EXTERNAL),
            "networkPolicy.redis.cidrs is empty and redis.externalUrlSecret names an external one",
        ),
        (
            with_policy(EXTERNAL),
            "networkPolicy.postgresql.cidrs is empty and postgresql.externalUrlSecret names",
        ),
        (
            with_policy({"operator": {"brokerSecrets": ["mail"]}}),
            "networkPolicy.extraEgress.operator is empty, and the operator reads brokers",
        ),
    ],
)
def test_policies_that_would_cut_a_part_off_are_refused(values: Values, sentence: str) -> None:
    assert sentence in refusal(values)


def test_without_an_operator_nobody_needs_to_say_where_the_api_server_is() -> None:
    values = with_policy(apiServer={"cidrs": []})
    nobody = {"operator": {"enabled": False}, "crds": {"upgrade": False}}
    assert policies({**values, **nobody})


def hook(component: str) -> Pod:
    """A pod that is there only during an upgrade or a test."""
    labels = release(EVERYTHING)["api"].labels
    return Pod("steno", {**labels, "app.kubernetes.io/component": component})


@pytest.mark.parametrize("clients", [[], [{"podSelector": {"matchLabels": {"app": "shop"}}}]])
def test_the_pods_of_helm_test_reach_what_they_ask_and_nothing_else(clients: list[Any]) -> None:
    values = with_policy(clientsFrom=clients)
    rules, there, pod = policies(values), release(values), hook("test")
    found = {(to, at) for to, at in product(there, PORTS) if allowed(rules, pod, there[to], at)}
    assert found == {REDIS, POSTGRESQL, ("api", 8000)}
    assert allowed(rules, pod, API_SERVER, 6443)
    assert not allowed(rules, pod, PUBLIC, 443)


def test_the_job_of_an_upgrade_reaches_the_api_server_alone() -> None:
    rules = policies(EVERYTHING)
    job = hook("crds")
    assert allowed(rules, job, API_SERVER, 6443)
    assert not allowed(rules, job, PUBLIC, 443)
    assert not allowed(rules, job, release(EVERYTHING)["redis"], 6379)

"""A release on a real API server: what it accepts, and what upgrades leave alone."""

import json
import uuid
from typing import Any

import pytest
import yaml
from support.chart import (
    CASES,
    CHART,
    FULLNAME,
    ONE_NODE,
    RELEASE,
    Object,
    Values,
    everything,
    merged,
    of_kind,
    pods,
    render,
)
from support.kube_commands import KubeCommands


@pytest.fixture
def namespace(cluster: KubeCommands) -> str:
    """A namespace of the test's own that enforces ``restricted``."""
    name = f"chart-{uuid.uuid4().hex[:8]}"
    cluster.namespace(name)
    return name


class Installation:
    """A release of the chart in a namespace."""

    def __init__(self, cluster: KubeCommands, namespace: str) -> None:
        self.cluster, self.namespace = cluster, namespace

    def apply(self, values: Values | None = None) -> None:
        # Nobody runs Jobs here, and Helm would wait for that of the definitions.
        told = merged({**ONE_NODE, "crds": {"upgrade": False}}, values or {})
        command = ("upgrade", "--install", RELEASE, str(CHART), "--namespace", self.namespace)
        self.cluster.helm(*command, "--values", "-", text=json.dumps(told))

    def all(self, kinds: str) -> list[Object]:
        found: list[Object] = self.cluster.get(kinds, "--namespace", self.namespace)["items"]
        return found

    def one(self, kind: str, name: str) -> Object:
        found: Object = self.cluster.get(kind, f"{FULLNAME}-{name}", "-n", self.namespace)
        return found

    def credentials(self) -> dict[str, Any]:
        return {
            each["metadata"]["name"]: each["data"]
            for each in self.all("secrets")
            if not each["type"].startswith("helm.sh")
        }

    def templates(self) -> dict[str, Any]:
        kinds = "deployments,statefulsets,jobs"
        return {each["metadata"]["name"]: each["spec"]["template"] for each in self.all(kinds)}


@pytest.fixture
def installation(cluster: KubeCommands, namespace: str) -> Installation:
    """The chart as it comes, installed."""
    installed = Installation(cluster, namespace)
    installed.apply()
    return installed


@pytest.mark.parametrize("case", CASES)
def test_the_api_server_accepts_every_object(
    case: str, cluster: KubeCommands, namespace: str
) -> None:
    objects = [in_namespace(each, namespace) for each in everything(CASES[case])]
    strict = ("apply", "--server-side", "--dry-run=server", "--validate=strict")
    told = cluster.kubectl(*strict, "--filename", "-", text=yaml.safe_dump_all(objects))
    assert len(told.splitlines()) == len(objects)


def in_namespace(found: Object, namespace: str) -> Object:
    return {**found, "metadata": {**found["metadata"], "namespace": namespace}}


@pytest.mark.parametrize("case", CASES)
def test_admission_lets_every_pod_into_a_restricted_namespace(
    case: str, cluster: KubeCommands, namespace: str
) -> None:
    found = [
        as_pod(f"probe-{number}", template, claims(name, case))
        for number, (name, template) in enumerate(pods(everything(CASES[case])))
    ]
    command = ("create", "--namespace", namespace, "--dry-run=server", "--filename", "-")
    told = cluster.kubectl(*command, text=yaml.safe_dump_all(found))
    assert told.count("created") == len(found)


def as_pod(name: str, template: Object, volumes: list[str]) -> Object:
    # Whether the cluster has the priority class is no question of security.
    spec = {key: each for key, each in template["spec"].items() if key != "priorityClassName"}
    spec["volumes"] = spec["volumes"] + [{"name": each, "emptyDir": {}} for each in volumes]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def claims(name: str, case: str) -> list[str]:
    """The volumes that a StatefulSet's controller would add to this pod."""
    found = of_kind(render(CASES[case]), "StatefulSet").get(name.removeprefix("StatefulSet "), {})
    return [
        each["metadata"]["name"] for each in found.get("spec", {}).get("volumeClaimTemplates", [])
    ]


def test_an_upgrade_keeps_the_generated_credentials(installation: Installation) -> None:
    before = installation.credentials()
    users = (f"redis-{user}" for user in ("api", "beat", "operator", "worker"))
    assert set(before) == {
        f"{FULLNAME}-{name}" for name in ("redis", *users, "postgresql", "secret-key")
    }
    installation.apply({"settings": {"logLevel": "DEBUG"}})
    assert installation.credentials() == before


def test_an_upgrade_without_a_change_replaces_no_pod_and_runs_no_job_again(
    installation: Installation,
) -> None:
    before = installation.templates()
    installation.apply()
    assert installation.templates() == before


def test_a_changed_maximum_replaces_no_pod(installation: Installation) -> None:
    before = installation.templates()
    installation.apply({"workers": {"transcription": {"maxReplicas": 7}}})
    assert installation.one("workerpool", "transcription")["spec"]["maxReplicas"] == 7
    assert installation.templates() == before


def test_an_upgrade_leaves_the_replicas_that_the_operator_wrote(
    installation: Installation,
) -> None:
    target = f"{FULLNAME}-worker-transcription"
    for name in (f"deployment/{target}", f"workerpool/{FULLNAME}-transcription"):
        installation.cluster.kubectl("scale", "-n", installation.namespace, name, "--replicas=3")
    installation.apply({"workers": {"transcription": {"maxReplicas": 7}}})
    assert installation.one("deployment", "worker-transcription")["spec"]["replicas"] == 3
    assert installation.one("workerpool", "transcription")["spec"]["replicas"] == 3


def test_a_changed_setting_replaces_the_pods_of_stenofleet_and_no_server(
    installation: Installation,
) -> None:
    before = installation.templates()
    installation.apply({"settings": {"whisperModel": "tiny.en"}})
    changed = {name for name, each in installation.templates().items() if each != before[name]}
    readers = ("api", "beat", "worker-core", "worker-logs", "worker-transcription")
    assert changed == {f"{FULLNAME}-{name}" for name in readers}


def test_a_new_image_of_the_api_runs_the_migrations_again(installation: Installation) -> None:
    (before,) = (each["metadata"]["name"] for each in installation.all("jobs"))
    installation.apply({"api": {"image": {"tag": "next"}}})
    (after,) = (each["metadata"]["name"] for each in installation.all("jobs"))
    assert after != before


def test_uninstalling_leaves_what_it_promises_and_nothing_else(
    installation: Installation,
) -> None:
    # No controller runs here, so owned objects and StatefulSets' claims are not there to be left.
    installation.cluster.helm("uninstall", RELEASE, "--namespace", installation.namespace)
    left = installation.all(
        "deployments,statefulsets,services,configmaps,secrets,persistentvolumeclaims,"
        "roles,rolebindings,serviceaccounts,workerpools,poddisruptionbudgets"
    )
    assert {(each["kind"], each["metadata"]["name"]) for each in left} == {
        ("PersistentVolumeClaim", f"{FULLNAME}-recordings"),
        ("Secret", f"{FULLNAME}-postgresql"),
    }


def test_installing_again_opens_the_kept_database(installation: Installation) -> None:
    before = installation.credentials()[f"{FULLNAME}-postgresql"]
    installation.cluster.helm("uninstall", RELEASE, "--namespace", installation.namespace)
    installation.apply()
    assert installation.credentials()[f"{FULLNAME}-postgresql"] == before


def test_the_api_server_s_address_is_looked_up_where_it_can_be(installation: Installation) -> None:
    installation.apply({"networkPolicy": {"enabled": True}})
    policy = installation.one("networkpolicy", "operator")["spec"]
    opened = [
        peer["ipBlock"]["cidr"]
        for rule in policy["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    slices = installation.cluster.get("endpointslice", "kubernetes", "-n", "default")
    addresses = {address for each in slices["endpoints"] for address in each["addresses"]}
    service = installation.cluster.get("service", "kubernetes", "-n", "default")
    assert set(opened) == {f"{each}/32" for each in addresses | {service["spec"]["clusterIP"]}}


@pytest.fixture(scope="module")
def untouched(cluster: KubeCommands) -> Installation:
    """The chart as it comes, for tests that only read."""
    cluster.namespace("chart-untouched")
    installed = Installation(cluster, "chart-untouched")
    installed.apply()
    return installed


def may_operator(installed: Installation, words: str) -> bool:
    account = f"system:serviceaccount:{installed.namespace}:{FULLNAME}-operator"
    return installed.cluster.may(*words.split(), "--namespace", installed.namespace, who=account)


@pytest.mark.parametrize(
    "words",
    [
        "watch workerpools.stenofleet.io",
        "patch workerpools.stenofleet.io",
        "patch workerpools.stenofleet.io --subresource=status",
        "watch deployments.apps",
        "watch statefulsets.apps",
        "get deployments.apps --subresource=scale",
        "patch deployments.apps --subresource=scale",
        "patch statefulsets.apps --subresource=scale",
        "watch pods",
        "patch pods",
        "patch pods --subresource=resize",
        "create pods --subresource=eviction",
        "create configmaps",
        "patch configmaps",
        "watch horizontalpodautoscalers.autoscaling",
        f"get secret/{FULLNAME}-redis-operator",
        "create events.events.k8s.io",
        "create leases.coordination.k8s.io",
        "update lease.coordination.k8s.io/stenofleet-autoscaler",
    ],
)
def test_the_operator_may_do_its_work(words: str, untouched: Installation) -> None:
    assert may_operator(untouched, words)


def test_an_operator_of_all_namespaces_serves_a_strange_one_and_reads_only_named_secrets(
    cluster: KubeCommands, namespace: str
) -> None:
    strange = f"{namespace}-strange"
    cluster.namespace(strange)
    values = {"operator": {"watchNamespaces": ["*"], "brokerSecrets": ["mail-broker"]}}
    Installation(cluster, namespace).apply(values)
    account = f"system:serviceaccount:{namespace}:{FULLNAME}-operator"

    def may(*words: str) -> bool:
        return cluster.may(*words, "--namespace", strange, who=account)

    assert may("patch", "deployments.apps", "--subresource=scale")
    assert may("get", "secret/mail-broker")
    assert not may("get", f"secret/{FULLNAME}-redis-operator")
    assert not may("get", "lease.coordination.k8s.io/stenofleet-autoscaler")


def test_an_operator_of_some_namespaces_serves_those_and_no_other(
    cluster: KubeCommands, namespace: str
) -> None:
    served, strange = f"{namespace}-served", f"{namespace}-strange"
    for name in (served, strange):
        cluster.namespace(name)
    Installation(cluster, namespace).apply({"operator": {"watchNamespaces": [namespace, served]}})
    account = f"system:serviceaccount:{namespace}:{FULLNAME}-operator"
    watch = ("watch", "workerpools.stenofleet.io", "--namespace")
    assert cluster.may(*watch, served, who=account)
    assert not cluster.may(*watch, strange, who=account)


@pytest.mark.parametrize(
    "words",
    [
        "patch deployments.apps",
        "patch statefulsets.apps",
        "patch horizontalpodautoscalers.autoscaling",
        "list configmaps",
        "delete pods",
        "create pods --subresource=exec",
        f"get secret/{FULLNAME}-postgresql",
        f"get secret/{FULLNAME}-redis",
        f"get secret/{FULLNAME}-redis-worker",
        "list secrets",
        "watch secrets",
        "update lease.coordination.k8s.io/of-somebody-else",
        "list namespaces",
        "list customresourcedefinitions.apiextensions.k8s.io",
    ],
)
def test_the_operator_may_do_no_more(words: str, untouched: Installation) -> None:
    assert not may_operator(untouched, words)

"""Every pod passes the ``restricted`` pod security standard, and no pod has rights it needs not."""

import pytest
import yaml
from support.chart import (
    CASES,
    CHART,
    FULLNAME,
    ONE_NODE,
    ROOT,
    Object,
    containers,
    env,
    everything,
    of_kind,
    pods,
    render,
    short,
)
from support.documents import FENCE


@pytest.mark.parametrize("case", CASES)
def test_every_pod_is_restricted(case: str) -> None:
    for name, template in pods(everything(CASES[case])):
        security = template["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["runAsUser"] > 0, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for shared in ("hostNetwork", "hostPID", "hostIPC"):
            assert shared not in template["spec"], name


def test_where_the_cluster_makes_users_up_no_pod_names_one() -> None:
    page = (ROOT / "docs" / "chart.md").read_text()
    [shown] = [block for _, block in FENCE.findall(page) if "made-up" in block]
    for name, template in pods(render({**ONE_NODE, **yaml.safe_load(shown)})):
        security = template["spec"]["securityContext"]
        assert not security.keys() & {"runAsUser", "runAsGroup", "fsGroup"}, name
        assert security["runAsNonRoot"], name


@pytest.mark.parametrize("case", CASES)
def test_every_container_is_restricted_and_cannot_write_its_image(case: str) -> None:
    for name, template in pods(everything(CASES[case])):
        for container in containers(template):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["readOnlyRootFilesystem"] is True, name


@pytest.mark.parametrize("case", CASES)
def test_every_volume_is_of_a_kind_that_restricted_allows(case: str) -> None:
    allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}
    for name, template in pods(everything(CASES[case])):
        for volume in template["spec"]["volumes"]:
            assert set(volume) - {"name"} <= allowed, name


@pytest.mark.parametrize("case", CASES)
def test_every_mount_names_a_volume_of_its_pod(case: str) -> None:
    for found in everything(CASES[case]):
        spec = found.get("spec", {})
        if "template" not in spec:
            continue
        claims = {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
        volumes = {volume["name"] for volume in spec["template"]["spec"]["volumes"]}
        for container in containers(spec["template"]):
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            assert mounts <= volumes | claims


@pytest.mark.parametrize("case", CASES)
def test_every_container_says_what_it_needs(case: str) -> None:
    for name, template in pods(everything(CASES[case])):
        for container in containers(template):
            resources = container["resources"]
            assert set(resources["requests"]) == {"cpu", "memory"}, name
            assert "memory" in resources["limits"], name


def test_only_the_operator_gets_a_token_for_the_api_server() -> None:
    tokens = {
        name: template["spec"]["automountServiceAccountToken"] for name, template in pods(render())
    }
    assert [name for name, mounted in tokens.items() if mounted] == ["Deployment operator"]
    accounts = [each for each in render() if each["kind"] == "ServiceAccount"]
    assert not any(account["automountServiceAccountToken"] for account in accounts)


@pytest.mark.parametrize("case", CASES)
def test_no_program_but_a_server_is_the_first_process_of_its_pod(case: str) -> None:
    for name, template in pods(everything(CASES[case])):
        server = name in {"StatefulSet redis", "StatefulSet postgresql"}
        assert template["spec"].get("shareProcessNamespace", False) is not server, name


def test_variables_of_service_links_cannot_collide_with_settings() -> None:
    assert all(not template["spec"]["enableServiceLinks"] for _, template in pods(render()))


def test_the_operator_s_rights_end_at_its_namespace() -> None:
    kinds = {each["kind"] for each in render()}
    assert "Role" in kinds
    assert not kinds & {"ClusterRole", "ClusterRoleBinding"}


def rules_about(resource: str, objects: list[Object]) -> list[Object]:
    roles = [each for each in objects if each["kind"] in {"Role", "ClusterRole"}]
    return [rule for role in roles for rule in role["rules"] if resource in rule["resources"]]


def test_the_operator_reads_the_named_secrets_and_no_other() -> None:
    rules = rules_about("secrets", render(CASES["every option"]))
    assert [rule["verbs"] for rule in rules] == [["get"], ["get"]]
    assert [rule["resourceNames"] for rule in rules] == [
        [f"{FULLNAME}-redis-operator", "mail-redis", "mail-redis-ca", "mail-sentinel"],
        ["broker-of-a-friend"],
    ]


@pytest.mark.parametrize("watched", [[], ["steno", "shop"], ["*"]])
def test_without_a_named_secret_there_is_no_rule_that_would_stand_for_all(
    watched: list[str],
) -> None:
    workers = {name: {"enabled": False} for name in ("core", "logs", "transcription")}
    operator = {"watchNamespaces": watched}
    objects = render({"operator": operator, "workers": workers, "beat": {"enabled": False}})
    assert rules_about("secrets", objects) == []


def test_each_watched_namespace_has_a_role_and_a_binding_to_the_operator_s_account() -> None:
    objects = render({"operator": {"watchNamespaces": ["steno", "shop"]}})
    assert not {"ClusterRole", "ClusterRoleBinding"} & {each["kind"] for each in objects}
    for kind in ("Role", "RoleBinding"):
        found = [each for each in objects if each["kind"] == kind and short(each) != "operator"]
        assert {each["metadata"]["namespace"] for each in found} == {"shop", "steno"}
    account = {"kind": "ServiceAccount", "name": f"{FULLNAME}-operator", "namespace": "steno"}
    bindings = [each for each in objects if each["kind"] == "RoleBinding"]
    assert all(each["subjects"] == [account] for each in bindings)


def test_all_namespaces_are_a_cluster_role_that_says_whose_it_is() -> None:
    values = {"operator": {"watchNamespaces": ["*"], "brokerSecrets": ["mail-broker"]}}
    objects = render(values)
    binding = next(each for each in objects if each["kind"] == "ClusterRoleBinding")
    role = next(each for each in objects if each["kind"] == "ClusterRole")
    assert role["metadata"]["name"] == f"steno-{FULLNAME}-operator-pools"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert rules_about("secrets", [role])[0]["resourceNames"] == ["mail-broker"]


def test_what_may_not_be_installed_is_named_with_its_group() -> None:
    objects = render()
    assert [rule["apiGroups"] for rule in rules_about("scaledobjects", objects)] == [["keda.sh"]]
    groups = [rule["apiGroups"] for rule in rules_about("pods", objects)]
    assert groups == [[""], ["metrics.k8s.io"]]


def test_only_the_namespace_of_the_operator_has_its_lease() -> None:
    for watched in ([], ["steno", "shop"], ["*"]):
        objects = render({"operator": {"watchNamespaces": watched}})
        roles = [each for each in objects if each["kind"] in {"Role", "ClusterRole"}]
        holders = [short(role) for role in roles if rules_about("leases", [role])]
        assert holders == ["operator"]


def test_the_operator_may_write_no_template_of_a_target() -> None:
    role = of_kind(render(), "Role")["operator-pools"]
    written = {
        resource
        for rule in role["rules"]
        if "apps" in rule["apiGroups"] and {"patch", "update"} & set(rule["verbs"])
        for resource in rule["resources"]
    }
    assert written == {"deployments/scale", "statefulsets/scale"}


def test_each_rule_of_the_role_has_its_reason_above_it() -> None:
    lines = (CHART / "templates" / "operator" / "_rules.tpl").read_text().splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith("- apiGroups:")]
    assert len(rules) > 10
    assert all(lines[number - 1].strip().startswith("# ") for number in rules)


def test_only_the_api_gets_the_key_that_signs_upload_urls() -> None:
    holders = [
        name
        for name, template in pods(render())
        for container in containers(template)
        if "STENOFLEET_SECRET_KEY" in env(container)
    ]
    assert holders == ["Deployment api"]


def test_only_what_needs_the_database_gets_its_url() -> None:
    holders = {
        name
        for name, template in pods(render())
        for container in containers(template)
        if "DATABASE_URL" in env(container)
    }
    migrations = {name for name in holders if name.startswith("Job migrate-")}
    assert len(migrations) == 1
    assert holders - migrations == {
        "Deployment api",
        "Deployment worker-core",
        "Deployment worker-logs",
        "Deployment worker-transcription",
    }

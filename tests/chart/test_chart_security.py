"""Every pod passes the ``restricted`` pod security standard, and no pod has rights it needs not."""

import pytest
from support.chart import CASES, CHART, FULLNAME, containers, env, of_kind, pods, render


@pytest.mark.parametrize("case", CASES)
def test_every_pod_is_restricted(case: str) -> None:
    for name, template in pods(render(CASES[case])):
        security = template["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["runAsUser"] > 0, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for shared in ("hostNetwork", "hostPID", "hostIPC"):
            assert shared not in template["spec"], name


@pytest.mark.parametrize("case", CASES)
def test_every_container_is_restricted_and_cannot_write_its_image(case: str) -> None:
    for name, template in pods(render(CASES[case])):
        for container in containers(template):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["readOnlyRootFilesystem"] is True, name


@pytest.mark.parametrize("case", CASES)
def test_every_volume_is_of_a_kind_that_restricted_allows(case: str) -> None:
    allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}
    for name, template in pods(render(CASES[case])):
        for volume in template["spec"]["volumes"]:
            assert set(volume) - {"name"} <= allowed, name


@pytest.mark.parametrize("case", CASES)
def test_every_mount_names_a_volume_of_its_pod(case: str) -> None:
    for found in render(CASES[case]):
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
    for name, template in pods(render(CASES[case])):
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


def test_variables_of_service_links_cannot_collide_with_settings() -> None:
    assert all(not template["spec"]["enableServiceLinks"] for _, template in pods(render()))


def test_the_operator_s_rights_end_at_its_namespace() -> None:
    kinds = {each["kind"] for each in render()}
    assert "Role" in kinds
    assert not kinds & {"ClusterRole", "ClusterRoleBinding"}


def test_the_operator_reads_the_named_secrets_and_no_other() -> None:
    role = of_kind(render(CASES["every option"]), "Role")["operator"]
    rules = [rule for rule in role["rules"] if "secrets" in rule["resources"]]
    assert rules == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["broker-of-a-friend", f"{FULLNAME}-redis", "mail-redis"],
            "verbs": ["get"],
        }
    ]


def test_the_operator_may_write_no_template_of_a_target() -> None:
    role = of_kind(render(), "Role")["operator"]
    written = {
        resource
        for rule in role["rules"]
        if "apps" in rule["apiGroups"] and {"patch", "update"} & set(rule["verbs"])
        for resource in rule["resources"]
    }
    assert written == {"deployments/scale"}


def test_each_rule_of_the_role_has_its_reason_above_it() -> None:
    lines = (CHART / "templates" / "operator" / "rbac.yaml").read_text().splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith("  - apiGroups:")]
    assert rules
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
        "Deployment worker-transcription",
    }

"""What Kubernetes lets one say about pods can be said of every workload of the chart."""

from typing import Any

import pytest
import yaml
from support.chart import CHART, FULLNAME, Object, Values, of_kind, render

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
KINDS = {
    "api": "Deployment",
    "beat": "Deployment",
    "operator": "Deployment",
    "worker-core": "Deployment",
    "worker-transcription": "Deployment",
    "redis": "StatefulSet",
    "postgresql": "StatefulSet",
    "migrate": "Job",
}
REPLACED = ("api", "operator", "worker-core", "worker-transcription")
DISK: Object = {"name": "disk", "emptyDir": {}}
MOUNT = {"name": "disk", "mountPath": "/disk"}
SIDE: Object = {"name": "side", "image": "side:1", "volumeMounts": [MOUNT]}
FIRST: Object = {"name": "first", "image": "first:1"}
SPREAD = {
    "maxSkew": 2,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "DoNotSchedule",
}


def knobs(who: str) -> dict[str, Any]:
    """Each key of podDefaults, with a value that tells the workload's name."""
    return {
        "env": {"WHO": who},
        "envFromSecrets": [f"{who}-secret"],
        "annotations": {"example.com/of": who},
        "labels": {"example.com/of": who},
        "serviceAccountName": f"{who}-account",
        "podAnnotations": {"example.com/pod": who},
        "podLabels": {"example.com/pod": who},
        "nodeSelector": {"example.com/for": who},
        "tolerations": [{"key": who, "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [SPREAD],
        "priorityClassName": f"{who}-priority",
        "probes": {"liveness": {"exec": {"command": ["alive"]}, "periodSeconds": 77}},
        "extraVolumes": [DISK],
        "extraVolumeMounts": [MOUNT],
        "extraContainers": [SIDE],
        "extraInitContainers": [FIRST],
        "terminationGracePeriodSeconds": 55,
        "tmpSize": "3Gi",
        "podSecurityContext": {"runAsUser": 4711},
        "containerSecurityContext": {"privileged": False},
    }


def turned() -> Values:
    names = {"worker-core": "core", "worker-transcription": "transcription"}
    workers = {pool: knobs(name) for name, pool in names.items()}
    servers = {name: knobs(name) for name in ("api", "beat", "operator", "redis", "postgresql")}
    return {**servers, "migrations": knobs("migrate"), "workers": workers}


def workload(name: str, values: Values) -> Object:
    objects = of_kind(render(values), KINDS[name])
    return next(each for short, each in objects.items() if short.startswith(name))


def template(name: str) -> Object:
    found: Object = workload(name, turned())["spec"]["template"]
    return found


def main(name: str) -> Object:
    found: Object = template(name)["spec"]["containers"][0]
    return found


def test_the_tests_below_turn_every_knob_that_there_is() -> None:
    assert set(knobs("any")) == set(VALUES["podDefaults"])


@pytest.mark.parametrize("name", KINDS)
def test_the_object_bears_annotations_and_labels(name: str) -> None:
    metadata = workload(name, turned())["metadata"]
    assert metadata["annotations"]["example.com/of"] == name
    assert metadata["labels"]["example.com/of"] == name
    assert metadata["labels"]["app.kubernetes.io/component"] == name


@pytest.mark.parametrize("name", KINDS)
def test_the_pods_bear_annotations_and_labels(name: str) -> None:
    metadata = template(name)["metadata"]
    assert metadata["annotations"]["example.com/pod"] == name
    assert metadata["labels"]["example.com/pod"] == name


@pytest.mark.parametrize("name", KINDS)
def test_the_pods_go_where_they_are_sent(name: str) -> None:
    spec = template(name)["spec"]
    assert spec["nodeSelector"] == {"example.com/for": name}
    assert spec["tolerations"] == [{"key": name, "operator": "Exists"}]
    assert spec["affinity"] == {"nodeAffinity": {}}
    assert spec["priorityClassName"] == f"{name}-priority"
    (spread,) = spec["topologySpreadConstraints"]
    assert SPREAD.items() <= spread.items()
    assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == name


@pytest.mark.parametrize("name", KINDS)
def test_the_pods_have_the_account_the_time_and_the_user_that_are_told(name: str) -> None:
    spec = template(name)["spec"]
    assert spec["serviceAccountName"] == f"{name}-account"
    assert spec["terminationGracePeriodSeconds"] == 55
    assert spec["securityContext"]["runAsUser"] == 4711
    assert {"name": "tmp", "emptyDir": {"sizeLimit": "3Gi"}} in spec["volumes"]


@pytest.mark.parametrize("name", KINDS)
def test_the_container_has_the_variables_that_are_told(name: str) -> None:
    assert {"name": "WHO", "value": name} in main(name)["env"]
    assert {"secretRef": {"name": f"{name}-secret"}} in main(name)["envFrom"]


@pytest.mark.parametrize("name", KINDS)
def test_another_way_to_ask_replaces_the_chart_s_way_and_leaves_the_rest(name: str) -> None:
    probe = main(name)["livenessProbe"]
    assert probe["exec"] == {"command": ["alive"]}
    assert probe["periodSeconds"] == 77
    assert "httpGet" not in probe


@pytest.mark.parametrize("name", KINDS)
def test_a_figure_of_a_probe_changes_that_figure_alone(name: str) -> None:
    values = {"podDefaults": {"probes": {"readiness": {"timeoutSeconds": 9}}}}
    before, after = (workload(name, each)["spec"]["template"]["spec"] for each in ({}, values))
    probe = before["containers"][0].get("readinessProbe")
    # A Job has none, and a figure alone makes none.
    expected = {**probe, "timeoutSeconds": 9} if probe else None
    assert after["containers"][0].get("readinessProbe") == expected


@pytest.mark.parametrize("name", KINDS)
def test_volumes_and_containers_are_added_and_as_restricted_as_the_chart_s(name: str) -> None:
    spec = template(name)["spec"]
    assert DISK in spec["volumes"]
    assert MOUNT in main(name)["volumeMounts"]
    for found, added in ((spec["containers"][-1], SIDE), (spec["initContainers"][-1], FIRST)):
        assert added.items() <= found.items()
        assert found["securityContext"]["allowPrivilegeEscalation"] is False
        assert found["securityContext"]["privileged"] is False


@pytest.mark.parametrize("name", REPLACED)
def test_the_way_of_replacing_pods_can_be_told(name: str) -> None:
    told: Object = {"strategy": {"type": "Recreate"}}
    values = {"api": told, "operator": told, "workerDefaults": told}
    assert workload(name, {})["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert workload(name, values)["spec"]["strategy"] == {"type": "Recreate"}


def test_nothing_that_values_add_changes_what_selects_the_pods() -> None:
    labels = {"app.kubernetes.io/component": "mine"}
    metadata = workload("api", {"api": {"labels": labels}})["metadata"]
    assert metadata["labels"]["app.kubernetes.io/component"] == "api"
    assert metadata["name"] == f"{FULLNAME}-api"


def test_common_variables_reach_no_server_and_common_credentials_only_who_uses_recordings() -> None:
    values = {"podDefaults": {"env": {"PROXY": "x"}, "envFromSecrets": ["bucket"]}}

    def holders(field: str, entry: Object) -> set[str]:
        containers = {
            name: workload(name, values)["spec"]["template"]["spec"]["containers"][0]
            for name in KINDS
        }
        return {name for name, each in containers.items() if entry in each.get(field, [])}

    workers = {"api", "beat", "worker-core", "worker-transcription"}
    assert holders("env", {"name": "PROXY", "value": "x"}) == workers | {"operator", "migrate"}
    assert holders("envFrom", {"secretRef": {"name": "bucket"}}) == workers

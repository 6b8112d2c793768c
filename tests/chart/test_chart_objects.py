"""Every rendered object is what Kubernetes and the WorkerPool's own schema know."""

from functools import cache
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from support.chart import CASES, CHART, CRD, Object, everything, render, short
from support.programs import crds


def supported_versions() -> list[str]:
    """The minors that the chart says it installs on, as far as their schemas are at hand."""
    oldest = yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"]
    first = int(oldest.removeprefix(">=1.").partition(".")[0])
    minors = {int(version.split(".")[1]) for version in utils.all_versions()}
    return [f"1.{minor}" for minor in sorted(minors) if minor >= first]


@pytest.fixture(autouse=True)
def schemas_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library reads megabytes of definitions again for each object.
    monkeypatch.setattr(utils, "schema_contents", schema_contents)


schema_contents = cache(utils.schema_contents)


@cache
def custom_schemas() -> dict[tuple[str, str], Any]:
    """The schemas of the kinds that CRDs make, by API version and kind."""
    return {
        (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]): closed(
            version["schema"]["openAPIV3Schema"]
        )
        for crd in (yaml.safe_load(path.read_text()) for path in (CRD, *crds()))
        for version in crd["spec"]["versions"]
    }


def closed(schema: Object) -> Object:
    """The schema with unknown fields refused, as the API server's strict validation does."""
    if "items" in schema:
        return {**schema, "items": closed(schema["items"])}
    if "properties" not in schema:
        return schema
    properties = {name: closed(each) for name, each in schema["properties"].items()}
    return {**schema, "properties": properties, "additionalProperties": False}


def is_custom(found: Object) -> bool:
    return (found["apiVersion"], found["kind"]) in custom_schemas()


def check_custom(found: Object) -> None:
    schema = custom_schemas()[found["apiVersion"], found["kind"]]
    # The API server itself knows what standard metadata is.
    jsonschema.Draft7Validator(schema).validate({**found, "metadata": {}})


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("version", supported_versions())
def test_objects_are_valid_for_every_kubernetes_that_the_chart_supports(
    case: str, version: str
) -> None:
    for found in everything(CASES[case]):
        if not is_custom(found):
            kubernetes_validate.validate(found, version, strict=True)


def test_three_newest_minors_are_supported() -> None:
    assert len(supported_versions()) >= 3


@pytest.mark.parametrize("case", CASES)
def test_objects_of_crds_are_valid_by_their_own_schemas(case: str) -> None:
    for found in everything(CASES[case]):
        if is_custom(found):
            check_custom(found)


def test_an_unknown_field_of_a_worker_pool_is_seen() -> None:
    pool = next(each for each in render() if each["kind"] == "WorkerPool")
    with pytest.raises(jsonschema.ValidationError, match="maxReplica"):
        check_custom({**pool, "spec": {**pool["spec"], "maxReplica": 1}})


@pytest.mark.parametrize("case", CASES)
def test_no_object_comes_twice(case: str) -> None:
    objects = [(each["kind"], each["metadata"]["name"]) for each in everything(CASES[case])]
    assert len(objects) == len(set(objects))


@pytest.mark.parametrize("case", CASES)
def test_every_object_is_in_the_release_s_namespace_and_carries_its_labels(case: str) -> None:
    for found in everything(CASES[case]):
        metadata = found["metadata"]
        if not found["kind"].startswith("Cluster"):
            assert metadata["namespace"] == "steno", short(found)
        assert metadata["labels"]["app.kubernetes.io/instance"] == "demo", short(found)
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm", short(found)


@pytest.mark.parametrize("case", CASES)
def test_selectors_select_the_pods_of_their_own_workload_and_nothing_that_changes(
    case: str,
) -> None:
    for found in everything(CASES[case]):
        if found["kind"] not in {"Deployment", "StatefulSet"}:
            continue
        selected = found["spec"]["selector"]["matchLabels"]
        assert selected.items() <= found["spec"]["template"]["metadata"]["labels"].items()
        assert selected["app.kubernetes.io/component"] == short(found)
        assert set(selected) == {
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/component",
        }


def test_the_longest_names_still_fit_their_limits() -> None:
    values = {
        "fullnameOverride": "x" * 80,
        "workers": {"a-name-of-14ch": {"image": {"repository": "shop"}, "queues": ["mail"]}},
    }
    assert max(len(each["metadata"]["name"]) for each in render(values)) <= 63

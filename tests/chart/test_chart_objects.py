"""Every rendered object is what Kubernetes and the WorkerPool's own schema know."""

import jsonschema
import kubernetes_validate
import pytest
from support.chart import CASES, everything, render, short
from support.schemas import check_custom, is_custom, supported_versions


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

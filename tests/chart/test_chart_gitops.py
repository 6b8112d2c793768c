"""What the page on Argo CD and Flux shows is accepted, and rendered alike without a cluster."""

import subprocess
from typing import Any

import pytest
import yaml
from support.chart import CHART, ROOT, Object, Values, parsed
from support.documents import blocks
from support.programs import helm

PAGE = ROOT / "docs" / "gitops.md"


def shown(kind: str) -> Object:
    """The object of this kind that the page shows."""
    objects = map(yaml.safe_load, blocks(PAGE.read_text(), "yaml"))
    [found] = [each for each in objects if each["kind"] == kind]
    return dict(found)


def values_of(kind: str) -> Values:
    spec: Any = shown(kind)["spec"]
    found: Values = (
        spec["values"] if kind == "HelmRelease" else spec["source"]["helm"]["valuesObject"]
    )
    return found


def rendered(values: Values) -> list[Object]:
    """Each time by Helm itself, which makes up passwords anew."""
    command = [helm(), "template", "stenofleet", str(CHART), "--values", "-"]
    text = subprocess.run(
        command,
        input=yaml.safe_dump(values),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    return parsed(text)


def hooks(objects: list[Object]) -> set[str]:
    found = (each["metadata"].get("annotations", {}).get("helm.sh/hook") for each in objects)
    return {hook for hook in found if hook}


@pytest.mark.parametrize("kind", ["Application", "HelmRelease"])
def test_what_is_shown_is_accepted_and_leaves_the_definitions_to_the_tool(kind: str) -> None:
    objects = rendered(values_of(kind))
    assert {each["kind"] for each in objects} >= {"Deployment", "Job", "WorkerPool"}
    assert hooks(objects) == {"test"}


def test_what_argo_cd_renders_is_the_same_each_time_and_holds_no_secret() -> None:
    values = values_of("Application")
    first = rendered(values)
    assert first == rendered(values)
    assert [each for each in first if each["kind"] == "Secret"] == []


def test_without_secrets_of_one_s_own_it_would_not_be() -> None:
    values = {"storage": {"volume": {"singleNode": True}}}
    assert rendered(values) != rendered(values)

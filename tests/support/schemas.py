"""Whether an object is what Kubernetes' published schemas, and those of CRDs, know."""

from functools import cache
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from support.chart import CHART, CRD, Object
from support.programs import crds

NEWEST = 3
"""So many minors of Kubernetes are maintained at a time."""

schema_contents = cache(utils.schema_contents)


def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads megabytes of definitions again for each object: now it does not."""
    monkeypatch.setattr(utils, "schema_contents", schema_contents)


def supported_versions() -> list[str]:
    """The minors that the chart says it installs on, as far as their schemas are at hand."""
    oldest = yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"]
    first = int(oldest.removeprefix(">=1.").partition(".")[0])
    minors = {int(version.split(".")[1]) for version in utils.all_versions()}
    return [f"1.{minor}" for minor in sorted(minors) if minor >= first]


def newest_versions() -> list[str]:
    return supported_versions()[-NEWEST:]


def check(found: Object, *versions: str) -> None:
    """Fails where a schema does not know the object: those of these minors, or its CRD's."""
    if is_custom(found):
        check_custom(found)
        return
    for version in versions:
        kubernetes_validate.validate(found, version, strict=True)


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

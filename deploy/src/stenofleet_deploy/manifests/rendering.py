"""The chart's objects as kubectl applies them: without hooks, Secrets and Helm's own marks."""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stenofleet_deploy.shell import run

Object = dict[str, Any]

CHART, VALUES = Path("helm/stenofleet"), Path("manifests/values.yaml")
RELEASE = NAMESPACE = "stenofleet"
COMPONENT = "app.kubernetes.io/component"
CHECKSUM = "checksum/config"
HELM_SECONDS = 60
HELMS_LABELS = ("app.kubernetes.io/managed-by", "helm.sh/chart")
HELMS_ANNOTATIONS = ("helm.sh/resource-policy",)


@dataclass(frozen=True)
class Rendering:
    """What the chart makes of values."""

    objects: Sequence[Object]
    """All but Secrets, without a namespace."""
    secrets: Sequence[Object]
    """Secrets with ``@name@`` in the place of each password, and ``@name.sha256@`` of its hash."""


def rendered(root: Path, *profiles: str) -> Rendering:
    """The chart with the values of these profiles, later ones above earlier ones.

    Raises:
        CommandError: helm is not there, or refuses the values.
    """
    files = [root / VALUES, *(root / CHART / "profiles" / f"{name}.yaml" for name in profiles)]
    words = ["helm", "template", RELEASE, str(root / CHART), "--namespace", NAMESPACE]
    told = run([*words, *(f"--values={file}" for file in files)], timeout=HELM_SECONDS)
    return neutral([each for each in yaml.safe_load_all(told) if each])


def neutral(objects: Iterable[Object]) -> Rendering:
    """The same objects each time, whatever passwords Helm made up."""
    kept = [_without_helm(each) for each in objects if not _is_hook(each)]
    secrets = _marked([each for each in kept if each["kind"] == "Secret"])
    rest = [each for each in kept if each["kind"] != "Secret"]
    sources = [*(each for each in rest if each["kind"] == "ConfigMap"), *secrets]
    return Rendering([_with_checksum(each, sources) for each in rest], secrets)


def _is_hook(found: Object) -> bool:
    return "helm.sh/hook" in found["metadata"].get("annotations", {})


def _without_helm(found: Object) -> Object:
    changed = copy.deepcopy(found)
    metadata = changed["metadata"]
    # Kustomize puts namespaces in, that of an account into what binds it.
    for each in (metadata, *changed.get("subjects", [])):
        each.pop("namespace", None)
    for field, names in (("labels", HELMS_LABELS), ("annotations", HELMS_ANNOTATIONS)):
        left = {key: text for key, text in metadata.pop(field, {}).items() if key not in names}
        metadata |= {field: left} if left else {}
    return changed


def _marked(secrets: Sequence[Object]) -> list[Object]:
    marks = {word: mark for each in secrets for word, mark in _marks(each)}
    return [
        {**each, "stringData": {key: _put(text, marks) for key, text in each["stringData"].items()}}
        for each in secrets
    ]


def _marks(secret: Object) -> Iterator[tuple[str, str]]:
    """The Secret's password and its hash, with what stands for them."""
    name, told = secret["metadata"]["name"], secret["stringData"]
    password = told["password"] if "password" in told else next(iter(told.values()))
    yield password, f"@{name}@"
    yield hashlib.sha256(password.encode()).hexdigest(), f"@{name}.sha256@"


def _put(text: str, marks: Mapping[str, str]) -> str:
    for word, mark in marks.items():
        text = text.replace(word, mark)
    return text


def _with_checksum(found: Object, sources: Iterable[Object]) -> Object:
    """Pods are replaced when what they read changes; Helm's own checksum is of passwords, too."""
    template = found.get("spec", {}).get("template", {})
    annotations = template.get("metadata", {}).get("annotations", {})
    if CHECKSUM in annotations:
        named = set(_names(template["spec"]))
        read = [each for each in sources if each["metadata"]["name"] in named]
        told = json.dumps([each.get("data") or each.get("stringData") for each in read])
        annotations[CHECKSUM] = hashlib.sha256(told.encode()).hexdigest()
    return found


def _names(found: Any) -> Iterator[str]:
    """The names that anything in a pod's spec bears or refers to."""
    if isinstance(found, dict):
        yield from (found[key] for key in ("name", "secretName") if key in found)
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _names(each)

"""The manifests for `kubectl apply -k`, and the chart as it is beside them."""

import hashlib
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from support.chart import CHART, ROOT, Object, is_hook, parsed
from support.programs import built, helm

MANIFESTS = ROOT / "manifests"
OVERLAYS = MANIFESTS / "overlays"
NAMESPACE = "stenofleet"
# The last is Stenofleet's own: the chart's is of passwords, too, which no manifest has.
HELMS = (
    *("app.kubernetes.io/managed-by", "helm.sh/chart", "helm.sh/resource-policy"),
    "checksum/config",
)


@cache
def kustomized(folder: Path) -> list[Object]:
    """What `kubectl kustomize` makes of a folder."""
    return _documents(str(built() / "kubectl"), "kustomize", str(folder))


@cache
def by_helm(*profiles: str) -> list[Object]:
    """The release ``stenofleet`` with the values that the manifests are made with."""
    paths = [MANIFESTS / "values.yaml", *(CHART / "profiles" / f"{each}.yaml" for each in profiles)]
    values = [f"--values={path}" for path in paths]
    made = _documents(helm(), "template", NAMESPACE, str(CHART), f"-n={NAMESPACE}", *values)
    return [each for each in made if not is_hook(each)]


def secrets_made() -> list[Object]:
    """What the script prints that makes passwords up."""
    return _documents("sh", str(MANIFESTS / "secrets.sh"))


def comparable(objects: Iterable[Object]) -> dict[str, Object]:
    """The objects by kind and name, without what only Helm writes."""
    return {f"{each['kind']}/{each['metadata']['name']}": _without_helm(each) for each in objects}


def passwords(secrets: Iterable[Object]) -> dict[str, str]:
    """The password of each Secret by its name: what it is called so, else all that is in it."""
    told: dict[str, Mapping[str, str]] = {
        each["metadata"]["name"]: each["stringData"] for each in secrets
    }
    return {name: data.get("password") or "".join(data.values()) for name, data in told.items()}


def masked(secrets: list[Object]) -> dict[str, dict[str, str]]:
    """What each Secret holds, with names in the place of passwords and of their hashes."""
    known = passwords(secrets)
    masks = {word: f"<{name}>" for name, word in known.items()}
    masks |= {hashlib.sha256(word.encode()).hexdigest(): f"#{name}" for name, word in known.items()}
    return {
        each["metadata"]["name"]: {
            key: _masked(text, masks) for key, text in each["stringData"].items()
        }
        for each in secrets
    }


def _masked(text: str, masks: Mapping[str, str]) -> str:
    for word, mask in masks.items():
        text = text.replace(word, mask)
    return text


def _without_helm(found: Any) -> Any:
    if isinstance(found, list):
        return [_without_helm(each) for each in found]
    if not isinstance(found, dict):
        return found
    kept = {key: _without_helm(value) for key, value in found.items() if key not in HELMS}
    return {key: value for key, value in kept.items() if key != "annotations" or value}


def _documents(*command: str) -> list[Object]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return parsed(done.stdout)

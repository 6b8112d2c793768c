"""Which object lies in which file, and what kustomize is told of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from stenofleet_deploy.manifests.patches import Change, change
from stenofleet_deploy.manifests.rendering import COMPONENT, NAMESPACE, Object, Rendering, rendered

FOLDER = Path("manifests")
BASE, OVERLAYS = FOLDER / "base", FOLDER / "overlays"
SECRETS = BASE / "secrets.template.yaml"
BELOW: Mapping[str, str | None] = {
    "dev": None,
    "integration": None,
    "staging": None,
    "production": None,
    "scale-up": "production",
}
"""The overlays, and the one that each stands on; None is the base."""

MADE = "# Made from the chart by `make manifests`; what is changed here is lost.\n"
KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def profiles_of(overlay: str) -> tuple[str, ...]:
    """The chart's profiles that an overlay stands for, the lowest first."""
    below = BELOW[overlay]
    return (*(profiles_of(below) if below else ()), overlay)


def files(root: Path) -> dict[Path, str]:
    """What is written, by where.

    Raises:
        CommandError: helm is not there, or refuses the values.
    """
    base = rendered(root)
    made = _base(base)
    for overlay, below in BELOW.items():
        above = rendered(root, *profiles_of(overlay))
        under = rendered(root, *profiles_of(below)) if below else base
        made |= _overlay(overlay, below, change(under.objects, above.objects))
    return {root / path: text for path, text in made.items()}


def left_over(root: Path, made: Iterable[Path]) -> list[Path]:
    """Files of an earlier time that nothing makes any more."""
    there = [
        path for folder in (BASE, OVERLAYS) for path in sorted((root / folder).rglob("*.yaml"))
    ]
    return [path for path in there if path not in set(made)]


def _base(base: Rendering) -> dict[Path, str]:
    parts: dict[str, list[Object]] = {}
    for found in base.objects:
        parts.setdefault(f"{found['metadata']['labels'][COMPONENT]}.yaml", []).append(found)
    told = {**KUSTOMIZATION, "namespace": NAMESPACE, "resources": sorted(parts)}
    return {
        **{BASE / name: _written(objects) for name, objects in parts.items()},
        BASE / "kustomization.yaml": _written([told]),
        SECRETS: _written(base.secrets),
    }


def _overlay(name: str, below: str | None, changed: Change) -> dict[Path, str]:
    folder = OVERLAYS / name
    under = f"../{below}" if below else f"../../{BASE.name}"
    lists = {"additions.yaml": changed.additions, "patches.yaml": changed.patches}
    told: dict[str, Any] = {**KUSTOMIZATION, "resources": [under]}
    if changed.additions:
        # What is added is in no namespace, unlike what the base has.
        told = {**KUSTOMIZATION, "namespace": NAMESPACE, "resources": [under, "additions.yaml"]}
    if changed.patches:
        told["patches"] = [{"path": "patches.yaml"}]
    return {
        folder / "kustomization.yaml": _written([told]),
        **{folder / file: _written(objects) for file, objects in lists.items() if objects},
    }


def _written(objects: Sequence[Mapping[str, Any]]) -> str:
    return MADE + "---\n".join(_documents(objects))


def _documents(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in objects:
        yield yaml.dump(each, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
